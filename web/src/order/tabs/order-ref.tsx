import { Link } from "react-router";
import { useOrder } from "@/api/hooks";
import type { Id } from "@/api/types";

/** Another order known only by its id, as a link with number and title. */
export function OrderRef({ id }: { id: Id }) {
  const query = useOrder(id);
  const order = query.data?.id === id ? query.data : undefined;
  if (order) {
    return (
      <Link to={`/orders/${id}`} title={order.title}>
        <span className="num">{order.case_no}</span> {order.title}
      </Link>
    );
  }
  return <span className="muted">{query.error ? "不在您的查看范围内" : "…"}</span>;
}
