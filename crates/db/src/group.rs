//! Group commit on SQLite.
//!
//! SQLite has one writer, and with `synchronous=FULL` a transaction costs one fsync. When several transactions are
//! ready together they share one: the first opens `BEGIN IMMEDIATE`, the following ones are savepoints inside it,
//! and nobody is told "committed" before the shared `COMMIT` has returned.
//!
//! The connection sits behind a fair lock. When the first member of a group is done it releases the lock and queues
//! for it again, behind everyone who is waiting at that moment; when its turn comes it commits for all. So a group is
//! "whoever was waiting", a lone writer never waits, and `Group` only bounds the extremes.
//!
//! Cancellation. A future may be dropped at any await, so every step whose half-way state would matter (COMMIT,
//! rolling back, opening) runs in a task of its own that owns the lock. `Slot::dirty` is true whenever the connection
//! holds unfinished work; whoever drops the lock with it set leaves the clean-up to a task, and the next holder looks
//! again. A member that reads another member's rows must commit before it answers from them: the commit then covers
//! both.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::{Mutex, OwnedMutexGuard, watch};

use crate::error::{DbError, Result};
use crate::open::{Group, OpenOptions};

type Outcome = Result<(), Arc<sqlx::Error>>;

/// The single SQLite write connection and its queue.
pub struct Writer {
    slot: Arc<Mutex<Slot>>,
    bounds: Group,
    acquire_timeout: Duration,
}

struct Slot {
    conn: Option<SqliteConnection>,
    options: SqliteConnectOptions,
    batch: Option<Batch>,
    batches: u64,
    dirty: bool,
    closed: bool,
}

struct Batch {
    id: u64,
    /// Transactions whose work is released into the open BEGIN and waits for its COMMIT.
    members: usize,
    opened: Instant,
    done: watch::Sender<Option<Outcome>>,
}

/// Opens a connection, outlasting another process that is just switching the same new file to WAL.
pub(crate) async fn connect(options: &SqliteConnectOptions) -> Result<SqliteConnection> {
    let mut pause = Duration::from_millis(10);
    loop {
        match options.connect().await.map_err(DbError::from) {
            Err(e) if e.is_retryable() && pause < Duration::from_secs(2) => {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            other => return other,
        }
    }
}

impl Writer {
    pub(crate) fn new(conn: SqliteConnection, options: SqliteConnectOptions, opts: &OpenOptions) -> Arc<Self> {
        let slot = Slot { conn: Some(conn), options, batch: None, batches: 0, dirty: false, closed: false };
        Arc::new(Writer { slot: Arc::new(Mutex::new(slot)), bounds: opts.group, acquire_timeout: opts.acquire_timeout })
    }

    /// Waits for the writer and opens a transaction on it.
    pub(crate) async fn begin(self: &Arc<Self>) -> Result<Member> {
        let wait = tokio::time::timeout(self.acquire_timeout, Held::lock(&self.slot));
        let held = wait.await.map_err(|_| DbError::Busy)?;
        let (held, inside) = task(held.open()).await??;
        Ok(Member { held, inside, bounds: self.bounds })
    }

    /// Waits for the current holder, then closes the connection. Later calls of `begin` fail.
    pub(crate) async fn close(&self) {
        let mut held = Held::lock(&self.slot).await;
        held.settle().await;
        let slot = held.slot();
        // Members of an open group have been promised nothing yet, but their COMMIT is due and cheap.
        if slot.batch.is_some() {
            slot.commit().await.ok();
        }
        slot.closed = true;
        if let Some(conn) = slot.conn.take() {
            conn.close().await.ok();
        }
    }
}

async fn task<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    tokio::spawn(work).await.map_err(|_| DbError::Closed)
}

/// The lock on the connection. Dropping it with unfinished work inside starts the clean-up.
struct Held(Option<OwnedMutexGuard<Slot>>);

impl Held {
    async fn lock(slot: &Arc<Mutex<Slot>>) -> Self {
        Held(Some(Arc::clone(slot).lock_owned().await))
    }

    fn slot(&mut self) -> &mut Slot {
        self.0.as_mut().expect("the guard leaves only in drop")
    }

    async fn settle(&mut self) {
        let slot = self.slot();
        if slot.dirty {
            slot.settle().await;
        }
    }

    /// Opens a savepoint in the open group, or a new group. True: a savepoint.
    async fn open(mut self) -> Result<(Self, bool)> {
        self.settle().await;
        let slot = self.slot();
        if slot.closed {
            return Err(DbError::Closed);
        }
        if slot.conn.is_none() {
            slot.conn = Some(connect(&slot.options).await?);
        }
        slot.dirty = true;
        if slot.batch.is_some() {
            if let Err(e) = slot.exec("SAVEPOINT t").await {
                slot.settle().await;
                return Err(e.into());
            }
            return Ok((self, true));
        }
        if let Err(e) = slot.exec("BEGIN IMMEDIATE").await {
            slot.settle().await;
            return Err(e.into());
        }
        slot.batches += 1;
        let done = watch::Sender::new(None);
        slot.batch = Some(Batch { id: slot.batches, members: 0, opened: Instant::now(), done });
        Ok((self, false))
    }

