//! The narrow waist: one SQL text and one row mapping over SQLite and PostgreSQL.
//!
//! Nothing here knows the business. [`Db`] reads, [`Tx`] writes, [`Sql`] is a statement, [`Bind`] a value and
//! [`FromDb`] a row. A function that takes `&mut Tx` never commits.

mod dialect;
mod error;
mod group;
mod inspect;
mod list;
mod migrate;
mod open;
mod pool;
mod retry;
mod sql;
mod tx;
mod value;

pub use dialect::{Dialect, render};
pub use error::{DbError, Result};
pub use inspect::{Column, columns, prepares, tables};
pub use list::{Built, Filter, placeholders};
pub use migrate::{Applied, Migration, migrate};
pub use open::{Group, OpenOptions};
pub use pool::Db;
pub use retry::Attempts;
pub use sql::Sql;
pub use tx::Tx;
pub use value::{Bind, BoxBind, FromDb, boxed};

/// JSON column: encodes and decodes a serde type on both engines.
pub use sqlx::types::Json;
/// Derives of rows and of transparent or text-enum values.
pub use sqlx::{FromRow, Type};
