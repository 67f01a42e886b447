//! Surveys (群众评议) by version, and the windows and departments they rate.

mod answer;

use std::collections::BTreeMap;

use db::{Json, Sql, Tx};
use domain::survey::{Point, Survey, SurveyText};
use kernel::{OrgId, PointId, SurveyId, Ts, UserId};
use sqlx::FromRow;

pub use answer::{
    Answer, Exclusion, Kept, add_words, answer_by_once, answers, counts, exclude, insert_answer, last_of_device,
    load_answer, restore, taken, texts,
};

use crate::{
    error::{Result, StoreError},
    row::At,
    via::Via,
};

const LOAD: Sql = Sql::same("SELECT * FROM survey WHERE id = $1");
const BY_CODE: Sql = Sql::same("SELECT * FROM survey WHERE code = $1 AND state <> 'draft' ORDER BY no DESC LIMIT 1");
const CODE_USED: Sql = Sql::same(
    "SELECT (SELECT COUNT(*) FROM survey WHERE code = $1) + (SELECT COUNT(*) FROM survey_point WHERE code = $1)",
);
const SERIES: Sql = Sql::same("SELECT * FROM survey WHERE series = $1 ORDER BY no");
const ALL: Sql = Sql::same("SELECT * FROM survey ORDER BY changed_at DESC, id DESC LIMIT $1");
const PUBLISHED: Sql = Sql::same("SELECT * FROM survey WHERE state = 'published' ORDER BY published_at DESC, id DESC");
const CHANGED: Sql = Sql::same(
    "SELECT DISTINCT s.code FROM survey s WHERE s.state <> 'draft' AND (s.changed_at >= $1
        OR EXISTS (SELECT 1 FROM survey_point p WHERE p.series = s.series AND p.changed_at >= $1))
     ORDER BY s.code",
);
const PUT: Sql = Sql::same(
    "INSERT INTO survey (id, series, code, no, version, kind, state, body, author, changed_at, published_by,
        published_at, closed_by, closed_at, closed_reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version + 1, state = excluded.state, body = excluded.body,
        changed_at = excluded.changed_at, published_by = excluded.published_by, published_at = excluded.published_at,
        closed_by = excluded.closed_by, closed_at = excluded.closed_at, closed_reason = excluded.closed_reason
     WHERE survey.version = excluded.version",
);
const DISCARD: Sql = Sql::same("DELETE FROM survey WHERE id = $1 AND version = $2 AND state = 'draft'");
const POINT: Sql = Sql::same("SELECT id, series, code, org, name, closed_at FROM survey_point WHERE id = $1");
const POINT_BY_CODE: Sql = Sql::same("SELECT id, series, code, org, name, closed_at FROM survey_point WHERE code = $1");
const POINTS: Sql =
    Sql::same("SELECT id, series, code, org, name, closed_at FROM survey_point WHERE series = $1 ORDER BY name, id");
const POINT_ORGS: Sql = Sql::same("SELECT DISTINCT series, org FROM survey_point");
const PUT_POINT: Sql = Sql::same(
    "INSERT INTO survey_point (id, series, code, org, name, closed_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (id) DO UPDATE SET org = excluded.org, name = excluded.name, closed_at = excluded.closed_at,
        changed_at = excluded.changed_at",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let own = vec![
        ("survey.load", LOAD),
        ("survey.by_code", BY_CODE),
        ("survey.code_used", CODE_USED),
        ("survey.series", SERIES),
        ("survey.all", ALL),
        ("survey.published", PUBLISHED),
        ("survey.changed", CHANGED),
        ("survey.put", PUT),
        ("survey.discard", DISCARD),
        ("survey.point", POINT),
        ("survey.point_by_code", POINT_BY_CODE),
        ("survey.points", POINTS),
        ("survey.point_orgs", POINT_ORGS),
        ("survey.put_point", PUT_POINT),
    ];
    [own, answer::statements()].concat()
}

#[derive(FromRow)]
struct Row {
    id: SurveyId,
    series: SurveyId,
    code: String,
    no: i32,
    version: i64,
    kind: String,
    state: String,
    body: Json<SurveyText>,
    author: UserId,
    changed_at: Ts,
    published_by: Option<UserId>,
    published_at: Option<Ts>,
    closed_by: Option<UserId>,
    closed_at: Option<Ts>,
    closed_reason: String,
}

impl TryFrom<Row> for Survey {
    type Error = StoreError;
    fn try_from(r: Row) -> Result<Self> {
        let at = At { table: "survey", row: &r.id };
        Ok(Self {
            kind: at.code("kind", &r.kind)?,
            state: at.code("state", &r.state)?,
            id: r.id,
            series: r.series,
            code: r.code,
            no: r.no,
            version: r.version,
            text: r.body.0,
            author: r.author,
            changed_at: r.changed_at,
            published_by: r.published_by,
            published_at: r.published_at,
            closed_by: r.closed_by,
            closed_at: r.closed_at,
            closed_reason: r.closed_reason,
        })
    }
}

