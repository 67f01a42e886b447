//! What happens without anybody asking: lights, reminders, escalation, resumption, archiving, clearing up.
//!
//! Reconcilers take no input, may run at any time and any number of times, and say what they did. One process at a
//! time holds the lease; the others stand by.

mod calls;
mod knowledge;
mod lights;
mod messages;
mod monitor;
mod orders;
mod purge;
mod supervision;

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::Result;
use crate::ctx::App;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(20);
/// How long a silent process keeps the lease, milliseconds.
const LEASE_MS: i64 = 60_000;
/// At most this many rows of a kind per round: a backlog is worked off over rounds, never in one transaction.
const BATCH: u32 = 500;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Round {
    /// Light changes recorded.
    pub lights: usize,
    /// Units reminded to sign.
    pub reminded: usize,
    /// Requests handed to the next tier.
    pub escalated: usize,
    /// Tracked orders taken up again.
    pub resumed: usize,
    pub archived: usize,
    /// Rounds of supervision issued by the ladder.
    pub supervised: usize,
    /// Cards raised by the rules of the monitoring.
    pub cards: usize,
    /// People told of the day before.
    pub digested: usize,
    /// Messages to citizens that waited for the morning.
    pub released: usize,
    /// Recordings deleted after their time.
    pub expired: usize,
    /// Marks of callers that ran out.
    pub unmarked: usize,
    /// Followers told of an answer.
    pub followers: usize,
    /// Articles due for review, overdue corrections told of, and articles whose time is over.
    pub knowledge: usize,
    /// Handled pieces of 渠道来信 cleared after their time.
    pub blanked: usize,
}

/// One round, if the lease can be had; `None` when another process is at it.
pub async fn run_once(app: &App) -> Result<Option<Round>> {
    let now = app.now();
    let held = db::with_retry!(app.store.db, async |tx| {
        Ok::<bool, crate::Error>(
            store::lease::take(tx, "reconcile", &app.settings.process, now.plus_millis(LEASE_MS), now).await?,
        )
    })?;
    if !held {
        return Ok(None);
    }
    let round = Round {
        lights: lights::record(app).await?,
        reminded: orders::remind(app).await?,
        escalated: orders::escalate(app).await?,
        resumed: orders::resume(app).await?,
        archived: orders::archive(app).await?,
        supervised: supervision::climb(app).await?,
        cards: monitor::watch(app).await?,
        digested: monitor::digest(app).await?,
        released: messages::release(app).await?,
        expired: crate::call::expire(app).await?,
        unmarked: calls::unmark(app).await?,
        followers: crate::citizen::tell_followers(app).await?,
        knowledge: knowledge::look_after(app).await?,
        blanked: crate::inbox::blank(app).await?,
    };
    purge::plan(app).await?;
    calls::plan(app).await?;
    Ok(Some(round))
}

/// Rounds for ever. A failed round is logged and tried again at the next.
pub async fn run_forever(app: Arc<App>) {
    let mut timer = tokio::time::interval(EVERY);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        timer.tick().await;
        match run_once(&app).await {
            Ok(Some(round)) if round != Round::default() => {
                tracing::info!(?round, "reconciled");
                app.bus.poke();
            }
            Ok(_) => {}
            Err(e) => tracing::error!(error = %e, "reconciling failed"),
        }
    }
}

pub use calls::draw_yesterday;
pub use purge::purge;
