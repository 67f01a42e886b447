//! 首页: the day at a glance.

use std::collections::BTreeMap;

use domain::authority::{Permission, Role, scope_filter};
use kernel::{Page, Ts};
use store::search::{Claimed, OrderFilter, Sort, SortBy};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order::lines;
use crate::queue::queue_list;
use crate::view::{HomeView, LightCounts, OrderLine};
use crate::world::World;

/// Orders shown as one's own.
const MINE: u16 = 10;

/// Queues, lamps, the day's numbers and the orders that are the person's own.
pub async fn home_view(app: &App, ctx: &Ctx) -> Result<HomeView> {
    ctx.require_ready()?;
    let none = HomeView {
        queues: Vec::new(),
        lights: LightCounts::default(),
        today: BTreeMap::new(),
        my: Vec::new(),
        pinned: Vec::new(),
    };
    if ctx.require(Permission::Query).is_err() {
        return Ok(none);
    }
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let scope = scope_filter(actor, &world.directory);
    let db = &app.store.db;
    let work = store::stats::work(db, &scope, ctx.now).await?;
    let midnight = Ts::start_of(ctx.now.date());
    let day = store::stats::flow(db, &scope, midnight, midnight.plus_days(1), ctx.now).await?;
    let today = [
        ("registered", day.registered),
        ("dispatched", day.dispatched),
        ("closed", day.closed),
        ("overdue", day.overdue),
    ];
    Ok(HomeView {
        queues: queue_list(app, ctx).await?,
        lights: LightCounts { green: work.lights.green, yellow: work.lights.yellow, red: work.lights.red },
        today: today.into_iter().map(|(k, v)| (k.to_owned(), v)).collect(),
        my: mine(app, ctx, &world).await?,
        pinned: crate::supervision::pinned(app, ctx, &world).await?,
    })
}

/// What a handler has on the desk, what an agent registered and is still open, else what the person has claimed.
async fn mine(app: &App, ctx: &Ctx, world: &World) -> Result<Vec<OrderLine>> {
    let actor = ctx.actor()?;
    let mut scope = scope_filter(actor, &world.directory);
    let mut filter = OrderFilter::default();
    if actor.has(Role::Handler) {
        filter.lead_handler = Some(actor.user);
    } else if actor.has_any(&[Role::Agent, Role::ExpertSeat]) {
        scope.reach = domain::authority::Reach::Own;
    } else {
        filter.claimed = Some(Claimed::Mine(actor.user));
    }
    let sort = Sort { by: SortBy::DueAt, desc: false };
    let found = store::search::orders(&app.store, &filter, &scope, sort, &Page::first(MINE), ctx.now).await?;
    Ok(lines(&found.lines, world, ctx.now))
}
