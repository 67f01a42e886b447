// Shapes of the call centre's pages.
import type { Light } from "@/api/codes";
import type { Id, Millis } from "@/api/types";

export interface Named {
  id: Id;
  name: string;
}
export interface Listing<T> {
  items: T[];
  next: string | null;
  total: number | null;
  total_capped: boolean | null;
}
export interface RecordingLine {
  id: Id;
  message: boolean;
  started_at: Millis;
  ms: number | null;
  status: string;
  status_cn: string;
  playable: boolean;
}
export interface CallLine {
  id: Id;
  direction: string;
  direction_cn: string;
  outcome: string;
  outcome_cn: string;
  number_masked: string;
  line: string;
  skill: string | null;
  skill_cn: string | null;
  started_at: Millis;
  queued_at: Millis | null;
  answered_at: Millis | null;
  ended_at: Millis | null;
  wait_ms: number | null;
  talk_ms: number | null;
  hold_ms: number;
  agent: Named | null;
  last_agent: Named | null;
  rating: number | null;
  rating_cn: string | null;
  rating_asked: boolean;
  wrap_up: string | null;
  wrap_up_cn: string | null;
  note: string | null;
  order: { id: Id; case_no: string } | null;
  joint: string | null;
  transfers: number;
  recorded: boolean;
  ended_by: string | null;
  ended_by_cn: string | null;
  cause: string | null;
  cause_cn: string | null;
  recordings: RecordingLine[];
}
export interface LegLine {
  id: Id;
  kind: string;
  kind_cn: string;
  name: string | null;
  number_masked: string | null;
  started_at: Millis;
  answered_at: Millis | null;
  ended_at: Millis | null;
  cause_cn: string | null;
  code: number | null;
}
export interface EventLine {
  seq: number;
  at: Millis;
  kind: string;
  kind_cn: string;
  user_name: string | null;
  data: unknown;
}
export interface CallView extends CallLine {
  legs: LegLine[];
  events: EventLine[];
  duty: DutyLine | null;
  score_id: Id | null;
  remarks: { kind: string; kind_cn: string; note: string; by_name: string; at: Millis }[];
}
export interface DutyLine {
  id: Id;
  kind: string;
  kind_cn: string;
  state: string;
  state_cn: string;
  number_masked: string;
  skill: string | null;
  skill_cn: string | null;
  calls: number;
  attempts: number;
  created_at: Millis;
  due_at: Millis;
  light: Light;
  light_cn: string;
  remaining_cn: string;
  claimed_by: Named | null;
  done_at: Millis | null;
  done_by_name: string | null;
  reason: string | null;
  call_id: Id;
  recording: RecordingLine | null;
  last_try_at: Millis | null;
}
export interface Ticket {
  ticket: string;
  expires_at: Millis;
  ms: number | null;
  url: string;
  peaks_url: string;
}
export interface Peaks {
  ms: number;
  left: number[];
  right: number[];
}
export interface Reason {
  code: string;
  cn: string;
  detail: string;
}
export interface SampleLine {
  call: CallLine;
  reasons: Reason[];
  scored: boolean;
  score_id: Id | null;
  sampled_at: Millis;
}
export interface SheetItem {
  code: string;
  name: string;
  weight: number;
  fatal: boolean;
  hint: string;
}
export interface SheetView {
  id: Id;
  name: string;
  items: SheetItem[];
}
export interface Mark {
  code: string;
  points: number;
  /** Of a fatal item: it happened. */
  hit: boolean;
  note: string | null;
}
export interface ScoreLine {
  id: Id;
  call_id: Id;
  agent: Named;
  sheet_name: string;
  total: number;
  fatal: boolean;
  passed: boolean;
  scored_by: Named;
  scored_at: Millis;
  state: string;
  state_cn: string;
  seen_at: Millis | null;
  appeal_until: Millis;
}
export interface ScoreView extends ScoreLine {
  call: CallLine;
  sheet: SheetView;
  marks: Mark[];
  comment: string | null;
  reasons: Reason[];
  appeal: { reason: string; at: Millis | null; decided_at: Millis | null; decided_by_name: string | null; opinion: string | null; before: number | null; after: number } | null;
  may_appeal: boolean;
  may_decide: boolean;
}
export interface RateView {
  num: number;
  den: number;
  value: number | null;
}
export interface FloorRow {
  key: string;
  label: string;
  offered: number;
  answered: number;
  abandoned: number;
  short_abandoned: number;
  messages: number;
  booked: number;
  in15: number;
  in20: number;
  wait_ms: number;
  talk_ms: number;
  max_talk_ms: number;
  outbound: number;
  outbound_reached: number;
  outbound_talk_ms: number;
  total: number;
  missed: number;
  called_back: number;
  blocked: number;
  rating_asked: number;
  rated: number;
  satisfied: number;
  dissatisfied: number;
  conn_rate: RateView;
  sl15: RateView;
  sl15_offered: RateView;
  sl20: RateView;
  asa: RateView;
  aht: RateView;
  outbound_aht: RateView;
  abandon_rate: RateView;
  missed_cb_rate: RateView;
  rated_rate: RateView;
  satisfy_rate: RateView;
}
export interface AgentRow {
  user: Id;
  login: string;
  name: string;
  signed_ms: number;
  ready_ms: number;
  busy: { reason: string | null; reason_cn: string; ms: number }[];
  ringing_ms: number;
  dialling_ms: number;
  talking_ms: number;
  wrap_ms: number;
  answered: number;
  outbound: number;
  aht: RateView;
  avg_wrap: RateView;
  occupancy: RateView;
  registered: number;
  direct: number;
  score_avg: RateView;
  errors: number;
  praises: number;
  complaints: number;
}
export interface FloorReport {
  from: Millis;
  to: Millis;
  by: string;
  rows: FloorRow[];
  sum: FloorRow;
  /** The two thresholds of the service level, seconds. */
  thresholds: number[];
  seats: { agents: number; population: number; per_100k: RateView };
  excluded: { from: Millis; to: Millis; reason: string }[];
  agents: AgentRow[];
}
export interface WindowLine {
  id: Id;
  from: Millis;
  to: Millis;
  reason: string;
  by_name: string;
  created_at: Millis;
  revoked_at: Millis | null;
  revoked_by_name: string | null;
  revoke_reason: string | null;
}
export interface MarkLine {
  id: Id;
  kind: string;
  kind_cn: string;
  number_masked: string;
  reason: string;
  call_id: Id | null;
  state: string;
  state_cn: string;
  valid_to: Millis;
  proposed_by_name: string;
  proposed_at: Millis;
  decided_by_name: string | null;
  decided_at: Millis | null;
  opinion: string | null;
  ended_by_name: string | null;
  ended_at: Millis | null;
  end_reason: string | null;
  may_decide: boolean;
}
export interface SkillLevel {
  skill: string;
  /** 1 is the best. */
  level: number;
}
export interface SkillsView {
  user: Id;
  login: string;
  name: string;
  org_name: string;
  skills: SkillLevel[];
}
export interface AnnouncementForm {
  title: string;
  text: string;
  prompt: string | null;
  valid_from: Millis;
  valid_to: Millis;
}
export interface AnnouncementView extends AnnouncementForm {
  id: Id;
  stopped_at: Millis | null;
  in_force: boolean;
  created_by_name: string;
  created_at: Millis;
}
export interface PromptView {
  name: string;
  ms: number;
  uploaded_at: Millis;
  by_name: string;
}
