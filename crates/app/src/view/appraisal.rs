//! 评价与考核.

use domain::appraisal::AnomalyRule;
use domain::callback::Rating;
use domain::indicator::{OrderRates, OrderSums, Rate};
use kernel::{OrderId, Ts};
use serde::{Deserialize, Serialize};

use super::{OrderLine, OrgRef, RequestView};

/// Query string of `GET /appraisal`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct AppraisalQuery {
    /// First moment, milliseconds; 30 days back when absent.
    pub from: Option<i64>,
    /// First moment after the period, milliseconds; now when absent.
    pub until: Option<i64>,
    /// 考核分组: only units of this group.
    pub group: Option<String>,
}

/// One unit with all below it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppraisalRow {
    pub org: OrgRef,
    /// 考核分组.
    pub group: String,
    pub sums: OrderSums,
    pub rates: OrderRates,
    /// Fewer than `eval.min_n` orders came due: not to be compared with others.
    pub few: bool,
}

/// Figures with the parts they are made of.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppraisalView {
    pub from: Ts,
    pub until: Ts,
    pub groups: Vec<String>,
    /// 最小样本量.
    pub min_n: i64,
    /// By group and name; no ranking.
    pub rows: Vec<AppraisalRow>,
    /// Everything in the caller's sight, each order once.
    pub total: OrderSums,
    pub total_rates: OrderRates,
}

/// 导出考核指标.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppraisalExportForm {
    pub from: i64,
    pub until: i64,
    pub group: Option<String>,
    /// `csv` or `xlsx`.
    pub format: String,
    pub purpose: String,
}

/// Query string of `GET /appraisal/requests`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct JudgedQuery {
    /// First moment of applying, milliseconds; 30 days back when absent.
    pub from: Option<i64>,
    pub until: Option<i64>,
    /// `exempt` or `contest`.
    pub kind: Option<String>,
    pub state: Option<String>,
    /// Of this unit and those below it.
    pub org: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// 剔除 or 评价申诉 with what hangs on it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JudgedLine {
    pub request: RequestView,
    pub order: OrderLine,
    /// Attachments handed in as evidence on the order.
    pub evidence: i64,
    /// What agreeing takes out of the unit's sums; what it adds (不计) stands negative.
    pub taken: OrderSums,
}

/// A rate before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RateChange {
    pub name: String,
    pub before: Rate,
    pub after: Rate,
}

/// What agreeing to a request does to the figures of the unit that asked.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EffectView {
    pub org: OrgRef,
    /// The months in which the order counts.
    pub from: Ts,
    pub until: Ts,
    pub changes: Vec<RateChange>,
}

/// One answer within a pattern.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnomalyAnswer {
    pub order: OrderId,
    pub case_no: String,
    pub title: String,
    pub at: Ts,
    pub mode_cn: String,
    pub rating: Option<Rating>,
    pub opinion: Option<String>,
    pub by_name: String,
    pub handler_name: Option<String>,
}

/// 异常评价: one pattern.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnomalyView {
    pub rule: AnomalyRule,
    pub rule_cn: String,
    pub org: Option<OrgRef>,
    pub sentence: String,
    /// How many answers it consists of; `answers` shows the first of them.
    pub n: i64,
    pub answers: Vec<AnomalyAnswer>,
}

/// The patterns of a period.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnomalyList {
    pub from: Ts,
    pub until: Ts,
    /// Answers looked at.
    pub looked_at: i64,
    /// Without calls over this platform a missing conversation cannot be told.
    pub has_calls: bool,
    pub items: Vec<AnomalyView>,
}
