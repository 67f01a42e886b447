//! `Idempotency-Key`: a client that retries gets the first answer again.

use axum::extract::FromRequestParts;
use axum::http::{StatusCode, request::Parts};

use crate::Problem;

/// The key, when the client sent one: 8 to 100 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get("idempotency-key") else { return Ok(Self(None)) };
        let key = value.to_str().unwrap_or_default();
        if (8..=100).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) {
            return Ok(Self(Some(key.to_owned())));
        }
        Err(Problem::new(StatusCode::BAD_REQUEST, "bad_idempotency_key", "Idempotency-Key 应为8至100个可见ASCII字符"))
    }
}
