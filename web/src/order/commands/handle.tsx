// 提交单位审核: the unit's answer, and its leader's word on it.
import { Checkbox, Form } from "antd";
import { CONTACT_RESULT, CONTACT_WAY, HANDLE_RESULT, options, type HandleResult } from "@/api/codes";
import type { ContactView, HandlingForm } from "@/api/types";
import { QuoteKnowledge } from "@/knowledge/quote";
import { dateTime } from "@/ui/time";
import { ReplyHits, useReplyCheck } from "../reply-gate";
import { RadioField, TextField } from "./fields";
import { clean, command, orNull, taskId, type CommandContext } from "./spec";

interface Values {
  claim_true: "yes" | "no" | null;
  beyond_duty?: boolean;
  result: HandleResult;
  unsolved_reason?: string;
  handling_note: string;
  public_reply: string;
  legal_basis?: string;
  override_reason?: string;
}

/** As now recorded: a contact that was put right counts by its latest record, and not when nobody was called at all. */
const tookPlace = (c: ContactView): boolean => c.in_force && c.result !== "none";

/** Nobody needs to be called when the citizen is unknown or wants no answer. */
export function contactMissing({ order, task }: Pick<CommandContext, "order" | "task">): boolean {
  if (order.anonymous || order.no_reply_wanted) return false;
  return !order.contacts.some((c) => tookPlace(c) && (!task || c.task_id === task.id));
}

function Contacts({ ctx }: { ctx: CommandContext }) {
  if (contactMissing(ctx)) return <div className="note note-amber">尚无联系记录。答复前须先与诉求人联系并记录，否则不能提交。</div>;
  const mine = ctx.order.contacts.filter((c) => tookPlace(c) && c.task_id === ctx.task?.id);
  const last = mine.at(-1);
  if (!last) return null;
  return (
    <div className="note">
      已联系 {mine.length} 次，最近：{dateTime(last.at)} {CONTACT_WAY[last.way]}，{CONTACT_RESULT[last.result]}
    </div>
  );
}

function Fields({ ctx }: { ctx: CommandContext }) {
  const result = Form.useWatch<HandleResult | undefined>("result");
  const values = Form.useWatch<Partial<Values> | undefined>((v: Partial<Values>) => v);
  const hits = useReplyCheck(ctx.order, { task: taskId(ctx), form: handlingForm({ result: "solved", claim_true: null, handling_note: "", public_reply: "", ...values, override_reason: "" }) });
  const serious = hits?.some((h) => h.severity === "serious") ?? false;
  const open = result === "partial" || result === "unsolved_explained";
  return (
    <div style={{ display: "grid", gap: 10 }}>
      <Contacts ctx={ctx} />
      {ctx.task?.defect && ctx.task.unit_opinion && <div className="note note-amber">上次退回意见：{ctx.task.unit_opinion}</div>}
      <div>
        <div className="command-row">
          <RadioField name="claim_true" label="诉求是否属实" options={[{ value: "yes", label: "属实" }, { value: "no", label: "不属实" }]} />
          <Form.Item name="beyond_duty" label="职责" valuePropName="checked">
            <Checkbox>超出本单位职责</Checkbox>
          </Form.Item>
        </div>
        <RadioField name="result" label="办理结果" options={options(HANDLE_RESULT)} />
        {open && <TextField name="unsolved_reason" label="未解决原因" required min={4} rows={2} />}
        <TextField name="handling_note" label="办理情况（内部）" required min={10} rows={4} max={2000} placeholder="何时由谁核实、采取了什么措施、结果如何" />
        <TextField
          name="public_reply"
          label="公开答复内容"
          required
          min={10}
          rows={5}
          max={2000}
          placeholder="诉求人将看到的内容：逐项回应，写明结果、依据和时间"
          extra={
            <>
              <QuoteKnowledge order={ctx.order} field="public_reply" />
              <ReplyHits hits={hits} text={values?.public_reply ?? ""} order={ctx.order} />
            </>
          }
        />
        {serious && (
          <TextField name="override_reason" label="保留理由（不修改时必填，审核员可见）" rows={2} max={500} placeholder="为何不按质量检查的提示修改" />
        )}
        <TextField
          name="legal_basis"
          label={result === "not_duty" || result === "unsolved_explained" ? "法律政策依据" : "法律政策依据（如有）"}
          required={result === "not_duty" || result === "unsolved_explained"}
          rows={2}
          placeholder="法规名称及条款"
        />
      </div>
    </div>
  );
}

export function handlingForm(v: Values): HandlingForm {
  const open = v.result === "partial" || v.result === "unsolved_explained";
  return {
    claim_true: v.claim_true === "yes" ? true : v.claim_true === "no" ? false : null,
    beyond_duty: v.beyond_duty ?? false,
    result: v.result,
    unsolved_reason: open ? orNull(v.unsolved_reason) : null,
    handling_note: clean(v.handling_note),
    public_reply: clean(v.public_reply),
    legal_basis: orNull(v.legal_basis),
    override_reason: orNull(v.override_reason),
  };
}

export const submitUnit = command<Values>({
  action: "submit_unit",
  evidence: "handle",
  answers: true,
  title: "提交单位审核",
  confirm: "提交审核",
  width: 720,
  draft: (ctx) => `handle.${ctx.task?.id ?? ""}`,
  initial: ({ task }) => ({
    claim_true: task?.claim_true === true ? "yes" : task?.claim_true === false ? "no" : null,
    beyond_duty: task?.beyond_duty ?? false,
    ...(task?.result && { result: task.result }),
    unsolved_reason: task?.unsolved_reason ?? "",
    handling_note: task?.handling_note ?? "",
    public_reply: task?.public_reply ?? "",
    legal_basis: task?.legal_basis ?? "",
  }),
  body: (v, ctx) => ({ action: "submit_unit", task: taskId(ctx), form: handlingForm(v) }),
  Fields,
});

export const unitApprove = command<{ opinion?: string }>({
  action: "unit_approve",
  title: "单位审核通过",
  confirm: "审核通过，报送中心",
  hint: ({ task }) => task?.public_reply && <span className="prose">公开答复：{task.public_reply}</span>,
  body: (v, ctx) => ({ action: "unit_approve", task: taskId(ctx), opinion: orNull(v.opinion) }),
  Fields: () => <TextField name="opinion" label="审核意见" rows={3} placeholder="同意报送" />,
});

export const unitSendBack = command<{ opinion: string }>({
  action: "unit_send_back",
  title: "单位审核退回",
  confirm: "退回经办人",
  danger: true,
  hint: () => "退回后由经办人修改，办理期限继续计时。",
  body: (v, ctx) => ({ action: "unit_send_back", task: taskId(ctx), opinion: clean(v.opinion) }),
  Fields: () => <TextField name="opinion" label="退回意见" required min={4} rows={4} placeholder="需要补充、修改的内容" autoFocus />,
});
