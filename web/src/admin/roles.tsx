// 角色与授权: what each role may do (fixed by the rules, read-only), and who is granted which.
import { useQuery } from "@tanstack/react-query";
import { Tabs } from "antd";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useCan } from "@/app/session";
import { Loaded } from "@/ui/states";
import { roles as calls } from "./calls";
import { Grants } from "./grants";
import { Room } from "./room";
import type { RoleView } from "./types";

const FAMILIES: [string, string][] = [
  ["order.", "工单流转"],
  ["task.", "承办"],
  ["", "查询、统计与其他"],
  ["call.", "话务"],
  ["supervise.", "督办"],
  ["kb.", "知识库"],
  ["petition.", "信访"],
  ["review.", "复查复核"],
  ["admin.", "系统管理"],
  ["audit.", "审计"],
];

function familyOf(code: string): string {
  const family = FAMILIES.find(([prefix]) => prefix !== "" && code.startsWith(prefix));
  if (family) return family[1];
  return /^(job|session)\./.test(code) ? "系统管理" : "查询、统计与其他";
}

/** Every permission in order of family, as the rows of the matrix. */
export function matrixRows(roles: readonly RoleView[]): { group: string; permissions: { code: string; cn: string }[] }[] {
  const all = new Map<string, string>();
  for (const r of roles) for (const p of r.permissions) if (!all.has(p.code)) all.set(p.code, p.cn);
  return FAMILIES.map(([, group]) => ({ group, permissions: [...all].map(([code, cn]) => ({ code, cn })).filter((p) => familyOf(p.code) === group) })).filter((g) => g.permissions.length > 0);
}

function RoleFacts({ role, all }: { role: RoleView; all: readonly RoleView[] }) {
  const barred = role.exclusive_with.map((c) => all.find((r) => r.code === c)?.cn ?? c);
  const allOthers = barred.length >= all.length - 1;
  return (
    <div className="note note-blue">
      <b>{role.cn}</b>　{role.users} 人　{role.permissions.length} 项权限
      {barred.length > 0 && <>　不得由同一人兼任：{allOthers ? "其他所有角色（三员分立）" : barred.join("、")}</>}
    </div>
  );
}

function Matrix({ roles }: { roles: readonly RoleView[] }) {
  const [code, setCode] = useState<string>();
  const groups = useMemo(() => matrixRows(roles), [roles]);
  const held = useMemo(() => new Map(roles.map((r) => [r.code, new Set(r.permissions.map((p) => p.code))])), [roles]);
  const chosen = roles.find((r) => r.code === code);
  return (
    <>
      {chosen ? <RoleFacts role={chosen} all={roles} /> : <p className="muted">点角色名查看人数和互斥角色。权限由业务规则固定，不能在此修改；调整须随版本发布。</p>}
      <section className="panel adm-fill matrix">
        <table>
          <thead>
            <tr>
              <th scope="col">权限 \ 角色</th>
              {roles.map((r) => (
                <th key={r.code} scope="col" className={r.code === code ? "on" : undefined}>
                  <button type="button" onClick={() => setCode(r.code === code ? undefined : r.code)} title={`${r.cn}，${r.users} 人`}>
                    {r.cn}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((g) => [
              <tr key={g.group} className="matrix-group">
                <th scope="rowgroup">{g.group}</th>
                <td colSpan={roles.length} />
              </tr>,
              ...g.permissions.map((p) => (
                <tr key={p.code}>
                  <th scope="row" title={p.code}>
                    {p.cn}
                  </th>
                  {roles.map((r) => {
                    const on = held.get(r.code)?.has(p.code);
                    return (
                      <td key={r.code} className={r.code === code ? "on" : undefined} title={on ? `${r.cn}：${p.cn}` : undefined}>
                        {on ? "●" : ""}
                      </td>
                    );
                  })}
                </tr>
              )),
            ])}
          </tbody>
        </table>
      </section>
    </>
  );
}

export default function RolesRoom() {
  const [params, setParams] = useSearchParams();
  const can = useCan();
  const query = useQuery({ queryKey: ["admin", "roles"], queryFn: calls.list, staleTime: 300_000 });
  const mayRead = can("admin.role") || can("audit.read");
  const tab = !mayRead || params.get("tab") === "matrix" ? "matrix" : "grants";
  return (
    <Room title="角色与授权" hint="授权须两人：安全管理员申请，另一名安全管理员或审计管理员批准后生效">
      <Tabs
        activeKey={tab}
        onChange={(key) => setParams({ tab: key }, { replace: true })}
        items={[
          ...(mayRead ? [{ key: "grants", label: "授权申请" }] : []),
          { key: "matrix", label: "角色权限表" },
        ]}
        style={{ marginBottom: -8 }}
      />
      <Loaded query={query}>{(roles) => (tab === "matrix" ? <Matrix roles={roles} /> : <Grants roles={roles} mayAsk={can("admin.role")} />)}</Loaded>
    </Room>
  );
}
