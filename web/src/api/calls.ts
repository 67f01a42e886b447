// Every call the desks make, by noun. Screens use these through the hooks in `hooks.ts`.
import { del, get, post, put, type Query } from "./client";
import type * as T from "./types";

export const session = {
  get: () => get<T.SessionView>("/session"),
  open: (login: string, password: string) => post<T.SessionView>("/session", { login, password }),
  close: () => del<void>("/session"),
  password: (current: string, next: string) => post<void>("/session/password", { current, next }),
  appointment: (appointment: T.Id) => post<T.SessionView>("/session/appointment", { appointment }),
};

export const reference = {
  all: () => get<T.Reference>("/reference"),
  regions: (parent?: string) => get<T.RegionNode[]>("/regions", { parent }),
  regionPath: (code: string) => get<T.RegionNode[]>("/regions/path", { code }),
  categories: (q: string, signal?: AbortSignal) => get<T.CategoryHit[]>("/categories/search", { q, limit: 12 }, signal),
  handlers: (org: T.Id) => get<T.HandlerView[]>("/users/handlers", { org }),
};

export interface DeadlineAsk {
  demand_type: string;
  category?: string;
  urgency: string;
  dispatched_at?: T.Millis;
}
export interface DuplicateAsk {
  phone?: string;
  category?: string;
  region?: string;
  address?: string;
  title?: string;
  content?: string;
}
export interface SuggestAsk {
  category: string;
  region: string;
  content?: string;
}

export const intake = {
  deadline: (ask: DeadlineAsk, signal?: AbortSignal) => post<T.DeadlinePreview>("/deadline/preview", ask, { ...(signal && { signal }) }),
  caller: (phone: string, signal?: AbortSignal) => get<T.CallerView>("/callers", { phone }, signal),
  duplicates: (ask: DuplicateAsk, signal?: AbortSignal) => post<T.DuplicateHit[]>("/duplicates", ask, { ...(signal && { signal }) }),
  suggest: (ask: SuggestAsk, signal?: AbortSignal) => post<T.DispatchSuggestion[]>("/dispatch/suggest", ask, { ...(signal && { signal }) }),
  register: (form: T.RegisterForm, key: string) => post<T.Registered>("/orders", form, { key }),
};

export const drafts = {
  get: <B>(key: string) => get<T.Draft<B> | null>(`/drafts/${encodeURIComponent(key)}`),
  put: <B>(key: string, body: B) => put<T.Draft<B>>(`/drafts/${encodeURIComponent(key)}`, { body }),
  clear: (key: string) => del<void>(`/drafts/${encodeURIComponent(key)}`),
};

export const orders = {
  list: (query: Query) => get<T.Page<T.OrderLine>>("/orders", query),
  one: (id: T.Id) => get<T.OrderView>(`/orders/${id}`),
  flow: (id: T.Id) => get<T.FlowEntry[]>(`/orders/${id}/flow`),
  command: (id: T.Id, version: number, body: T.Command, key: string) =>
    post<T.OrderView>(`/orders/${id}/commands`, body, { version, key }),
  preview: (id: T.Id, body: T.Command, signal?: AbortSignal) =>
    post<T.EffectPreview>(`/orders/${id}/preview`, body, { ...(signal && { signal }) }),
  reveal: (id: T.Id, fields: string[], reason: string) => post<T.Requester>(`/orders/${id}/reveal`, { fields, reason }),
};

export const desks = {
  home: () => get<T.HomeView>("/home"),
  queues: () => get<T.QueueView[]>("/queues"),
  tasks: (query: Query) => get<T.Page<T.TaskLine>>("/tasks", query),
  taskCounts: () => get<Partial<Record<T.TaskTab, number>>>("/tasks/counts"),
};

export const notices = {
  list: (query: Query) => get<T.NoticePage>("/notifications", query),
  read: (ids: T.Id[] | "all") => post<void>("/notifications/read", ids === "all" ? { all: true } : { ids }),
};
