//! What can go wrong, and the three questions callers ask about it.

use std::sync::Arc;

use sqlx::error::{BoxDynError, DatabaseError};
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// Result of this crate.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// A failure of the database or of the mapping to and from it. Messages are for operators and logs.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The engine refused a statement, or the connection to it failed.
    #[error("数据库语句执行失败：{0}")]
    Statement(#[source] sqlx::Error),
    /// A row came back that the Rust type cannot hold.
    #[error("读取 {row} 失败（列 {column}）：{source}")]
    Decode {
        /// Rust type of the row.
        row: &'static str,
        /// Name or index of the column, `?` when the driver does not say.
        column: String,
        /// The driver's own account.
        source: sqlx::Error,
    },
    /// A parameter could not be encoded.
    #[error("第 {position} 个参数无法编码：{source}")]
    Encode {
        /// One-based position, as in `$1`.
        position: usize,
        /// The driver's own account.
        source: BoxDynError,
    },
    /// `scalar` found no row.
    #[error("查询应返回一行，实际没有结果：{sql}")]
    NoRow {
        /// The statement.
        sql: String,
    },
    /// An earlier statement of this transaction failed, so everything in it is already rolled back.
    #[error("事务中已有语句失败并已回滚，不能继续")]
    Aborted,
    /// The commit failed; nothing of the transaction is stored. On SQLite all members of one group share the cause.
    #[error("事务提交失败，未保存任何内容：{0}")]
    Commit(#[source] Arc<sqlx::Error>),
    /// No connection became free in time.
    #[error("等待数据库连接超时，请稍后重试")]
    Busy,
    /// The database was closed, or the runtime is shutting down.
    #[error("数据库已关闭")]
    Closed,
    /// The address or its options are not usable.
    #[error("无法打开数据库 {url}：{reason}")]
    Open {
        /// Address without the password.
        url: String,
        /// Why, and what to do.
        reason: String,
    },
    /// A migration was refused or failed.
    #[error("数据库迁移 {version}（{name}）失败：{reason}")]
    Migration {
        /// Version of the migration.
        version: i64,
        /// Its name.
        name: String,
        /// Why, and what to do.
        reason: String,
    },
}

impl DbError {
    pub(crate) fn decode<T>(source: sqlx::Error) -> Self {
        let column = match &source {
            sqlx::Error::ColumnDecode { index, .. } => index.clone(),
            sqlx::Error::ColumnNotFound(name) => name.clone(),
            sqlx::Error::ColumnIndexOutOfBounds { index, .. } => index.to_string(),
            _ => "?".to_owned(),
        };
        DbError::Decode { row: std::any::type_name::<T>(), column, source }
    }

    fn database(&self) -> Option<&dyn DatabaseError> {
        match self {
            DbError::Statement(e) => e.as_database_error(),
            DbError::Commit(e) => e.as_database_error(),
            _ => None,
        }
    }

    /// A primary key or unique index refused the row.
    pub fn is_unique_violation(&self) -> bool {
        self.database().is_some_and(|e| e.is_unique_violation())
    }

    /// A table or type of this name is there already: PostgreSQL's 42P07 `duplicate_table`, 42710 `duplicate_object`.
    pub fn is_already_there(&self) -> bool {
        self.database().and_then(|e| e.code()).is_some_and(|code| matches!(&*code, "42P07" | "42710"))
    }

    /// The row refers to something absent, or something still refers to it.
    pub fn is_foreign_key_violation(&self) -> bool {
        self.database().is_some_and(|e| e.is_foreign_key_violation())
    }

    /// A CHECK refused the row.
    pub fn is_check_violation(&self) -> bool {
        self.database().is_some_and(|e| e.is_check_violation())
    }

    /// Name of the violated constraint. SQLite reports columns instead of names for unique keys; these are turned
    /// into the name PostgreSQL gives by default (`orders_case_no_key`, `orders_pkey`), so name unique indexes that
    /// way. SQLite does not name foreign keys at all: `None`.
    pub fn constraint(&self) -> Option<String> {
        let e = self.database()?;
        match e.try_downcast_ref::<SqliteError>() {
            Some(lite) => lite_constraint(lite.message(), lite.code().as_deref() == Some("1555")),
            None => e.constraint().map(str::to_owned),
        }
    }

    /// The database is out of reach or has no room to work: nothing is wrong with the request, and the same one may succeed soon.
    pub fn is_away(&self) -> bool {
        let e = match self {
            DbError::Busy | DbError::Closed => return true,
            DbError::Statement(e) => e,
            DbError::Commit(e) => e.as_ref(),
            _ => return false,
        };
        match e {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                true
            }
            sqlx::Error::Database(e) => retryable(e.as_ref()) || out_of_order(e.as_ref()),
            _ => false,
        }
    }

    /// Running the whole transaction again may succeed: serialisation failure or deadlock on PostgreSQL
    /// (`40001`, `40P01`), a busy or locked file on SQLite.
    pub fn is_retryable(&self) -> bool {
        self.database().is_some_and(retryable)
    }
}

