//! What of the orders may leave through open interfaces: nothing of reports, nothing confidential, and only what the citizen
//! agreed to publish or the asking system handed in itself. No text of a citizen's but a published one.

use db::{Filter, FromRow, Sql, boxed};
use kernel::{OrderId, Ts};

use crate::{error::Result, via::Via};

const PUBLIC: &str = "o.state <> 'draft' AND o.demand_type <> 'report' AND o.confidentiality = 'none'";
const LIST_HEAD: &str = "SELECT o.id, o.case_no, p.title, p.question, p.body FROM orders o
     LEFT JOIN publication p ON p.order_id = o.id AND p.kind = 'reply' AND p.state = 'published'";
const OURS: &str = "(COALESCE(o.publishable, FALSE) OR o.src_sys = {})";
const CHANGES: Sql = Sql::same(
    "SELECT o.id, o.case_no, o.version, o.updated_at, o.state, o.category FROM orders o
     WHERE (o.updated_at > $1 OR (o.updated_at = $1 AND o.id > $2)) AND o.updated_at <= $3
        AND o.state <> 'draft' AND o.demand_type <> 'report' AND o.confidentiality = 'none'
        AND (COALESCE(o.publishable, FALSE) OR o.src_sys = $4)
     ORDER BY o.updated_at, o.id LIMIT $5",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("open.changes", CHANGES)]
}

/// Which public orders.
#[derive(Clone, Debug, Default)]
pub struct PublicFilter {
    /// Case numbers; when there are any, nothing else is looked at.
    pub case_nos: Vec<String>,
    /// First four digits of categories.
    pub categories: Vec<String>,
    pub states: Vec<&'static str>,
    pub from: Option<Ts>,
    pub to: Option<Ts>,
    /// Source system of the asker: its own orders are told to it.
    pub source: String,
}

/// A public order with its published texts.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PublicOrder {
    pub id: OrderId,
    pub case_no: String,
    pub title: Option<String>,
    pub question: Option<String>,
    pub body: Option<String>,
}

/// Newest first.
pub async fn public_orders<'a>(
    via: impl Into<Via<'a>>,
    asked: &PublicFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<PublicOrder>> {
    let mut filter = Filter::new();
    filter.push_raw(PUBLIC).push(OURS, boxed(asked.source.clone()));
    let texts = |list: &[String]| list.iter().map(|t| boxed(t.clone())).collect();
    if asked.case_nos.is_empty() {
        if !asked.categories.is_empty() {
            filter.push_in("SUBSTR(o.category, 1, 4)", texts(&asked.categories));
        }
        if !asked.states.is_empty() {
            filter.push_in("o.state", asked.states.iter().map(|s| boxed((*s).to_owned())).collect());
        }
        if let Some(from) = asked.from {
            filter.push("o.registered_at >= ", boxed(from));
        }
        if let Some(to) = asked.to {
            filter.push("o.registered_at <= ", boxed(to));
        }
    } else {
        filter.push_in("o.case_no", texts(&asked.case_nos));
    }
    let tail = "ORDER BY o.registered_at DESC, o.id DESC LIMIT {} OFFSET {}";
    let built = filter.finish(LIST_HEAD, tail, vec![boxed(limit), boxed(offset)]);
    Ok(via.into().all(&built.sql, &built.args()).await?)
}

/// A public order that changed.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Change {
    pub id: OrderId,
    pub case_no: String,
    pub version: i64,
    pub updated_at: Ts,
    pub state: String,
    pub category: String,
}

/// Changes behind a place of the feed, up to a moment, oldest first.
pub async fn changes<'a>(
    via: impl Into<Via<'a>>,
    after: (Ts, OrderId),
    until: Ts,
    source: &str,
    limit: i64,
) -> Result<Vec<Change>> {
    Ok(via.into().all(&CHANGES, &[&after.0, &after.1, &until, &source, &limit]).await?)
}
