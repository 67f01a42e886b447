//! 关注: citizens who follow another's matter instead of filing it again.

use db::{FromRow, Sql, Tx};
use kernel::{OrderId, Ts, Uuid};

use crate::{error::Result, vault::Vault, via::Via};

const INSERT: Sql = Sql::same(
    "INSERT INTO follow (id, order_id, code_hash, phone_enc, phone_idx, at, told_at) VALUES ($1, $2, $3, $4, $5, $6, NULL)",
);
const BY_CODE: Sql = Sql::same("SELECT id, order_id FROM follow WHERE code_hash = $1");
const LOAD: Sql = Sql::same("SELECT id, order_id FROM follow WHERE id = $1");
const COUNT: Sql = Sql::same("SELECT COUNT(*) FROM follow WHERE order_id = $1");
const ANSWERED: Sql = Sql::same(
    "SELECT f.id, f.order_id, f.phone_enc FROM follow f JOIN orders o ON o.id = f.order_id
     WHERE f.told_at IS NULL AND o.reply_at IS NOT NULL AND o.reply_at >= f.at ORDER BY f.at, f.id LIMIT $1",
);
const TOLD: Sql = Sql::same("UPDATE follow SET told_at = $2 WHERE id = $1 AND told_at IS NULL");
const OF_ORDER: Sql = Sql::same("SELECT id, order_id FROM follow WHERE order_id = $1 ORDER BY at, id");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("follow.insert", INSERT),
        ("follow.by_code", BY_CODE),
        ("follow.load", LOAD),
        ("follow.count", COUNT),
        ("follow.answered", ANSWERED),
        ("follow.told", TOLD),
        ("follow.of_order", OF_ORDER),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Follow {
    pub id: Uuid,
    pub order_id: OrderId,
}

/// Adds a follower. `code_hash` is the blind index of the follower's own 查询码.
pub async fn insert_follow(
    tx: &mut Tx,
    vault: &Vault,
    follow: Follow,
    code_hash: &str,
    phone: Option<&str>,
    now: Ts,
) -> Result<()> {
    let sealed = vault.seal_opt("follow", follow.id, "phone_enc", phone);
    let idx = phone.map(|p| vault.phone_idx(p));
    tx.run(&INSERT, &[&follow.id, &follow.order_id, &code_hash, &sealed, &idx, &now]).await?;
    Ok(())
}

pub async fn find_by_code<'a>(via: impl Into<Via<'a>>, code_hash: &str) -> Result<Option<Follow>> {
    Ok(via.into().one(&BY_CODE, &[&code_hash]).await?)
}

pub async fn load_follow<'a>(via: impl Into<Via<'a>>, id: Uuid) -> Result<Option<Follow>> {
    Ok(via.into().one(&LOAD, &[&id]).await?)
}

pub async fn list_of_order<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Follow>> {
    Ok(via.into().all(&OF_ORDER, &[&order]).await?)
}

pub async fn count<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<i64> {
    Ok(via.into().scalar(&COUNT, &[&order]).await?)
}

/// Followers whose matter was answered since they follow it, and who have not been told: with their numbers.
pub async fn answered(tx: &mut Tx, vault: &Vault, limit: u32) -> Result<Vec<(Follow, Option<String>)>> {
    let rows: Vec<(Uuid, OrderId, Option<Vec<u8>>)> = tx.all(&ANSWERED, &[&i64::from(limit)]).await?;
    rows.into_iter()
        .map(|(id, order_id, sealed)| {
            let phone = vault.open_opt("follow", id, "phone_enc", sealed.as_deref())?;
            Ok((Follow { id, order_id }, phone))
        })
        .collect()
}

pub async fn mark_told(tx: &mut Tx, id: Uuid, now: Ts) -> Result<bool> {
    Ok(tx.run(&TOLD, &[&id, &now]).await? == 1)
}
