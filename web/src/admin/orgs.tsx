// 机构: the tree on the left, one organisation on the right.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { keys } from "@/api/hooks";
import { useCan } from "@/app/session";
import { Empty, Loaded } from "@/ui/states";
import { orgs as calls, users } from "./calls";
import { OrgDrawer } from "./org-form";
import { Room } from "./room";
import { Tree } from "./tree";
import type { OrgView } from "./types";
import { ORG_KIND, ORG_LEVEL } from "./words";

export const ORGS_KEY = ["admin", "orgs"] as const;
const word = (words: Readonly<Record<string, string>>, code: string) => words[code] ?? code;

function Detail({ org, all, edit, add }: { org: OrgView; all: readonly OrgView[]; edit: () => void; add: () => void }) {
  const name = (id: string | null) => all.find((o) => o.id === id)?.name ?? "—";
  const below = all.filter((o) => o.parent === org.id);
  const can = useCan();
  return (
    <>
      <div className="panel-head">
        <span className={org.active ? "" : "adm-off"}>{org.name}</span>
        {!org.active && <span className="tag">已停用</span>}
        <span className="panel-more adm-acts">
          <Button size="small" onClick={add}>
            新建下级
          </Button>
          <Button size="small" type="primary" onClick={edit}>
            编辑
          </Button>
        </span>
      </div>
      <div className="adm-scroll" style={{ padding: 12 }}>
        <dl className="facts">
          <div><dt>机构代码</dt><dd className="num">{org.code}</dd></div>
          <div><dt>简称</dt><dd>{org.short || "—"}</dd></div>
          <div><dt>上级机构</dt><dd>{name(org.parent)}</dd></div>
          <div><dt>业务上级</dt><dd>{name(org.superior)}</dd></div>
          <div><dt>层级</dt><dd>{word(ORG_LEVEL, org.level)}</dd></div>
          <div><dt>性质</dt><dd>{word(ORG_KIND, org.kind)}</dd></div>
          <div><dt>考核分组</dt><dd>{org.group || "—"}</dd></div>
          <div><dt>区划代码</dt><dd className="num">{org.region}</dd></div>
          <div><dt>值班电话</dt><dd className="num">{org.phone || <span className="warn">未填写，派单、催签短信无处可发</span>}</dd></div>
          <div><dt>直接下级</dt><dd>{below.length === 0 ? "无" : `${below.length} 个`}</dd></div>
          {org.merged_into && <div className="wide"><dt>职权并入</dt><dd>{name(org.merged_into)}</dd></div>}
        </dl>
        {can("admin.user") && <People org={org} />}
        <p className="muted" style={{ marginTop: 12 }}>
          停用后不再出现在派单、查询的选择中；在办任务须先改派，历史工单仍显示原名称。
        </p>
      </div>
    </>
  );
}

/** Who holds an appointment there. */
function People({ org }: { org: OrgView }) {
  const query = useQuery({ queryKey: ["admin", "users", "of", org.id], queryFn: () => users.list({ org: org.id, limit: 100 }) });
  const rows = (query.data?.items ?? []).flatMap((u) => u.appointments.filter((a) => a.org.id === org.id).map((a) => ({ u, a })));
  if (!query.data || rows.length === 0) return <p className="muted" style={{ marginTop: 16 }}>{query.data ? "还没有人员在此任职。" : ""}</p>;
  return (
    <table className="adm-table" style={{ marginTop: 16 }}>
      <thead>
        <tr>
          <th style={{ width: 110 }}>人员（{rows.length}）</th>
          <th style={{ width: 140 }}>职务</th>
          <th>角色</th>
          <th style={{ width: 80 }}>值班</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ u, a }) => (
          <tr key={a.id}>
            <td className={u.disabled ? "adm-off" : ""}>{u.name}</td>
            <td>{a.position}</td>
            <td className={a.roles.length > 0 ? "" : "muted"}>{a.roles.map((r) => r.cn).join("、") || "未授权"}</td>
            <td>{a.is_duty ? "值班岗" : ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export default function OrgsRoom() {
  const query = useQuery({ queryKey: ORGS_KEY, queryFn: calls.list });
  const client = useQueryClient();
  const [selected, setSelected] = useState<string | null>(null);
  const [form, setForm] = useState<{ org: OrgView | null; parent: string | null }>();
  const saved = (org: OrgView) => {
    setSelected(org.id);
    void client.invalidateQueries({ queryKey: ORGS_KEY });
    void client.invalidateQueries({ queryKey: keys.reference });
  };
  return (
    <Room
      title="机构"
      hint="上级机构决定“本单位及下级”的数据范围；业务上级用于复查复核，可以不同"
      actions={<Button type="primary" onClick={() => setForm({ org: null, parent: selected })}>新建机构</Button>}
    >
      <Loaded query={query}>
        {(all) => {
          const org = all.find((o) => o.id === selected) ?? all.find((o) => o.parent === null);
          const roots = all.filter((o) => o.parent === null).map((o) => o.id);
          return (
            <div className="adm-cols" style={{ gridTemplateColumns: "380px minmax(0, 1fr)" }}>
              <section className="panel">
                <Tree
                  items={all.map((o) => ({ id: o.id, parent: o.parent, name: o.name, find: `${o.short} ${o.code}`, off: !o.active, side: word(ORG_LEVEL, o.level) }))}
                  selected={org?.id ?? null}
                  onSelect={setSelected}
                  placeholder="名称、简称或代码"
                  opened={roots}
                />
              </section>
              <section className="panel">
                {org ? (
                  <Detail org={org} all={all} edit={() => setForm({ org, parent: org.parent })} add={() => setForm({ org: null, parent: org.id })} />
                ) : (
                  <Empty title="还没有机构" hint="请先新建本级政府，再在其下新建热线中心和各部门。" />
                )}
              </section>
              {form && <OrgDrawer key={form.org?.id ?? "new"} org={form.org} parent={form.parent} all={all} saved={saved} close={() => setForm(undefined)} />}
            </div>
          );
        }}
      </Loaded>
    </Room>
  );
}
