// 单位通讯录: organisations with a telephone, found as one types.
import { Button, Input } from "antd";
import { useMemo, useState } from "react";
import { useOrgs } from "@/api/hooks";
import type { OrgLine } from "@/api/types";

/** As many as one looks through; the rest is a letter away. */
const SHOWN = 30;

export interface Department {
  id: string;
  name: string;
  number: string;
}

/** Those in being that can be called, by what was typed: name, short name, code or number. Who begins with it comes first. */
export function departmentsFor(orgs: readonly OrgLine[], typed: string): Department[] {
  const wanted = typed.trim().toLowerCase();
  const rank = (o: OrgLine) => (o.name.toLowerCase().startsWith(wanted) || o.short.toLowerCase().startsWith(wanted) ? 0 : 1);
  return orgs
    .filter((o) => o.active && o.phone)
    .filter((o) => `${o.name} ${o.short} ${o.code} ${o.phone}`.toLowerCase().includes(wanted))
    .sort((a, b) => rank(a) - rank(b))
    .map((o) => ({ id: o.id, name: o.name, number: o.phone ?? "" }));
}

export function Departments({ confirm, onPick }: { confirm: string; onPick: (number: string) => void }) {
  const { list } = useOrgs();
  const [typed, setTyped] = useState("");
  const found = useMemo(() => departmentsFor(list, typed), [list, typed]);
  const first = found[0];
  return (
    <>
      <Input placeholder="单位名称、简称或号码" value={typed} onChange={(e) => setTyped(e.target.value)} onPressEnter={() => typed.trim() && first && onPick(first.number)} autoFocus allowClear aria-label="查找单位" />
      <ul className="ph-pick" aria-label="单位">
        {found.slice(0, SHOWN).map((d) => (
          <li key={d.id}>
            <span className="ph-unit" title={d.name}>
              <span className="clip">{d.name}</span>
              <span className="muted num">{d.number}</span>
            </span>
            <Button size="small" aria-label={`${confirm}${d.name}`} onClick={() => onPick(d.number)}>
              {confirm}
            </Button>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p className="muted">共 {found.length} 个单位，输入名称缩小范围</p>}
      {found.length === 0 && <p className="muted">{list.length === 0 ? "正在读取通讯录…" : typed.trim() ? "没有符合的单位，可改按号码呼叫" : "机构资料中尚未登记电话，可改按号码呼叫"}</p>}
    </>
  );
}
