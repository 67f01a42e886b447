//! 公告, 常见问题, 公开答复.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use citizen::{Publication, PublicationKind, PublicationPage};
use kernel::Refusal;
use serde::Deserialize;

use crate::site::{Frame, Page, Site, Visitor, show};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
    page: u32,
}

#[derive(Template)]
#[template(path = "notices.html")]
struct Notices {
    f: Frame,
    kind: PublicationKind,
    page: u32,
    list: PublicationPage,
}

impl Notices {
    fn kinds(&self) -> [PublicationKind; 4] {
        PublicationKind::ALL
    }
}

pub async fn list(State(site): State<Site>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let kind = PublicationKind::from_code(&asked.kind).unwrap_or(PublicationKind::Notice);
    let list = site.desk.publications(kind, asked.page).await?;
    let f = site.frame(&visitor, kind.cn(), "/notices").await?;
    Ok(show(StatusCode::OK, &Notices { f, kind, page: asked.page, list }))
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    f: Frame,
    p: Publication,
}

impl Notice {
    fn paragraphs<'a>(&self, text: &'a str) -> Vec<&'a str> {
        text.lines().map(str::trim).filter(|l| !l.is_empty()).collect()
    }
}

pub async fn one(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Page {
    let found = site.desk.publication(&id).await?;
    let p = found.ok_or_else(|| Refusal::new(kernel::RefusalKind::NotFound, "not_found", "该内容不存在或已撤下。"))?;
    let f = site.frame(&visitor, &p.title.clone(), "/notices").await?;
    Ok(show(StatusCode::OK, &Notice { f, p }))
}
