//! The combined query (组合查询) and the work pools.
//!
//! Ten million orders leave no room for a planner's guess, so the way in is chosen here: by a blind index or the text
//! index when the question names a person or words; by the grants of the holders, one ordered branch each, when an
//! organisation looks through its orders by date; by the short list of open grants when only open orders can match;
//! by the few dissatisfied; and by the sort index otherwise, with the scope as a probe.

mod branches;
mod build;
mod filter;
mod line;
mod plan;
mod queue;
mod scope;

use db::{Db, Sql};
use domain::{authority::ScopeFilter, order::Urgency};
use kernel::{Cursor, OrderId, Page, Ts, contains_folded};

pub(crate) use build::{Where, code_range};
pub(crate) use filter::LAMP;
pub use filter::{Claimed, FlowDirection, OrderFilter, Period, ReplyState};
pub use line::{OrderLine, Stage, order_lines};
pub use queue::{Queue, QueueCount, queues};
pub(crate) use scope::{check, open};

use crate::{Store, error::Result};

/// What a list is sorted by. Lists by due time and by urgency hold open orders only, unless the filter asks for
/// others; lists by dispatch time hold dispatched ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    #[default]
    RegisteredAt,
    DueAt,
    /// The running clock of the step the order waits in at the centre, then the promise: for work pools.
    StepDue,
    DispatchedAt,
    UpdatedAt,
    /// Urgency, then age.
    Urgency,
}

/// Column and direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Sort {
    pub by: SortBy,
    pub desc: bool,
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Self {
        Sort { by: SortBy::RegisteredAt, desc: true }
    }
}

/// A page of rows; `next` begins the following page.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderPage {
    pub lines: Vec<OrderLine>,
    pub next: Option<Cursor>,
}

/// `exact` is false when there are more than [`COUNT_CAP`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub n: i64,
    pub exact: bool,
}

/// Counting stops here.
pub const COUNT_CAP: i64 = 10_000;

/// Sort value of an order that has no due time.
const NEVER: i64 = i64::MAX;

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("search.few_grants", plan::FEW_GRANTS_OF_ONE)]
}

/// Orders that fit, within the scope.
pub async fn orders(
    store: &Store,
    filter: &OrderFilter,
    scope: &ScopeFilter,
    sort: Sort,
    page: &Page,
    now: Ts,
) -> Result<OrderPage> {
    let limit = usize::from(page.limit);
    let phrases = filter.phrases();
    let mut after = page.after.clone();
    let mut lines: Vec<OrderLine> = Vec::new();
    loop {
        let found = ids(store, filter, scope, sort, after.as_ref(), limit + 1, now).await?;
        let whole = found.len() <= limit;
        let batch = &found[..found.len().min(limit)];
        let keep = |l: &OrderLine| phrases.iter().all(|p| says(&l.order, p));
        lines.extend(order_lines(&store.db, &store.vault, batch).await?.into_iter().filter(keep));
        if lines.len() > limit {
            lines.truncate(limit);
            break;
        }
        if whole {
            return Ok(OrderPage { lines, next: None });
        }
        let last = batch.last().copied();
        after = match last {
            Some(id) => cursor_of(store, id, sort).await?,
            None => None,
        };
        if lines.len() == limit || after.is_none() {
            return Ok(OrderPage { lines, next: after });
        }
    }
    let next = lines.last().map(|l| cursor(l, sort));
    Ok(OrderPage { lines, next })
}

/// Where the list goes on after an order that may have been left out of it.
async fn cursor_of(store: &Store, id: OrderId, sort: Sort) -> Result<Option<Cursor>> {
    Ok(order_lines(&store.db, &store.vault, &[id]).await?.first().map(|l| cursor(l, sort)))
}

/// The cursor after an order.
fn cursor(line: &OrderLine, sort: Sort) -> Cursor {
    let o = &line.order;
    let due = |at: Option<Ts>| Cursor::int(at.map_or(NEVER, |t| t.0), o.id);
    match sort.by {
        SortBy::RegisteredAt => Cursor::int(o.registered_at.0, o.id),
        SortBy::DueAt => due(o.due_at),
        SortBy::StepDue => due(line.stage.map(|s| s.due_at).or(o.due_at)),
        SortBy::DispatchedAt => Cursor::int(o.dispatched_at.map_or(0, |t| t.0), o.id),
        SortBy::UpdatedAt => Cursor::int(o.updated_at.0, o.id),
        SortBy::Urgency => Cursor::text(format!("{}:{}", o.urgency.code(), o.registered_at.0), o.id),
    }
}

/// The two parts of a cursor of a list by urgency.
fn read_urgency(cursor: &Cursor) -> Option<(&'static str, i64)> {
    let (urgency, at) = cursor.as_text()?.split_once(':')?;
    Some((urgency.parse::<Urgency>().ok()?.code(), at.parse().ok()?))
}

fn says(order: &domain::order::Order, phrase: &str) -> bool {
    [Some(&order.title), Some(&order.content), order.wish.as_ref()]
        .into_iter()
        .flatten()
        .any(|text| contains_folded(text, phrase))
}

async fn ids(
    store: &Store,
    filter: &OrderFilter,
    scope: &ScopeFilter,
    sort: Sort,
    after: Option<&Cursor>,
    limit: usize,
    now: Ts,
) -> Result<Vec<OrderId>> {
    let asked = plan::Asked { filter, scope, sort, after, limit, now };
    match plan::list(&store.db, &store.vault, &asked).await? {
        Some(built) => {
            Ok(store.db.all::<(OrderId,)>(&built.sql, &built.args()).await?.into_iter().map(|(id,)| id).collect())
        }
        None => Ok(Vec::new()),
    }
}

/// How many orders fit, up to [`COUNT_CAP`]. Phrases of the keyword count by their tokens.
pub async fn count_orders(store: &Store, filter: &OrderFilter, scope: &ScopeFilter, now: Ts) -> Result<Count> {
    let Some(built) = plan::count(&store.db, &store.vault, filter, scope, now).await? else {
        return Ok(Count { n: 0, exact: true });
    };
    let n: i64 = store.db.scalar(&built.sql, &built.args()).await?;
    Ok(Count { n: n.min(COUNT_CAP), exact: n <= COUNT_CAP })
}

/// The statement of a list as this engine receives it: for EXPLAIN in tests and by operators.
pub async fn explainable(
    store: &Store,
    filter: &OrderFilter,
    scope: &ScopeFilter,
    sort: Sort,
    now: Ts,
) -> Result<Option<db::Built>> {
    let asked = plan::Asked { filter, scope, sort, after: None, limit: 20, now };
    plan::list(&store.db, &store.vault, &asked).await
}

/// Keys of orders that fit, page by page, for exports: nothing but the key is read.
pub async fn order_ids(
    db: &Db,
    vault: &crate::Vault,
    filter: &OrderFilter,
    scope: &ScopeFilter,
    limit: usize,
    now: Ts,
) -> Result<Vec<OrderId>> {
    let asked = plan::Asked { filter, scope, sort: Sort::default(), after: None, limit, now };
    match plan::list(db, vault, &asked).await? {
        Some(built) => Ok(db.all::<(OrderId,)>(&built.sql, &built.args()).await?.into_iter().map(|(id,)| id).collect()),
        None => Ok(Vec::new()),
    }
}
