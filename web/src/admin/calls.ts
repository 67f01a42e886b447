// Every call of the administration, by noun.
import { get, post, put, type Query } from "@/api/client";
import type { Id, Page } from "@/api/types";
import type * as T from "./types";

/** A list that the server may send whole or as its only page. */
async function rows<R>(path: string, query?: Query): Promise<R[]> {
  const answer = await get<T.Rows<R>>(path, query);
  return Array.isArray(answer) ? answer : answer.items;
}
const at = (part: string | number) => encodeURIComponent(String(part));

export const orgs = {
  list: () => rows<T.OrgView>("/admin/orgs"),
  create: (form: T.OrgForm) => post<T.OrgView>("/admin/orgs", form),
  save: (id: Id, form: T.OrgForm) => put<T.OrgView>(`/admin/orgs/${id}`, form),
};

export const users = {
  list: (query: Query) => get<Page<T.UserView>>("/admin/users", query),
  create: (form: T.UserForm) => post<T.UserCreated>("/admin/users", form),
  save: (id: Id, form: T.UserForm) => put<T.UserView>(`/admin/users/${id}`, form),
  resetPassword: (id: Id) => post<{ one_time_password: string }>(`/admin/users/${id}/reset-password`),
  unlock: (id: Id) => post<void>(`/admin/users/${id}/unlock`),
  disable: (id: Id) => post<void>(`/admin/users/${id}/disable`),
  enable: (id: Id) => post<void>(`/admin/users/${id}/enable`),
  appoint: (id: Id, form: T.AppointmentForm) => post<T.UserAppointment>(`/admin/users/${id}/appointments`, form),
};

export const roles = {
  list: () => rows<T.RoleView>("/admin/roles"),
  grants: () => rows<T.GrantView>("/admin/grants"),
  request: (appointment: Id, codes: string[]) => post<T.GrantView>("/admin/grants", { appointment, roles: codes }),
  decide: (id: Id, approve: boolean) => post<T.GrantView>(`/admin/grants/${id}/decide`, { approve }),
};

export const dictionaries = {
  list: () => rows<T.DictLine>("/admin/dictionaries"),
  items: (code: string) => rows<T.DictItemView>(`/admin/dictionaries/${at(code)}`),
  create: (code: string, form: T.DictItemForm) => post<T.DictItemView>(`/admin/dictionaries/${at(code)}`, form),
  save: (code: string, item: string, form: T.DictItemForm) =>
    put<T.DictItemView>(`/admin/dictionaries/${at(code)}/${at(item)}`, form),
};

export const categories = {
  list: () => rows<T.CategoryView>("/admin/categories"),
  create: (form: T.CategoryForm) => post<T.CategoryView>("/admin/categories", form),
  save: (code: string, form: T.CategoryForm) => put<T.CategoryView>(`/admin/categories/${at(code)}`, form),
};

export const calendar = {
  year: (year: number) => get<T.DayView[]>("/admin/calendar", { year }),
  set: (date: string, kind: T.DayKind | null, note: string | null) => put<T.DayView>(`/admin/calendar/${date}`, { kind, note }),
  preview: (changes: T.DayChange[]) => post<T.CalendarEffect>("/admin/calendar/preview", { changes }),
  recalc: (reason: string) => post<T.CalendarEffect>("/admin/calendar/recalc", { reason }),
};

export const params = {
  list: () => rows<T.ParamView>("/admin/params"),
  save: (key: string, value: unknown, reason: string) => put<T.ParamView>(`/admin/params/${at(key)}`, { value, reason }),
  history: (key: string) => rows<T.ParamVersion>(`/admin/params/${at(key)}/history`),
  preview: (key: string, value: unknown, signal?: AbortSignal) =>
    post<T.ParamEffect>(`/admin/params/${at(key)}/preview`, { value }, { ...(signal && { signal }) }),
  rollback: (key: string, version: number, reason: string) =>
    post<T.ParamView>(`/admin/params/${at(key)}/rollback`, { version, reason }),
};

export const trail = {
  list: (query: Query) => get<Page<T.AuditLine>>("/admin/audit", query),
  verify: () => get<T.VerifyReport>("/admin/audit/verify"),
};

export const jobs = {
  list: () => rows<T.JobLine>("/admin/jobs"),
  imports: () => rows<T.ImportLine>("/admin/imports"),
};
