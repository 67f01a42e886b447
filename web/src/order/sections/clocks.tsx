import type { ClockView, OrderView } from "@/api/types";
import { DeadlineExplain, spanText } from "@/ui/deadline-explain";
import { Lamp } from "@/ui/lamp";
import { dateTime } from "@/ui/time";

function Clock({ clock: c, org }: { clock: ClockView; org: string | undefined }) {
  return (
    <details className="card" open={c.outcome === "open"}>
      <summary>
        <b>{c.kind_cn}</b> {spanText(c.span)}
        {org && <span className="muted">　{org}</span>}
        {c.round > 1 && <span className="tag tag-amber">第{c.round}轮</span>}
        <span className="card-end">
          <Lamp light={c.light} due={c.due_at} warn={c.warn_at} />
          {c.outcome !== "open" && <span className="muted">　{c.outcome_cn}</span>}
        </span>
      </summary>
      <div className="muted">
        {dateTime(c.start_at)} 起算{c.stop_at && `，${dateTime(c.stop_at)} 停止`}
        {c.paused_at && `，${dateTime(c.paused_at)} 起暂停`}
      </div>
      <DeadlineExplain deadline={c} />
    </details>
  );
}

/** 时限: every clock of the order with its arithmetic, running ones first. */
export function OrderClocks({ order }: { order: OrderView }) {
  const orgOf = new Map(order.tasks.map((t) => [t.id, t.org.name]));
  const sorted = [...order.clocks].sort((a, b) => Number(b.outcome === "open") - Number(a.outcome === "open") || b.start_at - a.start_at);
  if (sorted.length === 0) return <p className="muted">本工单没有计时。</p>;
  return sorted.map((c) => <Clock key={c.id} clock={c} org={c.task_id ? orgOf.get(c.task_id) : undefined} />);
}
