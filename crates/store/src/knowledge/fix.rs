//! Correction tickets (纠错工单).

use db::{Sql, Tx};
use domain::knowledge::Fix;
use kernel::{ArticleId, Cursor, FixId, OrderId, OrgId, Page, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::At,
    search::Where,
    via::Via,
};

const LOAD: Sql = Sql::same("SELECT * FROM kb_fix WHERE id = $1");
const OF: Sql = Sql::same("SELECT * FROM kb_fix WHERE article_id = $1 ORDER BY raised_at DESC, id DESC LIMIT 200");
const INSERT: Sql = Sql::same(
    "INSERT INTO kb_fix (id, version, article_id, revision, owner, kind, state, text, order_id, raised_by, raised_at,
        due_at, answer, answered_by, answered_at, ended_at, told)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
);
const SAVE: Sql = Sql::same(
    "UPDATE kb_fix SET state = $3, answer = $4, answered_by = $5, answered_at = $6, ended_at = $7, told = $8,
        version = version + 1 WHERE id = $1 AND version = $2",
);
const LATE: Sql = Sql::same(
    "SELECT * FROM kb_fix WHERE state IN ('open','revising') AND due_at < $1 AND NOT told ORDER BY due_at LIMIT $2",
);

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("fix.load", LOAD), ("fix.of", OF), ("fix.insert", INSERT), ("fix.save", SAVE), ("fix.late", LATE)]
}

#[derive(FromRow)]
struct FixRow {
    id: FixId,
    version: i64,
    article_id: ArticleId,
    revision: i32,
    owner: OrgId,
    kind: String,
    state: String,
    text: String,
    order_id: Option<OrderId>,
    raised_by: UserId,
    raised_at: Ts,
    due_at: Ts,
    answer: String,
    answered_by: Option<UserId>,
    answered_at: Option<Ts>,
    ended_at: Option<Ts>,
    told: bool,
}

impl TryFrom<FixRow> for Fix {
    type Error = StoreError;
    fn try_from(r: FixRow) -> Result<Self> {
        let at = At { table: "kb_fix", row: &r.id };
        Ok(Fix {
            kind: at.code("kind", &r.kind)?,
            state: at.code("state", &r.state)?,
            id: r.id,
            version: r.version,
            article: r.article_id,
            revision: r.revision,
            owner: r.owner,
            text: r.text,
            order: r.order_id,
            raised_by: r.raised_by,
            raised_at: r.raised_at,
            due_at: r.due_at,
            answer: r.answer,
            answered_by: r.answered_by,
            answered_at: r.answered_at,
            ended_at: r.ended_at,
            told: r.told,
        })
    }
}

pub async fn load_fix<'a>(via: impl Into<Via<'a>>, id: FixId) -> Result<Option<Fix>> {
    via.into().one::<FixRow>(&LOAD, &[&id]).await?.map(Fix::try_from).transpose()
}

/// The tickets about an article, newest first.
pub async fn fixes_of<'a>(via: impl Into<Via<'a>>, article: ArticleId) -> Result<Vec<Fix>> {
    via.into().all::<FixRow>(&OF, &[&article]).await?.into_iter().map(Fix::try_from).collect()
}

/// Overdue tickets whose owner was not told.
pub async fn late_fixes<'a>(via: impl Into<Via<'a>>, now: Ts, limit: u32) -> Result<Vec<Fix>> {
    via.into().all::<FixRow>(&LATE, &[&now, &i64::from(limit)]).await?.into_iter().map(Fix::try_from).collect()
}

pub async fn insert_fix(tx: &mut Tx, f: &Fix) -> Result<()> {
    let (kind, state) = (f.kind.code(), f.state.code());
    let binds: [&dyn db::Bind; 17] = [
        &f.id,
        &f.version,
        &f.article,
        &f.revision,
        &f.owner,
        &kind,
        &state,
        &f.text,
        &f.order,
        &f.raised_by,
        &f.raised_at,
        &f.due_at,
        &f.answer,
        &f.answered_by,
        &f.answered_at,
        &f.ended_at,
        &f.told,
    ];
    tx.run(&INSERT, &binds).await?;
    Ok(())
}

/// Saves a ticket whose version is still that of `f`.
pub async fn save_fix(tx: &mut Tx, f: &Fix) -> Result<()> {
    let state = f.state.code();
    let binds: [&dyn db::Bind; 8] =
        [&f.id, &f.version, &state, &f.answer, &f.answered_by, &f.answered_at, &f.ended_at, &f.told];
    if tx.run(&SAVE, &binds).await? == 1 { Ok(()) } else { Err(StoreError::stale("kb_fix", f.id)) }
}

/// A tab of the list of tickets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FixTab {
    /// The owner still owes something, the most pressing first.
    Open,
    Ended,
}

/// A page of tickets of these owners, or of whoever raised them; no owners and nobody: all.
pub async fn fixes(
    db: &db::Db,
    tab: FixTab,
    owners: &[OrgId],
    raised_by: Option<UserId>,
    page: &Page,
) -> Result<(Vec<Fix>, Option<Cursor>)> {
    let mut w = Where::default();
    let (states, key, dir, than) = match tab {
        FixTab::Open => ("state IN ('open','revising')", "due_at", "ASC", ">"),
        FixTab::Ended => ("state IN ('fixed','declined')", "raised_at", "DESC", "<"),
    };
    w.raw(states);
    w.any_of("owner", owners.iter().copied());
    if let Some(user) = raised_by {
        w.on("raised_by = {}", user);
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("({key}, id) {than} ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let more = w.bind(i64::from(page.limit) + 1);
    let text = format!("SELECT * FROM kb_fix WHERE {} ORDER BY {key} {dir}, id {dir} LIMIT {more}", w.text());
    let built = w.finish(&text);
    let rows: Vec<FixRow> = db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let found: Vec<Fix> = rows.into_iter().take(limit).map(Fix::try_from).collect::<Result<_>>()?;
    let key = |f: &Fix| if tab == FixTab::Open { f.due_at.0 } else { f.raised_at.0 };
    let next = found.last().filter(|_| more).map(|f| Cursor::int(key(f), f.id));
    Ok((found, next))
}
