// 协办: one lead, many co-handlers, each with its own question and answer.
import { Form } from "antd";
import type { Id } from "@/api/types";
import { OrgPicker } from "@/ui/org-picker";
import { MomentField, TextField } from "./fields";
import { clean, command, orNull, taskId } from "./spec";

export const addCo = command<{ org: Id; question: string; due_at?: number | null }>({
  action: "add_co",
  title: "添加协办",
  confirm: "添加协办",
  previews: true,
  hint: () => "主办责任不变；协办期限不晚于主办期限前1个工作日。",
  body: (v) => ({ action: "add_co", co: { org: v.org, question: orNull(v.question) }, due_at: v.due_at ?? null }),
  Fields: ({ ctx }) => (
    <>
      <Form.Item name="org" label="协办单位" rules={[{ required: true, message: "请选择协办单位" }]}>
        <OrgPicker barred={ctx.order.tasks.filter((t) => t.round === ctx.order.round && t.ended_at === null).map((t) => t.org.id)} />
      </Form.Item>
      <TextField name="question" label="协办事项" required min={4} placeholder="需要协办单位核实或办理什么" />
      <MomentField name="due_at" label="协办期限（不填按规则）" only="future" />
    </>
  ),
});

export const coReply = command<{ reply: string; unable_reason?: string }>({
  action: "co_reply",
  evidence: "handle",
  title: "协办反馈",
  confirm: "提交反馈",
  draft: (ctx) => `co.${ctx.task?.id ?? ""}`,
  hint: ({ task }) => task?.advice && `协办事项：${task.advice}`,
  body: (v, ctx) => ({ action: "co_reply", task: taskId(ctx), reply: clean(v.reply), unable_reason: orNull(v.unable_reason) }),
  Fields: () => (
    <>
      <TextField name="reply" label="协办意见" required min={5} rows={6} max={2000} />
      <TextField name="unable_reason" label="不能办理的原因（如有）" rows={2} />
    </>
  ),
});
