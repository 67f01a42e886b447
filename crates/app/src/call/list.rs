//! 通话记录: the list, one call, and the calls of an order.

use std::collections::BTreeMap;
use std::str::FromStr;

use domain::authority::{Actor, OrderFacts, Permission, Role, Scope, masks, permits, visible};
use kernel::{CallId, FieldError, OrderId, Page, Phone, Refusal, UserId};
use store::call::{CallFilter, CallReach, list_calls};
use store::call_duty::DutyState;
use voice::journal::{CallRecord, RecordingRecord};

use super::present::{self, LineFacts};
use crate::ctx::{App, Ctx};
use crate::order;
use crate::view::{CallLine, CallQuery, CallView, Listing, RemarkView};
use crate::world::World;
use crate::{Error, Result};

/// Sees more than the own calls: leaders of the floor, supervisors and quality inspectors, within their scope.
const WIDE: &[Role] = &[Role::TeamLeader, Role::Supervisor, Role::Qc];

/// Whose calls a person may see.
pub(super) async fn reach(app: &App, actor: &Actor, world: &World) -> Result<CallReach> {
    let own = CallReach::Agents(vec![actor.user]);
    if !actor.has_any(WIDE) {
        return Ok(own);
    }
    let orgs = match actor.scope {
        Scope::All => return Ok(CallReach::All),
        Scope::Own => return Ok(own),
        Scope::Org => vec![actor.org],
        Scope::OrgSubtree | Scope::RegionSubtree => world.directory.subtree(actor.org),
    };
    let mut users = vec![actor.user];
    for org in orgs {
        let held = store::appointment::list_of_org(&app.store.db, org).await?;
        users.extend(held.iter().filter(|a| permits(&a.roles, Permission::CallHandle)).map(|a| a.user));
    }
    users.sort();
    users.dedup();
    Ok(CallReach::Agents(users))
}

fn within(reach: &CallReach, c: &CallRecord) -> bool {
    match reach {
        CallReach::All => true,
        CallReach::Agents(users) => [c.agent, c.last_agent].iter().flatten().any(|u| users.contains(u)),
    }
}

/// The call, if the person may know of it.
pub(super) async fn may_see(app: &App, ctx: &Ctx, id: CallId) -> Result<CallRecord> {
    let world = app.fresh_world().await?;
    let none = || Error::from(Refusal::not_found("通话"));
    let call = store::call::load_call(&app.store.db, &app.store.vault, id).await?.ok_or_else(none)?;
    let reach = reach(app, ctx.actor()?, &world).await?;
    if within(&reach, &call) || to_be_called_back(app, ctx, id).await? { Ok(call) } else { Err(none()) }
}

/// A missed call is everybody's who may call back, until somebody has; then it is theirs.
async fn to_be_called_back(app: &App, ctx: &Ctx, id: CallId) -> Result<bool> {
    if ctx.require(Permission::CallHandle).is_err() {
        return Ok(false);
    }
    let duty = store::call_duty::duty_of_call(&app.store.db, &app.store.vault, id).await?;
    Ok(duty.is_some_and(|d| d.state == DutyState::Open || d.done_by == ctx.by.user()))
}

/// A page of the calls that fit, within the person's reach.
pub async fn call_list(app: &App, ctx: &Ctx, query: &CallQuery) -> Result<Listing<CallLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::CallQuery)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = filter_of(query, actor)?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let reach = reach(app, actor, &world).await?;
    let found = list_calls(&app.store, &filter, &reach, &page).await?;
    let items = lines(app, ctx, &world, &found.calls).await?;
    Ok(Listing::page(items, found.next.map(|c| c.encode())))
}

fn unknown(field: &str, value: &str) -> Error {
    FieldError::new(field, format!("筛选条件“{field}”的值“{value}”无效")).with_remedy("请重新选择筛选条件").into()
}

fn parts(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|t| !t.is_empty())
}

fn codes<T: serde::de::DeserializeOwned>(field: &str, text: Option<&str>) -> Result<Vec<T>> {
    parts(text).map(|t| present::from_code(t).ok_or_else(|| unknown(field, t))).collect()
}

/// Users' keys, or `me`.
pub(super) fn people(field: &str, text: Option<&str>, actor: &Actor) -> Result<Vec<UserId>> {
    let one = |t: &str| if t == "me" { Ok(actor.user) } else { UserId::from_str(t).map_err(|_| unknown(field, t)) };
    parts(text).map(one).collect()
}

fn filter_of(q: &CallQuery, actor: &Actor) -> Result<CallFilter> {
    if let (Some(from), Some(to)) = (q.from, q.to)
        && from > to
    {
        return Err(Refusal::invalid("from", "开始时间不能晚于结束时间").into());
    }
    let number = match q.number.as_deref().map(str::trim).filter(|t| !t.is_empty()) {
        Some(text) => Some(Phone::parse(text).map_err(|e| e.at("number"))?.normalised().to_owned()),
        None => None,
    };
    let rating = |t: &str| t.parse::<u8>().ok().filter(|r| (1..=5).contains(r)).ok_or_else(|| unknown("rating", t));
    Ok(CallFilter {
        from: q.from,
        until: q.to.map(|t| t.plus_millis(1)),
        directions: codes("direction", q.direction.as_deref())?,
        outcomes: codes("outcome", q.outcome.as_deref())?,
        agents: people("agent", q.agent.as_deref(), actor)?,
        skills: parts(q.skill.as_deref()).map(str::to_owned).collect(),
        number,
        recorded: q.recorded,
        ratings: parts(q.rating.as_deref()).map(rating).collect::<Result<_>>()?,
        order: q.order,
    })
}

