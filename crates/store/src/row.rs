//! From rows to domain values, with the place named when a value does not fit.

use std::str::FromStr;

use crate::error::{Result, StoreError};

/// The place of a value that may not fit.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub table: &'static str,
    pub row: &'a dyn std::fmt::Display,
}

impl At<'_> {
    /// Text code to enumeration.
    pub(crate) fn code<T: FromStr<Err: ToString>>(self, column: &'static str, text: &str) -> Result<T> {
        text.parse().map_err(|e: T::Err| StoreError::corrupt(self.table, column, self.row, e.to_string()))
    }

    /// Text code that may be absent.
    pub(crate) fn code_opt<T: FromStr<Err: ToString>>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>> {
        text.map(|t| self.code(column, t)).transpose()
    }

    /// The text a serde enumeration travels as.
    pub(crate) fn wire<T: serde::de::DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        let value = serde_json::Value::String(text.to_owned());
        serde_json::from_value(value).map_err(|e| StoreError::corrupt(self.table, column, self.row, e))
    }

    /// As [`At::wire`], of a column that may be empty.
    pub(crate) fn wire_opt<T: serde::de::DeserializeOwned>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<Option<T>> {
        text.map(|t| self.wire(column, t)).transpose()
    }

    /// JSON text.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|e| StoreError::corrupt(self.table, column, self.row, e))
    }
}

/// JSON of a value that always has one.
pub(crate) fn to_json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("keys are text and numbers finite")
}

/// The text a serde enumeration without fields travels as.
pub(crate) fn wire_code(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(code)) => code,
        other => unreachable!("an enumeration travels as text, not as {other:?}"),
    }
}

/// `excluded.column` for each column: the tail of an insert that replaces.
pub(crate) fn replacing(key: &str, columns: &[&str]) -> String {
    let sets: Vec<String> = columns.iter().map(|c| format!("{c} = excluded.{c}")).collect();
    format!("ON CONFLICT ({key}) DO UPDATE SET {}", sets.join(", "))
}

/// `SELECT columns FROM table tail`.
pub(crate) fn select(columns: &[&str], table: &str, tail: &str) -> String {
    format!("SELECT {} FROM {table} {tail}", columns.join(", "))
}

/// `INSERT INTO table (columns) VALUES (…), (…) tail` for `rows` rows; `tail` has no parameters.
///
/// SQLite looks a numbered parameter up by walking all of them, at preparing and again at every binding: a thousand
/// parameters cost a million steps. It counts bare `?` by itself.
pub(crate) fn insert(table: &str, columns: &[&str], rows: usize, tail: &str) -> db::Sql {
    let n = columns.len();
    let text = |row: &dyn Fn(usize) -> String| {
        let values: Vec<String> = (0..rows).map(|r| format!("({})", row(r))).collect();
        format!("INSERT INTO {table} ({}) VALUES {} {tail}", columns.join(", "), values.join(", "))
    };
    db::Sql::built(text(&|_| vec!["?"; n].join(", ")), text(&|r| db::placeholders(1 + r * n, n)))
}

/// `UPDATE table SET column = $from, … tail`.
pub(crate) fn update(table: &str, columns: &[&str], from: usize, tail: &str) -> String {
    let sets: Vec<String> = columns.iter().enumerate().map(|(i, c)| format!("{c} = ${}", from + i)).collect();
    format!("UPDATE {table} SET {} {tail}", sets.join(", "))
}

/// Borrowed view of boxed parameters.
pub(crate) fn args(binds: &[db::BoxBind]) -> Vec<&dyn db::Bind> {
    binds.iter().map(|b| &**b as &dyn db::Bind).collect()
}

/// Boxes each value.
macro_rules! boxes {
    ($($value:expr),* $(,)?) => { vec![$(db::boxed($value)),*] };
}
pub(crate) use boxes;

/// The children of several orders, each order's in their own order; `R` is a row of `table`.
pub(crate) async fn of_orders<R: db::FromDb>(
    db: &db::Db,
    columns: &[&str],
    table: &str,
    ids: &[kernel::OrderId],
) -> Result<Vec<R>> {
    let padded = crate::order::padded(ids);
    let places = db::placeholders(1, padded.len());
    let text = select(columns, table, &format!("WHERE order_id IN ({places}) ORDER BY order_id, ord"));
    Ok(db.all(&db::Sql::dynamic(text), &args(&padded)).await?)
}

/// At most this many parameters in one statement. SQLite finds a numbered parameter by walking through those before
/// it, at every execution, so that long statements cost the square of their length; and chunks of one size share one
/// prepared text.
const MAX_BINDS: usize = 500;

/// Inserts rows, several in a statement; nothing for no rows. Tells how many were new.
pub(crate) async fn insert_new(
    tx: &mut db::Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<db::BoxBind>>,
    tail: &str,
) -> db::Result<u64> {
    let mut done = 0;
    for chunk in chunks(&rows, columns) {
        done += tx.run(&insert(table, columns, chunk.len(), tail), &flat(chunk)).await?;
    }
    Ok(done)
}

/// As [`insert_new`], for those who need no answer: see [`db::Tx::later`].
pub(crate) async fn insert_rows(
    tx: &mut db::Tx,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<db::BoxBind>>,
    tail: &str,
) -> db::Result<()> {
    for chunk in chunks(&rows, columns) {
        tx.later(&insert(table, columns, chunk.len(), tail), &flat(chunk)).await?;
    }
    Ok(())
}

fn chunks<'a>(rows: &'a [Vec<db::BoxBind>], columns: &[&str]) -> std::slice::Chunks<'a, Vec<db::BoxBind>> {
    rows.chunks((MAX_BINDS / columns.len()).max(1))
}

fn flat(rows: &[Vec<db::BoxBind>]) -> Vec<&dyn db::Bind> {
    rows.iter().flatten().map(|b| &**b as &dyn db::Bind).collect()
}
