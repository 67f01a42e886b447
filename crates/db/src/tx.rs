//! A write transaction.

use sqlx::postgres::Postgres;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Executor, Transaction};

use crate::dialect::Dialect;
use crate::error::{DbError, Result};
use crate::group::Member;
use crate::sql::Sql;
use crate::value::{Bind, FromDb, lite_args, lite_args_after, lite_row, pg_args, pg_row};

/// A write transaction. Dropping it rolls back.
///
/// As in PostgreSQL, and enforced on both engines: after one statement fails nothing more can be done in it, and its
/// work is gone. Use `ON CONFLICT` where a conflict is an expected answer.
pub struct Tx {
    inner: Inner,
    dialect: Dialect,
    state: State,
    waiting: Waiting,
}

/// Writes put off on SQLite. Each statement is a trip to the connection's thread and back, dearer than most of what is done
/// there, so statements whose answer nobody needs travel together with the next one that is needed.
#[derive(Default)]
struct Waiting {
    text: String,
    args: SqliteArguments,
    binds: usize,
}

impl Waiting {
    fn push(&mut self, sql: &str, args: &[&dyn Bind]) -> Result<()> {
        lite_args_after(&mut self.args, args)?;
        if !self.text.is_empty() {
            self.text.push_str(";\n");
        }
        renumber(sql, self.binds, &mut self.text);
        self.binds += args.len();
        Ok(())
    }

    fn query(&mut self) -> sqlx::query::Query<'static, sqlx::Sqlite, SqliteArguments> {
        let Waiting { text, args, .. } = std::mem::take(self);
        sqlx::query_with(AssertSqlSafe(text), args)
    }
}

/// Appends the statement with its placeholders, `$n` or bare `?`, moved up by as many as were there before: all statements
/// of one trip share one list of arguments.
fn renumber(sql: &str, before: usize, out: &mut String) {
    let mark = if sql.contains('$') { '$' } else { '?' };
    for (i, part) in sql.split(mark).enumerate() {
        if i == 0 {
            out.push_str(part);
            continue;
        }
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at(digits);
        match (mark, number.parse::<usize>()) {
            ('?', _) => out.push_str(&format!("${}{part}", before + i)),
            (_, Ok(n)) => out.push_str(&format!("${}{rest}", before + n)),
            (_, Err(_)) => out.extend(["$", part]),
        }
    }
}

enum Inner {
    Lite(Member),
    Pg(Transaction<'static, Postgres>),
    Ended,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Live,
    /// A statement was started and its future not finished; if seen at the next call, it was dropped half-way.
    Running,
    Failed {
        retryable: bool,
    },
}

impl Tx {
    pub(crate) fn lite(member: Member) -> Self {
        Tx { inner: Inner::Lite(member), dialect: Dialect::Lite, state: State::Live, waiting: Waiting::default() }
    }

    pub(crate) fn pg(tx: Transaction<'static, Postgres>) -> Self {
        Tx { inner: Inner::Pg(tx), dialect: Dialect::Pg, state: State::Live, waiting: Waiting::default() }
    }

