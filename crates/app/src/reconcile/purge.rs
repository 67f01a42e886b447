//! Clearing up what has served its time, once a day by whichever process is first.

use kernel::JobId;
use store::job::NewJob;

use crate::Result;
use crate::ctx::App;

/// Job kind of [`purge`].
pub const KIND: &str = "purge";

/// Days after which each thing goes; logs and orders never do.
const LOGIN_LOCK_D: i64 = 1;
const IDEMPOTENCY_D: i64 = 2;
const OUTBOX_D: i64 = 3;
const DRAFT_D: i64 = 30;
const DELIVERY_D: i64 = 30;
const NOTIFICATION_D: i64 = 180;
/// Forms of citizens that were not sent; their codes and failed attempts.
const PORTAL_D: i64 = 2;
/// What was said to other platforms; that it was said stays.
const PARTNER_D: i64 = 90;
/// Searches of the knowledge base.
const SEARCH_D: i64 = 400;

/// Plans today's clearing; the key keeps it to one however many processes ask.
pub(super) async fn plan(app: &App) -> Result<()> {
    let now = app.now();
    let day = now.date().to_string();
    let mark = format!("purge.{day}");
    if store::counter::peek(&app.store.db, &mark).await? > 0 {
        return Ok(());
    }
    let job = NewJob {
        id: JobId::mint(&*app.mint, now),
        kind: KIND.to_owned(),
        payload: serde_json::json!({ "day": day }),
        run_at: now,
        dedup: Some(day.clone()),
        created_at: now,
    };
    db::with_retry!(app.store.db, async |tx| {
        // The finished job is gone, so the day is remembered by a counter.
        if store::counter::next_in(tx, &mark).await? == 1 {
            store::job::enqueue(tx, &job).await?;
        }
        Ok::<(), crate::Error>(())
    })
}

/// Removes what is out of date.
pub async fn purge(app: &App) -> Result<()> {
    crate::attachment::clear(app).await?;
    let now = app.now();
    db::with_retry!(app.store.db, async |tx| {
        store::session::purge(tx, now).await?;
        store::login_lock::purge(tx, now.plus_days(-LOGIN_LOCK_D)).await?;
        store::idempotency::purge(tx, now.plus_days(-IDEMPOTENCY_D)).await?;
        store::outbox::purge(tx, now.plus_days(-OUTBOX_D)).await?;
        store::draft::purge(tx, now.plus_days(-DRAFT_D)).await?;
        store::notification::purge(tx, now.plus_days(-NOTIFICATION_D)).await?;
        store::knowledge::unlogged(tx, now.plus_days(-SEARCH_D)).await?;
        store::sms::purge_parts(tx, now.plus_days(-DELIVERY_D)).await?;
        store::webhook::purge(tx, now.plus_days(-DELIVERY_D)).await?;
        store::partner::forget_bodies(tx, now.plus_days(-PARTNER_D)).await?;
        store::portal::purge(tx, now.plus_days(-PORTAL_D), now.plus_days(-PORTAL_D)).await?;
        Ok::<(), crate::Error>(())
    })
}
