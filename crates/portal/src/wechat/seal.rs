//! 消息加解密 of WeChat, as 消息加解密说明 has it: SHA-1 over sorted parts, AES-256-CBC with the key's first half as start, padding to
//! 32 bytes, and inside `16 random bytes ‖ length ‖ text ‖ AppID`.

use aes::Aes256;
use aes::cipher::array::Array;
use aes::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _, KeyInit as _};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig, general_purpose::STANDARD};
use kernel::{constant_time_eq, hex_encode};
use sha1::{Digest as _, Sha1};

const BLOCK: usize = 16;
/// What the text is padded to, bytes.
const PAD: usize = 32;
/// Random bytes and length before the text.
const HEAD: usize = 20;
/// The 43rd character of a key has two bits more than the key needs, and WeChat draws them at random.
const KEY: GeneralPurpose =
    GeneralPurpose::new(&alphabet::STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// The signature over parts in whatever order.
pub fn sign(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    hex_encode(&Sha1::digest(parts.concat()))
}

pub fn is_signed(signature: &str, parts: &[&str]) -> bool {
    constant_time_eq(signature.as_bytes(), sign(parts).as_bytes())
}

/// Seals and opens for one account.
pub struct Seal {
    cipher: Aes256,
    start: [u8; BLOCK],
    app_id: String,
}

impl Seal {
    /// `None` when the key is none.
    pub fn new(aes_key: &str, app_id: &str) -> Option<Self> {
        let key: [u8; 32] = KEY.decode(format!("{}=", aes_key.trim())).ok()?.try_into().ok()?;
        let start = key[..BLOCK].try_into().ok()?;
        Some(Self { cipher: Aes256::new(&Array::from(key)), start, app_id: app_id.to_owned() })
    }

    /// The text, if it was sealed with this key for this account.
    pub fn open(&self, sealed: &str) -> Option<String> {
        let mut bytes = STANDARD.decode(sealed.trim()).ok()?;
        if bytes.is_empty() || bytes.len() % BLOCK != 0 {
            return None;
        }
        let mut before = self.start;
        for chunk in bytes.chunks_exact_mut(BLOCK) {
            let next: [u8; BLOCK] = (&*chunk).try_into().ok()?;
            let mut block = Array::from(next);
            self.cipher.decrypt_block(&mut block);
            for ((out, plain), mask) in chunk.iter_mut().zip(block).zip(before) {
                *out = plain ^ mask;
            }
            before = next;
        }
        let pad = usize::from(*bytes.last()?);
        let end = bytes.len().checked_sub(pad).filter(|end| (1..=PAD).contains(&pad) && *end >= HEAD)?;
        if bytes[end..].iter().any(|b| usize::from(*b) != pad) {
            return None;
        }
        let length = usize::try_from(u32::from_be_bytes(bytes[16..HEAD].try_into().ok()?)).ok()?;
        let (text, app_id) = bytes[HEAD..end].split_at_checked(length)?;
        (app_id == self.app_id.as_bytes()).then(|| String::from_utf8(text.to_vec()).ok())?
    }

    /// Reverses [`Seal::open`].
    pub fn seal(&self, random: [u8; 16], text: &str) -> String {
        let length = u32::try_from(text.len()).expect("answers are short");
        let mut bytes = [&random[..], &length.to_be_bytes()[..], text.as_bytes(), self.app_id.as_bytes()].concat();
        let pad = PAD - bytes.len() % PAD;
        bytes.resize(bytes.len() + pad, u8::try_from(pad).expect("at most 32"));
        let mut before = self.start;
        for chunk in bytes.chunks_exact_mut(BLOCK) {
            let mut block = Array::from(before);
            for (b, plain) in block.iter_mut().zip(&*chunk) {
                *b ^= plain;
            }
            self.cipher.encrypt_block(&mut block);
            before = block.into();
            chunk.copy_from_slice(&before);
        }
        STANDARD.encode(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AES: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    const APP: &str = "wxb11529c136998cb6";
    /// Made with OpenSSL by `openssl enc -aes-256-cbc -nopad` over `0123456789abcdef ‖ 6 ‖ 你好 ‖ AppID ‖ 20 × 0x14`.
    const FOREIGN: &str = "Q3stYC6hdFzMh9T8HCvyDGlW29oY/8DVVzOM79l87tznR2gLU0pWyNwR2jov42y+eIXWS1OA+JeNpwVnuEHjeQ==";

    #[test]
    fn another_implementation_reads_and_writes_the_same() {
        let seal = Seal::new(AES, APP).unwrap();
        assert_eq!(seal.seal(*b"0123456789abcdef", "你好"), FOREIGN);
        assert_eq!(seal.open(FOREIGN).as_deref(), Some("你好"));
    }

    #[test]
    fn every_length_comes_back() {
        let seal = Seal::new(AES, APP).unwrap();
        for n in 0..100 {
            let text = "<x/>".repeat(n);
            assert_eq!(seal.open(&seal.seal([7; 16], &text)), Some(text));
        }
    }

    #[test]
    fn another_account_another_key_and_every_changed_byte_are_refused() {
        let sealed = Seal::new(AES, APP).unwrap().seal([1; 16], "路灯坏了");
        assert_eq!(Seal::new(AES, "wx0000000000000000").unwrap().open(&sealed), None);
        assert_eq!(Seal::new(&AES.replace('a', "b"), APP).unwrap().open(&sealed), None);
        let seal = Seal::new(AES, APP).unwrap();
        for odd in ["", "AAAA", "不是", &sealed[..sealed.len() - 24]] {
            assert_eq!(seal.open(odd), None, "{odd}");
        }
        assert!(Seal::new("short", APP).is_none());
    }

    #[test]
    fn a_signature_is_over_sorted_parts() {
        assert_eq!(sign(&["b", "a", "c"]), "a9993e364706816aba3e25717850c26c9cd0d89d", "SHA-1 of abc, FIPS 180");
        assert!(is_signed(&sign(&["x", "y"]), &["y", "x"]));
        assert!(!is_signed("", &["y", "x"]));
    }
}
