//! 来电名单: 黑名单 and 关爱名单. One person proposes with a reason, another agrees, and every mark runs out.

use domain::authority::Permission;
use kernel::{Page, Phone, PhoneKind, Refusal, Uuid};
use store::caller_mark::{Mark, MarkKind, MarkState};

use super::present;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::view::{EndForm, Listing, MarkDecision, MarkForm, MarkLine, MarkQuery};
use crate::world::World;
use crate::{Error, Result};

fn may_read(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    if ctx.require(Permission::CallMarkDecide).is_ok() { Ok(()) } else { ctx.require(Permission::CallMark) }
}

fn unknown(field: &str, value: &str) -> Error {
    Refusal::invalid(field, format!("没有“{value}”这种名单，请重新选择")).into()
}

fn line(m: &Mark, ctx: &Ctx, world: &World) -> MarkLine {
    let name = |id: Option<kernel::UserId>| id.map(|id| world.user_name(id));
    let another = ctx.by.user().is_some_and(|me| me != m.proposed_by);
    MarkLine {
        id: m.id,
        kind: present::code(&m.kind),
        kind_cn: present::mark_kind_cn(m.kind).to_owned(),
        number_masked: present::number(&m.number),
        reason: m.reason.clone(),
        call_id: m.call,
        state: present::code(&m.state),
        state_cn: present::mark_state_cn(m.state).to_owned(),
        valid_to: m.valid_to,
        proposed_by_name: world.user_name(m.proposed_by),
        proposed_at: m.proposed_at,
        decided_by_name: name(m.decided_by),
        decided_at: m.decided_at,
        opinion: m.opinion.clone(),
        ended_by_name: name(m.ended_by),
        ended_at: m.ended_at,
        end_reason: m.end_reason.clone(),
        may_decide: m.state == MarkState::Pending && another && ctx.require(Permission::CallMarkDecide).is_ok(),
    }
}

/// A page of marks, newest first.
pub async fn mark_list(app: &App, ctx: &Ctx, query: &MarkQuery) -> Result<Listing<MarkLine>> {
    may_read(ctx)?;
    let world = app.fresh_world().await?;
    let kind = match query.kind.as_deref().filter(|t| !t.is_empty()) {
        None => None,
        Some(text) => Some(present::from_code::<MarkKind>(text).ok_or_else(|| unknown("kind", text))?),
    };
    let state = match query.state.as_deref().filter(|t| !t.is_empty()) {
        None => None,
        Some(text) => Some(present::from_code::<MarkState>(text).ok_or_else(|| unknown("state", text))?),
    };
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (marks, next) = store::caller_mark::list_marks(&app.store.db, &app.store.vault, kind, state, &page).await?;
    Ok(Listing::page(marks.iter().map(|m| line(m, ctx, &world)).collect(), next.map(|c| c.encode())))
}

/// Proposes a mark for a number, or for the caller of a call.
pub async fn mark_propose(app: &App, ctx: &Ctx, form: &MarkForm) -> Result<MarkLine> {
    ctx.require_ready()?;
    ctx.require(Permission::CallMark)?;
    let world = app.fresh_world().await?;
    let kind = present::from_code::<MarkKind>(&form.kind).ok_or_else(|| unknown("kind", &form.kind))?;
    let reason = form.reason.trim();
    if !(4..=300).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("reason", "请写明列入名单的理由和依据，4至300字").into());
    }
    let most = world.params.int("call.mark_max_d");
    if form.valid_to <= ctx.now || form.valid_to > ctx.now.plus_days(most) {
        return Err(Refusal::invalid("valid_to", format!("期限须晚于现在，且不超过{most}天")).into());
    }
    let number = number_of(app, ctx, form).await?;
    let mark = Mark {
        id: app.mint.uuid(ctx.now),
        kind,
        number,
        reason: reason.to_owned(),
        call: form.call,
        state: MarkState::Pending,
        valid_to: form.valid_to,
        proposed_by: ctx.actor()?.user,
        proposed_at: ctx.now,
        decided_by: None,
        decided_at: None,
        opinion: None,
        ended_by: None,
        ended_at: None,
        end_reason: None,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if !store::caller_mark::insert_mark(tx, &app.store.vault, &mark).await? {
            let message = format!("该号码已在{}中或正在审批", present::mark_kind_cn(kind));
            return Err(Refusal::conflict("marked", message).into());
        }
        let detail = serde_json::json!({ "kind": form.kind, "call": form.call, "valid_to": form.valid_to });
        let entry = Entry::new("call", "caller_mark.propose", "caller_mark", mark.id).because(reason).with(detail);
        audit::record(tx, app, ctx, entry).await
    });
    done?;
    Ok(line(&mark, ctx, &world))
}

