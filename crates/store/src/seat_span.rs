//! Seats' times (座席状态时段): how long each agent spent in each state.

use db::{Sql, Tx};
use kernel::{SessionId, Ts, UserId};
use sqlx::FromRow;
use voice::journal::SeatSpan;

use crate::{
    error::Result,
    row::{At, boxes, insert_rows, replacing, wire_code},
    via::Via,
};

const TABLE: &str = "seat_span";
const COLUMNS: &[&str] = &["session", "from_at", "user_id", "state", "reason", "to_at"];
const OPEN: Sql = Sql::same(
    "SELECT session, from_at, user_id, state, reason, to_at FROM seat_span WHERE to_at IS NULL ORDER BY from_at",
);
const SUMS: Sql = Sql::same(
    "SELECT v.user_id, v.state, v.reason, CAST(SUM(v.until_at - v.since) AS BIGINT) AS ms, COUNT(*) AS n
     FROM (SELECT user_id, state, reason, CASE WHEN from_at < $1 THEN $1 ELSE from_at END AS since,
              CASE WHEN to_at IS NULL THEN (CASE WHEN CAST($3 AS BIGINT) < CAST($2 AS BIGINT) THEN $3 ELSE $2 END)
                   WHEN to_at > $2 THEN $2 ELSE to_at END AS until_at
           FROM seat_span
           WHERE from_at >= $4 AND from_at < $2 AND (to_at > $1 OR to_at IS NULL) AND state <> 'signed_out') v
     WHERE v.until_at > v.since GROUP BY v.user_id, v.state, v.reason ORDER BY v.user_id, v.state",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("seat_span.open", OPEN), ("seat_span.sums", SUMS)]
}

/// A shift is shorter than this; periods that began earlier do not reach into a window.
const LONGEST_DAYS: i64 = 2;

#[derive(FromRow)]
struct SpanRow {
    session: SessionId,
    from_at: Ts,
    user_id: UserId,
    state: String,
    reason: Option<String>,
    to_at: Option<Ts>,
}

/// Writes periods as they are now; each start of a session once.
pub async fn put_spans(tx: &mut Tx, spans: &[SeatSpan]) -> Result<()> {
    let rows = spans.iter().map(|s| boxes![s.session, s.from, s.user, wire_code(&s.state), s.reason.clone(), s.to]);
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), &replacing("session, from_at", &COLUMNS[2..])).await?;
    Ok(())
}

/// Periods nobody ended.
pub async fn open_spans<'a>(via: impl Into<Via<'a>>) -> Result<Vec<SeatSpan>> {
    let rows = via.into().all::<SpanRow>(&OPEN, &[]).await?;
    let span = |r: SpanRow| {
        let state = At { table: TABLE, row: &r.session }.wire("state", &r.state)?;
        Ok(SeatSpan { session: r.session, user: r.user_id, state, reason: r.reason, from: r.from_at, to: r.to_at })
    };
    rows.into_iter().map(span).collect()
}

/// Time of one agent in one state within a window.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct SpanSum {
    pub user_id: UserId,
    /// Code of the state.
    pub state: String,
    pub reason: Option<String>,
    pub ms: i64,
    /// Number of periods.
    pub n: i64,
}

/// Times by agent, state and reason from `from` to before `until`; a period still running counts up to now.
pub async fn span_sums<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts, now: Ts) -> Result<Vec<SpanSum>> {
    Ok(via.into().all(&SUMS, &[&from, &until, &now, &from.plus_days(-LONGEST_DAYS)]).await?)
}
