//! 公告, 办事指南 and 公开答复.

use db::{FromRow, Sql, Tx};
use domain::order::Order;
use kernel::{OrderId, Ts, UserId, Uuid};

use crate::{
    error::{Result, StoreError},
    order::load_orders,
    vault::Vault,
    via::Via,
};

const LOAD: Sql = Sql::same("SELECT * FROM publication WHERE id = $1");
const SAVE: Sql = Sql::same(
    "INSERT INTO publication (id, kind, state, order_id, title, question, body, about, by_name, published_at,
        updated_at, updated_by, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1)
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, title = excluded.title, question = excluded.question,
        body = excluded.body, about = excluded.about, by_name = excluded.by_name,
        published_at = excluded.published_at, updated_at = excluded.updated_at, updated_by = excluded.updated_by,
        version = publication.version + 1 WHERE publication.version = $13",
);
const PUBLISHED: Sql = Sql::same(
    "SELECT * FROM publication WHERE kind = $1 AND state = 'published'
     ORDER BY published_at DESC, id DESC LIMIT $2 OFFSET $3",
);
const ALL: Sql = Sql::same("SELECT * FROM publication ORDER BY updated_at DESC, id DESC LIMIT $1");
const CHANGED: Sql = Sql::same("SELECT * FROM publication WHERE updated_at >= $1 ORDER BY updated_at, id");
const CANDIDATES: Sql = Sql::same(
    "SELECT o.id FROM orders o LEFT JOIN publication p ON p.order_id = o.id
     WHERE o.publishable AND o.reply IS NOT NULL AND p.id IS NULL AND o.reply_at >= $1
        AND o.confidentiality = 'none' AND o.demand_type <> 'report'
        AND o.state IN ('closed','archived','direct_closed')
     ORDER BY o.reply_at DESC, o.id DESC LIMIT $2",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("publication.load", LOAD),
        ("publication.save", SAVE),
        ("publication.published", PUBLISHED),
        ("publication.all", ALL),
        ("publication.changed", CHANGED),
        ("publication.candidates", CANDIDATES),
    ]
}

/// A text that is or may become public. Nothing in it is sealed: it has been redacted before.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, serde::Serialize, serde::Deserialize)]
pub struct Publication {
    pub id: Uuid,
    /// `notice`, `guide`, `reply`.
    pub kind: String,
    /// `draft`, `published`, `withdrawn`.
    pub state: String,
    pub order_id: Option<OrderId>,
    pub title: String,
    pub question: String,
    pub body: String,
    pub about: String,
    pub by_name: String,
    pub published_at: Option<Ts>,
    pub updated_at: Ts,
    pub updated_by: Option<UserId>,
    pub version: i64,
}

pub async fn load_publication<'a>(via: impl Into<Via<'a>>, id: Uuid) -> Result<Option<Publication>> {
    Ok(via.into().one(&LOAD, &[&id]).await?)
}

/// Writes a new text, or one whose version is still that of `p`.
pub async fn save_publication(tx: &mut Tx, p: &Publication) -> Result<()> {
    let binds: [&dyn db::Bind; 13] = [
        &p.id,
        &p.kind,
        &p.state,
        &p.order_id,
        &p.title,
        &p.question,
        &p.body,
        &p.about,
        &p.by_name,
        &p.published_at,
        &p.updated_at,
        &p.updated_by,
        &p.version,
    ];
    if tx.run(&SAVE, &binds).await? == 1 { Ok(()) } else { Err(StoreError::stale("publication", p.id)) }
}

/// Takes a text as another database has it, whatever was here before.
pub async fn replace_publication(tx: &mut Tx, p: &Publication) -> Result<()> {
    let before = load_publication(&mut *tx, p.id).await?.map_or(0, |b| b.version);
    // Orders are not known here, and two texts never share one.
    save_publication(tx, &Publication { order_id: None, version: before, ..p.clone() }).await
}

/// Published texts of a kind, newest first.
pub async fn list_published<'a>(
    via: impl Into<Via<'a>>,
    kind: &str,
    limit: i64,
    offset: i64,
) -> Result<Vec<Publication>> {
    Ok(via.into().all(&PUBLISHED, &[&kind, &limit, &offset]).await?)
}

/// Every text for whoever looks after them, the last touched first.
pub async fn list_all<'a>(via: impl Into<Via<'a>>, limit: i64) -> Result<Vec<Publication>> {
    Ok(via.into().all(&ALL, &[&limit]).await?)
}

/// Texts touched since a moment.
pub async fn changed_since<'a>(via: impl Into<Via<'a>>, since: Ts) -> Result<Vec<Publication>> {
    Ok(via.into().all(&CHANGED, &[&since]).await?)
}

/// Answered matters whose citizens agreed to publication and that nobody has decided upon, newest answers first.
pub async fn candidates<'a>(via: impl Into<Via<'a>>, vault: &Vault, since: Ts, limit: i64) -> Result<Vec<Order>> {
    let mut via = via.into();
    let ids: Vec<(OrderId,)> = via.all(&CANDIDATES, &[&since, &limit]).await?;
    let ids: Vec<OrderId> = ids.into_iter().map(|(id,)| id).collect();
    load_orders(&mut via, vault, &ids).await
}
