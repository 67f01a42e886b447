// 申请: what a unit asks for and somebody else decides.
import { Checkbox, Form, InputNumber, Radio } from "antd";
import { CONTACTED, CONTEST_GROUND, options, RATING, SOLVED, type ContestGround } from "@/api/codes";
import type { CallbackView, EvidenceLine, Id, OrderView, RatedItem } from "@/api/types";
import { EvidenceCard } from "../evidence";
import { spanText } from "@/ui/deadline-explain";
import { OrgPicker } from "@/ui/org-picker";
import { dateTime } from "@/ui/time";
import { DictField, SelectField, TextField } from "./fields";
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
  evidence: "appraisal",
  title: "申请剔除考核",
  confirm: "提交剔除申请",
  previews: true,
  hint: () => "经单位负责人、中心审批后不计入各项比率，仍计入受理、派单量；原始评价保留。",
  body: (v) => ({ action: "exempt", code: v.code, reason: clean(v.reason) }),
  Fields: () => (
    <>
      <DictField name="code" label="剔除情形" code="exempt_reason" />
      <TextField name="reason" label="理由与证据" required min={10} rows={5} max={1000} />
    </>
  ),
});

interface ContestValues {
  callback: Id;
  items: RatedItem[];
  ground: ContestGround;
  reason: string;
}

/** Answers that can still be contested, the latest first. */
function contestable(order: OrderView): CallbackView[] {
  return order.callbacks.filter((c) => c.reached && c.in_force && (c.contest === null || c.contest === "cancelled")).sort((a, b) => b.at - a.at);
}

/** What the citizen said, item by item; items without an answer are left out. */
export function saidOf(c: CallbackView): { item: RatedItem; name: string; said: string }[] {
  const all = [
    { item: "contacted" as const, name: "是否联系", said: c.contacted && c.contacted !== "unsure" ? CONTACTED[c.contacted] : "" },
    { item: "process" as const, name: "过程满意", said: c.process_rating && c.process_rating !== "none" ? RATING[c.process_rating] : "" },
    { item: "result" as const, name: "结果满意", said: c.rating && c.rating !== "none" ? RATING[c.rating] : "" },
    { item: "solved" as const, name: "是否解决", said: c.solved ? SOLVED[c.solved] : "" },
  ];
  return all.filter((i) => i.said !== "");
}

function ContestFields({ ctx }: { ctx: CommandContext }) {
  const open = contestable(ctx.order);
  const picked = Form.useWatch<Id | undefined>("callback");
  const about = open.find((c) => c.id === picked);
  return (
    <>
      <SelectField name="callback" label="申诉的回访" options={open.map((c) => ({ value: c.id, label: `${dateTime(c.at)} ${c.mode_cn}（第 ${c.round} 轮，${c.by_name}）` }))} />
      {about && (
        <Form.Item name="items" label="申诉的评价项" rules={[{ required: true, message: "请选择申诉的评价项" }]}>
          <Checkbox.Group options={saidOf(about).map((i) => ({ value: i.item, label: `${i.name}：${i.said}` }))} />
        </Form.Item>
      )}
      <SelectField name="ground" label="申诉理由" options={options(CONTEST_GROUND)} />
      <TextField name="reason" label="申诉说明" required min={10} rows={4} max={1000} placeholder="实际情况如何，证据证明了什么" />
    </>
  );
}

export const contest = command<ContestValues>({
  action: "contest",
  evidence: "appraisal",
  title: "评价申诉",
  confirm: "提交申诉",
  previews: true,
  hint: () => "每次评价只能申诉一次，须附证据。经单位负责人、中心审批成立的，所申诉的评价项不计入考核；诉求人的评价原样保留。",
  initial: ({ order }) => ({ callback: contestable(order)[0]?.id }) as Partial<ContestValues>,
  body: (v) => ({ action: "contest", callback: v.callback, items: v.items, ground: v.ground, reason: clean(v.reason) }),
  Fields: ContestFields,
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
