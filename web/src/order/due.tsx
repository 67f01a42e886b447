// 时限: the promise to the citizen and, beside it, the clock of the step the order waits in.
import type { ClockView, OrderView } from "@/api/types";
import { WhyLink } from "@/ui/deadline-explain";
import { Lamp } from "@/ui/lamp";
import { longTime } from "@/ui/time";
import "./due.css";
import { leadingClock, stageClock } from "./order-facts";

function Stage({ clock, left, whole }: { clock: ClockView; left: OrderView["stage"]; whole: boolean }) {
  return (
    <span className="due-part" title={`${clock.kind_cn}时限：${longTime(clock.due_at)} 前`}>
      <span className="muted">{clock.kind_cn}</span>
      <Lamp light={clock.light} due={clock.due_at} warn={clock.warn_at} remaining={clock.kind === left?.kind ? left.remaining_cn : null} />
      {whole && <span className="muted">{longTime(clock.due_at)} 前</span>}
      {whole && <WhyLink deadline={clock} title={`${clock.kind_cn}时限的算法`} />}
    </span>
  );
}

export function Due({ order }: { order: OrderView }) {
  const clock = leadingClock(order);
  const stage = stageClock(order);
  const promised = order.due_at !== null;
  return (
    <>
      {(promised || !stage) && (
        <span className="due-part">
          <Lamp light={order.light} due={order.due_at} warn={order.warn_at} remaining={order.remaining_cn} />
          {promised && <span className="muted">{longTime(order.due_at)} 前</span>}
          {promised && clock && <WhyLink deadline={clock} title={`${clock.kind_cn}时限的算法`} />}
        </span>
      )}
      {stage && stage.due_at !== order.due_at && <Stage clock={stage} left={order.stage} whole={!promised} />}
    </>
  );
}
