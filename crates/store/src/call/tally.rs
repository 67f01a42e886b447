//! Counts of calls for the figures of the rule book §1.5: sums only, the rates are made of them elsewhere.

use db::Db;
use kernel::{Ts, UserId};
use sqlx::FromRow;

use crate::{error::Result, search::Where};

/// Rows of a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TallyBy {
    Total,
    Day,
    Hour,
    Agent,
    Skill,
}

/// From (included) to (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Ts,
    pub until: Ts,
}

/// What is counted over.
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    pub over: Window,
    /// 剔除时段: calls that began in them count nowhere.
    pub without: Vec<Window>,
    /// Shorter waits of callers who gave up are 短放弃, milliseconds.
    pub short_ms: i64,
    /// The two thresholds of the service level, milliseconds.
    pub quick_ms: [i64; 2],
    /// Within so many milliseconds a missed caller is to be called back.
    pub callback_ms: i64,
}

/// One row of sums. Milliseconds are sums over the calls named beside them.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct TallyRow {
    /// Days or hours since 1970-01-01T00:00+08:00.
    pub bucket: Option<i64>,
    pub agent: Option<UserId>,
    pub skill: Option<String>,
    /// 人工请求来电.
    pub offered: i64,
    pub answered: i64,
    pub short_abandoned: i64,
    pub messages: i64,
    pub booked: i64,
    pub quick: i64,
    pub quick2: i64,
    pub wait_ms: i64,
    pub talk_ms: i64,
    pub max_talk_ms: i64,
    pub outbound: i64,
    pub outbound_reached: i64,
    pub outbound_talk_ms: i64,
    /// Asked for a person, got none, and had waited long enough to count.
    pub missed: i64,
    /// Of these, tried within the time allowed.
    pub called_back: i64,
    pub blocked: i64,
    pub rating_asked: i64,
    pub rated: i64,
    /// Rated 3 and better.
    pub satisfied: i64,
    pub dissatisfied: i64,
}

/// Milliseconds from UTC to Beijing.
const BEIJING_MS: i64 = 28_800_000;
const HOUR_MS: i64 = 3_600_000;

/// A call that asked for a person; one that still waits is not counted yet.
const ASKED: &str =
    "c.direction = 'in' AND c.queued_at IS NOT NULL AND (c.answered_at IS NOT NULL OR c.ended_at IS NOT NULL)";
const TALK: &str = "COALESCE(c.talk_ended_at, c.ended_at, c.answered_at) - c.answered_at";

fn group(by: TallyBy) -> (String, &'static str, &'static str) {
    let bucket = |unit: i64| format!("((c.started_at + {BEIJING_MS}) / {unit})");
    let (none, nobody, nothing) = ("CAST(NULL AS BIGINT)".to_owned(), "CAST(NULL AS UUID)", "CAST(NULL AS TEXT)");
    match by {
        TallyBy::Total => (none, nobody, nothing),
        TallyBy::Day => (bucket(24 * HOUR_MS), nobody, nothing),
        TallyBy::Hour => (bucket(HOUR_MS), nobody, nothing),
        TallyBy::Agent => (none, "c.agent", nothing),
        TallyBy::Skill => (none, nobody, "c.skill"),
    }
}

/// The sums, one row for each key there is; a single row for [`TallyBy::Total`].
pub async fn tally(db: &Db, asked: &Tally, by: TallyBy) -> Result<Vec<TallyRow>> {
    let mut w = Where::default();
    w.on("c.started_at >= {}", asked.over.from);
    w.on("c.started_at < {}", asked.over.until);
    for out in &asked.without {
        let (from, until) = (w.bind(out.from), w.bind(out.until));
        w.raw(format!("NOT (c.started_at >= {from} AND c.started_at < {until})"));
    }
    match by {
        TallyBy::Agent => w.raw("c.agent IS NOT NULL"),
        TallyBy::Skill => w.raw("c.skill IS NOT NULL"),
        _ => {}
    }
    let conditions = w.text();
    let marks = Marks {
        short: w.bind(asked.short_ms),
        quick: w.bind(asked.quick_ms[0]),
        quick2: w.bind(asked.quick_ms[1]),
        callback: w.bind(asked.callback_ms),
    };
    let (bucket, agent, skill) = group(by);
    let grouped = match by {
        TallyBy::Total => "",
        TallyBy::Day | TallyBy::Hour => "GROUP BY 1 ORDER BY 1",
        TallyBy::Agent => "GROUP BY 2 ORDER BY 2",
        TallyBy::Skill => "GROUP BY 3 ORDER BY 3",
    };
    let text = format!(
        "SELECT {bucket} AS bucket, {agent} AS agent, {skill} AS skill, {} FROM call c WHERE {conditions} {grouped}",
        columns(&marks).join(", ")
    );
    let built = w.finish(&text);
    Ok(db.all(&built.sql, &built.args()).await?)
}

/// Placeholders of the thresholds.
struct Marks {
    short: String,
    quick: String,
    quick2: String,
    callback: String,
}

fn count(name: &str, what: &str) -> String {
    format!("COUNT(*) FILTER (WHERE {what}) AS {name}")
}

fn sum(name: &str, of: &str, what: &str) -> String {
    format!("CAST(COALESCE(SUM({of}) FILTER (WHERE {what}), 0) AS BIGINT) AS {name}")
}

fn columns(m: &Marks) -> Vec<String> {
    let is_short = format!("c.outcome = 'abandoned' AND c.ended_at - c.queued_at < {}", m.short);
    let missed = format!("{ASKED} AND c.answered_at IS NULL AND NOT ({is_short})");
    let answered = format!("{ASKED} AND c.answered_at IS NOT NULL");
    let within = |mark: &str| format!("{answered} AND c.answered_at - c.queued_at <= {mark}");
    let out = "c.direction = 'out'";
    let reached = format!("{out} AND c.answered_at IS NOT NULL");
    vec![
        count("offered", ASKED),
        count("answered", &answered),
        count("short_abandoned", &format!("{ASKED} AND c.answered_at IS NULL AND {is_short}")),
        count("messages", &format!("{ASKED} AND c.outcome = 'message'")),
        count("booked", &format!("{ASKED} AND c.outcome = 'callback_booked'")),
        count("quick", &within(&m.quick)),
        count("quick2", &within(&m.quick2)),
        sum("wait_ms", "c.answered_at - c.queued_at", &answered),
        sum("talk_ms", TALK, &answered),
        format!("CAST(COALESCE(MAX({TALK}) FILTER (WHERE {answered}), 0) AS BIGINT) AS max_talk_ms"),
        count("outbound", out),
        count("outbound_reached", &reached),
        sum("outbound_talk_ms", TALK, &reached),
        count("missed", &missed),
        count("called_back", &format!("{missed} AND c.called_back_at <= c.ended_at + {}", m.callback)),
        count("blocked", "c.outcome = 'blocked'"),
        count("rating_asked", "c.rating_asked"),
        count("rated", "c.rating IS NOT NULL"),
        count("satisfied", "c.rating >= 3"),
        count("dissatisfied", "c.rating < 3"),
    ]
}
