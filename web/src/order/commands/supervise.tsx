// 督办 (§5.8): issue a round, sign it, answer it, judge it, take it back.
import { Form, InputNumber } from "antd";
import { options, SUPERVISE_LEVEL, SUPERVISE_VERDICT, VERIFY_WAY, type SuperviseLevel, type SuperviseVerdict, type VerifyWay } from "@/api/codes";
import { useDictionary } from "@/api/hooks";
import type { Id, SupervisionView } from "@/api/types";
import { useSession } from "@/app/session";
import { OrgPicker } from "@/ui/org-picker";
import { dateTime } from "@/ui/time";
import { MomentField, RadioField, SelectField, TextField } from "./fields";
import { clean, command, type CommandContext } from "./spec";

/** Levels that need a second supervisor. */
const CONSENT: readonly SuperviseLevel[] = ["listed", "interview", "joint"];

/** What to offer: the level after the last round that was not carried out or not answered, else the mildest. */
export function offeredLevel(rounds: readonly SupervisionView[]): SuperviseLevel {
  const last = rounds.at(-1);
  const raised = last && (last.state === "evaluated" || last.state === "issued" || last.state === "signed");
  return (raised && last.next_level) || "urge";
}

interface IssueValues {
  level: SuperviseLevel;
  trigger: SupervisionView["trigger"];
  opinion: string;
  due_at?: number | null;
  cc?: Id[];
}

function IssueFields({ ctx }: { ctx: CommandContext }) {
  const roles = useSession().appointment.roles.map((r) => r.code);
  const strong = roles.includes("supervisor") || roles.includes("leader");
  const triggers = useDictionary("supervision_trigger");
  const level = Form.useWatch<SuperviseLevel | undefined>("level");
  const asks = level !== undefined && CONSENT.includes(level) && !roles.includes("leader");
  return (
    <>
      <RadioField name="level" label="督办级别" options={options(SUPERVISE_LEVEL, strong ? [] : CONSENT)} />
      {asks && <div className="note note-amber">{SUPERVISE_LEVEL[level]}须经另一名督办员同意后下发。</div>}
      <SelectField name="trigger" label="督办事由" options={triggers.map((t) => ({ value: t.code, label: `${t.code} ${t.name}` }))} />
      <TextField name="opinion" label="督办意见" required min={5} rows={4} max={1000} placeholder="存在的问题、要求采取的措施、反馈内容" autoFocus />
      <div className="command-row">
        <MomentField name="due_at" label="反馈期限（不填按规定时限）" only="future" />
      </div>
      <Form.Item name="cc" label="抄送">
        <OrgPicker multiple {...(ctx.order.lead_org && { barred: [ctx.order.lead_org.id] })} />
      </Form.Item>
    </>
  );
}

export const superviseIssue = command<IssueValues>({
  action: "supervise_issue",
  title: "下发督办",
  confirm: "下发督办",
  previews: true,
  hint: ({ order }) => (
    <>
      督办下发给当前主办单位{order.lead_org && <b> {order.lead_org.name}</b>}，置顶在主办人的待办中；工单办理期限不变。
    </>
  ),
  initial: ({ order }) => ({ level: offeredLevel(order.supervisions) }),
  body: (v) => ({
    action: "supervise_issue",
    level: v.level,
    trigger: v.trigger,
    opinion: clean(v.opinion),
    due_at: v.due_at ?? null,
    cc: v.cc ?? [],
  }),
  Fields: IssueFields,
});

function roundOf(ctx: CommandContext): SupervisionView {
  if (!ctx.supervision) throw new Error("命令缺少督办");
  return ctx.supervision;
}

/** What is asked, in one line above the form. */
function Asked({ round }: { round: SupervisionView }) {
  return (
    <>
      第{round.round}轮 {round.level_cn}，{round.initiator_name}（{round.initiator_org?.name ?? "自动督办"}）{dateTime(round.issued_at)} 下发，{dateTime(round.due_at)} 前反馈。
      <p className="prose">{round.opinion}</p>
    </>
  );
}

