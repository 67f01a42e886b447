//! 任务 lists of a unit.

use domain::authority::{Actor, Masks, Permission, Role, masks};
use kernel::{OrgId, Page, UserId};
use store::task::{TaskFilter, TaskTab};

use crate::ctx::{App, Ctx};
use crate::order;
use crate::present::task_view;
use crate::view::{Listing, TaskCounts, TaskLine, TaskQuery};
use crate::{Result, World};

/// Handlers see what is assigned to them, the unit's administrators and leaders the whole unit and what is below it.
fn whose(actor: &Actor, world: &World, keyword: Option<&str>) -> TaskFilter {
    let wide = actor.has_any(&[Role::UnitAdmin, Role::UnitLeader]);
    let orgs: Vec<OrgId> = if wide { world.directory.subtree(actor.org) } else { vec![actor.org] };
    TaskFilter { orgs, handler: (!wide).then_some(actor.user), keyword: keyword.map(str::to_owned) }
}

fn tab(text: Option<&str>) -> Result<TaskTab> {
    let text = text.filter(|t| !t.is_empty()).unwrap_or("todo");
    let known = text.parse::<TaskTab>();
    Ok(known.map_err(|_| kernel::Refusal::invalid("tab", format!("没有“{text}”这个任务列表")))?)
}

/// A page of one tab.
pub async fn task_list(app: &App, ctx: &Ctx, query: &TaskQuery) -> Result<Listing<TaskLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let keyword = query.q.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let filter = whose(actor, &world, keyword);
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (rows, next) = store::task::list(&app.store, &filter, tab(query.tab.as_deref())?, &page).await?;
    let internal = !internal_hidden(actor);
    let items = rows
        .iter()
        .map(|row| TaskLine {
            task: task_view(&row.task, internal, &world, ctx.now),
            order: order::line(&row.order, &world, ctx.now),
        })
        .collect();
    Ok(Listing::page(items, next.map(|cursor| cursor.encode())))
}

/// Internal texts are hidden by role, whatever the order.
pub(crate) fn internal_hidden(actor: &Actor) -> bool {
    let nothing = domain::authority::OrderFacts {
        registered_by: None,
        registered_org: actor.org,
        granted_orgs: Vec::new(),
        tasks: Vec::new(),
        region: String::new(),
        confidentiality: domain::order::Confidentiality::None,
    };
    let Masks { internal_opinion, .. } = masks(actor, &nothing);
    internal_opinion
}

/// Number of tasks in each tab.
pub async fn task_counts(app: &App, ctx: &Ctx) -> Result<TaskCounts> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let world = app.fresh_world().await?;
    let filter = whose(ctx.actor()?, &world, None);
    let counts = store::task::count(&app.store, &filter).await?;
    Ok(counts.into_iter().map(|(tab, n)| (tab.code().to_owned(), n)).collect())
}

/// Tasks not yet handed in, of an organisation or of one person.
pub(crate) async fn open_tasks(app: &App, org: Option<OrgId>, handler: Option<UserId>) -> Result<i64> {
    let filter = TaskFilter { orgs: org.into_iter().collect(), handler, keyword: None };
    let counts = store::task::count(&app.store, &filter).await?;
    let open = [TaskTab::Unsigned, TaskTab::Todo, TaskTab::Co, TaskTab::UnitAudit];
    Ok(counts.into_iter().filter(|(tab, _)| open.contains(tab)).map(|(_, n)| n).sum())
}
