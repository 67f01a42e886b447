// Shapes of the API as the desk reads them. Ids are UUID text, moments are milliseconds since 1970 (UTC).
import type * as C from "./codes";

export type Id = string;
export type Millis = number;

export interface Named {
  id: Id;
  name: string;
}
export interface Coded {
  code: string;
  cn: string;
}

export interface Page<T> {
  items: T[];
  next: string | null;
  total?: number | null;
  total_capped?: boolean;
}

export interface FieldProblem {
  field: string;
  message: string;
  remedy?: string | null;
}
export interface Problem {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  fields?: FieldProblem[];
  trace_id?: string;
}

// Session

export interface OrgBrief extends Named {
  short: string;
  kind: string;
  level: string;
}
export interface AppointmentView {
  id: Id;
  org: OrgBrief;
  position: string;
  roles: Coded[];
  scope: string;
}
export interface SessionView {
  user: { id: Id; login: string; name: string };
  appointment: AppointmentView;
  appointments: AppointmentView[];
  permissions: string[];
  csrf: string;
  must_change_password: boolean;
  idle_minutes: number;
  now: Millis;
  city: { name: string; hotline: string };
}

// Reference

export interface OrgRef {
  id: Id;
  code: string;
  name: string;
  short: string;
  parent: Id | null;
  level: string;
  kind: string;
  group: string;
  region: string;
  active: boolean;
}
export interface CategoryRef {
  code: string;
  name: string;
  parent: string | null;
  level: number;
  path: string;
  active: boolean;
}
export interface DictItem {
  code: string;
  name: string;
  parent?: string | null;
}
export interface Reference {
  orgs: OrgRef[];
  categories: CategoryRef[];
  dictionaries: Record<string, DictItem[]>;
  params: Record<string, unknown>;
}
export interface RegionNode {
  code: string;
  name: string;
  level?: string;
  leaf?: boolean;
  home?: boolean;
}
export interface CategoryHit {
  code: string;
  name: string;
  path: string;
  why: string;
}
export interface HandlerView extends Named {
  position: string;
  open_tasks: number;
}

// Deadlines

export interface Span {
  qty: number;
  unit: string;
}
export interface DeadlineView {
  due_at: Millis;
  warn_at: Millis;
  basis_key: string;
  basis_cn: string;
  span: Span;
  sentences: string[];
  skipped: { date: string; why: string }[];
  added: { date: string; note: string }[];
}
export interface DeadlinePreview {
  accept: DeadlineView;
  handle: DeadlineView;
}

// Orders

export interface Flags {
  threat?: boolean;
  major?: boolean;
  litigation?: boolean;
  foreign?: boolean;
  leader_directed?: boolean;
  designated?: boolean;
  unreasonable?: boolean;
  simple?: boolean;
  repeat?: boolean;
}
export interface Requester {
  name?: string | null;
  sex?: C.Sex | null;
  phone?: string | null;
  contact_phone?: string | null;
  id_type?: string | null;
  id_no?: string | null;
  address?: string | null;
  kind?: C.RequesterKind | null;
  company_name?: string | null;
}
export interface RegisterForm {
  channel: C.Channel | null;
  demand_type: C.DemandType | null;
  category: string;
  urgency: C.Urgency | null;
  title: string;
  content: string;
  wish: string | null;
  tags: string[];
  region: string;
  address: string | null;
  lng: number | null;
  lat: number | null;
  occurred_at: Millis | null;
  requester: Requester;
  anonymous: boolean;
  confidentiality: C.Confidentiality | null;
  publishable: boolean | null;
  no_reply_wanted: boolean;
  callback_wanted: boolean | null;
  callback_preferred_at: Millis | null;
  respondent: string | null;
  accused_org: Id | null;
  affected_count: number | null;
  flags: Flags;
  call_id: string | null;
  previous_order: Id | null;
  suggested_org: Id | null;
  duplicates_checked: boolean;
}
export interface Registered {
  id: Id;
  case_no: string;
  query_code: string;
  version: number;
  state: C.OrderState;
}

