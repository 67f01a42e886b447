//! 群众评议 on the desk.

use domain::survey::{Flag, QuestionResult, SurveyAct, SurveyKind, SurveyState, SurveyText};
use kernel::{AnswerId, OrgId, PointId, SurveyId, Ts};
use serde::{Deserialize, Serialize};

use super::{Coded, Labelled, OrgRef, UserRef};

/// A version in the list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyRow {
    pub id: SurveyId,
    pub title: String,
    pub kind: SurveyKind,
    pub kind_cn: String,
    pub no: i32,
    pub state: SurveyState,
    /// With the clock: 未开始, 进行中, 已截止.
    pub state_cn: String,
    pub opens_at: Option<Ts>,
    pub closes_at: Option<Ts>,
    pub quota: Option<u32>,
    /// 答卷 that count, and those left out; `null` where only part of them is the caller's business.
    pub answers: Option<i64>,
    pub excluded: Option<i64>,
    pub changed_at: Ts,
}

/// A window or department with its address.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointView {
    pub id: PointId,
    pub org: OrgRef,
    pub name: String,
    /// What its code leads to.
    pub url: String,
    pub closed_at: Option<Ts>,
}

/// Another version of the same series.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyVersion {
    pub id: SurveyId,
    pub no: i32,
    pub state_cn: String,
    pub published_at: Option<Ts>,
}

/// One version with everything the caller may know of it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyView {
    pub row: SurveyRow,
    pub version: i64,
    pub text: SurveyText,
    pub url: String,
    pub points: Vec<PointView>,
    pub versions: Vec<SurveyVersion>,
    pub author: UserRef,
    pub published_by: Option<UserRef>,
    pub published_at: Option<Ts>,
    pub closed_by: Option<UserRef>,
    pub closed_at: Option<Ts>,
    pub closed_reason: String,
    /// `publish`, `save`, `discard`, `revise`, `close`.
    pub allowed: Vec<Coded>,
    /// Windows and departments may be added and closed.
    pub points_open: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyNew {
    pub kind: SurveyKind,
    pub text: SurveyText,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyActForm {
    /// As shown when the act was chosen.
    pub version: i64,
    pub command: SurveyAct,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PointForm {
    /// Absent for a new one.
    pub id: Option<PointId>,
    pub org: OrgId,
    /// Empty: the department itself.
    pub name: String,
    /// 停用.
    #[serde(default)]
    pub closed: bool,
}

/// What one department or window got.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupResult {
    pub org: OrgRef,
    /// The window; empty of a department.
    pub name: String,
    /// `null` where there are too few to be shown, or where they would give others away.
    pub n: Option<i64>,
    pub questions: Vec<QuestionResult>,
}

/// Figures over one choice of answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResultPart {
    /// `null` where there are too few.
    pub n: Option<i64>,
    pub questions: Vec<QuestionResult>,
    pub by_org: Vec<GroupResult>,
    /// Empty where each department is one point.
    pub by_point: Vec<GroupResult>,
}

/// 评议结果: with what counts, and with everything that came.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyResult {
    /// Without what was excluded.
    pub kept: ResultPart,
    /// With it; `null` when nothing was.
    pub all: Option<ResultPart>,
    pub excluded_n: i64,
    /// Fewer are not shown.
    pub min_cell: i64,
    /// Only the caller's own departments are in it.
    pub partial: bool,
}

/// 剔除 of an answer.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExclusionView {
    pub by: UserRef,
    pub at: Ts,
    pub reason: String,
}

/// An answer as whoever guards against stuffing sees it; who gave it nobody sees.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerLine {
    pub id: AnswerId,
    pub at: Ts,
    pub about: Option<String>,
    pub took_s: Option<i64>,
    /// Question and answer.
    pub answers: Vec<Labelled>,
    pub flags: Vec<Flag>,
    pub flags_cn: Vec<String>,
    pub excluded: Option<ExclusionView>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerList {
    /// Newest first, as many as are shown.
    pub items: Vec<AnswerLine>,
    pub total: i64,
    pub flagged: i64,
    pub excluded: i64,
    pub all: i64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[serde(default)]
pub struct AnswerQuery {
    /// `flagged`, `excluded`, `all`.
    pub tab: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExcludeForm {
    pub ids: Vec<AnswerId>,
    /// 剔除; `false` takes it back.
    pub exclude: bool,
    pub reason: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Excluded {
    /// Answers this changed.
    pub changed: i64,
}

/// Written words.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WordLine {
    pub id: AnswerId,
    pub at: Ts,
    pub about: Option<String>,
    pub question: String,
    /// Numbers of persons taken out.
    pub text: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[serde(default)]
pub struct WordQuery {
    pub limit: Option<u32>,
    pub after: Option<String>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyExportForm {
    /// `results` or `answers`.
    pub what: String,
    /// `csv` or `xlsx`.
    pub format: String,
    pub purpose: String,
}
