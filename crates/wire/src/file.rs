//! A file on its way to a browser.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, header};

/// A file that must stay what it is: nobody's upload runs in our name. To be saved under its name, or shown.
#[must_use]
pub fn handed(name: &str, mime: &str, bytes: Vec<u8>, save: bool) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    let of = |text: &str| HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, of(mime));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let alone = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(HeaderName::from_static("content-security-policy"), alone);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=600"));
    let how = if save { "attachment" } else { "inline" };
    headers.insert(header::CONTENT_DISPOSITION, of(&format!("{how}; filename*=UTF-8''{}", percent(name))));
    response
}

/// RFC 5987 value characters; everything else as %XX.
#[must_use]
pub fn percent(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-._".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}
