//! 话务质检.

use domain::quality::{Given, Reason, ScoreState, SheetItem};
use kernel::{CallId, ScoreId, Ts, Uuid};
use serde::{Deserialize, Serialize};

use super::CallLine;
use crate::view::UserRef;

/// Conditions on drawn calls.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default)]
pub struct SampleQuery {
    /// `open` (default), `scored`, `all`.
    pub state: Option<String>,
    /// Key of a user.
    pub agent: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// A drawn call, and why.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleLine {
    pub call: CallLine,
    pub reasons: Vec<Reason>,
    pub scored: bool,
    pub score_id: Option<ScoreId>,
    pub sampled_at: Ts,
}

/// Calls of which days are to be considered.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleForm {
    pub from: Ts,
    /// Excluded.
    pub to: Ts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SampleResult {
    pub considered: i64,
    /// Newly drawn.
    pub sampled: i64,
}

/// 评分表.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetView {
    pub id: Uuid,
    pub name: String,
    pub items: Vec<SheetItem>,
    pub active: bool,
    pub created_by_name: String,
    pub created_at: Ts,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SheetForm {
    pub name: String,
    pub items: Vec<SheetItem>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreForm {
    pub call: CallId,
    pub sheet: Uuid,
    pub marks: Vec<Given>,
    #[serde(default)]
    pub comment: Option<String>,
}

/// Conditions on scores.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default)]
pub struct ScoreQuery {
    pub from: Option<Ts>,
    /// Excluded.
    pub to: Option<Ts>,
    /// Key of a user, or `me`.
    pub agent: Option<String>,
    /// `final`, `appealed`, `upheld`, `revised`.
    pub state: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// A row of the list of scores.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreLine {
    pub id: ScoreId,
    pub call_id: CallId,
    pub agent: UserRef,
    pub sheet_name: String,
    pub total: i32,
    pub fatal: bool,
    /// Not under the pass mark.
    pub passed: bool,
    pub scored_by: UserRef,
    pub scored_at: Ts,
    pub state: ScoreState,
    pub state_cn: String,
    pub seen_at: Option<Ts>,
    pub appeal_until: Ts,
}

/// 申诉.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealView {
    pub reason: String,
    pub at: Option<Ts>,
    pub decided_at: Option<Ts>,
    pub decided_by_name: Option<String>,
    pub opinion: Option<String>,
    pub before: Option<i32>,
    pub after: i32,
}

/// A score with its sheet.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScoreView {
    #[serde(flatten)]
    pub line: ScoreLine,
    pub call: CallLine,
    pub sheet: SheetView,
    pub marks: Vec<Given>,
    pub comment: Option<String>,
    pub reasons: Vec<Reason>,
    pub appeal: Option<AppealView>,
    pub may_appeal: bool,
    pub may_decide: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealForm {
    pub reason: String,
}

/// The appeal stands refused (`uphold`), or the total becomes another.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppealDecision {
    pub uphold: bool,
    #[serde(default)]
    pub total: Option<i32>,
    pub opinion: String,
}
