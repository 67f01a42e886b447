//! Clocks (时钟) and the record of their lights.
//!
//! A light is computed from clock and moment, never stored as truth. What is stored is the light last *recorded*, and
//! the moment after which it can no longer be right (`next_light_at`): a scan finds the few clocks that are due by one
//! partial index, however many orders there are.

use std::sync::LazyLock;

use db::{BoxBind, Db, Json, Sql, Tx};
use domain::{
    clock::{Clock, ClockKind, ClockOutcome},
    light::Light,
};
use kernel::{Arithmetic, ClockId, OrderId, OrgId, TaskId, Ts};
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::{self, At, args, boxes, insert_rows, select, update},
    via::Via,
};

const TABLE: &str = "clock";
const FIXED: &[&str] = &["id", "order_id", "ord", "version"];
#[rustfmt::skip]
const CHANGING: &[&str] = &[
    "task_id", "kind", "round", "unit", "qty", "start_at", "due_at", "warn_at", "paused_at", "pause_reason",
    "paused_total", "stop_at", "outcome", "basis", "arithmetic", "light", "next_light_at",
];

static LOAD: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "WHERE order_id = $1 ORDER BY ord")));
static SAVE: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, CHANGING, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
const DUE: &str = "SELECT c.id, c.order_id, c.task_id, t.org, t.handler, c.kind, c.start_at, c.due_at, c.warn_at,
            c.paused_at, c.light, o.case_no
     FROM clock c JOIN orders o ON o.id = c.order_id LEFT JOIN task t ON t.id = c.task_id
     WHERE c.next_light_at <= $1 ORDER BY c.next_light_at LIMIT $2";
const DUE_FOR_LIGHT: Sql = Sql::same(DUE);
const RECORD: Sql = Sql::same("UPDATE clock SET light = $2, next_light_at = $3 WHERE id = $1 AND light = $4");
const EVENT: Sql = Sql::same(
    "INSERT INTO light_event (clock_id, order_id, task_id, org, from_light, to_light, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (clock_id, to_light, at) DO NOTHING",
);
const EVENTS: Sql = Sql::same(
    "SELECT clock_id, order_id, task_id, org, from_light, to_light, at FROM light_event WHERE order_id = $1 ORDER BY seq",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("clock.load", LOAD.clone()),
        ("clock.save", SAVE.clone()),
        ("clock.due_for_light", DUE_FOR_LIGHT),
        ("clock.record_light", RECORD),
        ("clock.light_event", EVENT),
        ("clock.light_events", EVENTS),
    ]
}

pub(crate) fn columns() -> Vec<&'static str> {
    [FIXED, CHANGING].concat()
}

#[derive(FromRow)]
struct ClockRow {
    id: ClockId,
    order_id: OrderId,
    version: i64,
    task_id: Option<TaskId>,
    kind: String,
    round: i32,
    unit: String,
    qty: i64,
    start_at: Ts,
    due_at: Ts,
    warn_at: Ts,
    paused_at: Option<Ts>,
    pause_reason: Option<String>,
    paused_total: i64,
    stop_at: Option<Ts>,
    outcome: String,
    basis: String,
    arithmetic: Json<Vec<Arithmetic>>,
    light: String,
}

impl TryFrom<ClockRow> for Clock {
    type Error = StoreError;
    fn try_from(r: ClockRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Clock {
            kind: at.code("kind", &r.kind)?,
            unit: r.unit.parse().map_err(|e| StoreError::corrupt(TABLE, "unit", r.id, e))?,
            pause_reason: at.code_opt("pause_reason", r.pause_reason.as_deref())?,
            outcome: at.code("outcome", &r.outcome)?,
            light: at.code("light", &r.light)?,
            id: r.id,
            order_id: r.order_id,
            task_id: r.task_id,
            round: r.round,
            qty: r.qty,
            start_at: r.start_at,
            due_at: r.due_at,
            warn_at: r.warn_at,
            paused_at: r.paused_at,
            paused_total: r.paused_total,
            stop_at: r.stop_at,
            basis: r.basis,
            arithmetic: r.arithmetic.0,
            version: r.version,
        })
    }
}

/// The moment after which `light`, recorded for an open clock, is wrong.
fn next_light(light: Light, warn_at: Ts, due_at: Ts) -> Option<Ts> {
    match light {
        Light::Green if warn_at <= due_at => Some(warn_at),
        Light::Green | Light::Yellow => Some(due_at.plus_millis(1)),
        _ => None,
    }
}

/// For a clock as the rules left it. A clock whose times moved is looked at once, at its start, whatever its lamp said.
fn next_light_of(before: Option<&Clock>, c: &Clock) -> Option<Ts> {
    if c.outcome != ClockOutcome::Open || c.paused_at.is_some() {
        return None;
    }
    let moved = before.is_some_and(|b| (b.due_at, b.warn_at, b.paused_at) != (c.due_at, c.warn_at, c.paused_at));
    if moved || !matches!(c.light, Light::Green | Light::Yellow | Light::Red) {
        return Some(c.start_at);
    }
    next_light(c.light, c.warn_at, c.due_at)
}

