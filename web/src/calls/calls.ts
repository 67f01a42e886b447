// Every call of the call centre's pages, by noun.
import { get, post, put, type Query, send } from "@/api/client";
import type { Answer, Body, Id } from "@/api/types";
import type { AnnouncementForm, Mark, ScoreView, SheetItem, SheetView, SkillLevel } from "./types";

/** Addresses that the platform hands out begin with the base already. */
const local = (url: string) => url.replace(/^\/api\/v1/, "");

export const records = {
  list: (query: Query) => get<Answer<"call_list">>("/calls", query),
  one: (id: Id) => get<Answer<"call_view">>(`/calls/${id}`),
  ofOrder: (order: Id) => get<Answer<"order_calls">>(`/orders/${order}/calls`),
  remark: (id: Id, kind: "praise" | "complaint", note: string) =>
    post<Answer<"call_remark">>(`/calls/${id}/remark`, { kind, note } satisfies Body<"call_remark">),
};

export const recordings = {
  listen: (id: Id, reason: string) => post<Answer<"recording_listen">>(`/recordings/${id}/listen`, { reason } satisfies Body<"recording_listen">),
  verify: (id: Id) => post<Answer<"recording_verify">>(`/recordings/${id}/verify`),
};

/** Loudness over time, from the address that came with the ticket. */
export function loadPeaks(url: string, signal?: AbortSignal) {
  return send<Answer<"recording_peaks">>("GET", local(url), { ...(signal && { signal }) });
}

export const duties = {
  list: (query: Query) => get<Answer<"duty_list">>("/call-duties", query),
  counts: () => get<Answer<"duty_counts">>("/call-duties/counts"),
  claim: (id: Id) => post<Answer<"duty_claim">>(`/call-duties/${id}/claim`),
  release: (id: Id) => post<Answer<"duty_release">>(`/call-duties/${id}/release`),
  finish: (id: Id, outcome: "done" | "given_up", reason: string) =>
    post<Answer<"duty_finish">>(`/call-duties/${id}/finish`, { outcome, reason } satisfies Body<"duty_finish">),
};

export const quality = {
  samples: (query: Query) => get<Answer<"sample_list">>("/quality/samples", query),
  draw: (from: number, to: number) => post<Answer<"sample_draw">>("/quality/samples", { from, to } satisfies Body<"sample_draw">),
  sheets: () => get<SheetView[]>("/quality/sheets"),
  saveSheet: (name: string, items: SheetItem[]) => post<Answer<"sheet_create">>("/quality/sheets", { name, items } satisfies Body<"sheet_create">),
  score: (call: Id, sheet: Id, marks: Mark[], comment: string | null) =>
    post<Answer<"score_create">>("/quality/scores", { call, sheet, marks, comment } satisfies Body<"score_create">),
  scores: (query: Query) => get<Answer<"score_list">>("/quality/scores", query),
  one: (id: Id) => get<ScoreView>(`/quality/scores/${id}`),
  appeal: (id: Id, reason: string) => post<Answer<"score_appeal">>(`/quality/scores/${id}/appeal`, { reason } satisfies Body<"score_appeal">),
  decide: (id: Id, uphold: boolean, total: number | null, opinion: string) =>
    post<Answer<"score_decide">>(`/quality/scores/${id}/decide`, { uphold, total, opinion } satisfies Body<"score_decide">),
};

export const floorReports = {
  view: (from: number, to: number, by: string) => get<Answer<"floor_report">>("/floor/report", { from, to, by }),
  windows: () => get<Answer<"window_list">>("/call-windows"),
  exclude: (from: number, to: number, reason: string) => post<Answer<"window_create">>("/call-windows", { from, to, reason } satisfies Body<"window_create">),
  revoke: (id: Id, reason: string) => post<Answer<"window_revoke">>(`/call-windows/${id}/revoke`, { reason } satisfies Body<"window_revoke">),
};

export const marks = {
  list: (query: Query) => get<Answer<"mark_list">>("/caller-marks", query),
  propose: (form: { kind: "black" | "care"; number: string; reason: string; valid_to: number }) =>
    post<Answer<"mark_propose">>("/caller-marks", { ...form, call: null } satisfies Body<"mark_propose">),
  decide: (id: Id, approve: boolean, opinion: string) =>
    post<Answer<"mark_decide">>(`/caller-marks/${id}/decide`, { approve, opinion: opinion || null } satisfies Body<"mark_decide">),
  end: (id: Id, reason: string) => post<Answer<"mark_end">>(`/caller-marks/${id}/end`, { reason } satisfies Body<"mark_end">),
};

export const setup = {
  skills: () => get<Answer<"skill_list">>("/admin/skills"),
  setSkills: (user: Id, skills: SkillLevel[]) => put<Answer<"skill_set">>(`/admin/skills/${user}`, { skills } satisfies Body<"skill_set">),
  setPhone: (user: Id, extension: string | null) => put<Answer<"phone_set">>(`/admin/phones/${user}`, { extension } satisfies Body<"phone_set">),
  announcements: () => get<Answer<"announcement_list">>("/admin/announcements"),
  announce: (form: AnnouncementForm) => post<Answer<"announcement_create">>("/admin/announcements", form),
  changeAnnouncement: (id: Id, form: AnnouncementForm) => put<Answer<"announcement_update">>(`/admin/announcements/${id}`, form),
  stopAnnouncement: (id: Id, reason: string) =>
    post<Answer<"announcement_stop">>(`/admin/announcements/${id}/stop`, { reason } satisfies Body<"announcement_stop">),
  prompts: () => get<Answer<"prompt_list">>("/admin/prompts"),
  upload: (name: string, sound: Blob) => send<Answer<"prompt_upload">>("PUT", `/admin/prompts/${encodeURIComponent(name)}`, { raw: sound }),
};
