//! 领导信箱: kept by the system administrator, chosen by citizens on the portal, read by the leader as a list of orders.

use domain::authority::{Permission, Role};
use domain::mailbox::{Mailbox, MailboxForm};
use kernel::{Refusal, UserId, Uuid};
use serde::Serialize;

use super::{require, seal};
use crate::Result;
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::world::World;

/// A box as the administrator sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailboxView {
    pub id: Uuid,
    pub name: String,
    pub leader: UserId,
    pub leader_name: String,
    pub about: String,
    pub open: bool,
    pub ord: i64,
    pub version: i64,
    /// Letters that came so far, and of them those still at work.
    pub letters: i64,
    pub at_work: i64,
}

/// Everything the room shows.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailboxList {
    pub items: Vec<MailboxView>,
    /// Who may be given a box.
    pub leaders: Vec<LeaderLine>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeaderLine {
    pub id: UserId,
    pub name: String,
}

async fn leaders(app: &App, ctx: &Ctx, world: &World) -> Result<Vec<LeaderLine>> {
    let users = store::appointment::users_of_role(&app.store.db, Role::Leader, None, ctx.now).await?;
    let mut lines: Vec<LeaderLine> = users.into_iter().map(|id| LeaderLine { id, name: world.user_name(id) }).collect();
    lines.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    lines.dedup_by_key(|l| l.id);
    Ok(lines)
}

/// Every box with what came by it.
pub async fn mailbox_list(app: &App, ctx: &Ctx) -> Result<MailboxList> {
    require(ctx, Permission::AdminParam)?;
    let world = app.fresh_world().await?;
    let counts = store::mailbox::letters(&app.store.db).await?;
    let view = |m: &Mailbox| {
        let (letters, at_work) = counts.iter().find(|c| c.0 == m.id).map_or((0, 0), |c| (c.1, c.2));
        MailboxView {
            id: m.id,
            name: m.name.clone(),
            leader: m.leader,
            leader_name: world.user_name(m.leader),
            about: m.about.clone(),
            open: m.open,
            ord: m.ord,
            version: m.version,
            letters,
            at_work,
        }
    };
    Ok(MailboxList { items: world.mailboxes.iter().map(view).collect(), leaders: leaders(app, ctx, &world).await? })
}

fn made(id: Uuid, version: i64, form: &MailboxForm, leader: UserId) -> Mailbox {
    Mailbox {
        id,
        name: form.name.trim().to_owned(),
        leader,
        about: form.about.trim().to_owned(),
        open: form.open,
        ord: form.ord,
        version,
    }
}

/// The leader of a form without faults.
async fn checked(app: &App, ctx: &Ctx, form: &MailboxForm, own: Option<Uuid>, all: &[Mailbox]) -> Result<UserId> {
    let world = app.fresh_world().await?;
    let known = leaders(app, ctx, &world).await?;
    let leader = form.leader.filter(|id| known.iter().any(|l| l.id == *id));
    let wrong = form.faults(own, all, leader.is_some());
    match leader {
        Some(leader) if wrong.is_empty() => Ok(leader),
        _ => Err(Refusal::fields(wrong).into()),
    }
}

/// 新增信箱.
pub async fn mailbox_create(app: &App, ctx: &Ctx, form: MailboxForm) -> Result<MailboxList> {
    require(ctx, Permission::AdminParam)?;
    let by = ctx.actor()?.user;
    db::with_retry!(app.store.db, async |tx| {
        let all = store::mailbox::list(&mut *tx).await?;
        let leader = checked(app, ctx, &form, None, &all).await?;
        let new = made(app.mint.uuid(ctx.now), 1, &form, leader);
        store::mailbox::insert(tx, &new, by, ctx.now).await?;
        let detail = serde_json::json!({ "name": new.name, "open": new.open, "leader": new.leader });
        seal(
            tx,
            app,
            ctx,
            Entry::new("admin", "mailbox.create", "mailbox", new.id).with(detail),
            &[snapshot::REFERENCE],
        )
        .await
    })?;
    app.refresh().await?;
    mailbox_list(app, ctx).await
}

/// 修改信箱. One that is closed keeps its letters; citizens do not find it any more.
pub async fn mailbox_update(app: &App, ctx: &Ctx, id: Uuid, form: MailboxForm) -> Result<MailboxList> {
    require(ctx, Permission::AdminParam)?;
    let by = ctx.actor()?.user;
    db::with_retry!(app.store.db, async |tx| {
        let all = store::mailbox::list(&mut *tx).await?;
        let Some(old) = all.iter().find(|m| m.id == id) else { return Err(Refusal::not_found("信箱").into()) };
        let leader = checked(app, ctx, &form, Some(id), &all).await?;
        let new = made(id, form.version, &form, leader);
        store::mailbox::save(tx, &new, by, ctx.now).await?;
        if new.leader != old.leader {
            store::mailbox::copy_letters(tx, id, new.leader).await?;
        }
        let side =
            |m: &Mailbox| serde_json::json!({ "name": m.name, "open": m.open, "leader": m.leader, "ord": m.ord });
        let detail = serde_json::json!({ "before": side(old), "after": side(&new) });
        seal(tx, app, ctx, Entry::new("admin", "mailbox.update", "mailbox", id).with(detail), &[snapshot::REFERENCE])
            .await
    })?;
    app.refresh().await?;
    mailbox_list(app, ctx).await
}
