// Columns of order lists and which of them each desk shows.
import type { OrderLine } from "@/api/types";
import { Badges } from "./badges";
import type { Column } from "./dense-table";
import { Lamp } from "./lamp";
import { dateTime, remaining, serverNow, shortTime } from "./time";

const zero = (n: number) => (n > 0 ? n : "");
const text = (value: string | null | undefined) => (value ? <span title={value}>{value}</span> : "");

/** The promise to the citizen; where none runs, the step the order waits in: 派单, 统一回复, 回访. */
function OrderLamp({ order: o }: { order: OrderLine }) {
  if (!o.stage) return <Lamp light={o.light} due={o.due_at} warn={o.warn_at} remaining={o.remaining_cn} />;
  const { kind_cn, light, due_at, warn_at, remaining_cn } = o.stage;
  return (
    <span className="lamp-stage" title={`${kind_cn}时限 ${dateTime(due_at)}`}>
      <Lamp light={light} due={due_at} warn={warn_at} remaining={remaining_cn} />
      {light === "red" && <span className="muted">{kind_cn.replace("统一", "")}</span>}
    </span>
  );
}

function titleCell(o: OrderLine, except: readonly ("urgency" | "return_n")[] = []) {
  return (
    <span title={o.title}>
      <Badges order={o} except={except} />
      {o.title}
    </span>
  );
}

export const ORDER_COLUMNS = {
  lamp: { key: "lamp", title: "灯", width: 160, sort: "due_at", render: (o) => <OrderLamp order={o} /> },
  case_no: { key: "case_no", title: "工单编号", width: 186, render: (o) => <span className="num" title={o.case_no}>{o.case_no}</span> },
  channel: { key: "channel", title: "来源", width: 52, render: (o) => o.channel_cn },
  demand_type: { key: "demand_type", title: "类型", width: 52, render: (o) => o.demand_type_cn },
  title: { key: "title", title: "标题", render: (o) => titleCell(o) },
  region: { key: "region", title: "地区", width: 112, render: (o) => text(o.region_path) },
  category: { key: "category", title: "问题分类", width: 170, render: (o) => text(o.category_path) },
  urgency: {
    key: "urgency",
    title: "紧急",
    width: 82,
    sort: "urgency",
    render: (o) => (o.urgency === "u3" ? <span className="muted">{o.urgency_cn}</span> : <span className={o.urgency === "u1" ? "tag tag-red" : "tag tag-amber"}>{o.urgency_cn}</span>),
  },
  registered_at: { key: "registered_at", title: "来电时间", width: 96, sort: "registered_at", render: (o) => <span title={dateTime(o.registered_at)}>{shortTime(o.registered_at)}</span> },
  dispatched_at: { key: "dispatched_at", title: "派发时间", width: 96, sort: "dispatched_at", render: (o) => shortTime(o.dispatched_at) },
  due_at: { key: "due_at", title: "承诺完成", width: 96, sort: "due_at", render: (o) => <span title={dateTime(o.due_at)}>{shortTime(o.due_at)}</span> },
  state: { key: "state", title: "状态", width: 90, render: (o) => o.state_cn },
  return_n: { key: "return_n", title: "退回", width: 48, align: "right", render: (o) => zero(o.return_n) },
  repeat_n: { key: "repeat_n", title: "重复", width: 48, align: "right", render: (o) => zero(o.repeat_n) },
  urge_n: { key: "urge_n", title: "催办", width: 48, align: "right", render: (o) => zero(o.urge_n) },
  send_back_n: { key: "send_back_n", title: "补正", width: 48, align: "right", render: (o) => zero(o.send_back_n) },
  round: { key: "round", title: "轮次", width: 60, align: "right", render: (o) => (o.round > 1 ? `第${o.round}轮` : "") },
  lead_org: { key: "lead_org", title: "主办单位", width: 126, render: (o) => text(o.lead_org?.name) },
  handler: { key: "handler", title: "经办人", width: 72, render: (o) => o.handler_name ?? "" },
  requester: { key: "requester", title: "诉求人", width: 72, render: (o) => o.requester_masked ?? "匿名" },
  phone: { key: "phone", title: "电话", width: 104, render: (o) => <span className="num">{o.phone_masked}</span> },
  claimed_by: {
    key: "claimed_by",
    title: "占用人",
    width: 72,
    render: (o) => (o.claimed_by && (o.claimed_by.until ?? 0) > serverNow() ? <span title={`占用${remaining(o.claimed_by.until)}`}>{o.claimed_by.name}</span> : ""),
  },
} satisfies Record<string, Column<OrderLine>>;

export type OrderColumn = keyof typeof ORDER_COLUMNS;

/** What each desk shows unless its user chose otherwise. */
export const PRESETS = {
  dispatch: ["lamp", "urgency", "case_no", "demand_type", "title", "region", "channel", "registered_at", "return_n", "repeat_n", "claimed_by"],
  audit: ["lamp", "demand_type", "title", "lead_org", "case_no", "due_at", "send_back_n"],
  reply: ["lamp", "case_no", "demand_type", "title", "lead_org", "requester", "channel"],
  callback: ["lamp", "case_no", "demand_type", "title", "lead_org", "requester", "channel"],
  home: ["lamp", "case_no", "demand_type", "title", "state", "lead_org", "registered_at"],
  query: ["lamp", "case_no", "channel", "demand_type", "title", "region", "state", "lead_org", "requester", "phone", "registered_at", "due_at"],
} as const satisfies Record<string, readonly OrderColumn[]>;

export type Preset = keyof typeof PRESETS;

export function columnsOf(names: readonly OrderColumn[]): Column<OrderLine>[] {
  const own = (["urgency", "return_n"] as const).filter((n) => names.includes(n));
  return names.map((n) => {
    const column = ORDER_COLUMNS[n] as Column<OrderLine>;
    return n === "title" && own.length > 0 ? { ...column, render: (o) => titleCell(o, own) } : column;
  });
}
