//! Keyset pages: `?limit=&after=` in, `{items, next, total, total_capped}` out. No page numbers anywhere.

use kernel::{Page, Refusal};
use serde::{Deserialize, Serialize};

/// The paging part of a query string.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1 to 200, 50 when absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl PageQuery {
    /// # Errors
    /// Names `limit` or `after` when they are not of the form.
    pub fn page(&self) -> Result<Page, Refusal> {
        Page::try_new(self.limit, self.after.as_deref())
    }
}

/// One page of a list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Listing<T> {
    pub items: Vec<T>,
    /// Pass as `after` for the next page; `null` at the end.
    pub next: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<i64>,
    /// The total is a floor: there are at least this many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_capped: Option<bool>,
}
