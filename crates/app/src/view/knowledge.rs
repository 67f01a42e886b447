//! 知识库 on the desk.

use std::collections::BTreeMap;

use domain::indicator::Rate;
use domain::knowledge::{ArticleAct, ArticleText, FixForm, FixKind, FixState, Part, Piece, RevisionState};
use domain::light::Light;
use kernel::{ArticleId, FixId, OrderId, OrgId, Ts, Uuid};
use serde::{Deserialize, Serialize};

use super::{ArticleOrigin, Coded, OrgRef, UserRef};

/// Who let a revision pass, or not.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkView {
    pub by: UserRef,
    pub at: Ts,
    pub opinion: String,
}

/// A field that reads otherwise than in the version before.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldChange {
    pub label: String,
    pub parts: Vec<Part>,
}

/// One version of an article.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionView {
    pub no: i32,
    pub state: RevisionState,
    pub state_cn: String,
    pub text: ArticleText,
    pub category_cn: String,
    pub area_cn: String,
    pub note: String,
    pub author: UserRef,
    pub written_at: Ts,
    pub confirmed: Option<MarkView>,
    pub audited: Option<MarkView>,
    pub returned: Option<MarkView>,
    pub published_at: Option<Ts>,
    /// Against the published version before it; empty for the first.
    pub changes: Vec<FieldChange>,
}

/// A correction ticket.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FixView {
    pub id: FixId,
    pub version: i64,
    pub article_id: ArticleId,
    pub article_title: String,
    pub revision: i32,
    pub owner: OrgRef,
    pub kind: FixKind,
    pub kind_cn: String,
    pub state: FixState,
    pub state_cn: String,
    pub text: String,
    pub raised_by: UserRef,
    pub raised_at: Ts,
    pub due_at: Ts,
    pub light: Light,
    pub remaining_cn: String,
    pub answer: String,
    pub answered_by: Option<UserRef>,
    pub answered_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// The caller may answer it.
    pub answerable: bool,
}

/// An article with everything the caller may see of it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleView {
    pub id: ArticleId,
    /// `知000012`.
    pub code: String,
    pub version: i64,
    pub owner: OrgRef,
    /// `已发布`, `待复审`, `已下架`…
    pub state_cn: String,
    pub current_no: Option<i32>,
    pub review_due: Option<Ts>,
    pub reviewed_at: Option<Ts>,
    pub review_light: Light,
    pub retired: Option<MarkView>,
    /// Latest first.
    pub revisions: Vec<RevisionView>,
    pub fixes: Vec<FixView>,
    /// What the caller may do, in the order of the buttons.
    pub allowed: Vec<Coded>,
    /// The caller may raise a correction ticket.
    pub fixable: bool,
    /// Taken over from another platform.
    pub origin: Option<ArticleOrigin>,
}

/// A row of the keepers' lists.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleLine {
    pub id: ArticleId,
    pub code: String,
    pub title: String,
    pub owner: OrgRef,
    pub category_cn: String,
    pub state: RevisionState,
    pub state_cn: String,
    pub revision: i32,
    pub public: bool,
    pub review_due: Option<Ts>,
    pub review_light: Light,
    pub changed_at: Ts,
}

/// An article found.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleHit {
    pub id: ArticleId,
    pub code: String,
    pub revision: i32,
    pub title: Vec<Piece>,
    pub snippet: Vec<Piece>,
    /// The answer, to be put into a reply.
    pub body: String,
    pub owner: OrgRef,
    pub category_cn: String,
    pub area_cn: String,
    pub public: bool,
    pub published_at: Option<Ts>,
    /// Its review is overdue: to be relied on with care.
    pub stale: bool,
}

/// Query string of `GET /knowledge`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct KnowledgeQuery {
    /// Words; all of them must occur. Without words the latest articles.
    pub q: Option<String>,
    /// Beginning of a category code.
    pub category: Option<String>,
    pub org: Option<OrgId>,
    /// Region code where it must hold.
    pub area: Option<String>,
    /// Valid at this moment; now when absent.
    pub on: Option<Ts>,
    pub limit: Option<u32>,
}

/// What the agent has typed so far.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ProposeForm {
    pub content: String,
    pub category: Option<String>,
    pub region: Option<String>,
}

/// Query string of the keepers' lists.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct ArticleQuery {
    /// `draft|dept_confirm|center_audit|review|published|retired`.
    pub tab: Option<String>,
    /// Words of the title.
    pub title: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// Tab → number, with `fix` for the open correction tickets.
pub type ArticleCounts = BTreeMap<String, i64>;

/// A new article.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleNew {
    pub owner: OrgId,
    pub text: ArticleText,
}

/// An act upon the version of an article that was seen.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActForm {
    pub version: i64,
    pub command: ArticleAct,
}

/// 引用.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UseForm {
    pub order: OrderId,
    /// The version whose text was taken.
    pub revision: i32,
}

/// What somebody looked for; sent when the typing settles and again when an article is opened.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchNote {
    /// Of this search, chosen by the page.
    pub id: Uuid,
    pub text: String,
    pub hits: i32,
    pub opened: Option<ArticleId>,
}

/// Query string of `GET /fixes`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct FixQuery {
    /// Settled ones instead of open ones.
    pub ended: bool,
    /// Only what the caller raised.
    pub mine: bool,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// A correction ticket to be raised.
pub type FixNew = FixForm;

/// The owner's answer to a ticket.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FixAnswer {
    pub version: i64,
    /// `true`: the next version will settle it.
    pub accept: bool,
    pub text: String,
}

/// How an article fares.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthLine {
    pub article: ArticleLine,
    /// Days since it was published or last reviewed.
    pub age_days: i64,
    pub uses: i64,
    pub last_used: Option<Ts>,
    /// Orders taken up again after an answer from it.
    pub reopened: i64,
    pub open_fixes: i64,
    /// `overdue`, `review_soon`, `unused`, `reopened`, `fix`.
    pub flags: Vec<Coded>,
}

/// Words looked for in vain.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GapLine {
    pub text: String,
    pub n: i64,
    pub nothing: i64,
    pub last_at: Ts,
}

/// What one department keeps (R13).
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnerTally {
    pub owner: OrgRef,
    pub articles: i64,
    pub overdue: i64,
    pub uses: i64,
    pub open_fixes: i64,
    /// 知识更新及时率 of the same days: reviewed before the date, of those whose date has come.
    pub fresh: Rate,
}

/// 知识健康.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HealthView {
    /// The uses and searches counted are of so many days.
    pub days: i64,
    /// The worst first.
    pub articles: Vec<HealthLine>,
    pub gaps: Vec<GapLine>,
    pub owners: Vec<OwnerTally>,
    /// 知识更新及时率 of all of them.
    pub fresh: Rate,
}

/// 引用的知识 of one order's answers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CitationView {
    pub article: ArticleId,
    /// As it was when it was quoted.
    pub title: String,
    pub revision: i32,
    /// The revision in force now; `null` when the article is retired.
    pub current: Option<i32>,
    pub round: i32,
    pub by_name: String,
    pub at: Ts,
}
