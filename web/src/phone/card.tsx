// 弹屏: who is calling, before anybody has answered.
import { Link } from "react-router";
import { longTime, shortTime } from "@/ui/time";
import { Lamp } from "@/ui/lamp";
import { BindButton } from "./bind";
import type { CallerCard } from "./card-type";

function Count({ n, children, bad = false }: { n: number; children: string; bad?: boolean }) {
  return (
    <span className={bad && n > 0 ? "bad" : undefined}>
      {children} <b>{n}</b>
    </span>
  );
}

/** 首次来电 / 来电 6 次，诉求 4 件 … */
export function CallerSummary({ card }: { card: CallerCard }) {
  const known = card.orders_total + card.calls.total;
  return (
    <div className="ph-counts">
      {known === 0 ? (
        <span>首次来电</span>
      ) : (
        <>
          <Count n={card.calls.total}>来电</Count>
          {card.calls.today > 0 && <Count n={card.calls.today}>今日</Count>}
          <Count n={card.calls.missed} bad>未接</Count>
          <Count n={card.orders_total}>诉求</Count>
          <Count n={card.orders_open}>在办</Count>
          <Count n={card.orders_closed}>办结</Count>
          <Count n={card.dissatisfied} bad>不满意</Count>
        </>
      )}
    </div>
  );
}

/** 关怀、黑名单. */
export function CallerMarks({ card }: { card: CallerCard }) {
  return (
    <>
      {card.marks.map((m, i) => (
        <p key={i} className={m.kind === "black" ? "note note-red" : "note note-amber"}>
          <b>{m.kind_cn}</b>　{m.reason}
          <span className="muted">　至 {shortTime(m.valid_to)}</span>
        </p>
      ))}
    </>
  );
}

export function CallerDetails({ card }: { card: CallerCard }) {
  return (
    <div className="ph-card">
      <CallerMarks card={card} />
      <CallerSummary card={card} />
      {card.last_promise && (
        <p className="note note-blue">
          已承诺：<span className="num">{card.last_promise.case_no}</span> 于 {longTime(card.last_promise.due_at)} 前答复
        </p>
      )}
      {card.duty && (
        <p className="note note-amber">
          {card.duty.kind_cn}待回拨，应于 {longTime(card.duty.due_at)} 前回拨
        </p>
      )}
      {card.open.length > 0 && (
        <ul className="ph-orders" aria-label="在办工单">
          {card.open.map((o) => (
            <li key={o.id}>
              <Lamp light={o.light} due={o.due_at} remaining={o.remaining_cn} compact />
              <Link to={`/orders/${o.id}`} className="clip" title={o.title}>
                {o.title}
              </Link>
              <span className="muted clip">
                {o.state_cn}
                {o.lead_org && ` · ${o.lead_org}`}
              </span>
              <BindButton order={o.id} label="关联" />
            </li>
          ))}
        </ul>
      )}
      {card.last_call && (
        <p className="muted">
          上次通话 {shortTime(card.last_call.at)}　{card.last_call.outcome_cn}
          {card.last_call.agent_name && `，${card.last_call.agent_name} 接听`}
        </p>
      )}
    </div>
  );
}
