import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input } from "antd";
import { useState } from "react";
import { session } from "@/api/calls";
import { ApiError, messageOf } from "@/api/client";
import { keys } from "@/api/hooks";
import { useAdoptSession } from "./session";
import "./login.css";

interface Values {
  login: string;
  password: string;
}

/** Where a failed sign-in by the identity provider leads back to. */
const SENT_BACK = "/login";
/** Where the identity provider sends back to after a goodbye. */
const LEFT = "/login/left";

/** The page that was asked for: the sign-in stands in its place. */
function here(): string {
  const { pathname, search } = window.location;
  return pathname === SENT_BACK || pathname === LEFT ? "/" : `${pathname}${search}`;
}

/** 登录. A locked account is told until when; which of name and password was wrong is not told. */
export default function Login() {
  const [refusal, setRefusal] = useState<{ text: string; locked: boolean }>();
  const [busy, setBusy] = useState(false);
  const [form] = Form.useForm<Values>();
  const adopt = useAdoptSession();
  const client = useQueryClient();
  const refused = window.location.pathname === SENT_BACK ? (new URLSearchParams(window.location.search).get("refused") ?? "") : "";
  const notice = client.getQueryData<string | null>(keys.left) ?? (window.location.pathname === LEFT ? "您已退出登录。" : null);
  const offer = useQuery({ queryKey: ["sign-in-offer", refused], queryFn: () => session.offer(refused), retry: false }).data;

  const submit = async ({ login, password }: Values) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      const opened = await session.open(login.trim(), password);
      client.removeQueries({ predicate: (q) => q.queryKey[0] !== keys.session[0] });
      adopt(opened);
    } catch (error) {
      setRefusal({ text: messageOf(error), locked: error instanceof ApiError && error.status === 423 });
      form.resetFields(["password"]);
      form.getFieldInstance("password")?.focus();
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <div className="login-box">
        <header className="login-head">
          <div className="login-mark">12345</div>
          <h1>政务服务便民热线工作平台</h1>
        </header>
        {notice && !refusal && (
          <div className="note" role="status">
            {notice}
          </div>
        )}
        {offer?.refusal && !refusal && (
          <div className="note note-red" role="alert">
            {offer.refusal}
          </div>
        )}
        {offer?.name && (
          <div className="login-by">
            <Button type="primary" size="large" block href={`/api/sign-in/begin?next=${encodeURIComponent(here())}`}>
              用“{offer.name}”登录
            </Button>
            <div className="login-or">{offer.admins_only ? "管理员可用密码登录" : "或用密码登录"}</div>
          </div>
        )}
        <Form form={form} layout="vertical" size="large" requiredMark={false} onFinish={(v) => void submit(v)} disabled={busy}>
          <Form.Item name="login" label="登录名" rules={[{ required: true, whitespace: true, message: "请输入登录名" }]}>
            <Input autoFocus autoComplete="username" maxLength={64} />
          </Form.Item>
          <Form.Item name="password" label="密码" rules={[{ required: true, message: "请输入密码" }]}>
            <Input.Password autoComplete="current-password" maxLength={128} />
          </Form.Item>
          {refusal && (
            <div className={`note ${refusal.locked ? "note-amber" : "note-red"}`} role="alert">
              {refusal.text}
              {refusal.locked && <div>如急需使用，请联系安全管理员解锁。</div>}
            </div>
          )}
          <Button type={offer?.name ? "default" : "primary"} htmlType="submit" block loading={busy}>
            登录
          </Button>
        </Form>
        <p className="login-foot">本系统记载公民个人信息，所有操作均留痕审计。禁止录入、处理国家秘密。</p>
      </div>
    </main>
  );
}
