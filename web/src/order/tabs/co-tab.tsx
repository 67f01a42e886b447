// 协办意见: each co-handler's question and answer; the lead stays accountable.
import type { OrderView } from "@/api/types";
import { Empty } from "@/ui/states";
import { roundsOf } from "../order-facts";
import { TaskCard } from "./task-card";

export function CoTab({ order }: { order: OrderView }) {
  const rounds = roundsOf(order.tasks).filter((r) => r.co.length > 0);
  if (rounds.length === 0) {
    return (
      <section className="panel">
        <Empty title="没有协办单位" hint="涉及多个部门的，派单时或办理中可添加协办；协办单位向主办单位反馈意见，答复由主办单位统一作出。" />
      </section>
    );
  }
  return (
    <div className="op-stack">
      {rounds.map((r) => (
        <div key={r.round} className="op-stack">
          {rounds.length > 1 && <h3 className="op-stack-title">第 {r.round} 轮</h3>}
          {r.co.map((t) => (
            <TaskCard key={t.id} order={order} task={t} />
          ))}
        </div>
      ))}
    </div>
  );
}
