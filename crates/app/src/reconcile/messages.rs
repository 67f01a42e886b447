//! 短信时段: what was held back for the night goes out in the morning.

use crate::Result;
use crate::ctx::App;
use crate::write::in_window;

/// Releases held messages within `sms.window`; returns how many.
pub(super) async fn release(app: &App) -> Result<usize> {
    let world = app.fresh_world().await?;
    if !in_window(&world, app.now()) {
        return Ok(0);
    }
    let now = app.now();
    let released: Result<u64> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::sms::release_held(tx, now).await?) });
    Ok(usize::try_from(released?).unwrap_or(usize::MAX))
}
