//! Background jobs (后台任务): at least once, back-off 2ⁿ minutes, dead after twelve attempts.

use db::{Json, Sql, Tx};
use kernel::{JobId, Ts};
use serde_json::Value;
use sqlx::FromRow;

use crate::{error::Result, via::Via};

/// Attempts after which a job is dead and waits for an operator.
pub const MAX_ATTEMPTS: i64 = 12;

const ENQUEUE: Sql = Sql::same(
    "INSERT INTO job (id, kind, payload, run_at, attempt, locked_until, dedup, dead, last_error, created_at)
     VALUES ($1, $2, $3, $4, 0, 0, $5, FALSE, NULL, $6) ON CONFLICT DO NOTHING",
);
const CLAIM: Sql = Sql::split(
    "UPDATE job SET attempt = attempt + 1, locked_until = $2 WHERE id IN (
        SELECT id FROM job WHERE NOT dead AND run_at <= $1 AND locked_until <= $1 ORDER BY run_at LIMIT $3)
     RETURNING id, kind, payload, run_at, attempt, dedup, last_error",
    "UPDATE job SET attempt = attempt + 1, locked_until = $2 WHERE id IN (
        SELECT id FROM job WHERE NOT dead AND run_at <= $1 AND locked_until <= $1 ORDER BY run_at LIMIT $3
        FOR UPDATE SKIP LOCKED)
     RETURNING id, kind, payload, run_at, attempt, dedup, last_error",
);
const FINISH: Sql = Sql::same("DELETE FROM job WHERE id = $1 AND attempt = $2");
const RETRY: Sql = Sql::same(
    "UPDATE job SET run_at = $3, locked_until = 0, last_error = $4, dead = $5 WHERE id = $1 AND attempt = $2",
);
const REVIVE: Sql = Sql::same(
    "UPDATE job SET dead = FALSE, attempt = 0, run_at = $2, locked_until = 0 WHERE id = $1 AND dead
       AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = job.kind AND j.dedup = job.dedup AND NOT j.dead)",
);
const LIST_DEAD: Sql = Sql::same(
    "SELECT id, kind, payload, run_at, attempt, dedup, last_error FROM job WHERE dead ORDER BY created_at DESC LIMIT $1",
);
const LIST_ALL: Sql = Sql::same(
    "SELECT id, kind, payload, run_at, attempt, dedup, last_error, dead, locked_until FROM job
     ORDER BY dead DESC, run_at LIMIT $1",
);
const COUNT: Sql = Sql::same(
    "SELECT COUNT(*) FILTER (WHERE NOT dead AND run_at <= $1), COUNT(*) FILTER (WHERE NOT dead AND run_at > $1),
            COUNT(*) FILTER (WHERE dead) FROM job",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("job.enqueue", ENQUEUE),
        ("job.claim", CLAIM),
        ("job.finish", FINISH),
        ("job.retry", RETRY),
        ("job.revive", REVIVE),
        ("job.list_dead", LIST_DEAD),
        ("job.list_all", LIST_ALL),
        ("job.count", COUNT),
    ]
}

/// Work to do.
#[derive(Clone, Debug, PartialEq)]
pub struct NewJob {
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    pub run_at: Ts,
    /// At most one living job of a kind has this key.
    pub dedup: Option<String>,
    pub created_at: Ts,
}

/// A claimed or dead job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub id: JobId,
    pub kind: String,
    pub payload: Value,
    pub run_at: Ts,
    /// This attempt, from 1.
    pub attempt: i64,
    pub dedup: Option<String>,
    pub last_error: Option<String>,
}

#[derive(FromRow)]
struct JobRow {
    id: JobId,
    kind: String,
    payload: Json<Value>,
    run_at: Ts,
    attempt: i64,
    dedup: Option<String>,
    last_error: Option<String>,
}

impl From<JobRow> for Job {
    fn from(r: JobRow) -> Self {
        let JobRow { id, kind, payload, run_at, attempt, dedup, last_error } = r;
        Job { id, kind, payload: payload.0, run_at, attempt, dedup, last_error }
    }
}

/// Adds a job; `false` when a living one with the same key is there already.
pub async fn enqueue(tx: &mut Tx, job: &NewJob) -> Result<bool> {
    let payload = Json(job.payload.clone());
    let done = tx.run(&ENQUEUE, &[&job.id, &job.kind, &payload, &job.run_at, &job.dedup, &job.created_at]).await?;
    Ok(done == 1)
}

/// Takes due jobs and hides them until `locked_until`; nobody else gets them before. Commit before working.
pub async fn claim(tx: &mut Tx, now: Ts, locked_until: Ts, limit: u32) -> Result<Vec<Job>> {
    let mut jobs: Vec<Job> =
        tx.all::<JobRow>(&CLAIM, &[&now, &locked_until, &i64::from(limit)]).await?.into_iter().map(Job::from).collect();
    jobs.sort_by_key(|j| (j.run_at, j.id));
    Ok(jobs)
}

/// The work is done. `false` when the lock ran out and another attempt began.
pub async fn finish(tx: &mut Tx, job: &Job) -> Result<bool> {
    Ok(tx.run(&FINISH, &[&job.id, &job.attempt]).await? == 1)
}

/// The attempt failed: again in 2ⁿ minutes, or dead after [`MAX_ATTEMPTS`].
pub async fn fail(tx: &mut Tx, job: &Job, error: &str, now: Ts) -> Result<bool> {
    let dead = job.attempt >= MAX_ATTEMPTS;
    let again = now.plus_minutes(1i64 << job.attempt.clamp(0, MAX_ATTEMPTS));
    Ok(tx.run(&RETRY, &[&job.id, &job.attempt, &again, &error, &dead]).await? == 1)
}

/// Gives a dead job a new life from `run_at`; `false` when it is not dead, or a living one has its key.
pub async fn revive(tx: &mut Tx, id: JobId, run_at: Ts) -> Result<bool> {
    Ok(tx.run(&REVIVE, &[&id, &run_at]).await? == 1)
}

/// Dead jobs, newest first.
pub async fn list_dead<'a>(via: impl Into<Via<'a>>, limit: u32) -> Result<Vec<Job>> {
    Ok(via.into().all::<JobRow>(&LIST_DEAD, &[&i64::from(limit)]).await?.into_iter().map(Job::from).collect())
}

/// A job as the administrator's list shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedJob {
    pub job: Job,
    pub dead: bool,
    /// Somebody works on it until then; in the past when nobody does.
    pub locked_until: Ts,
}

#[derive(FromRow)]
struct ListedRow {
    #[sqlx(flatten)]
    job: JobRow,
    dead: bool,
    locked_until: Ts,
}

/// Every job, the dead ones first, then by when they run.
pub async fn list_jobs<'a>(via: impl Into<Via<'a>>, limit: u32) -> Result<Vec<ListedJob>> {
    let rows = via.into().all::<ListedRow>(&LIST_ALL, &[&i64::from(limit)]).await?;
    Ok(rows.into_iter().map(|r| ListedJob { job: r.job.into(), dead: r.dead, locked_until: r.locked_until }).collect())
}

/// How many jobs are ready, planned and dead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    pub ready: i64,
    pub planned: i64,
    pub dead: i64,
}

/// The state of the queue.
pub async fn count<'a>(via: impl Into<Via<'a>>, now: Ts) -> Result<JobCounts> {
    let (ready, planned, dead) = via.into().one(&COUNT, &[&now]).await?.unwrap_or_default();
    Ok(JobCounts { ready, planned, dead })
}
