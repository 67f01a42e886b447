//! 知识库 (F16): articles owned by a department; every change is a revision that the department confirms and the centre
//! audits before anybody relies on it. The published revision stays in force while the next one is on its way.

mod act;
mod diff;
mod find;
mod fix;

use kernel::{ArticleId, OrgId, Ts, UserId};
use serde::{Deserialize, Serialize};

pub use act::{ACTS, ArticleAct, adopt, allowed, create, decide, expire};
pub use diff::{Change, Part, differences};
pub use find::{Piece, Wanted, marks, score, snippet, words_of};
pub use fix::{Fix, FixForm, FixKind, FixState, answer, fixed, raise};

coded! {
    /// Where a revision stands; codes of the dictionary `kb_state`.
    RevisionState {
        Draft = "draft", "草稿";
        DeptConfirm = "dept_confirm", "部门确认";
        CenterAudit = "center_audit", "中心审核";
        Published = "published", "已发布";
        /// A later revision is in force, the article was retired, or the draft was given up.
        Ended = "ended", "历史版本";
    }
}

/// What a revision says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArticleText {
    /// The question or the matter, 4 to 100 characters.
    pub title: String,
    /// The answer as it may be told to anybody, 10 to 20000 characters.
    pub body: String,
    /// 话务口径: for staff only.
    pub inner: String,
    /// Category code.
    pub category: String,
    /// Region code where it holds; empty for the whole city.
    pub area: String,
    /// Other words people use for it.
    pub keywords: String,
    /// 政策依据.
    pub basis: String,
    /// Shown on the portal.
    pub public: bool,
    pub valid_from: Ts,
    /// Exclusive; `None` until further notice.
    pub valid_to: Option<Ts>,
}

/// Who let a revision pass, or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mark {
    pub by: UserId,
    pub at: Ts,
    pub opinion: String,
}

/// One version of an article's text.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// From 1 within the article.
    pub no: i32,
    pub state: RevisionState,
    pub text: ArticleText,
    /// 修订说明.
    pub note: String,
    pub author: UserId,
    pub written_at: Ts,
    pub confirmed: Option<Mark>,
    pub audited: Option<Mark>,
    /// The last time it was sent back.
    pub returned: Option<Mark>,
    pub published_at: Option<Ts>,
}

/// An article with all its revisions, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Article {
    pub id: ArticleId,
    /// Running number, for people.
    pub no: i64,
    pub version: i64,
    pub owner: OrgId,
    pub revisions: Vec<Revision>,
    /// 复审期限; `None` before the first publication and after the end.
    pub review_due: Option<Ts>,
    pub reviewed_at: Option<Ts>,
    pub retired: Option<Mark>,
    /// The owner was told that the review is due.
    pub told: bool,
}

impl Article {
    /// The revision in force.
    #[must_use]
    pub fn current(&self) -> Option<&Revision> {
        self.revisions.iter().find(|r| r.state == RevisionState::Published)
    }

    /// The revision on its way.
    #[must_use]
    pub fn working(&self) -> Option<&Revision> {
        use RevisionState::{CenterAudit, DeptConfirm, Draft};
        self.revisions.iter().find(|r| matches!(r.state, Draft | DeptConfirm | CenterAudit))
    }

    /// What people look at: the revision in force, else the latest.
    #[must_use]
    pub fn shown(&self) -> Option<&Revision> {
        self.current().or_else(|| self.revisions.last())
    }
}
