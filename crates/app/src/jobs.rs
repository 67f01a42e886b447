//! Background work: claimed once however many processes run, retried with growing pauses, dead after too many.

use std::sync::Arc;
use std::time::Duration;

use store::job::Job;

use crate::ctx::App;
use crate::{Error, Result, reconcile};

/// Between two looks at the queue.
const EVERY: Duration = Duration::from_secs(2);
/// A claimed job is hidden this long, milliseconds: longer than any job takes.
const LOCK_MS: i64 = 300_000;
/// Jobs claimed at once.
const BATCH: u32 = 8;

/// Claims and runs what is due; returns how many jobs were tried.
pub async fn run_once(app: &App) -> Result<usize> {
    let now = app.now();
    let jobs = db::with_retry!(app.store.db, async |tx| {
        Ok::<Vec<Job>, Error>(store::job::claim(tx, now, now.plus_millis(LOCK_MS), BATCH).await?)
    })?;
    for job in &jobs {
        let outcome = work(app, job).await;
        db::with_retry!(app.store.db, async |tx| {
            match &outcome {
                Ok(()) => store::job::finish(tx, job).await?,
                Err(e) => store::job::fail(tx, job, &e.to_string(), app.now()).await?,
            };
            Ok::<(), Error>(())
        })?;
        if let Err(e) = outcome {
            tracing::error!(job = %job.id, kind = job.kind, attempt = job.attempt, error = %e, "job failed");
        }
    }
    Ok(jobs.len())
}

async fn work(app: &App, job: &Job) -> Result<()> {
    match job.kind.as_str() {
        "purge" => reconcile::purge(app).await,
        "quality.draw" => reconcile::draw_yesterday(app, &job.payload).await,
        other => Err(Error::broken(format!("no worker for jobs of kind {other}"))),
    }
}

/// Works for ever.
pub async fn run_forever(app: Arc<App>) {
    let mut timer = tokio::time::interval(EVERY);
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        timer.tick().await;
        if let Err(e) = run_once(&app).await {
            tracing::error!(error = %e, "the job queue failed");
        }
    }
}
