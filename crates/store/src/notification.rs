//! Notices inside the desk (站内通知), one row per person.

use db::{Sql, Tx};
use kernel::{Cursor, NoticeId, OrderId, Page, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{boxes, insert_rows},
    via::Via,
};

const COLUMNS: &[&str] = &["id", "user_id", "kind", "title", "body", "order_id", "at", "read_at"];
const LIST: Sql = Sql::same(
    "SELECT id, user_id, kind, title, body, order_id, at, read_at FROM notification
     WHERE user_id = $1 AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4",
);
const LIST_UNREAD: Sql = Sql::same(
    "SELECT id, user_id, kind, title, body, order_id, at, read_at FROM notification
     WHERE user_id = $1 AND read_at IS NULL AND (at, id) < ($2, $3) ORDER BY at DESC, id DESC LIMIT $4",
);
const UNREAD: Sql = Sql::same("SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL");
const READ: Sql = Sql::same("UPDATE notification SET read_at = $3 WHERE id = $1 AND user_id = $2 AND read_at IS NULL");
const READ_ALL: Sql =
    Sql::same("UPDATE notification SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL AND at <= $2");
const PURGE: Sql = Sql::same("DELETE FROM notification WHERE at < $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("notification.list", LIST),
        ("notification.list_unread", LIST_UNREAD),
        ("notification.unread", UNREAD),
        ("notification.read", READ),
        ("notification.read_all", READ_ALL),
        ("notification.purge", PURGE),
    ]
}

/// One notice to one person.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Notification {
    pub id: NoticeId,
    pub user_id: UserId,
    /// Template or class: `T05`, `light`, `system`…
    pub kind: String,
    pub title: String,
    pub body: String,
    pub order_id: Option<OrderId>,
    pub at: Ts,
    pub read_at: Option<Ts>,
}

/// Adds notices in one statement.
pub async fn insert_notifications(tx: &mut Tx, notices: &[Notification]) -> Result<()> {
    let rows = notices
        .iter()
        .map(|n| boxes![n.id, n.user_id, n.kind.clone(), n.title.clone(), n.body.clone(), n.order_id, n.at, n.read_at]);
    insert_rows(tx, "notification", COLUMNS, rows.collect(), "").await?;
    Ok(())
}

/// A person's notices, newest first.
pub async fn list_notifications<'a>(
    via: impl Into<Via<'a>>,
    user: UserId,
    unread_only: bool,
    page: &Page,
) -> Result<Vec<Notification>> {
    let start = Cursor::int(i64::MAX, uuid::Uuid::max());
    let after = page.after.as_ref().unwrap_or(&start);
    let sql = if unread_only { LIST_UNREAD } else { LIST };
    let at = after.as_int().unwrap_or(i64::MAX);
    Ok(via.into().all(&sql, &[&user, &at, &after.id, &i64::from(page.limit)]).await?)
}

/// How many a person has not read.
pub async fn count_unread<'a>(via: impl Into<Via<'a>>, user: UserId) -> Result<i64> {
    Ok(via.into().scalar(&UNREAD, &[&user]).await?)
}

/// Marks one as read; `false` when it is not theirs or was read before.
pub async fn mark_read(tx: &mut Tx, user: UserId, id: NoticeId, now: Ts) -> Result<bool> {
    Ok(tx.run(&READ, &[&id, &user, &now]).await? == 1)
}

/// Marks everything up to now as read; returns how many.
pub async fn mark_all_read(tx: &mut Tx, user: UserId, now: Ts) -> Result<u64> {
    Ok(tx.run(&READ_ALL, &[&user, &now]).await?)
}

/// Removes notices older than `before`; returns how many.
pub async fn purge(tx: &mut Tx, before: Ts) -> Result<u64> {
    Ok(tx.run(&PURGE, &[&before]).await?)
}
