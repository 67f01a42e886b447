//! 领导信箱: whom citizens may write to; the letter itself is the form of every matter.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;

use crate::site::{Frame, Page, Site, Visitor, show};

#[derive(Template)]
#[template(path = "mailboxes.html")]
struct Mailboxes {
    f: Frame,
}

pub async fn list(State(site): State<Site>, visitor: Visitor) -> Page {
    let f = site.frame(&visitor, "领导信箱", "/mailboxes").await?;
    Ok(show(StatusCode::OK, &Mailboxes { f }))
}
