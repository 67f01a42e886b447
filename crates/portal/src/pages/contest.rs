//! 记录有误: the citizen's word against what somebody wrote down of a conversation.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use citizen::{Act, Fault, Matter, Record, RecordKind, Said};
use kernel::{FieldError, Refusal};

use super::act::{CONTACT, RATING, SOLVED, YES_NO};
use crate::fields::{Errors, Fields};
use crate::site::{Frame, Page, Site, Trouble, Visitor, go, show, status_of};

#[derive(Template)]
#[template(path = "contest.html")]
struct ContestPage {
    f: Frame,
    m: Matter,
    n: usize,
    r: Record,
    /// Names this form: pressed twice it acts once.
    once: String,
    typed: Fields,
    errors: Errors,
}

impl ContestPage {
    /// Every answer but the one recorded for a contact; all of them, the recorded one marked, for a rating.
    fn answers(&self, said: &Said) -> Vec<(&'static str, &'static str)> {
        let contact = self.r.kind == RecordKind::Contact;
        choices(&said.field).iter().copied().filter(|(value, _)| !contact || *value != said.value).collect()
    }

    fn question(&self, said: &Said) -> &'static str {
        match said.field.as_str() {
            "contact_result" => "实际情况是",
            "contacted" => "承办单位联系过您吗？",
            "solved" => "您反映的问题解决了吗？",
            "process" => "您对办理过程满意吗？",
            _ => "您对办理结果满意吗？",
        }
    }

    fn chosen(&self, said: &Said, value: &str) -> bool {
        let typed = self.typed.text(&said.field);
        if typed.is_empty() { said.value == value } else { typed == value }
    }
}

fn choices(field: &str) -> &'static [(&'static str, &'static str)] {
    match field {
        "contact_result" => &CONTACT,
        "contacted" => &YES_NO,
        "solved" => &SOLVED,
        _ => &RATING,
    }
}

struct Filled {
    once: String,
    typed: Fields,
    refusal: Option<Refusal>,
}

/// The record of a matter this browser may see; `None` where there is none to object to.
async fn record(site: &Site, visitor: &Visitor, n: usize, i: usize) -> Result<Option<(Matter, Record)>, Trouble> {
    let Some(key) = site.entitled(visitor, n) else { return Ok(None) };
    let m = site.desk.matter(key).await?;
    let found = m.records.get(i).filter(|r| r.open).cloned();
    Ok(found.map(|r| (m, r)))
}

async fn page(site: &Site, visitor: &Visitor, n: usize, found: (Matter, Record), filled: Filled) -> Page {
    let f = site.frame(visitor, "对记录提出异议", "/track").await?;
    let Filled { once, typed, refusal } = filled;
    let status = refusal.as_ref().map_or(StatusCode::OK, status_of);
    let errors = refusal.as_ref().map(Errors::from).unwrap_or_default();
    let (m, r) = found;
    Ok(show(status, &ContestPage { f, m, n, r, once, typed, errors }))
}

pub async fn form(State(site): State<Site>, visitor: Visitor, Path((n, i)): Path<(usize, usize)>) -> Page {
    let Some(found) = record(&site, &visitor, n, i).await? else { return Ok(go(&format!("/track/m/{n}"))) };
    let filled = Filled { once: site.secret(), typed: Fields::default(), refusal: None };
    page(&site, &visitor, n, found, filled).await
}

pub async fn send(
    State(site): State<Site>,
    visitor: Visitor,
    Path((n, i)): Path<(usize, usize)>,
    axum::Form(fields): axum::Form<Vec<(String, String)>>,
) -> Page {
    let fields = Fields::from(fields);
    let back = format!("/track/m/{n}");
    let once = fields.text("once");
    if once.len() != 32 || !once.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(Refusal::gone("页面已过期，请返回重新打开。").into());
    }
    let Some(key) = site.entitled(&visitor, n) else { return Ok(go("/track")) };
    let found = record(&site, &visitor, n, i).await?;
    // Pressed twice: the record is no longer open, and the page says what became of the first press.
    let Some(found) = found.filter(|(_, r)| r.id.to_string() == fields.text("record")) else {
        return Ok(go(&back));
    };
    let refusal = match changed(&found.1, &fields) {
        Ok(said) => {
            let act = Act::Contest { record: found.1.id, said, reason: fields.text("reason") };
            match site.desk.act(key, &once, act, &visitor.caller).await {
                Ok(_) => return Ok(go(&format!("{back}?ok=contested"))),
                Err(Fault::Refused(r)) => r,
                Err(e) => return Err(Trouble(e)),
            }
        }
        Err(wrong) => wrong.into(),
    };
    page(&site, &visitor, n, found, Filled { once, typed: fields, refusal: Some(refusal) }).await
}

/// What is answered otherwise than it was recorded.
fn changed(r: &Record, fields: &Fields) -> Result<BTreeMap<String, String>, FieldError> {
    let said: BTreeMap<String, String> = r
        .said
        .iter()
        .map(|s| (s.field.clone(), fields.text(&s.field)))
        .zip(&r.said)
        .filter(|((_, now), was)| !now.is_empty() && *now != was.value)
        .map(|(pair, _)| pair)
        .collect();
    if said.is_empty() {
        return Err(FieldError::new("said", "您选择的和记录一样").with_remedy("请选择与记录不同的实际情况"));
    }
    Ok(said)
}
