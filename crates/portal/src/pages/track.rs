//! 查进度 by query code, by number and phone, or by ID number and name; and the page of one matter.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use citizen::{CodeAsk, Fault, Found, Matter, MatterKey, Query as Ask, SignInOffer, StepState};
use kernel::{FieldError, Refusal, Ts};
use serde::{Deserialize, Serialize};

use crate::captcha::Captcha;
use crate::fields::{Errors, Fields};
use crate::site::{Frame, Page, Site, Visitor, go, show, status_of, with_cookie};

/// Sealed: which matters this browser has shown its right to.
const TICKET: &str = "hotline_track";
/// Sealed: what a code was sent for.
const PENDING: &str = "hotline_ask";
/// Two hours: nobody is hurried, and a forgotten public computer is not open for long.
const TICKET_S: i64 = 7200;
const PENDING_S: i64 = 1800;

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ticket {
    keys: Vec<MatterKey>,
    until: Ts,
    /// Found as whoever was signed in.
    #[serde(default)]
    signed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
enum Pending {
    Number { case_no: String, phone: String },
    Person { id_no: String, name: String },
}

impl Site {
    fn ticket(&self, visitor: &Visitor) -> Option<Ticket> {
        let ticket: Ticket = self.open_json(TICKET, visitor.cookie(TICKET)?)?;
        (self.clock.now() < ticket.until).then_some(ticket)
    }

    /// The n-th matter this browser may see.
    pub(crate) fn entitled(&self, visitor: &Visitor, n: usize) -> Option<MatterKey> {
        self.ticket(visitor)?.keys.get(n).copied()
    }

    /// The matters are those of whoever is signed in: what a code would show is shown.
    pub(crate) fn shows_own(&self, visitor: &Visitor) -> bool {
        visitor.caller.person.is_some() && self.ticket(visitor).is_some_and(|t| t.signed)
    }

    fn admit(&self, found: &[Found], signed: bool) -> Response {
        let ticket = Ticket {
            keys: found.iter().map(|f| f.key).collect(),
            until: self.clock.now().plus_millis(TICKET_S * 1000),
            signed,
        };
        let to = if found.len() == 1 { "/track/m/0" } else { "/track/list" };
        let cookie = self.cookie(TICKET, &self.seal_json(TICKET, &ticket), TICKET_S);
        with_cookie(go(to), cookie)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// From a printed letter's square code: only fills the field in.
    code: String,
    by: String,
    /// What was just done: `added`, `rated`…
    ok: String,
}

#[derive(Template)]
#[template(path = "track.html")]
struct Track {
    f: Frame,
    by: String,
    typed: Fields,
    errors: Errors,
    captcha: Captcha,
    open: bool,
    /// 统一身份认证, where it is set up.
    offer: Option<SignInOffer>,
    /// The proved person, masked.
    person: Option<String>,
}

async fn ask_page(site: &Site, visitor: &Visitor, by: &str, typed: Fields, refusal: Option<Refusal>) -> Page {
    let f = site.frame(visitor, "查进度", "/track").await?;
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    let by = if matches!(by, "number" | "person") { by } else { "code" }.to_owned();
    let errors = refusal.as_ref().map(Errors::from).unwrap_or_default();
    let open = site.ticket(visitor).is_some();
    let offer = site.desk.sign_in().await?;
    let person = site.person(visitor).map(|(person, _)| super::report::shown(&person));
    Ok(show(status, &Track { f, by, typed, errors, captcha: site.captcha(), open, offer, person }))
}

pub async fn ask(State(site): State<Site>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let digits: String = asked.code.chars().filter(char::is_ascii_digit).take(10).collect();
    let typed = Fields::from(vec![("code".to_owned(), digits)]);
    ask_page(&site, &visitor, &asked.by, typed, None).await
}

/// Everything a proved person handed in.
pub async fn mine(State(site): State<Site>, visitor: Visitor) -> Page {
    let Some((person, _)) = site.person(&visitor) else { return Ok(go("/sign-in?to=track")) };
    match site.desk.find(Ask::Signed { person }, &visitor.caller).await {
        Ok(found) => Ok(site.admit(&found, true)),
        Err(Fault::Refused(r)) => {
            let text = match r.code.as_ref() {
                "no_match" => "没有找到以您的姓名和手机号码登记的诉求；匿名或留其他号码的，请凭查询码查询".to_owned(),
                _ => r.message.clone(),
            };
            let wrong = FieldError::new("form", text);
            ask_page(&site, &visitor, "code", Fields::default(), Some(Refusal { fields: vec![wrong], ..r })).await
        }
        Err(e) => Err(e.into()),
    }
}

pub async fn by_code(
    State(site): State<Site>,
    visitor: Visitor,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Page {
    let fields = Fields::from(fields);
    let code = fields.text("code");
    if code.chars().filter(char::is_ascii_digit).count() != 10 {
        let wrong = FieldError::new("code", "查询码是10位数字").with_remedy("查询码在提交成功页面和短信里");
        return ask_page(&site, &visitor, "code", fields, Some(Refusal::fields(vec![wrong]))).await;
    }
    match site.desk.find(Ask::Code { code }, &visitor.caller).await {
        Ok(found) => Ok(site.admit(&found, false)),
        Err(Fault::Refused(r)) => ask_page(&site, &visitor, "code", fields, Some(at(r, "code"))).await,
        Err(e) => Err(e.into()),
    }
}

/// "No match" is told beside the field it was typed into.
fn at(refusal: Refusal, field: &str) -> Refusal {
    match refusal.code.as_ref() {
        "no_match" => {
            let wrong = FieldError::new(field, refusal.message.clone());
            Refusal {
                fields: vec![wrong.with_remedy("连续失败会暂停查询；也可拨打热线电话查询")], ..refusal
            }
        }
        _ => refusal,
    }
}

fn pending_of(fields: &Fields) -> Result<Pending, Refusal> {
    let need = |field: &str, message: &str, remedy: &str| {
        let text = fields.text(field).trim().to_owned();
        if text.is_empty() { Err(FieldError::new(field, message).with_remedy(remedy)) } else { Ok(text) }
    };
    let gather = |a: Result<String, FieldError>, b: Result<String, FieldError>| match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (a, b) => Err(Refusal::fields([a.err(), b.err()].into_iter().flatten().collect())),
    };
    if fields.text("by") == "person" {
        let id = need("id_no", "请填写身份证号码", "填写登记诉求时留的号码")
            .and_then(|text| kernel::IdCard::parse(&text).map(|_| text).map_err(|e| e.at("id_no")));
        let (id_no, name) = gather(id, need("name", "请填写姓名", "与登记时一致"))?;
        return Ok(Pending::Person { id_no, name });
    }
    let phone = need("phone", "请填写手机号码", "登记诉求时留的号码")
        .and_then(|text| kernel::Phone::parse(&text).map(|p| p.normalised().to_owned()).map_err(|e| e.at("phone")));
    let (case_no, phone) = gather(need("case_no", "请填写工单编号", "编号在登记短信里"), phone)?;
    Ok(Pending::Number { case_no, phone })
}

/// Sends a code where number and phone, or ID number and name, belong together. The answer never tells whether they do.
pub async fn send_code(
    State(site): State<Site>,
    visitor: Visitor,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Page {
    let fields = Fields::from(fields);
    let by = fields.text("by");
    let pending = match pending_of(&fields) {
        Ok(pending) => pending,
        Err(r) => return ask_page(&site, &visitor, &by, fields, Some(r)).await,
    };
    if !site.captcha_passes(&fields.text("token"), &fields.text("captcha")) {
        let wrong = FieldError::new("captcha", "算术题答案不对或已过期").with_remedy("请按新的题目作答，填数字即可");
        return ask_page(&site, &visitor, &by, fields, Some(Refusal::fields(vec![wrong]))).await;
    }
    let ask = match pending.clone() {
        Pending::Number { case_no, phone } => CodeAsk::Number { case_no, phone },
        Pending::Person { id_no, name } => CodeAsk::Person { id_no, name },
    };
    match site.desk.code_send(ask, &visitor.caller).await {
        Ok(_) => {
            let cookie = site.cookie(PENDING, &site.seal_json(PENDING, &pending), PENDING_S);
            Ok(with_cookie(go("/track/verify"), cookie))
        }
        Err(Fault::Refused(r)) => ask_page(&site, &visitor, &by, fields, Some(r)).await,
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "verify.html")]
struct Verify {
    f: Frame,
    errors: Errors,
}

async fn verify_shown(site: &Site, visitor: &Visitor, refusal: Option<Refusal>) -> Page {
    let f = site.frame(visitor, "输入验证码", "/track/verify").await?;
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    Ok(show(status, &Verify { f, errors: refusal.as_ref().map(Errors::from).unwrap_or_default() }))
}

fn pending(site: &Site, visitor: &Visitor) -> Option<Pending> {
    site.open_json(PENDING, visitor.cookie(PENDING)?)
}

pub async fn verify_page(State(site): State<Site>, visitor: Visitor) -> Page {
    if pending(&site, &visitor).is_none() {
        return Ok(go("/track"));
    }
    verify_shown(&site, &visitor, None).await
}

pub async fn verify(
    State(site): State<Site>,
    visitor: Visitor,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Page {
    let Some(pending) = pending(&site, &visitor) else { return Ok(go("/track")) };
    let otp = Fields::from(fields).text("otp");
    let query = match pending {
        Pending::Number { case_no, phone } => Ask::Number { case_no, phone, otp },
        Pending::Person { id_no, name } => Ask::Person { id_no, name, otp },
    };
    match site.desk.find(query, &visitor.caller).await {
        Ok(found) => Ok(with_cookie(site.admit(&found, false), site.cookie(PENDING, "0", 0))),
        Err(Fault::Refused(r)) => verify_shown(&site, &visitor, Some(at(r, "otp"))).await,
        Err(e) => Err(e.into()),
    }
}

#[derive(Template)]
#[template(path = "list.html")]
struct List {
    f: Frame,
    matters: Vec<Matter>,
}

pub async fn list(State(site): State<Site>, visitor: Visitor) -> Page {
    let Some(ticket) = site.ticket(&visitor) else { return Ok(go("/track")) };
    let mut matters = Vec::new();
    for key in ticket.keys {
        matters.push(site.desk.matter(key).await?);
    }
    let f = site.frame(&visitor, "我的诉求", "/track/list").await?;
    Ok(show(StatusCode::OK, &List { f, matters }))
}

#[derive(Template)]
#[template(path = "matter.html")]
struct MatterPage {
    f: Frame,
    m: Matter,
    n: usize,
    several: bool,
    told: &'static str,
}

impl MatterPage {
    fn step_word(&self, state: &StepState) -> &'static str {
        match state {
            StepState::Done => "已完成",
            StepState::Current => "进行中",
            StepState::Todo => "未开始",
            StepState::Skipped => "无需",
        }
    }

    fn step_class(&self, state: &StepState) -> &'static str {
        match state {
            StepState::Done => "done",
            StepState::Current => "current",
            StepState::Todo => "todo",
            StepState::Skipped => "skipped",
        }
    }

    /// `11-28`: five dates have to fit a telephone's width.
    fn day(&self, at: &Ts) -> String {
        let day = at.date();
        format!("{:02}-{:02}", day.month(), day.day())
    }

    fn late(&self) -> bool {
        self.m.due.as_ref().is_some_and(|d| !d.paused && d.at < self.f.now)
    }
}

/// A sentence for what was just done; nothing from the address reaches the page.
fn told(ok: &str) -> &'static str {
    match ok {
        "added" => "已收到您补充的情况，承办单位会看到。",
        "withdrawn" => "诉求已撤回。",
        "rated" => "感谢您的评价。",
        "contested" => "已收到您的异议，热线中心核实后在本页告知结果。",
        "redo" => "已收到您的申请，热线中心审核后会短信告知您。",
        _ => "",
    }
}

pub async fn matter(
    State(site): State<Site>,
    visitor: Visitor,
    Path(n): Path<usize>,
    Query(asked): Query<Asked>,
) -> Page {
    let Some(ticket) = site.ticket(&visitor) else { return Ok(go("/track")) };
    let Some(key) = ticket.keys.get(n) else { return Ok(go("/track/list")) };
    let m = site.desk.matter(*key).await?;
    let f = site.frame(&visitor, "诉求进度", "/track").await?;
    let page = MatterPage { f, m, n, several: ticket.keys.len() > 1, told: told(&asked.ok) };
    Ok(show(StatusCode::OK, &page))
}

/// 答复附件, to be saved; a shared computer keeps no copy of its own accord.
pub async fn paper(State(site): State<Site>, visitor: Visitor, Path((n, id)): Path<(usize, String)>) -> Page {
    let Some(key) = site.entitled(&visitor, n) else { return Ok(go("/track")) };
    let id = id.parse().map_err(|_| Refusal::not_found("附件"))?;
    let file = site.desk.paper(key, id).await?;
    let mut response = wire::file::handed(&file.name, &file.mime, file.bytes, true);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Forgets what this browser may see: for shared computers.
pub async fn leave(State(site): State<Site>) -> Response {
    let gone = with_cookie(go("/track"), site.cookie(TICKET, "0", 0));
    with_cookie(gone, site.cookie(PENDING, "0", 0))
}
