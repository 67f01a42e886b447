//! Server-sent events: what changed, for whoever may know of it.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::{Stream, StreamExt as _};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// Live events; resumes after `Last-Event-ID`.
#[utoipa::path(get, path = "/events", tag = "desk", params(("last-event-id" = Option<String>, Header)),
    responses((status = 200, description = "text/event-stream of notification, order, queue and session events", body = String, content_type = "text/event-stream")))]
pub async fn event_stream(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    headers: HeaderMap,
) -> Answer<Sse<impl Stream<Item = Result<Event, Infallible>>>> {
    let last = headers.get("last-event-id").and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let stream = app::events::event_stream(&desk.app, &ctx, last).await?;
    let events = stream.map(|e| Ok(Event::default().id(e.seq.to_string()).event(e.event).data(e.data.to_string())));
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}
