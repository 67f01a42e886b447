import { useOrders } from "@/api/hooks";
import type { OrderView } from "@/api/types";
import { ActionBar } from "@/order/action-bar";
import { unifiedReply } from "@/order/commands/center";
import { CommandForm } from "@/order/commands/form";
import { contextOf } from "@/order/commands/spec";
import { OrderPanel, type PanelTab } from "@/order/panel";
import { OrderGist } from "@/order/sections/facts";
import { DeskFrame } from "@/ui/desk";
import { OrderTable } from "@/ui/order-table";
import { Empty } from "@/ui/states";
import { useSelection } from "@/ui/use-selection";

function Write({ order, onNext }: { order: OrderView; onNext: () => void }) {
  const may = order.allowed.find((a) => a.action === "unified_reply");
  return (
    <>
      <OrderGist order={order} />
      <div style={{ height: 12 }} />
      {may?.enabled ? (
        <CommandForm key={order.id} spec={unifiedReply} ctx={contextOf(order)} onDone={onNext} />
      ) : (
        <p className="muted">{may?.reason ?? `工单处于“${order.state_cn}”，不需回复。`}</p>
      )}
    </>
  );
}

/** 统一回复台: the citizen hears it from 12345, in one voice. */
export default function ReplyPage() {
  const pages = useOrders({ pool: "to_reply", sort: "due_at", dir: "asc" });
  const selection = useSelection(pages.rows, (o) => o.id, { auto: !pages.isPlaceholderData });
  const tabs = (order: OrderView): PanelTab[] => [{ key: "reply", label: "统一回复", children: <Write order={order} onNext={selection.next} /> }];
  return (
    <DeskFrame
      bar={<h1>待统一回复</h1>}
      list={
        <OrderTable
          pages={pages}
          preset="reply"
          label="待统一回复"
          selected={selection.id}
          onSelect={(o) => selection.select(o.id)}
          globalKeys
          empty={<Empty title="没有待回复的工单" hint="中心审核通过的工单会出现在这里。" />}
        />
      }
      detail={
        <OrderPanel id={selection.id} idle="请选择一件工单" tabs={tabs} foot={(o) => <ActionBar key={o.id} order={o} hide={["unified_reply"]} quiet />} />
      }
    />
  );
}
