//! Column encryption, blind indexes and digests with the Chinese national algorithms.
//!
//! Callers hold a [`Provider`], so that a hardware module (GM/T 0018) can take the place of [`SoftwareProvider`] without
//! a change elsewhere.

pub mod sm2;
pub mod sm3;
pub mod sm4;
mod software;

pub use software::SoftwareProvider;

use std::hint::black_box;

/// Why sealed bytes could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// Too short to hold version, nonce and tag.
    #[error("sealed bytes are malformed")]
    Malformed,
    /// Sealed under a key this provider was not given.
    #[error("no key of version {0}")]
    UnknownKeyVersion(u8),
    /// Altered, or moved here from another row or column.
    #[error("sealed bytes were altered or belong elsewhere")]
    Forged,
}

/// Seals personal data and makes it searchable by equality.
pub trait Provider: Send + Sync {
    /// Encrypts `plain`. `aad` names the place (for instance `order:{id}:phone`): sealed bytes open only there.
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8>;

    /// Reverses [`Provider::seal`] with the same `aad`.
    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError>;

    /// Blind index: a keyed hash that is equal for equal values of one domain (`phone`, `id_no`, …) and tells nothing
    /// without the key. Made with the current key.
    fn blind(&self, domain: &str, normalised: &str) -> [u8; 32];

    /// Unkeyed hash.
    fn digest(&self, bytes: &[u8]) -> [u8; 32];

    /// The blind index under every readable key, current first: search for any of them while a rotation is under way.
    fn blind_all(&self, domain: &str, normalised: &str) -> Vec<[u8; 32]> {
        vec![self.blind(domain, normalised)]
    }

    /// Whether the bytes were sealed under an older key and should be sealed anew.
    fn needs_reseal(&self, _sealed: &[u8]) -> bool {
        false
    }
}

impl<T: Provider + ?Sized> Provider for std::sync::Arc<T> {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        (**self).seal(aad, plain)
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        (**self).open(aad, sealed)
    }

    fn blind(&self, domain: &str, normalised: &str) -> [u8; 32] {
        (**self).blind(domain, normalised)
    }

    fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        (**self).digest(bytes)
    }

    fn blind_all(&self, domain: &str, normalised: &str) -> Vec<[u8; 32]> {
        (**self).blind_all(domain, normalised)
    }

    fn needs_reseal(&self, sealed: &[u8]) -> bool {
        (**self).needs_reseal(sealed)
    }
}

/// Compares in time that depends on the length only, for hashes and tokens.
pub fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    let differing = a.iter().zip(b).fold(0, |acc, (x, y)| black_box(acc | (x ^ y)));
    a.len() == b.len() && differing == 0
}

/// Lower-case hexadecimal.
pub fn hex_encode(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).expect("a nibble is below 16");
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(b & 15)]).collect()
}

/// Bytes of hexadecimal text of either case; `None` for anything else.
pub fn hex_decode(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_reads_back_and_refuses_the_rest() {
        assert_eq!(hex_encode(&[0, 0xab, 0xff]), "00abff");
        assert_eq!(hex_decode("00ABff"), Some(vec![0, 0xab, 0xff]));
        assert_eq!(hex_decode(""), Some(vec![]));
        for bad in ["0", "0g", "数", "数数数"] {
            assert_eq!(hex_decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn equality_needs_equal_length_and_bytes() {
        assert!(constant_time_eq(b"abc", b"abc"));
        assert!(!constant_time_eq(b"abc", b"abd"));
        assert!(!constant_time_eq(b"abc", b"abcd"));
        assert!(constant_time_eq(b"", b""));
    }
}
