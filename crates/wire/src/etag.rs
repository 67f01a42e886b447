//! Versions as entity tags (RFC 9110 §8.8): `ETag: "7"` out, `If-Match: "7"` in.

use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, header, request::Parts};

use crate::Problem;

/// The version a change was made against; required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts
            .headers
            .get(header::IF_MATCH)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.trim_start_matches("W/").trim_matches('"').parse().ok())
            .map(IfMatch)
            .ok_or_else(Problem::precondition_required)
    }
}

/// The header value of a version.
#[must_use]
pub fn value(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}