export interface OrderLine {
  id: Id;
  case_no: string;
  version: number;
  state: C.OrderState;
  state_cn: string;
  light: C.Light;
  light_cn: string;
  remaining_cn: string;
  due_at: Millis | null;
  warn_at: Millis | null;
  channel: C.Channel;
  channel_cn: string;
  demand_type: C.DemandType;
  demand_type_cn: string;
  category: string;
  category_path: string;
  title: string;
  region: string;
  region_path: string;
  urgency: C.Urgency;
  urgency_cn: string;
  requester_masked: string | null;
  phone_masked: string | null;
  lead_org?: Named | null;
  handler_name?: string | null;
  registered_at: Millis;
  dispatched_at?: Millis | null;
  return_n: number;
  ext_n: number;
  urge_n: number;
  send_back_n: number;
  supervise_n: number;
  round: number;
  repeat_n: number;
  claimed_by?: { id: Id; name: string; until: Millis | null } | null;
  confidentiality: C.Confidentiality;
  flags: Flags;
  pending: C.RequestKind[];
}

export interface TaskView {
  id: Id;
  org: Named;
  role: C.TaskRole;
  role_cn: string;
  round: number;
  state: C.TaskState;
  state_cn: string;
  light: C.Light;
  handler?: Named | null;
  advice: string | null;
  dispatched_at: Millis;
  signed_at: Millis | null;
  submitted_at: Millis | null;
  ended_at: Millis | null;
  due_at: Millis | null;
  claim_true: boolean | null;
  beyond_duty: boolean | null;
  result: C.HandleResult | null;
  unsolved_reason: string | null;
  handling_note: string | null;
  public_reply: string | null;
  legal_basis: string | null;
  unit_opinion: string | null;
  defect: C.Defect | null;
  send_back_n: number;
  parent: Id | null;
  version: number;
}

export interface ClockView {
  id: Id;
  task_id: Id | null;
  kind: string;
  kind_cn: string;
  round: number;
  start_at: Millis;
  due_at: Millis;
  warn_at: Millis;
  stop_at: Millis | null;
  outcome: string;
  outcome_cn: string;
  light: C.Light;
  basis: string;
  basis_cn: string;
  span: Span;
  sentences: string[];
  skipped?: { date: string; why: string }[];
  added?: { date: string; note: string }[];
  paused_at: Millis | null;
  pause_reason: C.PauseReason | null;
}

export interface StepDecisionView {
  step: number;
  by_name: string;
  by?: string;
  at: Millis;
  approve: boolean;
  opinion: string | null;
}
export interface RequestView {
  id: Id;
  task_id: Id | null;
  kind: C.RequestKind;
  kind_cn: string;
  state: string;
  state_cn: string;
  reason_code: string;
  reason_cn: string;
  reason: string;
  basis: string | null;
  suggested_org: Named | null;
  days: number | null;
  target: Id | null;
  applied_by_name: string;
  applied_org: Named;
  applied_at: Millis;
  step: number;
  awaiting: string | null;
  awaiting_cn: string | null;
  decisions: StepDecisionView[];
  effect_cn: string;
  version: number;
}

export interface ContactView {
  id: Id;
  task_id: Id;
  at: Millis;
  way: C.ContactWay;
  way_cn: string;
  result: C.ContactResult;
  result_cn: string;
  note: string | null;
  by_name: string;
  recorded_at: Millis;
}
export interface CallbackView {
  id: Id;
  round: number;
  mode: C.CallbackMode;
  mode_cn: string;
  reached: boolean;
  unreached_reason: string | null;
  contacted: C.Contacted | null;
  solved: C.Solved | null;
  process_rating: C.Rating | null;
  rating: C.Rating | null;
  dissatisfy_reasons: string[];
  opinion: string | null;
  outcome: string;
  outcome_cn: string;
  by_name: string;
  at: Millis;
}
export interface LinkView {
  id: Id;
  order: Pick<OrderLine, "id" | "case_no" | "title" | "state" | "state_cn" | "registered_at">;
  kind: C.LinkKind;
  kind_cn: string;
  reason: string | null;
  at: Millis;
}
export interface StepView {
  name: string;
  at?: Millis | null;
  by?: string | null;
  state: "done" | "current" | "todo" | "skipped";
}
export interface AllowedAction {
  action: string;
  label: string;
  enabled: boolean;
  reason?: string | null;
  task?: Id | null;
  request?: Id | null;
}

