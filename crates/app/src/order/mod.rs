//! 工单 use cases.

mod command;
mod list;
mod read;
mod register;

pub(crate) use command::{amend_for_citizen, precedents};
pub use command::{command_in, order_command, order_preview, reply_check};
pub(crate) use list::line;
pub use list::{QUEUES, lines, order_count, order_list, search_of};
pub use read::{order_flow, order_reveal, order_view};
pub(crate) use register::register_from;
pub(crate) use register::{QUERY_CODE, register_coded};
pub use register::{order_register, register_in};

use db::Tx;
use domain::authority::{OrderFacts, visible};
use domain::case::Case;
use kernel::{OrderId, Refusal};

use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Error, Result};
use domain::env::By;

/// The case, if the person may know of it.
pub(crate) async fn seen_case(app: &App, ctx: &Ctx, world: &World, id: OrderId) -> Result<(Case, OrderFacts)> {
    let db = &app.store.db;
    let case = store::case::load_case(db, &app.store.vault, id).await?.ok_or_else(no_order)?;
    let granted = store::grant::granted_orgs(db, id).await?;
    let facts = OrderFacts::of(&case, &granted);
    may_see(ctx, world, &facts)?;
    Ok((case, facts))
}

/// The case, for use cases beside the order, if the person may know of it.
pub(crate) async fn require_seen(app: &App, ctx: &Ctx, world: &World, id: OrderId) -> Result<Case> {
    Ok(seen_case(app, ctx, world, id).await?.0)
}

/// As [`seen_case`], keeping other writers of the order away.
pub(crate) async fn seen_case_for_change(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
) -> Result<Case> {
    let case = store::case::load_case_for_change(tx, &app.store.vault, id).await?.ok_or_else(no_order)?;
    let granted = store::grant::granted_orgs(&mut *tx, id).await?;
    may_see(ctx, world, &OrderFacts::of(&case, &granted))?;
    Ok(case)
}

pub(crate) fn may_see(ctx: &Ctx, world: &World, facts: &OrderFacts) -> Result<()> {
    match &ctx.by {
        By::System => Ok(()),
        By::Person(actor) if visible(actor, facts, &world.directory) => Ok(()),
        By::Person(_) => Err(no_order()),
    }
}

fn no_order() -> Error {
    Refusal::not_found("工单").into()
}
