//! 群众评议 as citizens meet it. Reading and checking need nothing but what has been published, so that an outer desk does
//! both with the same functions; only the core keeps answers.

use citizen::{Ask, AskForm, Item, SurveyDoor, SurveyFilled, SurveyLine, SurveyPlace, SurveySent, SurveyStep, Turn};
use db::Tx;
use domain::param::Params;
use domain::survey::{
    AnswerForm, Answers, Open, Question, Survey, SurveyKind, SurveyState, SurveyText, check, closed_text, kept, path,
    visited,
};
use kernel::{AnswerId, FieldError, Phone, PointId, Refusal, SurveyId, Ts, normalise};
use serde::{Deserialize, Serialize};
use store::survey::{Answer, Kept};

use super::code::{Codes, Purpose};
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Error, Result, audit};

/// Words shorter than this are too common to be compared.
const COMPARED: usize = 8;

/// A window or department as it leaves for the portal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointOut {
    pub id: PointId,
    pub code: String,
    pub name: String,
    pub org: String,
}

/// A published survey as it leaves for the portal: nothing of its authors, nothing of its answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SurveyOut {
    pub id: SurveyId,
    pub series: SurveyId,
    pub code: String,
    pub kind: SurveyKind,
    pub state: SurveyState,
    pub text: SurveyText,
    pub points: Vec<PointOut>,
    pub published_at: Option<Ts>,
}

/// An answer as it travels inwards.
#[derive(Debug, Serialize, Deserialize)]
pub struct SurveyIn {
    /// The version that was answered: it may have been replaced meanwhile.
    pub survey: SurveyId,
    pub sent: SurveySent,
    pub ip: String,
}

/// How often one device and one address may answer.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Hours until a device may rate the same window again.
    pub repeat_h: i64,
    /// Answers of an address to one survey within an hour.
    pub per_address: i64,
}

impl Bounds {
    #[must_use]
    pub fn of(params: &Params) -> Self {
        Self { repeat_h: params.int("survey.repeat_h"), per_address: params.int("survey.per_address") }
    }

    /// As shipped, for a desk that cannot ask the core.
    #[must_use]
    pub fn shipped() -> Self {
        Self::of(&Params::defaults())
    }
}

/// An answer found in order.
pub struct Checked<'a> {
    pub answers: Answers,
    pub point: Option<&'a PointOut>,
}

fn item(code: &str, name: &str) -> Item {
    Item { code: code.to_owned(), name: name.to_owned(), hint: String::new() }
}

fn ask(q: &Question) -> Ask {
    let items = |choices: &[domain::survey::Choice]| choices.iter().map(|c| item(&c.code, &c.text)).collect();
    let form = match &q.form {
        AnswerForm::Single { choices } => AskForm::Single(items(choices)),
        AnswerForm::Multiple { choices, most } => AskForm::Multiple { choices: items(choices), most: *most },
        AnswerForm::Scale { top, low, high } => AskForm::Scale { top: *top, low: low.clone(), high: high.clone() },
        AnswerForm::Text { most } => AskForm::Text { most: *most },
    };
    Ask { id: q.id.clone(), text: q.text.clone(), hint: q.hint.clone(), required: q.required, form }
}

fn answers_of(pairs: &[(String, String)]) -> Answers {
    let mut out = Answers::new();
    for (question, value) in pairs {
        out.entry(question.clone()).or_default().push(value.clone());
    }
    out
}

impl SurveyOut {
    #[must_use]
    pub fn of(survey: Survey, points: &[domain::survey::Point], world: &World) -> Self {
        let point = |p: &domain::survey::Point| {
            let org = world.directory.org_name(p.org);
            let org = if org == p.name { String::new() } else { org.to_owned() };
            PointOut { id: p.id, code: p.code.clone(), name: p.name.clone(), org }
        };
        Self {
            id: survey.id,
            series: survey.series,
            code: survey.code,
            kind: survey.kind,
            state: survey.state,
            text: survey.text,
            points: points.iter().filter(|p| p.closed_at.is_none()).map(point).collect(),
            published_at: survey.published_at,
        }
    }

    #[must_use]
    pub fn open(&self, now: Ts, taken: (u32, u32)) -> Open {
        self.text.open(self.state, now, taken)
    }

