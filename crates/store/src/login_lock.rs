//! Failed logins by login name and address (8.1.4.1 b). Names that do not exist are counted too, so that a lock tells
//! nobody which names do.

use db::{FromRow, Sql, Tx};
use kernel::Ts;

use crate::{error::Result, via::Via};

const LOAD: Sql = Sql::same("SELECT failed_n, last_at, locked_until FROM login_lock WHERE login = $1 AND ip = $2");
const UNTIL: Sql =
    Sql::same("SELECT login, MAX(locked_until) FROM login_lock WHERE locked_until > $1 GROUP BY login ORDER BY login");
// A failure long after the last one begins a new count.
const COUNT: Sql = Sql::same(
    "INSERT INTO login_lock (login, ip, failed_n, last_at, locked_until) VALUES ($1, $2, 1, $3, NULL)
     ON CONFLICT (login, ip) DO UPDATE SET
        failed_n = CASE WHEN login_lock.last_at < $4 THEN 1 ELSE login_lock.failed_n + 1 END,
        last_at = excluded.last_at, locked_until = NULL
     RETURNING failed_n",
);
const LOCK: Sql = Sql::same("UPDATE login_lock SET locked_until = $3, failed_n = 0 WHERE login = $1 AND ip = $2");
const CLEAR: Sql = Sql::same("DELETE FROM login_lock WHERE login = $1");
const CLEAR_IP: Sql = Sql::same("DELETE FROM login_lock WHERE login = $1 AND ip = $2");
const PURGE: Sql =
    Sql::same("DELETE FROM login_lock WHERE last_at < $1 AND (locked_until IS NULL OR locked_until < $1)");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("login_lock.load", LOAD),
        ("login_lock.until", UNTIL),
        ("login_lock.count", COUNT),
        ("login_lock.lock", LOCK),
        ("login_lock.clear", CLEAR),
        ("login_lock.clear_ip", CLEAR_IP),
        ("login_lock.purge", PURGE),
    ]
}

/// What is known of a login name at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct LoginLock {
    pub failed_n: i64,
    pub last_at: Ts,
    pub locked_until: Option<Ts>,
}

pub async fn load<'a>(via: impl Into<Via<'a>>, login: &str, ip: &str) -> Result<Option<LoginLock>> {
    Ok(via.into().one(&LOAD, &[&login, &ip]).await?)
}

/// Login names locked at `now` from any address, with the end of the longest lock.
pub async fn list_locked<'a>(via: impl Into<Via<'a>>, now: Ts) -> Result<Vec<(String, Ts)>> {
    Ok(via.into().all(&UNTIL, &[&now]).await?)
}

/// One more failure; returns how many there are. Failures before `window` are forgotten.
pub async fn count_failure(tx: &mut Tx, login: &str, ip: &str, now: Ts, window: Ts) -> Result<i64> {
    Ok(tx.scalar(&COUNT, &[&login, &ip, &now, &window]).await?)
}

/// Locks the name at the address; the count begins anew afterwards.
pub async fn lock(tx: &mut Tx, login: &str, ip: &str, until: Ts) -> Result<()> {
    tx.run(&LOCK, &[&login, &ip, &until]).await?;
    Ok(())
}

/// Forgets failures and locks, at one address or at all.
pub async fn clear(tx: &mut Tx, login: &str, ip: Option<&str>) -> Result<()> {
    match ip {
        Some(ip) => tx.run(&CLEAR_IP, &[&login, &ip]).await?,
        None => tx.run(&CLEAR, &[&login]).await?,
    };
    Ok(())
}

/// Removes what ended before `before`; returns how many.
pub async fn purge(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&before]).await?)
}
