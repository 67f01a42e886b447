// One account: state, appointments, password.
import { App, Button, Checkbox, Drawer, Form, Input, Modal, Popconfirm, Select } from "antd";
import { useState } from "react";
import { messageOf } from "@/api/client";
import { options } from "@/api/codes";
import type { Answer } from "@/api/types";
import { useCan, useSession } from "@/app/session";
import { CopyButton } from "@/ui/copy";
import { MomentPicker } from "@/ui/moment-picker";
import { OrgPicker } from "@/ui/org-picker";
import { date, dateTime, serverNow } from "@/ui/time";
import { users as calls } from "./calls";
import { FormDrawer } from "./room";
import { UserBindings } from "./user-bindings";
import type { AppointmentForm, UserAppointment, UserForm, UserView } from "./types";
import { SCOPE } from "./words";

/** Shown once: it is stored nowhere in clear. */
export function OneTimePassword({ user, password, close }: { user: { login: string; name: string }; password: string; close: () => void }) {
  const [told, setTold] = useState(false);
  return (
    <Modal open title="一次性密码" closable={false} mask={{ closable: false }} keyboard={false} width={420} footer={<Button type="primary" disabled={!told} onClick={close}>关闭</Button>}>
      <p>
        {user.name}（登录名 <b>{user.login}</b>）的一次性密码：
      </p>
      <div className="adm-password">
        <code className="mono">{password}</code>
        <CopyButton text={password} />
      </div>
      <p className="note note-amber">只显示这一次，关闭后无法再看。请当面或电话告知本人，勿用短信、微信群发送；本人首次登录须修改。</p>
      <Checkbox checked={told} onChange={(e) => setTold(e.target.checked)} style={{ marginTop: 12 }}>
        我已记下并将告知本人
      </Checkbox>
    </Modal>
  );
}

const LOGIN = { pattern: /^[a-z][a-z0-9_.-]{2,31}$/, message: "3至32位小写字母、数字、点、横线，以字母开头" };
const PHONE = { pattern: /^1\d{10}$/, message: "请填写11位手机号" };

