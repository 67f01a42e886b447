//! 首页, 长辈模式, and the pages that never change.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use citizen::{Publication, PublicationKind};
use kernel::Refusal;

use crate::fields::Fields;
use crate::site::{ELDER, Frame, Page, Site, Trouble, Visitor, go, show, with_cookie};

#[derive(Template)]
#[template(path = "home.html")]
struct Home {
    f: Frame,
    notices: Vec<Publication>,
    replies: Vec<Publication>,
}

/// News and answers shown on the first page.
const SHOWN: usize = 4;

pub async fn home(State(site): State<Site>, visitor: Visitor) -> Page {
    let f = site.frame(&visitor, "首页", "/").await?;
    let newest = async |kind| {
        let mut page = site.desk.publications(kind, 0).await?;
        page.items.truncate(SHOWN);
        Ok::<_, citizen::Fault>(page.items)
    };
    let (notices, replies) = (newest(PublicationKind::Notice).await?, newest(PublicationKind::Reply).await?);
    Ok(show(StatusCode::OK, &Home { f, notices, replies }))
}

#[derive(Template)]
#[template(path = "privacy.html")]
struct Privacy {
    f: Frame,
}

pub async fn privacy(State(site): State<Site>, visitor: Visitor) -> Page {
    let f = site.frame(&visitor, "个人信息处理告知", "/privacy").await?;
    Ok(show(StatusCode::OK, &Privacy { f }))
}

#[derive(Template)]
#[template(path = "accessibility.html")]
struct Accessibility {
    f: Frame,
}

pub async fn accessibility(State(site): State<Site>, visitor: Visitor) -> Page {
    let f = site.frame(&visitor, "无障碍说明", "/accessibility").await?;
    Ok(show(StatusCode::OK, &Accessibility { f }))
}

/// A year.
const LONG_S: i64 = 31_536_000;

/// Switches large type on or off and goes back to where the switch was.
pub async fn elder(State(site): State<Site>, axum::Form(form): axum::Form<Vec<(String, String)>>) -> Response {
    let form = Fields::from(form);
    let back = form.text("back");
    // Only paths of our own: never an address somebody else put there.
    let own = back.starts_with('/') && !back.starts_with("//") && !back.contains(['\\', '\r', '\n']);
    let (value, age) = if form.text("on") == "1" { ("1", LONG_S) } else { ("0", LONG_S) };
    with_cookie(go(if own { &back } else { "/" }), site.cookie(ELDER, value, age))
}

const FILES: &[(&str, &str, &str)] = &[
    ("site.css", "text/css; charset=utf-8", include_str!("../../static/site.css")),
    ("site.js", "text/javascript; charset=utf-8", include_str!("../../static/site.js")),
    ("mark.svg", "image/svg+xml", include_str!("../../static/mark.svg")),
];

/// Style sheet, script, mark.
pub async fn file(Path(name): Path<String>, headers: HeaderMap) -> Response {
    let Some((_, mime, text)) = FILES.iter().find(|(n, ..)| *n == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = format!("\"{}\"", kernel::hex_encode(&kernel::crypto::sm3::sm3(text.as_bytes())[..8]));
    let same = headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(tag.as_str());
    let common = [(header::ETAG, tag), (header::CACHE_CONTROL, "public, max-age=300".to_owned())];
    if same {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, [(header::CONTENT_TYPE, *mime)], *text).into_response()
}

pub async fn health(State(site): State<Site>) -> Result<&'static str, StatusCode> {
    site.desk.lamp().await.map(|_| "ok").map_err(|_| StatusCode::SERVICE_UNAVAILABLE)
}

pub async fn nowhere() -> Trouble {
    Refusal::new(kernel::RefusalKind::NotFound, "not_found", "没有这个页面，可能是网址输入有误。").into()
}
