import { CALLBACK_MODE, CONTACT_RESULT, CONTACT_WAY, CONTACTED, DEFECT, HANDLE_RESULT, RATING, SOLVED } from "@/api/codes";
import type { CallbackView, ContactView, OrderView, TaskView } from "@/api/types";
import { RequestFacts } from "../commands/decide";
import { BounceNote } from "../evidence";
import { Lamp } from "@/ui/lamp";
import { dateTime, shortTime } from "@/ui/time";

function Line({ label, children }: { label: string; children: React.ReactNode }) {
  return children ? (
    <div>
      <dt>{label}</dt>
      <dd className="prose">{children}</dd>
    </div>
  ) : null;
}

/** Whether the unit was in time, once it has handed in. */
function Done({ task: t }: { task: TaskView }) {
  if (t.submitted_at === null || t.due_at === null) return null;
  return t.submitted_at <= t.due_at ? <span className="tag tag-green">按期反馈</span> : <span className="tag tag-red">超期反馈</span>;
}

/** One unit's share: when it came, who has it, what was found, what is answered. */
export function TaskCard({ task: t, reply = true }: { task: TaskView; reply?: boolean }) {
  return (
    <article className="card">
      <header>
        <span className={t.role === "lead" ? "tag tag-blue" : "tag"}>{t.role_cn}</span>
        <b>{t.org.name}</b>
        {t.handler && <span>{t.handler.name}</span>}
        {t.round > 1 && <span className="tag tag-amber">第{t.round}轮</span>}
        <span className="card-end">
          {t.state_cn}　{t.light === "off" ? <Done task={t} /> : <Lamp light={t.light} due={t.due_at} remaining={t.remaining_cn} />}
        </span>
      </header>
      <dl className="facts" style={{ ["--facts" as string]: 1 }}>
        <div>
          <dt>进度</dt>
          <dd className="num">
            派发 {shortTime(t.dispatched_at)}
            {t.signed_at && ` · 签收 ${shortTime(t.signed_at)}`}
            {t.submitted_at && ` · 反馈 ${shortTime(t.submitted_at)}`}
            {t.ended_at && ` · 结束 ${shortTime(t.ended_at)}`}
            {t.due_at && ` · 限 ${shortTime(t.due_at)}`}
          </dd>
        </div>
        <Line label="派单意见">{t.advice}</Line>
        {t.result && (
          <Line label="办理结果">
            {HANDLE_RESULT[t.result]}
            {t.claim_true !== null && `　诉求${t.claim_true ? "属实" : "不属实"}`}
            {t.beyond_duty && "　超出职责"}
          </Line>
        )}
        <Line label="未决原因">{t.unsolved_reason}</Line>
        <Line label="办理情况">{t.handling_note}</Line>
        {reply && <Line label="公开答复">{t.public_reply}</Line>}
        <Line label="依据">{t.legal_basis}</Line>
        {t.defect && <Line label="补正要求"><span className="bad">{DEFECT[t.defect]}</span></Line>}
        <Line label="审核意见">{t.unit_opinion}</Line>
      </dl>
    </article>
  );
}

function ContactLine({ contact: c }: { contact: ContactView }) {
  return (
    <li>
      <span className="num">{shortTime(c.at)}</span> {CONTACT_WAY[c.way]}　<b>{CONTACT_RESULT[c.result]}</b>
      {c.corrects && <span className="warn">　已更正</span>}
      {c.by_name && <span className="muted">　{c.by_name}</span>}
      {c.note && <div className="prose">{c.note}</div>}
    </li>
  );
}

function CallbackLine({ callback: c }: { callback: CallbackView }) {
  return (
    <li>
      <span className="num">{shortTime(c.at)}</span> {CALLBACK_MODE[c.mode]}　
      <b>{c.reached ? [c.rating && RATING[c.rating], c.solved && SOLVED[c.solved], c.contacted && CONTACTED[c.contacted]].filter(Boolean).join(" · ") : `未接通（${c.unreached_reason ?? "原因未记"}）`}</b>
      {c.by_name && <span className="muted">　{c.by_name}</span>}
      {c.opinion && <div className="prose">{c.opinion}</div>}
    </li>
  );
}

function Lines({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="block">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

/** 办理: what units did, asked for and said, what the citizen said. */
export function OrderWork({ order }: { order: OrderView }) {
  const tasks = [...order.tasks].sort((a, b) => b.round - a.round || Number(b.role === "lead") - Number(a.role === "lead"));
  return (
    <>
      <BounceNote bounce={order.bounce} />
      {order.reply && (
        <Lines title="给诉求人的答复">
          <p className="prose">{order.reply}</p>
          {order.reply_at && <p className="muted">{dateTime(order.reply_at)} 答复</p>}
        </Lines>
      )}
      {order.requests.length > 0 && (
        <Lines title="申请与审批">
          {order.requests.map((r) => (
            <article key={r.id} className="card">
              <header>
                <b>{r.kind_cn}申请</b>
                <span className="card-end">
                  <span className={r.state === "pending" ? "tag tag-amber" : "tag"}>{r.state_cn}</span>
                  {r.state === "pending" && r.awaiting_cn && <span className="muted">　待{r.awaiting_cn}审批</span>}
                </span>
              </header>
              <RequestFacts request={r} />
            </article>
          ))}
        </Lines>
      )}
      {tasks.length > 0 && <Lines title="承办情况">{tasks.map((t) => <TaskCard key={t.id} task={t} />)}</Lines>}
      {order.contacts.length > 0 && <Lines title="联系记录"><ul className="lines">{order.contacts.filter((c) => c.in_force).map((c) => <ContactLine key={c.id} contact={c} />)}</ul></Lines>}
      {order.callbacks.length > 0 && <Lines title="回访记录"><ul className="lines">{order.callbacks.map((c) => <CallbackLine key={c.id} callback={c} />)}</ul></Lines>}
      {order.tasks.length === 0 && order.requests.length === 0 && !order.reply && <p className="muted">尚未派单。</p>}
    </>
  );
}
