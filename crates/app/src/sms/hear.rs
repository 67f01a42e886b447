//! 群众回复: each message is kept, once; a rating goes to the order it was asked for, other words to the order they are about,
//! and what no rule can place to a person.

use db::Tx;
use domain::authority::Role;
use domain::callback::{CITIZEN, CallbackMode, Contacted, Rating};
use domain::message::{InboundOutcome, Reply, Told, read_reply, told};
use domain::order::decide::rates_at_once;
use domain::order::{CallbackForm, Command, OrderState};
use kernel::{OrderId, Refusal, Ts};
use store::sms::{Inbound, Sms};

use super::tell;
use crate::ctx::{App, Ctx};
use crate::order::command_in;
use crate::world::World;
use crate::{Error, Result, audit};

/// Longest text kept, characters.
const MOST: usize = 1000;
/// 不满意原因 of a rating by message: it was not asked for.
const UNSAID: &str = "99";

/// A message from a citizen.
#[derive(Clone, Debug)]
pub struct Heard {
    pub phone: String,
    pub text: String,
    /// The carrier's number of it, when it has one: the same is taken once.
    pub reference: Option<String>,
}

/// Takes it; `false` when it came before.
pub async fn reply(app: &App, heard: &Heard) -> Result<bool> {
    let phone = plain(&heard.phone);
    if phone.is_empty() {
        return Err(Refusal::invalid("phone", "回复短信没有号码").into());
    }
    let world = app.fresh_world().await?;
    let ctx = app.system("sms");
    let text: String = heard.text.trim().chars().take(MOST).collect();
    let new: Result<bool> = db::with_retry!(app.store.db, async |tx| {
        let mut mail = Inbound {
            id: app.mint.uuid(ctx.now),
            phone: phone.clone(),
            text: text.clone(),
            at: ctx.now,
            order: None,
            outcome: InboundOutcome::Unknown,
            note: None,
        };
        if !store::sms::insert_inbound(tx, &app.store.vault, &mail, heard.reference.as_deref()).await? {
            return Ok(false);
        }
        place(tx, app, &ctx, &world, &mut mail).await?;
        store::sms::set_outcome(tx, &mail).await?;
        let detail = serde_json::json!({ "outcome": mail.outcome, "order": mail.order });
        audit::record(tx, app, &ctx, audit::Entry::new("citizen", "sms.reply", "sms", mail.id).with(detail)).await?;
        Ok(true)
    });
    app.bus.poke();
    new
}

/// What a gateway told by calling us: reports and replies, for who shows the secret.
pub async fn callback(app: &App, secret: &str, calls: &[Vec<(String, String)>]) -> Result<()> {
    let settings = super::send::settings(app).await?;
    let known = settings.callback_secret.trim();
    if known.is_empty() || !same(known, secret) {
        return Err(Refusal::forbidden("回调密钥不正确").into());
    }
    for fields in calls {
        match told(&settings.http, fields) {
            Some(Told::Report { reference, good, error }) => {
                super::send::report(app, &settings.route(), &reference, good, error.as_deref()).await?;
            }
            Some(Told::Reply { phone, text, reference }) => {
                reply(app, &Heard { phone, text, reference }).await?;
            }
            None => {
                return Err(
                    Refusal::invalid("fields", "既不是状态报告，也不是回复短信，请核对网关设置中的字段名").into()
                );
            }
        }
    }
    Ok(())
}

/// Takes the same time wherever the difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |sum, (x, y)| sum | (x ^ y)) == 0
}

/// As it is written at home: `+8613812345678` is `13812345678`.
fn plain(phone: &str) -> String {
    let digits: String = phone.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let home = digits.strip_prefix("86").filter(|rest| rest.len() == 11 && rest.starts_with('1'));
    home.unwrap_or(digits).to_owned()
}

async fn place(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, mail: &mut Inbound) -> Result<()> {
    let since = ctx.now.plus_days(-world.params.int("sms.reply_days"));
    let sent = store::sms::latest_to(&mut *tx, &app.store.vault, &mail.phone, since).await?;
    mail.order = sent.first().and_then(|m| m.order);
    match read_reply(&mail.text, &world.params.list("sms.rating_scale")) {
        Reply::Stop => stop(tx, app, mail, true, ctx.now).await,
        Reply::Resume => stop(tx, app, mail, false, ctx.now).await,
        Reply::Rate(rating, words) => match asked(tx, app, world, &sent).await? {
            Some(order) => rate(tx, app, ctx, world, mail, order, (rating, words)).await,
            None => hand_over(tx, app, ctx, world, mail, "没有待评价的诉求，或已评价过").await,
        },
        Reply::Words(text) => add(tx, app, ctx, world, mail, &text).await,
    }
}

