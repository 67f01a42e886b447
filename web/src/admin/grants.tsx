// 授权申请: asked by one, approved by another.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Checkbox, Form, Popconfirm, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { Body } from "@/api/types";
import { useSession } from "@/app/session";
import { useSettled } from "@/order/commands/effect";
import { Empty, Loaded } from "@/ui/states";
import { dateTime } from "@/ui/time";
import { roles as calls, users } from "./calls";
import { FormDrawer } from "./room";
import type { GrantView, RoleView } from "./types";
import { GRANT_STATE } from "./words";

const KEY = ["admin", "grants"] as const;
const TONE: Record<string, string> = { pending: "tag tag-amber", approved: "tag tag-green", refused: "tag tag-red" };

/** Pairs among the chosen roles that one person must not hold. */
export function conflicts(chosen: readonly string[], roles: readonly RoleView[]): string[] {
  const out: string[] = [];
  const name = (code: string) => roles.find((r) => r.code === code)?.cn ?? code;
  chosen.forEach((a, i) => {
    for (const b of chosen.slice(i + 1)) {
      const barred = roles.some((r) => (r.code === a && r.exclusive_with.includes(b)) || (r.code === b && r.exclusive_with.includes(a)));
      if (barred) out.push(`“${name(a)}”与“${name(b)}”不得由同一人担任`);
    }
  });
  return out;
}

/** 任职, found by the person's name. */
function AppointmentPicker({ value, onChange, id }: { value?: string; onChange?: (v: string) => void; id?: string }) {
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim(), 250);
  const found = useQuery({ queryKey: ["admin", "users", "pick", q], queryFn: () => users.list({ q, limit: 20 }) });
  const rows = (found.data?.items ?? []).filter((u) => !u.disabled);
  return (
    <Select
      {...(id && { id })}
      value={value}
      onChange={(v: string) => onChange?.(v)}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      placeholder="输入姓名或登录名"
      notFoundContent={found.isFetching ? "正在查找…" : found.error ? messageOf(found.error) : "没有符合的任职"}
      options={rows.flatMap((u) =>
        u.appointments.map((a) => ({ value: a.id, label: `${u.name}　${a.org.name} ${a.position}`, now: a.roles.map((r) => r.cn).join("、") })),
      )}
      optionRender={({ data }) => (
        <span>
          {data.label}
          <span className="muted">　{data.now ? `现有：${data.now}` : "未授权"}</span>
        </span>
      )}
    />
  );
}

function RequestDrawer({ roles, close, done }: { roles: readonly RoleView[]; close: () => void; done: () => void }) {
  return (
    <FormDrawer<Body<"grant_request">>
      title="申请授权"
      initial={{ roles: [] }}
      send={async (v) => {
        await calls.request(v);
        done();
      }}
      done="已提交，待第二人批准"
      close={close}
      confirm="提交申请"
      note="所选角色将成为该任职的全部角色。批准前不生效；您不能批准自己的申请。"
    >
      {() => (
        <>
          <Form.Item name="appointment" label="任职" rules={[{ required: true, message: "请选择任职" }]}>
            <AppointmentPicker />
          </Form.Item>
          <Form.Item
            name="roles"
            label="角色"
            rules={[
              { required: true, type: "array", min: 1, message: "请至少选择一个角色" },
              { validator: (_, v: string[]) => (conflicts(v ?? [], roles).length === 0 ? Promise.resolve() : Promise.reject(new Error(conflicts(v, roles)[0]))) },
            ]}
          >
            <Checkbox.Group options={roles.map((r) => ({ value: r.code, label: r.cn }))} style={{ display: "grid", gridTemplateColumns: "1fr 1fr 1fr", gap: "4px 8px" }} />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Decide({ grant, done }: { grant: GrantView; done: () => void }) {
  const me = useSession().user.id;
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  if (grant.state !== "pending") return null;
  if (grant.requested_by.id === me) return <span className="muted">您提交的申请，须由他人批准</span>;
  if (grant.user.id === me) return <span className="muted">给您本人的授权，须由他人批准</span>;
  const decide = async (approve: boolean) => {
    setBusy(true);
    try {
      await calls.decide(grant.id, approve);
      message.success(approve ? "已批准，即时生效" : "已驳回");
      done();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <span className="adm-ops">
      <Popconfirm title={`批准授予${grant.user.name}？`} description={grant.roles.map((r) => r.cn).join("、")} okText="批准" cancelText="取消" onConfirm={() => decide(true)}>
        <Button size="small" type="primary" loading={busy}>
          批准
        </Button>
      </Popconfirm>
      <Button size="small" disabled={busy} onClick={() => void decide(false)}>
        驳回
      </Button>
    </span>
  );
}

export function Grants({ roles, mayAsk }: { roles: readonly RoleView[]; mayAsk: boolean }) {
  const client = useQueryClient();
  const query = useQuery({ queryKey: KEY, queryFn: calls.grants, refetchInterval: 60_000 });
  const [open, setOpen] = useState(false);
  const refresh = () => {
    void client.invalidateQueries({ queryKey: KEY });
    void client.invalidateQueries({ queryKey: ["admin", "users"] });
  };
  return (
    <>
      {mayAsk && (
        <div className="adm-bar">
          <Button type="primary" onClick={() => setOpen(true)}>
            申请授权
          </Button>
        </div>
      )}
      <Loaded query={query}>
        {(all) => (
          <section className="panel adm-fill adm-scroll">
            {all.length === 0 ? (
              <Empty title="没有授权申请" />
            ) : (
              <table className="adm-table">
                <thead>
                  <tr>
                    <th>状态</th>
                    <th>人员</th>
                    <th>机构</th>
                    <th>授予角色</th>
                    <th>申请</th>
                    <th>批准</th>
                    <th />
                  </tr>
                </thead>
                <tbody>
                  {all.map((g) => (
                    <tr key={g.id}>
                      <td>
                        <span className={TONE[g.state] ?? "tag"}>{GRANT_STATE[g.state] ?? g.state}</span>
                      </td>
                      <td>
                        <b>{g.user.name}</b>
                      </td>
                      <td>{g.org.name}</td>
                      <td>{g.roles.map((r) => r.cn).join("、")}</td>
                      <td className="nowrap">
                        {g.requested_by.name} <span className="num muted">{dateTime(g.requested_at)}</span>
                      </td>
                      <td className="nowrap">
                        {g.decided_by && (
                          <>
                            {g.decided_by.name} <span className="num muted">{dateTime(g.decided_at)}</span>
                          </>
                        )}
                      </td>
                      <td>
                        <Decide grant={g} done={refresh} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </section>
        )}
      </Loaded>
      {open && <RequestDrawer roles={roles} close={() => setOpen(false)} done={refresh} />}
    </>
  );
}
