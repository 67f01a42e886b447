//! Looking at one order.

use domain::authority::{Actor, Masks, OrderFacts, Role, mask_origin, mask_requester, masks, may_reveal};
use domain::case::Case;
use domain::env::By;
use domain::order::{Order, allowed};
use kernel::{OrderId, Refusal};
use store::audit::Outcome;

use super::{may_see, seen_case};
use crate::ctx::{App, Ctx};
use crate::present::{self, Passed, Seen};
use crate::view::{FlowLine, OrderView, RevealForm, RevealedView};
use crate::world::World;
use crate::write::{Letter, Mail};
use crate::{Result, audit};

/// At most so many linked orders are shown.
const LINKS: usize = 50;

/// The whole order as this person may see it.
pub async fn order_view(app: &App, ctx: &Ctx, id: OrderId) -> Result<OrderView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    view(app, ctx, &world, case, facts).await
}

/// As [`order_view`] without asking whether the person may see it.
pub(super) async fn view_unchecked(app: &App, ctx: &Ctx, world: &World, id: OrderId) -> Result<OrderView> {
    let db = &app.store.db;
    let case = store::case::load_case(db, &app.store.vault, id).await?.ok_or_else(super::no_order)?;
    let granted = store::grant::granted_orgs(db, id).await?;
    let facts = OrderFacts::of(&case, &granted);
    view(app, ctx, world, case, facts).await
}

async fn view(app: &App, ctx: &Ctx, world: &World, mut case: Case, facts: OrderFacts) -> Result<OrderView> {
    let db = &app.store.db;
    let id = case.order.id;
    let flow = store::flow_log::flow_of(db, id).await?;
    let passed: Vec<_> = flow.iter().map(|r| (r.entry.code.clone(), r.entry.at, r.entry.actor_name.clone())).collect();
    let (state, callback_wanted) = (case.order.state, case.order.callback_wanted);
    let steps = present::steps(&Passed { state, flow: &passed, callback_wanted });
    let env = world.env(ctx.now, &*app.mint);
    let mut buttons = allowed(&case, &ctx.by, &env);
    let elsewhere = crate::partner::show::elsewhere(app, ctx, id).await?;
    if elsewhere.as_ref().is_some_and(|e| e.waiting) {
        for button in buttons.iter_mut().filter(|b| domain::partner::held_back(b.action)) {
            (button.enabled, button.reason) = (false, Some(domain::partner::OFFERED.to_owned()));
        }
    }
    case.links.extend(store::link::list_links_to(db, id).await?);
    let linked = linked(app, ctx, world, &case).await?;
    let viewer = ctx.actor()?;
    Ok(present::order_view(Seen {
        case: &case,
        facts: &facts,
        viewer,
        world,
        now: ctx.now,
        linked: &linked,
        steps,
        allowed: buttons,
        elsewhere,
    }))
}

/// The far ends of the links, those the person may see.
async fn linked(app: &App, ctx: &Ctx, world: &World, case: &Case) -> Result<Vec<Order>> {
    let db = &app.store.db;
    let mut found = Vec::new();
    for link in case.links.iter().filter(|l| l.ended_at.is_none()).take(LINKS) {
        let far = if link.order_id == case.order.id { link.other } else { link.order_id };
        let Some(other) = store::case::load_case(db, &app.store.vault, far).await? else { continue };
        let granted = store::grant::granted_orgs(db, far).await?;
        if may_see(ctx, world, &OrderFacts::of(&other, &granted)).is_ok() {
            found.push(other.order);
        }
    }
    Ok(found)
}

/// 流转记录, oldest first.
pub async fn order_flow(app: &App, ctx: &Ctx, id: OrderId) -> Result<Vec<FlowLine>> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (_, facts) = seen_case(app, ctx, &world, id).await?;
    let internal = match &ctx.by {
        By::System => true,
        By::Person(actor) => !masks(actor, &facts).internal_opinion,
    };
    let rows = store::flow_log::flow_of(&app.store.db, id).await?;
    Ok(rows.iter().map(|r| present::flow_line(r.seq, &r.hash, &r.entry, internal, &world)).collect())
}

