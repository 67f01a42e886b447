//! 待我审批: requests of every kind that wait for the caller's word, the most pressing first.

use domain::authority::{Actor, OrderFacts, Permission, Role, masks, scope_filter};
use domain::directory::OrgKind;
use domain::request::RequestKind;
use kernel::{OrderId, Page, Refusal};
use store::request::RequestFilter;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order;
use crate::present::request_view;
use crate::view::{ApprovalCounts, ApprovalLine, ApprovalQuery, Listing};
use crate::world::World;

/// Roles that decide at the centre.
const AT_CENTER: &[Role] = &[Role::Dispatcher, Role::TeamLeader, Role::Auditor, Role::Supervisor];

fn filter(query: &ApprovalQuery, actor: &Actor, world: &World) -> Result<RequestFilter> {
    let kind = query
        .kind
        .as_deref()
        .filter(|t| !t.is_empty())
        .map(|t| t.parse::<RequestKind>().map_err(|_| Refusal::invalid("kind", format!("没有“{t}”这类申请"))));
    let kind = kind.transpose()?;
    if query.applied {
        return Ok(RequestFilter { applied_by: Some(actor.user), kind, ..RequestFilter::default() });
    }
    let center = world.directory.org(actor.org).is_some_and(|o| o.kind == OrgKind::Center);
    let mut roles: Vec<Role> = AT_CENTER.iter().copied().filter(|r| center && actor.has(*r)).collect();
    roles.extend(actor.has(Role::Leader).then_some(Role::Leader));
    let led = if actor.has(Role::UnitLeader) { world.directory.subtree(actor.org) } else { Vec::new() };
    Ok(RequestFilter { roles, led, applied_by: None, not_by: Some(actor.user), kind })
}

fn may(ctx: &Ctx, query: &ApprovalQuery) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(if query.applied { Permission::Query } else { Permission::OrderDecide })
}

/// A page of requests.
pub async fn approval_list(app: &App, ctx: &Ctx, query: &ApprovalQuery) -> Result<Listing<ApprovalLine>> {
    may(ctx, query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = filter(query, actor, &world)?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let scope = scope_filter(actor, &world.directory);
    let (rows, next) = store::request::list(&app.store, &filter, &scope, &page).await?;
    let mut items = Vec::with_capacity(rows.len());
    let ids: Vec<OrderId> = rows.iter().map(|r| r.order.order.id).collect();
    let cases = store::case::load_cases(&app.store.db, &app.store.vault, &ids).await?;
    for row in &rows {
        let Some(case) = cases.iter().find(|c| c.order.id == row.order.order.id) else { continue };
        items.push(ApprovalLine {
            request: request_view(&row.request, case, masks(actor, &OrderFacts::of(case, &[])), &world, ctx.now),
            order: order::line(&row.order, &world, ctx.now),
        });
    }
    Ok(Listing::page(items, next.map(|cursor| cursor.encode())))
}

/// How many of each kind.
pub async fn approval_counts(app: &App, ctx: &Ctx, query: &ApprovalQuery) -> Result<ApprovalCounts> {
    may(ctx, query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = RequestFilter { kind: None, ..filter(query, actor, &world)? };
    let scope = scope_filter(actor, &world.directory);
    let counts = store::request::count(&app.store, &filter, &scope).await?;
    Ok(counts.into_iter().map(|(kind, n)| (kind.code().to_owned(), n)).collect())
}
