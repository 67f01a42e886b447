// The conditions of 综合查询: names as in GET /orders, words, kinds of value. One table drives form, chips and address.
import * as C from "@/api/codes";

export type FieldKind = "text" | "range" | "multi" | "one" | "flag" | "org" | "handler" | "category" | "region" | "mailbox";

export interface Field {
  /** Name in the address; of a range, the stem of `_from` and `_to`. */
  name: string;
  label: string;
  kind: FieldKind;
  options?: readonly C.Option[];
  /** Shown before the panel is unfolded. */
  common?: boolean;
  /** Personal data: kept out of the address, the history and saved filters. */
  secret?: boolean;
  /** Only means something beside this one: handlers are chosen from an organisation. */
  of?: string;
  hint?: string;
}

const LIGHTS = C.options(C.LIGHT, ["off"]);
const FLOW: C.Option[] = [
  { value: "direct", label: "直接办结" },
  { value: "dispatch", label: "派单承办" },
  { value: "reject", label: "不予受理" },
  { value: "transfer", label: "转出" },
  { value: "merge", label: "并单" },
];
const REPLY: C.Option[] = [
  { value: "none", label: "未反馈" },
  { value: "submitted", label: "承办单位已反馈" },
  { value: "replied", label: "已统一回复" },
];
const CLAIMED: C.Option[] = [
  { value: "mine", label: "我占用的" },
  { value: "none", label: "无人占用" },
  { value: "others", label: "他人占用" },
];

export const FIELDS: readonly Field[] = [
  { name: "q", label: "内容", kind: "text", common: true, hint: "标题、内容中的词，空格分开" },
  { name: "case_no", label: "工单编号", kind: "text", common: true, hint: "完整编号或开头几位" },
  { name: "registered", label: "登记时间", kind: "range", common: true },
  { name: "state", label: "工单状态", kind: "multi", options: C.options(C.ORDER_STATE), common: true },
  { name: "light", label: "预警灯", kind: "multi", options: LIGHTS, common: true },
  { name: "demand_type", label: "诉求类型", kind: "multi", options: C.options(C.DEMAND_TYPE), common: true },
  { name: "lead_org", label: "主办机构", kind: "org", common: true },
  { name: "category", label: "问题分类", kind: "category", common: true },
  { name: "region", label: "事发地区", kind: "region" },
  { name: "channel", label: "受理方式", kind: "multi", options: C.CHANNEL_OPTIONS },
  { name: "mailbox", label: "领导信箱", kind: "mailbox" },
  { name: "urgency", label: "紧急程度", kind: "multi", options: C.options(C.URGENCY) },
  { name: "flow", label: "分流方向", kind: "one", options: FLOW },
  { name: "reply", label: "回复状态", kind: "one", options: REPLY },
  { name: "handler", label: "主办人", kind: "handler", of: "lead_org" },
  { name: "co_org", label: "协办机构", kind: "org" },
  { name: "co_handler", label: "协办人", kind: "handler", of: "co_org" },
  { name: "registered_org", label: "登记机构", kind: "org" },
  { name: "dispatched", label: "派单时间", kind: "range" },
  { name: "due", label: "到期时间", kind: "range" },
  { name: "closed", label: "办结时间", kind: "range" },
  { name: "solved", label: "是否解决", kind: "multi", options: C.options(C.SOLVED) },
  { name: "rating", label: "满意评价", kind: "multi", options: C.options(C.RATING) },
  { name: "pending", label: "待审申请", kind: "multi", options: C.options(C.REQUEST_KIND) },
  { name: "confidentiality", label: "保密要求", kind: "multi", options: C.options(C.CONFIDENTIALITY) },
  { name: "claimed", label: "占用情况", kind: "one", options: CLAIMED },
  { name: "name", label: "诉求人姓名", kind: "text", secret: true },
  { name: "phone", label: "诉求人电话", kind: "text", secret: true },
  { name: "id_no", label: "证件号码", kind: "text", secret: true },
  { name: "returned", label: "曾退回", kind: "flag" },
  { name: "extended", label: "曾延期", kind: "flag" },
  { name: "urged", label: "曾催办", kind: "flag" },
  { name: "round2", label: "二次办理", kind: "flag" },
  { name: "exempt", label: "已剔除", kind: "flag" },
  { name: "anonymous", label: "匿名", kind: "flag" },
];

export const FIELD = new Map(FIELDS.map((f) => [f.name, f]));

/** Conditions that are no field of the form but may stand in an address, set by links from other pages. */
export const EXTRA = ["lead_sub", "pool"] as const;

/** Stretches of time that move with the calendar: saved filters stay true next month. */
export const PRESETS: Record<string, string> = {
  today: "今天",
  yesterday: "昨天",
  "7d": "近7天",
  "30d": "近30天",
  "90d": "近90天",
  week: "本周",
  month: "本月",
  last_month: "上月",
  year: "今年",
};
/** Of deadlines one asks what lies ahead. */
export const AHEAD: Record<string, string> = {
  today: "今天",
  "next3d": "3天内",
  "next7d": "7天内",
  past: "已过期限",
  month: "本月",
};

export const SORTS: readonly C.Option[] = [
  { value: "registered_at", label: "登记时间" },
  { value: "due_at", label: "到期时间" },
  { value: "dispatched_at", label: "派单时间" },
  { value: "updated_at", label: "更新时间" },
  { value: "urgency", label: "紧急程度" },
];
