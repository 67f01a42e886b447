//! The paging part of a query string; keyset pages, no page numbers anywhere.

use kernel::{Page, Refusal};
use serde::Deserialize;

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