/// Rows with their recordings and the numbers of their orders.
pub(super) async fn lines(app: &App, ctx: &Ctx, world: &World, calls: &[CallRecord]) -> Result<Vec<CallLine>> {
    let db = &app.store.db;
    let ids: Vec<CallId> = calls.iter().map(|c| c.id).collect();
    let mut recordings: BTreeMap<CallId, Vec<RecordingRecord>> = BTreeMap::new();
    for r in store::recording::recordings_of(db, &ids).await? {
        recordings.entry(r.call).or_default().push(r);
    }
    let mut orders: Vec<OrderId> = calls.iter().filter_map(|c| c.order).collect();
    orders.sort();
    orders.dedup();
    let about = about(app, ctx, world, &orders).await?;
    let actor = ctx.actor()?;
    Ok(calls
        .iter()
        .map(|c| {
            let of_order = c.order.and_then(|id| about.get(&id));
            let may = may_listen(actor, c, of_order.map(|(_, facts)| facts));
            let facts = LineFacts {
                orders: of_order
                    .filter(|(no, _)| !no.is_empty())
                    .and_then(|(no, _)| Some((c.order?, no.clone())))
                    .into_iter()
                    .collect(),
                recordings: recordings
                    .remove(&c.id)
                    .unwrap_or_default()
                    .iter()
                    .map(|r| present::recording(r, may))
                    .collect(),
            };
            present::call_line(c, &facts, world)
        })
        .collect())
}

/// Number and facts of the orders the person may see.
async fn about(
    app: &App,
    ctx: &Ctx,
    world: &World,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, (String, OrderFacts)>> {
    let actor = ctx.actor()?;
    let seen = store::grant::seen_orders(&app.store.db, orders).await?;
    let named = seen.into_iter().map(|o| {
        let no = if visible(actor, &o.facts, &world.directory) { o.case_no } else { String::new() };
        (o.id, (no, o.facts))
    });
    Ok(named.collect())
}

/// May this person hear the call, with a reason? One's own always; others' by role, and never against the secrecy of the
/// order it is about.
pub(super) fn may_listen(actor: &Actor, c: &CallRecord, order: Option<&OrderFacts>) -> bool {
    let own = [c.agent, c.last_agent].contains(&Some(actor.user));
    match order {
        _ if own => true,
        _ if !permits(&actor.roles, Permission::Recording) => false,
        Some(facts) => !masks(actor, facts).recording,
        None => actor.has_any(WIDE),
    }
}

/// One call with everything about it.
pub async fn call_view(app: &App, ctx: &Ctx, id: CallId) -> Result<CallView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallQuery)?;
    let world = app.fresh_world().await?;
    let call = may_see(app, ctx, id).await?;
    let (db, vault) = (&app.store.db, &app.store.vault);
    let line = lines(app, ctx, &world, std::slice::from_ref(&call)).await?.remove(0);
    let mut duty = store::call_duty::duty_of_call(db, vault, id).await?;
    if let (None, Some(task)) = (&duty, call.task) {
        duty = store::call_duty::load_duty(db, vault, task).await?;
    }
    let actor = ctx.actor()?;
    let score = store::quality::score_of_call(db, id).await?;
    let judges = [Permission::CallScore, Permission::CallMonitor, Permission::CallAppeal];
    let sees_score = |agent: UserId| agent == actor.user || judges.iter().any(|p| permits(&actor.roles, *p));
    let remark = |r: store::call_remark::Remark| RemarkView {
        kind_cn: if r.kind == "praise" { "表扬" } else { "投诉" }.to_owned(),
        kind: r.kind,
        note: r.note,
        by_name: world.user_name(r.by_user),
        at: r.at,
    };
    Ok(CallView {
        line,
        legs: store::call::legs_of(db, vault, id).await?.iter().map(|l| present::leg(l, &world)).collect(),
        events: store::call::events_of(db, id).await?.iter().map(|e| present::event(e, &world)).collect(),
        duty: duty.map(|d| present::duty_line(&d, None, &world, ctx.now)),
        score_id: score.filter(|s| sees_score(s.agent)).map(|s| s.id),
        remarks: store::call_remark::remarks_of(db, id).await?.into_iter().map(remark).collect(),
    })
}

/// The calls about an order, for whoever may see the order: those bound to it and the one it was registered in.
pub async fn order_calls(app: &App, ctx: &Ctx, id: OrderId) -> Result<Vec<CallLine>> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, _) = order::seen_case(app, ctx, &world, id).await?;
    let (db, vault) = (&app.store.db, &app.store.vault);
    let mut calls = store::call::calls_of_order(db, vault, id).await?;
    let named = case.order.call_id.as_deref().and_then(|text| text.parse::<CallId>().ok());
    if let Some(first) = named.filter(|n| calls.iter().all(|c| c.id != *n))
        && let Some(call) = store::call::load_call(db, vault, first).await?
    {
        calls.insert(0, call);
    }
    let mut lines = lines(app, ctx, &world, &calls).await?;
    let identity = ctx.actor().is_ok_and(|a| masks(a, &OrderFacts::of(&case, &[])).identity);
    for line in &mut lines {
        // The notes of an agent are the centre's; and a secret requester's number is not told by its digits either.
        line.note = line.note.take().filter(|_| ctx.require(Permission::CallQuery).is_ok());
        if identity {
            line.number_masked = "（身份保密）".to_owned();
        }
    }
    Ok(lines)
}
