//! The session cookie: opaque, HttpOnly, SameSite=Lax.

use axum::http::{HeaderMap, HeaderValue, header};

/// Name of the staff session cookie.
pub const SESSION: &str = "hotline_session";

/// Somebody signed out at this browser: the next one may be somebody else.
pub const LEFT: &str = "hotline_left";

/// The value of a cookie, if the request carries it.
#[must_use]
pub fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(k, v)| (k == name).then_some(v))
}

/// A `Set-Cookie` value; `secure` when the site is served over TLS.
///
/// # Panics
/// Never for a token of URL-safe characters.
#[must_use]
pub fn set(name: &str, token: &str, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    HeaderValue::from_str(&format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax{secure}"))
        .expect("tokens are URL-safe")
}

/// A `Set-Cookie` value that removes the cookie.
///
/// # Panics
/// Never: the name is ours.
#[must_use]
pub fn clear(name: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"))
        .expect("cookie names are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; hotline_session=abc; hotline_session2=x"));
        assert_eq!(get(&headers, SESSION), Some("abc"));
        assert_eq!(get(&headers, "missing"), None);
    }
}
