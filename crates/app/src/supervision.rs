//! 督办台账: rounds over all orders in the person's sight, and what lies on a desk to be answered.

use domain::authority::{Actor, Permission, Role, scope_filter};
use domain::supervision::SuperviseLevel;
use kernel::{Page, Refusal};
use store::supervision::{SupervisionFilter, SupervisionTab};

use crate::Result;
use crate::World;
use crate::ctx::{App, Ctx};
use crate::order;
use crate::present::supervision_view;
use crate::view::{Listing, SupervisionCounts, SupervisionLine, SupervisionQuery};

/// Rounds on the page of a home screen.
const PINNED: u16 = 5;

fn filter(query: &SupervisionQuery, actor: &Actor, world: &World) -> Result<SupervisionFilter> {
    let mut filter = SupervisionFilter::default();
    for text in query.level.as_deref().unwrap_or_default().split(',').filter(|t| !t.trim().is_empty()) {
        let level: Result<SuperviseLevel, _> = text.trim().parse();
        let level = level.map_err(|_| Refusal::invalid("level", format!("没有“{text}”这个督办级别")))?;
        filter.levels.push(level.code());
    }
    if let Some(text) = query.org.as_deref().filter(|t| !t.is_empty()) {
        let org = text.parse().map_err(|_| Refusal::invalid("org", "承办单位无效，请从列表中选择"))?;
        filter.orgs = world.directory.subtree(org);
    }
    filter.initiator = query.mine.then_some(actor.user);
    if query.todo {
        desk(&mut filter, actor, world);
    }
    filter.case_no = query.case_no.as_deref().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    Ok(filter)
}

/// The unit's administrators and leaders answer for the whole unit, a handler for the own tasks.
fn desk(filter: &mut SupervisionFilter, actor: &Actor, world: &World) {
    if actor.has_any(&[Role::UnitAdmin, Role::UnitLeader]) {
        filter.orgs = world.directory.subtree(actor.org);
    } else {
        filter.orgs = vec![actor.org];
        filter.handler = Some(actor.user);
    }
}

fn tab(text: Option<&str>) -> Result<SupervisionTab> {
    let text = text.filter(|t| !t.is_empty()).unwrap_or("waiting");
    let known = text.parse::<SupervisionTab>();
    Ok(known.map_err(|_| Refusal::invalid("tab", format!("没有“{text}”这个督办列表")))?)
}

/// A page of the ledger.
pub async fn supervision_list(app: &App, ctx: &Ctx, query: &SupervisionQuery) -> Result<Listing<SupervisionLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = filter(query, actor, &world)?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    page_of(app, ctx, &world, &filter, tab(query.tab.as_deref())?, &page).await
}

async fn page_of(
    app: &App,
    ctx: &Ctx,
    world: &World,
    filter: &SupervisionFilter,
    tab: SupervisionTab,
    page: &Page,
) -> Result<Listing<SupervisionLine>> {
    let actor = ctx.actor()?;
    let scope = scope_filter(actor, &world.directory);
    let (rows, next) = store::supervision::list(&app.store, filter, tab, &scope, page, ctx.now).await?;
    let internal = !crate::task::internal_hidden(actor);
    let items = rows.iter().map(|row| SupervisionLine {
        round: supervision_view(&row.round, internal, world, ctx.now),
        order: order::line(&row.order, world, ctx.now),
    });
    Ok(Listing::page(items.collect(), next.map(|cursor| cursor.encode())))
}

/// Number of rounds in each tab, under the other conditions.
pub async fn supervision_counts(app: &App, ctx: &Ctx, query: &SupervisionQuery) -> Result<SupervisionCounts> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let filter = filter(query, actor, &world)?;
    let scope = scope_filter(actor, &world.directory);
    let counts = store::supervision::count(&app.store, &filter, &scope, ctx.now).await?;
    Ok(counts.into_iter().map(|(tab, n)| (tab.code().to_owned(), n)).collect())
}

/// What must be answered from this desk, the most pressing first; nothing for people who answer none.
pub(crate) async fn pinned(app: &App, ctx: &Ctx, world: &World) -> Result<Vec<SupervisionLine>> {
    let actor = ctx.actor()?;
    if ctx.require(Permission::SuperviseReply).is_err() {
        return Ok(Vec::new());
    }
    let mut filter = SupervisionFilter::default();
    desk(&mut filter, actor, world);
    let page = Page::first(PINNED);
    Ok(page_of(app, ctx, world, &filter, SupervisionTab::Waiting, &page).await?.items)
}
