//! Open interfaces: what other systems may ask and hand in. Keys, the change feed and Open311 GeoReport v2.

mod changes;
pub mod hook;
pub mod key;
mod request;
mod service;

pub use changes::{ChangeLine, ChangePage, change_page};
pub use request::{Made, NewRequest, RequestQuery, request_create, request_list, request_of_token, request_view};
pub use service::{definition, services};

use kernel::Refusal;

use crate::Result;
use crate::ctx::App;

/// 所辖区域: the one jurisdiction there is; none asked for is that one.
///
/// # Errors
/// Not found when another is asked for.
pub fn jurisdiction(app: &App, asked: &str) -> Result<()> {
    let own = &app.settings.region6;
    if asked.is_empty() || asked == own {
        return Ok(());
    }
    let text = format!("jurisdiction_id“{asked}”不存在，本接口的区域为{own}");
    Err(Refusal::new(kernel::RefusalKind::NotFound, "jurisdiction_id", text).into())
}
