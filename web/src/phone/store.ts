// The phone as every page sees it. Small on purpose: the engine behind it is a chunk of its own, fetched only by people who have a phone.
import { useSyncExternalStore } from "react";
import type { EngineState } from "./engine";
import type { SeatCall, SeatCommand, SeatView } from "./protocol";

/** `mirror`: another tab of this browser has the phone. */
export type Role = "none" | "owner" | "mirror";

export interface PhoneState extends EngineState {
  role: Role;
}

export interface Handset {
  send(command: SeatCommand): Promise<void>;
  /** Makes this tab the one with the phone. */
  takeOver(): void;
  watch(on: boolean): void;
}

const NOTHING: PhoneState = { role: "none", link: "off", seat: null, media: "off", fault: null, line: null, floor: null, colleagues: null, unavailable: null };

let state: PhoneState = NOTHING;
let handset: Handset | undefined;
let watching = 0;
const listeners = new Set<() => void>();

export const phone = {
  get state(): PhoneState {
    return state;
  },
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** Sends a command; rejects with a message to be shown. */
  send(command: SeatCommand): Promise<void> {
    return handset ? handset.send(command) : Promise.reject(new Error("软电话尚未启动"));
  },
  takeOver(): void {
    handset?.takeOver();
  },
  /** Asks for the live floor until the returned function is called. */
  watch(): () => void {
    watching += 1;
    if (watching === 1) handset?.watch(true);
    return () => {
      watching -= 1;
      if (watching === 0) handset?.watch(false);
    };
  },
  /** For the engine's chunk only. */
  connect(next: Handset): void {
    handset = next;
    if (watching > 0) next.watch(true);
  },
  publish(next: PhoneState): void {
    state = next;
    for (const listener of listeners) listener();
  },
  disconnect(): void {
    handset = undefined;
    phone.publish(NOTHING);
  },
};

export function usePhone(): PhoneState {
  return useSyncExternalStore(phone.subscribe, () => phone.state);
}

/** The call the agent deals with: the ringing one first, then the one on the line, then the one in wrap-up. */
export function callAtHand(seat: SeatView | null): SeatCall | undefined {
  const rank = (c: SeatCall) => (c.state === "ringing" ? 0 : c.state === "wrap_up" ? 2 : 1);
  return seat ? [...seat.calls].sort((a, b) => rank(a) - rank(b))[0] : undefined;
}

export function may(seat: SeatView | null, command: SeatCommand["type"]): boolean {
  return seat?.allowed.includes(command) ?? false;
}

/** Somebody is on the line, or about to be. */
export function onCall(): boolean {
  const seat = state.seat;
  return seat !== null && (seat.supervising !== null || seat.calls.some((c) => c.state !== "wrap_up"));
}
