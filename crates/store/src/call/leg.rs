//! The lines of a call, and what happened in it.

use std::collections::BTreeMap;

use db::{Json, Sql, Tx};
use kernel::{CallId, LegId, Ts, UserId};
use serde_json::Value;
use sqlx::FromRow;
use voice::journal::{CallEvent, LegRecord};

use crate::{
    error::{Result, StoreError},
    row::{At, args, boxes, insert_rows, replacing, select, wire_code},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "call_leg";
#[rustfmt::skip]
const COLUMNS: &[&str] =
    &["id", "call_id", "kind", "user_id", "number_enc", "started_at", "answered_at", "ended_at", "cause", "code"];
const EVENT_COLUMNS: &[&str] = &["call_id", "seq", "at", "kind", "user_id", "data"];

const LEGS: Sql = Sql::same(
    "SELECT id, call_id, kind, user_id, number_enc, started_at, answered_at, ended_at, cause, code FROM call_leg
     WHERE call_id = $1 ORDER BY started_at, id",
);
const EVENTS: Sql =
    Sql::same("SELECT call_id, seq, at, kind, user_id, data FROM call_event WHERE call_id = $1 ORDER BY seq");
const NEXT_SEQ: Sql = Sql::same("SELECT COALESCE(MAX(seq), 0) + 1 FROM call_event WHERE call_id = $1");

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("call_leg.of_call", LEGS), ("call_event.of_call", EVENTS), ("call_event.next_seq", NEXT_SEQ)]
}

#[derive(FromRow)]
struct LegRow {
    id: LegId,
    call_id: CallId,
    kind: String,
    user_id: Option<UserId>,
    number_enc: Option<Vec<u8>>,
    started_at: Ts,
    answered_at: Option<Ts>,
    ended_at: Option<Ts>,
    cause: Option<String>,
    code: Option<i32>,
}

impl LegRow {
    fn open(self, vault: &Vault) -> Result<LegRecord> {
        let id = self.id;
        let at = At { table: TABLE, row: &id };
        Ok(LegRecord {
            kind: at.wire("kind", &self.kind)?,
            number: vault.open_opt(TABLE, id, "number_enc", self.number_enc.as_deref())?,
            cause: at.wire_opt("cause", self.cause.as_deref())?,
            code: self.code.map(u16::try_from).transpose().map_err(|e| StoreError::corrupt(TABLE, "code", id, e))?,
            id,
            call: self.call_id,
            user: self.user_id,
            started_at: self.started_at,
            answered_at: self.answered_at,
            ended_at: self.ended_at,
        })
    }
}

/// Writes lines as they are now; each key once.
pub async fn put_legs(tx: &mut Tx, vault: &Vault, legs: &[LegRecord]) -> Result<()> {
    let rows = legs.iter().map(|l| {
        boxes![
            l.id,
            l.call,
            wire_code(&l.kind),
            l.user,
            vault.seal_opt(TABLE, l.id, "number_enc", l.number.as_deref()),
            l.started_at,
            l.answered_at,
            l.ended_at,
            l.cause.map(|c| wire_code(&c)),
            l.code.map(i32::from)
        ]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), &replacing("id", &COLUMNS[1..])).await?;
    Ok(())
}

/// The lines of a call, the first to ring first.
pub async fn legs_of<'a>(via: impl Into<Via<'a>>, vault: &Vault, call: CallId) -> Result<Vec<LegRecord>> {
    via.into().all::<LegRow>(&LEGS, &[&call]).await?.into_iter().map(|r| r.open(vault)).collect()
}

/// The lines of several calls.
pub async fn legs_of_calls<'a>(
    via: impl Into<Via<'a>>,
    vault: &Vault,
    calls: &[CallId],
) -> Result<BTreeMap<CallId, Vec<LegRecord>>> {
    let mut out: BTreeMap<CallId, Vec<LegRecord>> = BTreeMap::new();
    if calls.is_empty() {
        return Ok(out);
    }
    let list = db::placeholders(1, calls.len());
    let text = select(COLUMNS, TABLE, &format!("WHERE call_id IN ({list}) ORDER BY started_at, id"));
    let binds: Vec<_> = calls.iter().map(|c| db::boxed(*c)).collect();
    for row in via.into().all::<LegRow>(&Sql::dynamic(text), &args(&binds)).await? {
        let leg = row.open(vault)?;
        out.entry(leg.call).or_default().push(leg);
    }
    Ok(out)
}

/// Appends events; one that is there already stays as it is.
pub async fn put_events(tx: &mut Tx, events: &[CallEvent]) -> Result<()> {
    let rows = events.iter().map(|e| {
        // A JSON column of SQLite would make a number of its own of anything but an object or a list.
        let data = match &e.data {
            Value::Object(_) | Value::Array(_) => e.data.clone(),
            Value::Null => serde_json::json!({}),
            other => serde_json::json!({ "value": other }),
        };
        boxes![e.call, e.seq, e.at, e.kind.clone(), e.user, Json(data)]
    });
    insert_rows(tx, "call_event", EVENT_COLUMNS, rows.collect(), "ON CONFLICT DO NOTHING").await?;
    Ok(())
}

#[derive(FromRow)]
struct EventRow {
    call_id: CallId,
    seq: i32,
    at: Ts,
    kind: String,
    user_id: Option<UserId>,
    data: Json<Value>,
}

/// What happened in a call, in order.
pub async fn events_of<'a>(via: impl Into<Via<'a>>, call: CallId) -> Result<Vec<CallEvent>> {
    let rows = via.into().all::<EventRow>(&EVENTS, &[&call]).await?;
    let event = |r: EventRow| CallEvent {
        call: r.call_id,
        seq: r.seq,
        at: r.at,
        kind: r.kind,
        user: r.user_id,
        data: r.data.0,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// The number of the next event of a call.
pub async fn next_seq<'a>(via: impl Into<Via<'a>>, call: CallId) -> Result<i32> {
    Ok(via.into().scalar(&NEXT_SEQ, &[&call]).await?)
}