    /// A line of the list, while it is open; windows are rated where they are.
    #[must_use]
    pub fn line(&self, now: Ts) -> Option<SurveyLine> {
        let listed = self.kind != SurveyKind::Window && self.open(now, (0, 0)) == Open::Open;
        listed.then(|| SurveyLine {
            code: self.code.clone(),
            title: self.text.title.clone(),
            intro: self.text.intro.clone(),
            kind_cn: self.kind.cn().to_owned(),
            verified: self.text.verified,
            until: self.text.closes_at,
        })
    }

    /// The point of an address; `None` for the survey's own.
    #[must_use]
    pub fn point(&self, code: &str) -> Option<&PointOut> {
        self.points.iter().find(|p| p.code == code)
    }

    fn door(&self, code: &str, open: Open) -> SurveyDoor {
        let place = |p: &PointOut| SurveyPlace { code: p.code.clone(), name: p.name.clone(), org: p.org.clone() };
        let own = self.point(code);
        let gone = own.is_none() && code != self.code;
        SurveyDoor {
            code: code.to_owned(),
            title: self.text.title.clone(),
            intro: self.text.intro.clone(),
            thanks: self.text.thanks.clone(),
            kind_cn: self.kind.cn().to_owned(),
            instant: self.kind.instant(),
            verified: self.text.verified,
            until: self.text.closes_at,
            closed: if gone { Some("该评价对象已停用。".to_owned()) } else { closed_text(open) },
            place: own.map(place),
            places: if own.is_none() && self.kind.has_points() {
                self.points.iter().map(place).collect()
            } else {
                Vec::new()
            },
        }
    }

    /// The page that follows.
    #[must_use]
    pub fn step(&self, code: &str, filled: &SurveyFilled, open: Open) -> SurveyStep {
        let door = self.door(code, open);
        let answers = answers_of(&filled.answers);
        let questions = &self.text.questions;
        let pages = visited(questions, &answers, filled.single);
        let first_of = |page: &[usize]| page.first().map_or("", |i| questions[*i].id.as_str()).to_owned();
        let at = pages.iter().position(|p| first_of(p) == filled.at).unwrap_or(0);
        let (mut to, mut errors) = (at, Vec::new());
        match filled.turn {
            Turn::Stay => {}
            Turn::Back => to = at.saturating_sub(1),
            Turn::Next => {
                errors = check(questions, &answers, pages.get(at).map(Vec::as_slice).unwrap_or_default());
                to = if errors.is_empty() { at + 1 } else { at };
            }
        }
        let asks = pages.get(to).into_iter().flatten().map(|i| ask(&questions[*i])).collect();
        SurveyStep { door, asks, page: to + 1, pages: pages.len(), errors, ready: to >= pages.len() }
    }

    /// The answers are whole and about somebody.
    ///
    /// # Errors
    /// Names the questions at fault.
    pub fn checked(&self, sent: &SurveySent) -> Result<Checked<'_>> {
        if sent.once.len() != 32 || !sent.once.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Refusal::gone("页面已过期，请重新打开问卷").into());
        }
        let point = self.point(&sent.code);
        if self.kind.has_points() && point.is_none() {
            return Err(Refusal::invalid("place", "请选择要评价的部门或窗口").into());
        }
        let answers = kept(&self.text.questions, &answers_of(&sent.answers));
        let errors = check(&self.text.questions, &answers, &path(&self.text.questions, &answers));
        if !errors.is_empty() {
            return Err(Refusal::fields(errors).into());
        }
        Ok(Checked { answers, point })
    }

    /// Refuses when no answers are taken.
    pub fn require_open(&self, now: Ts, taken: (u32, u32)) -> Result<()> {
        match closed_text(self.open(now, taken)) {
            Some(text) => Err(Refusal::state("survey_closed", text).into()),
            None => Ok(()),
        }
    }

    /// Refuses a device that has answered: for good, or for some hours where it is a matter of taps.
    pub fn require_other_device(&self, last: Option<Ts>, now: Ts, bounds: &Bounds) -> Result<()> {
        let Some(last) = last else { return Ok(()) };
        if !self.kind.instant() {
            return Err(Refusal::conflict("answered", "您已经参与过本次评议，感谢您的支持。").into());
        }
        let repeat_h = bounds.repeat_h;
        if now < last.plus_hours(repeat_h) {
            return Err(Refusal::conflict("answered", format!("您刚刚评价过，{repeat_h}小时后可以再次评价。")).into());
        }
        Ok(())
    }

    /// The number a verified answer comes from.
    pub fn phone(&self, typed: &str) -> Result<Option<String>> {
        if !self.text.verified {
            return Ok(None);
        }
        let phone = Phone::parse(typed).map_err(|e| Error::from(e.at("phone")))?;
        Ok(Some(phone.normalised().to_owned()))
    }
}

