//! Which order a call is about, on both sides, with a trace in the order's record.

use db::Tx;
use domain::authority::Permission;
use domain::order::decide::{CallAbout, bind_call};
use kernel::{CallId, OrderId, Refusal, Ts};
use store::call_remark::Remark;
use voice::journal::CallRecord;

use super::list::may_see;
use super::present::{direction_cn, outcome_cn};
use super::{Told, may_monitor};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::seen_case_for_change;
use crate::view::RemarkForm;
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Error, Result};

/// How the order learns of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trace {
    /// An entry of its own: the order was there before.
    Flow,
    /// None: the order is being registered in the call and names it itself.
    Registered,
}

/// Binds a call to an order that both may be seen by the person; again and again changes nothing.
pub async fn bind(app: &App, ctx: &Ctx, call: CallId, order: OrderId) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::CallHandle)?;
    let world = app.fresh_world().await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let record = store::call::load_call_for_change(tx, &app.store.vault, call).await?;
        let record = record.ok_or_else(|| Refusal::not_found("通话"))?;
        let own = [record.agent, record.last_agent].contains(&ctx.by.user());
        if !own && !may_monitor(ctx) {
            return Err(Refusal::forbidden("只能关联本人接听的通话").into());
        }
        if record.order == Some(order) {
            return Ok(());
        }
        bind_in(tx, app, ctx, &world, &record, order, Trace::Flow).await?;
        store::call::bind_order(tx, call, order).await?;
        audit::record(tx, app, ctx, entry(call, order)).await
    });
    done?;
    app.bus.poke();
    app.calls.tell(Told::Bound { call, order });
    Ok(())
}

fn entry(call: CallId, order: OrderId) -> Entry {
    Entry::new("call", "call.bind", "call", call).with(serde_json::json!({ "order": order }))
}

/// The order's side of it; `true` when the order changed.
pub(super) async fn bind_in(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    call: &CallRecord,
    order: OrderId,
    trace: Trace,
) -> Result<bool> {
    if trace == Trace::Registered {
        return Ok(false);
    }
    let case = seen_case_for_change(tx, app, ctx, world, order).await?;
    if case.order.call_id.as_deref() == Some(call.id.to_string().as_str()) {
        return Ok(false);
    }
    let about = CallAbout {
        call: call.id.to_string(),
        direction_cn: direction_cn(call.direction),
        result_cn: outcome_cn(call.outcome),
        at: call.started_at,
    };
    let decision = bind_call(&case, &about, &ctx.by, &world.env(ctx.now, &*app.mint));
    let extra = Extra { action: Some("call_bind"), ..Extra::default() };
    apply(tx, app, ctx, world, Some(&case), decision, &extra).await?;
    Ok(true)
}

/// The call in which an order is registered; `None` when the form's number is that of another system. One call may bear
/// several orders: it is bound to the first, and each of them names it.
pub async fn bind_registered(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    call_id: Option<&str>,
    order: OrderId,
) -> Result<Option<CallId>> {
    let Some(call) = call_id.and_then(|text| text.trim().parse::<CallId>().ok()) else { return Ok(None) };
    let Some(bound) = store::call::bound_to(&mut *tx, call).await? else { return Ok(None) };
    if bound.is_none() {
        store::call::bind_order(tx, call, order).await?;
    }
    audit::record(tx, app, ctx, entry(call, order)).await?;
    Ok(Some(call))
}

/// 表扬或投诉 of the agent at a call.
pub async fn call_remark(app: &App, ctx: &Ctx, call: CallId, form: &RemarkForm) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::CallMonitor)?;
    let by = ctx.actor()?.user;
    if !["praise", "complaint"].contains(&form.kind.as_str()) {
        return Err(Refusal::invalid("kind", "请选择表扬或投诉").into());
    }
    let note = form.note.trim();
    if !(4..=500).contains(&note.chars().count()) {
        return Err(Refusal::invalid("note", "请写明情况，4至500字").into());
    }
    let record = may_see(app, ctx, call).await?;
    let agent = record.last_agent.or(record.agent);
    let agent = agent.ok_or_else(|| Refusal::state("no_agent", "该通话没有话务员接听，不能登记表扬或投诉"))?;
    if agent == by {
        return Err(Refusal::forbidden("不能登记对本人的表扬或投诉").into());
    }
    let at: Ts = ctx.now;
    let remark = Remark {
        id: app.mint.uuid(at),
        call_id: call,
        agent,
        kind: form.kind.clone(),
        note: note.to_owned(),
        by_user: by,
        at,
    };
    db::with_retry!(app.store.db, async |tx| {
        store::call_remark::insert_remark(tx, &remark).await?;
        let detail = serde_json::json!({ "kind": remark.kind, "agent": agent });
        audit::record(tx, app, ctx, Entry::new("call", "call.remark", "call", call).with(detail)).await?;
        Ok::<(), Error>(())
    })
}
