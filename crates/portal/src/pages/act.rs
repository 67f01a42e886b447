//! 补充、撤回、评价、申请重新办理.

use askama::Template;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use citizen::{Act, CodeAsk, Fault, Matter, MatterKey};
use kernel::{FieldError, Refusal};
use serde::Deserialize;

use crate::fields::{Errors, Fields};
use crate::site::{Frame, Page, Site, Trouble, Visitor, go, show, status_of};
use citizen::BadPhoto;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    sent: u8,
}

/// Which of the four forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Add,
    Withdraw,
    Rate,
    Redo,
}

impl Kind {
    const fn title(self) -> &'static str {
        match self {
            Self::Add => "补充情况",
            Self::Withdraw => "撤回诉求",
            Self::Rate => "评价办理情况",
            Self::Redo => "申请重新办理",
        }
    }

    const fn open(self, m: &Matter) -> bool {
        match self {
            Self::Add => m.can.add,
            Self::Withdraw => m.can.withdraw,
            Self::Rate => m.can.rate,
            Self::Redo => m.can.redo,
        }
    }

    const fn told(self) -> &'static str {
        match self {
            Self::Add => "added",
            Self::Withdraw => "withdrawn",
            Self::Rate => "rated",
            Self::Redo => "redo",
        }
    }
}

#[derive(Template)]
#[template(path = "act.html")]
struct ActPage {
    f: Frame,
    m: Matter,
    n: usize,
    kind: Kind,
    /// Names this form: pressed twice it acts once.
    once: String,
    typed: Fields,
    errors: Errors,
    sent: bool,
    /// Whoever is signed in withdraws without a code.
    signed: bool,
}

impl ActPage {
    fn is(&self, name: &str) -> bool {
        matches!(
            (self.kind, name),
            (Kind::Add, "add") | (Kind::Withdraw, "withdraw") | (Kind::Rate, "rate") | (Kind::Redo, "redo")
        )
    }

    fn chosen(&self, field: &str, value: &str) -> bool {
        self.typed.all(field).iter().any(|v| v == value)
    }

    fn megabytes(&self) -> usize {
        self.f.catalogue.limits.photo_bytes >> 20
    }
}

/// What a citizen says of a contact that was recorded.
pub(super) const CONTACT: [(&str, &str); 2] = [("none", "没有人联系过我"), ("reached", "联系上了，已经沟通过")];
pub(super) const YES_NO: [(&str, &str); 3] = [("yes", "联系过"), ("no", "没有联系"), ("unsure", "记不清")];
pub(super) const SOLVED: [(&str, &str); 3] = [("solved", "解决了"), ("partial", "部分解决"), ("unsolved", "没有解决")];
pub(super) const RATING: [(&str, &str); 5] = [
    ("very_sat", "非常满意"),
    ("sat", "满意"),
    ("basic", "基本满意"),
    ("dissat", "不满意"),
    ("very_dissat", "非常不满意"),
];

/// A question of the rating with its answers.
struct Question {
    field: &'static str,
    text: &'static str,
    answers: &'static [(&'static str, &'static str)],
}

impl ActPage {
    fn questions(&self) -> [Question; 4] {
        [
            Question { field: "contacted", text: "承办单位联系过您吗？", answers: &YES_NO },
            Question { field: "solved", text: "您反映的问题解决了吗？", answers: &SOLVED },
            Question { field: "process", text: "您对办理过程满意吗？", answers: &RATING },
            Question { field: "result", text: "您对办理结果满意吗？", answers: &RATING },
        ]
    }
}

struct Filled {
    once: String,
    typed: Fields,
    refusal: Option<Refusal>,
    sent: bool,
}

async fn page(site: &Site, visitor: &Visitor, n: usize, kind: Kind, filled: Filled) -> Page {
    let Some(key) = site.entitled(visitor, n) else { return Ok(go("/track")) };
    let m = site.desk.matter(key).await?;
    if !kind.open(&m) {
        return Ok(go(&format!("/track/m/{n}")));
    }
    let f = site.frame(visitor, kind.title(), "/track").await?;
    let Filled { once, typed, refusal, sent } = filled;
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    let errors = refusal.as_ref().map(Errors::from).unwrap_or_default();
    // A code is asked for after all where the desk did not take the person for the one on record.
    let signed = site.shows_own(visitor) && errors.of("otp").is_none();
    Ok(show(status, &ActPage { f, m, n, kind, once, typed, errors, sent, signed }))
}

async fn fresh(site: &Site, visitor: &Visitor, n: usize, kind: Kind, sent: bool) -> Page {
    let filled = Filled { once: site.secret(), typed: Fields::default(), refusal: None, sent };
    page(site, visitor, n, kind, filled).await
}

pub async fn add_page(State(site): State<Site>, visitor: Visitor, Path(n): Path<usize>) -> Page {
    fresh(&site, &visitor, n, Kind::Add, false).await
}

pub async fn withdraw_page(
    State(site): State<Site>,
    visitor: Visitor,
    Path(n): Path<usize>,
    Query(asked): Query<Asked>,
) -> Page {
    fresh(&site, &visitor, n, Kind::Withdraw, asked.sent == 1).await
}

