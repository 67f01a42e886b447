//! 待登记 at the desk: the list, one piece, and the three ways out.

use domain::attachment::{Purpose, file_name};
use domain::authority::Permission;
use domain::env::By;
use domain::inbox::{Claim, DiscardReason, ItemState, check_discard, claim, may_settle};
use domain::order::{Command, RegisterForm};
use kernel::{AttachmentId, Cursor, FieldError, OrderId, Page, Refusal, Ts, UserId, Uuid, mask_mail, mask_name};
use serde::{Deserialize, Serialize};
use store::attachment::Attachment;
use store::inbox::Item;

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::{command_in, register_from, seen_case};
use crate::view::{Listing, Registered};
use crate::world::World;
use crate::{Error, Result, idempotency};

/// Characters of the text shown in a list.
const GLANCE: usize = 60;

#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct InboxQuery {
    /// `waiting` when left out.
    pub state: Option<String>,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// A line of the list. The sender is masked; whoever takes the piece sees it whole.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemLine {
    pub id: Uuid,
    pub adapter: String,
    pub adapter_cn: String,
    /// Masked.
    pub sender: String,
    pub subject: String,
    pub glance: String,
    pub written_at: Option<Ts>,
    pub at: Ts,
    pub state: String,
    pub state_cn: String,
    pub reason_cn: Option<String>,
    pub note: Option<String>,
    pub files: i64,
    /// It answers a message about an order.
    pub is_answer: bool,
    pub claimed_by_name: Option<String>,
    /// Mine to work on now.
    pub mine: bool,
    pub order_id: Option<OrderId>,
    pub done_by_name: Option<String>,
    pub done_at: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileLine {
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// Why it was not kept.
    pub refusal: Option<String>,
}

/// A piece as whoever took it sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemView {
    #[serde(flatten)]
    pub line: ItemLine,
    /// Channel code of the order to be.
    pub channel: String,
    pub address: String,
    pub name: String,
    pub text: String,
    pub remarks: Vec<String>,
    pub file_list: Vec<FileLine>,
    /// The order it answers, when the person may see that one.
    pub about: Option<OrderId>,
    pub about_case_no: Option<String>,
    pub claimed_until: Option<Ts>,
}

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

fn require(ctx: &Ctx) -> Result<UserId> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderRegister)?;
    Ok(ctx.actor()?.user)
}

fn line(world: &World, item: &Item, files: i64, user: UserId, now: Ts) -> ItemLine {
    let held = item.claim.filter(|c| c.until > now);
    ItemLine {
        id: item.id,
        adapter: item.adapter.code().to_owned(),
        adapter_cn: item.adapter.cn().to_owned(),
        sender: match item.record.name.trim() {
            "" => mask_mail(&item.record.sender),
            name => format!("{}（{}）", mask_name(name), mask_mail(&item.record.sender)),
        },
        subject: item.record.subject.clone(),
        glance: item.record.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(GLANCE).collect(),
        written_at: item.written_at,
        at: item.at,
        state: item.state.code().to_owned(),
        state_cn: item.state.cn().to_owned(),
        reason_cn: item.reason.map(|r| r.cn().to_owned()),
        note: item.note.clone(),
        files,
        is_answer: item.about.is_some(),
        claimed_by_name: held.map(|c| world.user_name(c.by)),
        mine: held.is_some_and(|c| c.by == user),
        order_id: item.order,
        done_by_name: item.done_by.map(|u| world.user_name(u)),
        done_at: item.done_at,
    }
}

/// A page of pieces: what waits oldest first, what is settled newest first.
pub async fn item_list(app: &App, ctx: &Ctx, query: &InboxQuery) -> Result<Listing<ItemLine>> {
    let user = require(ctx)?;
    let world = app.fresh_world().await?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let state: ItemState = match query.state.as_deref().unwrap_or("waiting").parse() {
        Ok(state) => state,
        Err(_) => return Err(FieldError::new("state", "状态无效").with_remedy("请重新选择").into()),
    };
    let start = if state == ItemState::Waiting { (Ts(0), Uuid::nil()) } else { (ctx.now.plus_days(1), Uuid::max()) };
    let from = page.after.as_ref().and_then(|c| Some((Ts(c.as_int()?), c.id))).unwrap_or(start);
    let items = store::inbox::list_items(&app.store.db, &app.store.vault, state, from, i64::from(page.limit)).await?;
    let more = items.len() >= usize::from(page.limit);
    let next = items.last().filter(|_| more).map(|i| Cursor::int(i.at.0, i.id).encode());
    let mut lines = Vec::with_capacity(items.len());
    for item in &items {
        let files = store::inbox::files_of(&app.store.db, &app.store.vault, item.id).await?.len();
        lines.push(line(&world, item, i64::try_from(files).map_err(Error::broken)?, user, ctx.now));
    }
    Ok(Listing::page(lines, next))
}

