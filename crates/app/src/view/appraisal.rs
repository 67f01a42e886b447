//! 评价与考核.

use domain::indicator::{OrderRates, OrderSums};
use kernel::Ts;
use serde::{Deserialize, Serialize};

use super::OrgRef;

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
