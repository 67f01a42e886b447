// Every way to change an order: the body of POST /orders/{id}/commands and /preview.
import type * as C from "./codes";
import type { Id, Millis, RegisterForm } from "./types";

export interface CoHandler {
  org: Id;
  question: string | null;
}
export interface SplitPart {
  title: string;
  content: string;
  demand_type: C.DemandType;
  category: string;
}
export interface HandlingForm {
  claim_true: boolean | null;
  beyond_duty: boolean;
  result: C.HandleResult;
  unsolved_reason: string | null;
  handling_note: string;
  public_reply: string;
  legal_basis: string | null;
}
export interface CallbackForm {
  mode: C.CallbackMode;
  reached: boolean;
  unreached_reason: string | null;
  contacted: C.Contacted | null;
  solved: C.Solved | null;
  process_rating: C.Rating | null;
  rating: C.Rating | null;
  dissatisfy_reasons: string[];
  opinion: string | null;
  unreasonable: boolean;
  give_up: boolean;
}

type Text = string | null;
export type Command =
  | { action: "amend"; reason: string; form: RegisterForm | null; supplement: Text }
  | { action: "direct_reply"; reply: string; kb_id: Text }
  | { action: "reject"; reason: C.RejectReason; explanation: string; redirect_target: Text; linked_order: Id | null }
  | { action: "transfer_out"; target: C.TransferTarget; receipt: string; reason: Text }
  | { action: "submit"; urgency: C.Urgency | null; suggested_org: Id | null }
  | { action: "claim" }
  | { action: "release" }
  | { action: "consult"; participants: Id[]; question: string }
  | { action: "consult_conclude"; lead: Id; co: Id[]; conclusion: string }
  | { action: "dispatch"; lead: Id; co: CoHandler[]; advice: Text; due_at: Millis | null; urgency: C.Urgency | null }
  | { action: "recall"; reason: string }
  | { action: "sign"; task: Id }
  | { action: "assign"; task: Id; handler: Id | null; org: Id | null; advice: Text }
  | { action: "start"; task: Id }
  | { action: "contact"; task: Id; at: Millis; way: C.ContactWay; result: C.ContactResult; note: Text }
  | { action: "add_co"; co: CoHandler; due_at: Millis | null }
  | { action: "co_reply"; task: Id; reply: string; unable_reason: Text }
  | { action: "submit_unit"; task: Id; form: HandlingForm }
  | { action: "unit_approve"; task: Id; opinion: Text }
  | { action: "unit_send_back"; task: Id; opinion: string }
  | { action: "center_accept"; opinion: Text; reply: Text }
  | { action: "center_send_back"; defect: C.Defect; opinion: string }
  | { action: "unified_reply"; channel: string; reply: string }
  | ({ action: "callback" } & CallbackForm)
  | { action: "redo"; reason: string; lead: Id | null }
  | { action: "track"; reason: string; measures: string; until: Millis }
  | { action: "track_due" }
  | { action: "to_petition"; petition_no: string; reason: string }
  | { action: "withdraw"; reason: string }
  | { action: "terminate"; ground: string; explanation: string }
  | { action: "merge"; into: Id; reason: string }
  | { action: "unmerge"; reason: string }
  | { action: "split"; parts: SplitPart[]; reason: string }
  | { action: "link"; other: Id; kind: C.LinkKind; reason: Text }
  | { action: "reopen"; reason: string; redo: boolean }
  | { action: "archive" }
  | { action: "exempt"; code: string; reason: string }
  | { action: "instruct"; text: string; due_at: Millis | null; urgency: C.Urgency | null }
  | { action: "report_up"; text: string }
  | { action: "return_apply"; task: Id; reason_code: string; reason: string; basis: Text; suggested_org: Id | null }
  | { action: "extension_apply"; task: Id; reason_code: string; reason: string; basis: Text; days: number }
  | { action: "decide"; request: Id; approve: boolean; opinion: Text; designate: boolean }
  | { action: "reassign"; lead: Id; reason: string }
  | { action: "pause"; reason: C.PauseReason; note: string }
  | { action: "resume"; note: Text };

export type Action = Command["action"];
