// 来源情况: what each channel asks for besides the matter itself, as `domain::order::origin` has it.
import type { Channel } from "./codes";

export interface Asked {
  /** Name of the date, and whether it must be given. */
  at?: { label: string; required: boolean };
  /** Name of the number, and an example. */
  number?: { label: string; placeholder: string };
  /** 地点、人数、代表. */
  visit?: boolean;
}

const ASKED: Partial<Record<Channel, Asked>> = {
  "09": { at: { label: "来文日期", required: false }, number: { label: "上级工单号", placeholder: "来文或上级平台的编号" } },
  "10": { at: { label: "报道日期", required: false }, number: { label: "报道出处", placeholder: "媒体名称、栏目或网址" } },
  "13": { at: { label: "收信日期", required: true }, number: { label: "来信编号", placeholder: "挂号信、特快专递编号" } },
  "14": { at: { label: "来访时间", required: true }, visit: true },
};

export function asked(channel: Channel): Asked {
  return ASKED[channel] ?? {};
}

/** 多人走访推选的代表 (信访工作条例第二十条). */
export const MOST_REPRESENTATIVES = 5;
/** 集体访. */
export const GROUP = 5;
