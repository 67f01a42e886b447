//! 发送: which messages go now, and what came of each. Messages are claimed one by one, so that two processes never send the
//! same; a claim runs out, so that none is lost with the process that had it.

use db::Tx;
use domain::authority::Role;
use domain::message::{CODE_MS, GatewaySettings, Medium, pause_ms, reach};
use domain::order::Urgency;
use kernel::{NoticeId, OrderId, Ts};
use store::sms::{Sms, SmsState};

use super::tell;
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::write::{is_held, signed};
use crate::{Error, Result};

/// How long a silent sender keeps what it claimed, milliseconds.
const CLAIM_MS: i64 = 120_000;
/// Until the next look at a gateway that does not answer, milliseconds; waiting costs no try.
const UNREACHED_MS: i64 = 15_000;

/// What came of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Went {
    /// The carrier has it, under these numbers, one for each part.
    Taken { refs: Vec<String> },
    /// The carrier will not have it, now or later.
    Refused { error: String },
    /// Something was wrong; later it may go.
    Failed { error: String },
    /// This way it cannot go; by another it may.
    Elsewhere { error: String },
    /// Nobody was there.
    Unreached { error: String },
}

/// How the carrier is reached; as nobody has set it, not at all.
pub async fn settings(app: &App) -> Result<GatewaySettings> {
    let set = store::sms::gateway(&app.store.db, &app.store.vault).await?;
    Ok(set.map(|g| g.settings).unwrap_or_default())
}

/// What is to be sent now, claimed for this process. What is too old or was sent before ends here.
pub async fn claim(app: &App, medium: Medium, most: usize) -> Result<Vec<Sms>> {
    let now = app.now();
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let due = store::sms::due(&app.store.db, &app.store.vault, medium, now, most).await?;
    if due.is_empty() {
        return Ok(due);
    }
    let world = app.fresh_world().await?;
    let ctx = app.system("sms");
    db::with_retry!(app.store.db, async |tx| {
        let mut mine = Vec::new();
        for sms in &due {
            if take(tx, app, &ctx, &world, sms).await? {
                mine.push(sms.clone());
            }
        }
        Ok::<Vec<Sms>, Error>(mine)
    })
}

async fn take(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, sms: &Sms) -> Result<bool> {
    let now = ctx.now;
    if !store::sms::claim(tx, sms.id, now.plus_millis(CLAIM_MS), now).await? {
        return Ok(false);
    }
    let same_h = world.params.int("sms.same_h");
    let same = same_h > 0 && store::sms::same_sent(&mut *tx, &app.store.vault, sms, now.plus_hours(-same_h)).await?;
    let over = now.0 - sms.created_at.0 > life_ms(world, sms);
    if same || over {
        let why = if same { "时段内已发过相同内容" } else { "超过有效期未能发出" };
        let ended = Sms { state: SmsState::Expired, error: Some(why.to_owned()), done_at: Some(now), ..sms.clone() };
        store::sms::settle(tx, &ended).await?;
        store::sms::log_event(tx, sms.id, now, "expired", Some(why), None).await?;
        if over {
            by_phone(tx, app, ctx, world, sms).await?;
        }
        return Ok(false);
    }
    if must_wait(tx, app, world, sms, now).await? {
        store::sms::settle(tx, &Sms { state: SmsState::Held, ..sms.clone() }).await?;
        return Ok(false);
    }
    Ok(true)
}

/// A message that could not go by day does not go by night; a mail wakes nobody.
async fn must_wait(tx: &mut Tx, app: &App, world: &World, sms: &Sms, now: Ts) -> Result<bool> {
    if sms.medium == Medium::Mail {
        return Ok(false);
    }
    let Some(order) = sms.order.filter(|_| is_held(world, &sms.template, Urgency::U3, now)) else { return Ok(false) };
    let found = store::order::load_order(&mut *tx, &app.store.vault, order).await?;
    Ok(found.is_none_or(|o| is_held(world, &sms.template, o.urgency, now)))
}

fn life_ms(world: &World, sms: &Sms) -> i64 {
    if sms.template == "T34" { CODE_MS } else { world.params.int("sms.valid_h") * 3_600_000 }
}

