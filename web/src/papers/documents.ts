// 文书 of an order: calls and the words around them.
import { BASE, get, post, queryText } from "@/api/client";
import type { Answer, Id } from "@/api/types";

export type PaperList = Answer<"paper_list">;
export type Paper = PaperList["items"][number];
export type PaperOffer = PaperList["offers"][number];
export type PaperKind = Paper["kind"];

const path = (order: Id, rest = "") => `/orders/${order}/papers${rest}`;

export const documents = {
  key: (order: Id) => ["order", order, "papers"] as const,
  list: (order: Id) => get<PaperList>(path(order)),
  issue: (order: Id, body: { kind: PaperKind; subject: string | null; replace: boolean }) => post<Answer<"paper_issue">>(path(order), body),
  withdraw: (order: Id, item: Id, reason: string) => post<Answer<"paper_withdraw">>(path(order, `/${item}/withdraw`), { reason }),
  preview: (order: Id, kind: PaperKind, subject: string | null) => `${BASE}${path(order, "/preview")}${queryText({ kind, subject })}`,
  file: (order: Id, item: Id, format: "pdf" | "docx", view = false) => `${BASE}${path(order, `/${item}`)}${queryText({ format, view: view || null })}`,
  dossier: (order: Id) => `${BASE}/orders/${order}/dossier`,
};

export const KIND_CN: Record<PaperKind, string> = {
  transfer: "转办单",
  assign: "交办函",
  sheet: "工单",
  supervise: "督办函",
  return: "退回审批单",
  extension: "延期审批单",
  redo: "重办审批单",
  reply: "答复函",
};

/** What each kind is for, in a few words. */
export const PURPOSE_OF: Record<PaperKind, string> = {
  transfer: "随件转送承办单位，便于存档和呈阅",
  assign: "以函交办重要、领导批示事项",
  sheet: "工单全貌和流转记录",
  supervise: "书面督办承办单位",
  return: "退回申请的审批记录",
  extension: "延期申请的审批记录",
  redo: "重新办理的审批记录",
  reply: "书面答复诉求人，写有姓名",
};

/** The offer's chosen subject, or its first. */
export function chosen(offer: PaperOffer, id: string | undefined): PaperOffer["subjects"][number] | undefined {
  return offer.subjects.find((s) => s.id === id) ?? offer.subjects[0];
}
