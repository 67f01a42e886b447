// Choices and tones of 渠道来信.
import type { DiscardForm } from "./calls";

export const TABS = [
  { code: "waiting", name: "待登记" },
  { code: "mine", name: "我领取的" },
  { code: "registered", name: "已登记" },
  { code: "added", name: "已补充" },
  { code: "discarded", name: "不予登记" },
] as const;
export type Tab = (typeof TABS)[number]["code"];

/** What stands where sender and words stood. */
export const BLANKED = "内容已按保存期限清除";

export const STATE_TONE: Record<string, string> = {
  waiting: "tag tag-amber",
  registered: "tag tag-green",
  added: "tag tag-green",
  discarded: "tag",
};

export const REASONS: readonly { value: DiscardForm["reason"]; label: string }[] = [
  { value: "spam", label: "广告或垃圾邮件" },
  { value: "auto", label: "自动回复或退信" },
  { value: "repeat", label: "重复来件" },
  { value: "no_demand", label: "没有实质诉求" },
  { value: "elsewhere", label: "不属于本平台受理范围" },
  { value: "other", label: "其他" },
];

export const HEALTH_TONE: Record<string, string> = { up: "lamp-green", partial: "lamp-yellow", down: "lamp-red", unknown: "lamp-yellow", off: "lamp-none" };
