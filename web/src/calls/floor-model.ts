// Figures of the wallboard (domain.md §1.5): rates keep numerator and denominator, nothing divided by nothing is shown as a rate.
import type { FloorView, SeatLine, SeatState, Today } from "@/phone/protocol";

export interface Rate {
  num: number;
  den: number;
}

/** 96.35%, or — without a denominator. Rounded half up to `digits`. */
export function rateText({ num, den }: Rate, digits = 1): string {
  if (den === 0) return "—";
  const scale = 10 ** digits;
  return `${(Math.floor((num / den) * 100 * scale + 0.5 + 1e-9) / scale).toFixed(digits)}%`;
}

export interface TodayRates {
  /** 接通率: answered of those who asked for a person. */
  connect: Rate;
  /** 15秒接通率, of the answered. */
  in15Answered: Rate;
  /** 15秒服务水平, of those who asked for a person. */
  in15Offered: Rate;
  /** 放弃率; those who gave up within seconds count on neither side. */
  abandon: Rate;
  /** Mean wait of the answered, ms. */
  wait: number | null;
  /** Mean length of a talk, ms. */
  talk: number | null;
}

export function ratesOf(t: Today): TodayRates {
  return {
    connect: { num: t.answered, den: t.offered },
    in15Answered: { num: t.answered_in_15, den: t.answered },
    in15Offered: { num: t.answered_in_15, den: t.offered },
    abandon: { num: t.abandoned, den: t.offered - t.short_abandoned },
    wait: t.answered === 0 ? null : t.wait_ms / t.answered,
    talk: t.answered === 0 ? null : t.talk_ms / t.answered,
  };
}

/** Waiting in all queues, and the longest of them, ms. */
export function waitingOf(floor: FloorView): { waiting: number; longest: number } {
  return {
    waiting: floor.queues.reduce((n, q) => n + q.waiting, 0),
    longest: Math.max(0, ...floor.queues.map((q) => q.longest_ms)),
  };
}

const ORDER: readonly SeatState[] = ["ringing", "talking", "dialling", "supervising", "ready", "wrap_up", "busy", "signed_out"];

/** Those who work first; within a state the longest first. */
export function seatsInOrder(seats: readonly SeatLine[]): SeatLine[] {
  return [...seats].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.since - b.since || a.name.localeCompare(b.name, "zh"));
}

export interface StateCount {
  state: SeatState;
  n: number;
  /** Of the busy ones, by reason. */
  reasons: { reason: string; n: number }[];
}

export function countStates(seats: readonly SeatLine[]): StateCount[] {
  const states: readonly SeatState[] = ["ready", "ringing", "talking", "dialling", "wrap_up", "busy", "supervising"];
  return states.map((state) => {
    const those = seats.filter((s) => s.state === state);
    const reasons = new Map<string, number>();
    if (state === "busy") for (const s of those) reasons.set(s.reason ?? "", (reasons.get(s.reason ?? "") ?? 0) + 1);
    return { state, n: those.length, reasons: [...reasons].map(([reason, n]) => ({ reason, n })) };
  });
}

export type Alarm = "none" | "amber" | "red";

/** Targets of the national standard: connect ≥ 95 %, in 15 s ≥ 80 %, abandoned ≤ 5 %. Amber within five points of a missed target. */
export function alarmOf({ num, den }: Rate, target: number, atMost = false): Alarm {
  if (den === 0) return "none";
  const value = (num / den) * 100;
  const short = atMost ? value - target : target - value;
  return short <= 0 ? "none" : short <= 5 ? "amber" : "red";
}

/** A seat that has been too long in a state deserves a look: wrap-up 3 min, busy 15 min, a talk 20 min. */
export function lingers(seat: SeatLine, now: number): boolean {
  const limit: Partial<Record<SeatState, number>> = { wrap_up: 3, busy: 15, talking: 20, ringing: 0.25 };
  const minutes = limit[seat.state];
  return minutes !== undefined && now - seat.since > minutes * 60_000;
}
