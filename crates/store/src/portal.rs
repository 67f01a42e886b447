//! Forms on their way, their photos, codes sent by message and failed attempts: what the portal needs remembered,
//! in the core or at an outer desk.

use db::{FromRow, Sql, Tx};
use kernel::{AttachmentId, OrderId, Ts};

use crate::{error::Result, vault::Vault, via::Via};

const DRAFT_LOAD: Sql = Sql::same("SELECT body_enc FROM portal_draft WHERE key_hash = $1");
const DRAFT_SAVE: Sql = Sql::same(
    "INSERT INTO portal_draft (key_hash, body_enc, updated_at) VALUES ($1, $2, $3)
     ON CONFLICT (key_hash) DO UPDATE SET body_enc = excluded.body_enc, updated_at = excluded.updated_at",
);
const DRAFT_HOLD: Sql = Sql::same("UPDATE portal_draft SET updated_at = $2 WHERE key_hash = $1");
const DRAFT_PURGE: Sql = Sql::same("DELETE FROM portal_draft WHERE updated_at < $1");
const PHOTO_ADD: Sql = Sql::same(
    "INSERT INTO portal_photo (id, draft, order_id, name, mime, size, digest, body_enc, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
);
const PHOTO_DROP: Sql = Sql::same("DELETE FROM portal_photo WHERE id = $1 AND draft = $2 AND order_id IS NULL");
const PHOTOS_OF_DRAFT: Sql = Sql::same(
    "SELECT id, name, mime, size, digest, at FROM portal_photo WHERE draft = $1 AND order_id IS NULL ORDER BY at, id",
);
const PHOTOS_OF_ORDER: Sql =
    Sql::same("SELECT id, name, mime, size, digest, at FROM portal_photo WHERE order_id = $1 ORDER BY at, id");
const PHOTO_OF_DRAFT: Sql = Sql::same("SELECT mime, name, body_enc FROM portal_photo WHERE id = $1 AND draft = $2");
const PHOTO_OF_ORDER: Sql = Sql::same("SELECT mime, name, body_enc FROM portal_photo WHERE id = $1 AND order_id = $2");
const PHOTOS_FILE: Sql = Sql::same("UPDATE portal_photo SET order_id = $2 WHERE draft = $1 AND order_id IS NULL");
const PHOTO_PURGE: Sql = Sql::same("DELETE FROM portal_photo WHERE order_id IS NULL AND at < $1");
const CODE_LOAD: Sql = Sql::same(
    "SELECT code_hash, tries, sent_at, expires_at, day, day_n FROM portal_code WHERE phone_idx = $1 AND purpose = $2",
);
const CODE_SAVE: Sql = Sql::same(
    "INSERT INTO portal_code (phone_idx, purpose, code_hash, tries, sent_at, expires_at, day, day_n)
     VALUES ($1, $2, $3, 0, $4, $5, $6, $7)
     ON CONFLICT (phone_idx, purpose) DO UPDATE SET code_hash = excluded.code_hash, tries = 0,
        sent_at = excluded.sent_at, expires_at = excluded.expires_at, day = excluded.day, day_n = excluded.day_n",
);
const CODE_TRY: Sql = Sql::same(
    "UPDATE portal_code SET tries = tries + 1 WHERE phone_idx = $1 AND purpose = $2 AND tries < $3 AND expires_at > $4",
);
const CODE_SPEND: Sql = Sql::same("UPDATE portal_code SET expires_at = 0 WHERE phone_idx = $1 AND purpose = $2");
// Kept a day longer than it is good for: the count of the day hangs on it.
const CODE_PURGE: Sql = Sql::same("DELETE FROM portal_code WHERE sent_at < $1");
const ATTEMPT_LOAD: Sql = Sql::same("SELECT locked_until FROM portal_attempt WHERE kind = $1 AND key = $2");
const ATTEMPT_COUNT: Sql = Sql::same(
    "INSERT INTO portal_attempt (kind, key, failed_n, last_at, locked_until) VALUES ($1, $2, 1, $3, NULL)
     ON CONFLICT (kind, key) DO UPDATE SET
        failed_n = CASE WHEN portal_attempt.last_at < $4 THEN 1 ELSE portal_attempt.failed_n + 1 END,
        last_at = excluded.last_at
     RETURNING failed_n",
);
const ATTEMPT_LOCK: Sql =
    Sql::same("UPDATE portal_attempt SET locked_until = $3, failed_n = 0 WHERE kind = $1 AND key = $2");