fn changing(before: Option<&Clock>, c: &Clock) -> Vec<BoxBind> {
    boxes![
        c.task_id,
        c.kind.code(),
        c.round,
        c.unit.as_str(),
        c.qty,
        c.start_at,
        c.due_at,
        c.warn_at,
        c.paused_at,
        c.pause_reason.map(|p| p.code()),
        c.paused_total,
        c.stop_at,
        c.outcome.code(),
        c.basis.clone(),
        Json(c.arithmetic.clone()),
        c.light.code(),
        next_light_of(before, c),
    ]
}

/// The clocks of an order, oldest first.
pub async fn list_clocks<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Clock>> {
    via.into().all::<ClockRow>(&LOAD, &[&order]).await?.into_iter().map(Clock::try_from).collect()
}

/// The clocks of several orders.
pub(crate) async fn of_orders(db: &Db, ids: &[OrderId]) -> Result<Vec<Clock>> {
    let rows: Vec<ClockRow> = row::of_orders(db, &columns(), TABLE, ids).await?;
    rows.into_iter().map(Clock::try_from).collect()
}

/// The columns of [`columns`] for the child at place `ord` of its order.
pub(crate) fn row_of_new(ord: usize, c: &Clock) -> Vec<BoxBind> {
    let mut row = boxes![c.id, c.order_id, ord as i32, c.version];
    row.extend(changing(None, c));
    row
}

pub(crate) async fn insert(tx: &mut Tx, clocks: &[(usize, &Clock)]) -> Result<()> {
    let rows = clocks.iter().map(|(ord, c)| row_of_new(*ord, c));
    insert_rows(tx, TABLE, &columns(), rows.collect(), "").await?;
    Ok(())
}

pub(crate) async fn save(tx: &mut Tx, before: &Clock, after: &mut Clock) -> Result<()> {
    let mut binds = boxes![after.id, before.version];
    binds.extend(changing(Some(before), after));
    if tx.run(&*SAVE, &args(&binds)).await? == 0 {
        return Err(StoreError::stale(TABLE, after.id));
    }
    after.version = before.version + 1;
    Ok(())
}

/// An open clock whose recorded light may be wrong now. Its `light` is the recorded one; the rule computes the present
/// one from the other fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LightDue {
    pub clock: ClockId,
    pub order: OrderId,
    pub case_no: String,
    pub task: Option<TaskId>,
    /// The organisation and person of the task.
    pub org: Option<OrgId>,
    pub handler: Option<kernel::UserId>,
    pub kind: ClockKind,
    pub start_at: Ts,
    pub due_at: Ts,
    pub warn_at: Ts,
    pub light: Light,
}

#[derive(FromRow)]
struct LightDueRow {
    id: ClockId,
    order_id: OrderId,
    task_id: Option<TaskId>,
    org: Option<OrgId>,
    handler: Option<kernel::UserId>,
    kind: String,
    start_at: Ts,
    due_at: Ts,
    warn_at: Ts,
    light: String,
    case_no: String,
}

/// Clocks to look at, longest overdue first. Every one of them must be handed to [`record_light`], or it comes again.
pub async fn due_for_light<'a>(via: impl Into<Via<'a>>, now: Ts, limit: u32) -> Result<Vec<LightDue>> {
    let rows = via.into().all::<LightDueRow>(&DUE_FOR_LIGHT, &[&now, &i64::from(limit)]).await?;
    rows.into_iter()
        .map(|r| {
            let at = At { table: TABLE, row: &r.id };
            Ok(LightDue {
                kind: at.code("kind", &r.kind)?,
                light: at.code("light", &r.light)?,
                clock: r.id,
                order: r.order_id,
                case_no: r.case_no,
                task: r.task_id,
                org: r.org,
                handler: r.handler,
                start_at: r.start_at,
                due_at: r.due_at,
                warn_at: r.warn_at,
            })
        })
        .collect()
}

/// Records the light computed at `at` and plans the next look. Writes a light event when it differs from the recorded
/// one; `true` then, and only once however many processes do it.
pub async fn record_light(tx: &mut Tx, due: &LightDue, to: Light, at: Ts) -> Result<bool> {
    let next = next_light(to, due.warn_at, due.due_at);
    let first = tx.run(&RECORD, &[&due.clock, &to.code(), &next, &due.light.code()]).await? == 1;
    if !first || to == due.light {
        return Ok(false);
    }
    let (from, to) = (due.light.code(), to.code());
    tx.run(&EVENT, &[&due.clock, &due.order, &due.task, &due.org, &from, &to, &at]).await?;
    Ok(true)
}

/// A recorded change of a light; counts as 黄牌 or 红牌.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LightEvent {
    pub clock: ClockId,
    pub order: OrderId,
    pub task: Option<TaskId>,
    pub org: Option<OrgId>,
    pub from: Light,
    pub to: Light,
    pub at: Ts,
}

/// The light events of an order, oldest first.
pub async fn list_light_events<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<LightEvent>> {
    type Row = (ClockId, OrderId, Option<TaskId>, Option<OrgId>, String, String, Ts);
    let rows = via.into().all::<Row>(&EVENTS, &[&order]).await?;
    rows.into_iter()
        .map(|(clock, order, task, org, from, to, at)| {
            let place = At { table: "light_event", row: &clock };
            let (from, to) = (place.code("from_light", &from)?, place.code("to_light", &to)?);
            Ok(LightEvent { clock, order, task, org, from, to, at })
        })
        .collect()
}
