//! Cross-site requests are refused: an unsafe method must come from our own pages and carry the session's token.

use axum::http::{HeaderMap, Method, StatusCode, header};
use kernel::constant_time_eq;

use crate::Problem;

/// Header with the token of `GET /session`.
pub const CSRF: &str = "x-csrf-token";

/// The `Origin`, when the browser sends one, is the host the request was made to.
///
/// # Errors
/// 403 `foreign_origin`.
pub fn check_origin(method: &Method, headers: &HeaderMap) -> Result<(), Problem> {
    if method.is_safe() || !headers.contains_key(header::ORIGIN) {
        return Ok(());
    }
    check_own(headers)
}

/// There is an `Origin`, and it is the host the request was made to: for connections that stay open and carry commands.
///
/// # Errors
/// 403 `foreign_origin`.
pub fn check_own(headers: &HeaderMap) -> Result<(), Problem> {
    let origin = headers.get(header::ORIGIN).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let host = headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let origin_host = origin.split_once("://").map_or(origin, |(_, host)| host);
    if !host.is_empty() && origin_host == host {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", "请求来自其他网站，已拒绝；请从本系统页面操作"))
}

/// The token sent is the session's.
///
/// # Errors
/// 403 `bad_csrf`.
pub fn check_token(method: &Method, headers: &HeaderMap, expected: &str) -> Result<(), Problem> {
    if method.is_safe() {
        return Ok(());
    }
    let sent = headers.get(CSRF).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if constant_time_eq(sent.as_bytes(), expected.as_bytes()) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::FORBIDDEN, "bad_csrf", "页面已过期，请刷新后重试"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn headers(origin: &'static str) -> HeaderMap {
        let mut h = HeaderMap::new();
        h.insert(header::HOST, HeaderValue::from_static("hotline.example:8080"));
        h.insert(header::ORIGIN, HeaderValue::from_static(origin));
        h
    }

    #[test]
    fn another_site_may_read_but_not_write() {
        assert!(check_origin(&Method::GET, &headers("https://evil.example")).is_ok());
        assert!(check_origin(&Method::POST, &headers("https://evil.example")).is_err());
        assert!(check_origin(&Method::POST, &headers("http://hotline.example:8080")).is_ok());
        assert!(check_origin(&Method::POST, &headers("http://hotline.example:8080.evil.example")).is_err());
    }

    #[test]
    fn an_open_connection_must_say_where_it_comes_from() {
        assert!(check_own(&headers("http://hotline.example:8080")).is_ok());
        assert!(check_own(&headers("https://evil.example")).is_err());
        assert!(check_own(&HeaderMap::new()).is_err());
    }

    #[test]
    fn a_missing_token_is_a_wrong_token() {
        assert!(check_token(&Method::POST, &HeaderMap::new(), "t").is_err());
        assert!(check_token(&Method::GET, &HeaderMap::new(), "t").is_ok());
    }
}