export function UserCreateDrawer({ close, created }: { close: () => void; created: (made: Answer<"user_create">) => void }) {
  return (
    <FormDrawer<UserForm>
      title="新建用户"
      initial={{}}
      send={async (v) => created(await calls.create(v))}
      done=""
      close={close}
      confirm="新建并生成密码"
      note="新建后显示一次性密码。随后增加任职，再由安全管理员授予角色。"
    >
      {() => (
        <>
          <Form.Item name="name" label="姓名" rules={[{ required: true, whitespace: true, message: "请填写姓名" }]}>
            <Input maxLength={30} autoFocus autoComplete="off" />
          </Form.Item>
          <Form.Item name="login" label="登录名" extra="保存后不能修改" rules={[{ required: true, message: "请填写登录名" }, LOGIN]}>
            <Input maxLength={32} autoComplete="off" />
          </Form.Item>
          <Form.Item name="phone" label="手机" extra="用于接收预警短信" rules={[PHONE]}>
            <Input maxLength={11} autoComplete="off" />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function AppointmentDrawer({ user, close, saved }: { user: UserView; close: () => void; saved: () => void }) {
  return (
    <FormDrawer<AppointmentForm>
      title={`增加任职：${user.name}`}
      initial={{ scope: "org", is_duty: false }}
      send={async (v) => {
        await calls.appoint(user.id, v);
        saved();
      }}
      done="任职已增加，请通知安全管理员授权"
      close={close}
      note="任职不带角色。授予角色须由安全管理员申请、第二人批准。"
    >
      {() => (
        <>
          <Form.Item name="org" label="机构" rules={[{ required: true, message: "请选择机构" }]}>
            <OrgPicker />
          </Form.Item>
          <Form.Item name="position" label="职务" rules={[{ required: true, whitespace: true, message: "请填写职务" }]}>
            <Input maxLength={30} />
          </Form.Item>
          <Form.Item name="scope" label="数据范围" rules={[{ required: true, message: "请选择数据范围" }]} extra="能看到哪些工单；能做什么由角色决定">
            <Select options={options(SCOPE)} />
          </Form.Item>
          <div className="adm-row">
            <Form.Item name="valid_from" label="生效时间" extra="不填即刻生效">
              <MomentPicker />
            </Form.Item>
            <Form.Item name="valid_to" label="失效时间" extra="不填长期有效">
              <MomentPicker only="future" />
            </Form.Item>
          </div>
          <Form.Item name="is_duty" valuePropName="checked">
            <Checkbox>值班岗（接收派单、催签短信）</Checkbox>
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function RenameDrawer({ user, close, saved }: { user: UserView; close: () => void; saved: () => void }) {
  return (
    <FormDrawer<UserForm>
      title={`修改用户：${user.login}`}
      initial={{ name: user.name }}
      send={async (v) => {
        await calls.save(user.id, { name: v.name, phone: v.phone || null });
        saved();
      }}
      done="已保存"
      close={close}
    >
      {() => (
        <>
          <Form.Item name="name" label="姓名" rules={[{ required: true, whitespace: true, message: "请填写姓名" }]}>
            <Input maxLength={30} autoFocus />
          </Form.Item>
          <Form.Item name="phone" label="新手机号" rules={[PHONE]} extra={user.phone_masked ? `现为 ${user.phone_masked}，不填则不变` : "现未登记"}>
            <Input maxLength={11} autoComplete="off" />
          </Form.Item>
        </>
      )}
    </FormDrawer>
  );
}

function Appointment({ appointment: a }: { appointment: UserAppointment }) {
  const now = serverNow();
  const over = a.valid_to !== null && a.valid_to <= now;
  return (
    <li className="panel" style={{ padding: "8px 12px", opacity: over ? 0.6 : 1 }}>
      <b>{a.org.name}</b>　{a.position}
      {a.is_duty && <span className="tag tag-blue" style={{ marginLeft: 8 }}>值班岗</span>}
      {over && <span className="tag" style={{ marginLeft: 8 }}>已失效</span>}
      <dl className="adm-kv" style={{ marginTop: 4 }}>
        <dt>角色</dt>
        <dd>{a.roles.length > 0 ? a.roles.map((r) => r.cn).join("、") : <span className="warn">未授权</span>}</dd>
        <dt>数据范围</dt>
        <dd>{(SCOPE as Record<string, string>)[a.scope] ?? a.scope}</dd>
        <dt>有效期</dt>
        <dd className="num">
          {date(a.valid_from)} 起{a.valid_to === null ? "，长期" : `，至 ${date(a.valid_to)}`}
        </dd>
      </dl>
    </li>
  );
}

export interface UserDrawerProps {
  user: UserView;
  close: () => void;
  changed: () => void;
  reveal: (password: string) => void;
}

function AccountActions({ user, changed, reveal }: Omit<UserDrawerProps, "close">) {
  const can = useCan();
  const self = useSession().user.id === user.id;
  const { message } = App.useApp();
  const [busy, setBusy] = useState<string>();
  const run = async (name: string, act: () => Promise<unknown>, said?: string) => {
    setBusy(name);
    try {
      await act();
      if (said) message.success(said);
      changed();
    } catch (error) {
      message.error(messageOf(error));
    } finally {
      setBusy(undefined);
    }
  };
  const locked = user.locked_until !== null && user.locked_until > serverNow();
  return (
    <div className="adm-bar">
      {can("admin.user") && (
        <Popconfirm title="重置密码？" description="原密码立即失效，生成一次性密码。" okText="重置" cancelText="取消" onConfirm={() => run("reset", async () => reveal((await calls.resetPassword(user.id)).one_time_password))}>
          <Button loading={busy === "reset"}>重置密码</Button>
        </Popconfirm>
      )}
      {locked && can("session.unlock") && (
        <Button loading={busy === "unlock"} onClick={() => void run("unlock", () => calls.unlock(user.id), "已解锁")}>
          解锁
        </Button>
      )}
      {can("admin.user") &&
        (user.disabled ? (
          <Button loading={busy === "enable"} onClick={() => void run("enable", () => calls.enable(user.id), "已启用")}>
            启用
          </Button>
        ) : (
          <Popconfirm title={`停用“${user.name}”？`} description="该用户立即退出登录，不能再登录；记录保留。" okText="停用" cancelText="取消" okButtonProps={{ danger: true }} onConfirm={() => run("disable", () => calls.disable(user.id), "已停用")}>
            <Button danger loading={busy === "disable"} disabled={self} title={self ? "不能停用自己" : undefined}>
              停用
            </Button>
          </Popconfirm>
        ))}
    </div>
  );
}

export function UserDrawer(props: UserDrawerProps) {
  const { user, close, changed } = props;
  const can = useCan();
  const [open, setOpen] = useState<"appoint" | "rename">();
  const locked = user.locked_until !== null && user.locked_until > serverNow();
  return (
    <Drawer open onClose={close} title={`${user.name}（${user.login}）`} size={480}>
      {locked && <div className="note note-red adm-note">登录失败次数过多，已锁定至 {dateTime(user.locked_until)}。</div>}
      {user.disabled && <div className="note adm-note">账号已停用。</div>}
      <dl className="adm-kv" style={{ marginBottom: 12 }}>
        <dt>手机</dt>
        <dd className="num">{user.phone_masked ?? "未登记"}</dd>
        <dt>最近登录</dt>
        <dd className="num">{user.last_login_at === null ? "从未登录" : dateTime(user.last_login_at)}</dd>
        <dt>密码</dt>
        <dd>{user.must_change_password ? "一次性密码，下次登录须修改" : "正常"}</dd>
      </dl>
      <div className="adm-bar" style={{ marginBottom: 16 }}>
        {can("admin.user") && <Button onClick={() => setOpen("rename")}>修改信息</Button>}
        <AccountActions {...props} />
      </div>
      <div className="adm-bar" style={{ marginBottom: 8 }}>
        <b>任职</b>
        {can("admin.user") && (
          <button type="button" className="link" onClick={() => setOpen("appoint")}>
            增加任职
          </button>
        )}
      </div>
      <ul style={{ display: "grid", gap: 8 }}>
        {user.appointments.map((a) => (
          <Appointment key={a.id} appointment={a} />
        ))}
      </ul>
      {user.appointments.length === 0 && <p className="muted">尚未任职。没有任职的账号不能办公。</p>}
      {can("admin.policy") && <UserBindings user={user} />}
      {open === "appoint" && <AppointmentDrawer user={user} close={() => setOpen(undefined)} saved={changed} />}
      {open === "rename" && <RenameDrawer user={user} close={() => setOpen(undefined)} saved={changed} />}
    </Drawer>
  );
}