/// Notes what came of a message.
pub async fn settle(app: &App, sms: &Sms, went: &Went, route: &str) -> Result<()> {
    let world = app.fresh_world().await?;
    let ctx = app.system("sms");
    db::with_retry!(app.store.db, async |tx| { settle_in(tx, app, &ctx, &world, sms, went, route).await })
}

async fn settle_in(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    sms: &Sms,
    went: &Went,
    route: &str,
) -> Result<()> {
    let now = ctx.now;
    if let Went::Elsewhere { error } = went
        && let Some(other) = other_way(tx, app, world, sms, error, now).await?
    {
        if store::sms::reroute(tx, &app.store.vault, &other).await? {
            let note = format!("{error}，改发{}", other.medium.cn());
            store::sms::log_event(tx, sms.id, now, "reroute", Some(&note), None).await?;
        }
        return Ok(());
    }
    let next = after(sms, went, world.params.int("sms.retry_max"), now);
    if !store::sms::settle(tx, &next).await? {
        return Ok(());
    }
    let (what, note) = match (went, next.state) {
        (Went::Taken { refs }, _) => ("sent", Some(format!("{}条", refs.len().max(1)))),
        (Went::Unreached { .. }, _) if sms.error == next.error => return Ok(()),
        (Went::Unreached { error }, _) => ("wait", Some(error.clone())),
        (Went::Failed { error } | Went::Refused { error } | Went::Elsewhere { error }, SmsState::Failed) => {
            ("failed", Some(error.clone()))
        }
        (Went::Failed { error } | Went::Refused { error } | Went::Elsewhere { error }, _) => {
            ("retry", Some(error.clone()))
        }
    };
    store::sms::log_event(tx, sms.id, now, what, note.as_deref(), None).await?;
    if let Went::Taken { refs } = went {
        store::sms::forget_parts(tx, sms.id).await?;
        for reference in refs {
            store::sms::put_part(tx, &numbered(route, reference), Some(sms.id), None, now).await?;
        }
        return conclude(tx, app, ctx, world, sms.id).await;
    }
    if next.state == SmsState::Failed {
        by_phone(tx, app, ctx, world, sms).await?;
    }
    Ok(())
}

/// The message as a telephone gets it, when whoever wrote left a mobile number.
async fn other_way(tx: &mut Tx, app: &App, world: &World, sms: &Sms, why: &str, now: Ts) -> Result<Option<Sms>> {
    let Some(order) = sms.order else { return Ok(None) };
    let Some(order) = store::order::load_order(&mut *tx, &app.store.vault, order).await? else { return Ok(None) };
    let way = reach(order.channel, &order.requester, false);
    Ok(way.map(|way| Sms {
        medium: way.medium,
        to: way.to,
        text: signed(world, &sms.text),
        next_at: now,
        error: Some(why.to_owned()),
        ..sms.clone()
    }))
}

/// The message as it stands after a try.
fn after(sms: &Sms, went: &Went, retry_max: i64, now: Ts) -> Sms {
    let m = sms.clone();
    match went {
        Went::Taken { .. } => Sms { state: SmsState::Sent, error: None, sent_at: Some(now), ..m },
        Went::Refused { error } | Went::Elsewhere { error } => {
            Sms { state: SmsState::Failed, tries: m.tries + 1, error: Some(error.clone()), done_at: Some(now), ..m }
        }
        Went::Failed { error } if m.tries >= retry_max => {
            Sms { state: SmsState::Failed, tries: m.tries + 1, error: Some(error.clone()), done_at: Some(now), ..m }
        }
        Went::Failed { error } => {
            let tries = m.tries + 1;
            let next_at = now.plus_millis(pause_ms(tries));
            Sms { state: SmsState::Queued, tries, next_at, error: Some(error.clone()), ..m }
        }
        Went::Unreached { error } => {
            Sms { state: SmsState::Queued, next_at: now.plus_millis(UNREACHED_MS), error: Some(error.clone()), ..m }
        }
    }
}

fn numbered(route: &str, reference: &str) -> String {
    format!("{route}/{reference}")
}