pub async fn rate_page(State(site): State<Site>, visitor: Visitor, Path(n): Path<usize>) -> Page {
    fresh(&site, &visitor, n, Kind::Rate, false).await
}

pub async fn redo_page(State(site): State<Site>, visitor: Visitor, Path(n): Path<usize>) -> Page {
    fresh(&site, &visitor, n, Kind::Redo, false).await
}

/// Does it and goes back to the matter; or shows the form again with what is wrong.
async fn finish(site: &Site, visitor: &Visitor, n: usize, kind: Kind, fields: Fields, act: Act) -> Page {
    let Some(key) = site.entitled(visitor, n) else { return Ok(go("/track")) };
    let once = fields.text("once");
    if once.len() != 32 || !once.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Refusal::gone("页面已过期，请返回重新打开。").into());
    }
    match site.desk.act(key, &once, act, &visitor.caller).await {
        Ok(_) => Ok(go(&format!("/track/m/{n}?ok={}", kind.told()))),
        Err(Fault::Refused(r)) => {
            page(site, visitor, n, kind, Filled { once, typed: fields, refusal: Some(r), sent: true }).await
        }
        Err(e) => Err(Trouble(e)),
    }
}

/// Photos are kept under the form's own key and follow the text into the matter.
pub async fn add(State(site): State<Site>, visitor: Visitor, Path(n): Path<usize>, form: Multipart) -> Page {
    let fields = Fields::read(form).await?;
    if let Err(refusal) = keep_photos(&site, &visitor, n, &fields).await? {
        let filled = Filled { once: fields.text("once"), typed: fields, refusal: Some(refusal), sent: false };
        return page(&site, &visitor, n, Kind::Add, filled).await;
    }
    let act = Act::Add { text: fields.text("text") };
    finish(&site, &visitor, n, Kind::Add, fields, act).await
}

async fn keep_photos(site: &Site, visitor: &Visitor, n: usize, fields: &Fields) -> Result<Result<(), Refusal>, Fault> {
    let once = fields.text("once");
    if once.len() != 32 || !matches!(site.entitled(visitor, n), Some(MatterKey::Own(_))) {
        return Ok(Ok(()));
    }
    let limits = site.desk.catalogue().await?.limits;
    for file in &fields.files {
        let photo = match citizen::clean(&file.name, &file.bytes, limits.photo_bytes) {
            Ok(photo) => photo,
            Err(bad) => return Ok(Err(bad_photo(bad, limits.photo_bytes).into())),
        };
        match site.desk.photo_add(&once, photo).await {
            Ok(_) => {}
            Err(Fault::Refused(r)) => return Ok(Err(r)),
            Err(e) => return Err(e),
        }
    }
    Ok(Ok(()))
}

fn bad_photo(bad: BadPhoto, most: usize) -> FieldError {
    match bad {
        BadPhoto::Kind => FieldError::new("photos", "有文件不是照片").with_remedy("只接受 JPG、PNG、WebP 格式的照片"),
        BadPhoto::TooLarge => {
            FieldError::new("photos", format!("有照片超过{}MB", most >> 20)).with_remedy("请压缩或换一张照片")
        }
    }
}

/// Sends the code a withdrawal needs.
pub async fn withdraw_code(State(site): State<Site>, visitor: Visitor, Path(n): Path<usize>) -> Page {
    let Some(key) = site.entitled(&visitor, n) else { return Ok(go("/track")) };
    match site.desk.code_send(CodeAsk::Matter { key }, &visitor.caller).await {
        Ok(_) => Ok(go(&format!("/track/m/{n}/withdraw?sent=1#code"))),
        Err(Fault::Refused(r)) => {
            let filled = Filled { once: site.secret(), typed: Fields::default(), refusal: Some(r), sent: false };
            page(&site, &visitor, n, Kind::Withdraw, filled).await
        }
        Err(e) => Err(e.into()),
    }
}

type Posted = axum::Form<Vec<(String, String)>>;

pub async fn withdraw(
    State(site): State<Site>,
    visitor: Visitor,
    Path(n): Path<usize>,
    axum::Form(fields): Posted,
) -> Page {
    let fields = Fields::from(fields);
    let act = Act::Withdraw { reason: fields.text("reason"), otp: fields.text("otp") };
    finish(&site, &visitor, n, Kind::Withdraw, fields, act).await
}

pub async fn rate(
    State(site): State<Site>,
    visitor: Visitor,
    Path(n): Path<usize>,
    axum::Form(fields): Posted,
) -> Page {
    let fields = Fields::from(fields);
    let act = Act::Rate {
        contacted: fields.text("contacted"),
        solved: fields.text("solved"),
        process: fields.text("process"),
        result: fields.text("result"),
        reasons: fields.all("reasons"),
        opinion: fields.text("opinion"),
    };
    finish(&site, &visitor, n, Kind::Rate, fields, act).await
}

pub async fn redo(
    State(site): State<Site>,
    visitor: Visitor,
    Path(n): Path<usize>,
    axum::Form(fields): Posted,
) -> Page {
    let fields = Fields::from(fields);
    let act = Act::Redo { reason: fields.text("reason") };
    finish(&site, &visitor, n, Kind::Redo, fields, act).await
}
