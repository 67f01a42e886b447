// 附件 of an order: calls, purposes, and what may be sent before the platform is asked.
import { BASE, del, get, post } from "@/api/client";
import { bytesText } from "@/api/download";
import type { Answer, Id, OrderView } from "@/api/types";

export type Attachment = Answer<"attachment_list">[number];
export type Purpose = Attachment["purpose"];

export const PURPOSE: Record<Purpose, string> = {
  demand: "诉求材料",
  identity: "证件",
  contact: "联系证据",
  handle: "办理材料",
  reply: "答复附件",
  return: "退回依据",
  extension: "延期依据",
  supervise: "督办反馈",
  appraisal: "考核证据",
  correction: "更正证据",
  other: "其他",
};

/** What a browser's file dialog offers; the platform looks at the bytes. */
export const ACCEPT = ".jpg,.jpeg,.png,.webp,.wav,.mp3,.m4a,.ogg,.amr,.pdf,.docx,.xlsx,.txt";
export const KINDS_CN = "图片（JPG、PNG、WebP）、音频（WAV、MP3、M4A、OGG、AMR）、PDF、DOCX、XLSX、TXT";

const UNIT_ROLES = ["unit_admin", "handler", "unit_leader"];
const EVERYBODYS: readonly Purpose[] = ["demand", "identity", "other"];

/** Evidence of handling is the unit's: its people are offered it first. `leaves`: there is somebody to whom 答复附件 go. */
export function purposesOf(roles: readonly string[], leaves = false): Purpose[] {
  const unit = roles.some((r) => UNIT_ROLES.includes(r));
  const reply: Purpose[] = leaves && (unit || roles.some((r) => r === "auditor" || r === "reply_agent")) ? ["reply"] : [];
  if (!unit) return [...reply, ...EVERYBODYS];
  return ["handle", ...reply, "contact", "return", "extension", "supervise", "appraisal", ...EVERYBODYS];
}

type Answered = Pick<OrderView, "elsewhere" | "confidentiality" | "demand_type">;

/** Who gets the 答复附件 of an order, in words; null where nobody does: of a secret matter nothing leaves the house. */
export function repliedTo(order: Answered): string | null {
  if (order.confidentiality !== "none") return null;
  const from = order.elsewhere !== null && !order.elsewhere.out ? (order.elsewhere.partner ?? "转出平台") : null;
  const toCitizen = order.demand_type !== "report";
  if (from) return toCitizen ? `随答复发给${from}，群众查询进度时也可下载` : `随答复发给${from}`;
  return toCitizen ? "群众查询进度时可以下载，请勿含他人信息" : null;
}

/** Groups in the order of the work, empty ones left out. */
export function grouped(items: readonly Attachment[]): { purpose: Purpose; items: Attachment[] }[] {
  const all = Object.keys(PURPOSE) as Purpose[];
  return all.map((purpose) => ({ purpose, items: items.filter((a) => a.purpose === purpose) })).filter((g) => g.items.length > 0);
}

/** Says why there is no use in sending the file; the platform's own limits are told by its answer. */
export function hopeless(file: { name: string; size: number }): string | null {
  if (file.size === 0) return "文件是空的";
  if (/\.(zip|rar|7z)$/i.test(file.name)) return "不接受压缩包，请解压后逐个上传";
  if (file.size > 60 * 1024 * 1024) return `文件太大（${bytesText(file.size)}），上限 60 MB`;
  return null;
}

const path = (order: Id, item?: Id) => `/orders/${order}/attachments${item ? `/${item}` : ""}`;

export const attachments = {
  key: (order: Id) => ["order", order, "attachments"] as const,
  list: (order: Id) => get<Answer<"attachment_list">>(path(order)),
  add: (order: Id, purpose: Purpose, file: File) =>
    post<Answer<"attachment_add">>(path(order), undefined, { query: { purpose, name: file.name || "粘贴的图片.png" }, raw: new Blob([file], { type: "application/octet-stream" }) }),
  withdraw: (order: Id, item: Id) => del<void>(path(order, item)),
  url: (order: Id, item: Id, form: "original" | "view" | "thumb") => `${BASE}${path(order, item)}?form=${form}`,
};
