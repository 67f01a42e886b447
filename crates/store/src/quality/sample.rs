//! Calls drawn for a look.

use db::{Json, Sql, Tx};
use domain::order::DemandType;
use domain::quality::Reason;
use kernel::{CallId, Cursor, Page, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, boxes, insert_new},
    search::Where,
    via::Via,
};

const COLUMNS: &[&str] = &["call_id", "agent", "call_at", "reasons", "sampled_at", "state"];
const CANDIDATES: Sql = Sql::same(
    "SELECT c.id, COALESCE(c.last_agent, c.agent) AS agent, c.started_at,
        CAST(COALESCE(c.talk_ended_at, c.ended_at) - c.answered_at AS BIGINT) AS talk_ms, c.hold_ms, c.rating,
        c.transfers, o.demand_type, s.created_at AS agent_since
     FROM call c JOIN staff s ON s.id = COALESCE(c.last_agent, c.agent) LEFT JOIN orders o ON o.id = c.order_id
     WHERE c.started_at >= $1 AND c.started_at < $2 AND c.answered_at IS NOT NULL AND c.ended_at IS NOT NULL
        AND c.recorded AND c.direction <> 'inner'
     ORDER BY c.started_at, c.id",
);
const LOAD: Sql = Sql::same("SELECT * FROM quality_sample WHERE call_id = $1");
const SCORED: Sql = Sql::same("UPDATE quality_sample SET state = 'scored' WHERE call_id = $1");

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("quality_sample.candidates", CANDIDATES), ("quality_sample.load", LOAD), ("quality_sample.scored", SCORED)]
}

/// A recorded conversation that may be drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    pub call: CallId,
    pub agent: UserId,
    pub at: Ts,
    pub talk_ms: i64,
    pub hold_ms: i64,
    pub rating: Option<u8>,
    pub transfers: i32,
    pub demand_type: Option<DemandType>,
    pub agent_since: Ts,
}

#[derive(FromRow)]
struct CandidateRow {
    id: CallId,
    agent: UserId,
    started_at: Ts,
    talk_ms: i64,
    hold_ms: i64,
    rating: Option<i32>,
    transfers: i32,
    demand_type: Option<String>,
    agent_since: Ts,
}

/// Recorded conversations begun from `from` to before `until`.
pub async fn candidates<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts) -> Result<Vec<Candidate>> {
    let rows = via.into().all::<CandidateRow>(&CANDIDATES, &[&from, &until]).await?;
    let candidate = |r: CandidateRow| {
        Ok(Candidate {
            demand_type: At { table: "orders", row: &r.id }.code_opt("demand_type", r.demand_type.as_deref())?,
            rating: r.rating.and_then(|v| u8::try_from(v).ok()),
            call: r.id,
            agent: r.agent,
            at: r.started_at,
            talk_ms: r.talk_ms,
            hold_ms: r.hold_ms,
            transfers: r.transfers,
            agent_since: r.agent_since,
        })
    };
    rows.into_iter().map(candidate).collect()
}

/// A drawn call.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub call: CallId,
    pub agent: UserId,
    pub call_at: Ts,
    pub reasons: Vec<Reason>,
    pub sampled_at: Ts,
    pub scored: bool,
}

#[derive(FromRow)]
struct SampleRow {
    call_id: CallId,
    agent: UserId,
    call_at: Ts,
    reasons: Json<Vec<Reason>>,
    sampled_at: Ts,
    state: String,
}

impl From<SampleRow> for Sample {
    fn from(r: SampleRow) -> Self {
        Sample {
            call: r.call_id,
            agent: r.agent,
            call_at: r.call_at,
            reasons: r.reasons.0,
            sampled_at: r.sampled_at,
            scored: r.state == "scored",
        }
    }
}

/// Keeps drawn calls; those drawn before stay as they are. Returns how many are new.
pub async fn insert_samples(tx: &mut Tx, samples: &[Sample]) -> Result<u64> {
    let rows = samples.iter().map(|s| {
        boxes![
            s.call,
            s.agent,
            s.call_at,
            Json(s.reasons.clone()),
            s.sampled_at,
            if s.scored { "scored" } else { "open" }
        ]
    });
    Ok(insert_new(tx, "quality_sample", COLUMNS, rows.collect(), "ON CONFLICT DO NOTHING").await?)
}

/// Whether a call was drawn, and why.
pub async fn load_sample<'a>(via: impl Into<Via<'a>>, call: CallId) -> Result<Option<Sample>> {
    Ok(via.into().one::<SampleRow>(&LOAD, &[&call]).await?.map(Sample::from))
}

/// A score was given.
pub async fn mark_scored(tx: &mut Tx, call: CallId) -> Result<()> {
    tx.run(&SCORED, &[&call]).await?;
    Ok(())
}

/// Drawn calls that fit, the newest call first.
pub async fn list_samples<'a>(
    via: impl Into<Via<'a>>,
    scored: Option<bool>,
    agent: Option<UserId>,
    page: &Page,
) -> Result<(Vec<Sample>, Option<Cursor>)> {
    let mut w = Where::default();
    if let Some(scored) = scored {
        w.on("state = {}", if scored { "scored" } else { "open" });
    }
    if let Some(agent) = agent {
        w.on("agent = {}", agent);
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(call_at, call_id) < ({at}, {id})"));
    }
    let conditions = w.text();
    let most = w.bind(i64::from(page.limit) + 1);
    let text =
        format!("SELECT * FROM quality_sample WHERE {conditions} ORDER BY call_at DESC, call_id DESC LIMIT {most}");
    let built = w.finish(&text);
    let rows = via.into().all::<SampleRow>(&built.sql, &built.args()).await?;
    let mut samples: Vec<Sample> = rows.into_iter().map(Sample::from).collect();
    let more = samples.len() > usize::from(page.limit);
    samples.truncate(usize::from(page.limit));
    let next = samples.last().filter(|_| more).map(|s| Cursor::int(s.call_at.0, s.call));
    Ok((samples, next))
}
