// Shapes of the administration API. Moments are milliseconds UTC.
import type { Coded, Id, Millis, Named, Page } from "@/api/types";

export interface OrgView {
  id: Id;
  code: string;
  name: string;
  short: string;
  parent: Id | null;
  superior: Id | null;
  level: string;
  kind: string;
  group: string;
  region: string;
  phone: string | null;
  active: boolean;
  merged_into: Id | null;
  version: number;
}
export interface OrgForm {
  code?: string;
  name: string;
  short?: string | null;
  parent?: Id | null;
  superior?: Id | null;
  level: string;
  kind: string;
  group: string;
  region: string;
  phone?: string | null;
  active: boolean;
}

export interface UserAppointment {
  id: Id;
  org: Named;
  position: string;
  scope: string;
  roles: Coded[];
  is_duty: boolean;
  valid_from: Millis;
  valid_to: Millis | null;
}
export interface UserView {
  id: Id;
  login: string;
  name: string;
  phone_masked: string | null;
  disabled: boolean;
  locked_until: Millis | null;
  last_login_at: Millis | null;
  must_change_password: boolean;
  appointments: UserAppointment[];
}
export interface UserForm {
  login?: string;
  name: string;
  phone?: string | null;
}
export interface UserCreated {
  user: UserView;
  one_time_password: string;
}
export interface AppointmentForm {
  org: Id;
  position: string;
  scope: string;
  is_duty: boolean;
  valid_from?: Millis | null;
  valid_to?: Millis | null;
}

export interface RoleView {
  code: string;
  cn: string;
  permissions: Coded[];
  exclusive_with: string[];
  users: number;
}
export interface GrantView {
  id: Id;
  appointment: Id;
  user: Named;
  org: Named;
  roles: Coded[];
  /** `pending`, `approved` or `refused`. */
  state: string;
  requested_by: Named;
  requested_at: Millis;
  decided_by: Named | null;
  decided_at: Millis | null;
}

export interface DictLine {
  code: string;
  name?: string;
  items: number;
}
export interface DictItemView {
  code: string;
  name: string;
  parent: string | null;
  sort: number;
  valid_from: Millis | null;
  valid_to: Millis | null;
}
export interface DictItemForm {
  code?: string;
  name: string;
  parent?: string | null;
  sort: number;
  valid_to?: Millis | null;
}

export interface CategoryView {
  code: string;
  name: string;
  parent: string | null;
  level: number;
  keywords: string;
  active: boolean;
  dept_duty_only: boolean;
  path: string;
}
export interface CategoryForm {
  code?: string;
  name: string;
  parent?: string | null;
  keywords: string;
  active: boolean;
  dept_duty_only: boolean;
}

/** `off` 放假, `work` 调休上班, null: as the plain week. */
export type DayKind = "off" | "work";
export interface DayView {
  /** 2026-10-01 */
  date: string;
  weekday: string;
  working: boolean;
  kind: DayKind | null;
  note: string | null;
  overridden: boolean;
}
export interface DayChange {
  date: string;
  kind: DayKind | null;
}
export interface MovedOrder {
  case_no: string;
  due_before: Millis;
  due_after: Millis;
}
export interface CalendarEffect {
  /** The first two hundred. */
  orders: MovedOrder[];
  count: number;
}

export interface ParamView {
  key: string;
  name: string;
  description: string;
  group: string;
  unit: string;
  value: unknown;
  default: unknown;
  effective_from: Millis | null;
  by_name: string | null;
  reason: string | null;
  source: string;
  version: number;
  /** Sent by newer servers; otherwise inferred from the default. */
  kind?: string;
  min?: number | null;
  max?: number | null;
  choices?: string[];
  sum?: number | null;
}
export interface ParamVersion {
  version: number;
  value: unknown;
  effective_from: Millis;
  by_name: string | null;
  reason: string;
}
export interface ParamEffect {
  sentences: string[];
  examples: { case: string; before: string; after: string }[];
}

export interface AuditLine {
  id: string | number;
  at: Millis;
  actor_name: string;
  org_name: string | null;
  action: string;
  action_cn?: string;
  object_kind: string;
  object_id: string | null;
  ok: boolean;
  ip: string | null;
  trace_id: string | null;
  detail: unknown;
  hash: string;
}
export interface VerifyReport {
  ok: boolean;
  chains: { name: string; chains: number; entries: number; bad: number }[];
  first_bad?: { chain: string; seq: number; why: string };
}

export interface JobLine {
  id: string | number;
  kind: string;
  state: string;
  attempt: number;
  run_at: Millis;
  last_error: string | null;
}
export interface ImportLine {
  id: Id;
  source: string;
  state: string;
  rows_ok: number;
  rows_bad: number;
  started_at: Millis;
  finished_at: Millis | null;
}

/** Some lists come whole, some by pages. */
export type Rows<T> = T[] | Page<T>;
