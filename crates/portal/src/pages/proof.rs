//! 文书核验: whoever holds a document learns whether it is real, unchanged and still valid.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use citizen::Proof;
use kernel::Ts;
use serde::Deserialize;

use crate::site::{Frame, Page, Site, Visitor, show};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    no: String,
    code: String,
}

#[derive(Template)]
#[template(path = "proof.html")]
struct ProofPage {
    f: Frame,
    no: String,
    code: String,
    /// Something was asked for.
    asked: bool,
    proof: Option<Proof>,
}

impl ProofPage {
    fn day(&self, at: &Ts) -> String {
        let date = at.date();
        format!("{}年{}月{}日", date.year(), date.month(), date.day())
    }

    /// A digest in pieces that can be compared by eye.
    fn pieces(&self, digest: &str) -> Vec<String> {
        digest.as_bytes().chunks(8).map(|c| String::from_utf8_lossy(c).into_owned()).collect()
    }
}

async fn page(site: Site, visitor: Visitor, asked: Asked) -> Page {
    let short = |text: &str, most: usize| text.trim().chars().take(most).collect::<String>();
    let (no, code) = (short(&asked.no, 60), short(&asked.code, 40));
    let proof = if code.is_empty() { None } else { site.desk.proof(&no, &code).await? };
    let f = site.frame(&visitor, "文书核验", "/verify").await?;
    let asked = !code.is_empty();
    let status = if asked && proof.is_none() { StatusCode::NOT_FOUND } else { StatusCode::OK };
    Ok(show(status, &ProofPage { f, no, code, asked, proof }))
}

/// By number and code as printed.
pub async fn ask(State(site): State<Site>, visitor: Visitor, Query(asked): Query<Asked>) -> Page {
    page(site, visitor, asked).await
}

/// By the code alone, as scanned.
pub async fn scanned(State(site): State<Site>, visitor: Visitor, Path(code): Path<String>) -> Page {
    page(site, visitor, Asked { no: String::new(), code }).await
}
