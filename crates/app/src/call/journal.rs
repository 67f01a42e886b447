//! The floor's journal: what it wants written, in one transaction, with what follows from it for orders and duties.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

use db::Tx;
use domain::callback::CallbackMode;
use domain::contact::{ContactResult, ContactWay};
use domain::env::By;
use domain::order::{CallbackForm, Command, OrderState};
use kernel::{CallTaskId, OrderId, Ts};
use store::call::{Tally, TallyBy, Window};
use store::call_duty::DutyState;
use voice::floor::OpenCall;
use voice::journal::{CallDuty, CallEvent, CallRecord, Fact, LegRecord, RecordingRecord, SeatSpan};
use voice::protocol::{Direction, Today};
use voice::switch::Cause;

use super::bind::{Trace, bind_in};
use super::seat::actor_of;
use super::settings::thresholds;
use crate::ctx::{App, Ctx};
use crate::order::command_in;
use crate::world::World;
use crate::{Error, Result};

/// What the floor left open when it stopped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unfinished {
    pub calls: Vec<OpenCall>,
    pub seats: Vec<SeatSpan>,
    /// Recordings nobody closed, of ended calls too.
    pub recordings: Vec<RecordingRecord>,
}

/// What is open, for the floor to end or take up after a restart.
pub async fn unfinished(app: &App) -> Result<Unfinished> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let records = store::call::open_calls(db, vault).await?;
    let ids: Vec<_> = records.iter().map(|r| r.id).collect();
    let mut legs = store::call::legs_of_calls(db, vault, &ids).await?;
    let mut calls = Vec::new();
    for record in records {
        let next_seq = store::call::next_seq(db, record.id).await?;
        calls.push(OpenCall { legs: legs.remove(&record.id).unwrap_or_default(), next_seq, record });
    }
    Ok(Unfinished {
        calls,
        seats: store::seat_span::open_spans(db).await?,
        recordings: store::recording::open_recordings(db).await?,
    })
}

/// Outgoing calls since midnight: who, the number, when; for the rules on outgoing numbers.
pub async fn dialled_today(app: &App) -> Result<Vec<(kernel::UserId, String, Ts)>> {
    let since = Ts::start_of(app.now().date());
    Ok(store::call::dialled_since(&app.store.db, &app.store.vault, since).await?)
}

/// Counts since midnight, for the wallboard of a floor that has just started.
pub async fn today(app: &App) -> Result<Today> {
    let now = app.now();
    let world = app.fresh_world().await?;
    let [first, second] = thresholds(&world);
    let asked = Tally {
        over: Window { from: Ts::start_of(now.date()), until: now.plus_millis(1) },
        without: Vec::new(),
        short_ms: world.params.int("call.short_abandon_s") * 1000,
        quick_ms: [first * 1000, second * 1000],
        callback_ms: world.params.int("call.missed_callback_min") * 60_000,
    };
    let rows = store::call::tally(&app.store.db, &asked, TallyBy::Total).await?;
    let row = rows.into_iter().next().unwrap_or_default();
    let nobody = kernel::UserId(kernel::Uuid::nil());
    let duties = store::call_duty::count_duties(&app.store.db, nobody, now, now).await?;
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    Ok(Today {
        offered: count(row.offered),
        answered: count(row.answered),
        answered_in_15: count(row.quick),
        abandoned: count(row.offered - row.answered),
        short_abandoned: count(row.short_abandoned),
        wait_ms: row.wait_ms,
        talk_ms: row.talk_ms,
        outbound: count(row.outbound),
        missed_open: count(duties.open),
    })
}

/// Writes facts in one transaction. Writing them again changes nothing.
pub async fn write_facts(app: &App, facts: &[Fact]) -> Result<()> {
    let world = app.fresh_world().await?;
    let done: Result<bool> = db::with_retry!(app.store.db, async |tx| { write_facts_in(tx, app, &world, facts).await });
    if done? {
        app.bus.poke();
    }
    Ok(())
}

