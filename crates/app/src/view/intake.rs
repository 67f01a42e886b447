//! 受理: what the agent sees while typing.

use domain::{
    clock::Span,
    order::{DemandType, OrderState, Urgency},
};
use kernel::{OrderId, Ts};
use serde::{Deserialize, Serialize};

use super::{OrderLine, OrgRef, RuleOnCardView};

/// Input of the deadline preview.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadlineForm {
    pub demand_type: DemandType,
    #[serde(default)]
    pub category: Option<String>,
    pub urgency: Urgency,
    /// When the order would be dispatched; now when absent.
    #[serde(default)]
    pub dispatched_at: Option<Ts>,
    /// 上级限办日期 of a superior's matter.
    #[serde(default)]
    pub limit_at: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadlinePreview {
    pub accept: DeadlineView,
    pub handle: DeadlineView,
}

/// 为什么是这个日期.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadlineView {
    pub due_at: Ts,
    pub warn_at: Ts,
    pub basis_key: String,
    pub basis_cn: String,
    pub span: Span,
    pub sentences: Vec<String>,
    pub skipped: Vec<SkippedView>,
    pub added: Vec<AddedView>,
}

/// A day that does not count, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedView {
    /// `2026-10-01`.
    pub date: String,
    pub why: String,
}

/// 调休: a weekend day that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddedView {
    pub date: String,
    pub note: String,
}

/// 来电历史 of a number.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallerView {
    pub masked_phone: String,
    pub orders: Vec<OrderLine>,
    pub counts: CallerCounts,
    pub last_promise: Option<PromiseView>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallerCounts {
    pub open: i64,
    pub closed: i64,
    pub total: i64,
    /// Rated dissatisfied at least once.
    pub dissatisfied: i64,
}

/// What the citizen was told last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromiseView {
    pub case_no: String,
    pub due_at: Ts,
}

/// What is known of the matter so far.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct DuplicateForm {
    pub phone: Option<String>,
    pub id_no: Option<String>,
    pub name: Option<String>,
    pub category: Option<String>,
    pub region: Option<String>,
    pub address: Option<String>,
    pub respondent: Option<String>,
    pub title: Option<String>,
    pub content: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
}

/// 疑似重复.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicateView {
    pub order: OrderLine,
    pub score: i64,
    pub reasons: Vec<DuplicateReason>,
    pub verdict: DuplicateVerdict,
    /// Must be decided before the form can be saved.
    pub block: bool,
}

/// What two orders have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DuplicateVerdict {
    /// The same person: merge.
    Person,
    /// The same event: link.
    Place,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DuplicateReason {
    pub code: String,
    pub cn: String,
    pub points: i64,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestForm {
    pub category: String,
    pub region: String,
    #[serde(default)]
    pub content: Option<String>,
}

/// 派单建议: only ever a proposal, a person decides.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuggestionView {
    pub lead: OrgRef,
    pub co: Vec<OrgRef>,
    /// Legal basis of the rule.
    pub basis: String,
    pub why: String,
    /// The catalogue rule behind it; `null` when the place alone decided.
    pub rule: Option<RuleOnCardView>,
    /// Similar orders of the last year in this county that the unit finished, and how many there are.
    pub finished: i64,
    pub finished_of: i64,
    pub load: LoadView,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoadView {
    /// Tasks of the organisation not yet at an end.
    pub open: i64,
}

/// What registering answers. The query code is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registered {
    pub id: OrderId,
    pub case_no: String,
    /// Empty when the same source number had been registered before: the code cannot be shown twice.
    pub query_code: String,
    pub version: i64,
    pub state: OrderState,
}
