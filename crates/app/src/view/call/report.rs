//! 话务报表: R01 and R14.

use domain::indicator::{CallRates, CallSums, Rate};
use kernel::{Ts, UserId, Uuid};
use serde::{Deserialize, Serialize};

/// Window and rows of a report.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams, utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(default)]
pub struct FloorQuery {
    pub from: Option<Ts>,
    /// Excluded.
    pub to: Option<Ts>,
    /// `day` (default), `hour`, `agent`, `skill`.
    pub by: Option<String>,
}

/// A row of R01.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FloorRow {
    /// Start of the day or hour in milliseconds, key of the agent, code of the skill; `sum` for the last line.
    pub key: String,
    pub label: String,
    #[serde(flatten)]
    pub sums: CallSums,
    /// 合计话务量.
    pub total: i64,
    #[serde(flatten)]
    pub rates: CallRates,
}

/// A period left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExcludedView {
    pub from: Ts,
    pub to: Ts,
    pub reason: String,
}

/// 座席 of R01's second sheet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeatsView {
    /// People with skills.
    pub agents: i64,
    pub population: i64,
    pub per_100k: Rate,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BusyView {
    pub reason: Option<String>,
    pub reason_cn: String,
    pub ms: i64,
}

/// A row of R14.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgentRow {
    pub user: UserId,
    pub login: String,
    pub name: String,
    pub signed_ms: i64,
    pub ready_ms: i64,
    pub busy: Vec<BusyView>,
    pub ringing_ms: i64,
    pub dialling_ms: i64,
    pub talking_ms: i64,
    pub wrap_ms: i64,
    pub answered: i64,
    pub outbound: i64,
    /// 平均通话, seconds.
    pub aht: Rate,
    /// 平均整理时长, seconds.
    pub avg_wrap: Rate,
    /// 工时利用率: talking and tidying up of the time signed in.
    pub occupancy: Rate,
    /// 建单.
    pub registered: i64,
    /// 直办.
    pub direct: i64,
    /// 质检均分.
    pub score_avg: Rate,
    /// 差错: under the pass mark, or with a fatal item.
    pub errors: i64,
    pub praises: i64,
    pub complaints: i64,
}

/// R01, and R14 when asked for by agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FloorReport {
    pub from: Ts,
    pub to: Ts,
    pub by: String,
    /// The two thresholds of the service level, seconds.
    pub thresholds: Vec<i64>,
    pub rows: Vec<FloorRow>,
    pub sum: FloorRow,
    pub seats: SeatsView,
    pub excluded: Vec<ExcludedView>,
    pub agents: Vec<AgentRow>,
}

/// 导出 of a report.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FloorExportForm {
    pub from: Ts,
    pub to: Ts,
    /// `day`, `hour`, `agent`, `skill`.
    pub by: String,
    /// `csv` or `xlsx`.
    pub format: String,
    pub purpose: String,
}

/// 剔除时段.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowView {
    pub id: Uuid,
    pub from: Ts,
    pub to: Ts,
    pub reason: String,
    pub by_name: String,
    pub created_at: Ts,
    pub revoked_at: Option<Ts>,
    pub revoked_by_name: Option<String>,
    pub revoke_reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WindowForm {
    pub from: Ts,
    pub to: Ts,
    pub reason: String,
}

/// Why something is taken back or ended.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EndForm {
    pub reason: String,
}
