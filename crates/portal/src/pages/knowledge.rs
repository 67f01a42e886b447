//! 政策问答: the knowledge base as far as it is public.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use citizen::{KnowledgeItem, KnowledgePage};
use kernel::Refusal;
use serde::Deserialize;

use crate::site::{Frame, Page, Site, Visitor, show};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    /// First-level category code.
    c: String,
    page: u32,
}

#[derive(Template)]
#[template(path = "knowledge.html")]
struct Knowledge {
    f: Frame,
    q: String,
    c: String,
    page: u32,
    list: KnowledgePage,
}

impl Knowledge {
    fn head(&self, code: &str) -> String {
        code.chars().take(2).collect()
    }

    /// The same search in an address.
    fn query(&self) -> String {
        let bytes = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
        format!("q={}&c={}", bytes(&self.q), bytes(&self.c))
    }
}

pub async fn list(State(site): State<Site>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    let q: String = asked.q.trim().chars().take(60).collect();
    let list = site.desk.knowledge(&q, &asked.c, asked.page).await?;
    let f = site.frame(&visitor, "政策问答", "/knowledge").await?;
    Ok(show(StatusCode::OK, &Knowledge { f, q, c: asked.c, page: asked.page, list }))
}

#[derive(Template)]
#[template(path = "article.html")]
struct Article {
    f: Frame,
    a: KnowledgeItem,
}

impl Article {
    fn paragraphs(&self) -> Vec<&str> {
        self.a.body.lines().map(str::trim).filter(|l| !l.is_empty()).collect()
    }
}

pub async fn one(State(site): State<Site>, visitor: Visitor, Path(id): Path<String>) -> Page {
    let gone = || Refusal::new(kernel::RefusalKind::NotFound, "not_found", "该内容不存在、已失效或已撤下。");
    let a = site.desk.article(&id).await?.ok_or_else(gone)?;
    let f = site.frame(&visitor, &a.plain_title(), "/knowledge").await?;
    Ok(show(StatusCode::OK, &Article { f, a }))
}
