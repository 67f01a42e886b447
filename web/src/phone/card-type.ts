// `SeatCall.card`: made by the platform when the call comes in.
import type { Light } from "@/api/codes";
import type { Id, Millis } from "@/api/types";
import type { SeatCall } from "./protocol";

export interface CallerCard {
  number_masked: string;
  name_masked: string | null;
  calls: { total: number; answered: number; missed: number; today: number };
  orders_total: number;
  orders_open: number;
  orders_closed: number;
  dissatisfied: number;
  open: {
    id: Id;
    case_no: string;
    title: string;
    state: string;
    state_cn: string;
    light: Light;
    light_cn: string;
    remaining_cn: string;
    due_at: Millis | null;
    lead_org: string | null;
  }[];
  last_promise: { case_no: string; due_at: Millis } | null;
  last_call: { id: Id; at: Millis; outcome: string; outcome_cn: string; agent_name: string | null; rating: number | null } | null;
  marks: { kind: string; kind_cn: string; reason: string; valid_to: Millis }[];
  duty: { id: Id; kind: string; kind_cn: string; due_at: Millis } | null;
}

/** The card of a call once it has been looked up. */
export function cardOf(call: SeatCall | undefined): CallerCard | null {
  const card = call?.card;
  return typeof card === "object" && card !== null && "marks" in card ? (card as CallerCard) : null;
}
