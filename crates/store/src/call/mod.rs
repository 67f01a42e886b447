//! Calls (话单) as the floor tells them: the record, its lines, what happened. Written again whenever they change; numbers
//! and notes are sealed.

mod leg;
mod list;
mod tally;

use std::sync::LazyLock;

use db::{BoxBind, Sql, Tx};
use kernel::{CallId, CallTaskId, OrderId, Ts, UserId};
use sqlx::FromRow;
use voice::journal::{CallRecord, Outcome};

pub use leg::{events_of, legs_of, legs_of_calls, next_seq, put_events, put_legs};
pub use list::{CallFilter, CallPage, CallReach, explainable, list_calls};
pub use tally::{Tally, TallyBy, TallyRow, Window, tally};

use crate::{
    error::{Result, StoreError},
    row::{At, boxes, insert_rows, replacing, select, wire_code},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "call";
#[rustfmt::skip]
pub(crate) const COLUMNS: &[&str] = &[
    "id", "direction", "outcome", "number_enc", "number_idx", "line", "trunk", "skill", "priority", "started_at",
    "queued_at", "offered_at", "answered_at", "talk_ended_at", "ended_at", "hold_ms", "agent", "last_agent", "cause",
    "ended_by", "rating", "rating_asked", "wrap_up", "note_enc", "order_id", "duty", "joint", "transfers", "recorded",
];
/// Order and duty may be bound by the platform before the floor knows of it: what is there stays.
static PUT_TAIL: LazyLock<String> = LazyLock::new(|| {
    let plain: Vec<&str> = COLUMNS.iter().copied().filter(|c| !["id", "order_id", "duty"].contains(c)).collect();
    format!(
        "{}, order_id = COALESCE(excluded.order_id, call.order_id), duty = COALESCE(excluded.duty, call.duty)",
        replacing("id", &plain)
    )
});
static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE id = $1")));
static LOAD_FOR_CHANGE: LazyLock<Sql> = LazyLock::new(|| {
    let text = select(COLUMNS, TABLE, "WHERE id = $1");
    Sql::built(text.clone(), format!("{text} FOR UPDATE"))
});
static OPEN: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE ended_at IS NULL ORDER BY started_at, id")));
static OF_ORDER: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE order_id = $1 ORDER BY started_at, id LIMIT 200")));
const DIALLED: Sql = Sql::same(
    "SELECT id, agent, number_enc, started_at FROM call
     WHERE started_at >= $1 AND direction = 'out' AND agent IS NOT NULL AND number_enc IS NOT NULL ORDER BY started_at",
);
const BIND: Sql = Sql::same("UPDATE call SET order_id = $2 WHERE id = $1");
const UNBIND: Sql = Sql::same("UPDATE call SET order_id = NULL WHERE id = $1");
const BOUND: Sql = Sql::same("SELECT id, order_id FROM call WHERE id = $1");
const CALLED_BACK: Sql = Sql::same(
    "UPDATE call SET called_back_at = $2
     WHERE id IN (SELECT call_id FROM call_duty_call WHERE duty = $1) AND called_back_at IS NULL",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let mut all = vec![
        ("call.load", LOAD.clone()),
        ("call.load_for_change", LOAD_FOR_CHANGE.clone()),
        ("call.open", OPEN.clone()),
        ("call.of_order", OF_ORDER.clone()),
        ("call.dialled", DIALLED),
        ("call.bind", BIND),
        ("call.unbind", UNBIND),
        ("call.bound", BOUND),
        ("call.called_back", CALLED_BACK),
    ];
    all.extend(leg::statements());
    all
}