const ATTEMPT_PURGE: Sql =
    Sql::same("DELETE FROM portal_attempt WHERE last_at < $1 AND (locked_until IS NULL OR locked_until < $1)");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("portal.draft_load", DRAFT_LOAD),
        ("portal.draft_save", DRAFT_SAVE),
        ("portal.draft_hold", DRAFT_HOLD),
        ("portal.draft_purge", DRAFT_PURGE),
        ("portal.photo_add", PHOTO_ADD),
        ("portal.photo_drop", PHOTO_DROP),
        ("portal.photos_of_draft", PHOTOS_OF_DRAFT),
        ("portal.photos_of_order", PHOTOS_OF_ORDER),
        ("portal.photo_of_draft", PHOTO_OF_DRAFT),
        ("portal.photo_of_order", PHOTO_OF_ORDER),
        ("portal.photos_file", PHOTOS_FILE),
        ("portal.photo_purge", PHOTO_PURGE),
        ("portal.code_load", CODE_LOAD),
        ("portal.code_save", CODE_SAVE),
        ("portal.code_try", CODE_TRY),
        ("portal.code_spend", CODE_SPEND),
        ("portal.code_purge", CODE_PURGE),
        ("portal.attempt_load", ATTEMPT_LOAD),
        ("portal.attempt_count", ATTEMPT_COUNT),
        ("portal.attempt_lock", ATTEMPT_LOCK),
        ("portal.attempt_purge", ATTEMPT_PURGE),
    ]
}

const DRAFT_KEY: &str = "portal_draft";

/// The draft's JSON text.
pub async fn draft_load<'a>(via: impl Into<Via<'a>>, vault: &Vault, key: &str) -> Result<Option<String>> {
    let hash = vault.blind_hex(DRAFT_KEY, key);
    let row: Option<(Vec<u8>,)> = via.into().one(&DRAFT_LOAD, &[&hash]).await?;
    row.map(|(sealed,)| vault.open("portal_draft", &hash, "body_enc", &sealed)).transpose()
}

pub async fn draft_save(tx: &mut Tx, vault: &Vault, key: &str, body: &str, now: Ts) -> Result<()> {
    let hash = vault.blind_hex(DRAFT_KEY, key);
    let sealed = vault.seal("portal_draft", &hash, "body_enc", body);
    tx.run(&DRAFT_SAVE, &[&hash, &sealed, &now]).await?;
    Ok(())
}

/// Keeps other transactions away from the draft until this one ends; `false` when there is none.
pub async fn draft_hold(tx: &mut Tx, vault: &Vault, key: &str, now: Ts) -> Result<bool> {
    Ok(tx.run(&DRAFT_HOLD, &[&vault.blind_hex(DRAFT_KEY, key), &now]).await? == 1)
}

/// A photo without its bytes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PhotoLine {
    pub id: AttachmentId,
    pub name: String,
    pub mime: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the bytes, hexadecimal.
    pub digest: String,
    pub at: Ts,
}

/// Whose photo it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of<'a> {
    /// Key of the draft.
    Draft(&'a str),
    Order(OrderId),
}

/// Keeps a photo. The same id again changes nothing.
pub async fn photo_add(tx: &mut Tx, vault: &Vault, of: Of<'_>, line: &PhotoLine, bytes: &[u8]) -> Result<()> {
    let sealed = vault.seal_bytes("portal_photo", line.id, "body_enc", bytes);
    let (draft, order) = match of {
        Of::Draft(key) => (Some(vault.blind_hex(DRAFT_KEY, key)), None),
        Of::Order(id) => (None, Some(id)),
    };
    let binds: [&dyn db::Bind; 9] =
        [&line.id, &draft, &order, &line.name, &line.mime, &line.size, &line.digest, &sealed, &line.at];
    tx.run(&PHOTO_ADD, &binds).await?;
    Ok(())
}

/// `false` when there is no such photo in the draft.
pub async fn photo_drop(tx: &mut Tx, vault: &Vault, key: &str, id: AttachmentId) -> Result<bool> {
    Ok(tx.run(&PHOTO_DROP, &[&id, &vault.blind_hex(DRAFT_KEY, key)]).await? == 1)
}

pub async fn photos<'a>(via: impl Into<Via<'a>>, vault: &Vault, of: Of<'_>) -> Result<Vec<PhotoLine>> {
    let mut via = via.into();
    Ok(match of {
        Of::Draft(key) => via.all(&PHOTOS_OF_DRAFT, &[&vault.blind_hex(DRAFT_KEY, key)]).await?,
        Of::Order(id) => via.all(&PHOTOS_OF_ORDER, &[&id]).await?,
    })
}

