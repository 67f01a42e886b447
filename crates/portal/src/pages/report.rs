//! 我要反映: the form in one page, or a question at a time in large type; a look at what is known already; the code; the
//! receipt. What was typed is kept on the server from the first press on, so that no wrong entry and no reload loses it.

use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use citizen::{
    Choice, CodeAsk, Draft, Fault, Form, Known, Person, Receipt, Section, SignInOffer, Submitted, check, check_part,
};
use kernel::{FieldError, Phone, Refusal, Ts};
use serde::Deserialize;

use crate::captcha::Captcha;
use crate::fields::{Errors, Fields};
use crate::site::{Frame, Page, Site, Trouble, Visitor, go, show, status_of, with_cookie};
use citizen::BadPhoto;

const COOKIE: &str = "hotline_form";
/// As long as drafts are kept.
const COOKIE_S: i64 = 172_800;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// Part shown in large type: `kind`, `what`…
    step: String,
    /// Show what is wrong.
    check: u8,
    /// What became of an upload: `kind`, `size`, `many`.
    photo: String,
    /// A code was sent.
    sent: u8,
    /// 领导信箱 to write to.
    to: String,
}

/// Key of the visitor's draft, and the draft.
async fn draft_of(site: &Site, visitor: &Visitor) -> Result<Option<(String, Draft)>, Fault> {
    let Some(key) = visitor.cookie(COOKIE).filter(|k| k.len() == 32) else { return Ok(None) };
    Ok(site.desk.draft(key).await?.map(|draft| (key.to_owned(), draft)))
}

/// The parts of a page: all of them, or one in large type.
fn parts(elder: bool, step: &str) -> Vec<Section> {
    if !elder {
        return Section::ALL.to_vec();
    }
    vec![Section::ALL.into_iter().find(|s| s.code() == step).unwrap_or(Section::Kind)]
}

#[derive(Template)]
#[template(path = "report.html")]
struct Report {
    f: Frame,
    form: Form,
    parts: Vec<Section>,
    errors: Errors,
    /// 统一身份认证, where it is set up and nobody is signed in.
    offer: Option<SignInOffer>,
    /// The proved person, masked.
    person: Option<String>,
}

/// How a proved person is shown: enough to be known again, no more.
pub(super) fn shown(person: &Person) -> String {
    format!("{}，{}", kernel::mask_name(&person.name), kernel::mask_phone(&person.phone))
}

impl Report {
    fn shows(&self, code: &str) -> bool {
        self.parts.iter().any(|p| p.code() == code)
    }

    /// The one part of a page in large type.
    fn alone(&self) -> Option<(usize, &'static str)> {
        let [only] = self.parts.as_slice() else { return None };
        let at = Section::ALL.iter().position(|s| s == only)?;
        Some((at + 1, only.code()))
    }

    fn before(&self) -> Option<&'static str> {
        let (at, _) = self.alone()?;
        at.checked_sub(2).map(|i| Section::ALL[i].code())
    }

    /// The box it is written to, while that is open.
    fn mailbox(&self) -> Option<&str> {
        self.f.catalogue.mailbox_name(&self.form.mailbox)
    }

    fn kilobytes(&self, size: &usize) -> usize {
        size.div_ceil(1024)
    }

    fn megabytes(&self) -> usize {
        self.f.catalogue.limits.photo_bytes >> 20
    }
}

pub async fn form(State(site): State<Site>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let known = draft_of(&site, &visitor).await?;
    if known.as_ref().is_some_and(|(_, d)| d.receipt.is_some()) {
        return Ok(go("/report/done"));
    }
    let f = site.frame(&visitor, "我要反映", "/report").await?;
    let person = site.person(&visitor).map(|(person, _)| person);
    let mut draft = known.as_ref().map(|(_, d)| d.clone()).unwrap_or_default();
    if let Some(person) = &person {
        person.fill(&mut draft);
    }
    let mut form = draft.form;
    if f.catalogue.mailbox_name(&asked.to).is_some() {
        form.mailbox.clone_from(&asked.to);
    }
    let parts = parts(visitor.elder, &asked.step);
    let mut errors = Vec::new();
    if asked.check == 1 {
        errors = parts.iter().flat_map(|p| check_part(&form, *p, &f.catalogue, f.now.date())).collect();
    }
    errors.extend(photo_error(&asked.photo, &f));
    let offer = if person.is_none() { site.desk.sign_in().await? } else { None };
    let page = Report { f, form, parts, errors: Errors(errors), offer, person: person.as_ref().map(shown) };
    let shown = show(StatusCode::OK, &page);
    Ok(match known {
        Some(_) => shown,
        None => with_cookie(shown, site.cookie(COOKIE, &site.secret(), COOKIE_S)),
    })
}

