//! Scores: one a call, with the appeal against it.

use std::sync::LazyLock;

use db::{Json, Sql, Tx};
use domain::quality::{Given, ScoreState};
use kernel::{CallId, Cursor, Page, ScoreId, Ts, UserId, Uuid};
use sqlx::FromRow;

use crate::{
    error::Result,
    row::{At, args, boxes, insert},
    search::Where,
    via::Via,
};

const TABLE: &str = "quality_score";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "call_id", "agent", "sheet", "marks", "total", "fatal", "comment", "scored_by", "scored_at", "state",
    "appeal_until", "version",
];
const LOAD: Sql = Sql::same("SELECT * FROM quality_score WHERE id = $1");
static LOAD_FOR_CHANGE: LazyLock<Sql> = LazyLock::new(|| {
    let text = "SELECT * FROM quality_score WHERE id = $1";
    Sql::built(text.to_owned(), format!("{text} FOR UPDATE"))
});
const OF_CALL: Sql = Sql::same("SELECT * FROM quality_score WHERE call_id = $1");
const SAVE: Sql = Sql::same(
    "UPDATE quality_score SET total = $3, state = $4, seen_at = $5, appeal_reason = $6, appealed_at = $7,
        decided_by = $8, decided_at = $9, opinion = $10, before_total = $11, version = version + 1
     WHERE id = $1 AND version = $2",
);
const SUMS: Sql = Sql::same(
    "SELECT agent, COUNT(*) AS n, CAST(SUM(total) AS BIGINT) AS points,
        COUNT(*) FILTER (WHERE fatal OR total < $3) AS errors
     FROM quality_score WHERE scored_at >= $1 AND scored_at < $2 GROUP BY agent ORDER BY agent",
);

pub(super) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("quality_score.load", LOAD),
        ("quality_score.load_for_change", LOAD_FOR_CHANGE.clone()),
        ("quality_score.of_call", OF_CALL),
        ("quality_score.save", SAVE),
        ("quality_score.sums", SUMS),
    ]
}

/// A score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    pub id: ScoreId,
    pub call: CallId,
    pub agent: UserId,
    pub sheet: Uuid,
    pub marks: Vec<Given>,
    /// 0 to 100, as it stands after an appeal.
    pub total: i32,
    pub fatal: bool,
    pub comment: Option<String>,
    pub scored_by: UserId,
    pub scored_at: Ts,
    pub state: ScoreState,
    pub appeal_until: Ts,
    /// When the agent first looked.
    pub seen_at: Option<Ts>,
    pub appeal_reason: Option<String>,
    pub appealed_at: Option<Ts>,
    pub decided_by: Option<UserId>,
    pub decided_at: Option<Ts>,
    pub opinion: Option<String>,
    /// The total before the appeal changed it.
    pub before_total: Option<i32>,
    pub version: i64,
}

#[derive(FromRow)]
struct ScoreRow {
    id: ScoreId,
    call_id: CallId,
    agent: UserId,
    sheet: Uuid,
    marks: Json<Vec<Given>>,
    total: i32,
    fatal: bool,
    comment: Option<String>,
    scored_by: UserId,
    scored_at: Ts,
    state: String,
    appeal_until: Ts,
    seen_at: Option<Ts>,
    appeal_reason: Option<String>,
    appealed_at: Option<Ts>,
    decided_by: Option<UserId>,
    decided_at: Option<Ts>,
    opinion: Option<String>,
    before_total: Option<i32>,
    version: i64,
}

impl TryFrom<ScoreRow> for Score {
    type Error = crate::StoreError;
    fn try_from(r: ScoreRow) -> Result<Self> {
        let state = At { table: TABLE, row: &r.id }.code("state", &r.state)?;
        Ok(Score {
            state,
            id: r.id,
            call: r.call_id,
            agent: r.agent,
            sheet: r.sheet,
            marks: r.marks.0,
            total: r.total,
            fatal: r.fatal,
            comment: r.comment,
            scored_by: r.scored_by,
            scored_at: r.scored_at,
            appeal_until: r.appeal_until,
            seen_at: r.seen_at,
            appeal_reason: r.appeal_reason,
            appealed_at: r.appealed_at,
            decided_by: r.decided_by,
            decided_at: r.decided_at,
            opinion: r.opinion,
            before_total: r.before_total,
            version: r.version,
        })
    }
}

