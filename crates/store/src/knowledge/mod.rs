//! Articles of the knowledge base (知识库) with their revisions.

mod find;
mod fix;
mod review;
mod usage;
mod words;

use db::{Dialect, Json, Sql, Tx};
use domain::knowledge::{Article, ArticleText, Mark, Revision};
use kernel::{ArticleId, OrgId, Ts, UserId};
use sqlx::FromRow;

pub use find::{ArticleFilter, ArticleTab, Found, Search, counts, list, search};
pub use fix::{FixTab, fixes, fixes_of, insert_fix, late_fixes, load_fix, save_fix};
pub use review::{Reviews, reviews};
pub use usage::{Cited, Gap, Seen, Usage, cited, gaps, insert_use, open_fixes, put_search, unlogged, usage};

use crate::{
    error::{Result, StoreError},
    row::At,
    via::Via,
};

const LOAD: Sql = Sql::same("SELECT * FROM kb_article WHERE id = $1");
const REVISIONS: Sql = Sql::same("SELECT * FROM kb_revision WHERE article_id = $1 ORDER BY no");
const PUT: Sql = Sql::same(
    "INSERT INTO kb_article (id, no, version, owner, current_no, working_no, working, review_due, reviewed_at,
        retired, told, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version + 1, current_no = excluded.current_no,
        working_no = excluded.working_no, working = excluded.working, review_due = excluded.review_due,
        reviewed_at = excluded.reviewed_at, retired = excluded.retired, told = excluded.told,
        changed_at = excluded.changed_at WHERE kb_article.version = excluded.version",
);
const PUT_REVISION: Sql = Sql::same(
    "INSERT INTO kb_revision (article_id, no, state, title, body, inner_note, category, area, keywords, basis,
        is_public, valid_from, valid_to, note, author, written_at, confirmed, audited, returned, published_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
     ON CONFLICT (article_id, no) DO UPDATE SET state = excluded.state, title = excluded.title, body = excluded.body,
        inner_note = excluded.inner_note, category = excluded.category, area = excluded.area,
        keywords = excluded.keywords, basis = excluded.basis, is_public = excluded.is_public,
        valid_from = excluded.valid_from, valid_to = excluded.valid_to, note = excluded.note,
        author = excluded.author, written_at = excluded.written_at, confirmed = excluded.confirmed,
        audited = excluded.audited, returned = excluded.returned, published_at = excluded.published_at",
);
const INDEX: Sql = Sql::split(
    "INSERT OR REPLACE INTO kb_text (rowid, words) VALUES ($1, $2)",
    "INSERT INTO kb_text (rowid, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR))
     ON CONFLICT (rowid) DO UPDATE SET words = excluded.words",
);
const UNINDEX: Sql = Sql::same("DELETE FROM kb_text WHERE rowid = $1");
const REVIEW_SOON: Sql = Sql::same(
    "SELECT id FROM kb_article WHERE review_due IS NOT NULL AND review_due < $1 AND NOT told ORDER BY review_due LIMIT $2",
);
const EXPIRED: Sql = Sql::same(
    "SELECT a.id FROM kb_revision r JOIN kb_article a ON a.id = r.article_id
     WHERE r.state = 'published' AND r.valid_to IS NOT NULL AND r.valid_to <= $1 AND a.working IS NULL
     ORDER BY r.valid_to LIMIT $2",
);
const CHANGED: Sql = Sql::same("SELECT id, changed_at FROM kb_article WHERE changed_at >= $1 ORDER BY changed_at, id");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let own = vec![
        ("knowledge.load", LOAD),
        ("knowledge.revisions", REVISIONS),
        ("knowledge.put", PUT),
        ("knowledge.put_revision", PUT_REVISION),
        ("knowledge.index", INDEX),
        ("knowledge.unindex", UNINDEX),
        ("knowledge.review_soon", REVIEW_SOON),
        ("knowledge.expired", EXPIRED),
        ("knowledge.changed", CHANGED),
    ];
    [own, fix::statements(), review::statements(), usage::statements()].concat()
}

#[derive(FromRow)]
struct ArticleRow {
    id: ArticleId,
    no: i64,
    version: i64,
    owner: OrgId,
    review_due: Option<Ts>,
    reviewed_at: Option<Ts>,
    retired: Option<Json<Mark>>,
    told: bool,
}

#[derive(FromRow)]
struct RevisionRow {
    article_id: ArticleId,
    no: i32,
    state: String,
    title: String,
    body: String,
    inner_note: String,
    category: String,
    area: String,
    keywords: String,
    basis: String,
    is_public: bool,
    valid_from: Ts,
    valid_to: Option<Ts>,
    note: String,
    author: UserId,
    written_at: Ts,
    confirmed: Option<Json<Mark>>,
    audited: Option<Json<Mark>>,
    returned: Option<Json<Mark>>,
    published_at: Option<Ts>,
}

