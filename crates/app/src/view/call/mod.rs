//! 通话 as lists, pages and reports show them. Codes are those of the floor's journal; numbers are masked.

mod quality;
mod report;
mod setup;

pub use quality::*;
pub use report::*;
pub use setup::*;

use kernel::{CallId, CallTaskId, LegId, OrderId, RecordingId, ScoreId, Ts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{PromiseView, UserRef};
use domain::light::Light;

/// Conditions on calls, as the query string gives them; lists are separated by commas.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default)]
pub struct CallQuery {
    pub from: Option<Ts>,
    /// Included, to the millisecond.
    pub to: Option<Ts>,
    /// `in`, `out`, `inner`.
    pub direction: Option<String>,
    /// `answered`, `abandoned`, `menu_only`, `message`, `callback_booked`, `blocked`, `overflowed`, `not_reached`, `failed`, `open`.
    pub outcome: Option<String>,
    /// Keys of users, or `me`.
    pub agent: Option<String>,
    pub skill: Option<String>,
    /// A whole telephone number.
    pub number: Option<String>,
    pub recorded: Option<bool>,
    /// 1 to 5.
    pub rating: Option<String>,
    pub order: Option<OrderId>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// The order a call is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderRef {
    pub id: OrderId,
    pub case_no: String,
}

/// 录音.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordingView {
    pub id: RecordingId,
    /// 留言, not a conversation.
    pub message: bool,
    pub started_at: Ts,
    pub ms: Option<i64>,
    pub status: String,
    pub status_cn: String,
    /// This viewer may play it, with a reason, and the file is there.
    pub playable: bool,
}

/// A row of the list of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallLine {
    pub id: CallId,
    pub direction: String,
    pub direction_cn: String,
    pub outcome: String,
    pub outcome_cn: String,
    /// `匿名来电` when withheld.
    pub number_masked: String,
    pub line: String,
    pub skill: Option<String>,
    pub skill_cn: Option<String>,
    pub started_at: Ts,
    pub queued_at: Option<Ts>,
    pub answered_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// From asking for a person to the answer or the end.
    pub wait_ms: Option<i64>,
    pub talk_ms: Option<i64>,
    pub hold_ms: i64,
    pub agent: Option<UserRef>,
    pub last_agent: Option<UserRef>,
    /// 5…1.
    pub rating: Option<u8>,
    pub rating_cn: Option<String>,
    pub rating_asked: bool,
    pub wrap_up: Option<String>,
    pub wrap_up_cn: Option<String>,
    pub note: Option<String>,
    pub order: Option<OrderRef>,
    pub joint: Option<String>,
    pub transfers: i32,
    pub recorded: bool,
    pub ended_by: Option<String>,
    pub ended_by_cn: Option<String>,
    pub cause: Option<String>,
    pub cause_cn: Option<String>,
    pub recordings: Vec<RecordingView>,
}

/// One party's line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LegView {
    pub id: LegId,
    pub kind: String,
    pub kind_cn: String,
    pub name: Option<String>,
    pub number_masked: Option<String>,
    pub started_at: Ts,
    pub answered_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    pub cause_cn: Option<String>,
    /// SIP answer.
    pub code: Option<u16>,
}

/// A moment of a call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallEventView {
    pub seq: i32,
    pub at: Ts,
    pub kind: String,
    pub kind_cn: String,
    pub user_name: Option<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub data: Value,
}

/// 表扬 or 投诉 noted at a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemarkView {
    pub kind: String,
    pub kind_cn: String,
    pub note: String,
    pub by_name: String,
    pub at: Ts,
}

/// One call with everything about it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallView {
    #[serde(flatten)]
    pub line: CallLine,
    pub legs: Vec<LegView>,
    pub events: Vec<CallEventView>,
    /// The duty that answers for this missed call, or that it fulfils.
    pub duty: Option<DutyLine>,
    /// 质检评分, when the viewer may see it.
    pub score_id: Option<ScoreId>,
    pub remarks: Vec<RemarkView>,
}

