// What a seat's view means.
import type { SeatView } from "./protocol";

/** Extension of the SIP telephone on the desk at which the seat speaks: the browser then has no part in the sound. */
export function deskPhone(seat: SeatView | null): string | null {
  return seat?.phone ?? null;
}
