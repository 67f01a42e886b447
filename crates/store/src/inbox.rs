//! 待登记: pieces that came in, their files, how far each adapter has read.

use db::{FromRow, Sql, Tx};
use domain::attachment::{FileClass, Scan};
use domain::inbox::{Adapter, Claim, DiscardReason, ItemState, Record};
use kernel::{OrderId, Ts, UserId, Uuid};

use crate::{
    error::Result,
    row::{At, to_json},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "inbox_item";
const FILES: &str = "inbox_file";

const INSERT: Sql = Sql::same(
    "INSERT INTO inbox_item (id, adapter, external_id, place, record_enc, written_at, at, state, about)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (adapter, external_id) DO NOTHING",
);
const LOAD: Sql = Sql::same("SELECT * FROM inbox_item WHERE id = $1");
const LOAD_FOR_CHANGE: Sql =
    Sql::split("SELECT * FROM inbox_item WHERE id = $1", "SELECT * FROM inbox_item WHERE id = $1 FOR UPDATE");
const KNOWN: Sql = Sql::same("SELECT COUNT(*) FROM inbox_item WHERE adapter = $1 AND external_id = $2");
const WAITING: Sql = Sql::same(
    "SELECT i.*, (SELECT COUNT(*) FROM inbox_file f WHERE f.item_id = i.id) AS files FROM inbox_item i
     WHERE i.state = $1 AND (i.at > $2 OR (i.at = $2 AND i.id > $3)) AND ($4 = '' OR i.adapter = $4)
       AND (NOT $5 OR (i.claimed_by = $6 AND i.claimed_until > $7)) ORDER BY i.at, i.id LIMIT $8",
);
const DONE: Sql = Sql::same(
    "SELECT i.*, (SELECT COUNT(*) FROM inbox_file f WHERE f.item_id = i.id) AS files FROM inbox_item i
     WHERE i.state = $1 AND (i.at < $2 OR (i.at = $2 AND i.id < $3)) AND ($4 = '' OR i.adapter = $4)
       AND (NOT $5 OR i.done_by = $6) ORDER BY i.at DESC, i.id DESC LIMIT $7",
);
const HELD: Sql =
    Sql::same("SELECT COUNT(*) FROM inbox_item WHERE state = 'waiting' AND claimed_by = $1 AND claimed_until > $2");
const CLAIM: Sql = Sql::same("UPDATE inbox_item SET claimed_by = $2, claimed_until = $3 WHERE id = $1");
const SETTLE: Sql = Sql::same(
    "UPDATE inbox_item SET state = $2, reason = $3, note = $4, order_id = $5, done_by = $6, done_at = $7,
        claimed_by = NULL, claimed_until = NULL WHERE id = $1 AND state = 'waiting'",
);
const REOPEN: Sql = Sql::same(
    "UPDATE inbox_item SET state = 'waiting', reason = NULL, note = NULL, done_by = NULL, done_at = NULL
     WHERE id = $1 AND state = 'discarded' AND blanked_at IS NULL",
);
const PAST: Sql = Sql::same(
    "SELECT * FROM inbox_item WHERE done_at IS NOT NULL AND done_at < $1 AND blanked_at IS NULL ORDER BY done_at, id LIMIT $2",
);
const BLANK: Sql = Sql::same(
    "UPDATE inbox_item SET record_enc = $2, place = '', blanked_at = $3
     WHERE id = $1 AND state <> 'waiting' AND done_at < $4 AND blanked_at IS NULL",
);
const OF_ORDER: Sql = Sql::same("SELECT * FROM inbox_item WHERE order_id = $1 ORDER BY at, id");
const BACKLOG: Sql = Sql::same(
    "SELECT adapter, COUNT(*), MIN(at) FROM inbox_item WHERE state = 'waiting' GROUP BY adapter ORDER BY adapter",
);
const WAITING_WITH_KEY: Sql =
    Sql::same("SELECT COUNT(*) FROM inbox_item WHERE state = 'waiting' AND adapter = $1 AND external_id LIKE $2");
const INSERT_FILE: Sql = Sql::same(
    "INSERT INTO inbox_file (item_id, no, name_enc, class, mime, size, digest, sha256, thumb, scan, refusal)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
);
const DELETE_FILES: Sql = Sql::same("DELETE FROM inbox_file WHERE item_id = $1");
const FILES_OF: Sql = Sql::same("SELECT * FROM inbox_file WHERE item_id = $1 ORDER BY no");
const POSITION: Sql = Sql::same("SELECT position FROM inbox_line WHERE adapter = $1");
const SET_POSITION: Sql = Sql::same(
    "INSERT INTO inbox_line (adapter, position, good, error, at, since, success_at)
     VALUES ($1, $2, TRUE, NULL, $3, $3, $3)
     ON CONFLICT (adapter) DO UPDATE SET position = excluded.position, success_at = excluded.success_at",
);
const SET_LINE: Sql = Sql::same(
    "INSERT INTO inbox_line (adapter, position, good, error, at, since, success_at)
     VALUES ($1, NULL, $2, $3, $4, $4, $5)
     ON CONFLICT (adapter) DO UPDATE SET good = excluded.good, error = excluded.error, at = excluded.at,
        since = CASE WHEN inbox_line.good = excluded.good THEN inbox_line.since ELSE excluded.since END,
        success_at = COALESCE(excluded.success_at, inbox_line.success_at)",
);
const LINES: Sql = Sql::same("SELECT adapter, good, error, at, since, success_at FROM inbox_line ORDER BY adapter");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("inbox_item.insert", INSERT),
        ("inbox_item.load", LOAD),
        ("inbox_item.load_for_change", LOAD_FOR_CHANGE),
        ("inbox_item.known", KNOWN),
        ("inbox_item.waiting", WAITING),
        ("inbox_item.done", DONE),
        ("inbox_item.held", HELD),
        ("inbox_item.claim", CLAIM),
        ("inbox_item.settle", SETTLE),
        ("inbox_item.reopen", REOPEN),
        ("inbox_item.past", PAST),
        ("inbox_item.blank", BLANK),
        ("inbox_item.of_order", OF_ORDER),
        ("inbox_item.backlog", BACKLOG),
        ("inbox_item.waiting_with_key", WAITING_WITH_KEY),
        ("inbox_file.insert", INSERT_FILE),
        ("inbox_file.of_item", FILES_OF),
        ("inbox_file.delete", DELETE_FILES),
        ("inbox_line.position", POSITION),
        ("inbox_line.set_position", SET_POSITION),
        ("inbox_line.set", SET_LINE),
        ("inbox_line.list", LINES),
    ]
}

