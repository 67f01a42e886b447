//! What an exchange asks of the core: photos that came in, codes made outside, and what a matter may be found by.

use citizen::PhotoNew;
use db::Tx;
use kernel::{AttachmentId, IdCard, OrderId, Phone, Ts, normalise};
use store::portal::{Of, PhotoLine};

use super::{code, find};
use crate::ctx::App;
use crate::{Error, Result};

/// Keeps a photo with an order.
pub async fn keep_photo_in(tx: &mut Tx, app: &App, now: Ts, order: OrderId, photo: &PhotoNew) -> Result<()> {
    let line = PhotoLine {
        id: AttachmentId::mint(&*app.mint, now),
        name: photo.name.clone(),
        mime: photo.mime.clone(),
        size: i64::try_from(photo.bytes.len()).map_err(Error::broken)?,
        digest: app.store.vault.digest_hex(&photo.bytes),
        at: now,
    };
    Ok(store::portal::photo_add(tx, &app.store.vault, Of::Order(order), &line, &photo.bytes).await?)
}

/// Sends a code that an outer desk made; to nobody when there is no number.
pub async fn send_code_in(tx: &mut Tx, app: &App, now: Ts, phone: Option<String>, code: &str) -> Result<()> {
    let Some(phone) = phone else { return Ok(()) };
    let world = app.world();
    let sms = code::message(&*app.mint, now, &world, &phone, code);
    Ok(store::sms::insert_sms(tx, &app.store.vault, &[sms]).await?)
}

/// The number on record of a matter.
pub async fn phone_of_order(tx: &mut Tx, app: &App, id: OrderId) -> Result<Option<String>> {
    let order = store::order::load_order(&mut *tx, &app.store.vault, id).await?;
    Ok(order.as_ref().and_then(find::mobile_of))
}

/// The number on record of a person.
pub async fn phone_of_person(app: &App, id_no: &str, name: &str) -> Result<Option<String>> {
    Ok(find::by_person(app, id_no, name).await?.iter().find_map(find::mobile_of))
}

/// By what the matters of a proved person are found: number and name, for numbers change their owners.
#[must_use]
pub fn signed_value(phone: &str, name: &str) -> String {
    format!("{phone}/{}", find::plain(name))
}

/// By what a matter is found besides its code: case number with each phone, name with each phone, ID number with name.
pub async fn order_keys(app: &App, id: OrderId) -> Result<Vec<(&'static str, String)>> {
    let order = store::order::load_order(&app.store.db, &app.store.vault, id).await?;
    let Some(order) = order else { return Ok(Vec::new()) };
    let r = &order.requester;
    let mut keys = Vec::new();
    for phone in [&r.phone, &r.contact_phone].into_iter().flatten() {
        if let Ok(phone) = Phone::parse(phone) {
            keys.push(("number", format!("{}/{}", order.case_no, phone.normalised())));
        }
    }
    for phone in [&r.phone, &r.contact_phone].into_iter().flatten() {
        if let (Ok(phone), Some(name)) = (Phone::parse(phone), &r.name) {
            keys.push(("signed", signed_value(phone.normalised(), name)));
        }
    }
    if let (Some(id_no), Some(name)) = (&r.id_no, &r.name)
        && let Ok(card) = IdCard::parse(id_no)
    {
        let name: String = normalise(name).chars().filter(|c| !c.is_whitespace()).collect();
        keys.push(("person", format!("{}/{name}", card.normalised())));
    }
    Ok(keys)
}
