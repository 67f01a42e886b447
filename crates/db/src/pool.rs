//! The handle: reads, and the beginning of writes.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{BoxStream, StreamExt};
use sqlx::Executor;
use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;

use crate::dialect::Dialect;
use crate::error::{DbError, Result};
use crate::group::Writer;
use crate::open::{OpenOptions, open};
use crate::sql::Sql;
use crate::tx::Tx;
use crate::value::{Bind, FromDb, lite_args, lite_row, pg_args, pg_row};

/// An open database. Cheap to clone.
#[derive(Clone)]
pub enum Db {
    /// One SQLite file: a single writer and a pool of `query_only` readers.
    Lite {
        /// The write connection.
        write: Arc<Writer>,
        /// The read connections.
        read: SqlitePool,
    },
    /// A PostgreSQL database.
    Pg(PgPool),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({:?})", self.dialect())
    }
}

impl Db {
    /// Opens `sqlite://path` (created when missing: WAL, FULL, foreign keys on) or `postgres://…`.
    ///
    /// # Errors
    /// [`DbError::Open`] with the reason; the address in it carries no password.
    pub async fn open(url: &str, opts: OpenOptions) -> Result<Db> {
        open(url, opts).await
    }

    /// Which engine this is. For diagnostics and tests; statements differ through [`Sql::split`].
    pub fn dialect(&self) -> Dialect {
        match self {
            Db::Lite { .. } => Dialect::Lite,
            Db::Pg(_) => Dialect::Pg,
        }
    }

    /// Every row, in memory. Bound it with LIMIT, or use [`Db::stream`].
    pub async fn all<T: FromDb>(&self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<Vec<T>> {
        let sql = sql.into();
        match self {
            Db::Lite { read, .. } => {
                let rows = read.fetch_all(sqlx::query_with(sql.lite(), lite_args(args)?)).await?;
                rows.iter().map(lite_row).collect()
            }
            Db::Pg(pool) => {
                let rows = pool.fetch_all(sqlx::query_with(sql.pg(), pg_args(args)?)).await?;
                rows.iter().map(pg_row).collect()
            }
        }
    }

    /// The first row, or `None`.
    pub async fn one<T: FromDb>(&self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<Option<T>> {
        let sql = sql.into();
        match self {
            Db::Lite { read, .. } => {
                let row = read.fetch_optional(sqlx::query_with(sql.lite(), lite_args(args)?)).await?;
                row.as_ref().map(lite_row).transpose()
            }
            Db::Pg(pool) => {
                let row = pool.fetch_optional(sqlx::query_with(sql.pg(), pg_args(args)?)).await?;
                row.as_ref().map(pg_row).transpose()
            }
        }
    }

    /// The first column of the first row.
    ///
    /// # Errors
    /// [`DbError::NoRow`] when there is none; use [`Db::scalar_opt`] where that is normal.
    pub async fn scalar<T>(&self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<T>
    where
        (T,): FromDb,
    {
        let sql = sql.into();
        match self.one::<(T,)>(&sql, args).await? {
            Some((value,)) => Ok(value),
            None => Err(DbError::NoRow { sql: sql.text(self.dialect()).to_owned() }),
        }
    }

    /// The first column of the first row, or `None` when there is no row.
    pub async fn scalar_opt<T>(&self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<Option<T>>
    where
        (T,): FromDb,
    {
        Ok(self.one::<(T,)>(sql, args).await?.map(|(value,)| value))
    }

    /// Rows as they arrive. The stream owns everything it needs (it fits an HTTP body) and holds one connection, on
    /// SQLite also one snapshot, until it ends or is dropped.
    pub fn stream<T: FromDb + 'static>(
        &self,
        sql: impl Into<Sql>,
        args: &[&dyn Bind],
    ) -> BoxStream<'static, Result<T>> {
        let sql = sql.into();
        let failed = |e: DbError| futures::stream::once(async move { Err(e) }).boxed();
        match self {
            Db::Lite { read, .. } => match lite_args(args) {
                Ok(args) => {
                    let rows = Executor::fetch(read, sqlx::query_with(sql.lite(), args));
                    rows.map(|row| lite_row(&row?)).boxed()
                }
                Err(e) => failed(e),
            },
            Db::Pg(pool) => match pg_args(args) {
                Ok(args) => {
                    let rows = Executor::fetch(pool, sqlx::query_with(sql.pg(), args));
                    rows.map(|row| pg_row(&row?)).boxed()
                }
                Err(e) => failed(e),
            },
        }
    }

    /// Begins a write transaction. On SQLite it owns the only writer until it ends: never wait for the network, nor
    /// begin another one, while holding it.
    pub async fn begin(&self) -> Result<Tx> {
        match self {
            Db::Lite { write, .. } => Ok(Tx::lite(write.begin().await?)),
            Db::Pg(pool) => Ok(Tx::pg(pool.begin().await?)),
        }
    }

    /// Runs `work` in a transaction and commits it. A serialisation failure, a deadlock or a busy file rolls it back
    /// and runs `work` again, five times at most, pausing 10, 20, 40 and 80 ms: `work` must have no effect outside the
    /// transaction. An error of `work` rolls back and is returned.
    ///
    /// `db.with_retry(async |tx| order_save(tx, &order).await).await`
    pub async fn with_retry<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: AsyncFnMut(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let mut pause = Duration::from_millis(10);
        for _ in 1..5 {
            match self.attempt(&mut work).await {
                Ok(value) => return Ok(value),
                Err((_, true)) => {
                    tracing::debug!(pause_ms = pause.as_millis() as u64, "transaction will be tried again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                Err((e, false)) => return Err(e),
            }
        }
        self.attempt(&mut work).await.map_err(|(e, _)| e)
    }

    /// One attempt; the flag tells whether another may succeed.
    async fn attempt<T, E, F>(&self, work: &mut F) -> Result<T, (E, bool)>
    where
        F: AsyncFnMut(&mut Tx) -> Result<T, E>,
        E: From<DbError>,
    {
        let again = |e: DbError| {
            let retryable = e.is_retryable();
            (E::from(e), retryable)
        };
        let mut tx = self.begin().await.map_err(again)?;
        match work(&mut tx).await {
            Ok(value) => {
                tx.commit().await.map_err(again)?;
                Ok(value)
            }
            Err(e) => {
                let retryable = tx.is_retryable();
                tx.rollback().await.map_err(again)?;
                Err((e, retryable))
            }
        }
    }

    /// Waits for running work and closes every connection.
    pub async fn close(&self) {
        match self {
            Db::Lite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Pg(pool) => pool.close().await,
        }
    }
}
