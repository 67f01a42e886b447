//! Digest authentication (RFC 2617 as SIP uses it, RFC 3261 §22) on the asking side: challenges, nonces without state, and
//! the check. MD5 because that is what desk phones and carriers speak; the password never travels. Use TLS where that is
//! too little.

use std::net::IpAddr;

use kernel::crypto::sm3::hmac_sm3;
use kernel::{Ts, constant_time_eq, hex_encode};
use md5::{Digest as _, Md5};

/// A nonce older than this is answered with `stale=true`, and the phone comes back at once with a new one.
const NONCE_MS: i64 = 300_000;

/// What an `Authorization` or `Proxy-Authorization` header says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    pub username: String,
    pub realm: String,
    nonce: String,
    uri: String,
    response: String,
    algorithm: Option<String>,
    qop: Option<String>,
    nc: Option<String>,
    cnonce: Option<String>,
}

impl Credentials {
    /// `Digest username="…", realm="…", …`; `None` when something needed is missing.
    #[must_use]
    pub fn parse(header: &str) -> Option<Self> {
        let (scheme, rest) = header.trim().split_once(char::is_whitespace)?;
        if !scheme.eq_ignore_ascii_case("digest") {
            return None;
        }
        let mut all = Self::default();
        let mut seen = (false, false, false, false, false);
        for (name, value) in Parameters(rest) {
            match name.to_ascii_lowercase().as_str() {
                "username" => (all.username, seen.0) = (value, true),
                "realm" => (all.realm, seen.1) = (value, true),
                "nonce" => (all.nonce, seen.2) = (value, true),
                "uri" => (all.uri, seen.3) = (value, true),
                "response" => (all.response, seen.4) = (value, true),
                "algorithm" => all.algorithm = Some(value),
                "qop" => all.qop = Some(value),
                "nc" => all.nc = Some(value),
                "cnonce" => all.cnonce = Some(value),
                _ => {}
            }
        }
        (seen == (true, true, true, true, true)).then_some(all)
    }

    /// Whether the answer was made with this password.
    #[must_use]
    pub fn proves(&self, method: &str, password: &str) -> bool {
        if self.algorithm.as_deref().is_some_and(|a| !a.eq_ignore_ascii_case("md5")) {
            return false;
        }
        let ours = response(self, method, password);
        ours.is_some_and(|ours| constant_time_eq(ours.as_bytes(), self.response.to_ascii_lowercase().as_bytes()))
    }
}

fn response(c: &Credentials, method: &str, password: &str) -> Option<String> {
    let ha1 = md5_hex(&[&c.username, &c.realm, password]);
    let ha2 = md5_hex(&[method, &c.uri]);
    match c.qop.as_deref() {
        None => Some(md5_hex(&[&ha1, &c.nonce, &ha2])),
        Some(qop) if qop.eq_ignore_ascii_case("auth") => {
            Some(md5_hex(&[&ha1, &c.nonce, c.nc.as_deref()?, c.cnonce.as_deref()?, qop, &ha2]))
        }
        // auth-int would need the body; we never offer it.
        Some(_) => None,
    }
}

fn md5_hex(parts: &[&str]) -> String {
    hex_encode(&Md5::digest(parts.join(":").as_bytes()))
}

/// `name=value` or `name="value"` separated by commas.
struct Parameters<'a>(&'a str);

impl Iterator for Parameters<'_> {
    type Item = (String, String);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches([',', ' ', '\t', '\r', '\n']);
        let (name, rest) = rest.split_once('=')?;
        let rest = rest.trim_start();
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_value(quoted)?,
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                (rest[..end].trim().to_owned(), &rest[end..])
            }
        };
        self.0 = rest;
        Some((name.trim().to_owned(), value))
    }
}

fn quoted_value(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &text[at + 1..])),
            _ => value.push(c),
        }
    }
    None
}

/// What a nonce that came back is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceState {
    Fresh,
    /// Ours, but too old.
    Stale,
    /// Not ours, or given to another address.
    Foreign,
}

/// Makes and recognises nonces without remembering them: time and address under a key of this process.
pub struct Nonces {
    key: [u8; 32],
}

