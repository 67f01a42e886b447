// Words for one entry of the flow log.
import type { FlowEntry } from "@/api/types";
import { dateTime, length } from "@/ui/time";

export type FlowKind = "move" | "work" | "request" | "contact" | "watch" | "system";

export const FLOW_KIND: Record<FlowKind, string> = {
  move: "流转",
  work: "办理",
  request: "申请审批",
  contact: "联系回访",
  watch: "督办批示",
  system: "系统",
};

const REQUEST = /^(return|extension|ext|decide|exempt|contest|correction)/;
const CONTACT = new Set(["contact", "callback", "callback_close", "callback_attempt", "unified_reply", "unified_reply_nocb"]);
const WATCH = new Set(["instruct", "report_up", "supervise", "supervise_reply", "urge", "exempt", "qc"]);
const WORK = new Set([
  "sign",
  "assign",
  "start",
  "co_reply",
  "add_co",
  "submit_unit",
  "unit_approve",
  "unit_send_back",
  "center_accept",
  "center_accept_direct",
  "center_send_back",
]);

/** The kind decides colour and filter. Codes of requests begin with R or X, of supervision with S (§5). */
export function kindOf(entry: Pick<FlowEntry, "action" | "code" | "actor_name" | "role_cn">): FlowKind {
  if (WATCH.has(entry.action) || /^S\d/.test(entry.code)) return "watch";
  if (REQUEST.test(entry.action) || /^[RX]\d/.test(entry.code)) return "request";
  if (CONTACT.has(entry.action) || /^B\d/.test(entry.code)) return "contact";
  if (isSystem(entry)) return "system";
  if (WORK.has(entry.action) || /^K\d/.test(entry.code)) return "work";
  return "move";
}

export function isSystem(entry: Pick<FlowEntry, "actor_name" | "role_cn">): boolean {
  return entry.actor_name === "" || entry.actor_name === "系统";
}

/** 王芳（派单员，市12345热线中心）; what is missing is left out. */
export function whoText(entry: Pick<FlowEntry, "actor_name" | "role_cn" | "org_name">): string {
  const name = entry.actor_name || "系统";
  const more = [entry.role_cn, entry.org_name].filter(Boolean).join("，");
  return more ? `${name}（${more}）` : name;
}

/** 待派单 → 待签收; one word when nothing changed, nothing when nothing is known. */
export function moveText(entry: Pick<FlowEntry, "from_cn" | "to_cn">): string {
  const from = entry.from_cn && entry.from_cn !== "-" ? entry.from_cn : "";
  const to = entry.to_cn && entry.to_cn !== "-" ? entry.to_cn : "";
  if (!to || from === to) return "";
  return from ? `${from} → ${to}` : to;
}

export interface DueChange {
  text: string;
  /** Milliseconds by which the due time moved; positive is later. */
  by: number;
}

/** What the step did to the due time, if anything. */
export function dueChange(entry: Pick<FlowEntry, "due_before" | "due_after">): DueChange | null {
  const { due_before: before, due_after: after } = entry;
  if (before === after) return null;
  if (before === null && after !== null) return { text: `期限定为 ${dateTime(after)}`, by: 0 };
  if (after === null) return { text: `期限 ${dateTime(before)} 不再计时`, by: 0 };
  const by = after - (before ?? after);
  return { text: `期限 ${dateTime(before)} → ${dateTime(after)}，${by > 0 ? "延后" : "提前"}${length(by)}`, by };
}

/**
 * An act moves the order and a task at once and is written as two entries; it is shown as one. Entries come in order of
 * their numbers, either way; the order's own entry leads its group.
 */
export function together(entries: readonly FlowEntry[]): FlowEntry[][] {
  const groups: FlowEntry[][] = [];
  for (const e of entries) {
    const last = groups.at(-1);
    const same = last?.[0];
    if (same && same.at === e.at && same.action_cn === e.action_cn && same.actor_name === e.actor_name && last.every((x) => (x.task_id === null) !== (e.task_id === null))) last.push(e);
    else groups.push([e]);
  }
  for (const g of groups) g.sort((a, b) => Number(a.task_id !== null) - Number(b.task_id !== null));
  return groups;
}

/** First eight digits are enough to compare by eye; the whole stays in the tooltip. */
export function shortHash(hash: string): string {
  return hash.slice(0, 8);
}

/** How many entries each kind has, kinds without any left out. */
export function countKinds(entries: readonly FlowEntry[]): [FlowKind, number][] {
  const counts = new Map<FlowKind, number>();
  for (const e of entries) counts.set(kindOf(e), (counts.get(kindOf(e)) ?? 0) + 1);
  return (Object.keys(FLOW_KIND) as FlowKind[]).flatMap((k) => (counts.has(k) ? [[k, counts.get(k) ?? 0]] : []));
}
