//! One round of the ferry, the same at both ends: take in what came, strike out what was acknowledged, put out what waits.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use citizen::Lamp;
use db::Tx;
use futures::future::BoxFuture;
use kernel::{Mint, Ts, Uuid};
use serde_json::Value;
use store::Store;
use store::exchange::Books;

use crate::batch::{Bad, Batch, Keys, Record, Side};
use crate::files::{self, Folders};
use crate::{Error, Result};

/// What a side does with a record; in the transaction that books the batch.
pub trait Apply: Send + Sync {
    /// `attempt` counts from 0: a refused record is offered again until [`Apply::set_aside`] takes it off the way.
    fn apply<'a>(&'a self, tx: &'a mut Tx, record: &'a Record, attempt: u32) -> BoxFuture<'a, Result<()>>;
    /// Keeps a record that the rules refuse for a person to look at, so that it holds nothing else up.
    fn set_aside<'a>(&'a self, tx: &'a mut Tx, record: &'a Record, reason: &'a str) -> BoxFuture<'a, Result<()>>;
    /// Things this side has to tell, found out now; before anything is packed.
    fn gather(&self) -> BoxFuture<'_, Result<()>>;
    /// The other side has lost everything it was told.
    fn forgotten<'a>(&'a self, tx: &'a mut Tx) -> BoxFuture<'a, Result<()>>;
    /// A batch has been missing for long.
    fn alarm(&self, missing: i64) -> BoxFuture<'_, Result<()>>;
}

/// One end of the exchange.
pub struct Ferry<'a> {
    pub side: Side,
    pub keys: &'a Keys,
    pub folders: &'a Folders,
    pub store: &'a Store,
    pub mint: &'a dyn Mint,
    pub apply: &'a dyn Apply,
    pub memory: &'a Memory,
    pub now: Ts,
}

/// What one process remembers between two rounds.
#[derive(Debug, Default)]
pub struct Memory {
    /// When each unacknowledged file was last put out; a new process puts them out at once.
    out: Mutex<BTreeMap<i64, Ts>>,
    /// The record at which the last rounds broke, and how many they were.
    stuck: Mutex<Option<(Uuid, u32)>>,
}

impl Memory {
    fn out(&self) -> MutexGuard<'_, BTreeMap<i64, Ts>> {
        self.out.lock().expect("no one panics holding it")
    }

    /// One more round that broke at a record; how many in a row.
    fn broke_at(&self, id: Uuid) -> u32 {
        let mut stuck = self.stuck.lock().expect("no one panics holding it");
        let n = stuck.filter(|(at, _)| *at == id).map_or(1, |(_, n)| n + 1);
        *stuck = Some((id, n));
        n
    }
}

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    pub applied: usize,
    /// Files that were no batches for us.
    pub bad: usize,
    /// Files seen before.
    pub replayed: usize,
    pub written: usize,
    pub gap: bool,
}

/// Records in one file at most, and their text, bytes: photos are large.
const RECORDS: i64 = 100;
const BATCH_BYTES: usize = 8 << 20;
/// Files under way at once: a link that was down for hours is not flooded.
const WINDOW: usize = 200;
/// An unacknowledged file that is gone from the outbox is put out again after this long, milliseconds.
const AGAIN_MS: i64 = 15_000;
/// Between two signs of life when there is nothing to tell, milliseconds.
const LIFE_MS: i64 = 2_000;
/// Acknowledged records are kept for a side that comes back from a backup, days.
const KEPT_D: i64 = 3;
/// Applied records are remembered, days; longer than any is kept.
const SEEN_D: i64 = 30;
/// A refused record is offered so often before it is set aside.
const ATTEMPTS: u32 = 2;

/// A record at which so many rounds broke, though the database works, is set aside too.
const BROKEN: u32 = 30;

/// Which records of a batch were refused, how often and why.
type Refusals = BTreeMap<Uuid, (u32, String)>;

