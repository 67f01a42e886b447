import { Link } from "react-router";
import type { OrderView } from "@/api/types";
import { shortTime } from "@/ui/time";

/** 相关诉求: merged, split, linked, repeated. */
export function OrderRelated({ order }: { order: OrderView }) {
  if (order.links.length === 0) return <p className="muted">没有关联的工单。</p>;
  return (
    <ul className="lines">
      {order.links.map((l) => (
        <li key={`${l.order.id}-${l.kind}`}>
          <span className="tag">{l.kind_cn}</span> <Link to={`/orders/${l.order.id}`} className="num">{l.order.case_no}</Link>
          <span className="muted">　{l.order.state_cn}　{shortTime(l.order.registered_at)}</span>
          <div>{l.order.title}</div>
          {l.reason && <div className="muted">{l.reason}</div>}
        </li>
      ))}
    </ul>
  );
}
