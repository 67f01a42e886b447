//! Links between orders (关联).

use std::sync::LazyLock;

use db::{Db, Sql, Tx};
use domain::link::Link;
use kernel::{LinkId, OrderId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::{self, At, boxes, insert_rows, select},
    via::Via,
};

const TABLE: &str = "link";
const COLUMNS: &[&str] = &["id", "order_id", "ord", "other_id", "kind", "reason", "by_user", "at", "ended_at"];

static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE order_id = $1 ORDER BY ord")));
static LOAD_TO: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE other_id = $1 ORDER BY at, id")));
const SAVE: Sql = Sql::same("UPDATE link SET reason = $2, ended_at = $3 WHERE id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("link.load", LOAD.clone()), ("link.load_to", LOAD_TO.clone()), ("link.save", SAVE)]
}

#[derive(FromRow)]
struct LinkRow {
    id: LinkId,
    order_id: OrderId,
    other_id: OrderId,
    kind: String,
    reason: Option<String>,
    by_user: Option<UserId>,
    at: Ts,
    ended_at: Option<Ts>,
}

impl TryFrom<LinkRow> for Link {
    type Error = StoreError;
    fn try_from(r: LinkRow) -> Result<Self> {
        let kind = At { table: TABLE, row: &r.id }.code("kind", &r.kind)?;
        let LinkRow { id, order_id, other_id, reason, by_user, at, ended_at, .. } = r;
        Ok(Link { id, order_id, other: other_id, kind, reason, by: by_user, at, ended_at })
    }
}

/// The links that start at an order, oldest first.
pub async fn list_links<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Link>> {
    via.into().all::<LinkRow>(&LOAD, &[&order]).await?.into_iter().map(Link::try_from).collect()
}

/// The links of several orders.
pub(crate) async fn of_orders(db: &Db, ids: &[OrderId]) -> Result<Vec<Link>> {
    let rows: Vec<LinkRow> = row::of_orders(db, COLUMNS, TABLE, ids).await?;
    rows.into_iter().map(Link::try_from).collect()
}

/// The links of other orders that point at this one.
pub async fn list_links_to<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Link>> {
    via.into().all::<LinkRow>(&LOAD_TO, &[&order]).await?.into_iter().map(Link::try_from).collect()
}

pub(crate) async fn insert(tx: &mut Tx, links: &[(usize, &Link)]) -> Result<()> {
    let rows = links.iter().map(|(ord, l)| {
        boxes![l.id, l.order_id, *ord as i32, l.other, l.kind.code(), l.reason.clone(), l.by, l.at, l.ended_at]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    Ok(())
}

pub(crate) async fn save(tx: &mut Tx, after: &Link) -> Result<()> {
    tx.run(&SAVE, &[&after.id, &after.reason, &after.ended_at]).await?;
    Ok(())
}