/// One piece, for who has taken it or who settled it.
pub async fn item_view(app: &App, ctx: &Ctx, id: Uuid) -> Result<ItemView> {
    let user = require(ctx)?;
    let item = store::inbox::load_item(&app.store.db, &app.store.vault, id).await?;
    let item = item.ok_or_else(|| Refusal::not_found("来件"))?;
    let mine = item.claim.is_some_and(|c| c.by == user && c.until > ctx.now) || item.done_by == Some(user);
    if !mine {
        return Err(Refusal::forbidden("请先领取这件来件，再查看全文").into());
    }
    shown(app, ctx, &item, user).await
}

async fn shown(app: &App, ctx: &Ctx, item: &Item, user: UserId) -> Result<ItemView> {
    let world = app.fresh_world().await?;
    let files = store::inbox::files_of(&app.store.db, &app.store.vault, item.id).await?;
    let about = match item.about {
        Some(order) => match seen_case(app, ctx, &world, order).await {
            Ok((case, _)) => Some((order, case.order.case_no)),
            Err(Error::Refused(_)) => None,
            Err(e) => return Err(e),
        },
        None => None,
    };
    let count = i64::try_from(files.len()).map_err(Error::broken)?;
    let list = files.into_iter().map(|f| FileLine { name: f.name, size: f.size, refusal: f.kept.err() });
    Ok(ItemView {
        line: line(&world, item, count, user, ctx.now),
        channel: item.adapter.channel().code().to_owned(),
        address: item.record.sender.clone(),
        name: item.record.name.clone(),
        text: item.record.text.clone(),
        remarks: item.record.remarks.clone(),
        file_list: list.collect(),
        about: about.as_ref().map(|(id, _)| *id),
        about_case_no: about.map(|(_, no)| no),
        claimed_until: item.claim.map(|c| c.until),
    })
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
    Ok(item.ok_or_else(|| Refusal::not_found("来件"))?)
}

/// 登记: the piece becomes an order with its files, once.
pub async fn item_register(app: &App, ctx: &Ctx, id: Uuid, form: RegisterForm) -> Result<Registered> {
    let user = require(ctx)?;
    let By::Person(_) = &ctx.by else { return Err(Refusal::forbidden("来件由话务员登记").into()) };
    let world = app.fresh_world().await?;
    let form = RegisterForm { received_at: None, src_sys: None, src_no: None, ..form };
    let made: Result<Registered> = db::with_retry!(app.store.db, async |tx| {
        if let Some(before) = idempotency::begin(tx, app, ctx).await? {
            return Ok(before);
        }
        let item = load(tx, app, id).await?;
        may_settle(item.state, item.claim, user, ctx.now)?;
        let form = RegisterForm { channel: Some(item.adapter.channel()), ..form.clone() };
        let account = item.adapter.medium().map(|m| (m, item.record.sender.clone()));
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
pub async fn item_add(app: &App, ctx: &Ctx, id: Uuid, form: &AddForm) -> Result<OrderId> {
    let user = require(ctx)?;
    let world = app.fresh_world().await?;
    let added: Result<OrderId> = db::with_retry!(app.store.db, async |tx| {
        let item = load(tx, app, id).await?;
        may_settle(item.state, item.claim, user, ctx.now)?;
        let order = item.about.ok_or_else(|| Refusal::state("no_order", "这件来件没有对应的工单，请登记为新工单"))?;
        let supplement = Some(form.supplement.clone());
        let command = Command::Amend { reason: "诉求人来信补充".to_owned(), form: None, supplement };
        command_in(tx, app, ctx, &world, order, None, &command).await?;
        hand_over(tx, app, ctx, &item, order).await?;
        settle(tx, app, ctx, Item { state: ItemState::Added, order: Some(order), ..item }).await?;
        Ok(order)
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

async fn settle(tx: &mut db::Tx, app: &App, ctx: &Ctx, item: Item) -> Result<()> {
    let done = Item { done_by: Some(ctx.actor()?.user), done_at: Some(ctx.now), ..item };
    if !store::inbox::settle_item(tx, &done).await? {
        return Err(Refusal::conflict("item_settled", "这件来件刚刚被处理，请刷新").into());
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
