//! 工作日历: which days count. A changed day concerns new deadlines only, until somebody recalculates the running ones.

use std::collections::BTreeMap;

use domain::authority::Permission;
use domain::clock::{Clock, ClockKind};
use domain::env::Env;
use domain::recalc::{recalculate, recount};
use kernel::{Calendar, Date, DayOverride, FieldError, OrderId, Refusal, Ts};

use super::{Check, require, seal, trimmed, weekday_cn};
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{CalendarChanges, CalendarEffect, DayForm, DayView, MovedOrder, ReasonForm};
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Error, Result};

/// Years the calendar can be looked at.
const YEARS: std::ops::RangeInclusive<i16> = 2000..=2100;
/// Moved orders that are named; all are counted.
const NAMED: usize = 200;
/// Orders looked at between two reads, and recalculated in one transaction.
const BATCH: u32 = 100;

/// Every day of a year.
pub async fn calendar_year(app: &App, ctx: &Ctx, year: i16) -> Result<Vec<DayView>> {
    require(ctx, Permission::AdminCalendar)?;
    if !YEARS.contains(&year) {
        return Err(Refusal::invalid("year", format!("年份应在{}至{}之间", YEARS.start(), YEARS.end())).into());
    }
    let world = app.fresh_world().await?;
    let announced = Calendar::shipped();
    let mut days = Vec::with_capacity(366);
    let mut date = Date::new(year, 1, 1).map_err(Error::broken)?;
    while date.year() == year {
        days.push(view(date, &world.calendar, &announced));
        date = date.tomorrow().map_err(Error::broken)?;
    }
    Ok(days)
}

/// Makes a day a day off or a working day, or gives it back to the plain week.
pub async fn calendar_set(app: &App, ctx: &Ctx, date: &str, form: DayForm) -> Result<DayView> {
    require(ctx, Permission::AdminCalendar)?;
    let day = read_date("date", date)?;
    let note = trimmed(form.note.as_deref()).unwrap_or_default();
    Check::default().text("note", "说明", &note, 0, 50).done()?;
    let world = app.fresh_world().await?;
    let announced = Calendar::shipped();
    let before = view(day, &world.calendar, &announced);
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        match form.kind {
            Some(kind) => {
                let one = BTreeMap::from([(day, DayOverride { kind, note: note.clone() })]);
                store::calendar::put_days(tx, &one).await?;
            }
            None => {
                store::calendar::delete_day(tx, day).await?;
            }
        }
        let detail = serde_json::json!({ "before": before.kind, "after": form.kind, "note": note });
        let entry = Entry::new("admin", "calendar.set", "calendar", day).with(detail);
        seal(tx, app, ctx, entry, &[snapshot::CALENDAR]).await
    });
    done?;
    let world = app.refresh().await?;
    Ok(view(day, &world.calendar, &announced))
}

/// Which open orders would be due at another time, were the changes made and the deadlines recalculated.
pub async fn calendar_preview(app: &App, ctx: &Ctx, form: &CalendarChanges) -> Result<CalendarEffect> {
    require(ctx, Permission::AdminCalendar)?;
    let world = app.fresh_world().await?;
    let mut days = world.calendar.overrides().clone();
    if form.changes.len() > 400 {
        return Err(Refusal::invalid("changes", "一次最多预览400天的调整").into());
    }
    for (i, change) in form.changes.iter().enumerate() {
        let date = read_date(&format!("changes[{i}].date"), &change.date)?;
        match change.kind {
            Some(kind) => days.insert(date, DayOverride { kind, note: String::new() }),
            None => days.remove(&date),
        };
    }
    let calendar = Calendar::new(days, world.calendar.hours());
    let mut effect = CalendarEffect { orders: Vec::new(), count: 0 };
    let mut after = None;
    loop {
        let ids = store::open_clock::orders_by_calendar(&app.store.db, after, BATCH).await?;
        let Some(last) = ids.last() else { return Ok(effect) };
        after = Some(*last);
        for id in ids {
            look(app, ctx, &world, &calendar, id, &mut effect).await?;
        }
    }
}

