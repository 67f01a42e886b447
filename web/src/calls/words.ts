// Codes of call records and how they are shown.
import type { Option } from "@/api/codes";

export const OUTCOMES: Option[] = [
  { value: "answered", label: "已接通" },
  { value: "abandoned", label: "放弃" },
  { value: "menu_only", label: "未进人工" },
  { value: "message", label: "留言" },
  { value: "callback_booked", label: "预约回拨" },
  { value: "not_reached", label: "未接通" },
  { value: "overflowed", label: "溢出" },
  { value: "blocked", label: "黑名单拦截" },
  { value: "failed", label: "异常中断" },
  { value: "open", label: "进行中" },
];
export const DIRECTIONS: Option[] = [
  { value: "in", label: "呼入" },
  { value: "out", label: "呼出" },
  { value: "inner", label: "内部" },
];

const TONE: Record<string, string> = { abandoned: "tag-red", failed: "tag-red", blocked: "tag-red", not_reached: "tag-amber", overflowed: "tag-amber", message: "tag-blue", callback_booked: "tag-blue", open: "tag-green" };
export const outcomeTone = (outcome: string): string => `tag ${TONE[outcome] ?? ""}`;

/** 5秒, 1分05秒, 1时02分 */
export function lengthText(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "—";
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s}秒`;
  const two = (n: number) => String(n).padStart(2, "0");
  if (s < 3600) return `${Math.floor(s / 60)}分${two(s % 60)}秒`;
  return `${Math.floor(s / 3600)}时${two(Math.floor(s / 60) % 60)}分`;
}