impl Ferry<'_> {
    /// One round.
    ///
    /// # Errors
    /// When the database or a folder cannot be used; nothing is lost by that.
    pub async fn round(&self) -> Result<Round> {
        let mut round = Round::default();
        self.begin().await?;
        self.take_in(&mut round).await?;
        self.apply.gather().await?;
        self.pack().await?;
        self.put_out(&mut round).await?;
        Ok(round)
    }

    /// The first round names this end's numbering.
    async fn begin(&self) -> Result<()> {
        if store::exchange::books(&self.store.db).await?.epoch != 0 {
            return Ok(());
        }
        db::with_retry!(self.store.db, async |tx| {
            store::exchange::set_state(tx, "epoch", self.now.0).await?;
            Ok::<(), Error>(store::exchange::set_state(tx, "applied", 0).await?)
        })
    }

    async fn take_in(&self, round: &mut Round) -> Result<()> {
        let mut ahead = false;
        for path in files::incoming(&self.folders.inbox, self.side.other())? {
            let read = match files::read(&path) {
                Ok(Some(bytes)) => self.keys.read(&bytes, self.side),
                Ok(None) => Err(Bad::TooLong),
                // Carried away or replaced at this moment.
                Err(_) => continue,
            };
            match read {
                Err(bad) => {
                    tracing::error!(file = %path.display(), ?bad, "a file of the exchange was refused");
                    files::set_aside(&path)?;
                    self.count("bad").await?;
                    round.bad += 1;
                }
                Ok(batch) => ahead |= self.take(&batch, &path, round).await?,
            }
        }
        self.watch_gap(ahead, round).await
    }

    /// Takes one batch; `true` when it came too early.
    async fn take(&self, batch: &Batch, path: &Path, round: &mut Round) -> Result<bool> {
        let mut books = store::exchange::books(&self.store.db).await?;
        if batch.epoch > books.peer {
            self.meet(batch, &books).await?;
            books = store::exchange::books(&self.store.db).await?;
        }
        let old = batch.epoch < books.peer || (batch.seq > 0 && batch.seq <= books.applied);
        if !old && batch.seq > books.applied + 1 {
            return Ok(true);
        }
        if !old && batch.seq > 0 {
            self.apply_all(batch, &books).await?;
            round.applied += 1;
        } else if batch.seq > 0 {
            self.count("replayed").await?;
            round.replayed += 1;
        }
        self.note(batch).await?;
        files::remove(path)?;
        Ok(false)
    }

    /// A numbering not met before: the other side has begun anew. If it knows nothing of what it had acknowledged, so
    /// must we: everything kept is told again.
    async fn meet(&self, batch: &Batch, books: &Books) -> Result<()> {
        let forgotten = books.acked > 0 && (batch.peer != books.epoch || batch.ack == 0);
        if books.peer != 0 {
            tracing::warn!(forgotten, "the other side of the exchange numbers anew");
        }
        db::with_retry!(self.store.db, async |tx| {
            for (name, value) in [("peer", batch.epoch), ("applied", 0), ("promised", 0), ("life", 0), ("gap_since", 0)]
            {
                store::exchange::set_state(tx, name, value).await?;
            }
            if forgotten { self.number_anew(tx, books).await } else { Ok::<(), Error>(()) }
        })
    }

    /// Begins a later numbering of our own, with everything that is still kept.
    async fn number_anew(&self, tx: &mut Tx, books: &Books) -> Result<()> {
        for (name, value) in [("epoch", self.now.0.max(books.epoch + 1)), ("sent", 0), ("acked", 0), ("life_out", 0)] {
            store::exchange::set_state(tx, name, value).await?;
        }
        store::exchange::unpack(tx).await?;
        self.memory.out().clear();
        self.apply.forgotten(tx).await
    }

    /// All records of the next batch in one transaction. A record the rules refuse is offered again, then set aside:
    /// it must not stop what comes behind it.
    async fn apply_all(&self, batch: &Batch, books: &Books) -> Result<()> {
        let mut refusals = Refusals::new();
        loop {
            let mut failed: Option<Uuid> = None;
            let done = db::with_retry!(self.store.db, async |tx| {
                failed = None;
                if !store::exchange::step_state(tx, "applied", books.applied, batch.seq).await? {
                    return Err(Error::Broken("another process takes part in the exchange".to_owned()));
                }
                for record in &batch.records {
                    if !store::exchange::first_seen(tx, record.id, self.now).await? {
                        continue;
                    }
                    failed = Some(record.id);
                    match refusals.get(&record.id) {
                        Some((ATTEMPTS.., reason)) => self.apply.set_aside(tx, record, reason).await?,
                        other => self.apply.apply(tx, record, other.map_or(0, |(n, _)| *n)).await?,
                    }
                }
                Ok::<(), Error>(())
            });
            match (done, failed) {
                (Err(e), Some(id)) if e.is_refusal() || self.memory.broke_at(id) >= BROKEN => {
                    let (n, reason) = refusals.entry(id).or_default();
                    *n = if e.is_refusal() { *n + 1 } else { *n + ATTEMPTS };
                    *reason = e.reason();
                    if *n > ATTEMPTS * 2 {
                        return Err(e);
                    }
                }
                (done, _) => return done,
            }
        }
    }

    /// What any batch tells beside its records. Only the latest word counts.
    async fn note(&self, batch: &Batch) -> Result<()> {
        db::with_retry!(self.store.db, async |tx| {
            let books = store::exchange::books(&mut *tx).await?;
            if batch.epoch != books.peer || batch.at.0 <= books.life {
                return Ok(());
            }
            for (name, value) in [("life", batch.at.0), ("last_in", self.now.0), ("promised", batch.sent)] {
                store::exchange::set_state(tx, name, value).await?;
            }
            if batch.peer != books.epoch {
                return Ok(());
            }
            if batch.ack > books.sent {
                // It has had more of us than we remember: we are the ones who came back from a backup.
                tracing::warn!("this side of the exchange has lost numbers it gave out, and numbers anew");
                return self.number_anew(tx, &books).await;
            }
            if batch.ack < books.acked && store::exchange::oldest(&mut *tx).await?.is_none_or(|no| no > batch.ack + 1) {
                // It came back from a backup older than anything kept here.
                return self.number_anew(tx, &books).await;
            }
            // Less than before: it came back from a backup, and is told again.
            Ok::<(), Error>(store::exchange::set_state(tx, "acked", batch.ack).await?)
        })
    }

    /// A number is missing while later ones, or the word of the other side, say that it was given out.
    async fn watch_gap(&self, ahead: bool, round: &mut Round) -> Result<()> {
        let books = store::exchange::books(&self.store.db).await?;
        round.gap = ahead || books.promised > books.applied;
        if round.gap && books.gap_since == 0 {
            self.set("gap_since", self.now.0).await?;
        } else if !round.gap && books.gap_since != 0 {
            self.set("gap_since", 0).await?;
        } else if round.gap && books.gap_told != books.gap_since && self.now.0 - books.gap_since > citizen::GAP_MS {
            tracing::error!(missing = books.applied + 1, "a batch of the exchange is missing");
            self.apply.alarm(books.applied + 1).await?;
            self.set("gap_told", books.gap_since).await?;
        }
        Ok(())
    }

    async fn set(&self, name: &str, value: i64) -> Result<()> {
        db::with_retry!(self.store.db, async |tx| {
            Ok::<(), Error>(store::exchange::set_state(tx, name, value).await?)
        })
    }

    async fn count(&self, name: &str) -> Result<()> {
        db::with_retry!(self.store.db, async |tx| { Ok::<(), Error>(store::exchange::add_state(tx, name).await?) })
    }

    /// Gives waiting records their batch.
    async fn pack(&self) -> Result<()> {
        loop {
            let packed = db::with_retry!(self.store.db, async |tx| {
                let waiting = store::exchange::waiting(tx, &self.store.vault, RECORDS).await?;
                let mut size = 0;
                let fits = waiting.iter().take_while(|r| {
                    size += r.body.len();
                    size <= BATCH_BYTES
                });
                let Some(last) = fits.last().or(waiting.first()) else { return Ok(false) };
                let seq = store::exchange::state(&mut *tx, "sent").await? + 1;
                store::exchange::pack(tx, last.no, seq).await?;
                store::exchange::set_state(tx, "sent", seq).await?;
                Ok::<bool, Error>(true)
            })?;
            if !packed {
                return Ok(());
            }
        }
    }

    /// Puts out what is not acknowledged and not there, and a sign of life; clears what is acknowledged away.
    async fn put_out(&self, round: &mut Round) -> Result<()> {
        let books = store::exchange::books(&self.store.db).await?;
        files::clear(&self.folders.outbox, self.side, books.epoch, books.acked)?;
        for seq in (books.acked + 1..=books.sent).take(WINDOW) {
            let path = self.folders.outbox.join(files::name(self.side, books.epoch, seq));
            let last = self.memory.out().get(&seq).copied();
            if last.is_some_and(|at| self.now.0 - at.0 < AGAIN_MS) || (last.is_some() && path.exists()) {
                continue;
            }
            let records = store::exchange::of_batch(&self.store.db, &self.store.vault, seq).await?;
            let records: Vec<Record> = records
                .into_iter()
                .map(|r| Ok(Record { id: r.id, kind: r.kind, body: serde_json::from_str::<Value>(&r.body)?, at: r.at }))
                .collect::<Result<_>>()?;
            self.write(&path, &self.batch(&books, seq, records))?;
            self.memory.out().insert(seq, self.now);
            round.written += 1;
        }
        self.memory.out().retain(|seq, _| *seq > books.acked);
        let path = self.folders.outbox.join(files::name(self.side, books.epoch, 0));
        if self.now.0 - books.life_out >= LIFE_MS || !path.exists() {
            self.write(&path, &self.batch(&books, 0, Vec::new()))?;
            self.set("life_out", self.now.0).await?;
        }
        Ok(())
    }

    fn batch(&self, books: &Books, seq: i64, records: Vec<Record>) -> Batch {
        Batch {
            from: self.side,
            seq,
            epoch: books.epoch,
            peer: books.peer,
            ack: books.applied,
            sent: books.sent,
            at: self.now,
            records,
        }
    }

    fn write(&self, path: &Path, batch: &Batch) -> Result<()> {
        files::write(path, &self.keys.write(batch), self.mint)
    }

    /// Forgets what nobody can need any more; now and then.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn purge(&self) -> Result<()> {
        let acked = store::exchange::state(&self.store.db, "acked").await?;
        db::with_retry!(self.store.db, async |tx| {
            let (records, rest) = (self.now.plus_days(-KEPT_D), self.now.plus_days(-SEEN_D));
            Ok::<(), Error>(store::exchange::purge(tx, acked, records, rest).await?)
        })
    }
}

/// How the exchange stands, for both sides' pages.
///
/// # Errors
/// When the database cannot be read.
pub async fn lamp(store: &Store, now: Ts) -> Result<Lamp> {
    let books = store::exchange::books(&store.db).await?;
    let waiting = store::exchange::left(&store.db, books.acked).await?;
    let some = |at: i64| (at != 0).then_some(Ts(at));
    Ok(Lamp::of(now, some(books.last_in), some(books.gap_since), waiting))
}
