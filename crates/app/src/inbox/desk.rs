//! 待登记 at the desk: a piece is taken, given back, and leaves in one of three ways.

use domain::attachment::{Purpose, file_name};
use domain::authority::Role;
use domain::env::By;
use domain::inbox::{Claim, DiscardReason, ItemState, check_discard, claim, may_settle, still_kept};
use domain::order::{Command, RegisterForm};
use kernel::{AttachmentId, OrderId, Refusal, Uuid};
use serde::{Deserialize, Serialize};
use store::attachment::Attachment;
use store::inbox::Item;

use super::shown::{ItemView, require, shown};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::{amend_for_citizen, register_from};
use crate::view::Registered;
use crate::{Result, idempotency};

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiscardForm {
    pub reason: DiscardReason,
    #[serde(default)]
    pub note: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddForm {
    /// What is added to the order, as the agent puts it.
    pub supplement: String,
}

/// Where the words went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Added {
    pub order_id: OrderId,
    pub case_no: String,
}

/// 领取: nobody else works on it for a while; the text opens, which is audited.
pub async fn item_claim(app: &App, ctx: &Ctx, id: Uuid) -> Result<ItemView> {
    let user = require(ctx)?;
    let world = app.fresh_world().await?;
    let until = ctx.now.plus_minutes(world.params.int("inbox.claim_min"));
    let item: Result<Item> = db::with_retry!(app.store.db, async |tx| {
        let mut item = load(tx, app, id).await?;
        let held = claim(item.state, item.claim, Claim { by: user, until }, ctx.now)?;
        store::inbox::set_claim(tx, id, Some(held)).await?;
        audit::record(tx, app, ctx, Entry::new("order", "inbox.claim", "inbox_item", id)).await?;
        item.claim = Some(held);
        Ok(item)
    });
    shown(app, ctx, &item?, user).await
}

/// 退回待登记.
pub async fn item_release(app: &App, ctx: &Ctx, id: Uuid) -> Result<()> {
    let user = require(ctx)?;
    db::with_retry!(app.store.db, async |tx| {
        let item = load(tx, app, id).await?;
        may_settle(item.state, item.claim, user, ctx.now)?;
        store::inbox::set_claim(tx, id, None).await?;
        audit::record(tx, app, ctx, Entry::new("order", "inbox.release", "inbox_item", id)).await
    })
}

async fn load(tx: &mut db::Tx, app: &App, id: Uuid) -> Result<Item> {
    let item = store::inbox::load_item_for_change(tx, &app.store.vault, id).await?;
    let item = item.ok_or_else(|| Refusal::not_found("来信"))?;
    still_kept(item.blanked_at)?;
    Ok(item)
}

/// 登记: the piece becomes an order with its files, once.
pub async fn item_register(app: &App, ctx: &Ctx, id: Uuid, form: RegisterForm) -> Result<Registered> {
    let user = require(ctx)?;
    let By::Person(_) = &ctx.by else { return Err(Refusal::forbidden("来信由话务员登记").into()) };
    let world = app.fresh_world().await?;
    let form = RegisterForm { received_at: None, src_sys: None, src_no: None, ..form };
    let made: Result<Registered> = db::with_retry!(app.store.db, async |tx| {
        if let Some(before) = idempotency::begin(tx, app, ctx).await? {
            return Ok(before);
        }
        let item = load(tx, app, id).await?;
        may_settle(item.state, item.claim, user, ctx.now)?;
        let form = RegisterForm { channel: Some(item.adapter.channel()), ..form.clone() };
        let account = item.adapter.account(&item.record);
        let made = register_from(tx, app, ctx, &world, &form, account).await?;
        hand_over(tx, app, ctx, &item, made.id).await?;
        settle(tx, app, ctx, Item { state: ItemState::Registered, order: Some(made.id), ..item }).await?;
        idempotency::finish(tx, app, ctx, 201, &made).await?;
        Ok(made)
    });
    app.bus.poke();
    made
}

