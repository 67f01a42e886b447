//! Answered surveys. What was chosen is plain, written words are sealed; who answered is not known here.

use std::collections::BTreeMap;

use db::{Json, Sql, Tx};
use domain::survey::Answers;
use kernel::{AnswerId, Cursor, Page, PointId, SurveyId, Ts, UserId};
use sqlx::FromRow;

use crate::{error::Result, search::Where, vault::Vault, via::Via};

const LOAD: Sql = Sql::same("SELECT * FROM survey_answer WHERE id = $1");
const BY_ONCE: Sql = Sql::same("SELECT * FROM survey_answer WHERE once = $1");
const INSERT: Sql = Sql::same(
    "INSERT INTO survey_answer (id, survey_id, series, point_id, once, at, took_s, picks, texts_enc, text_key, device,
        address, phone) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING",
);
const ADD_WORDS: Sql =
    Sql::same("UPDATE survey_answer SET picks = $2, texts_enc = $3, text_key = $4 WHERE id = $1 AND texts_enc IS NULL");
const OF_SURVEY: Sql = Sql::same("SELECT * FROM survey_answer WHERE survey_id = $1 ORDER BY at, id");
const TAKEN: Sql = Sql::same(
    "SELECT COUNT(*), COALESCE(SUM(CASE WHEN point_id = $2 THEN 1 ELSE 0 END), 0) FROM survey_answer
     WHERE survey_id = $1 AND excluded_at IS NULL",
);
const LAST_OF_DEVICE: Sql = Sql::same(
    "SELECT MAX(at) FROM survey_answer WHERE series = $1 AND device = $2 AND survey_id = $3
        AND COALESCE(point_id, series) = $4",
);
const COUNTS: Sql = Sql::same(
    "SELECT survey_id, COUNT(*) AS n, COUNT(excluded_at) AS excluded_n FROM survey_answer GROUP BY survey_id",
);
const EXCLUDE: Sql = Sql::same(
    "UPDATE survey_answer SET excluded_at = $2, excluded_by = $3, excluded_reason = $4
     WHERE id = $1 AND excluded_at IS NULL",
);
const RESTORE: Sql = Sql::same(
    "UPDATE survey_answer SET excluded_at = NULL, excluded_by = NULL, excluded_reason = NULL
     WHERE id = $1 AND excluded_at IS NOT NULL",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("survey_answer.load", LOAD),
        ("survey_answer.by_once", BY_ONCE),
        ("survey_answer.insert", INSERT),
        ("survey_answer.add_words", ADD_WORDS),
        ("survey_answer.of_survey", OF_SURVEY),
        ("survey_answer.taken", TAKEN),
        ("survey_answer.last_of_device", LAST_OF_DEVICE),
        ("survey_answer.counts", COUNTS),
        ("survey_answer.exclude", EXCLUDE),
        ("survey_answer.restore", RESTORE),
    ]
}

/// 剔除: by whom and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    pub at: Ts,
    pub by: UserId,
    pub reason: String,
}

/// An answered survey. Keys are blind indexes.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub id: AnswerId,
    pub survey: SurveyId,
    pub series: SurveyId,
    pub point: Option<PointId>,
    /// Given by whoever sent it: told twice it is kept once.
    pub once: String,
    pub at: Ts,
    /// Seconds from the first page to the last; `None` of a tap.
    pub took_s: Option<i64>,
    /// Question → choices; nothing for a question answered in words.
    pub picks: Answers,
    pub text_key: Option<String>,
    pub device: String,
    pub address: String,
    pub phone: Option<String>,
    pub excluded: Option<Exclusion>,
}

#[derive(FromRow)]
struct Row {
    id: AnswerId,
    survey_id: SurveyId,
    series: SurveyId,
    point_id: Option<PointId>,
    once: String,
    at: Ts,
    took_s: Option<i64>,
    picks: Json<Answers>,
    texts_enc: Option<Vec<u8>>,
    text_key: Option<String>,
    device: String,
    address: String,
    phone: Option<String>,
    excluded_at: Option<Ts>,
    excluded_by: Option<UserId>,
    excluded_reason: Option<String>,
}

impl Row {
    fn words(&self, vault: &Vault) -> Result<Answers> {
        let Some(sealed) = &self.texts_enc else { return Ok(Answers::new()) };
        let text = vault.open("survey_answer", self.id, "texts_enc", sealed)?;
        crate::row::At { table: "survey_answer", row: &self.id }.json("texts_enc", &text)
    }
}

impl From<Row> for Answer {
    fn from(r: Row) -> Self {
        let excluded = r.excluded_at.zip(r.excluded_by).map(|(at, by)| Exclusion {
            at,
            by,
            reason: r.excluded_reason.unwrap_or_default(),
        });
        Self {
            id: r.id,
            survey: r.survey_id,
            series: r.series,
            point: r.point_id,
            once: r.once,
            at: r.at,
            took_s: r.took_s,
            picks: r.picks.0,
            text_key: r.text_key,
            device: r.device,
            address: r.address,
            phone: r.phone,
            excluded,
        }
    }
}

/// What became of an answer handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    New,
    /// The same was told before.
    Before,
    /// The number has answered already.
    PhoneTaken,
}

fn sealed(vault: &Vault, id: AnswerId, words: &Answers) -> Option<Vec<u8>> {
    (!words.is_empty()).then(|| vault.seal("survey_answer", id, "texts_enc", &crate::row::to_json(words)))
}

