//! 消息: what a person was told.

use kernel::{Cursor, Page};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{NotificationList, NotificationView, ReadForm};

/// The person's notices, newest first.
pub async fn notification_list(
    app: &App,
    ctx: &Ctx,
    unread: bool,
    limit: Option<u32>,
    after: Option<&str>,
) -> Result<NotificationList> {
    ctx.require_ready()?;
    let user = ctx.actor()?.user;
    let page = Page::try_new(limit, after)?;
    let db = &app.store.db;
    let rows = store::notification::list_notifications(db, user, unread, &page).await?;
    let more = rows.len() >= usize::from(page.limit);
    let next = rows.last().filter(|_| more).map(|n| Cursor::int(n.at.0, n.id).encode());
    let items = rows
        .into_iter()
        .map(|n| NotificationView {
            id: n.id,
            kind: n.kind,
            title: n.title,
            body: n.body,
            order_id: n.order_id,
            at: n.at,
            read_at: n.read_at,
        })
        .collect();
    Ok(NotificationList { items, next, unread: store::notification::count_unread(db, user).await? })
}

/// Marks some or all as read.
pub async fn notification_read(app: &App, ctx: &Ctx, form: &ReadForm) -> Result<()> {
    ctx.require_ready()?;
    let user = ctx.actor()?.user;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if form.all {
            store::notification::mark_all_read(tx, user, ctx.now).await?;
        }
        for id in form.ids.iter().take(1_000) {
            store::notification::mark_read(tx, user, *id, ctx.now).await?;
        }
        Ok(())
    });
    done
}
