//! SM3 hash (GM/T 0004-2012, GB/T 32905-2016) and HMAC over it (GB/T 15852.2).

use hmac::{Hmac, KeyInit, Mac};
use sm3::{Digest, Sm3};

/// SM3 of the bytes.
pub fn sm3(bytes: &[u8]) -> [u8; 32] {
    Sm3::digest(bytes).into()
}

/// SM3 of data that arrives in pieces, such as an upload.
#[derive(Clone, Default)]
pub struct Sm3Stream(Sm3);

impl Sm3Stream {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// HMAC-SM3 over the concatenation of `parts`.
pub fn hmac_sm3(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sm3>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{hex_decode, hex_encode};

    #[test]
    fn published_hashes_hold() {
        assert_eq!(hex_encode(&sm3(b"abc")), "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        let long = b"abcd".repeat(16);
        assert_eq!(hex_encode(&sm3(&long)), "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732");
    }

    #[test]
    fn pieces_hash_like_the_whole() {
        let mut stream = Sm3Stream::new();
        b"abcd".repeat(16).chunks(7).for_each(|piece| stream.update(piece));
        assert_eq!(stream.finish(), sm3(&b"abcd".repeat(16)));
    }

    #[test]
    fn published_hmacs_hold() {
        let key: Vec<u8> = (1..=37).collect();
        assert_eq!(
            hex_encode(&hmac_sm3(&key, &[&[0xcd; 20], &[0xcd; 30]])),
            "220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae"
        );
        let key = hex_decode("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20").unwrap();
        let message = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".repeat(2);
        assert_eq!(
            hex_encode(&hmac_sm3(&key, &[&message])),
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a"
        );
    }
}
