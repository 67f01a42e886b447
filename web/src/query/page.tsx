import { useNavigate, useSearchParams } from "react-router";
import { useOrders } from "@/api/hooks";
import { OrderTable } from "@/ui/order-table";
import { Empty } from "@/ui/states";

/** 综合查询: the address carries the filter. */
export default function QueryPage() {
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const pages = useOrders(Object.fromEntries(params));
  return (
    <OrderTable
      pages={pages}
      preset="query"
      label="查询结果"
      onOpen={(o) => void navigate(`/orders/${o.id}`)}
      onSelect={() => undefined}
      empty={<Empty title="没有符合条件的工单" />}
    />
  );
}
