//! 群众评议: what is asked, page by page, and what is handed in. Which page follows is the desk's business.

use kernel::{FieldError, Ts};
use serde::{Deserialize, Serialize};

use crate::form::Item;

/// A survey anybody may answer now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyLine {
    pub code: String,
    pub title: String,
    pub intro: String,
    pub kind_cn: String,
    /// 实名核验.
    pub verified: bool,
    pub until: Option<Ts>,
}

/// A window or department that is rated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyPlace {
    pub code: String,
    pub name: String,
    /// The department; empty where that is the name.
    pub org: String,
}

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyDoor {
    /// As asked for.
    pub code: String,
    pub title: String,
    pub intro: String,
    pub thanks: String,
    pub kind_cn: String,
    /// One tap, words if wanted.
    pub instant: bool,
    pub verified: bool,
    pub until: Option<Ts>,
    /// Why no answers are taken, as a sentence.
    pub closed: Option<String>,
    pub place: Option<SurveyPlace>,
    /// To choose from, where an address stands for several.
    pub places: Vec<SurveyPlace>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskForm {
    Single(Vec<Item>),
    Multiple {
        choices: Vec<Item>,
        most: Option<u32>,
    },
    /// From 1 to `top`, with a word at each end.
    Scale {
        top: u32,
        low: String,
        high: String,
    },
    Text {
        most: u32,
    },
}

/// A question of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub id: String,
    pub text: String,
    pub hint: String,
    pub required: bool,
    pub form: AskForm,
}

/// Which way from a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// As it stands.
    Stay,
    Next,
    Back,
}

/// What has been filled in so far, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyFilled {
    /// Question and value; a question may come more than once.
    pub answers: Vec<(String, String)>,
    /// First question of the page it comes from; empty at the beginning.
    pub at: String,
    pub turn: Turn,
    /// A page for each question.
    pub single: bool,
}

/// The page to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SurveyStep {
    pub door: SurveyDoor,
    pub asks: Vec<Ask>,
    /// Counted from 1.
    pub page: usize,
    /// As many as there are on the way known so far.
    pub pages: usize,
    pub errors: Vec<FieldError>,
    /// Every question is answered: nothing left to show.
    pub ready: bool,
}

/// An answer handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveySent {
    /// The address: a survey's, or that of a window or department.
    pub code: String,
    /// Names this answer: sent twice it counts once; sent again with words it gets them.
    pub once: String,
    pub answers: Vec<(String, String)>,
    /// Seconds it took; `None` of a tap.
    pub took_s: Option<u32>,
    /// A secret the browser holds.
    pub device: String,
    /// Where it is verified.
    pub phone: String,
}