/// 查看明文: with a reason, counted, and written down whether it is allowed or not.
pub async fn order_reveal(app: &App, ctx: &Ctx, id: OrderId, form: &RevealForm) -> Result<RevealedView> {
    ctx.require_ready()?;
    let actor = ctx.actor()?.clone();
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    check_form(form)?;
    let verdict = match may_reveal(&actor, &facts) {
        Ok(()) => under_limit(app, ctx, &world, &actor).await?,
        Err(refusal) => Err(refusal),
    };
    let outcome = if verdict.is_ok() { Outcome::Ok } else { Outcome::Refused };
    let secret = facts.confidentiality != domain::order::Confidentiality::None;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if outcome == Outcome::Ok {
            write_down(tx, app, ctx, form, &actor, &case.order, secret).await?;
        }
        let detail = serde_json::json!({ "case_no": case.order.case_no, "fields": form.fields, "secret": secret });
        let entry = audit::Entry::new("reveal", "order.reveal", "order", id).because(form.reason.trim()).with(detail);
        audit::record(tx, app, ctx, audit::Entry { outcome, ..entry }).await
    });
    done?;
    verdict?;
    let (order, left) = (&case.order, asked(&actor, &facts, form));
    Ok(RevealedView {
        requester: mask_requester(&order.requester, left),
        representatives: mask_origin(&order.origin, left).representatives,
    })
}

fn check_form(form: &RevealForm) -> Result<()> {
    const KNOWN: [&str; 3] = ["pii.basic", "pii.id", "identity"];
    if form.fields.is_empty() || form.fields.iter().any(|f| !KNOWN.contains(&f.as_str())) {
        return Err(Refusal::invalid("fields", "请选择要查看的内容：联系方式、证件号码或身份").into());
    }
    let length = form.reason.trim().chars().count();
    if !(4..=500).contains(&length) {
        return Err(Refusal::invalid("reason", "请写明查看原因，4至500字").into());
    }
    Ok(())
}

/// Only what was asked for is shown in clear.
fn asked(actor: &Actor, facts: &OrderFacts, form: &RevealForm) -> Masks {
    let has = |field: &str| form.fields.iter().any(|f| f == field);
    let now = masks(actor, facts);
    Masks {
        pii_basic: now.pii_basic && !has("pii.basic") && !has("identity"),
        pii_id: now.pii_id && !has("pii.id"),
        identity: now.identity && !has("identity"),
        ..now
    }
}

async fn under_limit(app: &App, ctx: &Ctx, world: &World, actor: &Actor) -> Result<Result<(), Refusal>> {
    let limit = world.params.int("security.reveal.per_hour");
    let since = ctx.now.plus_hours(-1);
    let used = store::reveal_log::count_reveals(&app.store.db, actor.user, since).await?;
    if used < limit {
        return Ok(Ok(()));
    }
    Ok(Err(Refusal::too_many(format!("一小时内最多查看{limit}次明文信息，已达上限，请稍后再试"))))
}

/// Keeps the look. Whoever reads a confidential identity is seen doing so by the discipline officers (§7).
async fn write_down(
    tx: &mut db::Tx,
    app: &App,
    ctx: &Ctx,
    form: &RevealForm,
    actor: &Actor,
    order: &Order,
    secret: bool,
) -> Result<()> {
    let log = store::reveal_log::Reveal {
        id: app.mint.uuid(ctx.now).into(),
        user_id: actor.user,
        order_id: order.id,
        fields: form.fields.join(","),
        reason: form.reason.trim().to_owned(),
        at: ctx.now,
    };
    store::reveal_log::insert_reveal(tx, &log).await?;
    if !secret {
        return Ok(());
    }
    let officers = store::appointment::users_of_role(&mut *tx, Role::Discipline, None, ctx.now).await?;
    let body = format!("保密工单{}的诉求人身份被查看，请关注", order.case_no);
    let order = Some((order.id, order.case_no.as_str()));
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &officers, Letter { kind: "reveal", title: "保密身份查看提醒", body: &body, order });
    mail.send(tx, app).await
}
