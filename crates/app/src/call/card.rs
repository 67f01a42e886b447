//! 来电弹屏: who is calling, made with a few indexed look-ups while it rings.

use domain::authority::{Masks, Permission, Reach, ScopeFilter, Sealed, mask_requester};
use domain::callback::Rating;
use domain::order::{Confidentiality, Order};
use kernel::{Page, Phone, Ts, UserId, mask_phone};
use store::caller_mark::{Mark, MarkKind};
use store::search::{OrderFilter, Sort};
use uuid::Uuid;
use voice::floor::Caller;

use super::present;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order::line;
use crate::view::{CallerCard, CardCalls, CardDuty, CardLast, CardMark, CardOrder, PromiseView};

/// Orders of a caller that are looked at.
const ORDERS: u16 = 20;
/// Open orders shown.
const SHOWN: usize = 5;
/// At most so many missed calls of the day raise a caller's priority.
const MISSED_MOST: i64 = 3;

/// What the floor must know of a caller. Never refuses: a citizen whose number is withheld or odd is served like others.
pub async fn caller_card(app: &App, number: &str, incoming: bool) -> Result<Caller> {
    let Ok(phone) = Phone::parse(number) else {
        let card = CallerCard { number_masked: present::number(number), ..CallerCard::default() };
        return Ok(Caller { card: serde_json::to_value(card)?, blocked: false, priority: 0 });
    };
    let now = app.now();
    let marks = store::caller_mark::marks_of(&app.store.db, &app.store.vault, phone.normalised(), now).await?;
    let is = |kind: MarkKind| marks.iter().any(|m| m.kind == kind);
    let (blocked, cared_for) = (incoming && is(MarkKind::Black), is(MarkKind::Care));
    let (card, missed_today) = card(app, &phone, &marks, now).await?;
    let params = &app.world().params;
    let care = if cared_for { params.int("call.care_priority") } else { 0 };
    let repeat = params.int("call.repeat_priority") * missed_today.min(MISSED_MOST);
    let priority = if incoming { i32::try_from(care + repeat).unwrap_or(0) } else { 0 };
    Ok(Caller { card: serde_json::to_value(card)?, blocked, priority })
}

/// The card of a number that somebody asks for.
pub async fn caller_view(app: &App, ctx: &Ctx, number: &str) -> Result<CallerCard> {
    ctx.require_ready()?;
    ctx.require(Permission::CallHandle)?;
    let phone = Phone::parse(number).map_err(|e| e.at("number"))?;
    let marks = store::caller_mark::marks_of(&app.store.db, &app.store.vault, phone.normalised(), ctx.now).await?;
    Ok(card(app, &phone, &marks, ctx.now).await?.0)
}

async fn card(app: &App, phone: &Phone, marks: &[Mark], now: Ts) -> Result<(CallerCard, i64)> {
    let world = app.fresh_world().await?;
    let store = &app.store;
    let number = phone.normalised();
    let midnight = Ts::start_of(now.date());
    let history = store::call::number_history(&store.db, &store.vault, number, midnight).await?;
    let duty = store::call_duty::open_duty(&store.db, &store.vault, number).await?;
    let filter = OrderFilter { phone: Some(number.to_owned()), ..OrderFilter::default() };
    let scope = ScopeFilter { user: UserId(Uuid::nil()), reach: Reach::All, sealed: Sealed::Hidden };
    let page = Page::first(ORDERS);
    let found = store::search::orders(store, &filter, &scope, Sort::default(), &page, now).await?;
    let orders: Vec<&Order> = found.lines.iter().map(|l| &l.order).collect();
    let count = |test: fn(&Order) -> bool| i64::try_from(orders.iter().filter(|o| test(o)).count()).unwrap_or(0);
    let open = found.lines.iter().filter(|l| l.order.state.is_active());
    let name = orders.iter().find(|o| o.confidentiality == Confidentiality::None && !o.anonymous);
    let card = CallerCard {
        number_masked: mask_phone(number),
        name_masked: name.and_then(|o| mask_requester(&o.requester, Masks::for_list(o.confidentiality)).name),
        calls: CardCalls {
            total: history.total,
            answered: history.answered,
            missed: history.missed,
            today: history.today,
        },
        orders_total: count(|_| true),
        orders_open: count(|o| o.state.is_active()),
        orders_closed: count(|o| o.state.is_ended()),
        dissatisfied: count(|o| matches!(o.rating, Some(Rating::Dissat | Rating::VeryDissat))),
        last_promise: orders.iter().filter(|o| o.state.is_active()).find_map(|o| {
            let due_at = o.due_at?;
            Some(PromiseView { case_no: o.case_no.clone(), due_at })
        }),
        open: open.take(SHOWN).map(|l| order_of(&line(l, &world, now))).collect(),
        last_call: history.last.as_ref().map(|c| CardLast {
            id: c.id,
            at: c.started_at,
            outcome: present::code(&c.outcome),
            outcome_cn: present::outcome_cn(c.outcome).to_owned(),
            agent_name: c.last_agent.or(c.agent).map(|id| world.user_name(id)),
            rating: c.rating,
        }),
        marks: marks.iter().map(mark_of).collect(),
        duty: duty.map(|d| CardDuty {
            id: d.duty.id,
            kind: present::code(&d.duty.kind),
            kind_cn: present::duty_kind_cn(d.duty.kind).to_owned(),
            due_at: d.duty.due_at,
        }),
    };
    Ok((card, history.missed_today))
}

fn order_of(l: &crate::view::OrderLine) -> CardOrder {
    CardOrder {
        id: l.id,
        case_no: l.case_no.clone(),
        title: l.title.clone(),
        state: l.state.code().to_owned(),
        state_cn: l.state_cn.clone(),
        light: l.light,
        light_cn: l.light_cn.clone(),
        remaining_cn: l.remaining_cn.clone(),
        due_at: l.due_at,
        lead_org: l.lead_org.as_ref().map(|o| o.name.clone()),
    }
}

fn mark_of(m: &Mark) -> CardMark {
    CardMark {
        kind: present::code(&m.kind),
        kind_cn: present::mark_kind_cn(m.kind).to_owned(),
        reason: m.reason.clone(),
        valid_to: m.valid_to,
    }
}