#[derive(FromRow)]
struct PointRow {
    id: PointId,
    series: SurveyId,
    code: String,
    org: OrgId,
    name: String,
    closed_at: Option<Ts>,
}

impl From<PointRow> for Point {
    fn from(r: PointRow) -> Self {
        Self { id: r.id, series: r.series, code: r.code, org: r.org, name: r.name, closed_at: r.closed_at }
    }
}

fn surveys(rows: Vec<Row>) -> Result<Vec<Survey>> {
    rows.into_iter().map(Survey::try_from).collect()
}

pub async fn load_survey<'a>(via: impl Into<Via<'a>>, id: SurveyId) -> Result<Option<Survey>> {
    via.into().one::<Row>(&LOAD, &[&id]).await?.map(Survey::try_from).transpose()
}

/// The latest version of a series that citizens have met, by its address.
pub async fn survey_by_code<'a>(via: impl Into<Via<'a>>, code: &str) -> Result<Option<Survey>> {
    via.into().one::<Row>(&BY_CODE, &[&code]).await?.map(Survey::try_from).transpose()
}

/// An address is taken, by a survey or a point.
pub async fn code_used<'a>(via: impl Into<Via<'a>>, code: &str) -> Result<bool> {
    let n: i64 = via.into().scalar(&CODE_USED, &[&code]).await?;
    Ok(n > 0)
}

/// Every version, the first first.
pub async fn versions<'a>(via: impl Into<Via<'a>>, series: SurveyId) -> Result<Vec<Survey>> {
    surveys(via.into().all(&SERIES, &[&series]).await?)
}

/// The last touched first.
pub async fn list_surveys<'a>(via: impl Into<Via<'a>>, limit: i64) -> Result<Vec<Survey>> {
    surveys(via.into().all(&ALL, &[&limit]).await?)
}

/// What citizens may answer now, the latest first.
pub async fn published<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Survey>> {
    surveys(via.into().all(&PUBLISHED, &[]).await?)
}

/// Addresses of the series of which something changed since a moment.
pub async fn changed_codes<'a>(via: impl Into<Via<'a>>, since: Ts) -> Result<Vec<String>> {
    Ok(via.into().all::<(String,)>(&CHANGED, &[&since]).await?.into_iter().map(|(c,)| c).collect())
}

/// Writes a new version, or one whose version number is still that of `s`.
pub async fn save_survey(tx: &mut Tx, s: &mut Survey) -> Result<()> {
    let fresh = load_survey(&mut *tx, s.id).await?.is_none();
    let (kind, state, body) = (s.kind.code(), s.state.code(), Json(s.text.clone()));
    let binds: [&dyn db::Bind; 15] = [
        &s.id,
        &s.series,
        &s.code,
        &s.no,
        &s.version,
        &kind,
        &state,
        &body,
        &s.author,
        &s.changed_at,
        &s.published_by,
        &s.published_at,
        &s.closed_by,
        &s.closed_at,
        &s.closed_reason,
    ];
    if tx.run(&PUT, &binds).await? == 0 {
        return Err(StoreError::stale("survey", s.id));
    }
    s.version += i64::from(!fresh);
    Ok(())
}

/// Deletes a draft nobody has met.
pub async fn discard_survey(tx: &mut Tx, s: &Survey) -> Result<()> {
    if tx.run(&DISCARD, &[&s.id, &s.version]).await? == 1 { Ok(()) } else { Err(StoreError::stale("survey", s.id)) }
}

pub async fn load_point<'a>(via: impl Into<Via<'a>>, id: PointId) -> Result<Option<Point>> {
    Ok(via.into().one::<PointRow>(&POINT, &[&id]).await?.map(Point::from))
}

pub async fn point_by_code<'a>(via: impl Into<Via<'a>>, code: &str) -> Result<Option<Point>> {
    Ok(via.into().one::<PointRow>(&POINT_BY_CODE, &[&code]).await?.map(Point::from))
}

/// The windows and departments of a series, closed ones too, by name.
pub async fn points<'a>(via: impl Into<Via<'a>>, series: SurveyId) -> Result<Vec<Point>> {
    Ok(via.into().all::<PointRow>(&POINTS, &[&series]).await?.into_iter().map(Point::from).collect())
}

/// Which organisations each series rates.
pub async fn rated_orgs<'a>(via: impl Into<Via<'a>>) -> Result<BTreeMap<SurveyId, Vec<OrgId>>> {
    let rows: Vec<(SurveyId, OrgId)> = via.into().all(&POINT_ORGS, &[]).await?;
    let mut out: BTreeMap<SurveyId, Vec<OrgId>> = BTreeMap::new();
    for (series, org) in rows {
        out.entry(series).or_default().push(org);
    }
    Ok(out)
}

pub async fn save_point(tx: &mut Tx, p: &Point, now: Ts) -> Result<()> {
    tx.run(&PUT_POINT, &[&p.id, &p.series, &p.code, &p.org, &p.name, &p.closed_at, &now]).await?;
    Ok(())
}
