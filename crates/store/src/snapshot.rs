//! Versions of the snapshots that processes keep in memory: counters named `snapshot.*`, raised with
//! [`crate::counter::next_in`] in the transaction of a change.

use db::Sql;

use crate::{error::Result, via::Via};

const VERSIONS: Sql = Sql::same("SELECT name, value FROM counter WHERE name LIKE 'snapshot.%' ORDER BY name");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("snapshot.versions", VERSIONS)]
}

/// The present version of each snapshot that was ever changed, by name.
pub async fn versions<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(String, i64)>> {
    Ok(via.into().all(&VERSIONS, &[]).await?)
}
