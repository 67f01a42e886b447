// 签收、分派、开始办理、联系诉求人: the unit takes the matter up.
import { Form, Segmented } from "antd";
import { CONTACT_RESULT, CONTACT_WAY, options, type ContactResult, type ContactWay } from "@/api/codes";
import type { Id } from "@/api/types";
import { OrgPicker } from "@/ui/org-picker";
import { serverNow } from "@/ui/time";
import { HandlerPicker, MomentField, RadioField, TextField } from "./fields";
import { command, orNull, taskId } from "./spec";

export const sign = command<object>({
  action: "sign",
  title: "签收",
  confirm: "确认签收",
  previews: true,
  hint: () => "签收即表示由本单位负责办理。如不属本单位职责，请在签收时限内申请退回。",
  body: (_, ctx) => ({ action: "sign", task: taskId(ctx) }),
});

export const start = command<object>({
  action: "start",
  title: "开始办理",
  confirm: "开始办理",
  body: (_, ctx) => ({ action: "start", task: taskId(ctx) }),
});

interface AssignValues {
  to: "user" | "org";
  handler?: Id | null;
  org?: Id | null;
  advice?: string;
}

export const assign = command<AssignValues>({
  action: "assign",
  title: "分派",
  confirm: "确认分派",
  previews: true,
  initial: () => ({ to: "user" }),
  body: (v, ctx) => ({
    action: "assign",
    task: taskId(ctx),
    handler: v.to === "user" ? (v.handler ?? null) : null,
    org: v.to === "org" ? (v.org ?? null) : null,
    advice: orNull(v.advice),
  }),
  Fields: ({ ctx }) => {
    const to = Form.useWatch<AssignValues["to"]>("to");
    const org = ctx.task?.org.id ?? "";
    return (
      <>
        <Form.Item name="to" label="分派给">
          <Segmented aria-label="分派给" options={[{ value: "user", label: "本单位经办人" }, { value: "org", label: "下级单位" }]} />
        </Form.Item>
        {to === "org" ? (
          <Form.Item
            name="org"
            label="下级单位"
            extra="下派后本单位仍负主办责任，下级单位的期限不晚于本单位期限。"
            rules={[{ required: true, message: "请选择下级单位" }]}
          >
            <OrgPicker under={org} />
          </Form.Item>
        ) : (
          <Form.Item name="handler" label="经办人" rules={[{ required: true, message: "请选择经办人" }]}>
            <HandlerPicker org={org} />
          </Form.Item>
        )}
        <TextField name="advice" label="分派意见" rows={2} />
      </>
    );
  },
});

interface ContactValues {
  at: number;
  way: ContactWay;
  result: ContactResult;
  note?: string;
}

export const contact = command<ContactValues>({
  action: "contact",
  evidence: "contact",
  title: "联系记录",
  confirm: "保存记录",
  hint: ({ order }) =>
    order.confidentiality === "none"
      ? "答复前须与诉求人联系并如实记录。"
      : "诉求人要求保密：请通过12345中转联系，不得自行查问其身份。",
  initial: () => ({ at: serverNow(), way: "phone", result: "reached" }),
  body: (v, ctx) => ({ action: "contact", task: taskId(ctx), at: v.at, way: v.way, result: v.result, note: orNull(v.note) }),
  Fields: () => (
    <>
      <MomentField name="at" label="联系时间" required only="past" />
      <RadioField name="way" label="联系方式" options={options(CONTACT_WAY)} />
      <RadioField name="result" label="联系结果" options={options(CONTACT_RESULT, ["none"])} />
      <TextField name="note" label="沟通情况" rows={4} max={1000} placeholder="诉求人陈述、补充的事实、对处理意见的态度" />
    </>
  ),
});
