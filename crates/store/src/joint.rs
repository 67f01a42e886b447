//! 并案: orders that lead events, and those that follow them.

use db::Sql;
use domain::authority::ScopeFilter;
use kernel::{Cursor, OrderId, Page};
use sqlx::FromRow;

use crate::{
    Store,
    error::Result,
    search::{OrderLine, Where, check, order_lines},
    via::Via,
};

const FOLLOWERS: Sql = Sql::same("SELECT id FROM orders WHERE joint_lead = $1 ORDER BY registered_at, id");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("joint.followers", FOLLOWERS)]
}

/// The orders that follow one, the oldest first.
pub async fn followers<'a>(via: impl Into<Via<'a>>, lead: OrderId) -> Result<Vec<OrderId>> {
    Ok(via.into().all::<(OrderId,)>(&FOLLOWERS, &[&lead]).await?.into_iter().map(|(id,)| id).collect())
}

/// An event: the order that leads it, how many follow, and how many of all are answered.
#[derive(Clone, Debug, PartialEq)]
pub struct EventLine {
    pub lead: OrderLine,
    pub followers: i64,
    pub to_reply: i64,
    pub over: i64,
}

#[derive(FromRow)]
struct Row {
    id: OrderId,
    registered_at: i64,
    followers: i64,
    to_reply: i64,
    over: i64,
}

/// A page of events within a scope, the newest first. `open`: only those whose work is not over.
pub async fn list(
    store: &Store,
    open: bool,
    scope: &ScopeFilter,
    page: &Page,
) -> Result<(Vec<EventLine>, Option<Cursor>)> {
    let mut w = Where::default();
    w.raw("o.id IN (SELECT j.joint_lead FROM orders j WHERE j.joint_lead IS NOT NULL)");
    if open {
        w.raw("(o.is_open OR EXISTS (SELECT 1 FROM orders f WHERE f.joint_lead = o.id AND f.is_open))");
    }
    if !check(&mut w, scope) {
        return Ok((Vec::new(), None));
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(o.registered_at, o.id) < ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let most = w.bind(i64::from(page.limit) + 1);
    let count = |condition: &str| {
        format!("(SELECT COUNT(*) FROM orders f WHERE (f.joint_lead = o.id OR f.id = o.id) AND {condition})")
    };
    let text = format!(
        "SELECT o.id, o.registered_at, (SELECT COUNT(*) FROM orders f WHERE f.joint_lead = o.id) AS followers,
                {} AS to_reply, {} AS over
         FROM orders o WHERE {} ORDER BY o.registered_at DESC, o.id DESC LIMIT {most}",
        count("f.state = 'pending_reply'"),
        count("NOT f.is_open"),
        w.text()
    );
    let built = w.finish(&text);
    let mut rows: Vec<Row> = store.db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|r| Cursor::int(r.registered_at, r.id));
    let ids: Vec<OrderId> = rows.iter().map(|r| r.id).collect();
    let lines = order_lines(&store.db, &store.vault, &ids).await?;
    let event = |r: Row| {
        let lead = lines.iter().find(|l| l.order.id == r.id)?.clone();
        Some(EventLine { lead, followers: r.followers, to_reply: r.to_reply, over: r.over })
    };
    Ok((rows.into_iter().filter_map(event).collect(), next))
}
