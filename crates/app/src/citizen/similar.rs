//! 疑似重复提示: before a citizen sends, what is known already.

use citizen::{Form, Known};
use domain::duplicate::{self, Facts};
use domain::order::{Confidentiality, DemandType, Order, OrderState};
use kernel::{OrderId, redact_text};
use store::duplicate::{Probe, Word};

use super::form;
use crate::ctx::App;
use crate::intake::facts_of;
use crate::present::public_status;
use crate::world::World;
use crate::{Error, Result};

const CANDIDATES: u32 = 100;
/// More than a few confuse.
const SHOWN: usize = 3;
/// What a handle is sealed for.
const HANDLE: &[u8] = b"portal:known";

fn facts(form: &Form, category: &str) -> Facts {
    Facts {
        respondent: Some(form.respondent.clone()).filter(|t| !t.trim().is_empty()),
        category: category.to_owned(),
        address: Some(form.address.clone()).filter(|t| !t.trim().is_empty()),
        text: format!("{}\n{}", form.title, form.content),
        ..Facts::default()
    }
}

/// Others' matters like this one. Nothing personal is compared, so nothing personal can be found out.
pub(super) async fn similar(app: &App, form: &Form) -> Result<Vec<Known>> {
    let world = app.fresh_world().await?;
    let category = form::category(form, &world);
    let facts = facts(form, &category);
    let probe = Probe {
        address: Some(form.address.clone()).filter(|t| !t.trim().is_empty()),
        category: Some(category),
        region: domain::directory::region_prefix(&form.area).to_owned(),
        words: Word::telling(&*app.lexicon().await?, &facts.text),
        ..Probe::default()
    };
    let found = ranked(app, &world, &probe, &facts, others).await?;
    let mut out = Vec::new();
    for (order, why) in found {
        let followers = store::follow::count(&app.store.db, order.id).await?;
        out.push(known(app, &world, &order, why, followers, false));
    }
    Ok(out)
}

/// The citizen's own open matters like this one; only once the number is proved to be theirs.
pub(super) async fn own(app: &App, world: &World, form: &Form) -> Result<Vec<Known>> {
    let Some(phone) = form::phone(form) else { return Ok(Vec::new()) };
    let category = form::category(form, world);
    let probe = Probe { phones: vec![phone.clone()], ..Probe::default() };
    let facts = Facts { phones: vec![phone], ..facts(form, &category) };
    let found = ranked(app, world, &probe, &facts, |o| o.state.is_active()).await?;
    Ok(found.into_iter().map(|(order, why)| known(app, world, &order, why, 0, true)).collect())
}

/// Nobody may learn of a confidential matter or a report, nor be sent to one that is over.
fn others(order: &Order) -> bool {
    order.confidentiality == Confidentiality::None
        && order.demand_type != DemandType::Report
        && order.state.is_active()
        && order.state != OrderState::Draft
}

async fn ranked(
    app: &App,
    world: &World,
    probe: &Probe,
    facts: &Facts,
    wanted: impl Fn(&Order) -> bool,
) -> Result<Vec<(Order, Vec<String>)>> {
    let since = app.now().plus_days(-world.params.int("dup.window_d"));
    let lexicon = app.lexicon().await?;
    let orders = store::duplicate::candidates(&app.store, probe, since, CANDIDATES).await?;
    let compared = orders.iter().filter(|o| wanted(o)).map(|o| (o.id, facts_of(o)));
    let ranked: Vec<(OrderId, duplicate::Scored)> = duplicate::rank(facts, compared, &world.params, &lexicon);
    let take = |(id, scored): (OrderId, duplicate::Scored)| {
        let order = orders.iter().find(|o| o.id == id)?.clone();
        Some((order, scored.reasons.into_iter().map(|r| r.cn).collect()))
    };
    Ok(ranked.into_iter().take(SHOWN).filter_map(take).collect())
}

/// A title only where its author agreed to publication; else what kind of matter it is.
fn known(app: &App, world: &World, order: &Order, why: Vec<String>, followers: i64, own: bool) -> Known {
    let title = if own || order.publishable == Some(true) {
        redact_text(&order.title)
    } else {
        let path = world.category_path(&order.category);
        format!("关于“{}”的诉求", path.rsplit('/').next().unwrap_or_default())
    };
    Known {
        handle: handle(app, order.id),
        title,
        area: world.regions.path_cn(&order.region),
        status: public_status(order.state).to_owned(),
        received_at: order.registered_at,
        why,
        own: own.then(|| order.case_no.clone()),
        followers,
    }
}

fn handle(app: &App, id: OrderId) -> String {
    kernel::hex_encode(&app.store.vault.0.seal(HANDLE, id.uuid().as_bytes()))
}

/// The matter behind a handle.
pub(super) fn opened(app: &App, handle: &str) -> Result<OrderId> {
    let sealed = kernel::hex_decode(handle).unwrap_or_default();
    let bytes = app.store.vault.0.open(HANDLE, &sealed).ok();
    let id = bytes.and_then(|b| kernel::Uuid::from_slice(&b).ok());
    id.map(OrderId).ok_or_else(|| Error::from(kernel::Refusal::invalid("choice", "该诉求已不能关注，请重新选择")))
}
