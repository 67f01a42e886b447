//! 电子监察: cards, rules and the board.

use domain::monitor::{CardLevel, CardState, Fact, Metric};
use kernel::{CardId, TaskId, Ts};
use serde::{Deserialize, Serialize};

use super::{OrderLine, OrgRef};

/// What a unit said.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PleaView {
    pub text: String,
    pub by_name: String,
    pub at: Ts,
}

/// What a monitor ruled.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulingView {
    pub uphold: bool,
    pub opinion: String,
    pub by_name: String,
    pub at: Ts,
}

/// A card with its evidence and what was said about it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardView {
    pub id: CardId,
    pub version: i64,
    pub rule: String,
    pub rule_name: String,
    /// `null` for a monitor's own notice.
    pub metric: Option<Metric>,
    pub metric_cn: String,
    pub basis: String,
    pub level: CardLevel,
    pub level_cn: String,
    pub state: CardState,
    pub state_cn: String,
    pub org: OrgRef,
    pub task_id: Option<TaskId>,
    /// Minutes beyond the limit when the card was raised; 0 for counts.
    pub minutes: i64,
    /// `1天3小时`; empty for counts.
    pub over_cn: String,
    /// The rows the rule fired on.
    pub facts: Vec<Fact>,
    pub raised_at: Ts,
    /// `系统` for rules.
    pub raised_by_name: String,
    /// People told of it.
    pub told: i32,
    pub explain_due: Ts,
    /// The unit's time for explaining is over.
    pub explain_late: bool,
    pub explanation: Option<PleaView>,
    pub ruling: Option<RulingView>,
    pub appeal: Option<PleaView>,
    pub final_ruling: Option<RulingView>,
    /// What the caller may do with it: `explain`, `appeal`, `decide`.
    pub allowed: Vec<String>,
}

/// A row of the list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardLine {
    pub card: CardView,
    pub order: OrderLine,
}

/// Counts by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LevelCounts {
    pub warning: i64,
    pub yellow: i64,
    pub red: i64,
}

/// A rule with what it found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleTally {
    pub rule: String,
    pub name: String,
    pub level: CardLevel,
    pub n: i64,
    pub revoked: i64,
}

/// A unit with its cards that were not revoked.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgTally {
    pub org: OrgRef,
    pub counts: LevelCounts,
}

/// A rule as the board explains it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleLine {
    pub code: String,
    pub name: String,
    pub metric_cn: String,
    pub level: CardLevel,
    pub level_cn: String,
    /// `超过2个工作日`, `达到2次`.
    pub threshold_cn: String,
    pub basis: String,
    pub active: bool,
}

/// 监察看板.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoardView {
    /// Cards not revoked.
    pub counts: LevelCounts,
    /// Raised today.
    pub today: LevelCounts,
    pub open: i64,
    pub explained: i64,
    pub appealed: i64,
    pub revoked: i64,
    /// Most cards first.
    pub rules: Vec<RuleTally>,
    /// The ten units with the most red, yellow, warning.
    pub orgs: Vec<OrgTally>,
    /// The rules in force and out of force.
    pub catalogue: Vec<RuleLine>,
}

/// Query string of `GET /monitor/cards` and of the board.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct CardQuery {
    /// `warning|yellow|red`, several separated by commas.
    pub level: Option<String>,
    /// `open|explained|upheld|appealed|confirmed|revoked`, several separated by commas.
    pub state: Option<String>,
    pub rule: Option<String>,
    pub org: Option<String>,
    /// Raised in the last so many days.
    pub days: Option<u32>,
    pub case_no: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// 说明, 申诉.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PleaForm {
    pub text: String,
}

/// 审核.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulingForm {
    /// 成立 or 撤销.
    pub uphold: bool,
    pub opinion: String,
}