#[derive(FromRow)]
pub(crate) struct CallRow {
    id: CallId,
    direction: String,
    outcome: String,
    number_enc: Option<Vec<u8>>,
    line: String,
    trunk: Option<String>,
    skill: Option<String>,
    priority: i32,
    started_at: Ts,
    queued_at: Option<Ts>,
    offered_at: Option<Ts>,
    answered_at: Option<Ts>,
    talk_ended_at: Option<Ts>,
    ended_at: Option<Ts>,
    hold_ms: i64,
    agent: Option<UserId>,
    last_agent: Option<UserId>,
    cause: Option<String>,
    ended_by: Option<String>,
    rating: Option<i32>,
    rating_asked: bool,
    wrap_up: Option<String>,
    note_enc: Option<Vec<u8>>,
    order_id: Option<OrderId>,
    duty: Option<CallTaskId>,
    joint: Option<String>,
    transfers: i32,
    recorded: bool,
}

impl CallRow {
    pub(crate) fn open(self, vault: &Vault) -> Result<CallRecord> {
        let id = self.id;
        let at = At { table: TABLE, row: &id };
        Ok(CallRecord {
            direction: at.wire("direction", &self.direction)?,
            outcome: at.wire("outcome", &self.outcome)?,
            number: vault.open_opt(TABLE, id, "number_enc", self.number_enc.as_deref())?.unwrap_or_default(),
            cause: at.wire_opt("cause", self.cause.as_deref())?,
            note: vault.open_opt(TABLE, id, "note_enc", self.note_enc.as_deref())?,
            rating: self
                .rating
                .map(u8::try_from)
                .transpose()
                .map_err(|e| StoreError::corrupt(TABLE, "rating", id, e))?,
            id,
            line: self.line,
            trunk: self.trunk,
            skill: self.skill,
            priority: self.priority,
            started_at: self.started_at,
            queued_at: self.queued_at,
            offered_at: self.offered_at,
            answered_at: self.answered_at,
            talk_ended_at: self.talk_ended_at,
            ended_at: self.ended_at,
            hold_ms: self.hold_ms,
            agent: self.agent,
            last_agent: self.last_agent,
            ended_by: self.ended_by,
            rating_asked: self.rating_asked,
            wrap_up: self.wrap_up,
            order: self.order_id,
            task: self.duty,
            joint: self.joint,
            transfers: self.transfers,
            recorded: self.recorded,
        })
    }
}

fn bind(c: &CallRecord, vault: &Vault) -> Vec<BoxBind> {
    let number = (!c.number.is_empty()).then_some(c.number.as_str());
    boxes![
        c.id,
        wire_code(&c.direction),
        wire_code(&c.outcome),
        vault.seal_opt(TABLE, c.id, "number_enc", number),
        number.map(|n| vault.phone_idx(n)),
        c.line.clone(),
        c.trunk.clone(),
        c.skill.clone(),
        c.priority,
        c.started_at,
        c.queued_at,
        c.offered_at,
        c.answered_at,
        c.talk_ended_at,
        c.ended_at,
        c.hold_ms,
        c.agent,
        c.last_agent,
        c.cause.map(|v| wire_code(&v)),
        c.ended_by.clone(),
        c.rating.map(i32::from),
        c.rating_asked,
        c.wrap_up.clone(),
        vault.seal_opt(TABLE, c.id, "note_enc", c.note.as_deref()),
        c.order,
        c.task,
        c.joint.clone(),
        c.transfers,
        c.recorded,
    ]
}

/// Writes records as they are now; each key once.
pub async fn put_calls(tx: &mut Tx, vault: &Vault, calls: &[CallRecord]) -> Result<()> {
    insert_rows(tx, TABLE, COLUMNS, calls.iter().map(|c| bind(c, vault)).collect(), &PUT_TAIL).await?;
    Ok(())
}