async fn stop(tx: &mut Tx, app: &App, mail: &mut Inbound, stop: bool, now: Ts) -> Result<()> {
    store::sms::set_stop(tx, &app.store.vault, &mail.phone, stop, now).await?;
    mail.outcome = if stop { InboundOutcome::Stopped } else { InboundOutcome::Resumed };
    Ok(())
}

/// The order whose rating was asked for last and is still wanted: it waits for the callback or was answered without one,
/// and its citizen has not rated this round yet.
async fn asked(tx: &mut Tx, app: &App, world: &World, sent: &[Sms]) -> Result<Option<OrderId>> {
    let invites = world.params.list("sms.rating_templates");
    let mut seen = Vec::new();
    for order in sent.iter().filter(|m| invites.contains(&m.template.as_str())).filter_map(|m| m.order) {
        if seen.contains(&order) {
            continue;
        }
        seen.push(order);
        let Some(case) = store::case::load_case(&mut *tx, &app.store.vault, order).await? else { continue };
        let round = case.order.round;
        let rated = case.callbacks.iter().any(|c| c.round == round && c.reached && c.by == CITIZEN);
        if rates_at_once(&case) || case.order.state == OrderState::PendingCallback && !rated {
            return Ok(Some(order));
        }
    }
    Ok(None)
}

/// Nothing but the satisfaction was asked, so nothing else is recorded.
fn form(rating: Rating, words: Option<String>) -> CallbackForm {
    let unhappy = matches!(rating, Rating::Dissat | Rating::VeryDissat);
    CallbackForm {
        mode: CallbackMode::Sms,
        reached: true,
        unreached_reason: None,
        contacted: Some(Contacted::Unsure),
        solved: None,
        process_rating: None,
        rating: Some(rating),
        dissatisfy_reasons: if unhappy { vec![UNSAID.to_owned()] } else { Vec::new() },
        opinion: words,
        unreasonable: false,
        give_up: false,
    }
}

async fn rate(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    mail: &mut Inbound,
    order: OrderId,
    (rating, words): (Rating, Option<String>),
) -> Result<()> {
    mail.order = Some(order);
    let command = Command::Callback(form(rating, words));
    match command_in(tx, app, ctx, world, order, None, &command).await {
        Ok(_) => {
            mail.outcome = InboundOutcome::Rated;
            mail.note = Some(rating.cn().to_owned());
            Ok(())
        }
        Err(Error::Refused(why)) => hand_over(tx, app, ctx, world, mail, &why.message).await,
        Err(e) => Err(e),
    }
}

/// Words about an order still under way are a supplement the unit sees; others are for a person.
async fn add(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, mail: &mut Inbound, text: &str) -> Result<()> {
    let Some(order) = mail.order else {
        mail.note = Some("近期没有向该号码发过诉求短信".to_owned());
        return Ok(());
    };
    let supplement = Some(text.to_owned());
    let command = Command::Amend { reason: "诉求人短信补充".to_owned(), form: None, supplement, limit_at: None };
    match command_in(tx, app, ctx, world, order, None, &command).await {
        Ok(_) => {
            mail.outcome = InboundOutcome::Added;
            Ok(())
        }
        Err(Error::Refused(why)) => hand_over(tx, app, ctx, world, mail, &why.message).await,
        Err(e) => Err(e),
    }
}

async fn hand_over(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, mail: &mut Inbound, why: &str) -> Result<()> {
    mail.note = Some(why.to_owned());
    let Some(order) = mail.order else { return Ok(()) };
    mail.outcome = InboundOutcome::Told;
    let text = "诉求人回复了短信，请在工单的短信记录中查看并处理";
    tell(tx, app, ctx, world, Role::Callback, order, ("群众短信", text)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_at_home() {
        for text in ["13812345678", "+8613812345678", "8613812345678", "008613812345678", "138 1234 5678"] {
            assert_eq!(plain(text), "13812345678", "{text}");
        }
        assert_eq!(plain("10086"), "10086");
        assert_eq!(plain("abc"), "");
    }
}