/// Refuses an address that answers too often; counted for each survey apart.
pub async fn bound_answers(codes: &Codes<'_>, ip: &str, series: SurveyId, bounds: &Bounds) -> Result<()> {
    let (now, window) = (codes.now, codes.now.plus_hours(-1));
    let key = format!("{series}/{ip}");
    let store = codes.store;
    let n = db::with_retry!(store.db, async |tx| {
        Ok::<i64, Error>(store::portal::count_failure(tx, &store.vault, "survey-ip", &key, now, window).await?)
    })?;
    if n > bounds.per_address {
        return Err(Refusal::too_many("您所在网络提交过于频繁，请一小时后再试").into());
    }
    Ok(())
}

/// What citizens meet at an address, a survey's or a point's; with its latest version.
pub async fn survey_out(app: &App, code: &str) -> Result<Option<SurveyOut>> {
    let world = app.fresh_world().await?;
    let db = &app.store.db;
    let survey = match store::survey::survey_by_code(db, code).await? {
        Some(survey) => Some(survey),
        None => match store::survey::point_by_code(db, code).await? {
            Some(point) => latest(app, point.series).await?,
            None => None,
        },
    };
    let Some(survey) = survey else { return Ok(None) };
    let points = store::survey::points(db, survey.series).await?;
    Ok(Some(SurveyOut::of(survey, &points, &world)))
}

async fn latest(app: &App, series: SurveyId) -> Result<Option<Survey>> {
    let mut all = store::survey::versions(&app.store.db, series).await?;
    all.retain(|s| s.state != SurveyState::Draft);
    Ok(all.pop())
}

/// The open ones.
pub(super) async fn surveys(app: &App, now: Ts) -> Result<Vec<SurveyLine>> {
    let world = app.fresh_world().await?;
    let all = store::survey::published(&app.store.db).await?;
    Ok(all.into_iter().filter_map(|s| SurveyOut::of(s, &[], &world).line(now)).collect())
}

/// A page of a survey.
pub(super) async fn step(app: &App, now: Ts, code: &str, filled: &SurveyFilled) -> Result<Option<SurveyStep>> {
    let Some(out) = survey_out(app, code).await? else { return Ok(None) };
    let taken = store::survey::taken(&app.store.db, out.id, out.point(code).map(|p| p.id)).await?;
    Ok(Some(out.step(code, filled, out.open(now, taken))))
}

fn no_survey() -> Error {
    Refusal::not_found("问卷").into()
}

/// To whom a code for a verified survey goes, and what it is bound to.
pub(super) async fn code_for(app: &App, ctx: &Ctx, code: &str, phone: &str) -> Result<(String, String)> {
    let out = survey_out(app, code).await?.ok_or_else(no_survey)?;
    out.require_open(ctx.now, (0, 0))?;
    let phone = out.phone(phone)?.ok_or_else(|| Error::from(Refusal::state("not_verified", "该问卷无须核验手机号")))?;
    Ok((phone, out.series.to_string()))
}

/// Takes an answer. Who is signed in has shown whose number it is.
pub(super) async fn send(
    app: &App,
    ctx: &Ctx,
    sent: &SurveySent,
    otp: &str,
    person: Option<&citizen::Person>,
) -> Result<()> {
    let out = survey_out(app, &sent.code).await?.ok_or_else(no_survey)?;
    let checked = out.checked(sent)?;
    let world = app.fresh_world().await?;
    let point = checked.point.map(|p| p.id);
    if store::survey::answer_by_once(&app.store.db, &sent.once).await?.is_none() {
        let bounds = Bounds::of(&world.params);
        out.require_open(ctx.now, store::survey::taken(&app.store.db, out.id, point).await?)?;
        let device = keys(app, &out, "device", &sent.device);
        if !device.is_empty() {
            let last = store::survey::last_of_device(&app.store.db, out.series, &device, out.id, point).await?;
            out.require_other_device(last, ctx.now, &bounds)?;
        }
        let codes = app.codes(&world.params, ctx.now);
        bound_answers(&codes, &ctx.ip, out.series, &bounds).await?;
        if let Some(phone) = out.phone(&sent.phone)?.filter(|p| person.is_none_or(|own| !own.has_phone(p))) {
            codes.spend(&phone, Purpose::Survey, &out.series.to_string(), otp).await?;
        }
    }
    let done: Result<Kept> =
        db::with_retry!(app.store.db, async |tx| { answer_in(tx, app, &out, sent, &ctx.ip, ctx.now).await });
    if done? == Kept::PhoneTaken {
        return Err(Refusal::conflict("answered", "该手机号已经参与过本次评议，感谢您的支持。").into());
    }
    Ok(())
}

