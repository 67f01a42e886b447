import { useSearchParams } from "react-router";
import { useOrders, useQueues } from "@/api/hooks";
import { useCan } from "@/app/session";
import { DeskFrame, TabStrip } from "@/ui/desk";
import { OrderTable } from "@/ui/order-table";
import { Empty } from "@/ui/states";
import { useSelection } from "@/ui/use-selection";
import { AuditDetail } from "./detail";

const POOLS = [
  { code: "to_audit", name: "待办结审核", needs: "order.center_accept" },
  { code: "ext_pending", name: "延期待审", needs: "order.decide" },
  { code: "return_pending", name: "退回待审", needs: "order.decide" },
  { code: "tracking", name: "跟踪挂账", needs: "order.track" },
  { code: "hard", name: "疑难", needs: "order.track" },
];

/** 审核台: every reply is looked at before it goes to the citizen. */
export default function AuditPage() {
  const can = useCan();
  const [params, setParams] = useSearchParams();
  const known = useQueues().data;
  const queues = new Map((known ?? []).map((x) => [x.code, x]));
  // The role has no work in a pool the server does not count for it.
  const mine = POOLS.filter((p) => can(p.needs) && (!known || queues.has(p.code)));
  const pool = params.get("pool") ?? mine[0]?.code ?? "to_audit";
  const pages = useOrders({ pool, sort: "due_at", dir: "asc" });
  const selection = useSelection(pages.rows, (o) => o.id, { auto: !pages.isPlaceholderData });
  const name = POOLS.find((p) => p.code === pool)?.name ?? "";
  return (
    <DeskFrame
      wide
      bar={
        <TabStrip
          label="审核池"
          current={pool}
          onPick={(code) => setParams({ pool: code })}
          tabs={mine.map((p) => ({ ...p, count: queues.get(p.code)?.count, red: queues.get(p.code)?.red, yellow: queues.get(p.code)?.yellow }))}
        />
      }
      list={
        <OrderTable
          pages={pages}
          preset="audit"
          label={name}
          selected={selection.id}
          onSelect={(o) => selection.select(o.id)}
          globalKeys
          empty={<Empty title={`“${name}”没有工单`} />}
        />
      }
      detail={<AuditDetail id={selection.id} onNext={selection.next} />}
    />
  );
}
