// Ways an order ends before, beside or after handling.
import { Checkbox, Form } from "antd";
import { options, REJECT_ALONE, REJECT_REASON, TRANSFER_TARGET, type RejectReason, type TransferTarget } from "@/api/codes";
import type { Id } from "@/api/types";
import { QuoteKnowledge } from "@/knowledge/quote";
import { quoted } from "@/knowledge/quoting";
import { TextCheck } from "../reply-gate";
import { LineField, OrderRefField, SelectField, TextField } from "./fields";
import { clean, command, orNull } from "./spec";

export const directReply = command<{ reply: string }>({
  action: "direct_reply",
  title: "直接答复",
  confirm: "答复并办结",
  draft: ({ order }) => `direct.${order.id}`,
  hint: () => "适用于咨询、建议、感谢和简单事项，答复后直接办结，不派单。",
  body: (v, { order }) => ({ action: "direct_reply", reply: clean(v.reply), kb_id: quoted(order.id) }),
  Fields: ({ ctx }) => {
    const reply = Form.useWatch<string | undefined>("reply");
    return (
      <>
        <TextField name="reply" label="答复内容" required min={5} rows={7} max={2000} extra={<TextCheck order={ctx.order} text={reply ?? ""} />} autoFocus />
        <QuoteKnowledge order={ctx.order} field="reply" />
      </>
    );
  },
});

interface RejectValues {
  reason: RejectReason;
  explanation: string;
  redirect_target?: string;
  linked_order?: Id | null;
}

export function RejectFields() {
  const reason = Form.useWatch<RejectReason | undefined>("reason");
  const redirect = reason === "N01" || reason === "N02" || reason === "N03";
  return (
    <>
      <SelectField name="reason" label="不予受理情形" options={options(REJECT_REASON).map((o) => ({ ...o, label: `${o.value} ${o.label}` }))} />
      {reason && !REJECT_ALONE.includes(reason) && <div className="note note-amber" style={{ marginBottom: 10 }}>此情形须经班长确认后生效。</div>}
      {reason === "N06" && <OrderRefField name="linked_order" label="正在办理或已办结的工单" />}
      {redirect && <LineField name="redirect_target" label={reason === "N01" ? "转接结果" : "告知去向"} required placeholder={reason === "N01" ? "已转接的专线号码和结果" : "仲裁委员会、人民法院、信访局等"} />}
      <TextField name="explanation" label="对诉求人的解释" required min={5} rows={4} max={1000} />
    </>
  );
}

export const reject = command<RejectValues>({
  action: "reject",
  title: "不予受理",
  confirm: "确认不予受理",
  danger: true,
  previews: true,
  body: (v) => ({
    action: "reject",
    reason: v.reason,
    explanation: clean(v.explanation),
    redirect_target: orNull(v.redirect_target),
    linked_order: v.linked_order ?? null,
  }),
  Fields: RejectFields,
});

export const transferOut = command<{ target: TransferTarget; receipt: string; reason?: string }>({
  action: "transfer_out",
  title: "转出",
  confirm: "确认转出",
  hint: () => "转出后 24 小时内跟踪对方是否接收。",
  body: (v) => ({ action: "transfer_out", target: v.target, receipt: clean(v.receipt), reason: orNull(v.reason) }),
  Fields: () => (
    <>
      <SelectField name="target" label="转出去向" options={options(TRANSFER_TARGET)} />
      <LineField name="receipt" label="对方回执（接警单号或通话结果）" required />
      <TextField name="reason" label="转出原因" rows={2} />
    </>
  ),
});

export const toPetition = command<{ petition_no: string; reason: string }>({
  action: "to_petition",
  title: "转信访",
  confirm: "确认转信访",
  hint: () => "转信访后本工单终止办理，由信访机构依法处理。",
  body: (v) => ({ action: "to_petition", petition_no: clean(v.petition_no), reason: clean(v.reason) }),
  Fields: () => (
    <>
      <LineField name="petition_no" label="信访事项编号" required />
      <TextField name="reason" label="转办理由" required min={4} />
    </>
  ),
});

export const withdraw = command<{ reason: string }>({
  action: "withdraw",
  title: "撤回诉求",
  confirm: "确认撤回",
  danger: true,
  hint: () => "仅限诉求人本人在录音电话中明确要求撤回。涉及公共利益的举报不得撤回。",
  body: (v) => ({ action: "withdraw", reason: clean(v.reason) }),
  Fields: () => <TextField name="reason" label="撤回原因（诉求人原话要点）" required min={4} autoFocus />,
});

export const reopen = command<{ reason: string; redo?: boolean }>({
  action: "reopen",
  title: "重开工单",
  confirm: "确认重开",
  previews: true,
  body: (v) => ({ action: "reopen", reason: clean(v.reason), redo: v.redo ?? false }),
  Fields: () => (
    <>
      <TextField name="reason" label="重开理由" required min={5} rows={4} placeholder="新的事实、错误办结或检查发现的问题" />
      <Form.Item name="redo" valuePropName="checked">
        <Checkbox>直接交原主办单位二次办理（不勾选则重新派单）</Checkbox>
      </Form.Item>
    </>
  ),
});

export const archive = command<object>({
  action: "archive",
  title: "归档",
  confirm: "确认归档",
  hint: () => "归档后不能再作任何办理，流转记录封存。",
  body: () => ({ action: "archive" }),
});

export const trackDue = command<object>({
  action: "track_due",
  title: "结束跟踪，转回办理",
  confirm: "转回办理",
  previews: true,
  body: () => ({ action: "track_due" }),
});
