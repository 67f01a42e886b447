//! Questions for tests and diagnosis: does a statement prepare, what does a table look like.

use sqlx::Executor;

use crate::error::Result;
use crate::pool::Db;
use crate::sql::Sql;

/// Prepares a statement without running it: finds misspelt names and wrong parameters on this engine.
///
/// # Errors
/// The engine's message with the statement.
pub async fn prepares(db: &Db, sql: &Sql) -> Result<(), String> {
    let done = match db {
        Db::Lite { read, .. } => match read.acquire().await {
            Ok(mut conn) => conn.prepare(sql.lite()).await.map(|_| ()),
            Err(e) => Err(e),
        },
        Db::Pg(pool) => match pool.acquire().await {
            Ok(mut conn) => conn.prepare(sql.pg()).await.map(|_| ()),
            Err(e) => Err(e),
        },
    };
    done.map_err(|e| format!("{e}\n{}", sql.text(db.dialect())))
}

/// A column as both engines can describe it, so that two schemas can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Name.
    pub name: String,
    /// Lower-case type in PostgreSQL's words; `BLOB` reads `bytea`, a `{{serial}}` key reads `bigint`.
    pub kind: String,
    /// May hold NULL.
    pub nullable: bool,
}

const COLUMNS: Sql = Sql::split(
    "SELECT name, lower(type), CASE WHEN \"notnull\" = 0 AND pk = 0 THEN 1 ELSE 0 END
     FROM pragma_table_info($1) ORDER BY cid",
    "SELECT CAST(column_name AS TEXT), CAST(data_type AS TEXT), CAST(CASE is_nullable WHEN 'YES' THEN 1 ELSE 0 END AS BIGINT)
     FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
);
const TABLES: Sql = Sql::split(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    "SELECT CAST(table_name AS TEXT) FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name COLLATE \"C\"",
);

/// The columns of a table in their order; empty when there is no such table.
pub async fn columns(db: &Db, table: &str) -> Result<Vec<Column>> {
    let rows = db.all::<(String, String, i64)>(COLUMNS, &[&table]).await?;
    let column = |(name, kind, nullable): (String, String, i64)| {
        let kind = match kind.as_str() {
            "blob" => "bytea".to_owned(),
            "integer" if matches!(db, Db::Lite { .. }) => "bigint".to_owned(),
            _ => kind,
        };
        Column { name, kind, nullable: nullable == 1 }
    };
    Ok(rows.into_iter().map(column).collect())
}

/// The tables of the schema, by name.
pub async fn tables(db: &Db) -> Result<Vec<String>> {
    Ok(db.all::<(String,)>(TABLES, &[]).await?.into_iter().map(|(name,)| name).collect())
}