    /// Which engine this runs on.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Runs a statement; the number of rows it touched.
    pub async fn run(&mut self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<u64> {
        let sql = sql.into();
        self.flush().await?;
        self.start()?;
        let done = match &mut self.inner {
            Inner::Lite(member) => {
                let query = sqlx::query_with(sql.lite(), lite_args(args)?);
                member.conn()?.execute(query).await.map(|done| done.rows_affected())
            }
            Inner::Pg(tx) => {
                let query = sqlx::query_with(sql.pg(), pg_args(args)?);
                (&mut **tx).execute(query).await.map(|done| done.rows_affected())
            }
            Inner::Ended => return Err(DbError::Aborted),
        };
        self.settle(done).await
    }

    /// Runs a write whose answer nobody needs: at once on PostgreSQL, together with the next statement or the commit on
    /// SQLite. Its failure is that statement's.
    pub async fn later(&mut self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<()> {
        let sql = sql.into();
        match (&self.inner, self.state) {
            (Inner::Lite(_), State::Live) => self.waiting.push(sql.text(Dialect::Lite), args),
            _ => self.run(sql, args).await.map(drop),
        }
    }

    /// Runs what was put off.
    async fn flush(&mut self) -> Result<()> {
        if self.waiting.text.is_empty() {
            return Ok(());
        }
        self.start()?;
        let Inner::Lite(member) = &mut self.inner else { return Err(DbError::Aborted) };
        let done = member.conn()?.execute(self.waiting.query()).await.map(drop);
        self.settle(done).await
    }

    /// Every row, in memory.
    pub async fn all<T: FromDb>(&mut self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<Vec<T>> {
        let sql = sql.into();
        self.start()?;
        // Always to the last row: SQLite reports a broken foreign key of `INSERT … RETURNING` only there.
        let rows = match &mut self.inner {
            Inner::Lite(member) => {
                let query = if self.waiting.text.is_empty() {
                    sqlx::query_with(sql.lite(), lite_args(args)?)
                } else {
                    self.waiting.push(sql.text(Dialect::Lite), args)?;
                    self.waiting.query()
                };
                let rows = member.conn()?.fetch_all(query).await;
                rows.map(|rows| rows.iter().map(lite_row).collect::<Result<Vec<T>>>())
            }
            Inner::Pg(tx) => {
                let query = sqlx::query_with(sql.pg(), pg_args(args)?);
                let rows = (&mut **tx).fetch_all(query).await;
                rows.map(|rows| rows.iter().map(pg_row).collect::<Result<Vec<T>>>())
            }
            Inner::Ended => return Err(DbError::Aborted),
        };
        self.settle(rows).await?
    }

    /// The first row, or `None`.
    pub async fn one<T: FromDb>(&mut self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<Option<T>> {
        Ok(self.all(sql, args).await?.into_iter().next())
    }

    /// The first column of the first row; [`DbError::NoRow`] when there is none.
    pub async fn scalar<T>(&mut self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<T>
    where
        (T,): FromDb,
    {
        let sql = sql.into();
        let dialect = self.dialect();
        match self.one::<(T,)>(&sql, args).await? {
            Some((value,)) => Ok(value),
            None => Err(DbError::NoRow { sql: sql.text(dialect).to_owned() }),
        }
    }

    /// The first column of the first row, or `None` when there is no row.
    pub async fn scalar_opt<T>(&mut self, sql: impl Into<Sql>, args: &[&dyn Bind]) -> Result<Option<T>>
    where
        (T,): FromDb,
    {
        Ok(self.one::<(T,)>(sql, args).await?.map(|(value,)| value))
    }

    /// Runs several statements without parameters: DDL of migrations and test fixtures.
    pub async fn batch(&mut self, ddl: &str) -> Result<()> {
        self.flush().await?;
        self.start()?;
        let query = sqlx::raw_sql(AssertSqlSafe(ddl.to_owned()));
        let done = match &mut self.inner {
            Inner::Lite(member) => member.conn()?.execute(query).await.map(|_| ()),
            Inner::Pg(tx) => (&mut **tx).execute(query).await.map(|_| ()),
            Inner::Ended => return Err(DbError::Aborted),
        };
        self.settle(done).await
    }

    /// Makes the work durable. `Ok` means it is on disk; once polled, it runs to its end even when the caller goes
    /// away.
    ///
    /// # Errors
    /// [`DbError::Aborted`] when a statement failed before, [`DbError::Commit`] when the engine refused; nothing is
    /// stored then.
    pub async fn commit(mut self) -> Result<()> {
        if self.state == State::Live {
            self.flush().await?;
        }
        if self.state != State::Live {
            return Err(DbError::Aborted);
        }
        match self.inner {
            Inner::Lite(member) => member.commit().await,
            Inner::Pg(tx) => tx.commit().await.map_err(|e| DbError::Commit(e.into())),
            Inner::Ended => Err(DbError::Aborted),
        }
    }

    /// Undoes the work.
    pub async fn rollback(self) -> Result<()> {
        match self.inner {
            Inner::Lite(member) => member.rollback().await,
            Inner::Pg(tx) => Ok(tx.rollback().await?),
            Inner::Ended => Ok(()),
        }
    }

    /// A statement failed in a way that running the whole transaction again may cure.
    pub fn is_retryable(&self) -> bool {
        self.state == State::Failed { retryable: true }
    }

    fn start(&mut self) -> Result<()> {
        if self.state != State::Live {
            return Err(DbError::Aborted);
        }
        self.state = State::Running;
        Ok(())
    }

    /// Ends a statement. A failed one ends the transaction at once, so that both engines behave alike and SQLite's
    /// writer is free for the next.
    async fn settle<T>(&mut self, done: sqlx::Result<T>) -> Result<T> {
        match done {
            Ok(value) => {
                self.state = State::Live;
                Ok(value)
            }
            Err(e) => {
                let e = DbError::from(e);
                self.state = State::Failed { retryable: e.is_retryable() };
                if let Inner::Lite(member) = std::mem::replace(&mut self.inner, Inner::Ended) {
                    member.rollback().await.ok();
                }
                Err(e)
            }
        }
    }
}
