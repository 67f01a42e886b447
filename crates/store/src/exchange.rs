//! The isolation gateway's books, the same at both ends.

use db::{FromRow, Sql, Tx};
use kernel::{OrderId, Ts, UserId, Uuid};

use crate::{error::Result, vault::Vault, via::Via};

const PUSH: Sql =
    Sql::same("INSERT INTO exchange_record (id, kind, body_enc, batch, at) VALUES ($1, $2, $3, NULL, $4)");
const WAITING: Sql =
    Sql::same("SELECT no, id, kind, body_enc, at FROM exchange_record WHERE batch IS NULL ORDER BY no LIMIT $1");
const OF_BATCH: Sql = Sql::same("SELECT no, id, kind, body_enc, at FROM exchange_record WHERE batch = $1 ORDER BY no");
const PACK: Sql = Sql::same("UPDATE exchange_record SET batch = $2 WHERE batch IS NULL AND no <= $1");
const UNPACK: Sql = Sql::same("UPDATE exchange_record SET batch = NULL WHERE batch IS NOT NULL");
const PURGE: Sql = Sql::same("DELETE FROM exchange_record WHERE batch <= $1 AND at < $2");
const LEFT: Sql = Sql::same("SELECT COUNT(*) FROM exchange_record WHERE batch IS NULL OR batch > $1");
const OLDEST: Sql = Sql::same("SELECT MIN(batch) FROM exchange_record");
const BOOKS: Sql = Sql::same("SELECT name, value FROM exchange_state");
const STATE: Sql = Sql::same("SELECT value FROM exchange_state WHERE name = $1");
const SET: Sql = Sql::same(
    "INSERT INTO exchange_state (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
);
const ADD: Sql = Sql::same(
    "INSERT INTO exchange_state (name, value) VALUES ($1, 1)
     ON CONFLICT (name) DO UPDATE SET value = exchange_state.value + 1",
);
const STEP: Sql = Sql::same("UPDATE exchange_state SET value = $2 WHERE name = $1 AND value = $3");
const SEEN: Sql = Sql::same("INSERT INTO exchange_seen (id, at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING");
const SEEN_PURGE: Sql = Sql::same("DELETE FROM exchange_seen WHERE at < $1");
const VIEW_PUT: Sql = Sql::same(
    "INSERT INTO exchange_view (key, body_enc, at) VALUES ($1, $2, $3)
     ON CONFLICT (key) DO UPDATE SET body_enc = excluded.body_enc, at = excluded.at",
);
const VIEW_NEW: Sql =
    Sql::same("INSERT INTO exchange_view (key, body_enc, at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING");
const VIEW: Sql = Sql::same("SELECT body_enc FROM exchange_view WHERE key = $1");
const VIEWS: Sql = Sql::same("SELECT key, body_enc FROM exchange_view WHERE key LIKE $1 ORDER BY key");
const VIEW_DROP: Sql = Sql::same("DELETE FROM exchange_view WHERE key = $1");
const ACTS_PURGE: Sql = Sql::same("DELETE FROM exchange_view WHERE key LIKE 'act/%' AND at < $1");
const INDEX_PUT: Sql =
    Sql::same("INSERT INTO exchange_index (idx, key) VALUES ($1, $2) ON CONFLICT (idx, key) DO NOTHING");
const INDEX: Sql = Sql::same("SELECT key FROM exchange_index WHERE idx = $1 ORDER BY key");
const INDEX_FORGET: Sql = Sql::same("DELETE FROM exchange_index WHERE idx LIKE $1");
const INDEX_OF: Sql = Sql::same("SELECT idx FROM exchange_index WHERE key = $1 ORDER BY idx");
const CHANGED: Sql = Sql::same(
    "SELECT o.id, o.version, o.updated_at, COALESCE(t.version, -1) AS told FROM orders o
     LEFT JOIN exchange_told t ON t.order_id = o.id
     WHERE o.state <> 'draft' AND (o.updated_at > $1 OR (o.updated_at = $1 AND o.id > $2))
     ORDER BY o.updated_at, o.id LIMIT $3",
);
const TOLD: Sql = Sql::same(
    "INSERT INTO exchange_told (order_id, version) VALUES ($1, $2)
     ON CONFLICT (order_id) DO UPDATE SET version = excluded.version",
);
const FORGET_TOLD: Sql = Sql::same("DELETE FROM exchange_told");
const REFUSE: Sql = Sql::same(
    "INSERT INTO exchange_refused (id, kind, case_no, body_enc, reason, at, again) VALUES ($1, $2, $3, $4, $5, $6, FALSE)
     ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, again = FALSE",
);
const REFUSED: Sql = Sql::same(
    "SELECT id, kind, case_no, reason, at, again FROM exchange_refused WHERE done_at IS NULL ORDER BY at, id LIMIT $1",
);
const REFUSED_BODY: Sql = Sql::same("SELECT body_enc FROM exchange_refused WHERE id = $1 AND done_at IS NULL");
const REFUSED_AGAIN: Sql =
    Sql::same("UPDATE exchange_refused SET again = TRUE WHERE id = $1 AND done_at IS NULL AND kind <> 'photo'");