/// Gives a score; `false` when the call has one.
pub async fn insert_score(tx: &mut Tx, s: &Score) -> Result<bool> {
    let row = boxes![
        s.id,
        s.call,
        s.agent,
        s.sheet,
        Json(s.marks.clone()),
        s.total,
        s.fatal,
        s.comment.clone(),
        s.scored_by,
        s.scored_at,
        s.state.code(),
        s.appeal_until,
        s.version
    ];
    Ok(tx.run(insert(TABLE, COLUMNS, 1, "ON CONFLICT DO NOTHING"), &args(&row)).await? == 1)
}

/// Writes what an appeal or a look changes, if the version is still that of `s`.
pub async fn save_score(tx: &mut Tx, s: &Score) -> Result<bool> {
    let binds: [&dyn db::Bind; 11] = [
        &s.id,
        &s.version,
        &s.total,
        &s.state.code(),
        &s.seen_at,
        &s.appeal_reason,
        &s.appealed_at,
        &s.decided_by,
        &s.decided_at,
        &s.opinion,
        &s.before_total,
    ];
    Ok(tx.run(&SAVE, &binds).await? == 1)
}

/// One score.
pub async fn load_score<'a>(via: impl Into<Via<'a>>, id: ScoreId) -> Result<Option<Score>> {
    via.into().one::<ScoreRow>(&LOAD, &[&id]).await?.map(Score::try_from).transpose()
}

/// One score, kept from other writers until the end of the transaction.
pub async fn load_score_for_change(tx: &mut Tx, id: ScoreId) -> Result<Option<Score>> {
    tx.one::<ScoreRow>(&*LOAD_FOR_CHANGE, &[&id]).await?.map(Score::try_from).transpose()
}

/// The score of a call.
pub async fn score_of_call<'a>(via: impl Into<Via<'a>>, call: CallId) -> Result<Option<Score>> {
    via.into().one::<ScoreRow>(&OF_CALL, &[&call]).await?.map(Score::try_from).transpose()
}

/// Conditions on scores.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreFilter {
    pub from: Option<Ts>,
    /// Exclusive.
    pub until: Option<Ts>,
    pub agent: Option<UserId>,
    pub state: Option<ScoreState>,
}

/// Scores that fit, newest first.
pub async fn list_scores<'a>(
    via: impl Into<Via<'a>>,
    filter: &ScoreFilter,
    page: &Page,
) -> Result<(Vec<Score>, Option<Cursor>)> {
    let mut w = Where::default();
    if let Some(from) = filter.from {
        w.on("scored_at >= {}", from);
    }
    if let Some(until) = filter.until {
        w.on("scored_at < {}", until);
    }
    if let Some(agent) = filter.agent {
        w.on("agent = {}", agent);
    }
    if let Some(state) = filter.state {
        w.on("state = {}", state.code());
    }
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(scored_at, id) < ({at}, {id})"));
    }
    let conditions = w.text();
    let most = w.bind(i64::from(page.limit) + 1);
    let text = format!("SELECT * FROM quality_score WHERE {conditions} ORDER BY scored_at DESC, id DESC LIMIT {most}");
    let built = w.finish(&text);
    let rows = via.into().all::<ScoreRow>(&built.sql, &built.args()).await?;
    let mut scores: Vec<Score> = rows.into_iter().map(Score::try_from).collect::<Result<_>>()?;
    let more = scores.len() > usize::from(page.limit);
    scores.truncate(usize::from(page.limit));
    let next = scores.last().filter(|_| more).map(|s| Cursor::int(s.scored_at.0, s.id));
    Ok((scores, next))
}

/// The scores of one agent within a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct ScoreSum {
    pub agent: UserId,
    pub n: i64,
    pub points: i64,
    /// Under the pass mark, or with a fatal item.
    pub errors: i64,
}

/// Sums by agent.
pub async fn score_sums<'a>(via: impl Into<Via<'a>>, from: Ts, until: Ts, pass: i64) -> Result<Vec<ScoreSum>> {
    Ok(via.into().all(&SUMS, &[&from, &until, &pass]).await?)
}
