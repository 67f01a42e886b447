//! What can go wrong below the rules.

use db::DbError;
use kernel::CryptoError;

/// Result of this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A failure of storage. Messages are for operators and logs, except [`StoreError::Stale`], which the caller turns
/// into a refusal.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or failed.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A stored value cannot be what the rules expect.
    #[error("数据不一致：表 {table} 的列 {column}（行 {row}）：{reason}")]
    Corrupt { table: &'static str, column: &'static str, row: String, reason: String },
    /// Sealed bytes do not open: wrong key, or altered.
    #[error("表 {table} 的列 {column}（行 {row}）无法解密：{source}")]
    Sealed { table: &'static str, column: &'static str, row: String, source: CryptoError },
    /// Somebody changed the row since it was loaded.
    #[error("表 {table} 的行 {row} 已被他人修改")]
    Stale { table: &'static str, row: String },
}

impl StoreError {
    /// Running the whole transaction again may succeed; see [`DbError::is_retryable`].
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, StoreError::Db(e) if e.is_retryable())
    }

    /// Somebody changed the row since it was loaded.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        matches!(self, StoreError::Stale { .. })
    }

    pub(crate) fn corrupt(
        table: &'static str,
        column: &'static str,
        row: impl ToString,
        reason: impl ToString,
    ) -> Self {
        StoreError::Corrupt { table, column, row: row.to_string(), reason: reason.to_string() }
    }

    pub(crate) fn stale(table: &'static str, row: impl ToString) -> Self {
        StoreError::Stale { table, row: row.to_string() }
    }
}
