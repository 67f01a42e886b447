//! Leases: which process runs a reconciler now.

use db::{Sql, Tx};
use kernel::Ts;

use crate::{error::Result, via::Via};

const TAKE: Sql = Sql::same(
    "INSERT INTO lease (name, holder, until_at) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
     WHERE lease.holder = excluded.holder OR lease.until_at <= $4",
);
const LOOK: Sql = Sql::same("SELECT holder, until_at FROM lease WHERE name = $1");
const RELEASE: Sql = Sql::same("DELETE FROM lease WHERE name = $1 AND holder = $2");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("lease.take", TAKE), ("lease.look", LOOK), ("lease.release", RELEASE)]
}

/// Takes or prolongs a lease until `until`; `false` when another holder's has not run out.
pub async fn take(tx: &mut Tx, name: &str, holder: &str, until: Ts, now: Ts) -> Result<bool> {
    Ok(tx.run(&TAKE, &[&name, &holder, &until, &now]).await? == 1)
}

/// Who has or had a lease, and until when.
pub async fn look<'a>(via: impl Into<Via<'a>>, name: &str) -> Result<Option<(String, Ts)>> {
    Ok(via.into().one(&LOOK, &[&name]).await?)
}

/// Gives it back early.
pub async fn release(tx: &mut Tx, name: &str, holder: &str) -> Result<()> {
    tx.run(&RELEASE, &[&name, &holder]).await?;
    Ok(())
}
