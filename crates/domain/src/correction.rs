//! 更正 (§5.7 B6): a citizen contests what was recorded. What is wrong is named field by field; the record as it was is
//! kept beside the record as it should be, and an answer to a callback is followed by a later one, never rewritten.

use std::str::FromStr;

use kernel::CallbackId;
use serde::{Deserialize, Serialize};

use crate::{
    callback::{Callback, CallbackOutcome, Contacted, Rating, Solved},
    order::Order,
};

coded! {
    /// 更正项: what of a record may be contested.
    CorrectedField {
        Content = "content", "诉求内容";
        Wish = "wish", "诉求目的";
        Address = "address", "事发地址";
        Respondent = "respondent", "被反映方";
        Contacted = "contacted", "是否联系";
        Process = "process", "过程满意";
        Result = "result", "结果满意";
        Solved = "solved", "是否解决";
        Opinion = "opinion", "回访意见";
    }
}
coded! {
    /// 更正理由.
    CorrectionGround {
        Misheard = "misheard", "记录与诉求人所述不符";
        Omitted = "omitted", "遗漏重要情况";
        Mistyped = "mistyped", "录入错误";
        Confused = "confused", "与其他事项混淆";
    }
}

impl CorrectedField {
    /// Part of an answer to a callback; the others stand on the order.
    #[must_use]
    pub const fn is_answer(self) -> bool {
        matches!(self, Self::Contacted | Self::Process | Self::Result | Self::Solved | Self::Opinion)
    }

    /// Least and most characters of a text; `None` where only codes stand.
    #[must_use]
    pub const fn length(self) -> Option<(usize, usize)> {
        match self {
            Self::Content => Some((5, 2000)),
            Self::Wish => Some((2, 500)),
            Self::Address => Some((2, 200)),
            Self::Respondent => Some((1, 100)),
            Self::Opinion => Some((2, 1000)),
            Self::Contacted | Self::Process | Self::Result | Self::Solved => None,
        }
    }

    /// A code in words; a text as it is.
    #[must_use]
    pub fn word(self, value: &str) -> String {
        let cn = match self {
            Self::Contacted => value.parse::<Contacted>().map(Contacted::cn),
            Self::Process | Self::Result => value.parse::<Rating>().map(Rating::cn),
            Self::Solved => value.parse::<Solved>().map(Solved::cn),
            _ => return value.to_owned(),
        };
        cn.map_or_else(|_| value.to_owned(), str::to_owned)
    }

    /// What the order says.
    #[must_use]
    pub fn of_order(self, order: &Order) -> Option<String> {
        match self {
            Self::Content => Some(order.content.clone()),
            Self::Wish => order.wish.clone(),
            Self::Address => order.address.clone(),
            Self::Respondent => order.respondent.clone(),
            _ => None,
        }
    }

    /// What an answer says.
    #[must_use]
    pub fn of_answer(self, c: &Callback) -> Option<String> {
        match self {
            Self::Contacted => c.contacted.map(|v| v.code().to_owned()),
            Self::Process => c.process_rating.map(|v| v.code().to_owned()),
            Self::Result => c.rating.map(|v| v.code().to_owned()),
            Self::Solved => c.solved.map(|v| v.code().to_owned()),
            Self::Opinion => c.opinion.clone(),
            _ => None,
        }
    }
}

/// One field of a record, as it stands and as it should.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub field: CorrectedField,
    /// `None`: nothing was recorded.
    pub was: Option<String>,
    pub should: String,
}

/// One field as it should be, as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorrectedItem {
    pub field: CorrectedField,
    /// A code for the items of an answer, else the text.
    pub should: String,
}

/// The value is one that the field can hold.
#[must_use]
pub fn fits(field: CorrectedField, value: &str) -> bool {
    fn known<T: FromStr>(value: &str) -> bool {
        value.parse::<T>().is_ok()
    }
    match field {
        CorrectedField::Contacted => known::<Contacted>(value),
        CorrectedField::Process | CorrectedField::Result => known::<Rating>(value),
        CorrectedField::Solved => known::<Solved>(value),
        _ => true,
    }
}

/// The order with its record put right; what belongs to an answer is left alone.
pub fn put_right(order: &mut Order, corrections: &[Correction]) {
    for c in corrections {
        let should = Some(c.should.clone());
        match c.field {
            CorrectedField::Content => order.content.clone_from(&c.should),
            CorrectedField::Wish => order.wish = should,
            CorrectedField::Address => order.address = should,
            CorrectedField::Respondent => order.respondent = should,
            _ => {}
        }
    }
}

/// The answer as it should have been recorded: a record of its own, of the same conversation.
#[must_use]
pub fn restated(old: &Callback, id: CallbackId, corrections: &[Correction], at: kernel::Ts) -> Callback {
    let mut new = Callback { id, corrects: Some(old.root()), corrected_at: Some(at), ..old.clone() };
    for c in corrections {
        match c.field {
            CorrectedField::Contacted => new.contacted = c.should.parse().ok(),
            CorrectedField::Process => new.process_rating = c.should.parse().ok(),
            CorrectedField::Result => new.rating = c.should.parse().ok(),
            CorrectedField::Solved => new.solved = c.should.parse().ok(),
            CorrectedField::Opinion => new.opinion = Some(c.should.clone()),
            _ => {}
        }
    }
    let happy = new.rating.is_some_and(Rating::is_satisfied);
    let glad = happy || new.solved == Some(Solved::Solved);
    new.outcome = match (glad, old.outcome) {
        (true, _) => CallbackOutcome::Satisfied,
        (false, CallbackOutcome::Unreasonable) => CallbackOutcome::Unreasonable,
        (false, _) => CallbackOutcome::RedoProposed,
    };
    new
}
