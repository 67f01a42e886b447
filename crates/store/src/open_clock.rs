//! Orders as chores over all of them walk through: those whose deadlines hang on the working calendar, and every one
//! for checking its log. By key, a page at a time.

use db::Sql;
use kernel::OrderId;
use uuid::Uuid;

use crate::{error::Result, via::Via};

/// Waiting deadlines counted in days or business hours; only these move with the calendar.
const BY_CALENDAR: Sql = Sql::same(
    "SELECT DISTINCT order_id FROM clock
     WHERE outcome = 'open' AND unit IN ('work_day', 'calendar_day', 'work_hour') AND order_id > $1
     ORDER BY order_id LIMIT $2",
);
const EVERY: Sql = Sql::same("SELECT id FROM orders WHERE id > $1 ORDER BY id LIMIT $2");

const TASKS_OF: Sql = Sql::same("SELECT COUNT(*) FROM task WHERE org = $1 AND is_open");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("open_clock.by_calendar", BY_CALENDAR), ("open_clock.every", EVERY), ("open_clock.tasks_of", TASKS_OF)]
}

async fn page(mut via: Via<'_>, sql: &Sql, after: Option<OrderId>, limit: u32) -> Result<Vec<OrderId>> {
    let after = after.map_or(Uuid::nil(), OrderId::uuid);
    Ok(via.all::<(OrderId,)>(sql, &[&after, &i64::from(limit)]).await?.into_iter().map(|(id,)| id).collect())
}

/// Orders with a running clock that counts days or business hours, after `after`.
pub async fn orders_by_calendar<'a>(
    via: impl Into<Via<'a>>,
    after: Option<OrderId>,
    limit: u32,
) -> Result<Vec<OrderId>> {
    page(via.into(), &BY_CALENDAR, after, limit).await
}

/// Every order, after `after`.
pub async fn every_order<'a>(via: impl Into<Via<'a>>, after: Option<OrderId>, limit: u32) -> Result<Vec<OrderId>> {
    page(via.into(), &EVERY, after, limit).await
}

/// Tasks an organisation has not ended.
pub async fn open_tasks_of<'a>(via: impl Into<Via<'a>>, org: kernel::OrgId) -> Result<i64> {
    Ok(via.into().scalar(&TASKS_OF, &[&org]).await?)
}
