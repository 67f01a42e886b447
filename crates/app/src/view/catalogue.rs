//! 派单目录 and 派单依据卡.

use domain::{catalogue::RuleForm, evidence::EvidenceLine};
use kernel::{OrderId, Ts};
use serde::{Deserialize, Serialize};

use super::{OrderLine, OrgRef};

/// One version of a rule.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleView {
    pub id: i64,
    /// Shared by the versions of one rule.
    pub series: i64,
    /// 版次, from 1.
    pub revision: i32,
    pub category: String,
    pub category_path: String,
    /// A department's own duty: never for towns.
    pub dept_duty_only: bool,
    /// Empty: the whole city.
    pub region: String,
    pub region_cn: String,
    pub lead: OrgRef,
    pub co: Vec<OrgRef>,
    /// Of these units, the ones that no longer exist; whoever carries on their duties is named instead.
    pub gone: Vec<OrgRef>,
    pub legal_basis: String,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
    /// `current|coming|ended`.
    pub standing: String,
    pub standing_cn: String,
    /// Why this version was made.
    pub reason: String,
    /// `null`: came with the installation.
    pub made_by_name: Option<String>,
    pub made_at: Option<Ts>,
    /// The order whose consultation ruled so.
    pub ruling: Option<OrderId>,
    pub ended_by_name: Option<String>,
    pub end_reason: Option<String>,
}

/// Query string of `GET /catalogue`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct CatalogueQuery {
    /// Rules of this category, below it, and those above it that hold for it too.
    pub category: Option<String>,
    /// 12-digit region code.
    pub region: Option<String>,
    pub org: Option<String>,
    /// `current|coming|ended|all`.
    pub standing: Option<String>,
}

/// A rule to be written: a new one, or the next version of `replaces`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleChange {
    #[serde(default)]
    pub replaces: Option<i64>,
    pub rule: RuleForm,
    pub reason: String,
}

/// A change to be looked at before it is made; without `rule` the end of `replaces`.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulePreview {
    #[serde(default)]
    pub replaces: Option<i64>,
    #[serde(default)]
    pub rule: Option<RuleForm>,
    /// Days looked back, 30 when absent.
    #[serde(default)]
    pub days: Option<i64>,
}

/// The end of a rule without a successor.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleEnd {
    /// Now when absent.
    #[serde(default)]
    pub at: Option<Ts>,
    pub reason: String,
}

/// What a change would have meant for orders sent out lately.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogueEffect {
    pub days: i64,
    pub since: Ts,
    /// Orders of the categories and areas concerned.
    pub looked_at: i64,
    /// There were more than were looked at.
    pub capped: bool,
    /// Of these, would have gone elsewhere.
    pub moved: i64,
    pub shifts: Vec<ShiftView>,
}

/// From whom to whom.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShiftView {
    /// `null`: the catalogue names nobody.
    pub from: Option<OrgRef>,
    pub to: Option<OrgRef>,
    pub n: i64,
    /// Of these, in fact handled by the new unit already.
    pub already: i64,
    /// Some of them.
    pub orders: Vec<OrderLine>,
}

/// 派单依据卡 of a task.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvidenceView {
    pub at: Ts,
    pub rule: Option<RuleOnCardView>,
    /// The lead is whom rule or place name.
    pub follows: bool,
    pub basis: String,
    pub region_cn: String,
    pub county: Option<OrgRef>,
    /// Similar orders that were brought to an end, the latest first.
    pub precedents: Vec<PrecedentView>,
    /// Who finished them, the most frequent first.
    pub finished: Vec<FinishedView>,
    /// Of the similar orders, finished by this lead; and how many there are.
    pub support_n: i64,
    pub support_of: i64,
    /// The lines that a return may dispute.
    pub lines: Vec<LineView>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineView {
    pub code: EvidenceLine,
    pub cn: String,
    /// What stands there.
    pub text: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleOnCardView {
    pub id: i64,
    pub category_path: String,
    pub region_cn: String,
    pub lead: OrgRef,
    pub legal_basis: String,
    pub valid_from: Ts,
    pub valid_to: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrecedentView {
    pub id: OrderId,
    pub case_no: String,
    pub org: OrgRef,
    pub closed_at: Ts,
    pub on_time: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FinishedView {
    pub org: OrgRef,
    pub n: i64,
    pub on_time: i64,
}

/// 退回流转耗时: time lost on the way to the right unit.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BounceView {
    pub total_ms: i64,
    /// `1天3小时`.
    pub total_cn: String,
    pub legs: Vec<BounceLeg>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BounceLeg {
    pub org: OrgRef,
    pub sent_at: Ts,
    pub returned_at: Ts,
    /// `null` while the order waits for a dispatch.
    pub again_at: Option<Ts>,
    pub lost_ms: i64,
    pub lost_cn: String,
}
