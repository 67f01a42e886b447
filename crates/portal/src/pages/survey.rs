//! 群众评议: questionnaires page by page, and the rating of windows and departments with one tap. What has been answered
//! travels in the form itself: nothing is kept of whoever does not finish.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use citizen::{
    Ask, AskForm, CodeAsk, Fault, Publication, PublicationKind, SurveyDoor, SurveyFilled, SurveyLine, SurveySent,
    SurveyStep, Turn,
};
use kernel::{FieldError, Refusal, Ts};

use crate::captcha::Captcha;
use crate::fields::{Errors, Fields};
use crate::site::{Frame, Page, Site, Trouble, Visitor, show, status_of, with_cookie};

/// Tells one browser's answers to a survey from another's, and nothing else.
const DEVICE: &str = "hotline_rater";
const DEVICE_S: i64 = 365 * 86_400;
const BEGUN: &str = "portal:survey-begun";
/// Values and characters taken of a form.
const VALUES: usize = 600;
const LONGEST: usize = 2_000;
/// Outcomes of what the press reported, on the list.
const SHOWN: usize = 5;

#[derive(Template)]
#[template(path = "surveys.html")]
struct Surveys {
    f: Frame,
    lines: Vec<SurveyLine>,
    media: Vec<Publication>,
}

pub async fn list(State(site): State<Site>, visitor: Visitor) -> Page {
    let lines = site.desk.surveys().await?;
    let mut media = site.desk.publications(PublicationKind::Media, 0).await?.items;
    media.truncate(SHOWN);
    let f = site.frame(&visitor, "群众评议", "/surveys").await?;
    Ok(show(StatusCode::OK, &Surveys { f, lines, media }))
}

/// A page of questions.
#[derive(Template)]
#[template(path = "survey.html")]
struct Asked {
    f: Frame,
    s: SurveyStep,
    typed: Fields,
    errors: Errors,
    once: String,
    begun: String,
}

/// 核验手机号 after the last question.
#[derive(Template)]
#[template(path = "survey_verify.html")]
struct Verify {
    f: Frame,
    door: SurveyDoor,
    typed: Fields,
    errors: Errors,
    once: String,
    begun: String,
    captcha: Captcha,
    sent_to: Option<String>,
    /// The proved person, masked: their number needs no code.
    person: Option<String>,
}

#[derive(Template)]
#[template(path = "survey_done.html")]
struct Done {
    f: Frame,
    door: SurveyDoor,
    /// Words may be added.
    words: Option<Ask>,
    typed: Fields,
    once: String,
}

impl Asked {
    fn chosen(&self, id: &str, value: &str) -> bool {
        self.typed.all(&format!("q_{id}")).iter().any(|v| v == value)
    }

    fn written(&self, id: &str) -> String {
        self.typed.text(&format!("q_{id}"))
    }

    /// Answers to the questions of other pages.
    fn carried(&self) -> Vec<(String, String)> {
        let here = |name: &str| self.s.asks.iter().any(|a| format!("q_{}", a.id) == name);
        self.typed.starting("q_").into_iter().filter(|(name, _)| !here(name)).collect()
    }

    fn at(&self) -> &str {
        self.s.asks.first().map_or("", |a| &a.id)
    }

    fn last(&self) -> bool {
        self.s.page >= self.s.pages && !self.s.door.verified
    }

    /// Points of a scale with their words, the best first where it is tapped.
    fn taps(&self) -> Vec<(u32, &'static str)> {
        match self.s.asks.first().map(|a| &a.form) {
            Some(AskForm::Scale { top, .. }) => (1..=*top).rev().zip(words(*top).iter().copied()).collect(),
            _ => Vec::new(),
        }
    }
}

impl Verify {
    fn carried(&self) -> Vec<(String, String)> {
        self.typed.starting("q_")
    }
}

impl Done {
    fn carried(&self) -> Vec<(String, String)> {
        self.typed.starting("q_")
    }
}

