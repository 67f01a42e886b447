//! 任务 in an order and in a unit's lists.

use std::collections::BTreeMap;

use domain::{
    light::Light,
    order::{Defect, HandleResult, HandlingForm},
    reply_gate::{GateField, GateRule, Severity},
    task::{TaskRole, TaskState},
};
use kernel::{TaskId, Ts};
use serde::{Deserialize, Serialize};

use super::{EvidenceView, OrderLine, OrgRef, UserRef};

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskView {
    pub id: TaskId,
    pub org: OrgRef,
    pub role: TaskRole,
    pub role_cn: String,
    pub round: i32,
    pub state: TaskState,
    pub state_cn: String,
    pub light: Light,
    /// `剩2个工作日`, `逾期1天3小时`; empty when nothing runs.
    pub remaining_cn: String,
    pub handler: Option<UserRef>,
    pub advice: Option<String>,
    pub dispatched_at: Ts,
    pub signed_at: Option<Ts>,
    pub submitted_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    pub due_at: Option<Ts>,
    /// An unanswered round of supervision is due then: the task stands on top of the list.
    pub supervise_due: Option<Ts>,
    pub claim_true: Option<bool>,
    pub beyond_duty: Option<bool>,
    pub result: Option<HandleResult>,
    pub unsolved_reason: Option<String>,
    pub handling_note: Option<String>,
    pub public_reply: Option<String>,
    pub legal_basis: Option<String>,
    /// What the reply gate found in the answer handed in last.
    pub gate: Option<GateView>,
    pub unit_opinion: Option<String>,
    /// 派单依据卡 of a lead.
    pub evidence: Option<EvidenceView>,
    pub defect: Option<Defect>,
    pub send_back_n: i32,
    pub parent: Option<TaskId>,
    pub version: i64,
}

/// One finding of the reply gate.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HitView {
    pub rule: GateRule,
    pub rule_cn: String,
    pub severity: Severity,
    pub severity_cn: String,
    pub field: GateField,
    pub field_cn: String,
    /// Place in the field, in UTF-16 units; both 0 when no words are meant.
    pub start: u32,
    pub end: u32,
    pub found: String,
    pub remedy: String,
}

/// The reply gate's record of an answer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GateView {
    pub hits: Vec<HitView>,
    /// Why the unit let the answer go all the same.
    pub reason: Option<String>,
    pub at: Ts,
}

/// An answer to be looked over while it is written.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReplyCheckForm {
    /// The task whose answer it is, together with `form`.
    pub task: Option<TaskId>,
    pub form: Option<HandlingForm>,
    /// A text without a form: a direct answer, the centre's own wording.
    pub text: Option<String>,
}

/// A row of a unit's list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskLine {
    pub task: TaskView,
    pub order: OrderLine,
}

/// Query string of `GET /tasks`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct TaskQuery {
    /// `unsigned|todo|co|supervised|returned|extending|unit_audit|done|all`.
    pub tab: Option<String>,
    /// Words in title and content, or a case number.
    pub q: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// Tab → number of tasks.
pub type TaskCounts = BTreeMap<String, i64>;
