//! Counts of the home page (首页), within a scope.

use db::Sql;
use domain::{authority::ScopeFilter, order::OrderState, received::Received};
use kernel::{Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::At,
    search::{LAMP, Where, check, open},
    via::Via,
};

const REGISTERED_BY: Sql = Sql::same(
    "SELECT registered_by, COUNT(*) FROM orders
     WHERE registered_at >= $1 AND registered_at < $2 AND registered_by IS NOT NULL
     GROUP BY registered_by ORDER BY registered_by",
);
const DONE_BY: Sql = Sql::same(
    "SELECT actor, COUNT(*) FROM flow_log WHERE at >= $1 AND at < $2 AND code = $3 AND actor IS NOT NULL
     GROUP BY actor ORDER BY actor",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("stats.registered_by", REGISTERED_BY), ("stats.done_by", DONE_BY)]
}

/// 建单: orders registered in a period, by who registered them.
pub async fn registered_by<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts) -> Result<Vec<(UserId, i64)>> {
    Ok(via.into().all(&REGISTERED_BY, &[&from, &until]).await?)
}

/// How often each person took the step of a code in a period (`W04` 直接答复).
pub async fn done_by<'a>(via: impl Into<Via<'a>>, code: &str, from: Ts, until: Ts) -> Result<Vec<(UserId, i64)>> {
    Ok(via.into().all(&DONE_BY, &[&from, &until, &code]).await?)
}

/// Lamps of open orders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct LightCounts {
    pub green: i64,
    pub yellow: i64,
    pub red: i64,
}

/// The present work: open orders by state, and their lamps.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    pub states: Vec<(OrderState, i64)>,
    pub lights: LightCounts,
}

#[derive(FromRow)]
struct StateRow {
    state: String,
    total: i64,
    #[sqlx(flatten)]
    lights: LightCounts,
}

/// Open orders by state and lamp at a moment.
pub async fn work<'a>(via: impl Into<Via<'a>>, scope: &ScopeFilter, now: Ts) -> Result<Work> {
    let mut w = Where::default();
    w.raw("o.is_open");
    if !open(&mut w, scope) {
        return Ok(Work::default());
    }
    let conditions = w.text();
    let at = w.bind(now);
    let built = w.finish(&format!(
        "SELECT o.state, COUNT(*) AS total,
                COUNT(*) FILTER (WHERE {LAMP} AND o.due_at >= {at} AND (o.warn_at > {at} OR o.warn_at IS NULL)) AS green,
                COUNT(*) FILTER (WHERE {LAMP} AND o.due_at >= {at} AND o.warn_at <= {at}) AS yellow,
                COUNT(*) FILTER (WHERE {LAMP} AND o.due_at < {at}) AS red
         FROM orders o WHERE {conditions} GROUP BY o.state ORDER BY o.state"
    ));
    let mut work = Work::default();
    for row in via.into().all::<StateRow>(&built.sql, &built.args()).await? {
        work.states.push((At { table: "orders", row: &"*" }.code("state", &row.state)?, row.total));
        work.lights.green += row.lights.green;
        work.lights.yellow += row.lights.yellow;
        work.lights.red += row.lights.red;
    }
    Ok(work)
}

/// Orders registered from `from` to before `until`, by way and kind: one statement along the index of registration.
pub async fn received<'a>(via: impl Into<Via<'a>>, scope: &ScopeFilter, from: Ts, until: Ts) -> Result<Received> {
    let mut w = Where::default();
    if !check(&mut w, scope) {
        return Ok(Received::default());
    }
    let seen = w.text();
    let (from, until) = (w.bind(from), w.bind(until));
    let built = w.finish(&format!(
        "SELECT o.channel, o.demand_type, COUNT(*) FROM orders o
         WHERE o.registered_at >= {from} AND o.registered_at < {until} AND o.state <> 'draft' AND {seen}
         GROUP BY o.channel, o.demand_type"
    ));
    let rows = via.into().all::<(String, String, i64)>(&built.sql, &built.args()).await?;
    let at = At { table: "orders", row: &"*" };
    let mut counts = Vec::with_capacity(rows.len());
    for (channel, kind, n) in rows {
        counts.push((at.code("channel", &channel)?, at.code("demand_type", &kind)?, n));
    }
    Ok(Received::of(counts))
}

/// What happened in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub registered: i64,
    pub dispatched: i64,
    pub closed: i64,
    /// Came due in the period and still open, or closed after it was due.
    pub overdue: i64,
}

/// Orders registered, dispatched, closed and overdue from `from` to before `until`. Meant for a day: each count reads
/// the orders of the period.
pub async fn flow<'a>(via: impl Into<Via<'a>>, scope: &ScopeFilter, from: Ts, until: Ts, now: Ts) -> Result<Flow> {
    let mut w = Where::default();
    if !check(&mut w, scope) {
        return Ok(Flow::default());
    }
    let seen = w.text();
    let (from, until, now) = (w.bind(from), w.bind(until), w.bind(now));
    let part = |column: &str, more: &str| {
        format!("(SELECT COUNT(*) FROM orders o WHERE o.{column} >= {from} AND o.{column} < {until} {more} AND {seen})")
    };
    let text = format!(
        "SELECT {}, {}, {}, {}",
        part("registered_at", ""),
        part("dispatched_at", ""),
        part("closed_at", ""),
        part("due_at", &format!("AND o.due_at < {now} AND {LAMP}"))
    );
    let built = w.finish(&text);
    let (registered, dispatched, closed, overdue) =
        via.into().one(&built.sql, &built.args()).await?.unwrap_or_default();
    Ok(Flow { registered, dispatched, closed, overdue })
}
