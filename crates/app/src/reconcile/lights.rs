//! 红黄绿灯: changes are recorded once and the people concerned are told once (T32, T33).

use std::collections::BTreeMap;

use domain::authority::Role;
use domain::clock::ClockKind;
use domain::decision::Recipient;
use domain::light::{Light, light_at};
use domain::order::decide::is_held;
use kernel::{Ts, UserId};
use store::clock::LightDue;

use super::BATCH;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::world::{Composed, World};
use crate::write::{Letter, Mail, recipients};

/// Clocks whose lights people are told of; the others only count.
const TOLD: &[ClockKind] =
    &[ClockKind::Order, ClockKind::Task, ClockKind::Co, ClockKind::Redo, ClockKind::Accept, ClockKind::Supervise];

/// Records every light that changed; returns how many.
pub(super) async fn record(app: &App) -> Result<usize> {
    let world = app.fresh_world().await?;
    let ctx = app.system("reconcile.lights");
    let mut changed = 0;
    for due in store::clock::due_for_light(&app.store.db, ctx.now, BATCH).await? {
        changed += usize::from(one(app, &ctx, &world, &due).await?);
    }
    Ok(changed)
}

/// One clock, in a transaction of its own: a bad one does not hold the others up.
async fn one(app: &App, ctx: &Ctx, world: &World, due: &LightDue) -> Result<bool> {
    let to = match light_at(due.due_at, due.warn_at, ctx.now) {
        // An extension applied for in time still waits: no red lamp before it is decided (ext.pending_hold).
        Light::Red if waits_for_extension(app, ctx, world, due).await? => Light::Yellow,
        to => to,
    };
    if to == due.light && to == Light::Yellow && ctx.now > due.due_at {
        return Ok(false);
    }
    db::with_retry!(app.store.db, async |tx| {
        let first = store::clock::record_light(tx, due, to, ctx.now).await?;
        if first && matches!(to, Light::Yellow | Light::Red) && TOLD.contains(&due.kind) {
            let (template, vars) = words(due, to, ctx.now);
            let Composed { title, text: body, .. } = world.compose(template, &vars);
            let users = concerned(tx, ctx, world, due, to).await?;
            let mut mail = Mail::default();
            let order = Some((due.order, due.case_no.as_str()));
            mail.notify(app, ctx.now, &users, Letter { kind: template, title: &title, body: &body, order });
            mail.send(tx, app).await?;
        }
        Ok::<bool, crate::Error>(first)
    })
}

async fn waits_for_extension(app: &App, ctx: &Ctx, world: &World, due: &LightDue) -> Result<bool> {
    if !due.kind.is_handling() || !world.params.flag("ext.pending_hold") {
        return Ok(false);
    }
    let Some(case) = store::case::load_case(&app.store.db, &app.store.vault, due.order).await? else {
        return Ok(false);
    };
    let env = world.env(ctx.now, &*app.mint);
    Ok(case.clock(due.clock).is_some_and(|clock| is_held(&case, clock, &env)))
}

fn words(due: &LightDue, to: Light, now: Ts) -> (&'static str, BTreeMap<String, String>) {
    let mut vars = BTreeMap::from([("no".to_owned(), due.case_no.clone()), ("due".to_owned(), due.due_at.format_cn())]);
    let apart = due.due_at.millis_since(now).abs() / 60_000;
    let span = if apart >= 1440 {
        format!("{}天{}小时", apart / 1440, apart % 1440 / 60)
    } else {
        format!("{}小时{}分钟", apart / 60, apart % 60)
    };
    if due.kind == ClockKind::Supervise {
        let word = if to == Light::Red { "反馈已逾期" } else { "反馈即将到期，剩余" };
        vars.insert("biz".to_owned(), "督办".to_owned());
        vars.insert("msg".to_owned(), format!("{word}{span}"));
        return ("T20", vars);
    }
    if to == Light::Red {
        vars.insert("over".to_owned(), span);
        return ("T33", vars);
    }
    vars.insert("left".to_owned(), span);
    ("T32", vars)
}

/// The handler and the unit's leader; the supervisors too once it is red. An order without a task concerns the dispatchers.
async fn concerned(tx: &mut db::Tx, ctx: &Ctx, world: &World, due: &LightDue, to: Light) -> Result<Vec<UserId>> {
    let mut users: Vec<UserId> = due.handler.into_iter().collect();
    let mut who = Vec::new();
    match due.org {
        Some(org) => {
            who.push(Recipient::OrgRole { org, role: Role::UnitLeader });
            if due.handler.is_none() {
                who.push(Recipient::OrgDuty { org });
            }
        }
        None => who.push(Recipient::CenterRole { role: Role::Dispatcher }),
    }
    if to == Light::Red {
        who.push(Recipient::CenterRole { role: Role::Supervisor });
    }
    for recipient in &who {
        users.extend(recipients(tx, ctx, world, recipient).await?);
    }
    users.sort();
    users.dedup();
    Ok(users)
}