async fn look(
    app: &App,
    ctx: &Ctx,
    world: &World,
    calendar: &Calendar,
    id: OrderId,
    effect: &mut CalendarEffect,
) -> Result<()> {
    let db = &app.store.db;
    let clocks = store::clock::list_clocks(db, id).await?;
    let env = Env { calendar, ..world.env(ctx.now, &*app.mint) };
    let Some((due_before, due_after)) = moved(&clocks, &env) else { return Ok(()) };
    effect.count += 1;
    if effect.orders.len() < NAMED
        && let Some(order) = store::order::load_order(db, &app.store.vault, id).await?
    {
        effect.orders.push(MovedOrder { case_no: order.case_no, due_before, due_after });
    }
    Ok(())
}

/// How the order's promise moves, or the first other clock that does.
fn moved(clocks: &[Clock], env: &Env) -> Option<(Ts, Ts)> {
    let promise_first = |c: &&Clock| c.kind != ClockKind::Order;
    let mut open: Vec<&Clock> = clocks.iter().filter(|c| c.is_open()).collect();
    open.sort_by_key(promise_first);
    open.into_iter().find_map(|c| Some((c.due_at, recount(c, env)?.due_at)))
}

/// Recalculates every running deadline by the present calendar. Each order says so in its flow log.
pub async fn calendar_recalc(app: &App, ctx: &Ctx, form: &ReasonForm) -> Result<CalendarEffect> {
    require(ctx, Permission::AdminCalendar)?;
    super::reason(Check::default(), &form.reason).done()?;
    // Whatever the calendar is now, not what it was half a second ago.
    let world = app.refresh().await?;
    let reason = form.reason.trim();
    let mut effect = CalendarEffect { orders: Vec::new(), count: 0 };
    let mut after = None;
    loop {
        let ids = store::open_clock::orders_by_calendar(&app.store.db, after, BATCH).await?;
        let Some(last) = ids.last() else { break };
        after = Some(*last);
        let batch = recalc_batch(app, ctx, &world, &ids, reason).await?;
        effect.count += i64::try_from(batch.len()).unwrap_or(i64::MAX);
        let room = NAMED.saturating_sub(effect.orders.len());
        effect.orders.extend(batch.into_iter().take(room));
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let entry = Entry::new("admin", "calendar.recalc", "calendar", "").because(reason);
        seal(tx, app, ctx, entry.with(serde_json::json!({ "orders": effect.count })), &[]).await
    });
    done?;
    app.bus.poke();
    Ok(effect)
}

async fn recalc_batch(app: &App, ctx: &Ctx, world: &World, ids: &[OrderId], reason: &str) -> Result<Vec<MovedOrder>> {
    db::with_retry!(app.store.db, async |tx| {
        let mut done = Vec::new();
        for id in ids {
            let Some(case) = store::case::load_case_for_change(tx, &app.store.vault, *id).await? else { continue };
            let env = world.env(ctx.now, &*app.mint);
            let Some(decision) = recalculate(&case, reason, &ctx.by, &env) else { continue };
            let Some((due_before, due_after)) = moved(&case.clocks, &env) else { continue };
            done.push(MovedOrder { case_no: case.order.case_no.clone(), due_before, due_after });
            let extra = Extra { action: Some("recalc"), ..Extra::default() };
            apply(tx, app, ctx, world, Some(&case), decision, &extra).await?;
        }
        Ok(done)
    })
}

fn read_date(field: &str, text: &str) -> Result<Date> {
    let date: Option<Date> = text.trim().parse().ok().filter(|d: &Date| YEARS.contains(&d.year()));
    date.ok_or_else(|| {
        FieldError::new(field, format!("日期“{text}”无效")).with_remedy("请按2026-10-01的格式填写").into()
    })
}

fn view(date: Date, calendar: &Calendar, announced: &Calendar) -> DayView {
    let day = calendar.overrides().get(&date);
    DayView {
        date: date.to_string(),
        weekday: weekday_cn(date).to_owned(),
        working: calendar.is_working(date),
        kind: day.map(|d| d.kind),
        note: day.map(|d| d.note.clone()).filter(|n| !n.is_empty()),
        overridden: calendar.is_working(date) != announced.is_working(date),
    }
}
