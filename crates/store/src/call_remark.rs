//! Praise of an agent and complaints about one (表扬、投诉), noted at the call they are about.

use db::{Sql, Tx};
use kernel::{CallId, Ts, UserId, Uuid};
use sqlx::FromRow;

use crate::{error::Result, via::Via};

const INSERT: Sql = Sql::same(
    "INSERT INTO call_remark (id, call_id, agent, kind, note, by_user, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
);
const OF_CALL: Sql = Sql::same("SELECT * FROM call_remark WHERE call_id = $1 ORDER BY at, id");
const SUMS: Sql = Sql::same(
    "SELECT agent, COUNT(*) FILTER (WHERE kind = 'praise'), COUNT(*) FILTER (WHERE kind = 'complaint')
     FROM call_remark WHERE at >= $1 AND at < $2 GROUP BY agent ORDER BY agent",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("call_remark.insert", INSERT), ("call_remark.of_call", OF_CALL), ("call_remark.sums", SUMS)]
}

/// One remark.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Remark {
    pub id: Uuid,
    pub call_id: CallId,
    pub agent: UserId,
    /// `praise` or `complaint`.
    pub kind: String,
    pub note: String,
    pub by_user: UserId,
    pub at: Ts,
}

/// Adds a remark.
pub async fn insert_remark(tx: &mut Tx, r: &Remark) -> Result<()> {
    tx.run(&INSERT, &[&r.id, &r.call_id, &r.agent, &r.kind, &r.note, &r.by_user, &r.at]).await?;
    Ok(())
}

/// The remarks about a call.
pub async fn remarks_of<'a>(via: impl Into<Via<'a>>, call: CallId) -> Result<Vec<Remark>> {
    Ok(via.into().all(&OF_CALL, &[&call]).await?)
}

/// Praise and complaints by agent, noted within a window.
pub async fn remark_sums<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts) -> Result<Vec<(UserId, i64, i64)>> {
    Ok(via.into().all(&SUMS, &[&from, &until]).await?)
}