/// A blind index within the series: it tells like from like there and nothing anywhere else. Nothing stays nothing.
fn keys(app: &App, out: &SurveyOut, domain: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    app.store.vault.blind_hex("survey", &format!("{domain}/{}/{value}", out.series))
}

/// Keeps an answer, or adds its words to the one told before. What an outer desk has acknowledged is kept whatever the
/// hour and the quota.
pub async fn answer_in(tx: &mut Tx, app: &App, out: &SurveyOut, sent: &SurveySent, ip: &str, at: Ts) -> Result<Kept> {
    let Checked { answers, point } = out.checked(sent)?;
    let point = point.map(|p| p.id);
    let (mut picks, mut words) = (Answers::new(), Answers::new());
    for (question, given) in answers {
        let written = out.text.questions.iter().any(|q| q.id == question && matches!(q.form, AnswerForm::Text { .. }));
        picks.insert(question.clone(), if written { Vec::new() } else { given.clone() });
        if written {
            words.insert(question, given);
        }
    }
    let plain: String = normalise(&words.values().flatten().cloned().collect::<String>());
    let plain: String = plain.chars().filter(|c| c.is_alphanumeric()).collect();
    let text_key = (plain.chars().count() >= COMPARED).then(|| keys(app, out, "text", &plain));
    let phone = out.phone(&sent.phone)?.map(|p| keys(app, out, "phone", &format!("{p}/{}", sent.code)));
    let answer = Answer {
        id: AnswerId::mint(&*app.mint, at),
        survey: out.id,
        series: out.series,
        point,
        once: sent.once.clone(),
        at,
        took_s: sent.took_s.map(i64::from),
        picks,
        text_key,
        device: keys(app, out, "device", &sent.device),
        address: keys(app, out, "address", ip),
        phone,
        excluded: None,
    };
    let done = store::survey::insert_answer(tx, &app.store.vault, &answer, &words).await?;
    let mut told = done == Kept::New;
    if done == Kept::Before && !words.is_empty() {
        let before = store::survey::answer_by_once(&mut *tx, &sent.once).await?.ok_or_else(no_survey)?;
        let with = Answer { id: before.id, ..answer };
        told = store::survey::add_words(tx, &app.store.vault, &with, &words).await?;
    }
    if told {
        // Not by whom: no address beside an answer.
        let entry = audit::Entry::new("citizen", "survey.answer", "survey", out.id);
        audit::record(tx, app, &app.system("portal"), entry).await?;
    }
    Ok(done)
}

/// An answer that came through the exchange.
pub async fn survey_in(tx: &mut Tx, app: &App, came: &SurveyIn, at: Ts) -> Result<Kept> {
    let survey = store::survey::load_survey(&mut *tx, came.survey).await?.ok_or_else(no_survey)?;
    let points = store::survey::points(&mut *tx, survey.series).await?;
    let mut out = SurveyOut::of(survey, &[], &app.world());
    // A window may have been closed since: the answer was given before.
    out.points =
        points.into_iter().map(|p| PointOut { id: p.id, code: p.code, name: p.name, org: String::new() }).collect();
    answer_in(tx, app, &out, &came.sent, &came.ip, at).await
}

/// A complaint about the field of a code, as forms show it.
#[must_use]
pub fn code_later() -> FieldError {
    FieldError::new("otp", "与业务系统的数据交换暂时中断，验证码送不到您的手机")
        .with_remedy("请稍后再提交，或参加不需核验的评议")
}
