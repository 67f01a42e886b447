// 登记表 as the form holds it, and how it becomes the API's RegisterForm.
import { CHANNEL, type Channel, type DemandType, type RequesterKind, type Sex, type Urgency } from "@/api/codes";
import { asked } from "@/api/origin";
import type { Flags, Id, Millis, Origin, RegisterForm } from "@/api/types";

export type FlagName = "threat" | "major" | "litigation" | "foreign";
export const FLAG_WORDS: Record<FlagName, string> = { threat: "扬言", major: "重大紧急", litigation: "涉法涉诉", foreign: "涉外" };

export interface OriginValues {
  at: Millis | null;
  number: string;
  source: string;
  /** 上级限办日期, the end of a day. */
  limit_at: Millis | null;
  title: string;
  link: string;
  place: string;
  head_count: number | null;
  representatives: { name: string; phone: string | null }[];
}

export interface IntakeValues {
  channel: Channel;
  phone: string;
  contact_phone: string;
  email: string;
  name: string;
  sex: Sex | null;
  kind: RequesterKind;
  company_name: string;
  id_type: string | null;
  id_no: string;
  anonymous: boolean;
  confidential: boolean;
  publishable: "yes" | "no" | "unasked";
  no_reply_wanted: boolean;
  callback_wanted: boolean;
  callback_preferred_at: Millis | null;
  demand_type: DemandType | null;
  content: string;
  title: string;
  wish: string;
  category: string;
  tags: string[];
  region: string;
  address: string;
  occurred_at: Millis | null;
  urgency: Urgency;
  affected_count: number | null;
  origin: OriginValues;
  respondent: string;
  accused_org: Id | null;
  flags: FlagName[];
  suggested_org: Id | null;
  previous_order: Id | null;
  call_id: string | null;
  /** The piece of 渠道来信 that is being registered. */
  inbox: Id | null;
}

const isChannel = (code: string | null | undefined): code is Channel => !!code && code in CHANNEL;

/** An empty form; a call fills in number and call id, a link the way it came. */
export function blank(call: { phone?: string | null; call_id?: string | null; channel?: string | null } = {}): IntakeValues {
  return {
    channel: isChannel(call.channel) ? call.channel : "01",
    phone: call.phone ?? "",
    contact_phone: "",
    email: "",
    name: "",
    sex: null,
    kind: "person",
    company_name: "",
    id_type: null,
    id_no: "",
    anonymous: false,
    confidential: false,
    publishable: "unasked",
    no_reply_wanted: false,
    callback_wanted: true,
    callback_preferred_at: null,
    demand_type: null,
    content: "",
    title: "",
    wish: "",
    category: "",
    tags: [],
    region: "",
    address: "",
    occurred_at: null,
    urgency: "u3",
    affected_count: null,
    origin: { at: null, number: "", source: "", limit_at: null, title: "", link: "", place: "", head_count: null, representatives: [] },
    respondent: "",
    accused_org: null,
    flags: [],
    suggested_org: null,
    previous_order: null,
    call_id: call.call_id ?? null,
    inbox: null,
  };
}

/** The required fields in the order in which a call goes. */
export const PATH = ["phone", "name", "content", "demand_type", "category", "region", "address"] as const;

/** Where Enter leads: the next required field still empty, beginning after the present one and going round. */
export function nextEmpty(v: Partial<IntakeValues>, from: string): (typeof PATH)[number] | undefined {
  const needed = PATH.filter((f) => !(f === "name" && v.anonymous) && !(f === "address" && !placeBound(v.demand_type)));
  const start = needed.findIndex((f) => f === from) + 1;
  return [...needed.slice(start), ...needed.slice(0, start)].find((f) => f !== from && !v[f]);
}

/** Anything typed that would be a pity to lose. */
export function isWorthKeeping(v: Partial<IntakeValues>): boolean {
  return [v.content, v.name, v.phone, v.title, v.address, v.wish].some((t) => (t ?? "").trim() !== "");
}

const TITLE_CHARS = 40;
/** 尊敬的市长：, 各位领导，您好！ */
const SALUTE = /^(?:(?:尊敬|敬爱)的)?[^，。！？：:,!?\s]{0,10}(?:书记|市长|区长|县长|镇长|局长|主任|领导|政府|热线)(?:同志|们)?[：:，,！!、\s]+/;
const GREETING = /^(?:您好|你好|你们好|大家好|喂)[啊呀]?[，,。！!、\s]*/;
const OPENING = /^(市民|来电人|诉求人|群众|企业|网民|我)?(来电|致电|来信|留言)?(想要|想)?(反映|反应|咨询|求助|投诉|举报|建议|表示|称|说)?[：:，,、\s]*/;

/** A title from the first sentence that says something: salutation, greeting and "市民反映" cut off. */
export function draftTitle(content: string): string {
  const text = content.trim().replace(SALUTE, "").replace(GREETING, "").replace(SALUTE, "");
  const first = text.split(/[。！？!?；;\n]/).find((s) => s.trim() !== "")?.trim() ?? "";
  const body = first.replace(OPENING, "") || first;
  const chars = [...body.trim()];
  if (chars.length <= TITLE_CHARS) return chars.join("");
  const cut = chars.slice(0, TITLE_CHARS).join("");
  const comma = Math.max(cut.lastIndexOf("，"), cut.lastIndexOf(","));
  return comma >= 10 ? cut.slice(0, comma) : cut;
}

