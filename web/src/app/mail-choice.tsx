// 邮件提醒: where, and of what, somebody wants to be told by mail.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Radio } from "antd";
import { useState } from "react";
import { session as calls } from "@/api/calls";
import type { Body } from "@/api/types";
import { placeProblems } from "@/order/commands/errors";
import { Loaded } from "@/ui/states";

const KEY = ["own-mail"];
const CHOICES = [
  { value: "off", label: "不发邮件" },
  { value: "urgent", label: "仅紧急事项" },
  { value: "all", label: "全部消息" },
];
const MEANING: Record<string, string> = {
  off: "消息只在工作台内提醒。",
  urgent: "催签、二次办理、领导批示、督办和红灯同时发到邮箱。",
  all: "工作台的每条消息同时发到邮箱。",
};
type Values = Body<"own_mail_set">;

export function MailChoiceForm({ onDone }: { onDone: () => void }) {
  const query = useQuery({ queryKey: KEY, queryFn: calls.mail, gcTime: 0 });
  return (
    <Loaded query={query}>
      {(own) => (
        <>
          {!own.available && <div className="note note-amber">系统尚未接入邮件服务器，接入后所选提醒才会发出。</div>}
          <Choice initial={{ address: own.address ?? "", choice: own.choice }} onDone={onDone} />
        </>
      )}
    </Loaded>
  );
}

function Choice({ initial, onDone }: { initial: Values; onDone: () => void }) {
  const [form] = Form.useForm<Values>();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<string>();
  const choice = Form.useWatch("choice", form) ?? initial.choice;
  const save = async (values: Values) => {
    setBusy(true);
    setRefusal(undefined);
    try {
      client.setQueryData(KEY, await calls.setMail(values));
      message.success("邮件提醒已保存");
      onDone();
    } catch (error) {
      setRefusal(placeProblems(form, error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form<Values> form={form} layout="vertical" requiredMark={false} initialValues={initial} onFinish={(v) => void save(v)} disabled={busy}>
      <Form.Item name="choice" label="提醒范围" extra={MEANING[choice]}>
        <Radio.Group options={CHOICES} optionType="button" />
      </Form.Item>
      <Form.Item name="address" label="邮箱" extra="加密保存，只显示首字；邮件中没有群众的个人信息。清空即删除。" rules={[{ required: choice !== "off", whitespace: true, message: "请填写邮箱地址" }]}>
        <Input inputMode="email" maxLength={254} autoComplete="email" placeholder="zhangsan@example.gov.cn" onFocus={(e) => e.target.value.includes("*") && e.target.select()} />
      </Form.Item>
      {refusal && (
        <div className="note note-red" role="alert" style={{ marginBottom: 12 }}>
          {refusal}
        </div>
      )}
      <Button type="primary" htmlType="submit" loading={busy} block>
        保存
      </Button>
    </Form>
  );
}
