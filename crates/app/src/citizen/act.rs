//! 补充、撤回、评价、申请重新办理、对记录的异议: what a citizen does with the own matter, each through the order's one door.

use citizen::{Act, Acted, MatterKey, Person};
use db::Tx;
use domain::callback::{CallbackMode, Contacted, Rating, Solved};
use domain::env::By;
use domain::order::{CallbackForm, Command, OrderState, allowed};
use kernel::{FieldError, OrderId, Refusal, UserId, Uuid};
use store::idempotency::{Key, Seen};

use super::code::Purpose;
use super::contest;
use super::find::{is_of, mobile_of};
use crate::ctx::{App, Ctx};
use crate::order::command_in;
use crate::world::World;
use crate::{Error, Result, audit};

/// Does it, once for each `once`.
pub(super) async fn act(
    app: &App,
    ctx: &Ctx,
    key: MatterKey,
    once: &str,
    act: Act,
    person: Option<&Person>,
) -> Result<Acted> {
    let MatterKey::Own(id) = key else {
        return Err(Refusal::forbidden("您关注的是他人的诉求，只能查看进度").into());
    };
    let id = OrderId(id);
    let world = app.fresh_world().await?;
    let act = proved(app, ctx, &world, id, once, act, person).await?;
    let done: Result<Acted> =
        db::with_retry!(app.store.db, async |tx| { act_in(tx, app, ctx, &world, id, once, &act).await });
    let acted = done?;
    app.bus.poke();
    Ok(acted)
}

/// A withdrawal needs the code sent to the number on record; it is spent before anything else, unless it was before. Who is
/// signed in as the person on record has shown that already.
async fn proved(
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    once: &str,
    act: Act,
    person: Option<&Person>,
) -> Result<Act> {
    let Act::Withdraw { otp, .. } = &act else { return Ok(act) };
    let seen = store::idempotency::look_up(&app.store.db, &app.store.vault, &key(app, id, once, &act)?).await?;
    if seen == Seen::New {
        let order = store::order::load_order(&app.store.db, &app.store.vault, id).await?;
        if order.as_ref().zip(person).is_some_and(|(order, person)| is_of(order, person)) {
            return Ok(act);
        }
        let phone = order.as_ref().and_then(mobile_of);
        let phone = phone.ok_or_else(|| Refusal::state("no_phone", "该诉求没有登记手机号码，请拨打热线电话办理"))?;
        app.codes(&world.params, ctx.now).spend(&phone, Purpose::Withdraw, &id.to_string(), otp).await?;
    }
    Ok(act)
}

fn key(app: &App, id: OrderId, once: &str, act: &Act) -> Result<Key> {
    let body = serde_json::to_vec(act)?;
    Ok(Key {
        user: UserId(Uuid::nil()),
        key: format!("citizen/{id}/{once}"),
        route: String::new(),
        request_hash: app.store.vault.digest_hex(&body),
    })
}

/// As [`act`] inside a transaction; the code of a withdrawal has been checked by whoever calls.
pub async fn act_in(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    once: &str,
    act: &Act,
) -> Result<Acted> {
    let key = key(app, id, once, act)?;
    match store::idempotency::begin(tx, &app.store.vault, &key, ctx.now).await? {
        Seen::New => {}
        Seen::Answered { body, .. } => {
            return Ok(Acted { message: String::from_utf8(body).map_err(Error::broken)? });
        }
        Seen::Unfinished | Seen::Misused => {
            return Err(Refusal::conflict("repeated", "这一步已经提交过，请返回查看进度").into());
        }
    }
    check_act(act)?;
    let (command, message) = command(tx, app, ctx, world, id, act).await?;
    let case = command_in(tx, app, ctx, world, id, None, &command).await?;
    if matches!(act, Act::Add { .. }) {
        store::portal::photos_file(tx, &app.store.vault, once, id).await?;
    }
    let detail = serde_json::json!({ "case_no": case.order.case_no, "action": command.action() });
    audit::record(tx, app, ctx, audit::Entry::new("citizen", "citizen.act", "order", id).with(detail)).await?;
    store::idempotency::finish(tx, &app.store.vault, &key, 200, message).await?;
    Ok(Acted { message: message.to_owned() })
}

