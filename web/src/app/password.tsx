import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { session as calls } from "@/api/calls";
import { ApiError, messageOf } from "@/api/client";
import { keys } from "@/api/hooks";
import { passwordRules } from "./password-rules";
import { useSession } from "./session";
import "./login.css";

interface Values {
  current: string;
  next: string;
  again: string;
}

/** 修改密码: forced after the first login or a reset, by choice otherwise. */
export function PasswordForm({ onDone, onCancel, cancelText }: { onDone: () => void; onCancel: () => void; cancelText: string }) {
  const { user } = useSession();
  const [form] = Form.useForm<Values>();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const next: string = Form.useWatch("next", form) ?? "";
  const current: string = Form.useWatch("current", form) ?? "";
  const rules = passwordRules(next, user.login, current);

  const submit = async (values: Values) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      await calls.password(values.current, values.next);
      onDone();
    } catch (error) {
      const fields = error instanceof ApiError ? error.fields.filter((f) => f.field === "current" || f.field === "next") : [];
      form.setFields(fields.map((f) => ({ name: f.field as keyof Values, errors: [f.message] })));
      if (fields.length === 0) setRefusal(messageOf(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Form form={form} layout="vertical" requiredMark={false} onFinish={(v) => void submit(v)} disabled={busy}>
      <Form.Item name="current" label="当前密码" rules={[{ required: true, message: "请输入当前密码" }]}>
        <Input.Password autoFocus autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="next"
        label="新密码"
        rules={[
          { required: true, message: "请输入新密码" },
          { validator: () => (rules.every((r) => r.met) ? Promise.resolve() : Promise.reject(new Error("新密码未达到下列要求"))) },
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <ul className="rules">
        {rules.map((r) => (
          <li key={r.text} className={r.met ? "met" : ""}>
            {r.text}
          </li>
        ))}
      </ul>
      <Form.Item
        name="again"
        label="再次输入新密码"
        dependencies={["next"]}
        rules={[
          { required: true, message: "请再次输入新密码" },
          ({ getFieldValue }) => ({
            validator: (_, v) => (!v || v === getFieldValue("next") ? Promise.resolve() : Promise.reject(new Error("两次输入的新密码不一致"))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      {refusal && (
        <div className="note note-red" role="alert">
          {refusal}
        </div>
      )}
      <div className="form-foot">
        <Button type="primary" htmlType="submit" loading={busy}>
          保存新密码
        </Button>
        <Button onClick={onCancel}>{cancelText}</Button>
      </div>
    </Form>
  );
}

/** The only page of somebody who must change the password first. */
export default function ForcedPassword({ signOut }: { signOut: () => void }) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const { user } = useSession();
  return (
    <main className="login">
      <div className="login-box">
        <header className="login-head">
          <h1>请先修改密码</h1>
          <p className="muted">{user.name}，您正在使用初始密码或密码已到期，修改后方可继续。</p>
        </header>
        <PasswordForm
          onDone={() => {
            message.success("密码已修改");
            void client.invalidateQueries({ queryKey: keys.session });
          }}
          onCancel={signOut}
          cancelText="退出登录"
        />
      </div>
    </main>
  );
}
