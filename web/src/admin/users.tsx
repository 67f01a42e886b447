// 用户: list, accounts, appointments. Roles are granted by the security administrator elsewhere.
import { useQueryClient } from "@tanstack/react-query";
import { Button, Input } from "antd";
import { useState } from "react";
import { usePages } from "@/api/hooks";
import { useCan } from "@/app/session";
import { DenseTable, type Column } from "@/ui/dense-table";
import { OrgPicker } from "@/ui/org-picker";
import { Empty, Failed, Loading } from "@/ui/states";
import { dateTime, serverNow } from "@/ui/time";
import { users as calls } from "./calls";
import { Room, RowsFoot } from "./room";
import type { UserView } from "./types";
import { OneTimePassword, UserCreateDrawer, UserDrawer } from "./user-drawer";

export const USERS_KEY = ["admin", "users"] as const;

export function userState(u: UserView, now: number = serverNow()): { text: string; tone: string } {
  if (u.disabled) return { text: "已停用", tone: "tag" };
  if (u.locked_until !== null && u.locked_until > now) return { text: "已锁定", tone: "tag tag-red" };
  if (u.last_login_at === null) return { text: "未登录过", tone: "tag tag-blue" };
  if (u.must_change_password) return { text: "待改密码", tone: "tag tag-amber" };
  return { text: "正常", tone: "tag tag-green" };
}

const COLUMNS: Column<UserView>[] = [
  { key: "name", title: "姓名", width: 96, render: (u) => <b className={u.disabled ? "adm-off" : ""}>{u.name}</b> },
  { key: "login", title: "登录名", width: 120, render: (u) => u.login },
  { key: "state", title: "状态", width: 88, render: (u) => <span className={userState(u).tone}>{userState(u).text}</span> },
  {
    key: "appointments",
    title: "任职",
    render: (u) =>
      u.appointments.length === 0 ? (
        <span className="warn">尚未任职，不能登录办公</span>
      ) : (
        u.appointments.map((a) => `${a.org.name} ${a.position}`).join("；")
      ),
  },
  {
    key: "roles",
    title: "角色",
    width: 220,
    render: (u) => {
      const roles = u.appointments.flatMap((a) => a.roles.map((r) => r.cn));
      return roles.length > 0 ? [...new Set(roles)].join("、") : <span className="muted">未授权</span>;
    },
  },
  { key: "phone", title: "电话", width: 112, render: (u) => <span className="num">{u.phone_masked ?? ""}</span> },
  { key: "last", title: "最近登录", width: 136, render: (u) => <span className="num">{u.last_login_at === null ? "" : dateTime(u.last_login_at)}</span> },
];

export default function UsersRoom() {
  const can = useCan();
  const client = useQueryClient();
  const [q, setQ] = useState("");
  const [asked, setAsked] = useState<{ q: string; org: string | null }>({ q: "", org: null });
  const [selected, setSelected] = useState<string | null>(null);
  const [open, setOpen] = useState<"create" | "user">();
  const [secret, setSecret] = useState<{ user: { login: string; name: string }; password: string }>();
  const query = { q: asked.q, org: asked.org };
  const pages = usePages([...USERS_KEY, query], calls.list, query);
  const refresh = () => void client.invalidateQueries({ queryKey: USERS_KEY });
  const user = pages.rows.find((u) => u.id === selected);
  return (
    <Room
      title="用户"
      hint="账号与任职由系统管理员建立，角色由安全管理员申请、第二人批准后生效"
      actions={
        <>
          <Input.Search value={q} onChange={(e) => setQ(e.target.value)} onSearch={(v) => setAsked({ ...asked, q: v.trim() })} placeholder="姓名或登录名" allowClear style={{ width: 200 }} />
          <div style={{ width: 240 }}>
            <OrgPicker value={asked.org} onChange={(v) => setAsked({ ...asked, org: typeof v === "string" ? v : null })} placeholder="全部机构" />
          </div>
          {can("admin.user") && (
            <Button type="primary" onClick={() => setOpen("create")}>
              新建用户
            </Button>
          )}
        </>
      }
    >
      <section className="panel adm-fill">
        {pages.isPending ? (
          <Loading />
        ) : pages.error && pages.rows.length === 0 ? (
          <Failed error={pages.error} retry={() => void pages.refetch()} />
        ) : (
          <DenseTable
            rows={pages.rows}
            columns={COLUMNS}
            rowKey={(u) => u.id}
            selected={selected}
            onSelect={(u) => {
              setSelected(u.id);
              setOpen("user");
            }}
            label="用户"
            stale={pages.isPlaceholderData} asOf={pages.dataUpdatedAt}
            empty={<Empty title="没有符合的用户" hint="可换用姓名的一个字，或清除机构条件。" />}
            footer={<RowsFoot pages={pages} unit="人" />}
          />
        )}
      </section>
      {open === "create" && (
        <UserCreateDrawer
          close={() => setOpen(undefined)}
          created={(made) => {
            refresh();
            setSecret({ user: made.user, password: made.one_time_password });
          }}
        />
      )}
      {open === "user" && user && <UserDrawer user={user} close={() => setOpen(undefined)} changed={refresh} reveal={(password) => setSecret({ user, password })} />}
      {secret && <OneTimePassword {...secret} close={() => setSecret(undefined)} />}
    </Room>
  );
}
