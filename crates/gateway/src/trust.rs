//! Whom clients of ours trust, and whether a call failed because of it.

use std::error::Error as _;

use reqwest::{Certificate, Client, ClientBuilder};

/// A client that trusts the machine's certificates and these. A machine without any can still call whoever is known by one of
/// these, or in clear.
///
/// # Errors
/// When no client can be made with them at all.
pub fn client(builder: impl Fn() -> ClientBuilder, own: &[Certificate]) -> reqwest::Result<Client> {
    let merged = builder().tls_certs_merge(own.iter().cloned()).build();
    merged.or_else(|_| builder().tls_certs_only(own.iter().cloned()).build())
}

/// Something below the failed call speaks of one of the words.
#[must_use]
pub fn blames(e: &reqwest::Error, words: &[&str]) -> bool {
    let mut below = e.source();
    while let Some(error) = below {
        let text = error.to_string();
        if words.iter().any(|w| text.contains(w)) {
            return true;
        }
        below = error.source();
    }
    false
}