/// Keeps an answer with its words, once.
pub async fn insert_answer(tx: &mut Tx, vault: &Vault, a: &Answer, words: &Answers) -> Result<Kept> {
    let (picks, texts) = (Json(a.picks.clone()), sealed(vault, a.id, words));
    let binds: [&dyn db::Bind; 13] = [
        &a.id,
        &a.survey,
        &a.series,
        &a.point,
        &a.once,
        &a.at,
        &a.took_s,
        &picks,
        &texts,
        &a.text_key,
        &a.device,
        &a.address,
        &a.phone,
    ];
    if tx.run(&INSERT, &binds).await? == 1 {
        return Ok(Kept::New);
    }
    let before = answer_by_once(&mut *tx, &a.once).await?;
    Ok(if before.is_some() { Kept::Before } else { Kept::PhoneTaken })
}

/// Adds words to an answer that has none.
pub async fn add_words(tx: &mut Tx, vault: &Vault, a: &Answer, words: &Answers) -> Result<bool> {
    let (picks, texts) = (Json(a.picks.clone()), sealed(vault, a.id, words));
    Ok(tx.run(&ADD_WORDS, &[&a.id, &picks, &texts, &a.text_key]).await? == 1)
}

pub async fn load_answer<'a>(via: impl Into<Via<'a>>, id: AnswerId) -> Result<Option<Answer>> {
    Ok(via.into().one::<Row>(&LOAD, &[&id]).await?.map(Answer::from))
}

pub async fn answer_by_once<'a>(via: impl Into<Via<'a>>, once: &str) -> Result<Option<Answer>> {
    Ok(via.into().one::<Row>(&BY_ONCE, &[&once]).await?.map(Answer::from))
}

/// Every answer of a version, oldest first.
pub async fn answers<'a>(via: impl Into<Via<'a>>, survey: SurveyId) -> Result<Vec<Answer>> {
    Ok(via.into().all::<Row>(&OF_SURVEY, &[&survey]).await?.into_iter().map(Answer::from).collect())
}

/// Answers that count, altogether and about a point.
pub async fn taken<'a>(via: impl Into<Via<'a>>, survey: SurveyId, point: Option<PointId>) -> Result<(u32, u32)> {
    let row: Option<(i64, i64)> = via.into().one(&TAKEN, &[&survey, &point]).await?;
    let (all, own) = row.unwrap_or_default();
    Ok((u32::try_from(all).unwrap_or(u32::MAX), u32::try_from(own).unwrap_or(u32::MAX)))
}

/// When a device last answered about a point, or the survey where there are none.
pub async fn last_of_device<'a>(
    via: impl Into<Via<'a>>,
    series: SurveyId,
    device: &str,
    survey: SurveyId,
    point: Option<PointId>,
) -> Result<Option<Ts>> {
    let about = point.map_or(series.uuid(), PointId::uuid);
    let row: Option<(Option<Ts>,)> = via.into().one(&LAST_OF_DEVICE, &[&series, &device, &survey, &about]).await?;
    Ok(row.and_then(|(at,)| at))
}

/// Version → answers altogether and excluded ones.
pub async fn counts<'a>(via: impl Into<Via<'a>>) -> Result<BTreeMap<SurveyId, (i64, i64)>> {
    let rows: Vec<(SurveyId, i64, i64)> = via.into().all(&COUNTS, &[]).await?;
    Ok(rows.into_iter().map(|(id, n, excluded)| (id, (n, excluded))).collect())
}

/// A page of written words, newest first: of one version, about these points; no points: about all.
pub async fn texts(
    db: &db::Db,
    vault: &Vault,
    survey: SurveyId,
    points: &[PointId],
    page: &Page,
) -> Result<(Vec<(Answer, Answers)>, Option<Cursor>)> {
    let mut w = Where::default();
    w.raw("texts_enc IS NOT NULL AND excluded_at IS NULL");
    w.on("survey_id = {}", survey);
    w.any_of("point_id", points.iter().copied());
    if let Some((at, id)) = page.after.as_ref().and_then(|c| Some((c.as_int()?, c.id))) {
        let (at, id) = (w.bind(at), w.bind(id));
        w.raw(format!("(at, id) < ({at}, {id})"));
    }
    let limit = usize::from(page.limit);
    let more = w.bind(i64::from(page.limit) + 1);
    let text = format!("SELECT * FROM survey_answer WHERE {} ORDER BY at DESC, id DESC LIMIT {more}", w.text());
    let built = w.finish(&text);
    let rows: Vec<Row> = db.all(&built.sql, &built.args()).await?;
    let more = rows.len() > limit;
    let mut found = Vec::new();
    for row in rows.into_iter().take(limit) {
        let words = row.words(vault)?;
        found.push((Answer::from(row), words));
    }
    let next = found.last().filter(|_| more).map(|(a, _)| Cursor::int(a.at.0, a.id));
    Ok((found, next))
}

/// 剔除; `false` when it is already.
pub async fn exclude(tx: &mut Tx, id: AnswerId, e: &Exclusion) -> Result<bool> {
    Ok(tx.run(&EXCLUDE, &[&id, &e.at, &e.by, &e.reason]).await? == 1)
}

/// 恢复; `false` when it is not excluded.
pub async fn restore(tx: &mut Tx, id: AnswerId) -> Result<bool> {
    Ok(tx.run(&RESTORE, &[&id]).await? == 1)
}
