//! Embedded, ordered, checked migrations.

use crate::dialect::rendered;
use crate::error::{DbError, Result};
use crate::pool::Db;
use crate::retry::Attempts;
use crate::sql::Sql;
use crate::tx::Tx;

/// One schema change. The text is portable DDL, see [`crate::render`]; once released it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Order and identity, ascending.
    pub version: i64,
    /// Short name for people.
    pub name: &'static str,
    /// Portable DDL.
    pub sql: &'static str,
    /// FNV-1a 64 of `sql`.
    pub checksum: u64,
}

impl Migration {
    /// A migration with its checksum: `Migration::new(1, "base", include_str!("0001_base.sql"))`.
    pub const fn new(version: i64, name: &'static str, sql: &'static str) -> Self {
        Migration { version, name, sql, checksum: fnv1a(sql.as_bytes()) }
    }

    fn refuse(&self, reason: impl std::fmt::Display) -> DbError {
        DbError::Migration { version: self.version, name: self.name.to_owned(), reason: reason.to_string() }
    }
}

/// FNV-1a, 64 bits: notices an edited file, is no protection against a forger.
const fn fnv1a(bytes: &[u8]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut i = 0;
    while i < bytes.len() {
        hash = (hash ^ bytes[i] as u64).wrapping_mul(0x0000_0100_0000_01b3);
        i += 1;
    }
    hash
}

/// A migration applied by this call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
}

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version    BIGINT NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    checksum   TEXT   NOT NULL,
    applied_at TEXT   NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO schema_migration (version, name, checksum) VALUES (0, 'lock', '') ON CONFLICT DO NOTHING;";
// The row of version 0 is the lock: portable to every engine that speaks PostgreSQL, where advisory locks are not.
const LOCK: Sql = Sql::same("UPDATE schema_migration SET name = name WHERE version = 0");
const APPLIED: Sql = Sql::same("SELECT checksum FROM schema_migration WHERE version = $1");
const RECORD: Sql = Sql::same("INSERT INTO schema_migration (version, name, checksum) VALUES ($1, $2, $3)");

/// Applies what is missing, in order, each migration in a transaction of its own under a lock that other processes
/// respect. Returns what this call applied; nothing when another process was faster.
///
/// # Errors
/// [`DbError::Migration`] when the versions do not ascend, an applied text has changed since, or a statement fails.
pub async fn migrate(db: &Db, migrations: &[Migration]) -> Result<Vec<Applied>> {
    for pair in migrations.windows(2) {
        if pair[0].version >= pair[1].version {
            return Err(pair[1].refuse(format_args!("版本号须大于前一个迁移的 {}", pair[0].version)));
        }
    }
    if let Some(first) = migrations.first().filter(|m| m.version < 1) {
        return Err(first.refuse("版本号从 1 开始"));
    }
    ledger(db).await?;
    let mut applied = Vec::new();
    for migration in migrations {
        let mut tx = Attempts::new(db).begin().await?;
        tx.run(LOCK, &[]).await?;
        if apply(&mut tx, migration).await? {
            tx.commit().await?;
            tracing::info!(version = migration.version, name = migration.name, "schema migration applied");
            applied.push(Applied { version: migration.version, name: migration.name });
        } else {
            tx.rollback().await?;
        }
    }
    Ok(applied)
}

/// Creates the ledger. Two processes may do so at once: on PostgreSQL `IF NOT EXISTS` does not keep the loser from a
/// refusal by the catalogue, so it tries again and then finds the table.
async fn ledger(db: &Db) -> Result<()> {
    let mut tries = 0;
    loop {
        let mut tx = Attempts::new(db).begin().await?;
        let done = match tx.batch(LEDGER).await {
            Ok(()) => tx.commit().await,
            Err(e) => Err(e),
        };
        match done {
            Err(e) if tries < 5 && (e.is_unique_violation() || e.is_already_there() || e.is_retryable()) => tries += 1,
            other => return other,
        }
    }
}

async fn apply(tx: &mut Tx, migration: &Migration) -> Result<bool> {
    let checksum = format!("{:016x}", migration.checksum);
    if let Some(known) = tx.scalar_opt::<String>(APPLIED, &[&migration.version]).await? {
        if known != checksum {
            return Err(migration.refuse("已执行过的迁移内容被改动；请恢复原文件，另加新的迁移"));
        }
        return Ok(false);
    }
    let ddl = rendered(migration.sql, tx.dialect(), migration.version, migration.name)?;
    tx.batch(&ddl).await.map_err(|e| migration.refuse(e))?;
    tx.run(RECORD, &[&migration.version, &migration.name, &checksum]).await?;
    Ok(true)
}