/// The engine itself cannot work, whatever it is asked.
fn out_of_order(e: &dyn DatabaseError) -> bool {
    if e.try_downcast_ref::<SqliteError>().is_some() {
        // Read-only, input or output failed, full, cannot be opened.
        return matches!(lite_code(e) & 0xff, 8 | 10 | 13 | 14);
    }
    // 08: connection exceptions; 53: no disk, memory or connections left; 58: the system beneath; 57P01 to 57P03: shut down, crashed,
    // not yet ready; 25006: a standby that takes no writes.
    e.try_downcast_ref::<PgDatabaseError>().is_some_and(|pg| {
        let class = pg.code().get(..2).unwrap_or_default();
        matches!(class, "08" | "53" | "58") || matches!(pg.code(), "57P01" | "57P02" | "57P03" | "25006")
    })
}

fn lite_code(e: &dyn DatabaseError) -> i32 {
    e.code().and_then(|c| c.parse().ok()).unwrap_or(0)
}

fn retryable(e: &dyn DatabaseError) -> bool {
    if e.try_downcast_ref::<SqliteError>().is_some() {
        return matches!(lite_code(e) & 0xff, 5 | 6);
    }
    e.try_downcast_ref::<PgDatabaseError>().is_some_and(|pg| matches!(pg.code(), "40001" | "40P01"))
}

fn lite_constraint(message: &str, primary_key: bool) -> Option<String> {
    let (_, what) = message.split_once(" constraint failed: ")?;
    if let Some(name) = what.strip_prefix("index '") {
        return Some(name.trim_end_matches('\'').to_owned());
    }
    if message.starts_with("CHECK") {
        return Some(what.to_owned());
    }
    let columns: Vec<&str> = what.split(", ").filter_map(|c| c.split_once('.').map(|(_, c)| c)).collect();
    let table = what.split_once('.')?.0;
    Some(if primary_key { format!("{table}_pkey") } else { format!("{table}_{}_key", columns.join("_")) })
}

impl From<sqlx::Error> for DbError {
    fn from(e: sqlx::Error) -> Self {
        match e {
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => DbError::Closed,
            sqlx::Error::PoolTimedOut => DbError::Busy,
            e => DbError::Statement(e),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::lite_constraint;

    #[test]
    fn sqlite_unique_messages_become_postgres_default_names() {
        let unique = lite_constraint("UNIQUE constraint failed: tasks.order_id, tasks.round", false);
        assert_eq!(unique.as_deref(), Some("tasks_order_id_round_key"));
        let key = lite_constraint("UNIQUE constraint failed: tasks.id", true);
        assert_eq!(key.as_deref(), Some("tasks_pkey"));
        let check = lite_constraint("CHECK constraint failed: tasks_state_check", false);
        assert_eq!(check.as_deref(), Some("tasks_state_check"));
        assert_eq!(lite_constraint("FOREIGN KEY constraint failed", false), None);
    }
}
