// Every call the desks make, by noun. Screens use these through the hooks in `hooks.ts`.
import { del, get, post, put, type Query } from "./client";
import type { Answer, Body, Command, Draft, Id, RegisterForm, TaskTab } from "./types";

export const session = {
  get: () => get<Answer<"session_view">>("/session"),
  open: (login: string, password: string) =>
    post<Answer<"session_open">>("/session", { login, password } satisfies Body<"session_open">),
  offer: (refused: string) => get<Answer<"sign_in_offer">>("/session/sign-in", { refused }),
  close: () => del<Answer<"session_close">>("/session"),
  password: (current: string, next: string) =>
    post<Answer<"password_change">>("/session/password", { current, next } satisfies Body<"password_change">),
  appointment: (appointment: Id) =>
    post<Answer<"appointment_switch">>("/session/appointment", { appointment } satisfies Body<"appointment_switch">),
  mail: () => get<Answer<"own_mail">>("/session/mail"),
  setMail: (form: Body<"own_mail_set">) => put<Answer<"own_mail_set">>("/session/mail", form),
};

export const reference = {
  all: () => get<Answer<"reference_view">>("/reference"),
  regions: (parent?: string) => get<Answer<"region_list">>("/regions", { parent }),
  regionPath: (code: string) => get<Answer<"region_path">>("/regions/path", { code }),
  categories: (q: string, signal?: AbortSignal) =>
    get<Answer<"category_search">>("/categories/search", { q, limit: 12 }, signal),
  handlers: (org: Id) => get<Answer<"handler_list">>("/users/handlers", { org }),
};

export type DeadlineAsk = Body<"deadline_preview">;
export type DuplicateAsk = Body<"duplicate_check">;
export type SuggestAsk = Body<"dispatch_suggest">;

export const intake = {
  deadline: (ask: DeadlineAsk, signal?: AbortSignal) =>
    post<Answer<"deadline_preview">>("/deadline/preview", ask, { ...(signal && { signal }) }),
  caller: (phone: string, signal?: AbortSignal) => get<Answer<"caller_history">>("/callers", { phone }, signal),
  duplicates: (ask: DuplicateAsk, signal?: AbortSignal) =>
    post<Answer<"duplicate_check">>("/duplicates", ask, { ...(signal && { signal }) }),
  suggest: (ask: SuggestAsk, signal?: AbortSignal) =>
    post<Answer<"dispatch_suggest">>("/dispatch/suggest", ask, { ...(signal && { signal }) }),
  register: (form: RegisterForm, key: string, signal?: AbortSignal) => post<Answer<"order_register">>("/orders", form, { key, ...(signal && { signal }) }),
};

export const drafts = {
  get: <B>(key: string) => get<Draft<B>>(`/drafts/${encodeURIComponent(key)}`),
  put: <B>(key: string, body: B) =>
    put<Draft<B>>(`/drafts/${encodeURIComponent(key)}`, { body } satisfies Body<"draft_save">),
  clear: (key: string) => del<Answer<"draft_delete">>(`/drafts/${encodeURIComponent(key)}`),
};

export const orders = {
  list: (query: Query) => get<Answer<"order_list">>("/orders", query),
  count: (query: Query) => get<Answer<"order_count">>("/orders/count", query),
  one: (id: Id) => get<Answer<"order_view">>(`/orders/${id}`),
  flow: (id: Id) => get<Answer<"order_flow">>(`/orders/${id}/flow`),
  command: (id: Id, version: number, body: Command, key: string, signal?: AbortSignal) =>
    post<Answer<"order_command">>(`/orders/${id}/commands`, body, { version, key, ...(signal && { signal }) }),
  preview: (id: Id, body: Command, signal?: AbortSignal) =>
    post<Answer<"order_preview">>(`/orders/${id}/preview`, body, { ...(signal && { signal }) }),
  replyCheck: (id: Id, body: Body<"reply_check">, signal?: AbortSignal) =>
    post<Answer<"reply_check">>(`/orders/${id}/reply-check`, body, { ...(signal && { signal }) }),
  reveal: (id: Id, fields: string[], reason: string) =>
    post<Answer<"order_reveal">>(`/orders/${id}/reveal`, { fields, reason } satisfies Body<"order_reveal">),
};

export const desks = {
  home: () => get<Answer<"home_view">>("/home"),
  queues: () => get<Answer<"queue_list">>("/queues"),
  tasks: (query: Query) => get<Answer<"task_list">>("/tasks", query),
  taskCounts: (): Promise<Partial<Record<TaskTab, number>>> => get<Answer<"task_counts">>("/tasks/counts"),
};

export const supervisions = {
  list: (query: Query) => get<Answer<"supervision_list">>("/supervisions", query),
  counts: (query: Query): Promise<Record<string, number>> => get<Answer<"supervision_counts">>("/supervisions/counts", query),
};

export const catalogue = {
  list: (query: Query) => get<Answer<"catalogue_list">>("/catalogue", query),
  history: (id: number) => get<Answer<"catalogue_history">>(`/catalogue/${id}/history`),
  preview: (ask: Body<"catalogue_preview">, signal?: AbortSignal) =>
    post<Answer<"catalogue_preview">>("/catalogue/preview", ask, { ...(signal && { signal }) }),
  put: (change: Body<"catalogue_put">) => post<Answer<"catalogue_put">>("/catalogue", change),
  end: (id: number, body: Body<"catalogue_end">) => post<Answer<"catalogue_end">>(`/catalogue/${id}/end`, body),
};

export const appraisal = {
  view: (query: Query) => get<Answer<"appraisal_view">>("/appraisal", query),
  received: (query: Query) => get<Answer<"received_view">>("/appraisal/received", query),
  judged: (query: Query) => get<Answer<"judged_list">>("/appraisal/requests", query),
  anomalies: (query: Query) => get<Answer<"anomaly_list">>("/appraisal/anomalies", query),
  effect: (order: Id, request: Id) => get<Answer<"request_effect">>(`/orders/${order}/requests/${request}/effect`),
};

export const approvals = {
  list: (query: Query) => get<Answer<"approval_list">>("/approvals", query),
  counts: (query: Query): Promise<Record<string, number>> => get<Answer<"approval_counts">>("/approvals/counts", query),
};

export const monitoring = {
  board: (query: Query) => get<Answer<"monitor_board">>("/monitor/board", query),
  cards: (query: Query) => get<Answer<"card_list">>("/monitor/cards", query),
  explain: (id: Id, body: Body<"card_explain">) => post<Answer<"card_explain">>(`/monitor/cards/${id}/explain`, body),
  appeal: (id: Id, body: Body<"card_appeal">) => post<Answer<"card_appeal">>(`/monitor/cards/${id}/appeal`, body),
  decide: (id: Id, body: Body<"card_decide">) => post<Answer<"card_decide">>(`/monitor/cards/${id}/decide`, body),
};

export const notices = {
  list: (query: Query) => get<Answer<"notification_list">>("/notifications", query),
  read: (ids: Id[] | "all") =>
    post<Answer<"notification_read">>(
      "/notifications/read",
      (ids === "all" ? { all: true } : { ids }) satisfies Body<"notification_read">,
    ),
};
