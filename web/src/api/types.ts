// Shapes of the API: those of the interface document (`schema.ts`, made by `npm run types`), under the names the desks use.
// Ids are UUID text, moments are milliseconds since 1970 (UTC). Only what the document does not describe is written here.
import type { components, operations } from "./schema";

type S = components["schemas"];
export type Id = string;
export type Millis = S["Ts"];

// Use cases

type Json<R> = R extends { content: { "application/json": infer B } } ? B : void;
type Responses<O extends keyof operations> = operations[O]["responses"];
/** What a use case answers when it goes well; nothing for 204. */
export type Answer<O extends keyof operations> = Json<Responses<O>[Extract<keyof Responses<O>, 200 | 201 | 204>]>;
/** What a use case is sent. */
export type Body<O extends keyof operations> = operations[O] extends { requestBody: infer R } ? Json<R> : never;

// General

export type FieldProblem = S["FieldError"];
export type Problem = S["Problem"];

// Session and reference

export type AppointmentView = S["AppointmentLine"];
export type SessionView = S["SessionView"];
export type OrgLine = S["OrgLine"];
export type CategoryLine = S["CategoryLine"];
export type DictItem = S["DictItemLine"];
export type Reference = S["ReferenceView"];
export type RegionNode = S["RegionLine"];
export type CategoryHit = S["CategoryProposal"];
export type HandlerView = S["HandlerLine"];

// Orders

export type Span = S["Span"];
export type DeadlineView = S["DeadlineView"];
export type DeadlinePreview = S["DeadlinePreview"];
export type Flags = S["Flags"];
export type Requester = S["Requester"];
export type Origin = S["Origin"];
/** The desk fills in the whole form; where a matter came from is for importers to say. */
export type RegisterForm = Required<Omit<S["RegisterForm"], "src_sys" | "src_no" | "received_at">>;
export type Registered = S["Registered"];
export type OrderLine = S["OrderLine"];
export type OrderView = S["OrderView"];
export type TaskView = S["TaskView"];
export type ClockView = S["ClockView"];
export type RequestView = S["RequestView"];
export type ContactView = S["ContactView"];
export type CallbackView = S["CallbackView"];
export type RatedItem = S["RatedItem"];
export type LinkView = S["LinkView"];
export type SupervisionView = S["SupervisionView"];
export type SupervisionLine = S["SupervisionLine"];
export type StepView = S["StepView"];
export type AllowedAction = S["AllowedView"];
export type FlowEntry = S["FlowLine"];
export type EffectPreview = S["PreviewView"];

export type HitView = S["HitView"];
export type GateView = S["GateView"];

// Dispatch catalogue and approvals

export type RuleView = S["RuleView"];
export type EvidenceLine = S["EvidenceLine"];
export type RuleForm = S["RuleForm"];
export type EvidenceView = S["EvidenceView"];
export type BounceView = S["BounceView"];
export type AppraisalRow = S["AppraisalRow"];
export type OrderSums = S["OrderSums"];
export type OrderRates = S["OrderRates"];
export type Rate = S["Rate"];
export type ApprovalLine = S["ApprovalLine"];

// Monitoring

export type CardView = S["CardView"];
export type CardLine = S["CardLine"];
export type PleaView = S["PleaView"];
export type RulingView = S["RulingView"];
export type BoardView = S["BoardView"];

// Commands

export type Command = S["Command"];
export type Action = Command["action"];
export type SplitPart = S["SplitPart"];
export type HandlingForm = Required<S["HandlingForm"]>;
export type CallbackForm = Required<S["CallbackForm"]>;

// Intake

export type CallerView = S["CallerView"];
export type DuplicateHit = S["DuplicateView"];
export type DispatchSuggestion = S["SuggestionView"];
export type Draft<T = unknown> = Omit<S["DraftView"], "body"> & { body: T };

// Lists and desks

export type QueueView = S["QueueView"];
export type TaskTab = "unsigned" | "todo" | "co" | "supervised" | "returned" | "extending" | "unit_audit" | "done" | "all";
export type TaskLine = S["TaskLine"];
export type HomeView = S["HomeView"];
export type NoticeView = S["NotificationView"];
export type SavedFilter = S["FilterView"];
/** `data` of a server-sent event, which the document cannot describe. */
export interface LiveEvent {
  order_id?: Id;
  case_no?: string;
  title?: string;
  body?: string;
  kind?: string;
}
