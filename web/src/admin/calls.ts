// Every call of the administration, by noun.
import { get, post, put, type Query } from "@/api/client";
import type { Answer, Body, Id } from "@/api/types";
import type * as T from "./types";

const at = (part: string | number) => encodeURIComponent(String(part));

export const orgs = {
  list: () => get<Answer<"org_list">>("/admin/orgs"),
  create: (form: Body<"org_create">) => post<Answer<"org_create">>("/admin/orgs", form),
  save: (id: Id, form: Body<"org_update">) => put<Answer<"org_update">>(`/admin/orgs/${id}`, form),
};

export const users = {
  list: (query: Query) => get<Answer<"user_list">>("/admin/users", query),
  create: (form: Body<"user_create">) => post<Answer<"user_create">>("/admin/users", form),
  save: (id: Id, form: Body<"user_update">) => put<Answer<"user_update">>(`/admin/users/${id}`, form),
  resetPassword: (id: Id) => post<Answer<"user_reset_password">>(`/admin/users/${id}/reset-password`),
  unlock: (id: Id) => post<Answer<"user_unlock">>(`/admin/users/${id}/unlock`),
  disable: (id: Id) => post<Answer<"user_disable">>(`/admin/users/${id}/disable`),
  bindings: (id: Id) => get<Answer<"binding_list">>(`/admin/users/${id}/bindings`),
  unbind: (id: Id, binding: Id, form: Body<"binding_end">) => post<Answer<"binding_end">>(`/admin/users/${id}/bindings/${binding}/end`, form),
  enable: (id: Id) => post<Answer<"user_enable">>(`/admin/users/${id}/enable`),
  appoint: (id: Id, form: Body<"appointment_create">) =>
    post<Answer<"appointment_create">>(`/admin/users/${id}/appointments`, form),
};

export const apiKeys = {
  list: () => get<Answer<"key_list">>("/admin/api-keys"),
  create: (form: Body<"key_create">) => post<Answer<"key_create">>("/admin/api-keys", form),
  revoke: (id: Id) => post<void>(`/admin/api-keys/${id}/revoke`),
};

export const webhooks = {
  list: () => get<Answer<"hook_list">>("/admin/webhooks"),
  create: (form: Body<"hook_create">) => post<Answer<"hook_create">>("/admin/webhooks", form),
  stop: (id: Id) => post<void>(`/admin/webhooks/${id}/stop`),
};

export const wechat = {
  view: () => get<Answer<"wechat_view">>("/admin/wechat"),
  save: (form: Body<"wechat_set">) => put<Answer<"wechat_set">>("/admin/wechat", form),
};

export const weibo = {
  view: () => get<Answer<"weibo_view">>("/admin/weibo"),
  save: (form: Body<"weibo_set">) => put<Answer<"weibo_set">>("/admin/weibo", form),
  test: (settings: Body<"weibo_test">) => post<Answer<"weibo_test">>("/admin/weibo/test", settings),
};

export const mailboxes = {
  list: () => get<Answer<"mailbox_list">>("/admin/mailboxes"),
  create: (form: Body<"mailbox_create">) => post<Answer<"mailbox_create">>("/admin/mailboxes", form),
  save: (id: Id, form: Body<"mailbox_update">) => put<Answer<"mailbox_update">>(`/admin/mailboxes/${id}`, form),
};

export const mail = {
  view: () => get<Answer<"mail_view">>("/admin/mail"),
  save: (form: Body<"mail_set">) => put<Answer<"mail_set">>("/admin/mail", form),
  fetchTest: (settings: Body<"mail_fetch_test">) => post<Answer<"mail_fetch_test">>("/admin/mail/fetch-test", settings),
  test: (form: Body<"mail_test">) => post<Answer<"mail_test">>("/admin/mail/test", form),
};

export const signIn = {
  view: (audience: T.SignInAudience) => get<Answer<"sign_in_view">>(`/admin/sign-in/${audience}`),
  save: (audience: T.SignInAudience, form: Body<"sign_in_set">) => put<Answer<"sign_in_set">>(`/admin/sign-in/${audience}`, form),
  probe: (audience: T.SignInAudience, settings: Body<"sign_in_probe">) => post<Answer<"sign_in_probe">>(`/admin/sign-in/${audience}/probe`, settings),
};

