//! 诉求受理总体情况.

use domain::indicator::Rate;
use kernel::Ts;
use serde::{Deserialize, Serialize};

/// Query string of `GET /appraisal/received`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct ReceivedQuery {
    /// First moment of registration, milliseconds; 30 days back when absent.
    pub from: Option<i64>,
    /// First moment after the period, milliseconds; now when absent.
    pub until: Option<i64>,
}

/// One 来源, one 类型, or everything.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedLine {
    /// Code of 来源 or 类型; empty for everything.
    pub code: String,
    pub name: String,
    /// 数量.
    pub n: i64,
    /// 占比 in hundredths of a per cent; those of a block are 10000 together.
    pub share: i64,
    /// 上期.
    pub last: i64,
    /// 环比.
    pub on_last: Rate,
    /// 去年同期.
    pub year: i64,
    /// 同比.
    pub on_year: Rate,
}

/// R02: blocks by 来源 and 类型, and both crossed.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedView {
    pub from: Ts,
    pub until: Ts,
    /// 上期.
    pub last_from: Ts,
    pub last_until: Ts,
    /// 去年同期.
    pub year_from: Ts,
    pub year_until: Ts,
    pub channels: Vec<ReceivedLine>,
    pub kinds: Vec<ReceivedLine>,
    /// 受理总量.
    pub total: ReceivedLine,
    /// A row for each of `channels`, a cell for each of `kinds`.
    pub cells: Vec<Vec<i64>>,
    /// B3: Σ来源 = Σ类型 = 受理总量.
    pub balanced: bool,
}

/// 导出诉求受理总体情况表.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReceivedExportForm {
    pub from: i64,
    pub until: i64,
    /// `csv` or `xlsx`.
    pub format: String,
    pub purpose: String,
}