const REFUSED_DONE: Sql =
    Sql::same("UPDATE exchange_refused SET done_at = $2, done_by = $3 WHERE id = $1 AND done_at IS NULL");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("exchange.push", PUSH),
        ("exchange.waiting", WAITING),
        ("exchange.of_batch", OF_BATCH),
        ("exchange.pack", PACK),
        ("exchange.unpack", UNPACK),
        ("exchange.purge", PURGE),
        ("exchange.left", LEFT),
        ("exchange.oldest", OLDEST),
        ("exchange.books", BOOKS),
        ("exchange.state", STATE),
        ("exchange.set", SET),
        ("exchange.add", ADD),
        ("exchange.step", STEP),
        ("exchange.seen", SEEN),
        ("exchange.seen_purge", SEEN_PURGE),
        ("exchange.view_put", VIEW_PUT),
        ("exchange.view_new", VIEW_NEW),
        ("exchange.view", VIEW),
        ("exchange.views", VIEWS),
        ("exchange.view_drop", VIEW_DROP),
        ("exchange.acts_purge", ACTS_PURGE),
        ("exchange.index_put", INDEX_PUT),
        ("exchange.index", INDEX),
        ("exchange.index_forget", INDEX_FORGET),
        ("exchange.index_of", INDEX_OF),
        ("exchange.changed", CHANGED),
        ("exchange.told", TOLD),
        ("exchange.forget_told", FORGET_TOLD),
        ("exchange.refuse", REFUSE),
        ("exchange.refused", REFUSED),
        ("exchange.refused_body", REFUSED_BODY),
        ("exchange.refused_again", REFUSED_AGAIN),
        ("exchange.refused_done", REFUSED_DONE),
    ]
}

/// What one end knows of the exchange; 0 where nothing was noted. Times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Names this end's numbering: when it began. A later one begins anew at 1.
    pub epoch: i64,
    /// The other end's.
    pub peer: i64,
    /// Last number given out.
    pub sent: i64,
    /// Last number of ours the other end has applied.
    pub acked: i64,
    /// Last number of the other end's we have applied.
    pub applied: i64,
    /// The other end's clock when it wrote the latest file we read.
    pub life: i64,
    /// Our clock when we read it.
    pub last_in: i64,
    /// Last number the other end says it has given out.
    pub promised: i64,
    /// A number has been missing since.
    pub gap_since: i64,
    /// The gap that an alarm was raised for.
    pub gap_told: i64,
    /// When we last put out a sign of life.
    pub life_out: i64,
    /// Files refused.
    pub bad: i64,
    /// Files seen before.
    pub replayed: i64,
    /// Up to where publications were told.
    pub publications: i64,
    /// Up to where orders were told.
    pub orders: i64,
}

impl Books {
    fn note(&mut self, name: &str, value: i64) {
        let place = match name {
            "epoch" => &mut self.epoch,
            "peer" => &mut self.peer,
            "sent" => &mut self.sent,
            "acked" => &mut self.acked,
            "applied" => &mut self.applied,
            "life" => &mut self.life,
            "last_in" => &mut self.last_in,
            "promised" => &mut self.promised,
            "gap_since" => &mut self.gap_since,
            "gap_told" => &mut self.gap_told,
            "life_out" => &mut self.life_out,
            "bad" => &mut self.bad,
            "replayed" => &mut self.replayed,
            "publications" => &mut self.publications,
            "orders" => &mut self.orders,
            _ => return,
        };
        *place = value;
    }
}

pub async fn books<'a>(via: impl Into<Via<'a>>) -> Result<Books> {
    let rows: Vec<(String, i64)> = via.into().all(&BOOKS, &[]).await?;
    let mut books = Books::default();
    for (name, value) in rows {
        books.note(&name, value);
    }
    Ok(books)
}

/// A record that leaves or waits to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Place in the queue.
    pub no: i64,
    pub id: Uuid,
    pub kind: String,
    /// JSON text.
    pub body: String,
    pub at: Ts,
}

