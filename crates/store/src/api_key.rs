//! 接口密钥.

use db::{FromRow, Sql, Tx};
use kernel::{Ts, UserId, Uuid};

use crate::{error::Result, via::Via};

const INSERT: Sql = Sql::same(
    "INSERT INTO api_key (id, name, hint, hash, scopes, per_minute, created_at, created_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
);
const LIST: Sql = Sql::same(
    "SELECT id, name, hint, scopes, per_minute, created_at, created_by, expires_at, revoked_at, last_used_at
     FROM api_key ORDER BY created_at DESC, id DESC LIMIT 500",
);
const BY_HASH: Sql = Sql::same(
    "SELECT id, name, hint, scopes, per_minute, created_at, created_by, expires_at, revoked_at, last_used_at
     FROM api_key WHERE hash = $1",
);
const REVOKE: Sql =
    Sql::same("UPDATE api_key SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL");
const USED: Sql = Sql::same("UPDATE api_key SET last_used_at = $2 WHERE id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("api_key.insert", INSERT),
        ("api_key.list", LIST),
        ("api_key.by_hash", BY_HASH),
        ("api_key.revoke", REVOKE),
        ("api_key.used", USED),
    ]
}

/// A key of another system, without the key.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ApiKey {
    pub id: Uuid,
    pub name: String,
    /// Its first characters, to tell keys apart.
    pub hint: String,
    /// What it may do, codes separated by blanks.
    pub scopes: String,
    /// Requests in a minute.
    pub per_minute: i64,
    pub created_at: Ts,
    pub created_by: UserId,
    pub expires_at: Option<Ts>,
    pub revoked_at: Option<Ts>,
    /// To the minute.
    pub last_used_at: Option<Ts>,
}

pub async fn insert_key(tx: &mut Tx, key: &ApiKey, hash: &str) -> Result<()> {
    let ApiKey { id, name, hint, scopes, per_minute, created_at, created_by, expires_at, .. } = key;
    tx.run(&INSERT, &[id, name, hint, &hash, scopes, per_minute, created_at, created_by, expires_at]).await?;
    Ok(())
}

/// Newest first, revoked ones included.
pub async fn list_keys<'a>(via: impl Into<Via<'a>>) -> Result<Vec<ApiKey>> {
    Ok(via.into().all(&LIST, &[]).await?)
}

pub async fn key_by_hash<'a>(via: impl Into<Via<'a>>, hash: &str) -> Result<Option<ApiKey>> {
    Ok(via.into().one(&BY_HASH, &[&hash]).await?)
}

/// `false` when it was revoked before.
pub async fn revoke_key(tx: &mut Tx, id: Uuid, by: UserId, now: Ts) -> Result<bool> {
    Ok(tx.run(&REVOKE, &[&id, &now, &by]).await? == 1)
}

pub async fn key_used(tx: &mut Tx, id: Uuid, now: Ts) -> Result<()> {
    tx.run(&USED, &[&id, &now]).await?;
    Ok(())
}
