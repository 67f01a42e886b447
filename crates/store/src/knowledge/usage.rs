//! What became of articles: uses in answers, searches, and from them health and gaps.

use db::{FromRow, Sql, Tx};
use kernel::{ArticleId, OrderId, Ts, UserId, Uuid};

use crate::{error::Result, via::Via};

const USE: Sql = Sql::same(
    "INSERT INTO kb_use (id, article_id, revision, order_id, round, user_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (article_id, order_id, round) DO NOTHING",
);
// Opening an article stays known however the typing goes on.
const SEARCH: Sql = Sql::same(
    "INSERT INTO kb_search (id, user_id, text, hits, article_id, at) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (id) DO UPDATE SET text = excluded.text, hits = excluded.hits,
        article_id = COALESCE(excluded.article_id, kb_search.article_id), at = excluded.at
     WHERE kb_search.user_id = excluded.user_id",
);
const UNLOGGED: Sql = Sql::same("DELETE FROM kb_search WHERE at < $1");
const USAGE: Sql = Sql::same(
    "SELECT u.article_id, COUNT(*) AS n, MAX(u.at) AS last_at,
            COUNT(*) FILTER (WHERE o.round > u.round) AS reopened
     FROM kb_use u JOIN orders o ON o.id = u.order_id WHERE u.at >= $1 GROUP BY u.article_id",
);
const OPEN_FIXES: Sql =
    Sql::same("SELECT article_id, COUNT(*) AS n FROM kb_fix WHERE state IN ('open','revising') GROUP BY article_id");
const GAPS: Sql = Sql::same(
    "SELECT text, COUNT(*) AS n, COUNT(*) FILTER (WHERE hits = 0) AS in_vain, MAX(at) AS last_at
     FROM kb_search s WHERE at >= $1 AND article_id IS NULL
       AND NOT EXISTS (SELECT 1 FROM kb_search l WHERE l.text = s.text AND l.article_id IS NOT NULL AND l.at > s.at)
     GROUP BY text ORDER BY n DESC, last_at DESC, text LIMIT $2",
);

const CITED: Sql = Sql::same(
    "SELECT u.article_id, u.revision, u.round, u.user_id, u.at, r.title, a.current_no
     FROM kb_use u JOIN kb_article a ON a.id = u.article_id
          JOIN kb_revision r ON r.article_id = u.article_id AND r.no = u.revision
     WHERE u.order_id = $1 ORDER BY u.at, u.article_id",
);

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("knowledge.use", USE),
        ("knowledge.search", SEARCH),
        ("knowledge.unlogged", UNLOGGED),
        ("knowledge.usage", USAGE),
        ("knowledge.cited", CITED),
        ("knowledge.open_fixes", OPEN_FIXES),
        ("knowledge.gaps", GAPS),
    ]
}

/// An article's text went into an answer.
#[derive(Clone, Debug)]
pub struct Usage {
    pub id: Uuid,
    pub article: ArticleId,
    pub revision: i32,
    pub order: OrderId,
    pub round: i32,
    pub user: UserId,
    pub at: Ts,
}

/// Books a use, once per article, order and round.
pub async fn insert_use(tx: &mut Tx, u: &Usage) -> Result<()> {
    tx.run(&USE, &[&u.id, &u.article, &u.revision, &u.order, &u.round, &u.user, &u.at]).await?;
    Ok(())
}

/// Books what somebody looked for; nobody when it was a citizen. Typing on replaces the row.
pub async fn put_search(
    tx: &mut Tx,
    id: Uuid,
    user: Option<UserId>,
    text: &str,
    hits: i32,
    opened: Option<ArticleId>,
    at: Ts,
) -> Result<()> {
    tx.run(&SEARCH, &[&id, &user, &text, &hits, &opened, &at]).await?;
    Ok(())
}

/// Forgets searches before a moment.
pub async fn unlogged(tx: &mut Tx, before: Ts) -> Result<()> {
    tx.run(&UNLOGGED, &[&before]).await?;
    Ok(())
}

/// How an article was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Seen {
    pub article_id: ArticleId,
    pub n: i64,
    pub last_at: Ts,
    /// Orders that were taken up again after it.
    pub reopened: i64,
}

/// An article that went into the answer of one order.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Cited {
    pub article_id: ArticleId,
    pub revision: i32,
    pub round: i32,
    pub user_id: UserId,
    pub at: Ts,
    pub title: String,
    /// The revision in force now; `None` when the article is retired.
    pub current_no: Option<i32>,
}

/// What the answers of an order were taken from, oldest first.
pub async fn cited<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Cited>> {
    Ok(via.into().all(&CITED, &[&order]).await?)
}

/// Uses of every article since a moment.
pub async fn usage<'a>(via: impl Into<Via<'a>>, since: Ts) -> Result<Vec<Seen>> {
    Ok(via.into().all(&USAGE, &[&since]).await?)
}

/// Articles with open correction tickets, and how many.
pub async fn open_fixes<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(ArticleId, i64)>> {
    Ok(via.into().all(&OPEN_FIXES, &[]).await?)
}

/// Words looked for in vain.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Gap {
    pub text: String,
    pub n: i64,
    /// How often nothing at all was found.
    pub in_vain: i64,
    pub last_at: Ts,
}

/// Searches since a moment after which nobody opened anything, the most frequent first.
pub async fn gaps<'a>(via: impl Into<Via<'a>>, since: Ts, limit: i64) -> Result<Vec<Gap>> {
    Ok(via.into().all(&GAPS, &[&since, &limit]).await?)
}
