//! People at telephones, and the numbers they may dial.

use domain::authority::{Actor, Permission, masks, permits};
use domain::env::By;
use kernel::{CallTaskId, OrderId, Phone, Refusal, UserId};
use voice::floor::Person;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order;

/// The signed-in person as the floor knows people; refuses who may not use a telephone.
pub async fn person(app: &App, ctx: &Ctx, tab: &str) -> Result<Person> {
    ctx.require_ready()?;
    if !may_monitor(ctx) {
        ctx.require(Permission::CallHandle)?;
    }
    let actor = ctx.actor()?;
    of(app, actor.user, &actor.name, tab, may_monitor(ctx)).await
}

/// As [`person`], for somebody at a seat whose skills changed; `None` when they may not use a telephone any more.
pub async fn person_of(app: &App, user: UserId) -> Result<Option<Person>> {
    let Some(actor) = actor_of(app, user).await? else { return Ok(None) };
    let monitors = permits(&actor.roles, Permission::CallMonitor);
    Ok(Some(of(app, user, &actor.name, "", monitors).await?))
}

async fn of(app: &App, user: UserId, name: &str, tab: &str, may_monitor: bool) -> Result<Person> {
    let skills = store::user_skill::skills_of(&app.store.db, user).await?;
    let skills = skills.into_iter().map(|(skill, level)| (skill, u8::try_from(level).unwrap_or(u8::MAX)));
    let phone = store::seat_phone::phone_of(&app.store.db, user).await?;
    let login = store::staff::load_staff(&app.store.db, &app.store.vault, user).await?.map(|staff| staff.login);
    Ok(Person {
        user,
        name: name.to_owned(),
        number: login.map(|login| spoken(&login)).unwrap_or_default(),
        tab: tab.to_owned(),
        skills: skills.collect(),
        may_monitor,
        phone,
    })
}

/// 工号 is the login; its digits are read out: `agent01` is 零一号话务员.
fn spoken(login: &str) -> String {
    login.chars().filter(char::is_ascii_digit).collect()
}

/// May listen, whisper, barge in and force.
#[must_use]
pub fn may_monitor(ctx: &Ctx) -> bool {
    matches!(&ctx.by, By::Person(actor) if permits(&actor.roles, Permission::CallMonitor))
}

/// The person in the appointment that lets them use a telephone: for what the floor writes in their name.
pub(super) async fn actor_of(app: &App, user: UserId) -> Result<Option<Actor>> {
    let now = app.now();
    let held = store::appointment::list_of_user(&app.store.db, user).await?;
    let seated = [Permission::CallHandle, Permission::CallMonitor];
    let at = held.into_iter().find(|a| a.is_valid(now) && seated.iter().any(|p| permits(&a.roles, *p)));
    Ok(at.map(|a| Actor {
        user,
        appointment: a.id,
        name: app.world().user_name(user),
        org: a.org,
        roles: a.roles,
        scope: a.scope,
        on_behalf_of: None,
        recused_orgs: Vec::new(),
    }))
}

/// The number a page wants dialled: the one given, that of a duty, or that of an order's citizen. Pages need not know it.
pub async fn dial_number(
    app: &App,
    ctx: &Ctx,
    number: &str,
    order: Option<OrderId>,
    task: Option<CallTaskId>,
) -> Result<String> {
    ctx.require_ready()?;
    ctx.require(Permission::CallHandle)?;
    if let Some(order) = order {
        // A call is only ever made about an order that the caller may see.
        order::seen_case(app, ctx, &*app.fresh_world().await?, order).await?;
    }
    if !number.trim().is_empty() {
        return Ok(Phone::parse(number).map_err(|e| e.at("number"))?.normalised().to_owned());
    }
    if let Some(task) = task {
        let duty = store::call_duty::load_duty(&app.store.db, &app.store.vault, task).await?;
        let duty = duty.ok_or_else(|| Refusal::not_found("回拨任务"))?;
        return match duty.claimed_by {
            Some(other) if Some(other) != ctx.by.user() => {
                Err(Refusal::state("claimed", "该回拨任务已由他人领取，请选择其他任务").into())
            }
            _ => Ok(duty.duty.number),
        };
    }
    match order {
        Some(order) => citizen_of(app, ctx, order).await,
        None => Err(Refusal::invalid("number", "请输入要拨打的号码").into()),
    }
}

/// The citizen's number of an order, for whoever may know who that is.
async fn citizen_of(app: &App, ctx: &Ctx, id: OrderId) -> Result<String> {
    let world = app.fresh_world().await?;
    let (case, facts) = order::seen_case(app, ctx, &world, id).await?;
    if masks(ctx.actor()?, &facts).identity {
        return Err(Refusal::forbidden("诉求人要求保密，请由登记人或获准查看身份的人员联系").into());
    }
    let requester = &case.order.requester;
    let number = requester.contact_phone.as_deref().or(requester.phone.as_deref());
    let number = number.ok_or_else(|| Refusal::invalid("order", "该工单没有登记联系电话，无法拨打"))?;
    Ok(Phone::parse(number).map_err(|e| e.at("order"))?.normalised().to_owned())
}