/// Words of a scale that is tapped on, the best first.
fn words(top: u32) -> &'static [&'static str] {
    match top {
        3 => &["满意", "一般", "不满意"],
        4 => &["非常满意", "满意", "不满意", "非常不满意"],
        _ => &["非常满意", "满意", "基本满意", "不满意", "非常不满意"],
    }
}

fn gone() -> Refusal {
    Refusal::new(kernel::RefusalKind::NotFound, "not_found", "没有这份问卷，请核对网址或重新扫码。")
}

fn filled(fields: &Fields, visitor: &Visitor, turn: Turn) -> SurveyFilled {
    SurveyFilled { answers: answers(fields), at: fields.text("at"), turn, single: visitor.elder }
}

fn answers(fields: &Fields) -> Vec<(String, String)> {
    let cut = |text: String| text.chars().take(LONGEST).collect();
    let named = |(name, value): (String, String)| Some((name.strip_prefix("q_")?.to_owned(), cut(value)));
    fields.starting("q_").into_iter().take(VALUES).filter_map(named).collect()
}

impl Site {
    fn began(&self) -> String {
        self.seal_json(BEGUN, &self.clock.now())
    }

    /// Seconds since the first page; nothing where that cannot be told.
    fn took_s(&self, begun: &str) -> Option<u32> {
        let since: Ts = self.open_json(BEGUN, begun)?;
        u32::try_from((self.clock.now().0 - since.0) / 1000).ok()
    }
}

pub async fn open(State(site): State<Site>, visitor: Visitor, Path(code): Path<String>) -> Page {
    let start = SurveyFilled { answers: Vec::new(), at: String::new(), turn: Turn::Stay, single: visitor.elder };
    let s = site.desk.survey(&code, &start).await?.ok_or_else(gone)?;
    let f = site.frame(&visitor, &s.door.title, "/surveys").await?;
    let (once, begun) = (site.secret(), site.began());
    let page = Asked { f, s, typed: Fields::default(), errors: Errors::default(), once, begun };
    let answer = show(StatusCode::OK, &page);
    if visitor.cookie(DEVICE).is_some() {
        return Ok(answer);
    }
    let device = site.secret();
    Ok(with_cookie(answer, site.cookie(DEVICE, &device, DEVICE_S)))
}

type Posted = axum::Form<Vec<(String, String)>>;

pub async fn turn(
    State(site): State<Site>,
    visitor: Visitor,
    Path(code): Path<String>,
    axum::Form(fields): Posted,
) -> Page {
    let fields = Fields::from(fields);
    match fields.text("go").as_str() {
        "back" => asked(&site, &visitor, &code, fields, Turn::Back).await,
        "code" => code_send(&site, &visitor, &code, fields).await,
        "send" => finish(&site, &visitor, &code, fields).await,
        "words" => add_words(&site, &visitor, &code, fields).await,
        _ => asked(&site, &visitor, &code, fields, Turn::Next).await,
    }
}

/// The page that follows, or the end.
async fn asked(site: &Site, visitor: &Visitor, code: &str, typed: Fields, turn: Turn) -> Page {
    let s = site.desk.survey(code, &filled(&typed, visitor, turn)).await?.ok_or_else(gone)?;
    if s.ready && s.door.closed.is_none() {
        return if s.door.verified {
            verify(site, visitor, s.door, typed, None, None).await
        } else {
            finish(site, visitor, code, typed).await
        };
    }
    let errors = Errors(s.errors.clone());
    shown(site, visitor, s, typed, errors).await
}

async fn shown(site: &Site, visitor: &Visitor, s: SurveyStep, typed: Fields, errors: Errors) -> Page {
    let f = site.frame(visitor, &s.door.title, "/surveys").await?;
    let status = if errors.any() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let (once, begun) = (typed.text("once"), typed.text("begun"));
    Ok(show(status, &Asked { f, s, typed, errors, once, begun }))
}

