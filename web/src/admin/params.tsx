// 参数配置: every number the rules read, by group; effective at once, with history.
import { useQuery } from "@tanstack/react-query";
import { Checkbox, Input } from "antd";
import { useMemo, useState } from "react";
import { Empty, Loaded } from "@/ui/states";
import { date } from "@/ui/time";
import { params as calls } from "./calls";
import { ParamDrawer } from "./param-drawer";
import { descriptionText, sameValue, valueText } from "./param-value";
import { Room } from "./room";
import type { ParamView } from "./types";

const ALL = "全部";

function Row({ param, open }: { param: ParamView; open: () => void }) {
  const changed = !sameValue(param.value, param.default);
  const now = valueText(param, param.value);
  const usual = valueText(param, param.default);
  const words = descriptionText(param);
  return (
    <tr onClick={open} style={{ cursor: "pointer" }}>
      <td title={param.key}>
        <button type="button" className="link" onClick={open}>
          {param.name}
        </button>
      </td>
      <td title={now}>
        <span className={changed ? "par-value par-changed" : "par-value"}>{now}</span>
      </td>
      <td className="muted" title={usual}>
        {changed ? usual : "同现值"}
      </td>
      <td className="par-desc" title={words}>
        {words}
      </td>
      <td className="muted" title={param.reason ?? ""}>
        {param.effective_from !== null && (
          <>
            <span className="num">{date(param.effective_from)}</span> {param.by_name}
          </>
        )}
      </td>
    </tr>
  );
}

function Table({ rows, grouped, open }: { rows: readonly ParamView[]; grouped: boolean; open: (p: ParamView) => void }) {
  const groups = [...new Set(rows.map((p) => p.group))];
  return (
    <table className="adm-table par-table">
      <colgroup>
        <col style={{ width: "20%" }} />
        <col style={{ width: "22%" }} />
        <col style={{ width: "13%" }} />
        <col />
        <col style={{ width: 140 }} />
      </colgroup>
      <thead>
        <tr>
          <th>参数</th>
          <th>现值</th>
          <th>默认值</th>
          <th>说明</th>
          <th>最近修改</th>
        </tr>
      </thead>
      <tbody>
        {groups.map((g) => [
          grouped && (
            <tr key={g} className="adm-group">
              <td colSpan={5}>{g}</td>
            </tr>
          ),
          ...rows.filter((p) => p.group === g).map((p) => <Row key={p.key} param={p} open={() => open(p)} />),
        ])}
      </tbody>
    </table>
  );
}

export default function ParamsRoom() {
  const query = useQuery({ queryKey: ["admin", "params"], queryFn: calls.list });
  const [group, setGroup] = useState(ALL);
  const [search, setSearch] = useState("");
  const [changedOnly, setChangedOnly] = useState(false);
  const [open, setOpen] = useState<string>();
  const all = useMemo(() => query.data ?? [], [query.data]);
  const groups = useMemo(() => [ALL, ...new Set(all.map((p) => p.group))], [all]);
  const shown = all.filter((p) => {
    const text = `${p.name} ${p.key} ${p.description}`.toLowerCase();
    return (group === ALL || p.group === group) && text.includes(search.trim().toLowerCase()) && (!changedOnly || !sameValue(p.value, p.default));
  });
  const param = all.find((p) => p.key === open);
  return (
    <Room
      title="参数配置"
      hint="保存后即时生效；时限类只影响此后起算的时限，在办工单不变"
      actions={
        <>
          <Checkbox checked={changedOnly} onChange={(e) => setChangedOnly(e.target.checked)}>
            只看改过的
          </Checkbox>
          <Input value={search} onChange={(e) => setSearch(e.target.value)} placeholder="名称、参数名或说明" allowClear style={{ width: 220 }} />
        </>
      }
    >
      <Loaded query={query}>
        {() => (
          <div className="adm-cols" style={{ gridTemplateColumns: "150px minmax(0, 1fr)" }}>
            <section className="panel">
              <div className="adm-list">
                {groups.map((g) => (
                  <button key={g} type="button" className={g === group ? "adm-item on" : "adm-item"} onClick={() => setGroup(g)}>
                    {g}
                    <small>{g === ALL ? all.length : all.filter((p) => p.group === g).length}</small>
                  </button>
                ))}
              </div>
            </section>
            <section className="panel">
              <div className="adm-scroll" style={{ flex: 1 }}>
                {shown.length === 0 ? <Empty title="没有符合的参数" /> : <Table rows={shown} grouped={group === ALL} open={(p) => setOpen(p.key)} />}
              </div>
            </section>
          </div>
        )}
      </Loaded>
      {param && <ParamDrawer key={`${param.key}:${param.version}`} param={param} close={() => setOpen(undefined)} />}
    </Room>
  );
}