export const superviseSign = command<object>({
  action: "supervise_sign",
  title: "签收督办",
  confirm: "签收",
  hint: (ctx) => ctx.supervision && <Asked round={ctx.supervision} />,
  body: (_, ctx) => ({ action: "supervise_sign", supervision: roundOf(ctx).id }),
});

export const superviseReply = command<{ reply: string }>({
  action: "supervise_reply",
  evidence: "supervise",
  title: "督办反馈",
  confirm: "提交反馈",
  width: 640,
  draft: (ctx) => `supervise.${ctx.supervision?.id ?? ""}`,
  hint: (ctx) => ctx.supervision && <Asked round={ctx.supervision} />,
  body: (v, ctx) => ({ action: "supervise_reply", supervision: roundOf(ctx).id, reply: clean(v.reply) }),
  Fields: () => <TextField name="reply" label="整改、办理情况" required min={10} rows={6} max={5000} placeholder="原因、已采取的措施、结果或完成时间" autoFocus />,
});

interface JudgeValues {
  verdict: SuperviseVerdict;
  score: number;
  way: VerifyWay;
  comment: string;
}

/** 未落实 scores below 60. */
const USUAL: Record<SuperviseVerdict, number> = { done: 95, mostly: 75, not_done: 40 };

function JudgeFields({ ctx }: { ctx: CommandContext }) {
  const form = Form.useFormInstance<JudgeValues>();
  const verdict = Form.useWatch<SuperviseVerdict | undefined>("verdict");
  const next = ctx.supervision?.next_level;
  return (
    <>
      <div
        onChange={(e) => {
          const picked = (e.target as HTMLInputElement).value as SuperviseVerdict;
          if (picked in USUAL) form.setFieldValue("score", USUAL[picked]);
        }}
      >
        <RadioField name="verdict" label="结果评价" options={options(SUPERVISE_VERDICT)} />
      </div>
      {verdict === "not_done" && next && <div className="note note-amber">评价为未落实后，可继续下发“{SUPERVISE_LEVEL[next]}”。</div>}
      <div className="command-row">
        <Form.Item name="score" label="评分（0至100）" rules={[{ required: true, message: "请填写评分" }]}>
          <InputNumber min={0} max={100} precision={0} />
        </Form.Item>
        <RadioField name="way" label="核实方式" options={options(VERIFY_WAY)} />
      </div>
      <TextField name="comment" label="评价意见" required min={2} rows={3} max={1000} placeholder="核实情况、落实情况" />
    </>
  );
}

export const superviseEvaluate = command<JudgeValues>({
  action: "supervise_evaluate",
  title: "评价督办",
  confirm: "提交评价",
  hint: (ctx) =>
    ctx.supervision && (
      <>
        <Asked round={ctx.supervision} />
        反馈（{dateTime(ctx.supervision.replied_at)}{ctx.supervision.late && "，逾期"}）：
        <p className="prose">{ctx.supervision.reply}</p>
      </>
    ),
  body: (v, ctx) => ({
    action: "supervise_evaluate",
    supervision: roundOf(ctx).id,
    form: { verdict: v.verdict, score: v.score, comment: clean(v.comment), way: v.way },
  }),
  Fields: JudgeFields,
});

export const superviseRevoke = command<{ reason: string }>({
  action: "supervise_revoke",
  title: "撤销督办",
  confirm: "撤销督办",
  danger: true,
  hint: (ctx) => ctx.supervision && <Asked round={ctx.supervision} />,
  body: (v, ctx) => ({ action: "supervise_revoke", supervision: roundOf(ctx).id, reason: clean(v.reason) }),
  Fields: () => <TextField name="reason" label="撤销原因" required min={2} rows={3} autoFocus />,
});