/// What the carrier reports of one of its numbers; it may come before we know whose it is.
pub async fn report(app: &App, route: &str, reference: &str, good: bool, error: Option<&str>) -> Result<()> {
    let world = app.fresh_world().await?;
    let ctx = app.system("sms");
    let reference = numbered(route, reference);
    db::with_retry!(app.store.db, async |tx| {
        store::sms::put_part(tx, &reference, None, Some((good, error)), ctx.now).await?;
        match store::sms::part_owner(tx, &reference).await? {
            Some(id) => conclude(tx, app, &ctx, &world, id).await,
            None => Ok(()),
        }
    })
}

/// A message has arrived when each of its parts has, and has not when one of them has not.
async fn conclude(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, id: NoticeId) -> Result<()> {
    let parts = store::sms::parts(tx, id).await?;
    let bad = parts.iter().find(|(good, _)| *good == Some(false));
    let all = !parts.is_empty() && parts.iter().all(|(good, _)| *good == Some(true));
    if let Some((_, why)) = bad {
        return failed(tx, app, ctx, world, id, why.as_deref().unwrap_or("未送达")).await;
    }
    if all && store::sms::reported(tx, id, SmsState::Delivered, None, ctx.now).await? {
        store::sms::log_event(tx, id, ctx.now, "delivered", None, None).await?;
    }
    Ok(())
}

/// It did not arrive, as is now known; what was known before is not told again.
async fn failed(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, id: NoticeId, why: &str) -> Result<()> {
    if !store::sms::reported(tx, id, SmsState::Failed, Some(why), ctx.now).await? {
        return Ok(());
    }
    store::sms::log_event(tx, id, ctx.now, "undelivered", Some(why), None).await?;
    if let Some(sms) = store::sms::load(&mut *tx, &app.store.vault, id).await? {
        by_phone(tx, app, ctx, world, &sms).await?;
    }
    Ok(())
}

/// 退信: a mail server told that a mail of ours did not arrive; `false` when it is none of ours.
pub(crate) async fn undelivered(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: NoticeId,
    why: &str,
) -> Result<bool> {
    let sent = store::sms::load(&mut *tx, &app.store.vault, id).await?;
    if sent.is_none_or(|m| m.medium != Medium::Mail) {
        return Ok(false);
    }
    failed(tx, app, ctx, world, id, why).await?;
    Ok(true)
}

/// 转电话: a citizen whom no message reaches is told by a person.
async fn by_phone(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, sms: &Sms) -> Result<()> {
    let Some(order) = sms.order else { return Ok(()) };
    if sms.medium == Medium::Weibo {
        return unsaid(tx, app, ctx, world, order, &sms.template).await;
    }
    let invites = world.params.list("sms.rating_templates").contains(&sms.template.as_str());
    let role = if invites { Role::Callback } else { Role::ReplyAgent };
    let medium = sms.medium.cn();
    let title = crate::message::template(&sms.template).map_or(medium, |t| t.title.as_str());
    let text = format!("{medium}“{title}”未能送达诉求人，请电话告知");
    tell(tx, app, ctx, world, role, order, (&format!("{medium}未送达"), &text)).await
}

/// A comment that cannot stand beneath its post: whoever left a telephone was told there anyway, others by nobody else.
async fn unsaid(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, id: OrderId, template: &str) -> Result<()> {
    let order = store::order::load_order(&mut *tx, &app.store.vault, id).await?;
    if order.is_none_or(|o| reach(o.channel, &o.requester, world.mail_on).is_some()) {
        return Ok(());
    }
    let title = crate::message::template(template).map_or("", |t| t.title.as_str());
    let text = format!("微博评论“{title}”未能发表，诉求人未留手机号码，请在微博上人工答复");
    tell(tx, app, ctx, world, Role::ReplyAgent, id, ("微博评论未发表", &text)).await
}

/// Takes or keeps the carrier for this process until a moment; one process speaks with it.
pub async fn hold_line(app: &App, medium: Medium, until: Ts) -> Result<bool> {
    let now = app.now();
    db::with_retry!(app.store.db, async |tx| {
        Ok::<bool, Error>(store::lease::take(tx, medium.code(), &app.settings.process, until, now).await?)
    })
}

/// How the line is, for the lamp.
pub async fn line(app: &App, medium: Medium, good: bool, error: Option<&str>) -> Result<()> {
    let now = app.now();
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::sms::set_line(tx, medium, good, error, now).await?)
    })
}
