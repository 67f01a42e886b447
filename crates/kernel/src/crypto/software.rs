//! Keys in memory, derived from a master secret.

use super::sm3::{hmac_sm3, sm3};
use super::sm4::{KEY_LEN, NONCE_LEN, TAG_LEN, gcm_open, gcm_seal};
use super::{CryptoError, Provider};
use crate::secret::Secret;
use crate::ts::{Mint, SystemMint};
use std::sync::Arc;

const FIRST_VERSION: u8 = 1;

struct Key {
    version: u8,
    seal: Secret<[u8; KEY_LEN]>,
    blind: Secret<[u8; 32]>,
}

impl Key {
    fn derive(version: u8, master: &Secret<[u8; 32]>) -> Self {
        let mut long = hmac_sm3(master.expose(), &[b"hotline/sm4-gcm"]);
        let mut seal = [0; KEY_LEN];
        seal.copy_from_slice(&long[..KEY_LEN]);
        zeroize::Zeroize::zeroize(&mut long);
        let blind = hmac_sm3(master.expose(), &[b"hotline/blind-index"]);
        Self { version, seal: Secret::new(seal), blind: Secret::new(blind) }
    }

    fn blind(&self, domain: &str, normalised: &str) -> [u8; 32] {
        // The zero byte keeps ("ab", "c") and ("a", "bc") apart; domains are code constants and hold none.
        hmac_sm3(self.blind.expose(), &[domain.as_bytes(), &[0], normalised.as_bytes()])
    }
}

/// SM4-GCM and HMAC-SM3 in software.
///
/// Sealed bytes are `version(1) ‖ nonce(12) ‖ ciphertext ‖ tag(16)`, that is 29 bytes longer than the plaintext; the
/// version is authenticated with the caller's `aad`. Nonces are random, so one key version should seal fewer than 2³²
/// values (NIST SP 800-38D §8.3): rotate by adding a version, not by replacing the key.
pub struct SoftwareProvider {
    current: Key,
    older: Vec<Key>,
    mint: Arc<dyn Mint>,
}

impl SoftwareProvider {
    /// Key version 1 from a master secret, nonces from the operating system.
    pub fn from_master(master: &Secret<[u8; 32]>) -> Self {
        Self::at_version(FIRST_VERSION, master)
    }

    /// A later key version; add the earlier ones with [`SoftwareProvider::with_older`].
    pub fn at_version(version: u8, master: &Secret<[u8; 32]>) -> Self {
        Self { current: Key::derive(version, master), older: Vec::new(), mint: Arc::new(SystemMint) }
    }

    /// Also opens what was sealed under an earlier version. A version given twice keeps its first key.
    #[must_use]
    pub fn with_older(mut self, version: u8, master: &Secret<[u8; 32]>) -> Self {
        self.older.push(Key::derive(version, master));
        self
    }

    /// Another source of nonces; tests only, for two equal nonces break the cipher.
    #[must_use]
    pub fn with_mint(mut self, mint: Arc<dyn Mint>) -> Self {
        self.mint = mint;
        self
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }
}

fn bound(version: u8, aad: &[u8]) -> Vec<u8> {
    [&[version], aad].concat()
}

impl Provider for SoftwareProvider {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8> {
        let Key { version, seal, .. } = &self.current;
        let mut nonce = [0; NONCE_LEN];
        self.mint.bytes(&mut nonce);
        let text = gcm_seal(seal.expose(), &nonce, &bound(*version, aad), plain);
        [&[*version], nonce.as_slice(), &text].concat()
    }

    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let (version, rest) = sealed.split_first().ok_or(CryptoError::Malformed)?;
        let (nonce, text) = rest.split_first_chunk::<NONCE_LEN>().ok_or(CryptoError::Malformed)?;
        if text.len() < TAG_LEN {
            return Err(CryptoError::Malformed);
        }
        let key = self.keys().find(|k| k.version == *version).ok_or(CryptoError::UnknownKeyVersion(*version))?;
        gcm_open(key.seal.expose(), nonce, &bound(*version, aad), text)
    }

    fn blind(&self, domain: &str, normalised: &str) -> [u8; 32] {
        self.current.blind(domain, normalised)
    }

    fn digest(&self, bytes: &[u8]) -> [u8; 32] {
        sm3(bytes)
    }

    fn blind_all(&self, domain: &str, normalised: &str) -> Vec<[u8; 32]> {
        self.keys().map(|key| key.blind(domain, normalised)).collect()
    }

    fn needs_reseal(&self, sealed: &[u8]) -> bool {
        sealed.first() != Some(&self.current.version)
    }
}

impl std::fmt::Debug for SoftwareProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let versions: Vec<_> = self.keys().map(|k| k.version).collect();
        f.debug_struct("SoftwareProvider").field("key_versions", &versions).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn master(byte: u8) -> Secret<[u8; 32]> {
        Secret::new([byte; 32])
    }

    #[test]
    fn equal_values_seal_differently_and_index_equally() {
        let p = SoftwareProvider::from_master(&master(1));
        let (a, b) = (p.seal(b"order:1:phone", b"13812345678"), p.seal(b"order:1:phone", b"13812345678"));
        assert_ne!(a, b);
        assert_eq!(a.len(), 11 + 29);
        assert_eq!(p.open(b"order:1:phone", &a).unwrap(), b"13812345678");
        assert_eq!(p.blind("phone", "13812345678"), p.blind("phone", "13812345678"));
        assert_ne!(p.blind("phone", "13812345678"), p.blind("id_no", "13812345678"));
    }

    #[test]
    fn sealed_value_moved_to_another_row_does_not_open() {
        let p = SoftwareProvider::from_master(&master(1));
        let sealed = p.seal(b"order:1:phone", b"13812345678");
        assert_eq!(p.open(b"order:2:phone", &sealed), Err(CryptoError::Forged));
    }

    #[test]
    fn rotation_reads_old_values_and_writes_new_ones() {
        let first = SoftwareProvider::from_master(&master(1));
        let old = first.seal(b"x", b"secret");
        let rotated = SoftwareProvider::at_version(2, &master(2)).with_older(1, &master(1));
        assert_eq!(rotated.open(b"x", &old).unwrap(), b"secret");
        assert!(rotated.needs_reseal(&old));
        let new = rotated.seal(b"x", b"secret");
        assert!(!rotated.needs_reseal(&new));
        assert_eq!(first.open(b"x", &new), Err(CryptoError::UnknownKeyVersion(2)));
        assert_eq!(rotated.blind_all("phone", "110"), [rotated.blind("phone", "110"), first.blind("phone", "110")]);
    }

    #[test]
    fn version_byte_cannot_be_forged() {
        let p = SoftwareProvider::at_version(2, &master(1)).with_older(1, &master(1));
        let mut sealed = p.seal(b"x", b"secret");
        sealed[0] = 1;
        assert_eq!(p.open(b"x", &sealed), Err(CryptoError::Forged));
    }

    #[test]
    fn debug_shows_no_key() {
        let p = SoftwareProvider::from_master(&master(0xAB));
        assert_eq!(format!("{p:?}"), "SoftwareProvider { key_versions: [1], .. }");
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_opens(aad in any::<Vec<u8>>(), plain in any::<Vec<u8>>()) {
            let p = SoftwareProvider::from_master(&master(3));
            prop_assert_eq!(p.open(&aad, &p.seal(&aad, &plain)), Ok(plain));
        }

        #[test]
        fn random_bytes_never_open(bytes in any::<Vec<u8>>()) {
            prop_assert!(SoftwareProvider::from_master(&master(3)).open(b"", &bytes).is_err());
        }
    }
}
