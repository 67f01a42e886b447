// Every call of the call centre's pages, by noun.
import { get, post, put, type Query, send } from "@/api/client";
import type { Id } from "@/api/types";
import type { AnnouncementForm, AnnouncementView, CallLine, CallView, DutyLine, FloorReport, Listing, Mark, MarkLine, Peaks, PromptView, SampleLine, ScoreLine, ScoreView, SheetItem, SheetView, SkillLevel, SkillsView, Ticket, WindowLine } from "./types";

/** Addresses that the platform hands out begin with the base already. */
const local = (url: string) => url.replace(/^\/api\/v1/, "");

export const records = {
  list: (query: Query) => get<Listing<CallLine>>("/calls", query),
  one: (id: Id) => get<CallView>(`/calls/${id}`),
  ofOrder: (order: Id) => get<CallLine[]>(`/orders/${order}/calls`),
  bind: (id: Id, order: Id) => post<void>(`/calls/${id}/bind`, { order }),
  remark: (id: Id, kind: "praise" | "complaint", note: string) => post<void>(`/calls/${id}/remark`, { kind, note }),
};

export const recordings = {
  listen: (id: Id, reason: string) => post<Ticket>(`/recordings/${id}/listen`, { reason }),
  peaks: (url: string, signal?: AbortSignal) => send<Peaks>("GET", local(url), { ...(signal && { signal }) }),
};

export const duties = {
  list: (query: Query) => get<Listing<DutyLine>>("/call-duties", query),
  counts: () => get<{ open: number; mine: number; red: number; yellow: number }>("/call-duties/counts"),
  claim: (id: Id) => post<DutyLine>(`/call-duties/${id}/claim`),
  release: (id: Id) => post<DutyLine>(`/call-duties/${id}/release`),
  finish: (id: Id, outcome: "done" | "given_up", reason: string) => post<DutyLine>(`/call-duties/${id}/finish`, { outcome, reason }),
};

export const quality = {
  samples: (query: Query) => get<Listing<SampleLine>>("/quality/samples", query),
  draw: (from: number, to: number) => post<{ considered: number; sampled: number }>("/quality/samples", { from, to }),
  sheets: () => get<SheetView[]>("/quality/sheets"),
  saveSheet: (name: string, items: SheetItem[]) => post<SheetView>("/quality/sheets", { name, items }),
  score: (call: Id, sheet: Id, marks: Mark[], comment: string | null) => post<ScoreView>("/quality/scores", { call, sheet, marks, comment }),
  scores: (query: Query) => get<Listing<ScoreLine>>("/quality/scores", query),
  one: (id: Id) => get<ScoreView>(`/quality/scores/${id}`),
  appeal: (id: Id, reason: string) => post<ScoreView>(`/quality/scores/${id}/appeal`, { reason }),
  decide: (id: Id, uphold: boolean, total: number | null, opinion: string) => post<ScoreView>(`/quality/scores/${id}/decide`, { uphold, total, opinion }),
};

export const floorReports = {
  view: (from: number, to: number, by: string) => get<FloorReport>("/floor/report", { from, to, by }),
  windows: () => get<WindowLine[]>("/call-windows"),
  exclude: (from: number, to: number, reason: string) => post<WindowLine>("/call-windows", { from, to, reason }),
  revoke: (id: Id, reason: string) => post<WindowLine>(`/call-windows/${id}/revoke`, { reason }),
};

export const marks = {
  list: (query: Query) => get<Listing<MarkLine>>("/caller-marks", query),
  propose: (form: { kind: "black" | "care"; number: string; reason: string; valid_to: number }) => post<MarkLine>("/caller-marks", { ...form, call: null }),
  decide: (id: Id, approve: boolean, opinion: string) => post<MarkLine>(`/caller-marks/${id}/decide`, { approve, opinion: opinion || null }),
  end: (id: Id, reason: string) => post<MarkLine>(`/caller-marks/${id}/end`, { reason }),
};

export const setup = {
  skills: () => get<SkillsView[]>("/admin/skills"),
  setSkills: (user: Id, skills: SkillLevel[]) => put<SkillsView>(`/admin/skills/${user}`, { skills }),
  announcements: () => get<AnnouncementView[]>("/admin/announcements"),
  announce: (form: AnnouncementForm) => post<AnnouncementView>("/admin/announcements", form),
  changeAnnouncement: (id: Id, form: AnnouncementForm) => put<AnnouncementView>(`/admin/announcements/${id}`, form),
  stopAnnouncement: (id: Id, reason: string) => post<AnnouncementView>(`/admin/announcements/${id}/stop`, { reason }),
  prompts: () => get<PromptView[]>("/admin/prompts"),
  upload: (name: string, sound: Blob) => send<PromptView>("PUT", `/admin/prompts/${encodeURIComponent(name)}`, { raw: sound }),
};