impl Nonces {
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        Self { key }
    }

    #[must_use]
    pub fn issue(&self, now: Ts, to: IpAddr) -> String {
        format!("{:x}.{}", now.0, self.mark(now.0, to))
    }

    #[must_use]
    pub fn state(&self, credentials: &Credentials, now: Ts, from: IpAddr) -> NonceState {
        let Some((at, mark)) = credentials.nonce.split_once('.') else { return NonceState::Foreign };
        let Ok(at) = i64::from_str_radix(at, 16) else { return NonceState::Foreign };
        if !constant_time_eq(mark.as_bytes(), self.mark(at, from).as_bytes()) {
            return NonceState::Foreign;
        }
        if now.0.saturating_sub(at) > NONCE_MS { NonceState::Stale } else { NonceState::Fresh }
    }

    fn mark(&self, at: i64, to: IpAddr) -> String {
        hex_encode(&hmac_sm3(&self.key, &[&at.to_be_bytes(), to.to_string().as_bytes()])[..16])
    }
}

/// Value of a `WWW-Authenticate` header.
#[must_use]
pub fn challenge(realm: &str, nonce: &str, stale: bool) -> String {
    let stale = if stale { ", stale=true" } else { "" };
    format!("Digest realm=\"{realm}\", nonce=\"{nonce}\", algorithm=MD5, qop=\"auth\"{stale}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of RFC 2617 §3.5.
    const EXAMPLE: &str = "Digest username=\"Mufasa\", realm=\"testrealm@host.com\", \
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=auth, nc=00000001, \
        cnonce=\"0a4f113b\", response=\"6629fae49393a05397450978507c4ef1\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";

    #[test]
    fn the_example_of_the_standard() {
        let credentials = Credentials::parse(EXAMPLE).unwrap();
        assert_eq!(credentials.username, "Mufasa");
        assert!(credentials.proves("GET", "Circle Of Life"));
        assert!(!credentials.proves("GET", "Circle of life"));
        assert!(!credentials.proves("POST", "Circle Of Life"));
    }

    #[test]
    fn without_qop_and_with_a_count_beyond_nine() {
        let mut c = Credentials::parse(EXAMPLE).unwrap();
        c.nc = Some("0000001f".into());
        c.response = response(&c, "INVITE", "secret").unwrap();
        assert!(c.proves("INVITE", "secret"));
        (c.qop, c.nc, c.cnonce) = (None, None, None);
        c.response = response(&c, "INVITE", "secret").unwrap().to_uppercase();
        assert!(c.proves("INVITE", "secret"));
        c.algorithm = Some("SHA-256".into());
        assert!(!c.proves("INVITE", "secret"), "another algorithm than the one we asked for");
    }

    #[test]
    fn what_is_no_digest_is_nothing() {
        for text in ["", "Basic abc", "Digest", "Digest username=\"a\"", "Digest username=\"a, realm=\"b\""] {
            assert_eq!(Credentials::parse(text), None, "{text}");
        }
    }

    #[test]
    fn nonces_age_and_belong_to_an_address() {
        let nonces = Nonces::new([7; 32]);
        let (here, there) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let with = |nonce: String| Credentials { nonce, ..Credentials::default() };
        let given = with(nonces.issue(Ts(1_000_000), here));
        assert_eq!(nonces.state(&given, Ts(1_000_000 + NONCE_MS), here), NonceState::Fresh);
        assert_eq!(nonces.state(&given, Ts(1_000_001 + NONCE_MS), here), NonceState::Stale);
        assert_eq!(nonces.state(&given, Ts(1_000_000), there), NonceState::Foreign);
        assert_eq!(nonces.state(&with("f4240.00".into()), Ts(1_000_000), here), NonceState::Foreign);
        assert_eq!(Nonces::new([8; 32]).state(&given, Ts(1_000_000), here), NonceState::Foreign);
    }

    proptest! {
        #[test]
        fn any_header(text in "\\PC{0,200}") {
            let _ = Credentials::parse(&text);
            if let Some(c) = Credentials::parse(&format!("Digest {text}")) {
                let _ = c.proves("INVITE", "x");
            }
        }
    }
}
