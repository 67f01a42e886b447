import { Tabs } from "antd";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useOrder } from "@/api/hooks";
import type { OrderView } from "@/api/types";
import { Badges } from "@/ui/badges";
import { Empty, Failed, Loading } from "@/ui/states";
import { ActionBar } from "./action-bar";
import { Due } from "./due";
import "./panel.css";
import { OrderClocks } from "./sections/clocks";
import { OrderFacts } from "./sections/facts";
import { OrderFlow, Steps } from "./sections/flow";
import { OrderRelated } from "./sections/related";
import { OrderWork } from "./sections/work";
import { SuperviseRounds } from "./supervise-rounds";

/** Number, title, lamp, promise with its arithmetic, badges. */
export function OrderHead({ order, link = true }: { order: OrderView; link?: boolean }) {
  return (
    <header className="order-head">
      <div className="order-line">
        {link ? <Link to={`/orders/${order.id}`} className="num" title="打开完整页面">{order.case_no}</Link> : <span className="num">{order.case_no}</span>}
        <span className="tag tag-blue">{order.state_cn}</span>
        <span className="tag">{order.demand_type_cn}</span>
        <Badges order={order} limit={6} />
      </div>
      <h2>{order.title}</h2>
      <div className="order-line">
        <Due order={order} />
        {order.lead_org && <span className="muted order-lead">主办 {order.lead_org.name}</span>}
      </div>
    </header>
  );
}

export interface PanelTab {
  key: string;
  label: string;
  children: ReactNode;
}

/** The sections of an order as tabs; a desk may put its own in front. */
export function orderTabs(order: OrderView): PanelTab[] {
  const work = order.tasks.length + order.requests.length;
  return [
    { key: "facts", label: "诉求信息", children: <><Steps order={order} /><OrderFacts order={order} /></> },
    { key: "work", label: work > 0 ? `办理（${work}）` : "办理", children: <OrderWork order={order} /> },
    ...(order.supervisions.length > 0 ? [{ key: "rounds", label: `督办（${order.supervisions.length}）`, children: <SuperviseRounds order={order} /> }] : []),
    { key: "flow", label: "流转记录", children: <OrderFlow id={order.id} /> },
    { key: "clocks", label: "时限", children: <OrderClocks order={order} /> },
    { key: "related", label: order.links.length > 0 ? `相关诉求（${order.links.length}）` : "相关诉求", children: <OrderRelated order={order} /> },
  ];
}

/** A desk's own tab takes the place of the order's tab of the same key. */
function allTabs(own: readonly PanelTab[], order: OrderView): PanelTab[] {
  return [...own, ...orderTabs(order).filter((t) => !own.some((o) => o.key === t.key))];
}

export interface OrderPanelProps {
  id: string | null;
  /** Shown while nothing is selected. */
  idle: string;
  /** Tabs before the order's own ones; the first is open. */
  tabs?: (order: OrderView) => PanelTab[];
  /** Replaces the action bar. */
  foot?: (order: OrderView) => ReactNode;
  hide?: readonly string[];
}

/** 工单详情 beside a list: head, tabs, actions. */
export function OrderPanel({ id, idle, tabs, foot, hide }: OrderPanelProps) {
  const query = useOrder(id);
  if (!id) return <Empty title={idle} hint="用 ↑ ↓ 选择，回车处理。" />;
  const order = query.data;
  if (!order) return query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading />;
  const fresh = order.id === id;
  return (
    <section className={fresh ? "order-panel" : "order-panel order-panel-old"} aria-busy={!fresh} aria-label={`工单 ${order.case_no}`}>
      <OrderHead order={order} />
      <Tabs key={order.id} className="order-tabs" size="small" items={allTabs(tabs?.(order) ?? [], order)} />
      <footer className="order-foot">{foot ? foot(order) : <ActionBar key={order.id} order={order} {...(hide && { hide })} />}</footer>
    </section>
  );
}
