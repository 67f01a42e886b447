//! One id per request, in the log, in the answer's header and in every problem.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use kernel::{Clock, Mint};

/// Header that carries the id, in and out.
pub const HEADER: HeaderName = HeaderName::from_static("x-trace-id");

/// Clock and mint of the running program.
#[derive(Clone)]
pub struct Source {
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<dyn Mint>,
}

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request being handled; empty outside of one.
#[must_use]
pub fn current() -> String {
    CURRENT.try_with(Clone::clone).unwrap_or_default()
}

/// Gives every request an id and logs its outcome once.
pub async fn layer(State(source): State<Source>, request: Request, next: Next) -> Response {
    let start = source.clock.now();
    let id = source.mint.uuid(start).simple().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = CURRENT.scope(id.clone(), next.run(request)).await;
    let took_ms = source.clock.now().0 - start.0;
    tracing::info!(%method, path, status = response.status().as_u16(), took_ms, trace_id = id, "request");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
