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
  cause: string | null;
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
  cause: string | null;
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