/// 补充到原诉求: words for the order it answers; its files go there too.
pub async fn item_add(app: &App, ctx: &Ctx, id: Uuid, form: &AddForm) -> Result<Added> {
    let user = require(ctx)?;
    let world = app.fresh_world().await?;
    let added: Result<Added> = db::with_retry!(app.store.db, async |tx| {
        let item = load(tx, app, id).await?;
        may_settle(item.state, item.claim, user, ctx.now)?;
        let order = item.about.ok_or_else(|| Refusal::state("no_order", "这件来信没有对应的工单，请登记为新工单"))?;
        let supplement = Some(form.supplement.clone());
        let reason = format!("诉求人来信补充，由{}核对", ctx.actor()?.name);
        let command = Command::Amend { reason, form: None, supplement, limit_at: None };
        let case = amend_for_citizen(tx, app, ctx, &world, order, &command).await?;
        hand_over(tx, app, ctx, &item, order).await?;
        settle(tx, app, ctx, Item { state: ItemState::Added, order: Some(order), ..item }).await?;
        Ok(Added { order_id: order, case_no: case.order.case_no })
    });
    app.bus.poke();
    added
}

/// 不登记, with the reason.
pub async fn item_discard(app: &App, ctx: &Ctx, id: Uuid, form: &DiscardForm) -> Result<()> {
    let user = require(ctx)?;
    check_discard(form.reason, &form.note)?;
    db::with_retry!(app.store.db, async |tx| {
        let item = load(tx, app, id).await?;
        may_settle(item.state, item.claim, user, ctx.now)?;
        let note = Some(form.note.trim().to_owned()).filter(|n| !n.is_empty());
        let done = Item { state: ItemState::Discarded, reason: Some(form.reason), note, ..item };
        settle(tx, app, ctx, done).await
    })
}

/// 恢复待登记: what was set aside wrongly waits again. Whoever set it aside may, and a team leader; what a program's mark set aside,
/// everybody.
pub async fn item_reopen(app: &App, ctx: &Ctx, id: Uuid) -> Result<()> {
    let user = require(ctx)?;
    let leads = ctx.actor()?.has(Role::TeamLeader);
    db::with_retry!(app.store.db, async |tx| {
        let item = load(tx, app, id).await?;
        if !leads && item.done_by.is_some_and(|by| by != user) {
            return Err(Refusal::forbidden("不予登记的来信由办理人本人或班长恢复").into());
        }
        if !store::inbox::reopen_item(tx, id).await? {
            return Err(Refusal::state("item_not_discarded", "只有不予登记的来信可以恢复").into());
        }
        audit::record(tx, app, ctx, Entry::new("order", "inbox.reopen", "inbox_item", id)).await
    })
}

async fn settle(tx: &mut db::Tx, app: &App, ctx: &Ctx, item: Item) -> Result<()> {
    let done = Item { done_by: Some(ctx.actor()?.user), done_at: Some(ctx.now), ..item };
    if !store::inbox::settle_item(tx, &done).await? {
        return Err(Refusal::conflict("item_settled", "这件来信刚刚被处理，请刷新").into());
    }
    let detail = serde_json::json!({ "state": done.state, "reason": done.reason, "order": done.order });
    audit::record(tx, app, ctx, Entry::new("order", "inbox.settle", "inbox_item", done.id).with(detail)).await
}

/// The piece's files become the order's.
async fn hand_over(tx: &mut db::Tx, app: &App, ctx: &Ctx, item: &Item, order: OrderId) -> Result<()> {
    let actor = ctx.actor()?;
    let found = store::order::load_order(&mut *tx, &app.store.vault, order).await?;
    let after_seq = found.map_or(0, |o| o.flow_seq);
    for file in store::inbox::files_of(&mut *tx, &app.store.vault, item.id).await? {
        let Ok(kept) = file.kept else { continue };
        let ending = file.name.rsplit_once('.').map_or("bin", |(_, e)| e).to_owned();
        let attachment = Attachment {
            id: AttachmentId::mint(&*app.mint, ctx.now),
            order_id: order,
            purpose: Purpose::Demand,
            class: kept.class,
            mime: kept.mime,
            size: file.size,
            digest: kept.digest,
            sha256: kept.sha256,
            thumb: kept.thumb,
            name: file_name(&file.name, &ending),
            scan: kept.scan,
            after_seq,
            by_user: actor.user,
            by_org: actor.org,
            at: ctx.now,
        };
        store::attachment::insert_attachment(tx, &app.store.vault, &attachment).await?;
    }
    Ok(())
}