impl TryFrom<RevisionRow> for Revision {
    type Error = StoreError;
    fn try_from(r: RevisionRow) -> Result<Self> {
        let state = At { table: "kb_revision", row: &r.article_id }.code("state", &r.state)?;
        let text = ArticleText {
            title: r.title,
            body: r.body,
            inner: r.inner_note,
            category: r.category,
            area: r.area,
            keywords: r.keywords,
            basis: r.basis,
            public: r.is_public,
            valid_from: r.valid_from,
            valid_to: r.valid_to,
        };
        Ok(Revision {
            no: r.no,
            state,
            text,
            note: r.note,
            author: r.author,
            written_at: r.written_at,
            confirmed: r.confirmed.map(|m| m.0),
            audited: r.audited.map(|m| m.0),
            returned: r.returned.map(|m| m.0),
            published_at: r.published_at,
        })
    }
}

/// An article with all its revisions.
pub async fn load_article<'a>(via: impl Into<Via<'a>>, id: ArticleId) -> Result<Option<Article>> {
    let mut via = via.into();
    let Some(row) = via.one::<ArticleRow>(&LOAD, &[&id]).await? else { return Ok(None) };
    let revisions = via.all::<RevisionRow>(&REVISIONS, &[&id]).await?;
    Ok(Some(Article {
        id: row.id,
        no: row.no,
        version: row.version,
        owner: row.owner,
        revisions: revisions.into_iter().map(Revision::try_from).collect::<Result<_>>()?,
        review_due: row.review_due,
        reviewed_at: row.reviewed_at,
        retired: row.retired.map(|m| m.0),
        told: row.told,
    }))
}

/// Writes a new article, or one whose version is still that of `a`; the text index follows in the same transaction.
pub async fn save_article(tx: &mut Tx, a: &mut Article, now: Ts) -> Result<()> {
    let (current, working) = (a.current(), a.working());
    let state = working.map(|r| r.state.code());
    let retired = a.retired.clone().map(Json);
    let (current_no, working_no) = (current.map(|r| r.no), working.map(|r| r.no));
    let old = tx.one::<ArticleRow>(&LOAD, &[&a.id]).await?;
    let binds: [&dyn db::Bind; 12] = [
        &a.id,
        &a.no,
        &a.version,
        &a.owner,
        &current_no,
        &working_no,
        &state,
        &a.review_due,
        &a.reviewed_at,
        &retired,
        &a.told,
        &now,
    ];
    if tx.run(&PUT, &binds).await? == 0 {
        return Err(StoreError::stale("kb_article", a.id));
    }
    for revision in &a.revisions {
        put_revision(tx, a.id, revision).await?;
    }
    match a.current() {
        Some(r) => {
            let words = words(&r.text, tx.dialect());
            tx.run(&INDEX, &[&a.no, &words]).await?;
        }
        None => {
            tx.run(&UNINDEX, &[&a.no]).await?;
        }
    }
    review::moved(tx, a, old.as_ref().and_then(|r| r.review_due), now).await?;
    a.version += i64::from(old.is_some());
    Ok(())
}

async fn put_revision(tx: &mut Tx, article: ArticleId, r: &Revision) -> Result<()> {
    let state = r.state.code();
    let [confirmed, audited, returned] = [&r.confirmed, &r.audited, &r.returned].map(|m| m.clone().map(Json));
    let t = &r.text;
    let binds: [&dyn db::Bind; 20] = [
        &article,
        &r.no,
        &state,
        &t.title,
        &t.body,
        &t.inner,
        &t.category,
        &t.area,
        &t.keywords,
        &t.basis,
        &t.public,
        &t.valid_from,
        &t.valid_to,
        &r.note,
        &r.author,
        &r.written_at,
        &confirmed,
        &audited,
        &returned,
        &r.published_at,
    ];
    tx.run(&PUT_REVISION, &binds).await?;
    Ok(())
}

/// Only what everybody may be told is indexed: what the portal finds must not hint at 话务口径.
fn words(text: &ArticleText, dialect: Dialect) -> String {
    let all = [&text.title, &text.keywords, &text.body].map(String::as_str).join("\n");
    words::indexed(&all, dialect)
}

/// Articles whose review is due before a moment and whose owner was not told.
pub async fn review_soon<'a>(via: impl Into<Via<'a>>, before: Ts, limit: u32) -> Result<Vec<ArticleId>> {
    let rows = via.into().all::<(ArticleId,)>(&REVIEW_SOON, &[&before, &i64::from(limit)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Articles whose validity has run out.
pub async fn expired<'a>(via: impl Into<Via<'a>>, now: Ts, limit: u32) -> Result<Vec<ArticleId>> {
    let rows = via.into().all::<(ArticleId,)>(&EXPIRED, &[&now, &i64::from(limit)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Articles touched since a moment, with that of their last touch.
pub async fn changed_since<'a>(via: impl Into<Via<'a>>, since: Ts) -> Result<Vec<(ArticleId, Ts)>> {
    Ok(via.into().all(&CHANGED, &[&since]).await?)
}
