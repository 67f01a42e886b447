// 来源情况: what each channel asks for besides the matter itself, as `domain::order::origin` has it.
import type { Channel } from "./codes";

export interface Asked {
  /** Name of the date, and whether it must be given. */
  at?: { label: string; required: boolean };
  /** Name of the number, and an example. */
  number?: { label: string; placeholder: string };
  /** 地点、人数、代表. */
  visit?: boolean;
  /** Name of the body or outlet it came from, which must be given. */
  source?: { label: string; placeholder: string };
  /** 办理时限 of a superior. */
  limit?: boolean;
  /** 报道标题、链接. */
  report?: boolean;
}

const ASKED: Partial<Record<Channel, Asked>> = {
  "09": {
    at: { label: "来文日期", required: false },
    number: { label: "文号", placeholder: "来文文号或上级工单号" },
    source: { label: "交办单位", placeholder: "来文的上级单位" },
    limit: true,
  },
  "10": { at: { label: "报道日期", required: false }, source: { label: "媒体名称", placeholder: "报刊、电台、网站、账号" }, report: true },
  "13": { at: { label: "收信日期", required: true }, number: { label: "来信编号", placeholder: "挂号信、特快专递编号" } },
  "14": { at: { label: "来访时间", required: true }, visit: true },
};

export function asked(channel: Channel): Asked {
  return ASKED[channel] ?? {};
}

/** What is wrong with a web address, as `domain::order::origin::link` judges it; null when fine. Empty is fine. */
export function linkFault(text: string | null | undefined): string | null {
  const link = (text ?? "").trim();
  if (link === "") return null;
  if ([...link].length > 500) return "链接过长，不超过500字";
  const rest = /^https?:\/\/(.*)$/i.exec(link)?.[1];
  if (rest === undefined) return "链接须以http://或https://开头";
  // eslint-disable-next-line no-control-regex
  if (/[\s"<>\\`\u0000-\u001f\u007f]/.test(link)) return "链接中有空格或其他不允许的字符";
  const authority = rest.split(/[/?#]/)[0] ?? "";
  if (authority.includes("@")) return "链接中不能含用户名";
  const host = (authority.split(":")[0] ?? "").split(".");
  return host.length > 1 && host.every((part) => part !== "") ? null : "链接缺少网站域名";
}

/** 多人走访推选的代表 (信访工作条例第二十条). */
export const MOST_REPRESENTATIVES = 5;
/** 集体访. */
export const GROUP = 5;
