// 申请: what a unit asks for and somebody else decides.
import { Form, InputNumber, Radio } from "antd";
import type { EvidenceLine, Id } from "@/api/types";
import { EvidenceCard } from "../evidence";
import { spanText } from "@/ui/deadline-explain";
import { OrgPicker } from "@/ui/org-picker";
import { DictField, TextField } from "./fields";
import { clean, command, orNull, taskId, type CommandContext } from "./spec";

interface ReturnValues {
  reason_code: string;
  reason: string;
  basis?: string;
  suggested_org?: Id | null;
  disputed?: EvidenceLine | null;
}

export const returnApply = command<ReturnValues>({
  action: "return_apply",
  evidence: "return",
  title: "申请退回",
  confirm: "提交退回申请",
  previews: true,
  width: 640,
  hint: () => "审批期间办理期限继续计时；未获批准前仍由本单位负责。第二次退回将转入会商，由会商指定承办单位。",
  body: (v, ctx) => ({
    action: "return_apply",
    task: taskId(ctx),
    reason_code: v.reason_code,
    reason: clean(v.reason),
    basis: orNull(v.basis),
    suggested_org: v.suggested_org ?? null,
    disputed: v.disputed ?? null,
  }),
  Fields: ({ ctx }) => {
    const code = Form.useWatch<string | undefined>("reason_code");
    const duty = code === "01" || code === "02" || code === "03";
    const card = ctx.task?.evidence;
    return (
      <>
        {ctx.task && card && <EvidenceCard task={ctx.task} evidence={card} />}
        {card && (
          <Form.Item name="disputed" label="依据卡中哪一项有误" rules={[{ required: true, message: "请指出依据卡中哪一项有误" }]}>
            <Radio.Group options={card.lines.map((l) => ({ value: l.code, label: l.cn }))} />
          </Form.Item>
        )}
        <DictField name="reason_code" label="退回原因" code="return_reason" />
        <TextField name="reason" label="具体理由" required min={10} rows={3} placeholder="该项错在哪里，正确的情况是什么" />
        <TextField
          name="basis"
          label="退回依据"
          required
          rows={2}
          placeholder="三定规定、权责清单等的具体条款"
        />
        <Form.Item
          name="suggested_org"
          label={duty ? "建议承办单位" : "建议承办单位（如有）"}
          rules={[{ required: duty, message: "请指出应由哪个单位承办" }]}
        >
          <OrgPicker barred={ctx.task ? [ctx.task.org.id] : []} />
        </Form.Item>
      </>
    );
  },
});

interface ExtensionValues {
  reason_code: string;
  reason: string;
  basis?: string;
  days: number;
}

function handleClock(ctx: CommandContext) {
  return ctx.order.clocks.find((c) => c.outcome === "open" && (c.kind === "task" || c.kind === "order"));
}

export const extensionApply = command<ExtensionValues>({
  action: "extension_apply",
  evidence: "extension",
  title: "申请延期",
  confirm: "提交延期申请",
  previews: true,
  hint: (ctx) => {
    const span = spanText(handleClock(ctx)?.span);
    return `须在到期前提出，并已向诉求人说明。${span ? `原办理时限 ${span}，延长不超过原时限。` : ""}审批期间继续计时。`;
  },
  body: (v, ctx) => ({
    action: "extension_apply",
    task: taskId(ctx),
    reason_code: v.reason_code,
    reason: clean(v.reason),
    basis: orNull(v.basis),
    days: v.days,
  }),
  Fields: ({ ctx }) => {
    const span = handleClock(ctx)?.span;
    return (
      <>
        <DictField name="reason_code" label="延期原因" code="extension_reason" />
        <Form.Item name="days" label="申请延长" rules={[{ required: true, message: "请填写延长的时间" }]}>
          <InputNumber min={1} max={span?.qty ?? 60} precision={0} suffix={spanText({ qty: 1, unit: span?.unit ?? "work_day" }).replace("1", "")} style={{ width: 160 }} />
        </Form.Item>
        <TextField name="reason" label="具体理由" required min={10} rows={4} />
        <TextField name="basis" label="法律政策依据（如有）" rows={2} />
      </>
    );
  },
});

export const exempt = command<{ code: string; reason: string }>({
  action: "exempt",
  title: "申请剔除考核",
  confirm: "提交剔除申请",
  previews: true,
  hint: () => "经单位、区县、中心逐级审批后不计入考核，原始评价保留。",
  body: (v) => ({ action: "exempt", code: v.code, reason: clean(v.reason) }),
  Fields: () => (
    <>
      <DictField name="code" label="剔除情形" code="exempt_reason" />
      <TextField name="reason" label="理由与证据" required min={10} rows={5} max={1000} />
    </>
  ),
});

export const terminate = command<{ ground: string; explanation: string }>({
  action: "terminate",
  title: "申请终止办理",
  confirm: "提交终止申请",
  previews: true,
  danger: true,
  hint: () => "经中心审批后终止，并向诉求人书面说明。",
  body: (v) => ({ action: "terminate", ground: v.ground, explanation: clean(v.explanation) }),
  Fields: () => (
    <>
      <DictField name="ground" label="终止情形" code="reject_reason" />
      <TextField name="explanation" label="情况说明" required min={10} rows={5} max={1000} />
    </>
  ),
});
