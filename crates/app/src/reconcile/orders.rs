//! Orders that wait too long, or have rested long enough.

use domain::case::Case;
use domain::decision::Decision;
use domain::env::Env;
use domain::order::decide::{archive_due, escalate_overdue, remind_sign, track_due};
use kernel::OrderId;

use super::BATCH;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::write::{Extra, apply};

/// W13: units that have not signed are reminded.
pub(super) async fn remind(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.remind"));
    let shares: Vec<i64> = world
        .params
        .get("remind.sign_percent")
        .and_then(|v| v.as_array().map(|a| a.iter().filter_map(|s| s.as_i64()).collect()))
        .unwrap_or_default();
    let (Some(first), Ok(times)) = (shares.iter().min(), i64::try_from(shares.len())) else { return Ok(0) };
    let mut done = 0;
    for due in store::due::unsigned(&app.store.db, ctx.now, *first, times, BATCH).await? {
        let reminded = u32::try_from(due.reminded).unwrap_or(u32::MAX);
        done += usize::from(step(app, &ctx, &world, due.order, |case, env| remind_sign(case, reminded, env)).await?);
    }
    Ok(done)
}

/// R5: requests that nobody decided go to the next tier.
pub(super) async fn escalate(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.escalate"));
    let mut done = 0;
    for order in store::due::undecided(&app.store.db, ctx.now, BATCH).await? {
        done += usize::from(step(app, &ctx, &world, order, escalate_overdue).await?);
    }
    Ok(done)
}

/// W28: tracked orders are taken up again on the promised day.
pub(super) async fn resume(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.resume"));
    let mut done = 0;
    for order in store::due::tracking_due(&app.store.db, ctx.now, BATCH).await? {
        done += usize::from(step(app, &ctx, &world, order, |case, env| track_due(case, env).ok()).await?);
    }
    Ok(done)
}

/// W37: orders at rest are archived after the quiet period.
pub(super) async fn archive(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.archive"));
    let before = ctx.now.plus_days(-world.params.int("archive.quiet_d"));
    let mut done = 0;
    for order in store::due::to_archive(&app.store.db, before, BATCH).await? {
        done += usize::from(step(app, &ctx, &world, order, |case, env| archive_due(case, env).ok()).await?);
    }
    Ok(done)
}

/// One order in one transaction: load, let the rule decide, apply. `false` when the rule sees nothing to do.
pub(super) async fn step(
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    rule: impl Fn(&Case, &Env) -> Option<Decision> + Send + Sync,
) -> Result<bool> {
    db::with_retry!(app.store.db, async |tx| {
        let Some(case) = store::case::load_case_for_change(tx, &app.store.vault, id).await? else { return Ok(false) };
        let decision = rule(&case, &world.env(ctx.now, &*app.mint));
        let Some(decision) = decision else { return Ok(false) };
        apply(tx, app, ctx, world, Some(&case), decision, &Extra::default()).await?;
        Ok::<bool, crate::Error>(true)
    })
}