#[derive(FromRow)]
struct Row {
    no: i64,
    id: Uuid,
    kind: String,
    body_enc: Vec<u8>,
    at: Ts,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Outgoing> {
        let body = vault.open("exchange_record", self.id, "body_enc", &self.body_enc)?;
        Ok(Outgoing { no: self.no, id: self.id, kind: self.kind, body, at: self.at })
    }
}

/// Adds a record to be told across.
pub async fn push(tx: &mut Tx, vault: &Vault, id: Uuid, kind: &str, body: &str, now: Ts) -> Result<()> {
    let sealed = vault.seal("exchange_record", id, "body_enc", body);
    tx.run(&PUSH, &[&id, &kind, &sealed, &now]).await?;
    Ok(())
}

/// Records in no batch yet, oldest first.
pub async fn waiting(tx: &mut Tx, vault: &Vault, limit: i64) -> Result<Vec<Outgoing>> {
    let rows: Vec<Row> = tx.all(&WAITING, &[&limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

pub async fn of_batch<'a>(via: impl Into<Via<'a>>, vault: &Vault, batch: i64) -> Result<Vec<Outgoing>> {
    let rows: Vec<Row> = via.into().all(&OF_BATCH, &[&batch]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Puts everything waiting up to a place in the queue into a batch.
pub async fn pack(tx: &mut Tx, up_to: i64, batch: i64) -> Result<u64> {
    Ok(tx.run(&PACK, &[&up_to, &batch]).await?)
}

/// Takes everything still kept out of its batch, to be told again.
pub async fn unpack(tx: &mut Tx) -> Result<u64> {
    Ok(tx.run(&UNPACK, &[]).await?)
}

/// Forgets records of acknowledged batches made before a moment, and what was applied or done long ago.
pub async fn purge(tx: &mut Tx, acked: i64, records_before: Ts, rest_before: Ts) -> Result<()> {
    tx.run(&PURGE, &[&acked, &records_before]).await?;
    tx.run(&SEEN_PURGE, &[&rest_before]).await?;
    tx.run(&ACTS_PURGE, &[&rest_before]).await?;
    Ok(())
}

/// The number of the oldest batch still kept.
pub async fn oldest<'a>(via: impl Into<Via<'a>>) -> Result<Option<i64>> {
    let row: Option<(Option<i64>,)> = via.into().one(&OLDEST, &[]).await?;
    Ok(row.and_then(|(no,)| no))
}

/// Records the other side has not acknowledged.
pub async fn left<'a>(via: impl Into<Via<'a>>, acked: i64) -> Result<i64> {
    Ok(via.into().scalar(&LEFT, &[&acked]).await?)
}

/// A number kept under a name; 0 before it was set.
pub async fn state<'a>(via: impl Into<Via<'a>>, name: &str) -> Result<i64> {
    Ok(via.into().one::<(i64,)>(&STATE, &[&name]).await?.map_or(0, |(v,)| v))
}

pub async fn set_state(tx: &mut Tx, name: &str, value: i64) -> Result<()> {
    tx.run(&SET, &[&name, &value]).await?;
    Ok(())
}

/// From one value to the next; `false` when it is not that value any more.
pub async fn step_state(tx: &mut Tx, name: &str, from: i64, to: i64) -> Result<bool> {
    Ok(tx.run(&STEP, &[&name, &to, &from]).await? == 1)
}

/// One more.
pub async fn add_state(tx: &mut Tx, name: &str) -> Result<()> {
    tx.run(&ADD, &[&name]).await?;
    Ok(())
}

/// Notes that a record was applied; `false` when it had been before.
pub async fn first_seen(tx: &mut Tx, id: Uuid, now: Ts) -> Result<bool> {
    Ok(tx.run(&SEEN, &[&id, &now]).await? == 1)
}

/// Keeps a text under a key.
pub async fn put_view(tx: &mut Tx, vault: &Vault, key: &str, body: &str, now: Ts) -> Result<()> {
    let sealed = vault.seal("exchange_view", key, "body_enc", body);
    tx.run(&VIEW_PUT, &[&key, &sealed, &now]).await?;
    Ok(())
}

/// Keeps a text under a key that has none; `false` when there is one. Whoever comes second waits for the first to commit, which a
/// look beforehand cannot do.
pub async fn first_view(tx: &mut Tx, vault: &Vault, key: &str, body: &str, now: Ts) -> Result<bool> {
    let sealed = vault.seal("exchange_view", key, "body_enc", body);
    Ok(tx.run(&VIEW_NEW, &[&key, &sealed, &now]).await? == 1)
}

pub async fn view<'a>(via: impl Into<Via<'a>>, vault: &Vault, key: &str) -> Result<Option<String>> {
    let row: Option<(Vec<u8>,)> = via.into().one(&VIEW, &[&key]).await?;
    row.map(|(sealed,)| vault.open("exchange_view", key, "body_enc", &sealed)).transpose()
}