export const sms = {
  gateway: () => get<Answer<"gateway_view">>("/admin/sms/gateway"),
  save: (form: Body<"gateway_set">) => put<Answer<"gateway_set">>("/admin/sms/gateway", form),
  test: (form: Body<"gateway_test">) => post<Answer<"gateway_test">>("/admin/sms/test", form),
  secret: () => post<Answer<"gateway_secret">>("/admin/sms/secret"),
  templates: () => get<Answer<"template_list">>("/admin/sms/templates"),
  history: (id: string) => get<Answer<"template_history">>(`/admin/sms/templates/${at(id)}/history`),
  preview: (id: string, form: Body<"template_preview">) => post<Answer<"template_preview">>(`/admin/sms/templates/${at(id)}/preview`, form),
  setTemplate: (id: string, form: Body<"template_set">) => put<Answer<"template_set">>(`/admin/sms/templates/${at(id)}`, form),
};

export const exchange = {
  view: () => get<Answer<"exchange_view">>("/admin/exchange"),
  retry: (id: Id) => post<void>(`/admin/exchange/refused/${id}/retry`),
  settle: (id: Id) => post<void>(`/admin/exchange/refused/${id}/settle`),
};

export const roles = {
  list: () => get<Answer<"role_list">>("/admin/roles"),
  grants: () => get<Answer<"grant_list">>("/admin/grants"),
  request: (form: Body<"grant_request">) => post<Answer<"grant_request">>("/admin/grants", form),
  decide: (id: Id, approve: boolean) =>
    post<Answer<"grant_decide">>(`/admin/grants/${id}/decide`, { approve } satisfies Body<"grant_decide">),
};

export const dictionaries = {
  list: () => get<Answer<"dict_list">>("/admin/dictionaries"),
  items: (code: string) => get<Answer<"dict_view">>(`/admin/dictionaries/${at(code)}`),
  create: (code: string, form: Body<"dict_item_create">) =>
    post<Answer<"dict_item_create">>(`/admin/dictionaries/${at(code)}`, form),
  save: (code: string, item: string, form: Body<"dict_item_update">) =>
    put<Answer<"dict_item_update">>(`/admin/dictionaries/${at(code)}/${at(item)}`, form),
};

export const categories = {
  list: () => get<Answer<"category_list">>("/admin/categories"),
  create: (form: Body<"category_create">) => post<Answer<"category_create">>("/admin/categories", form),
  save: (code: string, form: Body<"category_update">) => put<Answer<"category_update">>(`/admin/categories/${at(code)}`, form),
};

export const calendar = {
  year: (year: number) => get<Answer<"calendar_year">>("/admin/calendar", { year }),
  set: (date: string, kind: T.DayKind | null, note: string | null) =>
    put<Answer<"calendar_set">>(`/admin/calendar/${date}`, { kind, note } satisfies Body<"calendar_set">),
  preview: (changes: T.DayChange[]) =>
    post<Answer<"calendar_preview">>("/admin/calendar/preview", { changes } satisfies Body<"calendar_preview">),
  recalc: (reason: string) =>
    post<Answer<"calendar_recalc">>("/admin/calendar/recalc", { reason } satisfies Body<"calendar_recalc">),
};

export const params = {
  list: () => get<Answer<"param_list">>("/admin/params"),
  save: (key: string, value: unknown, reason: string) =>
    put<Answer<"param_set">>(`/admin/params/${at(key)}`, { value, reason } satisfies Body<"param_set">),
  history: (key: string) => get<Answer<"param_history">>(`/admin/params/${at(key)}/history`),
  preview: (key: string, value: unknown, signal?: AbortSignal) =>
    post<Answer<"param_preview">>(`/admin/params/${at(key)}/preview`, { value } satisfies Body<"param_preview">, {
      ...(signal && { signal }),
    }),
  rollback: (key: string, version: number, reason: string) =>
    post<Answer<"param_rollback">>(`/admin/params/${at(key)}/rollback`, { version, reason } satisfies Body<"param_rollback">),
};

export const trail = {
  list: (query: Query) => get<Answer<"audit_list">>("/admin/audit", query),
  verify: () => get<Answer<"audit_verify">>("/admin/audit/verify"),
};

export const jobs = {
  list: () => get<Answer<"job_list">>("/admin/jobs"),
  imports: () => get<Answer<"import_list">>("/admin/imports"),
};
