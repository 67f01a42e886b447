//! 待回拨: who must be called back, who has taken it on, and how it ended.

use domain::authority::Permission;
use kernel::{CallTaskId, Page, Refusal};
use store::call_duty::{Duty, DutyFilter, DutyState};

use super::{may_monitor, present};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::view::{DutyCountsView, DutyFinishForm, DutyLine, DutyQuery, Listing};
use crate::{Error, Result};

fn allowed(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::CallHandle)
}

fn unknown(field: &str, value: &str) -> Error {
    Refusal::invalid(field, format!("没有“{value}”这种回拨任务，请重新选择")).into()
}

/// A page of duties; open ones in the order they are due.
pub async fn duty_list(app: &App, ctx: &Ctx, query: &DutyQuery) -> Result<Listing<DutyLine>> {
    allowed(ctx)?;
    let state = match query.state.as_deref().filter(|s| !s.is_empty()).unwrap_or("open") {
        "all" => None,
        text => Some(present::from_code(text).ok_or_else(|| unknown("state", text))?),
    };
    let kind = match query.kind.as_deref().filter(|s| !s.is_empty()) {
        None => None,
        Some(text) => Some(present::from_code(text).ok_or_else(|| unknown("kind", text))?),
    };
    let filter = DutyFilter { state, kind, claimed_by: ctx.by.user().filter(|_| query.mine) };
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (duties, next) = store::call_duty::list_duties(&app.store.db, &app.store.vault, &filter, &page).await?;
    let mut items = Vec::with_capacity(duties.len());
    for duty in &duties {
        items.push(line(app, ctx, duty).await?);
    }
    Ok(Listing::page(items, next.map(|c| c.encode())))
}

/// A message was left for whoever calls back: they may hear it.
async fn line(app: &App, ctx: &Ctx, duty: &Duty) -> Result<DutyLine> {
    let world = app.world();
    let recording = match duty.duty.recording {
        Some(id) => store::recording::load_recording(&app.store.db, id).await?,
        None => None,
    };
    let may = ctx.require(Permission::CallHandle).is_ok();
    let recording = recording.map(|r| present::recording(&r, may));
    Ok(present::duty_line(duty, recording, &world, ctx.now))
}

/// How many are open, mine, overdue and nearly due.
pub async fn duty_counts(app: &App, ctx: &Ctx) -> Result<DutyCountsView> {
    allowed(ctx)?;
    let world = app.fresh_world().await?;
    let soon = ctx.now.plus_minutes(world.params.int("call.missed_callback_min") / 3);
    let c = store::call_duty::count_duties(&app.store.db, ctx.actor()?.user, ctx.now, soon).await?;
    Ok(DutyCountsView { open: c.open, mine: c.mine, red: c.red, yellow: c.yellow })
}

async fn of(app: &App, ctx: &Ctx, id: CallTaskId) -> Result<DutyLine> {
    let duty = store::call_duty::load_duty(&app.store.db, &app.store.vault, id).await?;
    line(app, ctx, &duty.ok_or_else(|| Refusal::not_found("回拨任务"))?).await
}

fn entry(action: &str, id: CallTaskId) -> Entry {
    Entry::new("call", action, "call_duty", id)
}

/// 领取. Somebody else's claim holds for `call.duty_claim_min` minutes.
pub async fn duty_claim(app: &App, ctx: &Ctx, id: CallTaskId) -> Result<DutyLine> {
    allowed(ctx)?;
    let user = ctx.actor()?.user;
    let world = app.fresh_world().await?;
    let stale = ctx.now.plus_minutes(-world.params.int("call.duty_claim_min"));
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if !store::call_duty::claim_duty(tx, id, user, ctx.now, stale).await? {
            let message = "该回拨任务已由他人领取或已完成，请选择其他任务";
            return Err(Refusal::conflict("claimed", message).into());
        }
        audit::record(tx, app, ctx, entry("call_duty.claim", id)).await
    });
    done?;
    of(app, ctx, id).await
}

/// 释放 one's own, or as a supervisor anybody's.
pub async fn duty_release(app: &App, ctx: &Ctx, id: CallTaskId) -> Result<DutyLine> {
    allowed(ctx)?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        owned(tx, app, ctx, id).await?;
        store::call_duty::release_duty(tx, id).await?;
        audit::record(tx, app, ctx, entry("call_duty.release", id)).await
    });
    done?;
    of(app, ctx, id).await
}

/// The open duty, if it is the person's or the person watches the floor.
async fn owned(tx: &mut db::Tx, app: &App, ctx: &Ctx, id: CallTaskId) -> Result<Duty> {
    let duty = store::call_duty::load_duty_for_change(tx, &app.store.vault, id).await?;
    let duty = duty.ok_or_else(|| Refusal::not_found("回拨任务"))?;
    if duty.state != DutyState::Open {
        return Err(Refusal::state("duty_ended", "该回拨任务已结束").into());
    }
    if duty.claimed_by != ctx.by.user() && !may_monitor(ctx) {
        return Err(Refusal::forbidden("请先领取该回拨任务").into());
    }
    Ok(duty)
}

/// 完成 (dealt with in another way) or 放弃, with the reason. A duty fulfilled by a call ends by itself.
pub async fn duty_finish(app: &App, ctx: &Ctx, id: CallTaskId, form: &DutyFinishForm) -> Result<DutyLine> {
    allowed(ctx)?;
    let to = match form.outcome.as_str() {
        "done" => DutyState::Done,
        "given_up" => DutyState::GivenUp,
        other => return Err(unknown("outcome", other)),
    };
    let reason = form.reason.trim().to_owned();
    if !(4..=200).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("reason", "请写明原因，4至200字").into());
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let duty = owned(tx, app, ctx, id).await?;
        if to == DutyState::GivenUp && duty.attempts == 0 && !may_monitor(ctx) {
            let message = "尚未拨打过，不能放弃；确有必要的请由班长处理";
            return Err(Refusal::state("not_tried", message).into());
        }
        store::call_duty::finish_duty(tx, id, to, &reason, ctx.by.user(), ctx.now, None).await?;
        let detail = serde_json::json!({ "outcome": form.outcome, "attempts": duty.attempts });
        audit::record(tx, app, ctx, entry("call_duty.finish", id).because(reason.clone()).with(detail)).await
    });
    done?;
    of(app, ctx, id).await
}
