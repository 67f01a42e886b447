//! Named counters: serial numbers without gaps.

use db::{Sql, Tx};

use crate::{error::Result, via::Via};

const NEXT: Sql = Sql::same(
    "INSERT INTO counter (name, value) VALUES ($1, $2)
     ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value",
);

const PEEK: Sql = Sql::same("SELECT value FROM counter WHERE name = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("counter.next", NEXT), ("counter.peek", PEEK)]
}

/// The next number, from 1. Others that want the same counter wait until the transaction ends, and a rollback gives
/// the number back: no gaps.
pub async fn next_in(tx: &mut Tx, name: &str) -> Result<i64> {
    next_block(tx, name, 1).await
}

/// Takes `n` numbers at once and returns the last of them, for bulk imports.
pub async fn next_block(tx: &mut Tx, name: &str, n: u32) -> Result<i64> {
    Ok(tx.scalar(&NEXT, &[&name, &i64::from(n)]).await?)
}

/// The last number given out; 0 before the first.
pub async fn peek<'a>(via: impl Into<Via<'a>>, name: &str) -> Result<i64> {
    Ok(via.into().one::<(i64,)>(&PEEK, &[&name]).await?.map_or(0, |(n,)| n))
}