/// Which order a call is about.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BindForm {
    pub order: OrderId,
}

/// 表扬或投诉.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RemarkForm {
    /// `praise` or `complaint`.
    pub kind: String,
    pub note: String,
}

/// 来电弹屏: what the agent sees while it rings.
#[derive(Clone, Debug, Default, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallerCard {
    pub number_masked: String,
    pub name_masked: Option<String>,
    pub calls: CardCalls,
    pub orders_total: i64,
    pub orders_open: i64,
    pub orders_closed: i64,
    /// Orders rated dissatisfied.
    pub dissatisfied: i64,
    pub open: Vec<CardOrder>,
    pub last_promise: Option<PromiseView>,
    pub last_call: Option<CardLast>,
    pub marks: Vec<CardMark>,
    pub duty: Option<CardDuty>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardCalls {
    pub total: i64,
    pub answered: i64,
    pub missed: i64,
    pub today: i64,
}

/// An open order of the caller.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardOrder {
    pub id: OrderId,
    pub case_no: String,
    pub title: String,
    pub state: String,
    pub state_cn: String,
    pub light: Light,
    pub light_cn: String,
    pub remaining_cn: String,
    pub due_at: Option<Ts>,
    pub lead_org: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardLast {
    pub id: CallId,
    pub at: Ts,
    pub outcome: String,
    pub outcome_cn: String,
    pub agent_name: Option<String>,
    pub rating: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardMark {
    pub kind: String,
    pub kind_cn: String,
    pub reason: String,
    pub valid_to: Ts,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardDuty {
    pub id: CallTaskId,
    pub kind: String,
    pub kind_cn: String,
    pub due_at: Ts,
}

/// Conditions on duties.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default)]
pub struct DutyQuery {
    /// `open` (default), `done`, `given_up`, `all`.
    pub state: Option<String>,
    /// `missed`, `booked`, `message`.
    pub kind: Option<String>,
    /// Only those I took.
    pub mine: bool,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// A duty to call back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyLine {
    pub id: CallTaskId,
    pub kind: String,
    pub kind_cn: String,
    pub state: String,
    pub state_cn: String,
    pub number_masked: String,
    pub skill: Option<String>,
    pub skill_cn: Option<String>,
    /// Calls it answers for.
    pub calls: i32,
    pub attempts: i32,
    pub created_at: Ts,
    pub due_at: Ts,
    pub light: Light,
    pub light_cn: String,
    pub remaining_cn: String,
    pub claimed_by: Option<UserRef>,
    pub claimed_at: Option<Ts>,
    pub last_try_at: Option<Ts>,
    pub done_at: Option<Ts>,
    pub done_by_name: Option<String>,
    pub done_call: Option<CallId>,
    pub reason: Option<String>,
    pub call_id: CallId,
    pub recording: Option<RecordingView>,
}

/// How the duties stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyCountsView {
    pub open: i64,
    pub mine: i64,
    pub red: i64,
    pub yellow: i64,
}

/// 完成 or 放弃 a duty.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DutyFinishForm {
    /// `done` or `given_up`.
    pub outcome: String,
    pub reason: String,
}

/// Why a recording is to be heard.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListenForm {
    pub reason: String,
}

/// Leave to play one recording for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListenTicket {
    pub ticket: String,
    pub expires_at: Ts,
    pub ms: Option<i64>,
    pub url: String,
    pub peaks_url: String,
}

/// Loudness of both sides over time, 0 to 100: left the citizen, right the agents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Peaks {
    pub ms: i64,
    pub left: Vec<u8>,
    pub right: Vec<u8>,
}

/// Whether a recording is what it was when it was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordingCheck {
    pub intact: bool,
    pub sha256: Option<String>,
    pub reason: Option<String>,
}
