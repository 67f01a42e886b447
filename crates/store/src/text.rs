//! The text index: tokens of title, content and wish, written in the transaction of the order, so that search is never
//! behind. FTS5 on SQLite, `tsvector` on PostgreSQL, the same tokens in both.

use std::collections::BTreeSet;

use db::{Dialect, Sql, Tx};
use domain::order::Order;
use kernel::{query_tokens, tokens};

use crate::error::Result;

const INSERT: Sql = Sql::split(
    "INSERT INTO order_text (rowid, words) VALUES ($1, $2)",
    "INSERT INTO order_text (rowid, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))",
);
const REPLACE: Sql = Sql::split(
    "INSERT OR REPLACE INTO order_text (rowid, words) VALUES ($1, $2)",
    "INSERT INTO order_text (rowid, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))
     ON CONFLICT (rowid) DO UPDATE SET words = excluded.words",
);
const NO_OF: Sql = Sql::same("SELECT no FROM orders WHERE id = $1");

/// Condition on `o.no`, one placeholder for the query text, for each engine.
pub(crate) const MATCH_LITE: &str = "o.no IN (SELECT rowid FROM order_text WHERE order_text MATCH {})";
pub(crate) const MATCH_PG: &str =
    "o.no IN (SELECT rowid FROM order_text WHERE words @@ CAST(CAST({} AS TEXT) AS TSQUERY))";

/// Longer runs of letters are cut, in index and query alike; PostgreSQL refuses words over 2 KiB.
const LONGEST: usize = 40;

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("text.insert", INSERT), ("text.replace", REPLACE), ("text.no_of", NO_OF)]
}

fn cut(mut token: String) -> String {
    if let Some((at, _)) = token.char_indices().nth(LONGEST) {
        token.truncate(at);
    }
    token
}

pub(crate) fn words(order: &Order, dialect: Dialect) -> String {
    let text = format!("{}\n{}\n{}", order.title, order.content, order.wish.as_deref().unwrap_or(""));
    let tokens: BTreeSet<String> = tokens(&text).into_iter().map(cut).collect();
    let mut out = String::with_capacity(tokens.len() * 8);
    for token in &tokens {
        match dialect {
            Dialect::Lite => out.push_str(token),
            // Tokens are letters and digits only, so quoting needs no escapes.
            Dialect::Pg => out.extend(["'", token, "'"]),
        }
        out.push(' ');
    }
    out
}

/// What to search for: the query in the engine's own language, all tokens required; `None` when the text has none.
pub(crate) fn match_text(query: &str, dialect: Dialect) -> Option<String> {
    all_of(&query_tokens(query), dialect)
}

/// As [`match_text`] for ready tokens.
pub(crate) fn all_of(tokens: &[String], dialect: Dialect) -> Option<String> {
    let (quote, and) = match dialect {
        Dialect::Lite => ('"', " AND "),
        Dialect::Pg => ('\'', " & "),
    };
    let safe = |t: &&String| !t.is_empty() && t.chars().all(char::is_alphanumeric);
    let words: Vec<String> = tokens.iter().filter(safe).map(|t| format!("{quote}{}{quote}", cut(t.clone()))).collect();
    (!words.is_empty()).then(|| words.join(and))
}

pub(crate) async fn insert(tx: &mut Tx, no: i64, order: &Order) -> Result<()> {
    let words = words(order, tx.dialect());
    tx.run(&INSERT, &[&no, &words]).await?;
    Ok(())
}

pub(crate) async fn replace(tx: &mut Tx, no: i64, order: &Order) -> Result<()> {
    let words = words(order, tx.dialect());
    tx.run(&REPLACE, &[&no, &words]).await?;
    Ok(())
}

/// Writes the tokens of an order anew. Inserting and saving a case does it already; this is for rebuilding the index.
pub async fn index_text(tx: &mut Tx, order: &Order) -> Result<()> {
    if let Some(no) = tx.scalar_opt::<i64>(&NO_OF, &[&order.id]).await? {
        replace(tx, no, order).await?;
    }
    Ok(())
}
