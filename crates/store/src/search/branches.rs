//! A list by date as a few ordered branches, each read along an index of its own until it has a page; the head of all
//! branches is the page.

use db::{Built, Db};
use domain::order::OrderState;

use super::{
    Sort,
    build::Where,
    plan::{Asked, limit_of},
    scope,
};
use crate::error::Result;

/// More branches than this cost more than they save.
pub(super) const MAX_BRANCHES: usize = 100;

/// One branch for each holder, along the grants. An order passes by itself, in the order of the grants: joined, it
/// would tempt a planner to begin with the orders. Beyond `edge` there are none in the states asked for.
pub(super) fn by_grant(mut w: Where, asked: &Asked<'_>, holders: &[uuid::Uuid], edge: Option<i64>) -> Built {
    let (sort, period) = (asked.sort, asked.filter.registered);
    scope::secrecy(&mut w, asked.scope);
    let filters = w.text();
    let (dir, than) = direction(sort);
    // The date is on the grant too: the branch must stop at its end instead of reading on.
    let mut along = String::new();
    if let Some(from) = period.from {
        along += &format!(" AND g.registered_at >= {}", w.bind(from));
    }
    if let Some(until) = period.until {
        along += &format!(" AND g.registered_at < {}", w.bind(until));
    }
    if let Some(edge) = edge {
        along += &format!(" AND g.registered_at {than}= {}", w.bind(edge));
    }
    if let Some((at, id)) = asked.after.and_then(|c| Some((c.as_int()?, c.id))) {
        along += &format!(" AND (g.registered_at, g.order_id) {than} ({}, {})", w.bind(at), w.bind(id));
    }
    let limit = w.bind(limit_of(asked.limit));
    let parts = holders.iter().map(|holder| {
        let holder = w.bind(*holder);
        format!(
            "SELECT DISTINCT g.registered_at AS k, g.order_id AS id FROM order_grant g
              WHERE g.holder = {holder}{along}
                AND EXISTS (SELECT 1 FROM orders o WHERE o.id = g.order_id AND {filters} LIMIT 1 OFFSET 0)
              ORDER BY g.registered_at {dir}, g.order_id {dir} LIMIT {limit}"
        )
    });
    let text = head(parts.collect(), dir, &limit);
    w.finish(&text)
}

/// One branch for each column a number may stand in: some people call for years, thousands of times.
pub(super) fn by_phone(mut w: Where, asked: &Asked<'_>, numbers: &[Vec<u8>]) -> Built {
    let (dir, _) = direction(asked.sort);
    let filters = w.text();
    let limit = w.bind(limit_of(asked.limit));
    let mut parts = Vec::new();
    for number in numbers {
        let number = w.bind(number.clone());
        for column in ["phone_idx", "contact_phone_idx"] {
            parts.push(format!(
                "SELECT o.registered_at AS k, o.id AS id FROM orders o WHERE o.{column} = {number} AND {filters}
                  ORDER BY o.registered_at {dir}, o.id {dir} LIMIT {limit}"
            ));
        }
    }
    let text = head(parts, dir, &limit);
    w.finish(&text)
}

fn direction(sort: Sort) -> (&'static str, &'static str) {
    if sort.desc { ("DESC", "<") } else { ("ASC", ">") }
}

fn head(parts: Vec<String>, dir: &str, limit: &str) -> String {
    let parts: Vec<String> =
        parts.into_iter().enumerate().map(|(n, part)| format!("SELECT * FROM ({part}) b{n}")).collect();
    format!("SELECT id FROM ({}) u ORDER BY k {dir}, id {dir} LIMIT {limit}", parts.join(" UNION "))
}

/// The date of the first order, in the direction of the list, that is in one of the states: states follow age, so the
/// newest archived order lies far behind the newest order.
pub(super) async fn edge(db: &Db, states: &[OrderState], sort: Sort) -> Result<Option<i64>> {
    if states.is_empty() {
        return Ok(None);
    }
    let (dir, _) = direction(sort);
    let first = if sort.desc { "MAX" } else { "MIN" };
    let mut w = Where::default();
    let each: Vec<String> = states
        .iter()
        .map(|state| {
            let state = w.bind(state.code());
            format!("SELECT (SELECT registered_at FROM orders WHERE state = {state} ORDER BY registered_at {dir}, id {dir} LIMIT 1) AS k")
        })
        .collect();
    let built = w.finish(&format!("SELECT {first}(k) FROM ({}) newest", each.join(" UNION ALL ")));
    Ok(db.scalar::<Option<i64>>(&built.sql, &built.args()).await?)
}
