//! 保存期限: a piece keeps who wrote and what only for a time after it was handled (PIPL art. 19). What became of it stays, and its number
//! at the source, so that one delivered again is known.

use crate::audit::{self, Entry};
use crate::ctx::App;
use crate::{Error, Result};

/// How long, in days after a piece was handled.
const DAYS: &str = "retention.inbox_days";
/// At most this many at once: a backlog is worked off over rounds.
const BATCH: i64 = 100;

/// Clears the earliest handled pieces whose time is over; returns how many. Files that nothing else needs go with the clearing of the
/// file store.
pub async fn blank(app: &App) -> Result<usize> {
    let days = app.fresh_world().await?.params.int(DAYS);
    let ctx = app.system("inbox.blank");
    let before = ctx.now.plus_days(-days);
    let due = store::inbox::past_items(&app.store.db, &app.store.vault, before, BATCH).await?;
    if due.is_empty() {
        return Ok(0);
    }
    db::with_retry!(app.store.db, async |tx| {
        let mut done = 0;
        for item in &due {
            done += usize::from(store::inbox::blank_item(tx, &app.store.vault, item, before, ctx.now).await?);
        }
        let detail = serde_json::json!({ "count": done, "days": days });
        audit::record(tx, app, &ctx, Entry::new("citizen", "inbox.blank", "param", DAYS).with(detail)).await?;
        Ok::<usize, Error>(done)
    })
}
