//! 群众评议: questionnaires, online polls about departments, and the rating of service windows and of approval work on the
//! spot. What is asked is fixed once published; a change is a new version of the same series.

pub mod act;
pub mod answer;
pub mod guard;
pub mod result;
pub mod stats;

use kernel::{FieldError, OrgId, PointId, SurveyId, Ts, UserId};
use serde::{Deserialize, Serialize};

pub use act::{SurveyAct, allowed, closed_text, create, decide, open_to, points_open, replaced, revise};
pub use answer::{Answers, check, kept, pages, path, visited};
pub use guard::{AnswerFacts, Flag, Limits, flags};
pub use result::{Cell, OptionResult, QuestionResult, Reply, cells, sizes, tally, unsaid, unsaid_within};

coded! {
    /// 评议方式.
    SurveyKind {
        Questionnaire = "questionnaire", "问卷调查";
        /// One department is chosen and rated.
        Poll = "poll", "网络测评";
        /// 窗口评价: a code at each window.
        Window = "window", "窗口评价";
        /// 审批效能: a code at each department.
        Efficiency = "efficiency", "审批效能评价";
    }
}

impl SurveyKind {
    /// Answers are about one of several departments or windows.
    #[must_use]
    pub const fn has_points(self) -> bool {
        !matches!(self, Self::Questionnaire)
    }

    /// 即时评价: one tap, words if wanted.
    #[must_use]
    pub const fn instant(self) -> bool {
        matches!(self, Self::Window | Self::Efficiency)
    }
}

coded! {
    /// 问卷状态.
    SurveyState {
        Draft = "draft", "草稿";
        Published = "published", "发布中";
        Closed = "closed", "已结束";
    }
}

/// One of the answers offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choice {
    pub code: String,
    pub text: String,
}

/// How a question is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AnswerForm {
    /// 单选.
    Single { choices: Vec<Choice> },
    /// 多选, at most so many where it is bounded.
    Multiple { choices: Vec<Choice>, most: Option<u32> },
    /// 量表 from 1 to `top`, the better the higher.
    Scale { top: u32, low: String, high: String },
    /// 填空, at most so many characters.
    Text { most: u32 },
}

impl AnswerForm {
    #[must_use]
    pub const fn cn(&self) -> &'static str {
        match self {
            Self::Single { .. } => "单选",
            Self::Multiple { .. } => "多选",
            Self::Scale { .. } => "量表",
            Self::Text { .. } => "填空",
        }
    }

    /// Every value that can be chosen with its text; none of a free text.
    #[must_use]
    pub fn values(&self) -> Vec<(String, String)> {
        match self {
            Self::Single { choices } | Self::Multiple { choices, .. } => {
                choices.iter().map(|c| (c.code.clone(), c.text.clone())).collect()
            }
            Self::Scale { top, .. } => (1..=*top).map(|n| (n.to_string(), format!("{n}分"))).collect(),
            Self::Text { .. } => Vec::new(),
        }
    }
}

/// 跳转: after one of these answers the question `to` follows; none ends the questionnaire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jump {
    pub when: Vec<String>,
    pub to: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Question {
    /// `q1`…, unique within the questionnaire.
    pub id: String,
    pub text: String,
    pub hint: String,
    pub required: bool,
    pub form: AnswerForm,
    pub jumps: Vec<Jump>,
}

/// Everything that is fixed by publishing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SurveyText {
    pub title: String,
    pub intro: String,
    /// Shown when it is done.
    pub thanks: String,
    pub questions: Vec<Question>,
    /// 实名核验: a code sent to the telephone proves one answer a number. The number is not kept.
    pub verified: bool,
    pub opens_at: Option<Ts>,
    /// Exclusive.
    pub closes_at: Option<Ts>,
    /// 配额: answers altogether, and to each department or window.
    pub quota: Option<u32>,
    pub quota_point: Option<u32>,
}

/// One version of a survey. Versions of a series share the address citizens know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Survey {
    pub id: SurveyId,
    /// The first version's key.
    pub series: SurveyId,
    /// In the address: `/s/` and this.
    pub code: String,
    pub no: i32,
    /// For compare-and-set.
    pub version: i64,
    pub kind: SurveyKind,
    pub state: SurveyState,
    pub text: SurveyText,
    pub author: UserId,
    pub changed_at: Ts,
    pub published_by: Option<UserId>,
    pub published_at: Option<Ts>,
    pub closed_by: Option<UserId>,
    pub closed_at: Option<Ts>,
    pub closed_reason: String,
}

/// 评价点: a window or a department that is rated, with an address of its own. It outlives versions: its code is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Point {
    pub id: PointId,
    pub series: SurveyId,
    pub code: String,
    pub org: OrgId,
    /// `不动产登记3号窗口`; of a department its name.
    pub name: String,
    pub closed_at: Option<Ts>,
}

/// Whether answers are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    Open,
    NotYet(Ts),
    Over,
    Full,
}

impl SurveyText {
    /// In this state and with so many answers already there, altogether and about the point.
    #[must_use]
    pub fn open(&self, state: SurveyState, now: Ts, (taken, of_point): (u32, u32)) -> Open {
        if state != SurveyState::Published || self.closes_at.is_some_and(|t| now >= t) {
            return Open::Over;
        }
        if let Some(opens) = self.opens_at.filter(|t| now < *t) {
            return Open::NotYet(opens);
        }
        let full = self.quota.is_some_and(|q| taken >= q) || self.quota_point.is_some_and(|q| of_point >= q);
        if full { Open::Full } else { Open::Open }
    }
}

/// A complaint about a field of the builder.
fn wrong(field: impl Into<String>, message: impl Into<String>, remedy: &str) -> FieldError {
    FieldError::new(field, message).with_remedy(remedy)
}

#[cfg(test)]
mod tests;
