//! Small pieces of headers.

use rsipstack::sip::Header;
use rsipstack::sip::prelude::HeadersExt;

use crate::session_timer::{Asked, SessionExpires};

/// Of the session timer.
pub(crate) fn expires(message: &impl HeadersExt) -> Option<SessionExpires> {
    SessionExpires::parse(message.session_expires_header()?.value())
}

pub(crate) fn min_se(message: &impl HeadersExt) -> Option<u32> {
    message.header_value("Min-SE")?.split(';').next()?.trim().parse().ok()
}

pub(crate) fn asked(request: &impl HeadersExt) -> Asked {
    Asked {
        supports: request.header_contains_token("Supported", "timer")
            || request.header_contains_token("Require", "timer"),
        expires: expires(request),
        min_s: min_se(request),
    }
}

pub(crate) fn sdp_headers(mut others: Vec<Header>) -> Vec<Header> {
    others.push(Header::ContentType("application/sdp".into()));
    others
}

/// A number or extension as telephones write it; anything else could smuggle header lines.
pub(crate) fn is_dialable(number: &str) -> bool {
    (1..=32).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_alphanumeric() || b"+*#-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::is_dialable;

    #[test]
    fn numbers_cannot_carry_headers() {
        assert!(is_dialable("13800000000") && is_dialable("+8637112345") && is_dialable("8001") && is_dialable("*72#"));
        for bad in ["", "1 2", "1\r\nX: y", "a@b", "1;x=y", "1<2>", &"1".repeat(33)] {
            assert!(!is_dialable(bad), "{bad:?}");
        }
    }
}
