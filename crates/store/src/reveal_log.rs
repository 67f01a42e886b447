//! Reveals (查看明文): who looked at a citizen's identity and why.

use db::{Sql, Tx};
use kernel::{AuditId, OrderId, Ts, UserId};
use sqlx::FromRow;

use crate::{error::Result, via::Via};

const INSERT: Sql =
    Sql::same("INSERT INTO reveal_log (id, user_id, order_id, fields, reason, at) VALUES ($1, $2, $3, $4, $5, $6)");
const COUNT: Sql = Sql::same("SELECT COUNT(*) FROM reveal_log WHERE user_id = $1 AND at >= $2");
const OF_ORDER: Sql = Sql::same(
    "SELECT id, user_id, order_id, fields, reason, at FROM reveal_log WHERE order_id = $1 ORDER BY at DESC, id DESC",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("reveal_log.insert", INSERT), ("reveal_log.count", COUNT), ("reveal_log.of_order", OF_ORDER)]
}

/// One look.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Reveal {
    pub id: AuditId,
    pub user_id: UserId,
    pub order_id: OrderId,
    /// Names of the fields shown, separated by commas.
    pub fields: String,
    pub reason: String,
    pub at: Ts,
}

/// Records a look; write it in the transaction that reads.
pub async fn insert_reveal(tx: &mut Tx, r: &Reveal) -> Result<()> {
    tx.run(&INSERT, &[&r.id, &r.user_id, &r.order_id, &r.fields, &r.reason, &r.at]).await?;
    Ok(())
}

/// How often a person looked since a moment, for the limit.
pub async fn count_reveals<'a>(via: impl Into<Via<'a>>, user: UserId, since: Ts) -> Result<i64> {
    Ok(via.into().scalar(&COUNT, &[&user, &since]).await?)
}

/// The looks at an order, newest first.
pub async fn list_reveals<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Reveal>> {
    Ok(via.into().all(&OF_ORDER, &[&order]).await?)
}
