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

/// The numbers of the orders that match, with one mark for the query text.
pub(crate) const fn listed_numbers(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Lite => "SELECT rowid FROM order_text WHERE order_text MATCH {}",
        Dialect::Pg => "SELECT rowid FROM order_text WHERE words @@ CAST(CAST({} AS TEXT) AS TSQUERY)",
    }
}

/// Condition on `orders o`, with one mark for the query text: lists the orders that have all tokens.
pub(crate) const fn listed(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Lite => "o.no IN (SELECT rowid FROM order_text WHERE order_text MATCH {})",
        Dialect::Pg => "o.no IN (SELECT rowid FROM order_text WHERE words @@ CAST(CAST({} AS TEXT) AS TSQUERY))",
    }
}

/// Condition on `orders o` with one mark for a pattern: asks an order met on another way.
pub(crate) const ASKED: &str = "(o.title LIKE {} OR o.content LIKE {} OR o.wish LIKE {})";

/// How a keyword is best looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Few orders have it: the text index lists them.
    Listed,
    /// Very many have it: each order met on another way is asked for these phrases.
    Asked(Vec<String>),
}

/// Listing m of n orders reads m; asking along a list reads about a page·n/m. Below √(page·n) listing is cheaper.
const PAGE: i64 = 20;
pub(crate) const LAST_NO: Sql = Sql::same("SELECT COALESCE(MAX(no), 0) FROM orders");
const MATCHES: Sql = Sql::split(
    "SELECT COUNT(*) FROM (SELECT rowid FROM order_text WHERE order_text MATCH $1 LIMIT $2) found",
    "SELECT COUNT(*) FROM (
        SELECT rowid FROM order_text WHERE words @@ CAST(CAST($1 AS TEXT) AS TSQUERY) LIMIT $2) found",
);

/// The better way for a keyword. Only Chinese can be asked for: it has no width or case to fold.
pub(crate) async fn way(db: &db::Db, keyword: Option<&str>) -> Result<Way> {
    let Some(keyword) = keyword else { return Ok(Way::Listed) };
    let (Some(query), Some(phrases)) = (match_text(keyword, db.dialect()), chinese(keyword)) else {
        return Ok(Way::Listed);
    };
    let orders: i64 = db.scalar(&LAST_NO, &[]).await?;
    let many = (PAGE * orders).isqrt();
    let n: i64 = db.scalar(&MATCHES, &[&query, &(many + 1)]).await?;
    Ok(if n > many { Way::Asked(phrases) } else { Way::Listed })
}

/// The runs of a keyword when all of them are Chinese.
fn chinese(keyword: &str) -> Option<Vec<String>> {
    let runs = keyword.split(|c: char| !c.is_alphanumeric()).filter(|r| !r.is_empty());
    runs.map(|r| r.chars().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)).then(|| r.to_owned())).collect()
}

/// Longer runs of letters are cut, in index and query alike; PostgreSQL refuses words over 2 KiB.
const LONGEST: usize = 40;

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("text.insert", INSERT),
        ("text.replace", REPLACE),
        ("text.no_of", NO_OF),
        ("text.matches", MATCHES),
        ("text.last_no", LAST_NO),
    ]
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
    joined(tokens, quote, and)
}

/// Any of the tokens, as PostgreSQL asks.
pub(crate) fn any_of_pg(tokens: &[String]) -> Option<String> {
    joined(tokens, '\'', " | ")
}

fn joined(tokens: &[String], quote: char, with: &str) -> Option<String> {
    let safe = |t: &&String| !t.is_empty() && t.chars().all(char::is_alphanumeric);
    let words: Vec<String> = tokens.iter().filter(safe).map(|t| format!("{quote}{}{quote}", cut(t.clone()))).collect();
    (!words.is_empty()).then(|| words.join(with))
}

pub(crate) async fn insert(tx: &mut Tx, no: i64, order: &Order) -> Result<()> {
    let words = words(order, tx.dialect());
    tx.later(&INSERT, &[&no, &words]).await?;
    Ok(())
}

pub(crate) async fn replace(tx: &mut Tx, no: i64, order: &Order) -> Result<()> {
    let words = words(order, tx.dialect());
    tx.later(&REPLACE, &[&no, &words]).await?;
    Ok(())
}

/// Writes the tokens of an order anew. Inserting and saving a case does it already; this is for rebuilding the index.
pub async fn index_text(tx: &mut Tx, order: &Order) -> Result<()> {
    if let Some(no) = tx.scalar_opt::<i64>(&NO_OF, &[&order.id]).await? {
        replace(tx, no, order).await?;
    }
    Ok(())
}