/// Emergency and service numbers are nobody's.
async fn number_of(app: &App, ctx: &Ctx, form: &MarkForm) -> Result<String> {
    let text = match (form.number.as_deref().map(str::trim).filter(|t| !t.is_empty()), form.call) {
        (Some(text), _) => text.to_owned(),
        (None, Some(call)) => super::list::may_see(app, ctx, call).await?.number,
        (None, None) => return Err(Refusal::invalid("number", "请填写号码，或从通话记录发起").into()),
    };
    let phone = Phone::parse(&text).map_err(|e| e.at("number"))?;
    if matches!(phone.kind(), PhoneKind::Short | PhoneKind::Service) {
        return Err(Refusal::invalid("number", "服务号码和短号不能列入名单").into());
    }
    Ok(phone.normalised().to_owned())
}

async fn of(app: &App, ctx: &Ctx, id: Uuid) -> Result<MarkLine> {
    let found = store::caller_mark::load_mark(&app.store.db, &app.store.vault, id).await?;
    Ok(line(&found.ok_or_else(|| Refusal::not_found("名单记录"))?, ctx, &app.world()))
}

/// Agrees or refuses; never by the proposer.
pub async fn mark_decide(app: &App, ctx: &Ctx, id: Uuid, form: &MarkDecision) -> Result<MarkLine> {
    ctx.require_ready()?;
    ctx.require(Permission::CallMarkDecide)?;
    let by = ctx.actor()?.user;
    let opinion = form.opinion.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    if !form.approve && opinion.is_none() {
        return Err(Refusal::invalid("opinion", "不同意时请写明理由").into());
    }
    let to = if form.approve { MarkState::Active } else { MarkState::Refused };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let mark = store::caller_mark::load_mark(&mut *tx, &app.store.vault, id).await?;
        let mark = mark.ok_or_else(|| Refusal::not_found("名单记录"))?;
        if mark.proposed_by == by {
            return Err(Refusal::forbidden("申报人不能审批本人的申报，请由其他人员审批").into());
        }
        if mark.valid_to <= ctx.now
            || !store::caller_mark::decide_mark(tx, id, to, by, ctx.now, opinion.clone()).await?
        {
            return Err(Refusal::state("mark_decided", "该申报已审批或已过期").into());
        }
        let entry = Entry::new("call", "caller_mark.decide", "caller_mark", id);
        let entry = Entry { reason: opinion.clone(), ..entry }.with(serde_json::json!({ "approve": form.approve }));
        audit::record(tx, app, ctx, entry).await
    });
    done?;
    of(app, ctx, id).await
}

/// Takes a mark off before its time.
pub async fn mark_end(app: &App, ctx: &Ctx, id: Uuid, form: &EndForm) -> Result<MarkLine> {
    ctx.require_ready()?;
    ctx.require(Permission::CallMarkDecide)?;
    let by = ctx.actor()?.user;
    let reason = form.reason.trim().to_owned();
    if !(4..=200).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("reason", "请写明解除原因，4至200字").into());
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if !store::caller_mark::end_mark(tx, id, by, ctx.now, &reason).await? {
            return Err(Refusal::state("mark_ended", "该名单记录不存在或已解除").into());
        }
        audit::record(tx, app, ctx, Entry::new("call", "caller_mark.end", "caller_mark", id).because(reason.clone()))
            .await
    });
    done?;
    of(app, ctx, id).await
}
