//! 工作池: what waits for the signed-in role.

use domain::authority::{Actor, Permission, Role, scope_filter};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order::QUEUES;
use crate::view::QueueView;
use crate::world::World;

/// The pools a role works from; a role not named here sees none.
fn pools(role: Role) -> &'static [&'static str] {
    const ALL: &[&str] = &[
        "to_complete",
        "to_dispatch",
        "consulting",
        "return_pending",
        "ext_pending",
        "unsigned",
        "handling",
        "to_audit",
        "to_reply",
        "to_callback",
        "tracking",
        "hard",
    ];
    match role {
        Role::TeamLeader | Role::Supervisor => ALL,
        Role::Agent | Role::ExpertSeat => &["to_complete"],
        Role::Dispatcher => &["to_dispatch", "consulting", "return_pending", "unsigned", "handling", "hard"],
        Role::Auditor => &["to_audit", "tracking", "hard"],
        Role::ReplyAgent => &["to_reply"],
        Role::Callback => &["to_callback"],
        Role::UnitAdmin => &["unsigned", "handling", "return_pending", "ext_pending"],
        Role::UnitLeader => &["handling", "ext_pending"],
        Role::ESupervisor => &["unsigned", "handling", "to_audit", "to_reply", "to_callback", "tracking", "hard"],
        _ => &[],
    }
}

fn serves(actor: &Actor, code: &str) -> bool {
    actor.roles.iter().any(|role| pools(*role).contains(&code))
}

/// The person's pools with how many orders they hold, red and yellow counted apart.
pub async fn queue_list(app: &App, ctx: &Ctx) -> Result<Vec<QueueView>> {
    ctx.require_ready()?;
    let actor = ctx.actor()?;
    if ctx.require(Permission::Query).is_err() {
        return Ok(Vec::new());
    }
    let world = app.fresh_world().await?;
    let scope = scope_filter(actor, &world.directory);
    let counts = store::search::queues(&app.store.db, &scope, ctx.now).await?;
    let mine = QUEUES.iter().filter(|(code, ..)| serves(actor, code));
    let mut pools: Vec<QueueView> = mine
        .map(|(code, queue, name)| {
            let count = counts.iter().find(|c| c.queue == *queue);
            QueueView {
                code: (*code).to_owned(),
                name: (*name).to_owned(),
                count: count.map_or(0, |c| c.total),
                red: count.map_or(0, |c| c.red),
                yellow: count.map_or(0, |c| c.yellow),
            }
        })
        .collect();
    pools.extend(inbox(app, ctx, &world).await?);
    Ok(pools)
}

/// 渠道来信 that wait, where a mailbox is read or something came in.
async fn inbox(app: &App, ctx: &Ctx, world: &World) -> Result<Option<QueueView>> {
    if ctx.require(Permission::OrderRegister).is_err() {
        return Ok(None);
    }
    let count = crate::inbox::item_counts(app, ctx).await?.waiting;
    let shown = world.mail_read || count > 0;
    Ok(shown.then(|| QueueView { code: "inbox".to_owned(), name: "渠道来信".to_owned(), count, red: 0, yellow: 0 }))
}
