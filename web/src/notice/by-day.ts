import type { NoticeView } from "@/api/types";
import { at } from "@/ui/time";

const KIND: Record<string, string> = {
  dispatch: "派单",
  sign: "催签",
  remind_sign: "催签",
  yellow: "即将到期",
  red: "逾期",
  light: "预警",
  supervise: "督办",
  urge: "催办",
  request: "审批",
  decide: "审批",
  decided: "审批结果",
  audit: "审核",
  send_back: "退回补正",
  instruct: "批示",
  callback: "回访",
  redo: "二次办理",
  system: "系统",
};

export function kindWord(kind: string): string {
  return KIND[kind] ?? "通知";
}

/** Notices by Beijing day, in the order given. */
export function groupByDay(notices: readonly NoticeView[]): [string, NoticeView[]][] {
  const days = new Map<string, NoticeView[]>();
  for (const n of notices) {
    const day = at(n.at).format("YYYY-MM-DD");
    days.set(day, [...(days.get(day) ?? []), n]);
  }
  return [...days];
}

/** 今天, 昨天, 11月22日 周日, with the year when it is another. */
export function dayTitle(day: string, now: number): string {
  const today = at(now);
  if (day === today.format("YYYY-MM-DD")) return "今天";
  if (day === today.subtract(1, "day").format("YYYY-MM-DD")) return "昨天";
  const d = at(Date.parse(`${day}T12:00:00+08:00`));
  return d.year() === today.year() ? d.format("M月D日 ddd") : d.format("YYYY年M月D日");
}
