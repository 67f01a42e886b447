//! The list of calls (通话记录): any combination of conditions, newest first.

use db::Built;
use kernel::{Cursor, OrderId, Page, Ts, UserId};
use voice::journal::{CallRecord, Outcome};
use voice::protocol::Direction;

use super::{COLUMNS, CallRow};
use crate::{Store, error::Result, row::wire_code, search::Where};

/// Conditions; absent ones do not restrict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallFilter {
    pub from: Option<Ts>,
    /// Exclusive.
    pub until: Option<Ts>,
    pub directions: Vec<Direction>,
    pub outcomes: Vec<Outcome>,
    /// The agent who answered first, or last.
    pub agents: Vec<UserId>,
    pub skills: Vec<String>,
    pub number: Option<String>,
    pub recorded: Option<bool>,
    pub ratings: Vec<u8>,
    pub order: Option<OrderId>,
}

/// Whose calls may be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallReach {
    All,
    /// Those of these agents.
    Agents(Vec<UserId>),
}

/// A page; `next` begins the following one.
#[derive(Clone, Debug, PartialEq)]
pub struct CallPage {
    pub calls: Vec<CallRecord>,
    pub next: Option<Cursor>,
}

/// Whose calls are asked for: `None` for everybody's, and an empty list for nobody's.
fn people(filter: &CallFilter, reach: &CallReach) -> Option<Vec<UserId>> {
    match (reach, filter.agents.as_slice()) {
        (CallReach::All, []) => None,
        (CallReach::All, asked) => Some(asked.to_vec()),
        (CallReach::Agents(seen), []) => Some(seen.clone()),
        (CallReach::Agents(seen), asked) => Some(asked.iter().copied().filter(|a| seen.contains(a)).collect()),
    }
}

fn conditions(store: &Store, filter: &CallFilter) -> Where {
    let mut w = Where::default();
    if let Some(from) = filter.from {
        w.on("c.started_at >= {}", from);
    }
    if let Some(until) = filter.until {
        w.on("c.started_at < {}", until);
    }
    w.any_of("c.direction", filter.directions.iter().map(wire_code));
    w.any_of("c.outcome", filter.outcomes.iter().map(wire_code));
    w.any_of("c.skill", filter.skills.iter().cloned());
    w.any_of("c.rating", filter.ratings.iter().map(|r| i32::from(*r)));
    if let Some(number) = &filter.number {
        w.any_of("c.number_idx", store.vault.phone_idx_all(number));
    }
    if let Some(recorded) = filter.recorded {
        w.on("c.recorded = {}", recorded);
    }
    if let Some(order) = filter.order {
        w.on("c.order_id = {}", order);
    }
    w
}

const ORDER: &str = "ORDER BY c.started_at DESC, c.id DESC";

fn build(store: &Store, filter: &CallFilter, reach: &CallReach, after: Option<&Cursor>, limit: usize) -> Option<Built> {
    let columns: Vec<String> = COLUMNS.iter().map(|c| format!("c.{c}")).collect();
    let columns = columns.join(", ");
    let mut w = conditions(store, filter);
    if let Some(at) = after.and_then(Cursor::as_int) {
        let (at, id) = (w.bind(at), w.bind(after.map(|c| c.id)));
        w.raw(format!("(c.started_at, c.id) < ({at}, {id})"));
    }
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let text = match people(filter, reach).as_deref() {
        None => {
            let most = w.bind(most);
            format!("SELECT {columns} FROM call c WHERE {} {ORDER} LIMIT {most}", w.text())
        }
        Some([]) => return None,
        // One person's calls: each of the two indexes gives its newest, and the page is among them.
        Some([one]) => {
            let (one, most) = (w.bind(*one), w.bind(most));
            let part = |column: &str, name: &str| {
                format!(
                    "SELECT {name}.id FROM (SELECT c.id FROM call c WHERE c.{column} = {one} AND {} {ORDER}
                     LIMIT {most}) {name}",
                    w.text()
                )
            };
            let (first, last) = (part("agent", "f"), part("last_agent", "l"));
            format!("SELECT {columns} FROM call c WHERE c.id IN ({first} UNION {last}) {ORDER} LIMIT {most}")
        }
        Some(many) => {
            let list = w.list(many.iter().copied());
            w.raw(format!("(c.agent IN ({list}) OR c.last_agent IN ({list}))"));
            let most = w.bind(most);
            format!("SELECT {columns} FROM call c WHERE {} {ORDER} LIMIT {most}", w.text())
        }
    };
    Some(w.finish(&text))
}

/// Calls that fit, within reach, newest first.
pub async fn list_calls(store: &Store, filter: &CallFilter, reach: &CallReach, page: &Page) -> Result<CallPage> {
    let limit = usize::from(page.limit);
    let Some(built) = build(store, filter, reach, page.after.as_ref(), limit + 1) else {
        return Ok(CallPage { calls: Vec::new(), next: None });
    };
    let rows = store.db.all::<CallRow>(&built.sql, &built.args()).await?;
    let mut calls: Vec<CallRecord> = rows.into_iter().map(|r| r.open(&store.vault)).collect::<Result<_>>()?;
    let more = calls.len() > limit;
    calls.truncate(limit);
    let next = calls.last().filter(|_| more).map(|c| Cursor::int(c.started_at.0, c.id));
    Ok(CallPage { calls, next })
}

/// The statement of a list as this engine receives it: for EXPLAIN in tests and by operators.
#[must_use]
pub fn explainable(store: &Store, filter: &CallFilter, reach: &CallReach) -> Option<Built> {
    build(store, filter, reach, None, 20)
}