/// Content type, name and bytes of a photo.
pub async fn photo<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    of: Of<'_>,
    id: AttachmentId,
) -> Result<Option<(String, String, Vec<u8>)>> {
    let mut via = via.into();
    let row: Option<(String, String, Vec<u8>)> = match of {
        Of::Draft(key) => via.one(&PHOTO_OF_DRAFT, &[&id, &vault.blind_hex(DRAFT_KEY, key)]).await?,
        Of::Order(order) => via.one(&PHOTO_OF_ORDER, &[&id, &order]).await?,
    };
    row.map(|(mime, name, sealed)| Ok((mime, name, vault.open_bytes("portal_photo", id, "body_enc", &sealed)?)))
        .transpose()
}

/// The draft became an order: its photos belong to that now.
pub async fn photos_file(tx: &mut Tx, vault: &Vault, key: &str, order: OrderId) -> Result<u64> {
    Ok(tx.run(&PHOTOS_FILE, &[&vault.blind_hex(DRAFT_KEY, key), &order]).await?)
}

/// What is known of a number's code.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Code {
    pub code_hash: String,
    pub tries: i64,
    pub sent_at: Ts,
    pub expires_at: Ts,
    /// The day `day_n` counts for.
    pub day: String,
    pub day_n: i64,
}

pub async fn code_load<'a>(via: impl Into<Via<'a>>, vault: &Vault, phone: &str, purpose: &str) -> Result<Option<Code>> {
    Ok(via.into().one(&CODE_LOAD, &[&vault.phone_idx(phone), &purpose]).await?)
}

/// A new code takes the place of the one before. `code_hash` comes from [`code_hash`].
pub async fn code_save(tx: &mut Tx, vault: &Vault, phone: &str, purpose: &str, code: &Code) -> Result<()> {
    let idx = vault.phone_idx(phone);
    let binds: [&dyn db::Bind; 7] =
        [&idx, &purpose, &code.code_hash, &code.sent_at, &code.expires_at, &code.day, &code.day_n];
    tx.run(&CODE_SAVE, &binds).await?;
    Ok(())
}

/// Hash of a code for a number and a purpose.
#[must_use]
pub fn code_hash(vault: &Vault, phone: &str, purpose: &str, code: &str) -> String {
    vault.blind_hex("portal_code", &format!("{purpose}/{phone}/{code}"))
}

/// Books one try; `false` when the code is worn out or over.
pub async fn code_try(tx: &mut Tx, vault: &Vault, phone: &str, purpose: &str, most: i64, now: Ts) -> Result<bool> {
    Ok(tx.run(&CODE_TRY, &[&vault.phone_idx(phone), &purpose, &most, &now]).await? == 1)
}

/// The code was right and is good no more.
pub async fn code_spend(tx: &mut Tx, vault: &Vault, phone: &str, purpose: &str) -> Result<()> {
    tx.run(&CODE_SPEND, &[&vault.phone_idx(phone), &purpose]).await?;
    Ok(())
}

/// Until when an address or a key is locked; keys are hashed.
pub async fn locked_until<'a>(via: impl Into<Via<'a>>, vault: &Vault, kind: &str, key: &str) -> Result<Option<Ts>> {
    let row: Option<(Option<Ts>,)> = via.into().one(&ATTEMPT_LOAD, &[&kind, &hashed(vault, kind, key)]).await?;
    Ok(row.and_then(|(until,)| until))
}

fn hashed(vault: &Vault, kind: &str, key: &str) -> String {
    vault.blind_hex("portal_attempt", &format!("{kind}/{key}"))
}

/// One more failure; returns how many since `window`.
pub async fn count_failure(tx: &mut Tx, vault: &Vault, kind: &str, key: &str, now: Ts, window: Ts) -> Result<i64> {
    Ok(tx.scalar(&ATTEMPT_COUNT, &[&kind, &hashed(vault, kind, key), &now, &window]).await?)
}

/// Locks it; the count begins anew afterwards.
pub async fn lock(tx: &mut Tx, vault: &Vault, kind: &str, key: &str, until: Ts) -> Result<()> {
    tx.run(&ATTEMPT_LOCK, &[&kind, &hashed(vault, kind, key), &until]).await?;
    Ok(())
}

/// Removes drafts and photos nobody filed, and codes and failures of other days.
pub async fn purge(tx: &mut Tx, drafts_before: Ts, rest_before: Ts) -> Result<()> {
    tx.run(&DRAFT_PURGE, &[&drafts_before]).await?;
    tx.run(&PHOTO_PURGE, &[&drafts_before]).await?;
    tx.run(&CODE_PURGE, &[&rest_before]).await?;
    tx.run(&ATTEMPT_PURGE, &[&rest_before]).await?;
    Ok(())
}
