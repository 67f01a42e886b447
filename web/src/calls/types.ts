// Shapes of the call centre, from the interface document, under the names its pages use. Moments are milliseconds UTC.
import type { components } from "@/api/schema";

type S = components["schemas"];

export type CallLine = S["CallLine"];
export type CallView = S["CallView"];
/** The document says no more of the particulars than that they are an object. */
export type EventLine = Omit<S["CallEventView"], "data"> & { data: unknown };
export type RecordingLine = S["RecordingView"];
export type Ticket = S["ListenTicket"];
export type Peaks = S["Peaks"];
export type DutyLine = S["DutyLine"];
export type SampleLine = S["SampleLine"];
export type SheetItem = Required<S["SheetItem"]>;
export type SheetView = Omit<S["SheetView"], "items"> & { items: SheetItem[] };
export type Mark = Required<S["Given"]>;
export type Reason = S["Reason"];
export type ScoreLine = S["ScoreLine"];
export type ScoreView = Omit<S["ScoreView"], "sheet" | "marks"> & { sheet: SheetView; marks: Mark[] };
export type RateView = S["Rate"];
export type FloorRow = S["FloorRow"];
export type AgentRow = S["AgentRow"];
export type FloorReport = S["FloorReport"];
export type WindowLine = S["WindowView"];
export type MarkLine = S["MarkLine"];
export type SkillLevel = S["SkillLevel"];
export type SkillsView = S["SkillsView"];
export type AnnouncementView = S["AnnouncementView"];
export type AnnouncementForm = Required<S["AnnouncementForm"]>;
export type PromptView = S["PromptView"];
