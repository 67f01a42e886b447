//! What leaves the application: the shapes of the HTTP answers, ready to serialise. Times are integer milliseconds,
//! keys are UUID strings, codes are those of `domain` and stand beside their Chinese words. An answer always carries all
//! of its fields, `null` where nothing is known; the interface document relies on that.

mod admin;
mod appraisal;
mod approval;
mod attachment;
mod call;
mod catalogue;
mod desk;
mod intake;
mod joint;
mod knowledge;
mod monitor;
mod order;
mod paper;
mod received;
mod reference;
mod session;
mod share;
mod supervision;
mod survey;
mod task;

pub use admin::*;
pub use appraisal::*;
pub use approval::*;
pub use attachment::*;
pub use call::*;
pub use catalogue::*;
pub use desk::*;
pub use intake::*;
pub use joint::*;
pub use knowledge::*;
pub use monitor::*;
pub use order::*;
pub use paper::*;
pub use received::*;
pub use reference::*;
pub use session::*;
pub use share::*;
pub use supervision::*;
pub use survey::*;
pub use task::*;

use kernel::{OrgId, Ts, UserId};
use serde::Serialize;

/// One page of a list and where the next begins.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// Cursor of the next page; `null` on the last.
    pub next: Option<String>,
    pub total: Option<i64>,
    /// The count stopped at `total`; there are more.
    pub total_capped: Option<bool>,
}

impl<T> Listing<T> {
    /// A page without a count.
    pub fn page(items: Vec<T>, next: Option<String>) -> Self {
        Self { items, next, total: None, total_capped: None }
    }
}

/// A named organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgRef {
    pub id: OrgId,
    pub name: String,
}

/// A named user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRef {
    pub id: UserId,
    pub name: String,
}

/// 占用人 of an order in a public pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClaimView {
    pub id: UserId,
    pub name: String,
    pub until: Option<Ts>,
}

/// A code with its Chinese word.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coded {
    pub code: String,
    pub cn: String,
}

/// A Chinese label with its value, for tables of details.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Labelled {
    pub label: String,
    pub value: String,
}