/// The last word on each key, in the order the keys came.
fn last_of<'a, T: 'a, K: Hash + Eq>(all: impl Iterator<Item = &'a T>, key: impl Fn(&T) -> K) -> Vec<&'a T> {
    let mut place: HashMap<K, usize> = HashMap::new();
    let mut out: Vec<&T> = Vec::new();
    for item in all {
        match place.get(&key(item)) {
            Some(at) => out[*at] = item,
            None => {
                place.insert(key(item), out.len());
                out.push(item);
            }
        }
    }
    out
}

fn owned<T: Clone>(all: &[&T]) -> Vec<T> {
    all.iter().copied().cloned().collect()
}

fn call_of(fact: &Fact) -> Option<&CallRecord> {
    if let Fact::Call(c) = fact { Some(c) } else { None }
}

fn leg_of(fact: &Fact) -> Option<&LegRecord> {
    if let Fact::Leg(l) = fact { Some(l) } else { None }
}

fn event_of(fact: &Fact) -> Option<&CallEvent> {
    if let Fact::Event(e) = fact { Some(e) } else { None }
}

fn span_of(fact: &Fact) -> Option<&SeatSpan> {
    if let Fact::Seat(s) = fact { Some(s) } else { None }
}

fn recording_of(fact: &Fact) -> Option<&RecordingRecord> {
    if let Fact::Recording(r) = fact { Some(r) } else { None }
}

/// Writes facts inside a transaction of the caller; `true` when orders changed with them.
pub async fn write_facts_in(tx: &mut Tx, app: &App, world: &World, facts: &[Fact]) -> Result<bool> {
    let vault = &app.store.vault;
    let calls = last_of(facts.iter().filter_map(call_of), |c| c.id);
    let before = before(tx, app, &calls).await?;
    store::call::put_calls(tx, vault, &owned(&calls)).await?;
    let legs = last_of(facts.iter().filter_map(leg_of), |l| l.id);
    store::call::put_legs(tx, vault, &owned(&legs)).await?;
    let events = last_of(facts.iter().filter_map(event_of), |e| (e.call, e.seq));
    store::call::put_events(tx, &owned(&events)).await?;
    let spans = last_of(facts.iter().filter_map(span_of), |s| (s.session, s.from));
    store::seat_span::put_spans(tx, &owned(&spans)).await?;
    let recordings = last_of(facts.iter().filter_map(recording_of), |r| r.id);
    store::recording::put_recordings(tx, &owned(&recordings)).await?;
    duties(tx, app, facts).await?;
    let mut changed = false;
    for call in calls {
        changed |= follow(tx, app, world, call, before.get(&call.id)).await?;
    }
    Ok(changed)
}

/// The records as they were of calls whose change may mean something for an order or a duty.
async fn before(tx: &mut Tx, app: &App, calls: &[&CallRecord]) -> Result<BTreeMap<kernel::CallId, CallRecord>> {
    let mut out = BTreeMap::new();
    for call in calls.iter().filter(|c| c.order.is_some() || c.ended_at.is_some()) {
        if let Some(old) = store::call::load_call(&mut *tx, &app.store.vault, call.id).await? {
            out.insert(call.id, old);
        }
    }
    Ok(out)
}

/// Numbers that nobody can dial make no duty.
fn can_be_called(d: &CallDuty) -> bool {
    kernel::Phone::parse(&d.number).is_ok()
}

async fn duties(tx: &mut Tx, app: &App, facts: &[Fact]) -> Result<()> {
    for fact in facts {
        match fact {
            Fact::Duty(duty) if can_be_called(duty) => {
                store::call_duty::put_duty(tx, &app.store.vault, duty).await?;
            }
            Fact::DutyTried { task, call, reached, at } => {
                store::call_duty::put_try(tx, *task, *call, *reached, *at).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// What follows for the order the call is about and for the duty of its number; `true` when an order changed.
async fn follow(tx: &mut Tx, app: &App, world: &World, c: &CallRecord, before: Option<&CallRecord>) -> Result<bool> {
    let ended = c.ended_at.is_some() && before.is_none_or(|b| b.ended_at.is_none());
    // Who was cut off by us is owed a call all the same.
    let served = c.answered_at.is_some() && c.cause != Some(Cause::Restart);
    if ended && served && c.direction == Direction::In && !c.number.is_empty() {
        got_through(tx, app, c).await?;
    }
    let Some(order) = c.order else { return Ok(false) };
    let mut changed = false;
    if before.and_then(|b| b.order) != Some(order) && c.direction == Direction::In {
        let ctx = ctx_of(app, c).await?;
        match accepted(bind_in(tx, app, &ctx, world, c, order, Trace::Flow).await, c)? {
            Some(bound) => changed |= bound,
            // An order out of the agent's sight is not bound from the other side either.
            None => store::call::unbind_order(tx, c.id).await?,
        }
    }
    if ended && c.direction == Direction::Out {
        changed |= accepted(tell_order(tx, app, world, c, order).await, c)?.unwrap_or(false);
    }
    Ok(changed)
}

/// `None` when a rule refused: that does not keep the journal from being written; it is in the log.
fn accepted(done: Result<bool>, c: &CallRecord) -> Result<Option<bool>> {
    match done {
        Ok(changed) => Ok(Some(changed)),
        Err(Error::Refused(refusal)) => {
            tracing::info!(call = %c.id, code = %refusal.code, "the order did not take what the call told it");
            Ok(None)
        }
        Err(other) => Err(other),
    }
}

/// Who was called back in vain has called again and was answered: nobody needs to call any more.
async fn got_through(tx: &mut Tx, app: &App, c: &CallRecord) -> Result<()> {
    let Some(duty) = store::call_duty::open_duty(&mut *tx, &app.store.vault, &c.number).await? else { return Ok(()) };
    if duty.duty.created_at > c.started_at {
        return Ok(());
    }
    let (id, at): (CallTaskId, Ts) = (duty.duty.id, c.ended_at.unwrap_or(c.started_at));
    let why = "来电人再次来电，已接通";
    store::call_duty::finish_duty(tx, id, DutyState::Done, why, c.last_agent.or(c.agent), at, Some(c.id)).await?;
    Ok(())
}

/// In the name of the agent at the call.
async fn ctx_of(app: &App, c: &CallRecord) -> Result<Ctx> {
    let actor = match c.last_agent.or(c.agent) {
        Some(user) => actor_of(app, user).await?,
        None => None,
    };
    let system = app.system("call");
    Ok(Ctx { by: actor.map_or(By::System, By::Person), ..system })
}

/// An ended outgoing call about an order: a callback in vain is an attempt (W25), and a handler's call is a contact
/// (W15). What the citizen said when reached is in the form that the agent fills in.
async fn tell_order(tx: &mut Tx, app: &App, world: &World, c: &CallRecord, id: OrderId) -> Result<bool> {
    let ctx = ctx_of(app, c).await?;
    if ctx.by.user().is_none() {
        return Ok(false);
    }
    let Some(case) = store::case::load_case(&mut *tx, &app.store.vault, id).await? else { return Ok(false) };
    let reached = c.answered_at.is_some();
    let mine = case.active_tasks().find(|t| t.handler == ctx.by.user());
    let command = match mine {
        Some(task) => Command::Contact {
            task: task.id,
            at: c.answered_at.unwrap_or(c.started_at),
            way: ContactWay::Phone,
            result: if reached { ContactResult::Reached } else { contact_result(c.cause) },
            note: Some("热线平台外呼".to_owned()),
        },
        None if case.order.state == OrderState::PendingCallback && !reached => Command::Callback(CallbackForm {
            mode: CallbackMode::Phone,
            reached: false,
            unreached_reason: Some(unreached_cn(c.cause).to_owned()),
            contacted: None,
            solved: None,
            process_rating: None,
            rating: None,
            dissatisfy_reasons: Vec::new(),
            opinion: None,
            unreasonable: false,
            give_up: false,
        }),
        None => return Ok(false),
    };
    command_in(tx, app, &ctx, world, id, None, &command).await?;
    Ok(true)
}

fn contact_result(cause: Option<Cause>) -> ContactResult {
    match cause {
        Some(Cause::Declined) => ContactResult::Refused,
        Some(Cause::NoSuchNumber) => ContactResult::WrongNumber,
        _ => ContactResult::NoAnswer,
    }
}

fn unreached_cn(cause: Option<Cause>) -> &'static str {
    match cause {
        Some(Cause::Busy) => "占线",
        Some(Cause::Declined) => "拒接",
        Some(Cause::NoSuchNumber) => "空号",
        Some(Cause::Network | Cause::NoMedia) => "线路故障",
        _ => "无人接听",
    }
}