/** What is hidden from this viewer, and whether a reason can uncover it. */
export interface Masks {
  pii_basic: boolean;
  pii_id: boolean;
  identity: boolean;
  internal_opinion: boolean;
  recording: boolean;
  revealable: boolean;
}

export interface OrderView extends OrderLine {
  content: string;
  wish: string | null;
  tags: string[];
  address: string | null;
  lng: number | null;
  lat: number | null;
  occurred_at: Millis | null;
  requester: Requester;
  masks: Partial<Masks> & Record<string, unknown>;
  anonymous: boolean;
  publishable: boolean | null;
  no_reply_wanted: boolean;
  callback_wanted: boolean;
  callback_preferred_at: Millis | null;
  respondent: string | null;
  accused_org: Named | null;
  affected_count: number;
  call_id: string | null;
  previous_order: Id | null;
  suggested_org: Named | null;
  registered_by_name: string | null;
  registered_org: Named;
  reply: string | null;
  reply_at: Millis | null;
  reply_channel: string | null;
  result: C.HandleResult | null;
  reject_reason: C.RejectReason | null;
  redirect_target: string | null;
  contacted: C.Contacted | null;
  solved: C.Solved | null;
  rating: C.Rating | null;
  exempt: string | null;
  merged_into: Id | null;
  parent: Id | null;
  event: Id | null;
  public_status: string;
  closed_at: Millis | null;
  archived_at: Millis | null;
  updated_at: Millis;
  tasks: TaskView[];
  clocks: ClockView[];
  requests: RequestView[];
  contacts: ContactView[];
  callbacks: CallbackView[];
  links: LinkView[];
  steps: StepView[];
  allowed: AllowedAction[];
}

export interface FlowEntry {
  seq: number;
  code: string;
  action: string;
  action_cn: string;
  from_cn: string;
  to_cn: string;
  task_id: Id | null;
  org_name: string | null;
  actor_name: string;
  role_cn: string | null;
  at: Millis;
  opinion: string | null;
  reason_cn: string | null;
  fields_cn: { label: string; value: string }[];
  due_before: Millis | null;
  due_after: Millis | null;
  hash: string;
}

/** A clock that a command touches. */
export interface LightChange {
  kind: string;
  kind_cn: string;
  before: C.Light | null;
  after: C.Light;
  after_cn: string;
  due_after: Millis;
}
export interface EffectPreview {
  sentences: string[];
  due_before: Millis | null;
  due_after: Millis | null;
  lights: LightChange[];
}

// Intake

export interface CallerView {
  masked_phone: string;
  orders: OrderLine[];
  counts: { open: number; closed: number; total: number; dissatisfied: number };
  last_promise?: { case_no: string; due_at: Millis } | null;
}
export interface DuplicateHit {
  order: OrderLine;
  score: number;
  reasons: { code: string; cn: string; points: number }[];
  verdict: "person" | "place";
  block: boolean;
}
export interface DispatchSuggestion {
  lead: Named;
  co: Named[];
  basis: string;
  why: string;
  load: { open: number };
}
export interface Draft<T = unknown> {
  body: T;
  updated_at: Millis;
}

// Lists and desks

export interface QueueView {
  code: string;
  name: string;
  count: number;
  red: number;
  yellow: number;
}
export type TaskTab = "unsigned" | "todo" | "co" | "returned" | "extending" | "unit_audit" | "done" | "all";
export interface TaskLine {
  task: TaskView;
  order: OrderLine;
}
export interface HomeView {
  queues: QueueView[];
  lights: { green: number; yellow: number; red: number };
  today: Record<string, number>;
  my: OrderLine[];
}
export interface NoticeView {
  id: Id;
  kind: string;
  title: string;
  body: string;
  order_id: Id | null;
  at: Millis;
  read_at: Millis | null;
}
export interface NoticePage extends Page<NoticeView> {
  unread: number;
}
export interface LiveEvent {
  order_id?: Id;
  case_no?: string;
  title?: string;
  body?: string;
  kind?: string;
}
export interface SavedFilter extends Named {
  query: Record<string, unknown>;
}

export type * from "./commands";
