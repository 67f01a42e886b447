//! 督办 on an order's page and in the ledger.

use std::collections::BTreeMap;

use domain::{
    light::Light,
    supervision::{SuperviseLevel, SuperviseState, SuperviseTrigger, SuperviseVerdict, VerifyWay},
};
use kernel::{SupervisionId, TaskId, Ts};
use serde::{Deserialize, Serialize};

use super::{OrderLine, OrgRef, UserRef};

/// 结果评价.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluationView {
    pub verdict: SuperviseVerdict,
    pub verdict_cn: String,
    pub score: i32,
    pub comment: String,
    pub way: VerifyWay,
    pub way_cn: String,
    pub by_name: String,
    pub at: Ts,
}

/// One round of supervision.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupervisionView {
    pub id: SupervisionId,
    /// 轮次, from 1.
    pub round: i32,
    pub level: SuperviseLevel,
    pub level_cn: String,
    /// The next sharper level; `null` at the top.
    pub next_level: Option<SuperviseLevel>,
    pub trigger: SuperviseTrigger,
    pub trigger_cn: String,
    pub state: SuperviseState,
    pub state_cn: String,
    pub opinion: String,
    pub cc: Vec<OrgRef>,
    pub org: Option<OrgRef>,
    pub task_id: Option<TaskId>,
    /// `系统` for rounds of the ladder.
    pub initiator_name: String,
    pub initiator_org: Option<OrgRef>,
    pub by_leader: bool,
    pub automatic: bool,
    pub issued_at: Ts,
    pub due_at: Option<Ts>,
    pub light: Light,
    /// `剩2个工作日`, `逾期1天3小时`; empty once answered.
    pub remaining_cn: String,
    pub signed_by: Option<UserRef>,
    pub signed_at: Option<Ts>,
    pub reply: Option<String>,
    pub replied_by: Option<UserRef>,
    pub replied_at: Option<Ts>,
    /// The answer came after its time.
    pub late: bool,
    pub evaluation: Option<EvaluationView>,
    pub end_reason: Option<String>,
    pub ended_at: Option<Ts>,
}

/// A row of the ledger.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SupervisionLine {
    pub round: SupervisionView,
    pub order: OrderLine,
}

/// Query string of `GET /supervisions`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct SupervisionQuery {
    /// `waiting|overdue|replied|failed|ended|all`.
    pub tab: Option<String>,
    /// `urge|normal|listed|interview|joint`, several separated by commas.
    pub level: Option<String>,
    pub org: Option<String>,
    /// Only what the caller issued.
    pub mine: bool,
    /// Only what lies on the caller's desk to be answered.
    pub todo: bool,
    /// Beginning of a case number.
    pub case_no: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// Tab → number of rounds.
pub type SupervisionCounts = BTreeMap<String, i64>;