fn photo_error(code: &str, f: &Frame) -> Option<FieldError> {
    let limits = f.catalogue.limits;
    let (message, remedy) = match code {
        "kind" => ("有文件不是照片，没有上传".to_owned(), "只接受 JPG、PNG、WebP 格式的照片"),
        "size" => (format!("有照片超过{}MB，没有上传", limits.photo_bytes >> 20), "请压缩或换一张照片"),
        "many" => (format!("最多上传{}张照片，多出的没有上传", limits.photos), "可先删去不要的照片"),
        _ => return None,
    };
    Some(FieldError::new("photos", message).with_remedy(remedy))
}

/// Takes what was typed into the draft, part by part, and goes on when it is right.
pub async fn save(State(site): State<Site>, visitor: Visitor, form: Multipart) -> Page {
    let fields = Fields::read(form).await?;
    // Without a cookie nothing can be kept for the visitor: say so instead of starting from nothing again and again.
    let Some(key) = visitor.cookie(COOKIE).filter(|k| k.len() == 32).map(str::to_owned) else {
        return Err(Refusal::gone("浏览器没有保存本网站的Cookie，请允许后重新填写，或直接拨打热线电话。").into());
    };
    let mut draft = site.desk.draft(&key).await?.unwrap_or_default();
    if draft.receipt.is_some() {
        return Ok(go("/report/done"));
    }
    let step = fields.text("step");
    let parts = parts(!step.is_empty(), &step);
    for part in &parts {
        take(&mut draft.form, *part, &fields);
    }
    site.prove(&visitor, &mut draft);
    // First, so that photos have a draft to belong to and nothing is lost should one of them be refused.
    site.desk.draft_save(&key, &draft).await?;
    let upload = uploads(&site, &key, &mut draft.form, &fields).await?;
    let dropped = fields.text("drop");
    if !dropped.is_empty() {
        site.desk.photo_drop(&key, &dropped).await?;
        draft.form.photos.retain(|p| p.id != dropped);
    }
    site.desk.draft_save(&key, &draft).await?;
    let catalogue = site.desk.catalogue().await?;
    let today = site.clock.now().date();
    let wrong = parts.iter().any(|p| !check_part(&draft.form, *p, &catalogue, today).is_empty());
    Ok(go(&next(&step, wrong, upload, fields.has("stay") || !dropped.is_empty())))
}

/// Where to go after a part was taken.
fn next(step: &str, wrong: bool, upload: Option<&'static str>, stay: bool) -> String {
    if let Some(code) = upload {
        return format!("/report?step={step}&photo={code}#photos");
    }
    if stay {
        return format!("/report?step={step}#photos");
    }
    if wrong {
        return format!("/report?step={step}&check=1");
    }
    let at = Section::ALL.iter().position(|s| s.code() == step);
    match at.and_then(|i| Section::ALL.get(i + 1)) {
        Some(after) => format!("/report?step={}", after.code()),
        None => "/report/confirm".to_owned(),
    }
}

fn take(form: &mut Form, part: Section, fields: &Fields) {
    // Longer than any bound, so that the bound is what is told and not a cut text.
    let text = |name: &str| fields.text(name).chars().take(5000).collect::<String>();
    match part {
        Section::Kind => {
            form.mailbox = text("mailbox");
            form.kind = text("kind");
            form.category = text("category");
        }
        Section::What => {
            form.content = text("content");
            form.title = text("title");
            form.wish = text("wish");
            form.occurred_on = text("occurred_on");
            form.respondent = text("respondent");
        }
        Section::Where => {
            form.area = text("area");
            form.address = text("address");
        }
        Section::Photos => {}
        Section::Who => {
            form.anonymous = fields.has("anonymous");
            form.name = text("name");
            form.phone = text("phone");
            form.id_no = text("id_no");
            form.confidential = fields.has("confidential");
            form.publish = fields.has("publish");
            form.no_reply = fields.has("no_reply");
            form.consent = fields.has("consent");
        }
    }
}

/// Keeps the photos that are photos; tells the worst of the others.
async fn uploads(site: &Site, key: &str, form: &mut Form, fields: &Fields) -> Result<Option<&'static str>, Fault> {
    let limits = site.desk.catalogue().await?.limits;
    let mut trouble = None;
    for file in &fields.files {
        if form.photos.len() >= limits.photos {
            trouble = Some("many");
            break;
        }
        match citizen::clean(&file.name, &file.bytes, limits.photo_bytes) {
            Ok(photo) => {
                let line = site.desk.photo_add(key, photo).await?;
                if !form.photos.iter().any(|p| p.id == line.id) {
                    form.photos.push(line);
                }
            }
            Err(BadPhoto::Kind) => trouble = Some("kind"),
            Err(BadPhoto::TooLarge) => trouble = Some("size"),
        }
    }
    Ok(trouble)
}