async fn verify(
    site: &Site,
    visitor: &Visitor,
    door: SurveyDoor,
    typed: Fields,
    refusal: Option<Refusal>,
    sent_to: Option<String>,
) -> Page {
    let f = site.frame(visitor, &door.title, "/surveys").await?;
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    let errors = refusal.as_ref().map(Errors::from).unwrap_or_default();
    let (once, begun, captcha) = (typed.text("once"), typed.text("begun"), site.captcha());
    let person = visitor.caller.person.as_ref().map(super::report::shown);
    Ok(show(status, &Verify { f, door, typed, errors, once, begun, captcha, sent_to, person }))
}

async fn door(site: &Site, visitor: &Visitor, code: &str, typed: &Fields) -> Result<SurveyStep, Trouble> {
    Ok(site.desk.survey(code, &filled(typed, visitor, Turn::Stay)).await?.ok_or_else(gone)?)
}

async fn code_send(site: &Site, visitor: &Visitor, code: &str, typed: Fields) -> Page {
    let s = door(site, visitor, code, &typed).await?;
    if !site.captcha_passes(&typed.text("token"), &typed.text("captcha")) {
        let wrong = FieldError::new("captcha", "算式答案不正确").with_remedy("请重新计算后填写");
        return verify(site, visitor, s.door, typed, Some(wrong.into()), None).await;
    }
    let ask = CodeAsk::Survey { code: code.to_owned(), phone: typed.text("phone") };
    match site.desk.code_send(ask, &visitor.caller).await {
        Ok(sent) => verify(site, visitor, s.door, typed, None, sent.to.or(Some(String::new()))).await,
        Err(Fault::Refused(r)) => verify(site, visitor, s.door, typed, Some(r), None).await,
        Err(e) => Err(e.into()),
    }
}

fn sent(site: &Site, visitor: &Visitor, code: &str, typed: &Fields, instant: bool) -> SurveySent {
    // Whoever is signed in answers under the own number, unless another one is given.
    let own = visitor.caller.person.as_ref().filter(|_| typed.text("phone").trim().is_empty());
    SurveySent {
        code: code.to_owned(),
        once: typed.text("once"),
        answers: answers(typed),
        took_s: if instant { None } else { site.took_s(&typed.text("begun")) },
        device: visitor.cookie(DEVICE).unwrap_or_default().chars().take(64).collect(),
        phone: own.map_or_else(|| typed.text("phone"), |p| p.phone.clone()),
    }
}

/// Hands the answer in and thanks; or shows what is wrong where it stands.
async fn finish(site: &Site, visitor: &Visitor, code: &str, typed: Fields) -> Page {
    let s = door(site, visitor, code, &typed).await?;
    let answer = sent(site, visitor, code, &typed, s.door.instant);
    match site.desk.survey_send(answer, &typed.text("otp"), &visitor.caller).await {
        Ok(()) => done(site, visitor, s, typed, true).await,
        Err(Fault::Refused(r)) if s.door.verified => verify(site, visitor, s.door, typed, Some(r), None).await,
        Err(Fault::Refused(r)) => {
            let mut errors = Errors::from(&r);
            for e in errors.0.iter_mut().filter(|e| s.asks.iter().all(|a| a.id != e.field)) {
                "form".clone_into(&mut e.field);
            }
            shown(site, visitor, s, typed, errors).await
        }
        Err(e) => Err(e.into()),
    }
}

async fn done(site: &Site, visitor: &Visitor, s: SurveyStep, typed: Fields, more: bool) -> Page {
    let f = site.frame(visitor, &s.door.title, "/surveys").await?;
    let text = |a: &Ask| matches!(a.form, AskForm::Text { .. });
    // A tap is thanked for at once, words are asked for afterwards.
    let words = if more && s.door.instant { s.asks.into_iter().find(text) } else { None };
    let once = typed.text("once");
    Ok(show(StatusCode::OK, &Done { f, door: s.door, words, typed, once }))
}

async fn add_words(site: &Site, visitor: &Visitor, code: &str, typed: Fields) -> Page {
    let s = door(site, visitor, code, &typed).await?;
    let answer = sent(site, visitor, code, &typed, s.door.instant);
    site.desk.survey_send(answer, "", &visitor.caller).await?;
    done(site, visitor, s, typed, false).await
}
