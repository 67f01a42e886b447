//! What the passage of time calls for: orders to look at, found by index. Whether anything is done is the rule's word.

use std::sync::LazyLock;

use db::Sql;
use kernel::{OrderId, TaskId, Ts};

use crate::{Result, Via};

static TO_ARCHIVE: LazyLock<Sql> = LazyLock::new(|| {
    "SELECT o.id FROM orders o WHERE o.state IN ('closed','direct_closed','rejected','merged','transferred_out','withdrawn','terminated') \
     AND o.updated_at < $1 AND NOT EXISTS (SELECT 1 FROM request r WHERE r.order_id = o.id AND r.state = 'pending' AND r.kind <> 'report_up') \
     AND NOT EXISTS (SELECT 1 FROM supervision s WHERE s.order_id = o.id AND s.state IN ('issued', 'signed', 'replied')) \
     ORDER BY o.updated_at LIMIT $2"
        .into()
});

static TRACKING_DUE: LazyLock<Sql> = LazyLock::new(|| {
    "SELECT id FROM orders WHERE state = 'tracking' AND tracking_until <= $1 ORDER BY tracking_until LIMIT $2".into()
});

static UNDECIDED: LazyLock<Sql> = LazyLock::new(|| {
    "SELECT order_id FROM request WHERE state = 'pending' AND escalate_at < $1 ORDER BY escalate_at, id LIMIT $2".into()
});

static UNSIGNED: LazyLock<Sql> = LazyLock::new(|| {
    "SELECT c.order_id, c.task_id, (SELECT count(*) FROM flow_log f WHERE f.order_id = c.order_id AND f.code = 'W13' AND f.task_id = c.task_id) AS n \
     FROM clock c WHERE c.kind = 'accept' AND c.outcome = 'open' AND c.task_id IS NOT NULL \
     AND ($1 - c.start_at) * 100 >= (c.due_at - c.start_at) * $2 \
     AND (SELECT count(*) FROM flow_log f WHERE f.order_id = c.order_id AND f.code = 'W13' AND f.task_id = c.task_id) < $3 \
     ORDER BY c.due_at LIMIT $4"
        .into()
});

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("due::to_archive", TO_ARCHIVE.clone()),
        ("due::tracking_due", TRACKING_DUE.clone()),
        ("due::undecided", UNDECIDED.clone()),
        ("due::unsigned", UNSIGNED.clone()),
    ]
}

/// Orders at rest, untouched since `before`, with no request waiting.
pub async fn to_archive<'a>(via: impl Into<Via<'a>>, before: Ts, limit: u32) -> Result<Vec<OrderId>> {
    ids(via.into(), &TO_ARCHIVE, before, limit).await
}

/// Orders whose tracking date has come.
pub async fn tracking_due<'a>(via: impl Into<Via<'a>>, now: Ts, limit: u32) -> Result<Vec<OrderId>> {
    ids(via.into(), &TRACKING_DUE, now, limit).await
}

/// Orders with a request that should have gone to the next tier before a moment.
pub async fn undecided<'a>(via: impl Into<Via<'a>>, before: Ts, limit: u32) -> Result<Vec<OrderId>> {
    ids(via.into(), &UNDECIDED, before, limit).await
}

async fn ids(mut via: Via<'_>, sql: &Sql, at: Ts, limit: u32) -> Result<Vec<OrderId>> {
    Ok(via.all::<(OrderId,)>(sql, &[&at, &i64::from(limit)]).await?.into_iter().map(|(id,)| id).collect())
}

/// A task that nobody has signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsigned {
    pub order: OrderId,
    pub task: TaskId,
    /// How often its unit was reminded.
    pub reminded: i64,
}

/// Tasks unsigned after `percent` of their time whose units were reminded fewer than `times` times.
pub async fn unsigned<'a>(
    via: impl Into<Via<'a>>,
    now: Ts,
    percent: i64,
    times: i64,
    limit: u32,
) -> Result<Vec<Unsigned>> {
    let rows =
        via.into().all::<(OrderId, TaskId, i64)>(&UNSIGNED, &[&now, &percent, &times, &i64::from(limit)]).await?;
    Ok(rows.into_iter().map(|(order, task, reminded)| Unsigned { order, task, reminded }).collect())
}