async fn command(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    act: &Act,
) -> Result<(Command, &'static str)> {
    Ok(match act {
        Act::Add { text } => {
            let supplement = Some(text.trim().to_owned());
            (
                Command::Amend { reason: "诉求人网上补充".to_owned(), form: None, supplement, limit_at: None },
                "已收到您补充的情况，承办单位会看到。",
            )
        }
        Act::Withdraw { reason, .. } => {
            (Command::Withdraw { reason: format!("诉求人网上撤回：{}", reason.trim()) }, "诉求已撤回。")
        }
        Act::Rate { .. } => (Command::Callback(rating(act)?), "感谢您的评价。"),
        Act::Redo { reason } => {
            (again(tx, app, ctx, world, id, reason).await?, "已收到您的申请，热线中心审核后会短信告知您。")
        }
        Act::Contest { record, said, reason } => (
            contest::command(tx, app, id, *record, said, reason).await?,
            "已收到您的异议，热线中心核实后在本页告知结果。",
        ),
    })
}

/// What can be said of an act without knowing its matter: lengths and choices.
///
/// # Errors
/// Names the fields at fault.
pub fn check_act(act: &Act) -> Result<()> {
    match act {
        Act::Add { text } => check_length("text", "补充内容", text, 2, 1000),
        Act::Withdraw { reason, .. } => check_length("reason", "撤回原因", reason, 2, 400),
        Act::Redo { reason } => check_length("reason", "理由", reason, 5, 1000),
        Act::Rate { .. } => rating(act).map(drop),
        Act::Contest { said, reason, .. } => {
            contest::check(said)?;
            check_length("reason", "实际情况", reason, 5, 500)
        }
    }
}

/// A further round where there was one; a matter answered by the centre itself is opened again.
async fn again(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, id: OrderId, reason: &str) -> Result<Command> {
    let case = store::case::load_case_for_change(tx, &app.store.vault, id).await?;
    let case = case.ok_or_else(|| Error::from(Refusal::not_found("诉求")))?;
    let open = allowed(&case, &By::System, &world.env(ctx.now, &*app.mint));
    let redo = open.iter().any(|a| a.action == "redo" && a.enabled) && case.order.state == OrderState::Closed;
    let reason = format!("诉求人网上申请：{}", reason.trim());
    Ok(if redo { Command::Redo { reason, lead: None } } else { Command::Reopen { reason, redo: false } })
}

fn check_length(field: &str, name: &str, text: &str, least: usize, most: usize) -> Result<()> {
    let n = text.trim().chars().count();
    if n < least {
        return Err(FieldError::new(field, format!("请填写{name}")).with_remedy(format!("至少{least}个字")).into());
    }
    if n > most {
        return Err(FieldError::new(field, format!("{name}最多{most}字，现有{n}字"))
            .with_remedy("请删减后再提交")
            .into());
    }
    Ok(())
}

fn rating(act: &Act) -> Result<CallbackForm> {
    let Act::Rate { contacted, solved, process, result, reasons, opinion } = act else {
        return Err(Error::broken("not a rating"));
    };
    let mut errors = Vec::new();
    let mut missing = |wrong: bool, field: &str, message: &str| {
        if wrong {
            errors.push(FieldError::new(field, message).with_remedy("请选择一项"));
        }
    };
    let (contacted, solved) = (contacted.parse::<Contacted>().ok(), solved.parse::<Solved>().ok());
    let (process, result) = (process.parse::<Rating>().ok(), result.parse::<Rating>().ok());
    missing(contacted.is_none(), "contacted", "承办单位是否联系过您？");
    missing(solved.is_none(), "solved", "您的诉求解决了吗？");
    missing(process.is_none(), "process", "您对办理过程满意吗？");
    missing(result.is_none(), "result", "您对办理结果满意吗？");
    let unhappy = matches!(result, Some(Rating::Dissat | Rating::VeryDissat));
    missing(unhappy && reasons.is_empty(), "reasons", "请选择不满意的原因");
    if !errors.is_empty() {
        return Err(Refusal::fields(errors).into());
    }
    Ok(CallbackForm {
        mode: CallbackMode::App,
        reached: true,
        unreached_reason: None,
        contacted,
        solved,
        process_rating: process,
        rating: result,
        dissatisfy_reasons: reasons.clone(),
        opinion: Some(opinion.trim().to_owned()).filter(|t| !t.is_empty()),
        unreasonable: false,
        give_up: false,
    })
}
