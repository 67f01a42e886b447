import { CALLBACK_MODE, RATING } from "@/api/codes";
import { useOrders } from "@/api/hooks";
import type { OrderView } from "@/api/types";
import { ActionBar } from "@/order/action-bar";
import { callback } from "@/order/commands/callback";
import { CommandForm } from "@/order/commands/form";
import { contextOf } from "@/order/commands/spec";
import { OrderPanel, type PanelTab } from "@/order/panel";
import { OrderGist } from "@/order/sections/facts";
import { DialButton } from "@/phone/dial";
import { DeskFrame } from "@/ui/desk";
import { OrderTable } from "@/ui/order-table";
import { Empty } from "@/ui/states";
import { dateTime, shortTime } from "@/ui/time";
import { useSelection } from "@/ui/use-selection";

function Before({ order }: { order: OrderView }) {
  if (order.callbacks.length === 0) return null;
  return (
    <ul className="lines note" style={{ marginBottom: 10 }}>
      {order.callbacks.filter((c) => c.in_force).map((c, i) => (
        <li key={c.id}>
          第{i + 1}次 {shortTime(c.at)} {CALLBACK_MODE[c.mode]}：{c.reached ? (c.rating ? RATING[c.rating] : "已接通") : `未接通（${c.unreached_reason ?? "原因未记"}）`}
        </li>
      ))}
    </ul>
  );
}

function Ask({ order, onNext }: { order: OrderView; onNext: () => void }) {
  const may = order.allowed.find((a) => a.action === "callback");
  return (
    <>
      <OrderGist order={order} />
      <section className="note note-blue" style={{ margin: "10px 0" }}>
        <b>已答复内容</b>
        {order.reply_at && <span className="muted">　{dateTime(order.reply_at)}</span>}
        <p className="prose">{order.reply ?? "（无）"}</p>
      </section>
      {order.callback_preferred_at && <div className="note note-amber" style={{ marginBottom: 10 }}>诉求人预约 {dateTime(order.callback_preferred_at)} 回访</div>}
      <Before order={order} />
      {may?.enabled && !order.anonymous && (
        <div style={{ display: "flex", alignItems: "center", gap: 10, marginBottom: 10 }}>
          <DialButton order={order.id} label="拨打回访电话" size="middle" type="primary" />
          <span className="muted">自动录音、关联本工单；未接通自动记一次</span>
        </div>
      )}
      {may?.enabled ? (
        <CommandForm key={order.id} spec={callback} ctx={contextOf(order)} onDone={onNext} />
      ) : (
        <p className="muted">{may?.reason ?? `工单处于“${order.state_cn}”，不需回访。`}</p>
      )}
    </>
  );
}

/** 回访台: what the citizen says of it, in their own words. */
export default function CallbackPage() {
  const pages = useOrders({ pool: "to_callback", sort: "due_at", dir: "asc" });
  const selection = useSelection(pages.rows, (o) => o.id, { auto: !pages.isPlaceholderData });
  const tabs = (order: OrderView): PanelTab[] => [{ key: "callback", label: "回访", children: <Ask order={order} onNext={selection.next} /> }];
  return (
    <DeskFrame
      bar={<h1>待回访</h1>}
      list={
        <OrderTable
          pages={pages}
          preset="callback"
          label="待回访"
          selected={selection.id}
          onSelect={(o) => selection.select(o.id)}
          globalKeys
          empty={<Empty title="没有待回访的工单" hint="已统一回复的工单会按时限先后出现在这里。" />}
        />
      }
      detail={<OrderPanel id={selection.id} idle="请选择一件工单" tabs={tabs} foot={(o) => <ActionBar key={o.id} order={o} hide={["callback"]} quiet />} />}
    />
  );
}