/// A photo of the draft, for its own author only.
pub async fn photo(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Page {
    let Some((key, draft)) = draft_of(&site, &visitor).await? else {
        return Err(Refusal::not_found("照片").into());
    };
    if !draft.form.photos.iter().any(|p| p.id == id) {
        return Err(Refusal::not_found("照片").into());
    }
    let photo = site.desk.photo(&key, &id).await?;
    let policy = (HeaderName::from_static("content-security-policy"), "default-src 'none'; sandbox".to_owned());
    Ok(([(header::CONTENT_TYPE, photo.mime), policy], photo.bytes).into_response())
}

#[derive(Template)]
#[template(path = "confirm.html")]
struct Confirm {
    f: Frame,
    form: Form,
    /// The number, masked; `None` for an anonymous form.
    phone: Option<String>,
    proved: bool,
    sent: bool,
    known: Vec<Known>,
    /// The citizen's own earlier matters: a choice is due.
    own: Vec<Known>,
    errors: Errors,
    captcha: Captcha,
    /// 统一身份认证 instead of a code.
    offer: Option<SignInOffer>,
}

impl Confirm {
    fn area(&self) -> String {
        self.f.catalogue.area_name(&self.form.area).unwrap_or_default()
    }

    fn kind(&self) -> &str {
        self.f.catalogue.kind_name(&self.form.kind).unwrap_or_default()
    }

    fn mailbox(&self) -> Option<&str> {
        self.f.catalogue.mailbox_name(&self.form.mailbox)
    }

    fn category(&self) -> String {
        self.f.catalogue.category_name(&self.form.category).unwrap_or_else(|| "由工作人员判断".to_owned())
    }

    /// A code is still to be entered.
    fn needs_code(&self) -> bool {
        self.phone.is_some() && !self.proved
    }
}

/// The last look, with everything that may have gone wrong.
struct Look {
    draft: Draft,
    sent: bool,
    own: Vec<Known>,
    refusal: Option<Refusal>,
}

async fn look(site: &Site, visitor: &Visitor, look: Look) -> Page {
    let f = site.frame(visitor, "核对并提交", "/report/confirm").await?;
    let Look { draft, sent, own, refusal } = look;
    if !check(&draft.form, &f.catalogue, f.now.date()).is_empty() {
        return Ok(go(&wrong_part(&draft.form, visitor.elder, &f)));
    }
    let known = if own.is_empty() { site.desk.similar(&draft.form).await? } else { Vec::new() };
    let phone = Phone::parse(&draft.form.phone).ok().filter(|_| !draft.form.anonymous);
    let proved = draft
        .verified
        .as_ref()
        .is_some_and(|(number, until)| f.now < *until && phone.as_ref().is_some_and(|p| p.normalised() == number));
    let offer = if phone.is_some() && !proved { site.desk.sign_in().await? } else { None };
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    let page = Confirm {
        offer,
        phone: phone.map(|p| p.masked()),
        form: draft.form,
        proved,
        sent,
        known,
        own,
        errors: refusal.as_ref().map(Errors::from).unwrap_or_default(),
        captcha: site.captcha(),
        f,
    };
    Ok(show(status, &page))
}

/// The first part with a mistake.
fn wrong_part(form: &Form, elder: bool, f: &Frame) -> String {
    let wrong = |p: &Section| !check_part(form, *p, &f.catalogue, f.now.date()).is_empty();
    let step = Section::ALL.into_iter().find(wrong).filter(|_| elder).map_or("", Section::code);
    format!("/report?step={step}&check=1")
}

pub async fn confirm(State(site): State<Site>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let Some((_, draft)) = draft_of(&site, &visitor).await? else { return Ok(go("/report")) };
    if draft.receipt.is_some() {
        return Ok(go("/report/done"));
    }
    look(&site, &visitor, Look { draft, sent: asked.sent == 1, own: Vec::new(), refusal: None }).await
}

fn bad_captcha() -> Refusal {
    let wrong = FieldError::new("captcha", "算术题答案不对或已过期").with_remedy("请按新的题目作答，填数字即可");
    Refusal::fields(vec![wrong])
}

/// Sends a code to the number in the form.
pub async fn code(
    State(site): State<Site>,
    visitor: Visitor,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Page {
    let fields = Fields::from(fields);
    let Some((key, draft)) = draft_of(&site, &visitor).await? else { return Ok(go("/report")) };
    let refusal = if site.captcha_passes(&fields.text("token"), &fields.text("captcha")) {
        match site.desk.code_send(CodeAsk::Draft { key: key.clone() }, &visitor.caller).await {
            Ok(_) => return Ok(go("/report/confirm?sent=1#code")),
            Err(Fault::Refused(refusal)) => refusal,
            Err(e) => return Err(e.into()),
        }
    } else {
        bad_captcha()
    };
    look(&site, &visitor, Look { draft, sent: false, own: Vec::new(), refusal: Some(refusal) }).await
}

/// A citizen came back from the identity provider: their draft knows who they are, or a new one begins.
pub(super) async fn signed_in(
    site: &Site,
    visitor: &Visitor,
    (person, until): (&Person, Ts),
    mailbox: &str,
) -> Result<Response, Trouble> {
    let catalogue = site.desk.catalogue().await?;
    let chosen = catalogue.mailbox_name(mailbox).is_some();
    let Some((key, mut draft)) = draft_of(site, visitor).await? else {
        return Ok(go(&if chosen { format!("/report?to={mailbox}") } else { "/report".to_owned() }));
    };
    if draft.receipt.is_some() {
        return Ok(go("/report/done"));
    }
    if chosen && draft.form.mailbox.is_empty() {
        mailbox.clone_into(&mut draft.form.mailbox);
    }
    person.fill(&mut draft);
    person.prove(&mut draft, until);
    site.desk.draft_save(&key, &draft).await?;
    let whole = check(&draft.form, &catalogue, site.clock.now().date()).is_empty();
    Ok(go(if whole { "/report/confirm#code" } else { "/report" }))
}

/// Files the form. Pressed twice, or sent again by a shaky line, it still files once.
pub async fn submit(
    State(site): State<Site>,
    visitor: Visitor,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Page {
    let fields = Fields::from(fields);
    let Some((key, draft)) = draft_of(&site, &visitor).await? else { return Ok(go("/report")) };
    if draft.receipt.is_some() {
        return Ok(go("/report/done"));
    }
    let back = |draft, own, refusal| Look { draft, sent: true, own, refusal };
    // Nobody's number is proved for an anonymous matter: the sum stands between us and a flood.
    if draft.form.anonymous && !site.captcha_passes(&fields.text("token"), &fields.text("captcha")) {
        return look(&site, &visitor, back(draft, Vec::new(), Some(bad_captcha()))).await;
    }
    let choice = match fields.text("choice").as_str() {
        "" => Choice::Open,
        "new" => Choice::New,
        handle => Choice::Follow(handle.to_owned()),
    };
    // Others' matters were shown and none chosen: the citizen's own earlier ones are still to be asked about.
    let choice = if choice == Choice::New && !fields.has("own_seen") { Choice::Open } else { choice };
    match site.desk.submit(&key, &fields.text("otp"), choice, &visitor.caller).await {
        Ok(Submitted::Filed(_)) => Ok(go("/report/done")),
        Ok(Submitted::Ask(own)) => {
            let draft = site.desk.draft(&key).await?.unwrap_or(draft);
            look(&site, &visitor, back(draft, own, None)).await
        }
        Err(Fault::Refused(refusal)) => look(&site, &visitor, back(draft, Vec::new(), Some(refusal))).await,
        Err(e) => Err(Trouble(e)),
    }
}

#[derive(Template)]
#[template(path = "done.html")]
struct Done {
    f: Frame,
    receipt: Receipt,
}

impl Done {
    /// `990100 20261128 02 0000014`: as it is put together, so that it can be read aloud.
    fn grouped(&self, no: &str) -> String {
        match (no.get(..6), no.get(6..14), no.get(14..16), no.get(16..)) {
            (Some(region), Some(day), Some(channel), Some(rest)) => format!("{region} {day} {channel} {rest}"),
            _ => no.to_owned(),
        }
    }

    /// `1234 567 890`: easier to read and to write down.
    fn spaced(&self) -> String {
        let code = &self.receipt.query_code;
        match code.len() {
            10 => format!("{} {} {}", &code[..4], &code[4..7], &code[7..]),
            _ => code.clone(),
        }
    }
}

pub async fn done(State(site): State<Site>, visitor: Visitor) -> Page {
    let found = draft_of(&site, &visitor).await?;
    let Some(receipt) = found.and_then(|(_, d)| d.receipt) else { return Ok(go("/report")) };
    let title = if receipt.following { "已关注" } else { "提交成功" };
    let f = site.frame(&visitor, title, "/report/done").await?;
    Ok(show(StatusCode::OK, &Done { f, receipt }))
}

/// Another matter: a fresh form.
pub async fn again(State(site): State<Site>) -> Response {
    with_cookie(go("/report"), site.cookie(COOKIE, &site.secret(), COOKIE_S))
}