/// A piece that came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub id: Uuid,
    pub adapter: Adapter,
    /// The same piece always has the same, however often it is delivered.
    pub external_id: String,
    /// Where it lies at its source: folder, UIDVALIDITY and UID of a mail.
    pub place: String,
    pub record: Record,
    /// When its sender wrote it.
    pub written_at: Option<Ts>,
    pub at: Ts,
    pub state: ItemState,
    pub reason: Option<DiscardReason>,
    pub note: Option<String>,
    /// The order it answers, as its references tell.
    pub about: Option<OrderId>,
    /// The order made of it, or that it was added to.
    pub order: Option<OrderId>,
    pub claim: Option<Claim>,
    pub done_by: Option<UserId>,
    pub done_at: Option<Ts>,
    /// When its words, its sender and its files were cleared, their time being over.
    pub blanked_at: Option<Ts>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    adapter: String,
    external_id: String,
    place: String,
    record_enc: Vec<u8>,
    written_at: Option<Ts>,
    at: Ts,
    state: String,
    reason: Option<String>,
    note: Option<String>,
    about: Option<OrderId>,
    order_id: Option<OrderId>,
    claimed_by: Option<UserId>,
    claimed_until: Option<Ts>,
    done_by: Option<UserId>,
    done_at: Option<Ts>,
    blanked_at: Option<Ts>,
}

impl Row {
    fn open(self, vault: &Vault) -> Result<Item> {
        let at = At { table: TABLE, row: &self.id };
        let text = vault.open(TABLE, self.id, "record_enc", &self.record_enc)?;
        Ok(Item {
            adapter: at.code("adapter", &self.adapter)?,
            record: at.json("record_enc", &text)?,
            state: at.code("state", &self.state)?,
            reason: at.code_opt("reason", self.reason.as_deref())?,
            claim: self.claimed_by.zip(self.claimed_until).map(|(by, until)| Claim { by, until }),
            id: self.id,
            external_id: self.external_id,
            place: self.place,
            written_at: self.written_at,
            at: self.at,
            note: self.note,
            about: self.about,
            order: self.order_id,
            done_by: self.done_by,
            done_at: self.done_at,
            blanked_at: self.blanked_at,
        })
    }
}

