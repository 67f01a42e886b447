// 时限: every clock with its sum, so that nobody has to believe a date.
import { PAUSE_REASON } from "@/api/codes";
import type { ClockView, OrderView } from "@/api/types";
import { DeadlineExplain, spanText } from "@/ui/deadline-explain";
import { Lamp } from "@/ui/lamp";
import { Empty } from "@/ui/states";
import { dateTime, length, serverNow } from "@/ui/time";
import { clocksInOrder, orgOf } from "../order-facts";

/** How far between start and due; past the due time the bar is full. */
function used(clock: ClockView, now: number): number {
  const end = clock.stop_at ?? clock.paused_at ?? now;
  const whole = clock.due_at - clock.start_at;
  return whole <= 0 ? 100 : Math.max(0, Math.min(100, ((end - clock.start_at) / whole) * 100));
}
function warnAt(clock: ClockView): number {
  const whole = clock.due_at - clock.start_at;
  return whole <= 0 ? 100 : Math.max(0, Math.min(100, ((clock.warn_at - clock.start_at) / whole) * 100));
}

function Bar({ clock }: { clock: ClockView }) {
  return (
    <div className={`op-clock-bar op-clock-bar-${clock.light}`} aria-hidden>
      <i style={{ width: `${used(clock, serverNow())}%` }} />
      <b style={{ left: `${warnAt(clock)}%` }} title={`${dateTime(clock.warn_at)} 起黄灯`} />
    </div>
  );
}

function Ended({ clock }: { clock: ClockView }) {
  if (clock.stop_at === null) return null;
  const by = clock.stop_at - clock.due_at;
  return (
    <span className={clock.outcome === "late" ? "bad" : "muted"}>
      {dateTime(clock.stop_at)} {clock.outcome_cn}
      {clock.outcome === "late" && `，超时${length(by)}`}
      {clock.outcome === "ontime" && `，提前${length(by)}`}
    </span>
  );
}

function Clock({ clock, order, open }: { clock: ClockView; order: OrderView; open: boolean }) {
  const org = orgOf(order, clock.task_id);
  const running = clock.stop_at === null;
  return (
    <details className={running ? "panel op-clock" : "panel op-clock op-clock-past"} open={open}>
      <summary className="op-clock-head">
        <b className="op-clock-kind">{clock.kind_cn}</b>
        <span className="op-clock-org clip">
          {[org ?? "整件工单", order.round > 1 ? `第${clock.round}轮` : ""].filter(Boolean).join(" · ")}
        </span>
        <span className="op-clock-span">{spanText(clock.span)}</span>
        <span className="num op-clock-range">
          {dateTime(clock.start_at)} – {dateTime(clock.due_at)}
        </span>
        <Bar clock={clock} />
        <span className="op-clock-lamp">{running ? <Lamp light={clock.light} due={clock.due_at} warn={clock.warn_at} /> : <Ended clock={clock} />}</span>
        <span className="link op-clock-more" aria-hidden />
      </summary>
      <div className="op-clock-body">
        {clock.paused_at !== null && (
          <div className="note note-blue">
            {dateTime(clock.paused_at)} 起暂停计时{clock.pause_reason ? `：${PAUSE_REASON[clock.pause_reason]}` : ""}。恢复后到期时间按暂停时长顺延。
          </div>
        )}
        <DeadlineExplain deadline={clock} />
        <div className="muted op-clock-rule">
          参数 <span className="mono">{clock.basis}</span>
        </div>
      </div>
    </details>
  );
}

export function ClocksTab({ order }: { order: OrderView }) {
  if (order.clocks.length === 0) {
    return (
      <section className="panel">
        <Empty title="尚未计时" hint="提交派单后开始计时；每个时限都会列出依据和逐日算式。" />
      </section>
    );
  }
  return (
    <div className="op-stack">
      {clocksInOrder(order.clocks).map((c, i) => (
        <Clock key={c.id} clock={c} order={order} open={i === 0 && c.stop_at === null} />
      ))}
    </div>
  );
}