/// Every text kept under `kind/…`, by key.
pub async fn views<'a>(via: impl Into<Via<'a>>, vault: &Vault, kind: &str) -> Result<Vec<(String, String)>> {
    let rows: Vec<(String, Vec<u8>)> = via.into().all(&VIEWS, &[&format!("{kind}/%")]).await?;
    rows.into_iter()
        .map(|(key, sealed)| {
            let text = vault.open("exchange_view", &key, "body_enc", &sealed)?;
            Ok((key, text))
        })
        .collect()
}

/// Forgets the text under a key.
pub async fn drop_view(tx: &mut Tx, key: &str) -> Result<()> {
    tx.run(&VIEW_DROP, &[&key]).await?;
    Ok(())
}

/// Lets a key be found by an index.
pub async fn put_index(tx: &mut Tx, idx: &str, key: &str) -> Result<()> {
    tx.run(&INDEX_PUT, &[&idx, &key]).await?;
    Ok(())
}

pub async fn by_index<'a>(via: impl Into<Via<'a>>, idx: &str) -> Result<Vec<String>> {
    Ok(via.into().all::<(String,)>(&INDEX, &[&idx]).await?.into_iter().map(|(k,)| k).collect())
}

/// Forgets every index under `kind/…`.
pub async fn forget_indexes(tx: &mut Tx, kind: &str) -> Result<()> {
    tx.run(&INDEX_FORGET, &[&format!("{kind}/%")]).await?;
    Ok(())
}

pub async fn index_of<'a>(via: impl Into<Via<'a>>, key: &str) -> Result<Vec<String>> {
    Ok(via.into().all::<(String,)>(&INDEX_OF, &[&key]).await?.into_iter().map(|(k,)| k).collect())
}

/// An order that may have something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Changed {
    pub id: OrderId,
    pub version: i64,
    pub updated_at: Ts,
    /// The version last told; −1 for none.
    pub told: i64,
}

/// Orders touched after a moment and, in that moment, after an order; in order of the touch.
pub async fn changed_orders<'a>(
    via: impl Into<Via<'a>>,
    since: Ts,
    after: OrderId,
    limit: i64,
) -> Result<Vec<Changed>> {
    Ok(via.into().all(&CHANGED, &[&since, &after, &limit]).await?)
}

/// Notes the version of an order that was told.
pub async fn told(tx: &mut Tx, id: OrderId, version: i64) -> Result<()> {
    tx.run(&TOLD, &[&id, &version]).await?;
    Ok(())
}

/// The other end has lost what it was told.
pub async fn forget_told(tx: &mut Tx) -> Result<()> {
    tx.run(&FORGET_TOLD, &[]).await?;
    Ok(())
}

/// Something that came across and could not be done.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Refused {
    pub id: Uuid,
    pub kind: String,
    pub case_no: Option<String>,
    pub reason: String,
    pub at: Ts,
    /// A person wants it tried again.
    pub again: bool,
}

/// Keeps it, with the whole of what came.
pub async fn refuse(tx: &mut Tx, vault: &Vault, refused: &Refused, body: &str) -> Result<()> {
    let sealed = vault.seal("exchange_refused", refused.id, "body_enc", body);
    let Refused { id, kind, case_no, reason, at, .. } = refused;
    tx.run(&REFUSE, &[id, kind, case_no, &sealed, reason, at]).await?;
    Ok(())
}

/// What nobody has settled yet, oldest first.
pub async fn refused<'a>(via: impl Into<Via<'a>>, limit: i64) -> Result<Vec<Refused>> {
    Ok(via.into().all(&REFUSED, &[&limit]).await?)
}

pub async fn refused_body<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: Uuid) -> Result<Option<String>> {
    let row: Option<(Vec<u8>,)> = via.into().one(&REFUSED_BODY, &[&id]).await?;
    row.map(|(sealed,)| vault.open("exchange_refused", id, "body_enc", &sealed)).transpose()
}

/// Has it tried again; `false` when it is settled, or nothing that can be.
pub async fn refused_again(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(tx.run(&REFUSED_AGAIN, &[&id]).await? == 1)
}

/// It is settled, by a person or by having been tried again; `false` when it was before.
pub async fn refused_done(tx: &mut Tx, id: Uuid, by: Option<UserId>, now: Ts) -> Result<bool> {
    Ok(tx.run(&REFUSED_DONE, &[&id, &now, &by]).await? == 1)
}