    /// Releases this member's work into the group and waits until the group is on disk.
    async fn finish(mut self, inside: bool, bounds: Group) -> Result<()> {
        let slot = self.slot();
        if inside && let Err(e) = slot.exec("RELEASE t").await {
            slot.settle().await;
            return Err(DbError::Commit(Arc::new(e)));
        }
        slot.dirty = false;
        let batch = slot.batch.as_mut().expect("an open member has a group");
        batch.members += 1;
        let (id, mut done) = (batch.id, batch.done.subscribe());
        let leads = batch.members == 1;
        if batch.members >= bounds.max_txs || batch.opened.elapsed() >= bounds.max_age {
            return slot.commit().await.map_err(DbError::Commit);
        }
        let queue = Arc::clone(OwnedMutexGuard::mutex(self.0.as_ref().expect("the guard leaves only in drop")));
        drop(self);
        if leads {
            let turn = tokio::select! {
                biased;
                _ = done.wait_for(Option::is_some) => None,
                held = Held::lock(&queue) => Some(held),
            };
            if let Some(mut held) = turn {
                held.settle().await;
                if held.slot().batch.as_ref().is_some_and(|b| b.id == id) {
                    held.slot().commit().await.ok();
                }
            }
        }
        match done.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone().map_err(DbError::Commit),
            _ => Err(DbError::Closed),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut guard) = self.0.take() else { return };
        if guard.dirty
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move { guard.settle().await });
        }
    }
}

impl Slot {
    async fn exec(&mut self, sql: &'static str) -> sqlx::Result<()> {
        let conn = self.conn.as_mut().ok_or(sqlx::Error::WorkerCrashed)?;
        sqlx::query(sql).execute(conn).await.map(|_| ())
    }

    /// COMMIT for every member, and tell them.
    async fn commit(&mut self) -> Outcome {
        let outcome = self.exec("COMMIT").await.map_err(Arc::new);
        if outcome.is_err() {
            self.abandon().await;
        }
        if let Some(batch) = self.batch.take() {
            batch.done.send_replace(Some(outcome.clone()));
        }
        outcome
    }

    /// Undoes the unfinished work of the last holder and keeps the finished members of the group.
    async fn settle(&mut self) {
        match self.batch.as_ref().map(|b| b.members) {
            None | Some(0) => {
                self.abandon().await;
                self.batch = None;
            }
            Some(_) => {
                let undone = match self.exec("ROLLBACK TO t").await {
                    Ok(()) => self.exec("RELEASE t").await,
                    Err(e) => Err(e),
                };
                // Without its savepoint the transaction itself may be gone: SQLite rolls everything back by itself on
                // a full disk or an I/O error. A BEGIN that succeeds proves it.
                if let Err(cause) = undone
                    && self.exec("BEGIN").await.is_ok()
                {
                    self.lose(cause).await;
                }
            }
        }
        self.dirty = false;
    }

    async fn lose(&mut self, cause: sqlx::Error) {
        tracing::error!(error = %cause, "SQLite rolled back a group of transactions; none of them is acknowledged");
        self.abandon().await;
        if let Some(batch) = self.batch.take() {
            batch.done.send_replace(Some(Err(Arc::new(cause))));
        }
    }

    /// Leaves the connection outside any transaction; one that cannot be brought there is replaced.
    async fn abandon(&mut self) {
        if self.exec("ROLLBACK").await.is_err() {
            // Normal when SQLite already rolled back. If this BEGIN fails the connection is stuck.
            let clean = self.exec("BEGIN").await.is_ok() && self.exec("ROLLBACK").await.is_ok();
            if !clean {
                self.conn = None;
            }
        }
    }
}

/// One transaction on the writer: holds the connection until it ends.
pub(crate) struct Member {
    held: Held,
    inside: bool,
    bounds: Group,
}

impl Member {
    pub(crate) fn conn(&mut self) -> Result<&mut SqliteConnection> {
        self.held.slot().conn.as_mut().ok_or(DbError::Closed)
    }

    /// Once polled, runs to its end even when the caller goes away.
    pub(crate) async fn commit(self) -> Result<()> {
        task(self.held.finish(self.inside, self.bounds)).await?
    }

    /// Once polled, runs to its end even when the caller goes away.
    pub(crate) async fn rollback(self) -> Result<()> {
        let mut held = self.held;
        task(async move { held.settle().await }).await
    }
}