export interface Hint {
  text: string;
  met: boolean;
}

/** 写作提示: when, where, who, what, wish. */
export function contentHints(content: string): Hint[] {
  return [
    { text: "时间", met: /\d{1,2}\s*[月日点时]|今天|昨天|昨晚|前天|今早|凌晨|上午|下午|近日|最近|\d+\s*(天|个月|年|小时|分钟)/.test(content) },
    { text: "地点", met: /[路街巷村镇区县号楼栋]|小区|社区|广场|公园|学校|医院|门口|附近|路口/.test(content) },
    { text: "对象", met: /公司|单位|物业|商家|店|局|中心|邻居|学校|医院|司机|老板|开发商|施工|我|本人|居民|业主/.test(content) },
    { text: "事由", met: content.trim().length >= 12 },
    { text: "诉求", met: /希望|要求|请求|建议|咨询|请|想知道|求助|诉求|如何|怎么|是否/.test(content) },
  ];
}

const text = (value: string | null | undefined): string | null => (value ?? "").trim() || null;

function flagsOf(names: readonly FlagName[]): Flags {
  return { threat: names.includes("threat"), major: names.includes("major"), litigation: names.includes("litigation"), foreign: names.includes("foreign") };
}

/** What the channel has of it; what was typed for another one is left out. */
function originOf({ channel, origin }: IntakeValues): Origin {
  const { at, number, visit, source, limit, report } = asked(channel);
  const people = visit ? (origin?.representatives ?? []).filter((r) => r?.name?.trim()) : [];
  return {
    at: at ? (origin?.at ?? null) : null,
    number: number ? text(origin?.number) : null,
    source: source ? text(origin?.source) : null,
    limit_at: limit ? (origin?.limit_at ?? null) : null,
    title: report ? text(origin?.title) : null,
    link: report ? text(origin?.link) : null,
    place: visit ? text(origin?.place) : null,
    head_count: visit ? (origin?.head_count ?? null) : null,
    representatives: people.map((r) => ({ name: r.name.trim(), phone: text(r.phone?.replace(/\s/g, "")) })),
  };
}

/** The body of POST /orders. */
export function toRegisterForm(v: IntakeValues, duplicatesChecked: boolean): RegisterForm {
  return {
    channel: v.channel,
    demand_type: v.demand_type,
    category: v.category,
    urgency: v.urgency,
    title: v.title.trim() || draftTitle(v.content),
    content: v.content.trim(),
    wish: text(v.wish),
    tags: v.tags ?? [],
    region: v.region,
    address: text(v.address),
    lng: null,
    lat: null,
    occurred_at: v.occurred_at ?? null,
    requester: {
      name: v.anonymous ? null : text(v.name),
      sex: v.sex ?? null,
      phone: text(v.phone?.replace(/\s/g, "")),
      contact_phone: text(v.contact_phone?.replace(/\s/g, "")),
      email: text(v.email?.replace(/\s/g, "")),
      id_type: text(v.id_no) ? v.id_type : null,
      id_no: text(v.id_no?.toUpperCase()),
      address: null,
      kind: v.kind,
      company_name: v.kind === "company" ? text(v.company_name) : null,
    },
    anonymous: v.anonymous,
    confidentiality: v.confidential ? "keep_secret" : "none",
    publishable: v.publishable === "yes" ? true : v.publishable === "no" ? false : null,
    no_reply_wanted: v.no_reply_wanted,
    callback_wanted: v.callback_wanted && !v.anonymous,
    callback_preferred_at: v.callback_wanted ? (v.callback_preferred_at ?? null) : null,
    respondent: text(v.respondent),
    accused_org: v.accused_org ?? null,
    affected_count: v.affected_count ?? null,
    origin: originOf(v),
    flags: flagsOf(v.flags ?? []),
    call_id: v.call_id ?? null,
    previous_order: v.previous_order ?? null,
    suggested_org: v.suggested_org ?? null,
    duplicates_checked: duplicatesChecked,
  };
}

/** Seven digits identify a caller well enough to look for earlier matters. */
export function callerDigits(phone: string | undefined): string | null {
  const digits = (phone ?? "").replace(/\D/g, "");
  return digits.length >= 7 ? digits : null;
}

/** These happened somewhere; nobody can act without knowing where. */
export function placeBound(type: DemandType | null | undefined): boolean {
  return type === "help" || type === "complaint" || type === "report";
}

/** What is wrong with a number, in the agent's words; null when fine. Empty is judged by the form. */
export function phoneFault(phone: string): string | null {
  const p = phone.replace(/[\s-]/g, "");
  if (p === "") return null;
  if (!/^\+?\d+$/.test(p)) return "号码只能含数字";
  if (/^1\d/.test(p) && p.length !== 11 && p.length > 8) return `手机号应为11位，现为${p.length}位`;
  if (p.length < 5 || p.length > 20) return "号码位数有误";
  return null;
}

/** What is wrong with an address, roughly as the server sees it; nothing of an empty one. */
export function mailFault(address: string): string | null {
  const a = address.trim();
  return a === "" || /^[^\s@<>"]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(a) ? null : "邮箱地址有误，例如 zhangsan@example.com";
}

export interface Parked {
  id: string;
  at: Millis;
  values: IntakeValues;
}
