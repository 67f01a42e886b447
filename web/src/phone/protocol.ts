// What the softphone and the platform say to one another, as in `crates/voice/src/protocol.rs`. The samples that Rust writes into
// `protocol.golden.ts` are checked against these types by the compiler, so neither side can change alone.
import type { Id, Millis } from "@/api/types";

/** A frame from the page; `no` comes back in `done` or `refused`. */
export type PageFrame = { no: number } & SeatCommand;

/** Whom to consult or transfer to. */
export type Target = { agent: Id } | { number: string } | { skill: string };

export type SeatCommand =
  | { type: "hello"; tab: string }
  | { type: "offer"; sdp: string }
  | { type: "sign_in"; skills: readonly string[] | null }
  | { type: "sign_out" }
  | { type: "ready" }
  | { type: "busy"; reason: string }
  | { type: "wrap_up"; call: Id; code: string | null; note: string | null; finish: boolean }
  | { type: "answer"; call: Id }
  | { type: "reject"; call: Id }
  | { type: "mute"; on: boolean }
  | { type: "hold"; call: Id }
  | { type: "resume"; call: Id }
  | { type: "consult"; call: Id; to: Target }
  | { type: "consult_end"; call: Id }
  | { type: "transfer"; call: Id; to: Target | null }
  | { type: "conference"; call: Id }
  | { type: "drop"; call: Id; leg: Id }
  | { type: "dial"; number: string; order: Id | null; task: Id | null }
  | { type: "joint"; call: Id; service: string }
  | { type: "hangup"; call: Id }
  | { type: "rate"; call: Id }
  | { type: "digits"; call: Id; digits: string }
  | { type: "record_pause"; call: Id; on: boolean }
  | { type: "bind"; call: Id; order: Id }
  | { type: "supervise"; user: Id; mode: Supervision }
  | { type: "supervise_end" }
  | { type: "force"; user: Id; to: ForceTo }
  | { type: "say"; user: Id | null; text: string }
  | { type: "watch"; on: boolean }
  | { type: "colleagues" }
  | { type: "ping" };

export type Supervision = "listen" | "whisper" | "barge";
export type ForceTo = "signed_out" | "ready" | "busy";

export type SeatFrame =
  | { type: "seat"; seat: SeatView }
  | { type: "web_answer"; sdp: string }
  | { type: "done"; no: number }
  | { type: "refused"; no: number; code: string; message: string }
  | { type: "said"; from: string; text: string; at: Millis }
  | { type: "replaced" }
  | { type: "colleagues"; seats: readonly Colleague[] }
  /** No call centre at this process now: `off`, `elsewhere`, `starting`, `failed`. The connection is closed after it. */
  | { type: "unavailable"; code: string; message: string }
  | { type: "floor"; floor: FloorView }
  | { type: "pong" };

/** A signed-in seat. */
export interface Colleague {
  user: Id;
  name: string;
  state: SeatState;
  skills: readonly string[];
}

export type SeatState = "signed_out" | "ready" | "busy" | "ringing" | "dialling" | "talking" | "wrap_up" | "supervising";
export type Direction = "in" | "out" | "inner";
export type SeatCallState = "ringing" | "dialling" | "talking" | "held" | "consulting" | "conference" | "wrap_up";
export type RecordingState = "off" | "on" | "paused" | "failed";
export type PartyKind = "citizen" | "agent" | "department" | "service" | "supervisor";

export interface LineQuality {
  loss_permille: number;
  jitter_ms: number;
  rtt_ms: number | null;
}

export interface SeatView {
  user: Id;
  name: string;
  state: SeatState;
  /** Reason code while busy; `no_answer`, `media_lost` when the platform decided. */
  reason: string | null;
  since: Millis;
  /** When 话后整理 ends by itself. */
  until: Millis | null;
  skills: readonly string[];
  granted: readonly string[];
  /** Extension of the desk phone used instead of the browser. */
  phone: string | null;
  media: boolean;
  muted: boolean;
  quality: LineQuality | null;
  calls: readonly SeatCall[];
  supervising: { user: Id; name: string; mode: Supervision } | null;
  waiting: number;
  /** Command types the seat may send now. */
  allowed: readonly string[];
  now: Millis;
}

export interface SeatCall {
  call: Id;
  direction: Direction;
  state: SeatCallState;
  number: string;
  /** What is known of the caller; null until looked up. */
  card: unknown;
  called: string;
  skill: string | null;
  waited_ms: number;
  since: Millis;
  answered_at: Millis | null;
  order: Id | null;
  parties: readonly PartyView[];
  recording: RecordingState;
  task: Id | null;
}

export interface PartyView {
  leg: Id;
  kind: PartyKind;
  name: string;
  ringing: boolean;
  held: boolean;
  since: Millis;
}

export interface FloorView {
  now: Millis;
  queues: readonly QueueView[];
  seats: readonly SeatLine[];
  /** Calls in greeting, menu, message or rating. */
  in_menu: number;
  talking: number;
  today: Today;
  trunks: readonly TrunkView[];
}

export interface QueueView {
  skill: string;
  waiting: number;
  longest_ms: number;
  ready: number;
  talking: number;
  busy: number;
}

export interface SeatLine {
  user: Id;
  name: string;
  state: SeatState;
  reason: string | null;
  since: Millis;
  skills: readonly string[];
  media: boolean;
  call: Id | null;
  number: string | null;
  answered: number;
  talk_ms: number;
}

export interface Today {
  offered: number;
  answered: number;
  answered_in_15: number;
  abandoned: number;
  short_abandoned: number;
  wait_ms: number;
  talk_ms: number;
  outbound: number;
  missed_open: number;
}

export interface TrunkView {
  name: string;
  up: boolean;
  reason: string;
}
