// `SeatCall.card`: made by the platform when the call comes in.
import type { components } from "@/api/schema";
import type { SeatCall } from "./protocol";

export type CallerCard = components["schemas"]["CallerCard"];

/** The card of a call once it has been looked up. */
export function cardOf(call: SeatCall | undefined): CallerCard | null {
  const card = call?.card;
  return typeof card === "object" && card !== null && "marks" in card ? (card as CallerCard) : null;
}
