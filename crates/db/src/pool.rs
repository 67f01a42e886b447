//! The handle: reads, and the beginning of writes.

use std::sync::Arc;

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