/// Keeps a piece; `false` when it is there already.
pub async fn insert_item(tx: &mut Tx, vault: &Vault, item: &Item) -> Result<bool> {
    let sealed = vault.seal(TABLE, item.id, "record_enc", &to_json(&item.record));
    let args: [&dyn db::Bind; 9] = [
        &item.id,
        &item.adapter.code(),
        &item.external_id,
        &item.place,
        &sealed,
        &item.written_at,
        &item.at,
        &item.state.code(),
        &item.about,
    ];
    Ok(tx.run(&INSERT, &args).await? == 1)
}

pub async fn load_item<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: Uuid) -> Result<Option<Item>> {
    via.into().one::<Row>(&LOAD, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

pub async fn load_item_for_change(tx: &mut Tx, vault: &Vault, id: Uuid) -> Result<Option<Item>> {
    Via::from(tx).one::<Row>(&LOAD_FOR_CHANGE, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// Which pieces a list shows.
#[derive(Clone, Debug)]
pub struct ItemQuery {
    pub state: ItemState,
    pub adapter: Option<Adapter>,
    /// Only what this person has taken, or has settled.
    pub of: Option<UserId>,
    /// Claims that end before it have lapsed.
    pub now: Ts,
}

#[derive(FromRow)]
struct ListRow {
    #[sqlx(flatten)]
    item: Row,
    files: i64,
}

/// A page of pieces in a state, each with the number of its files: what waits oldest first, what is settled newest first.
pub async fn list_items<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    query: &ItemQuery,
    (at, id): (Ts, Uuid),
    limit: i64,
) -> Result<Vec<(Item, i64)>> {
    let (state, adapter) = (query.state.code(), query.adapter.map_or("", Adapter::code));
    let (one, user) = (query.of.is_some(), query.of.map_or_else(Uuid::nil, UserId::uuid));
    let rows: Vec<ListRow> = if query.state == ItemState::Waiting {
        via.into().all(&WAITING, &[&state, &at, &id, &adapter, &one, &user, &query.now, &limit]).await?
    } else {
        via.into().all(&DONE, &[&state, &at, &id, &adapter, &one, &user, &limit]).await?
    };
    rows.into_iter().map(|r| Ok((r.item.open(vault)?, r.files))).collect()
}

/// Whether a piece is there already.
pub async fn is_known<'a>(via: impl Into<Via<'a>>, adapter: Adapter, external_id: &str) -> Result<bool> {
    Ok(via.into().scalar::<i64>(&KNOWN, &[&adapter.code(), &external_id]).await? > 0)
}

/// How many pieces a person has taken and not settled.
pub async fn held<'a>(via: impl Into<Via<'a>>, user: UserId, now: Ts) -> Result<i64> {
    Ok(via.into().scalar(&HELD, &[&user, &now]).await?)
}

/// Lets a piece that was set aside wait again; `false` when it was not set aside.
pub async fn reopen_item(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(tx.run(&REOPEN, &[&id]).await? == 1)
}

pub async fn set_claim(tx: &mut Tx, id: Uuid, claim: Option<Claim>) -> Result<()> {
    tx.run(&CLAIM, &[&id, &claim.map(|c| c.by), &claim.map(|c| c.until)]).await?;
    Ok(())
}

/// Writes what became of it; `false` when somebody was quicker.
pub async fn settle_item(tx: &mut Tx, item: &Item) -> Result<bool> {
    let args: [&dyn db::Bind; 7] = [
        &item.id,
        &item.state.code(),
        &item.reason.map(|r| r.code()),
        &item.note,
        &item.order,
        &item.done_by,
        &item.done_at,
    ];
    Ok(tx.run(&SETTLE, &args).await? == 1)
}

/// Pieces handled before a moment that have their words still, the earliest first.
pub async fn past_items<'a>(via: impl Into<Via<'a>>, vault: &Vault, before: Ts, limit: i64) -> Result<Vec<Item>> {
    let rows: Vec<Row> = via.into().all(&PAST, &[&before, &limit]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// Clears the words, the sender and the files of a piece handled before a moment; `false` when it is so no longer, or waits again. Its
/// number at the source stays, by which it is known when it is delivered again, and what became of it.
pub async fn blank_item(tx: &mut Tx, vault: &Vault, item: &Item, before: Ts, now: Ts) -> Result<bool> {
    let stays = item.record.blanked(item.order.is_some());
    let sealed = vault.seal(TABLE, item.id, "record_enc", &to_json(&stays));
    if tx.run(&BLANK, &[&item.id, &sealed, &now, &before]).await? != 1 {
        return Ok(false);
    }
    tx.run(&DELETE_FILES, &[&item.id]).await?;
    Ok(true)
}

/// The pieces an order was made of, oldest first.
pub async fn items_of_order<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Item>> {
    let rows: Vec<Row> = via.into().all(&OF_ORDER, &[&order]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// By adapter: how many wait, and since when the oldest.
pub async fn backlog<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(String, i64, Ts)>> {
    Ok(via.into().all(&BACKLOG, &[]).await?)
}

/// How many pieces of an adapter wait whose keys begin with a word in ASCII.
pub async fn waiting_with_key<'a>(via: impl Into<Via<'a>>, adapter: Adapter, begin: &str) -> Result<i64> {
    Ok(via.into().scalar(&WAITING_WITH_KEY, &[&adapter.code(), &format!("{begin}%")]).await?)
}

/// A file of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemFile {
    pub item: Uuid,
    pub no: i64,
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// In the file store, or why it is not.
    pub kept: std::result::Result<KeptFile, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    pub class: FileClass,
    pub mime: String,
    pub digest: String,
    pub sha256: String,
    pub thumb: Option<String>,
    pub scan: Scan,
}

#[derive(FromRow)]
struct FileRow {
    item_id: Uuid,
    no: i64,
    name_enc: Vec<u8>,
    class: Option<String>,
    mime: Option<String>,
    size: i64,
    digest: Option<String>,
    sha256: Option<String>,
    thumb: Option<String>,
    scan: Option<String>,
    refusal: Option<String>,
}

impl FileRow {
    fn open(self, vault: &Vault) -> Result<ItemFile> {
        let row = format!("{}/{}", self.item_id, self.no);
        let at = At { table: FILES, row: &row };
        let class: Option<FileClass> = at.code_opt("class", self.class.as_deref())?;
        let scan: Option<Scan> = at.code_opt("scan", self.scan.as_deref())?;
        let kept = match (class, self.mime, self.digest, self.sha256, scan) {
            (Some(class), Some(mime), Some(digest), Some(sha256), Some(scan)) => {
                Ok(KeptFile { class, mime, digest, sha256, thumb: self.thumb, scan })
            }
            _ => Err(self.refusal.unwrap_or_default()),
        };
        let name = vault.open(FILES, &row, "name_enc", &self.name_enc)?;
        Ok(ItemFile { item: self.item_id, no: self.no, name, size: self.size, kept })
    }
}

pub async fn insert_file(tx: &mut Tx, vault: &Vault, f: &ItemFile) -> Result<()> {
    let name = vault.seal(FILES, format!("{}/{}", f.item, f.no), "name_enc", &f.name);
    let kept = f.kept.as_ref().ok();
    let args: [&dyn db::Bind; 11] = [
        &f.item,
        &f.no,
        &name,
        &kept.map(|k| k.class.code()),
        &kept.map(|k| k.mime.clone()),
        &f.size,
        &kept.map(|k| k.digest.clone()),
        &kept.map(|k| k.sha256.clone()),
        &kept.and_then(|k| k.thumb.clone()),
        &kept.map(|k| k.scan.code()),
        &f.kept.as_ref().err().cloned(),
    ];
    tx.run(&INSERT_FILE, &args).await?;
    Ok(())
}

pub async fn files_of<'a>(via: impl Into<Via<'a>>, vault: &Vault, item: Uuid) -> Result<Vec<ItemFile>> {
    let rows: Vec<FileRow> = via.into().all(&FILES_OF, &[&item]).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

/// How far an adapter has read, in its own words.
pub async fn position<'a>(via: impl Into<Via<'a>>, adapter: Adapter) -> Result<Option<String>> {
    Ok(via.into().one::<(Option<String>,)>(&POSITION, &[&adapter.code()]).await?.and_then(|(p,)| p))
}

/// Moves on; in the transaction of what was read.
pub async fn set_position(tx: &mut Tx, adapter: Adapter, position: &str, now: Ts) -> Result<()> {
    tx.run(&SET_POSITION, &[&adapter.code(), &position, &now]).await?;
    Ok(())
}

/// How an adapter goes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Line {
    pub adapter: String,
    pub good: bool,
    pub error: Option<String>,
    pub at: Ts,
    pub since: Ts,
    pub success_at: Option<Ts>,
}

pub async fn set_line(tx: &mut Tx, adapter: Adapter, good: bool, error: Option<&str>, now: Ts) -> Result<()> {
    let success = good.then_some(now);
    tx.run(&SET_LINE, &[&adapter.code(), &good, &error.map(str::to_owned), &now, &success]).await?;
    Ok(())
}

pub async fn lines<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Line>> {
    Ok(via.into().all(&LINES, &[]).await?)
}
