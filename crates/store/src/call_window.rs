//! 剔除时段: periods that count in no figure of the call centre.

use db::{Sql, Tx};
use kernel::{Ts, UserId, Uuid};
use sqlx::FromRow;

use crate::{error::Result, via::Via};

const INSERT: Sql = Sql::same(
    "INSERT INTO call_window (id, from_at, to_at, reason, by_user, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
);
const REVOKE: Sql = Sql::same(
    "UPDATE call_window SET revoked_by = $2, revoked_at = $3, revoke_reason = $4
     WHERE id = $1 AND revoked_at IS NULL",
);
const LIST: Sql = Sql::same("SELECT * FROM call_window ORDER BY from_at DESC, id DESC LIMIT 200");
const WITHIN: Sql =
    Sql::same("SELECT * FROM call_window WHERE revoked_at IS NULL AND from_at < $2 AND to_at > $1 ORDER BY from_at");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("call_window.insert", INSERT),
        ("call_window.revoke", REVOKE),
        ("call_window.list", LIST),
        ("call_window.within", WITHIN),
    ]
}

/// A period left out, and why.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct CallWindow {
    pub id: Uuid,
    pub from_at: Ts,
    /// Exclusive.
    pub to_at: Ts,
    pub reason: String,
    pub by_user: UserId,
    pub created_at: Ts,
    pub revoked_by: Option<UserId>,
    pub revoked_at: Option<Ts>,
    pub revoke_reason: Option<String>,
}

/// Adds a period.
pub async fn insert_window(tx: &mut Tx, w: &CallWindow) -> Result<()> {
    tx.run(&INSERT, &[&w.id, &w.from_at, &w.to_at, &w.reason, &w.by_user, &w.created_at]).await?;
    Ok(())
}

/// Counts the period again; `false` when it was taken back before.
pub async fn revoke_window(tx: &mut Tx, id: Uuid, by: UserId, at: Ts, reason: &str) -> Result<bool> {
    Ok(tx.run(&REVOKE, &[&id, &by, &at, &reason]).await? == 1)
}

/// The latest periods, revoked ones included.
pub async fn list_windows<'a>(via: impl Into<Via<'a>>) -> Result<Vec<CallWindow>> {
    Ok(via.into().all(&LIST, &[]).await?)
}

/// Periods in force that touch a span of time.
pub async fn windows_within<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts) -> Result<Vec<CallWindow>> {
    Ok(via.into().all(&WITHIN, &[&from, &until]).await?)
}
