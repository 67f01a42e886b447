//! 查询 by one of three combinations, with locks against guessing (§3.6).

use citizen::{Found, MatterKey, Person, Query};
use domain::order::{Order, OrderState};
use kernel::{IdCard, OrderId, Phone, PhoneKind, Refusal, normalise, query_code_valid, redact_text};
use store::audit::Outcome;

use super::code::Purpose;
use crate::ctx::{App, Ctx};
use crate::order::QUERY_CODE;
use crate::present::public_status;
use crate::{Error, Result, audit};

/// Matters of one person that are listed.
const LISTED: u32 = 20;

/// What a code for a number is bound to.
pub(super) fn number_subject(case_no: &str) -> String {
    format!("no:{}", digits(case_no))
}

pub(super) fn person_subject(id_no: &str) -> String {
    format!("id:{}", normalise(id_no).to_uppercase())
}

pub(super) fn digits(text: &str) -> String {
    normalise(text).chars().filter(char::is_ascii_digit).collect()
}

/// The order of a number, if the phone is one of its own.
pub(super) async fn by_number(app: &App, case_no: &str, phone: &str) -> Result<Option<Order>> {
    let Some(id) = store::order::find_by_case_no(&app.store.db, &digits(case_no)).await? else { return Ok(None) };
    let order = store::order::load_order(&app.store.db, &app.store.vault, id).await?;
    Ok(order.filter(|o| {
        let own = [&o.requester.phone, &o.requester.contact_phone];
        own.into_iter().flatten().any(|p| Phone::parse(p).is_ok_and(|p| p.normalised() == phone))
    }))
}

/// The orders of a person, newest first; none unless ID number and name belong together.
pub(super) async fn by_person(app: &App, id_no: &str, name: &str) -> Result<Vec<Order>> {
    let Ok(card) = IdCard::parse(id_no) else { return Ok(Vec::new()) };
    let probe = store::duplicate::Probe { id_no: Some(card.normalised().to_owned()), ..Default::default() };
    let found = store::duplicate::candidates(&app.store, &probe, kernel::Ts(0), LISTED).await?;
    let asked = plain(name);
    Ok(found.into_iter().filter(|o| o.requester.name.as_deref().map(plain) == Some(asked.clone())).collect())
}

/// The orders a proved person handed in, newest first: by number or ID number, and always by name too, for numbers change
/// their owners.
async fn of_person(app: &App, person: &Person) -> Result<Vec<Order>> {
    let probe = store::duplicate::Probe {
        phones: vec![person.phone.clone()],
        id_no: person.id_no.clone(),
        ..Default::default()
    };
    let found = store::duplicate::candidates(&app.store, &probe, kernel::Ts(0), LISTED).await?;
    let asked = plain(&person.name);
    Ok(found.into_iter().filter(|o| o.requester.name.as_deref().map(plain) == Some(asked.clone())).collect())
}

pub(super) fn plain(name: &str) -> String {
    normalise(name).chars().filter(|c| !c.is_whitespace()).collect()
}

/// The number a code can be sent to.
pub(super) fn mobile_of(order: &Order) -> Option<String> {
    let r = &order.requester;
    [&r.contact_phone, &r.phone].into_iter().flatten().find_map(|text| {
        let phone = Phone::parse(text).ok()?;
        (phone.kind() == PhoneKind::Mobile).then(|| phone.normalised().to_owned())
    })
}

/// Finds matters. Every failure is counted for the address and for what was asked after.
pub(super) async fn find(app: &App, ctx: &Ctx, query: Query) -> Result<Vec<Found>> {
    let world = app.fresh_world().await?;
    let codes = app.codes(&world.params, ctx.now);
    let key = match &query {
        Query::Code { code } => format!("code:{}", digits(code)),
        Query::Number { case_no, .. } => number_subject(case_no),
        Query::Person { id_no, .. } => person_subject(id_no),
        Query::Signed { person } => format!("signed:{}", person.phone),
    };
    codes.unlocked(&ctx.ip, &key).await?;
    let found = match &query {
        Query::Code { code } => by_code(app, code).await,
        Query::Number { case_no, phone, otp } => {
            let phone = Phone::parse(phone).map_err(|e| Error::from(e.at("phone")))?;
            codes.spend(phone.normalised(), Purpose::Track, &key, otp).await?;
            Ok(by_number(app, case_no, phone.normalised()).await?.iter().map(own).collect())
        }
        Query::Person { id_no, name, otp } => {
            let orders = by_person(app, id_no, name).await?;
            match orders.iter().find_map(mobile_of) {
                Some(phone) => {
                    codes.spend(&phone, Purpose::Track, &key, otp).await?;
                    Ok(orders.iter().map(own).collect())
                }
                None => Ok(Vec::new()),
            }
        }
        Query::Signed { person } => Ok(of_person(app, person).await?.iter().map(own).collect()),
    };
    settle(app, ctx, &codes, &key, found).await
}

/// Counts what failed and writes down what was shown.
async fn settle(
    app: &App,
    ctx: &Ctx,
    codes: &super::code::Codes<'_>,
    key: &str,
    found: Result<Vec<Found>>,
) -> Result<Vec<Found>> {
    match found {
        Ok(found) if !found.is_empty() => {
            note(app, ctx, Outcome::Ok, &found).await?;
            Ok(found)
        }
        Ok(_) => {
            let locked = codes.failed(&ctx.ip, key).await?;
            note(app, ctx, Outcome::Refused, &[]).await?;
            Err(locked.unwrap_or_else(nothing))
        }
        Err(e) => Err(e),
    }
}

async fn note(app: &App, ctx: &Ctx, outcome: Outcome, found: &[Found]) -> Result<()> {
    let numbers: Vec<&str> = found.iter().map(|f| f.case_no.as_str()).collect();
    let first = found.first().map(|f| match f.key {
        MatterKey::Own(id) | MatterKey::Follow(id) => id.to_string(),
    });
    let entry = audit::Entry::new("citizen", "citizen.find", "order", first.unwrap_or_default());
    let entry = audit::Entry { outcome, ..entry.with(serde_json::json!({ "case_no": numbers })) };
    db::with_retry!(app.store.db, async |tx| { audit::record(tx, app, ctx, entry.clone()).await })
}

fn nothing() -> Error {
    Refusal::new(kernel::RefusalKind::NotFound, "no_match", "没有找到匹配的诉求，请核对后重试").into()
}

async fn by_code(app: &App, typed: &str) -> Result<Vec<Found>> {
    let code = digits(typed);
    if !query_code_valid(&code) {
        return Ok(Vec::new());
    }
    let hash = app.store.vault.blind_hex(QUERY_CODE, &code);
    if let Some(id) = store::order::find_by_query_code(&app.store.db, &hash).await? {
        return Ok(load(app, id).await?.iter().map(own).collect());
    }
    let Some(follow) = store::follow::find_by_code(&app.store.db, &hash).await? else { return Ok(Vec::new()) };
    let order = load(app, follow.order_id).await?;
    Ok(order.iter().map(|o| Found { key: MatterKey::Follow(follow.id), ..own(o) }).collect())
}

async fn load(app: &App, id: OrderId) -> Result<Option<Order>> {
    let order = store::order::load_order(&app.store.db, &app.store.vault, id).await?;
    Ok(order.filter(|o| o.state != OrderState::Draft))
}

fn own(order: &Order) -> Found {
    Found {
        key: MatterKey::Own(order.id.uuid()),
        case_no: order.case_no.clone(),
        title: redact_text(&order.title),
        status: public_status(order.state).to_owned(),
        received_at: order.registered_at,
    }
}
