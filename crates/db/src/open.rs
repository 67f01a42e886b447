//! Opening: the pragmas and pool settings of each engine.

use std::str::FromStr;
use std::time::Duration;

use sqlx::Connection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::error::{DbError, Result};
use crate::group::{Writer, connect};
use crate::pool::Db;

/// Bounds of a group commit on SQLite. Whichever is reached first forces the shared COMMIT.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Transactions per COMMIT; `1` gives every transaction its own.
    pub max_txs: usize,
    /// Age of the group, measured when a member is ready to commit.
    pub max_age: Duration,
}

impl Default for Group {
    fn default() -> Self {
        Group { max_txs: 32, max_age: Duration::from_millis(5) }
    }
}

/// Settings of [`Db::open`].
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Read connections on SQLite; all connections on PostgreSQL.
    pub connections: u32,
    /// Longest wait for a connection, or for the single writer on SQLite.
    pub acquire_timeout: Duration,
    /// SQLite: longest wait for a lock held by another process.
    pub busy_timeout: Duration,
    /// SQLite: group commit bounds.
    pub group: Group,
    /// Prepared statements kept per connection.
    pub statements: usize,
}

impl Default for OpenOptions {
    fn default() -> Self {
        OpenOptions {
            connections: 8,
            acquire_timeout: Duration::from_secs(30),
            busy_timeout: Duration::from_secs(5),
            group: Group::default(),
            statements: 1024,
        }
    }
}

pub(crate) async fn open(url: &str, opts: OpenOptions) -> Result<Db> {
    if url.starts_with("sqlite:") {
        return open_lite(url, &opts).await;
    }
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Ok(Db::Pg(open_pg(url, &opts).await?));
    }
    Err(refused(url, "地址须以 sqlite:// 或 postgres:// 开头"))
}

fn refused(url: &str, reason: impl std::fmt::Display) -> DbError {
    DbError::Open { url: without_password(url), reason: reason.to_string() }
}

fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}:***@{host}", user.split(':').next().unwrap_or("")),
        None => url.to_owned(),
    }
}

async fn open_lite(url: &str, opts: &OpenOptions) -> Result<Db> {
    let base = SqliteConnectOptions::from_str(url).map_err(|e| refused(url, e))?;
    let path = base.get_filename().to_string_lossy().into_owned();
    if path.contains(":memory:") || path.starts_with("file:") || path.is_empty() {
        return Err(refused(url, "需要磁盘文件，例如 sqlite:///var/lib/hotline/hotline.db"));
    }
    let base = base
        .create_if_missing(true)
        .foreign_keys(true)
        .busy_timeout(opts.busy_timeout)
        .statement_cache_capacity(opts.statements)
        .pragma("temp_store", "MEMORY")
        .pragma("mmap_size", "268435456");
    let write = base
        .clone()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("cache_size", "-32768")
        .pragma("journal_size_limit", "67108864")
        .optimize_on_close(true, Some(400));
    let read = base.create_if_missing(false).pragma("query_only", "ON").pragma("cache_size", "-8192");
    // The writer comes first: it creates the file and turns WAL on.
    let conn = connect(&write).await.map_err(|e| refused(url, e))?;
    let read: SqlitePool = SqlitePoolOptions::new()
        .max_connections(opts.connections.max(1))
        .acquire_timeout(opts.acquire_timeout)
        .test_before_acquire(false)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(read)
        .await
        .map_err(|e| refused(url, e))?;
    Ok(Db::Lite { write: Writer::new(conn, write, opts), read })
}

async fn open_pg(url: &str, opts: &OpenOptions) -> Result<PgPool> {
    let conn = PgConnectOptions::from_str(url).map_err(|e| refused(url, e))?.statement_cache_capacity(opts.statements);
    // Every statement is short: compiling one costs more than it ever saves.
    let conn = conn.options([("jit", "off")]);
    PgPoolOptions::new()
        .max_connections(opts.connections.max(1))
        .acquire_timeout(opts.acquire_timeout)
        .test_before_acquire(false)
        // A ping per statement would double the round trips; ask only connections that sat idle.
        .before_acquire(|conn, meta| {
            Box::pin(async move {
                if meta.idle_for > Duration::from_secs(10) {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .connect_with(conn)
        .await
        .map_err(|e| refused(url, e))
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn an_error_never_shows_the_password() {
        assert_eq!(without_password("postgres://u:se@cret@h:5432/d"), "postgres://u:***@h:5432/d");
        assert_eq!(without_password("sqlite://a.db"), "sqlite://a.db");
    }
}
