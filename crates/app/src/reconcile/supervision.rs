//! 自动督办: the ladder of `supervision.ladder`, climbed once a rung.

use domain::clock::Span;
use domain::order::decide::supervise_ladder;
use serde::Deserialize;

use super::{BATCH, orders::step};
use crate::Result;
use crate::ctx::App;

#[derive(Deserialize)]
struct Rung {
    after: Span,
}

/// Issues the rounds that are due; returns how many. The highest rung goes first: who has reached it needs no lower one.
pub(super) async fn climb(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.supervision"));
    if !world.params.flag("supervision.auto") {
        return Ok(0);
    }
    let ladder = world.params.get("supervision.ladder").cloned().unwrap_or_default();
    let ladder: Vec<Rung> = serde_json::from_value(ladder).unwrap_or_default();
    let mut done = 0;
    for (place, rung) in ladder.iter().enumerate().rev() {
        let since = world.calendar.subtract_warn(ctx.now, rung.after.qty, rung.after.unit);
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        for order in store::supervision::overdue_leads(&app.store.db, since, place, BATCH).await? {
            done += usize::from(step(app, &ctx, &world, order, supervise_ladder).await?);
        }
    }
    Ok(done)
}