/// One record.
pub async fn load_call<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: CallId) -> Result<Option<CallRecord>> {
    via.into().one::<CallRow>(&LOAD, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// One record, kept from other writers until the end of the transaction.
pub async fn load_call_for_change(tx: &mut Tx, vault: &Vault, id: CallId) -> Result<Option<CallRecord>> {
    tx.one::<CallRow>(&*LOAD_FOR_CHANGE, &[&id]).await?.map(|r| r.open(vault)).transpose()
}

/// Records of calls that have not ended.
pub async fn open_calls<'a>(via: impl Into<Via<'a>>, vault: &Vault) -> Result<Vec<CallRecord>> {
    via.into().all::<CallRow>(&OPEN, &[]).await?.into_iter().map(|r| r.open(vault)).collect()
}

/// The calls about an order, oldest first.
pub async fn calls_of_order<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<CallRecord>> {
    via.into().all::<CallRow>(&OF_ORDER, &[&order]).await?.into_iter().map(|r| r.open(vault)).collect()
}

/// Outgoing calls since a moment: who called, the number, when.
pub async fn dialled_since<'a>(via: impl Into<Via<'a>>, vault: &Vault, since: Ts) -> Result<Vec<(UserId, String, Ts)>> {
    let rows = via.into().all::<(CallId, UserId, Vec<u8>, Ts)>(&DIALLED, &[&since]).await?;
    rows.into_iter().map(|(id, by, sealed, at)| Ok((by, vault.open(TABLE, id, "number_enc", &sealed)?, at))).collect()
}

/// Binds a call to an order; `false` when there is no such call.
pub async fn bind_order(tx: &mut Tx, call: CallId, order: OrderId) -> Result<bool> {
    Ok(tx.run(&BIND, &[&call, &order]).await? == 1)
}

/// Takes back a binding that the order refused.
pub async fn unbind_order(tx: &mut Tx, call: CallId) -> Result<()> {
    tx.run(&UNBIND, &[&call]).await?;
    Ok(())
}

/// The order a call is bound to; the outer `None` when there is no such call.
pub async fn bound_to<'a>(via: impl Into<Via<'a>>, call: CallId) -> Result<Option<Option<OrderId>>> {
    Ok(via.into().one::<(CallId, Option<OrderId>)>(&BOUND, &[&call]).await?.map(|(_, order)| order))
}

/// The missed callers of a duty were tried.
pub(crate) async fn mark_called_back(tx: &mut Tx, duty: CallTaskId, at: Ts) -> Result<()> {
    tx.run(&CALLED_BACK, &[&duty, &at]).await?;
    Ok(())
}

/// How one number's calls came out, and the latest of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberHistory {
    pub total: i64,
    pub answered: i64,
    pub missed: i64,
    /// Since the moment asked for.
    pub today: i64,
    pub missed_today: i64,
    pub last: Option<CallRecord>,
}

/// How far the history of a number is read.
const HISTORY: i64 = 200;

/// What happened with a number's incoming calls before now: at most the last two hundred.
pub async fn number_history<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    number: &str,
    today: Ts,
) -> Result<NumberHistory> {
    let keys = vault.phone_idx_all(number);
    let marks = db::placeholders(1, keys.len());
    let text = select(
        COLUMNS,
        TABLE,
        &format!(
            "WHERE number_idx IN ({marks}) AND direction = 'in' AND ended_at IS NOT NULL
             ORDER BY started_at DESC, id DESC LIMIT ${}",
            keys.len() + 1
        ),
    );
    let mut binds: Vec<BoxBind> = keys.into_iter().map(|k| db::boxed(k) as BoxBind).collect();
    binds.push(db::boxed(HISTORY));
    let rows = via.into().all::<CallRow>(&Sql::dynamic(text), &crate::row::args(&binds)).await?;
    let mut history = NumberHistory { total: rows.len() as i64, ..NumberHistory::default() };
    for row in &rows {
        let missed = row.queued_at.is_some() && row.answered_at.is_none();
        history.answered += i64::from(row.answered_at.is_some());
        history.missed += i64::from(missed);
        history.today += i64::from(row.started_at >= today);
        history.missed_today += i64::from(missed && row.started_at >= today);
    }
    history.last = rows.into_iter().next().map(|r| r.open(vault)).transpose()?;
    Ok(history)
}

/// A call that was answered or left a citizen waiting; what the platform does at its end depends on it.
#[must_use]
pub fn is_missed(c: &CallRecord) -> bool {
    c.queued_at.is_some() && c.answered_at.is_none() && c.ended_at.is_some() && c.outcome != Outcome::Open
}
