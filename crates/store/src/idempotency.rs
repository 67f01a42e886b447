//! Answers to requests that carry an `Idempotency-Key`: repeating one gives the first answer again.

use db::{Sql, Tx};
use kernel::{Ts, UserId};

use crate::{error::Result, vault::Vault, via::Via};

const TABLE: &str = "idempotency";
const BEGIN: Sql = Sql::same(
    "INSERT INTO idempotency (user_id, key, route, request_hash, status, body, created_at)
     VALUES ($1, $2, $3, $4, NULL, NULL, $5) ON CONFLICT (user_id, key) DO NOTHING",
);
const LOAD: Sql =
    Sql::same("SELECT route, request_hash, status, body FROM idempotency WHERE user_id = $1 AND key = $2");
const FINISH: Sql = Sql::same("UPDATE idempotency SET status = $3, body = $4 WHERE user_id = $1 AND key = $2");
const RECORD: Sql = Sql::same(
    "INSERT INTO idempotency (user_id, key, route, request_hash, status, body, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (user_id, key) DO NOTHING",
);
const PURGE: Sql = Sql::same("DELETE FROM idempotency WHERE created_at < $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("idempotency.begin", BEGIN),
        ("idempotency.load", LOAD),
        ("idempotency.finish", FINISH),
        ("idempotency.record", RECORD),
        ("idempotency.purge", PURGE),
    ]
}

/// A request as it is recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    pub user: UserId,
    pub key: String,
    /// Method and path pattern.
    pub route: String,
    /// Hash of the body.
    pub request_hash: String,
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Never seen; it is ours now.
    New,
    /// The same request was answered thus.
    Answered { status: i32, body: Vec<u8> },
    /// The same request is being worked on, or died at it.
    Unfinished,
    /// The key was used for another request.
    Misused,
}

/// Claims the key inside the transaction of the command. On PostgreSQL a second request with the same key waits here
/// until the first one ends.
pub async fn begin(tx: &mut Tx, vault: &Vault, key: &Key, now: Ts) -> Result<Seen> {
    let fresh = tx.run(&BEGIN, &[&key.user, &key.key, &key.route, &key.request_hash, &now]).await?;
    if fresh == 1 {
        return Ok(Seen::New);
    }
    look_up(&mut *tx, vault, key).await
}

/// What is known of a key, claiming nothing.
pub async fn look_up<'a>(via: impl Into<Via<'a>>, vault: &Vault, key: &Key) -> Result<Seen> {
    type Row = (String, String, Option<i32>, Option<Vec<u8>>);
    let row: Option<Row> = via.into().one(&LOAD, &[&key.user, &key.key]).await?;
    Ok(match row {
        None => Seen::New,
        Some((route, hash, ..)) if route != key.route || hash != key.request_hash => Seen::Misused,
        Some((_, _, Some(status), Some(sealed))) => {
            let body = vault.open(TABLE, place(key), "body", &sealed)?;
            Seen::Answered { status, body: body.into_bytes() }
        }
        Some(_) => Seen::Unfinished,
    })
}

fn place(key: &Key) -> String {
    format!("{}/{}", key.user, key.key)
}

/// Keeps the answer (JSON text, sealed: it may name a citizen), in the same transaction as the command's changes.
pub async fn finish(tx: &mut Tx, vault: &Vault, key: &Key, status: i32, body: &str) -> Result<()> {
    let sealed = vault.seal(TABLE, place(key), "body", body);
    tx.later(&FINISH, &[&key.user, &key.key, &status, &sealed]).await?;
    Ok(())
}

/// [`begin`] and [`finish`] in one statement, for a command that writes its answer last. `false` when another request
/// with this key was faster: roll back and [`look_up`].
pub async fn record(tx: &mut Tx, vault: &Vault, key: &Key, status: i32, body: &str, now: Ts) -> Result<bool> {
    let sealed = vault.seal(TABLE, place(key), "body", body);
    let binds: [&dyn db::Bind; 7] = [&key.user, &key.key, &key.route, &key.request_hash, &status, &sealed, &now];
    Ok(tx.run(&RECORD, &binds).await? == 1)
}

/// Forgets answers older than `before`; returns how many.
pub async fn purge(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&before]).await?)
}
