// Every call of the call centre's pages, by noun.
import { get, post, type Query, send } from "@/api/client";
import type { Id } from "@/api/types";
import type { CallLine, CallView, DutyLine, Listing, Peaks, Ticket } from "./types";

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
