//! Drafts (草稿): what a person was typing, sealed as a whole, for it holds personal data.

use db::{Sql, Tx};
use kernel::{Ts, UserId};
use serde_json::Value;

use crate::{
    error::Result,
    row::{At, to_json},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "draft";
const SAVE: Sql = Sql::same(
    "INSERT INTO draft (user_id, key, body_enc, updated_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (user_id, key) DO UPDATE SET body_enc = excluded.body_enc, updated_at = excluded.updated_at",
);
const LOAD: Sql = Sql::same("SELECT body_enc, updated_at FROM draft WHERE user_id = $1 AND key = $2");
const LIST: Sql =
    Sql::same("SELECT key, body_enc, updated_at FROM draft WHERE user_id = $1 ORDER BY updated_at DESC, key");
const DELETE: Sql = Sql::same("DELETE FROM draft WHERE user_id = $1 AND key = $2");
const PURGE: Sql = Sql::same("DELETE FROM draft WHERE updated_at < $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("draft.save", SAVE),
        ("draft.load", LOAD),
        ("draft.list", LIST),
        ("draft.delete", DELETE),
        ("draft.purge", PURGE),
    ]
}

/// A draft of one person under a key of the screen's choice (`register`, `handle:{task}`…).
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub key: String,
    pub body: Value,
    pub updated_at: Ts,
}

fn place(user: UserId, key: &str) -> String {
    format!("{user}/{key}")
}

fn open(vault: &Vault, user: UserId, key: String, sealed: &[u8], updated_at: Ts) -> Result<Draft> {
    let row = place(user, &key);
    let text = vault.open(TABLE, &row, "body_enc", sealed)?;
    let body = At { table: TABLE, row: &row }.json("body_enc", &text)?;
    Ok(Draft { key, body, updated_at })
}

/// Keeps a draft, replacing the one under the same key.
pub async fn save_draft(tx: &mut Tx, vault: &Vault, user: UserId, draft: &Draft) -> Result<()> {
    let sealed = vault.seal(TABLE, place(user, &draft.key), "body_enc", &to_json(&draft.body));
    tx.run(&SAVE, &[&user, &draft.key, &sealed, &draft.updated_at]).await?;
    Ok(())
}

/// One draft.
pub async fn load_draft<'a>(via: impl Into<Via<'a>>, vault: &Vault, user: UserId, key: &str) -> Result<Option<Draft>> {
    match via.into().one::<(Vec<u8>, Ts)>(&LOAD, &[&user, &key]).await? {
        Some((sealed, at)) => Ok(Some(open(vault, user, key.to_owned(), &sealed, at)?)),
        None => Ok(None),
    }
}

/// All drafts of a person, the latest first.
pub async fn list_drafts<'a>(via: impl Into<Via<'a>>, vault: &Vault, user: UserId) -> Result<Vec<Draft>> {
    let rows = via.into().all::<(String, Vec<u8>, Ts)>(&LIST, &[&user]).await?;
    rows.into_iter().map(|(key, sealed, at)| open(vault, user, key, &sealed, at)).collect()
}

/// Forgets a draft.
pub async fn delete_draft(tx: &mut Tx, user: UserId, key: &str) -> Result<bool> {
    Ok(tx.run(&DELETE, &[&user, &key]).await? == 1)
}

/// Forgets drafts untouched since `before`; returns how many.
pub async fn purge(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&before]).await?)
}
