// 中心审核、阶段性办结、统一回复: the centre looks at every reply and answers the citizen.
import { Form } from "antd";
import { DEFECT, options, type Defect } from "@/api/codes";
import { QuoteKnowledge } from "@/knowledge/quote";
import { TextCheck } from "../reply-gate";
import { MomentField, RadioField, SelectField, TextField } from "./fields";
import { clean, command, orNull, type CommandContext } from "./spec";

type Place = Pick<CommandContext, "order" | "task">;

/** The reply the unit proposes in this round. What was answered in an earlier round still stands on the order. */
export function proposedReply({ order, task }: Place): string {
  return task?.public_reply ?? order.reply ?? "";
}

/** The reply as the auditor let it pass. */
export function auditedReply({ order, task }: Place): string {
  return order.reply ?? task?.public_reply ?? "";
}

function ReplyField({ label, extra, order }: { label: string; extra?: string; order: CommandContext["order"] }) {
  const reply = Form.useWatch<string | undefined>("reply");
  return (
    <TextField
      name="reply"
      label={label}
      required
      min={10}
      rows={7}
      max={2000}
      extra={
        <>
          {extra}
          <QuoteKnowledge order={order} field="reply" />
          <TextCheck order={order} text={reply ?? ""} />
        </>
      }
    />
  );
}

interface AcceptValues {
  opinion?: string;
  reply: string;
}

export const centerAccept = command<AcceptValues>({
  action: "center_accept",
  title: "中心审核通过",
  confirm: "审核通过",
  previews: true,
  width: 640,
  // A reply handed in again after 补正 is a new text.
  draft: ({ order, task }) => `audit.${order.id}.${task?.submitted_at ?? order.round}`,
  initial: (ctx) => ({ reply: proposedReply(ctx) }),
  body: (v, ctx) => ({
    action: "center_accept",
    opinion: orNull(v.opinion),
    reply: clean(v.reply) === clean(proposedReply(ctx)) ? null : clean(v.reply),
  }),
  Fields: ({ ctx }) => (
    <>
      <ReplyField label="答复内容（可修改）" extra="是否按期以单位提交时间为准。" order={ctx.order} />
      <TextField name="opinion" label="审核意见" rows={2} />
    </>
  ),
});

export const centerSendBack = command<{ defect: Defect; opinion: string }>({
  action: "center_send_back",
  title: "退回补正",
  confirm: "退回补正",
  danger: true,
  previews: true,
  hint: () => "退回后办理期限继续计时，不暂停。",
  body: (v) => ({ action: "center_send_back", defect: v.defect, opinion: clean(v.opinion) }),
  Fields: () => (
    <>
      <RadioField name="defect" label="存在问题" options={options(DEFECT)} />
      <TextField name="opinion" label="补正要求" required min={5} rows={4} placeholder="逐条写明需要补充、改正的内容" />
    </>
  ),
});

export const track = command<{ reason: string; measures: string; until: number }>({
  action: "track",
  title: "阶段性办结（挂账）",
  confirm: "提交",
  previews: true,
  hint: () => "限于客观条件暂不能解决的事项。到期前应取得进展，到期自动转回办理。",
  body: (v) => ({ action: "track", reason: clean(v.reason), measures: clean(v.measures), until: v.until }),
  Fields: () => (
    <>
      <TextField name="reason" label="客观原因" required min={10} rows={3} />
      <TextField name="measures" label="推进措施" required min={10} rows={3} placeholder="阶段措施、责任人" />
      <MomentField name="until" label="承诺解决时间" required only="future" />
    </>
  ),
});

export const REPLY_CHANNELS = [
  { value: "phone", label: "电话" },
  { value: "sms", label: "短信" },
  { value: "app", label: "网络（网站、APP）" },
  { value: "wechat", label: "微信" },
  { value: "letter", label: "书面" },
];

/** The way the citizen came is the way the answer goes, as far as we can. */
export function replyChannelOf(channel: string): string {
  if (channel === "02" || channel === "03") return "app";
  if (channel === "04") return "wechat";
  if (channel === "13") return "letter";
  return "sms";
}

export const unifiedReply = command<{ channel: string; reply: string }>({
  action: "unified_reply",
  answers: true,
  title: "统一回复",
  confirm: "发出回复",
  previews: true,
  width: 640,
  draft: ({ order }) => `reply.${order.id}.${order.round}`,
  hint: ({ order }) =>
    order.confidentiality !== "none" ? "保密件：只可由授权人员电话回复，不得发送短信或公开。" : order.anonymous ? "匿名诉求：答复仅供凭查询码查询。" : null,
  initial: (ctx) => ({
    channel: ctx.order.confidentiality !== "none" ? "phone" : replyChannelOf(ctx.order.channel),
    reply: auditedReply(ctx),
  }),
  body: (v) => ({ action: "unified_reply", channel: v.channel, reply: clean(v.reply) }),
  Fields: ({ ctx }) => (
    <>
      <SelectField
        name="channel"
        label="回复方式"
        options={ctx.order.confidentiality !== "none" ? REPLY_CHANNELS.filter((c) => c.value === "phone") : REPLY_CHANNELS}
      />
      <ReplyField label="回复内容" order={ctx.order} />
    </>
  ),
});
