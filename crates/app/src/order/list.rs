//! 组合查询 over orders.

use std::str::FromStr;

use domain::authority::{Actor, Permission, scope_filter};
use kernel::{FieldError, OrgId, Page, Refusal, Ts, UserId};
use store::search::{Claimed, FlowDirection, OrderFilter, Period, Queue, ReplyState, Sort, SortBy};

use crate::ctx::{App, Ctx};
use crate::present::{LineFacts, order_line};
use crate::view::{Listing, OrderCount, OrderLine, OrderQuery};
use crate::world::World;
use crate::{Error, Result};

/// The pools of the console: our code, the store's, the name on screen.
pub const QUEUES: &[(&str, Queue, &str)] = &[
    ("to_complete", Queue::Supplement, "待补充"),
    ("to_dispatch", Queue::Dispatch, "待派遣"),
    ("consulting", Queue::Consult, "异议/会商"),
    ("return_pending", Queue::ReturnAudit, "退回待审"),
    ("ext_pending", Queue::ExtensionAudit, "延期待审"),
    ("unsigned", Queue::Unsigned, "已派未签"),
    ("handling", Queue::Handling, "处置中"),
    ("to_audit", Queue::CenterAudit, "待办结审核"),
    ("to_reply", Queue::Reply, "待统一回复"),
    ("to_callback", Queue::Callback, "待回访"),
    ("tracking", Queue::Tracking, "跟踪挂账"),
    ("hard", Queue::Hard, "疑难"),
];

/// A page of the orders that fit, within the person's scope. How many there are is told when this page has them all;
/// otherwise [`order_count`] counts, while the page is already being read.
pub async fn order_list(app: &App, ctx: &Ctx, query: &OrderQuery) -> Result<Listing<OrderLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let (filter, sort) = search_of(query, actor, &world)?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let scope = scope_filter(actor, &world.directory);
    let found = store::search::orders(&app.store, &filter, &scope, sort, &page, ctx.now).await?;
    let mut listing = Listing::page(lines(&found.lines, &world, ctx.now), found.next.map(|cursor| cursor.encode()));
    if page.after.is_none() && listing.next.is_none() {
        listing.total = i64::try_from(listing.items.len()).ok();
        listing.total_capped = Some(false);
    }
    Ok(listing)
}

/// How many orders fit, within the person's scope.
pub async fn order_count(app: &App, ctx: &Ctx, query: &OrderQuery) -> Result<OrderCount> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let (filter, _) = search_of(query, actor, &world)?;
    let scope = scope_filter(actor, &world.directory);
    let count = store::search::count_orders(&app.store, &filter, &scope, ctx.now).await?;
    Ok(OrderCount { total: count.n, capped: !count.exact })
}

/// Rows as everyone may see them.
pub fn lines(found: &[store::search::OrderLine], world: &World, now: Ts) -> Vec<OrderLine> {
    found.iter().map(|l| line(l, world, now)).collect()
}

pub(crate) fn line(l: &store::search::OrderLine, world: &World, now: Ts) -> OrderLine {
    let facts = LineFacts { handler: l.handler, pending: l.pending.clone(), repeat_n: l.repeat_n, stage: l.stage };
    order_line(&l.order, &facts, world, now)
}

/// Reads the query string. Refuses what it does not know, naming the field.
pub fn search_of(q: &OrderQuery, actor: &Actor, world: &World) -> Result<(OrderFilter, Sort)> {
    let mut leads: Vec<OrgId> = many("lead_org", q.lead_org.as_deref())?;
    if q.lead_sub == Some(true) {
        leads = leads.iter().flat_map(|org| world.directory.subtree(*org)).collect();
        leads.sort();
        leads.dedup();
    }
    let text = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let filter = OrderFilter {
        case_no: text(&q.case_no),
        keyword: text(&q.q),
        registered: period("registered", q.registered_from, q.registered_to)?,
        dispatched: period("dispatched", q.dispatched_from, q.dispatched_to)?,
        due: period("due", q.due_from, q.due_to)?,
        closed: period("closed", q.closed_from, q.closed_to)?,
        registered_orgs: many("registered_org", q.registered_org.as_deref())?,
        flow: flow(q.flow.as_deref())?,
        reply: reply(q.reply.as_deref())?,
        lead_orgs: leads,
        lead_handler: person("handler", q.handler.as_deref(), actor)?,
        co_orgs: many("co_org", q.co_org.as_deref())?,
        co_handler: person("co_handler", q.co_handler.as_deref(), actor)?,
        states: many("state", q.state.as_deref())?,
        demand_types: many("demand_type", q.demand_type.as_deref())?,
        categories: prefixes(q.category.as_deref(), domain::directory::category_prefix),
        regions: prefixes(q.region.as_deref(), domain::directory::region_prefix),
        channels: many("channel", q.channel.as_deref())?,
        urgencies: many("urgency", q.urgency.as_deref())?,
        lights: many("light", q.light.as_deref())?,
        name: text(&q.name),
        phone: text(&q.phone),
        id_no: text(&q.id_no),
        address: None,
        redone: q.round2,
        returned: q.returned,
        extended: q.extended,
        urged: q.urged,
        exempt: q.exempt,
        anonymous: q.anonymous,
        ratings: many("rating", q.rating.as_deref())?,
        solved: many("solved", q.solved.as_deref())?,
        confidentialities: many("confidentiality", q.confidentiality.as_deref())?,
        claimed: claimed(q.claimed.as_deref(), actor)?,
        pending: many("pending", q.pending.as_deref())?,
        queue: pool(q.pool.as_deref())?,
        event: None,
        mailboxes: many("mailbox", q.mailbox.as_deref())?,
    };
    let sort = sort(q, filter.queue)?;
    Ok((filter, sort))
}

