//! 变更查询: which public matters changed, in order, from a place on.

use kernel::{OrderId, Refusal, RefusalKind, Ts, Uuid};
use serde::Serialize;
use store::api_key::ApiKey;

use super::key::source;
use crate::Result;
use crate::ctx::App;
use crate::present::public_status;

/// Lines of a page.
pub(super) const PAGE: i64 = 200;
/// Newer changes wait: a transaction may commit after a later one, milliseconds.
const SETTLED_MS: i64 = 5_000;

/// One change of a public matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeLine {
    pub service_request_id: String,
    /// Grows with every change: an older one that comes later tells nothing new.
    pub version: i64,
    pub status: String,
    /// 公开状态.
    pub status_notes: String,
    pub service_code: String,
    pub updated_datetime: String,
}

/// A page of the feed. `next` is where to go on, also when the page is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangePage {
    pub changes: Vec<ChangeLine>,
    pub next: String,
    /// There is more at once.
    pub more: bool,
}

fn cursor((at, id): (Ts, OrderId)) -> String {
    format!("{}-{}", at.0, id.0.simple())
}

fn place(text: &str) -> Result<(Ts, OrderId)> {
    let parsed =
        text.split_once('-').and_then(|(at, id)| Some((Ts(at.parse().ok()?), OrderId(Uuid::try_parse(id).ok()?))));
    let bad = || Refusal::new(RefusalKind::Invalid, "after", "after 应为上一页返回的 next");
    Ok(parsed.ok_or_else(bad)?)
}

/// What is settled at a moment.
pub(super) fn settled(now: Ts) -> Ts {
    Ts(now.0 - SETTLED_MS)
}

/// The public state word of a stored state.
fn words(state: &str) -> (String, String) {
    let Ok(state) = state.parse::<domain::order::OrderState>() else { return ("open".to_owned(), String::new()) };
    let open = !super::request::CLOSED.contains(&state);
    (if open { "open" } else { "closed" }.to_owned(), public_status(state).to_owned())
}

pub(super) fn line(r: &store::open::Change) -> ChangeLine {
    let (status, status_notes) = words(&r.state);
    ChangeLine {
        service_request_id: r.case_no.clone(),
        version: r.version,
        status,
        status_notes,
        service_code: format!("{}00", r.category.get(..4).unwrap_or_default()),
        updated_datetime: r.updated_at.iso(),
    }
}

/// Changes behind `after`; from the beginning without it.
pub async fn change_page(app: &App, key: &ApiKey, after: &str) -> Result<ChangePage> {
    let from = if after.is_empty() { (Ts(0), OrderId(Uuid::nil())) } else { place(after)? };
    let until = settled(app.now());
    let rows = store::open::changes(&app.store.db, from, until, &source(key), PAGE).await?;
    let end = rows.last().map_or(from, |r| (r.updated_at, r.id));
    let more = i64::try_from(rows.len()).unwrap_or(0) == PAGE;
    Ok(ChangePage { changes: rows.iter().map(line).collect(), next: cursor(end), more })
}