fn unknown(field: &str, value: &str) -> Error {
    FieldError::new(field, format!("筛选条件“{field}”的值“{value}”无效")).with_remedy("请重新选择筛选条件").into()
}

fn parts(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|t| !t.is_empty())
}

fn many<T: FromStr>(field: &str, text: Option<&str>) -> Result<Vec<T>> {
    parts(text).map(|t| t.parse().map_err(|_| unknown(field, t))).collect()
}

fn prefixes(text: Option<&str>, cut: fn(&str) -> &str) -> Vec<String> {
    parts(text).map(|t| cut(t).to_owned()).collect()
}

fn one(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|t| !t.is_empty())
}

/// A user's key, or `me`.
fn person(field: &str, text: Option<&str>, actor: &Actor) -> Result<Option<UserId>> {
    match one(text) {
        None => Ok(None),
        Some("me") => Ok(Some(actor.user)),
        Some(id) => id.parse().map(Some).map_err(|_| unknown(field, id)),
    }
}

/// Both ends are given inclusively, to the millisecond.
fn period(field: &str, from: Option<Ts>, to: Option<Ts>) -> Result<Period> {
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Refusal::invalid(format!("{field}_from"), "开始时间不能晚于结束时间").into());
    }
    Ok(Period { from, until: to.map(|t| t.plus_millis(1)) })
}

fn flow(text: Option<&str>) -> Result<Option<FlowDirection>> {
    Ok(match one(text) {
        None => None,
        Some("direct") => Some(FlowDirection::Direct),
        Some("dispatch") => Some(FlowDirection::Dispatch),
        Some("reject") => Some(FlowDirection::Reject),
        Some("transfer") => Some(FlowDirection::Transfer),
        Some("merge") => Some(FlowDirection::Merge),
        Some(other) => return Err(unknown("flow", other)),
    })
}

fn reply(text: Option<&str>) -> Result<Option<ReplyState>> {
    Ok(match one(text) {
        None => None,
        Some("none") => Some(ReplyState::None),
        Some("submitted") => Some(ReplyState::Submitted),
        Some("replied") => Some(ReplyState::Replied),
        Some(other) => return Err(unknown("reply", other)),
    })
}

fn claimed(text: Option<&str>, actor: &Actor) -> Result<Option<Claimed>> {
    Ok(match one(text) {
        None => None,
        Some("mine") => Some(Claimed::Mine(actor.user)),
        Some("none") => Some(Claimed::Nobody),
        Some("others") => Some(Claimed::Others(actor.user)),
        Some(other) => return Err(unknown("claimed", other)),
    })
}

fn pool(text: Option<&str>) -> Result<Option<Queue>> {
    match one(text) {
        None => Ok(None),
        Some(code) => {
            let known = QUEUES.iter().find(|(c, ..)| *c == code);
            known.map(|(_, queue, _)| Some(*queue)).ok_or_else(|| unknown("pool", code))
        }
    }
}

/// Dates of the past newest first, what is due next and what is urgent at the top. In the pools of the centre, due is
/// what the step there allows, not what the citizen was promised.
fn sort(q: &OrderQuery, pool: Option<Queue>) -> Result<Sort> {
    let at_center = matches!(pool, Some(Queue::Dispatch | Queue::Consult | Queue::Reply | Queue::Callback));
    let by = match one(q.sort.as_deref()) {
        None | Some("registered_at") => SortBy::RegisteredAt,
        Some("due_at") if at_center => SortBy::StepDue,
        Some("due_at") => SortBy::DueAt,
        Some("dispatched_at") => SortBy::DispatchedAt,
        Some("updated_at") => SortBy::UpdatedAt,
        Some("urgency") => SortBy::Urgency,
        Some(other) => return Err(unknown("sort", other)),
    };
    let desc = match one(q.dir.as_deref()) {
        None => !matches!(by, SortBy::DueAt | SortBy::StepDue | SortBy::Urgency),
        Some("asc") => false,
        Some("desc") => true,
        Some(other) => return Err(unknown("dir", other)),
    };
    Ok(Sort { by, desc })
}
