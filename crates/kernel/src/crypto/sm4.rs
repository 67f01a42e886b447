//! SM4 block cipher (GM/T 0002-2012, GB/T 32907-2016) in Galois/Counter Mode (RFC 8998 §2.1).

use super::CryptoError;
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{AesGcm, KeyInit};
use sm4::Sm4;

pub const KEY_LEN: usize = 16;
pub const NONCE_LEN: usize = 12;
pub const TAG_LEN: usize = 16;

type Sm4Gcm = AesGcm<Sm4, U12>;

/// Encrypts and authenticates: ciphertext followed by the 16-byte tag. A nonce must never serve twice under one key.
///
/// # Panics
/// When `plain` exceeds 64 GiB, the limit of the mode.
pub fn gcm_seal(key: &[u8; KEY_LEN], nonce: &[u8; NONCE_LEN], aad: &[u8], plain: &[u8]) -> Vec<u8> {
    Sm4Gcm::new(key.into()).encrypt(nonce.into(), Payload { msg: plain, aad }).expect("plaintext is below 64 GiB")
}

/// Reverses [`gcm_seal`]; fails when key, nonce, `aad` or bytes differ in any bit.
pub fn gcm_open(
    key: &[u8; KEY_LEN],
    nonce: &[u8; NONCE_LEN],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, CryptoError> {
    Sm4Gcm::new(key.into()).decrypt(nonce.into(), Payload { msg: sealed, aad }).map_err(|_| CryptoError::Forged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{hex_decode, hex_encode};
    use aes_gcm::aead::array::Array;
    use sm4::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        hex_decode(hex).unwrap().try_into().unwrap()
    }

    #[test]
    fn published_block_holds() {
        let key: [u8; 16] = bytes("0123456789abcdeffedcba9876543210");
        let cipher = Sm4::new(&key.into());
        let mut block = Array::from(key);
        cipher.encrypt_block(&mut block);
        assert_eq!(hex_encode(&block), "681edf34d206965e86b3e94f536e4246");
        cipher.decrypt_block(&mut block);
        assert_eq!(block.as_slice(), key);
    }

    /// RFC 8998, appendix A.1.
    #[test]
    fn published_gcm_vector_holds() {
        let key = bytes("0123456789abcdeffedcba9876543210");
        let nonce = bytes("00001234567800000000abcd");
        let aad = hex_decode("feedfacedeadbeeffeedfacedeadbeefabaddad2").unwrap();
        let plain: [u8; 64] = bytes(concat!(
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd",
            "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
        ));
        let sealed = gcm_seal(&key, &nonce, &aad, &plain);
        let (text, tag) = sealed.split_at(64);
        assert_eq!(
            hex_encode(text),
            concat!(
                "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735",
                "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            )
        );
        assert_eq!(hex_encode(tag), "83de3541e4c2b58177e065a9bf7b62ec");
        assert_eq!(gcm_open(&key, &nonce, &aad, &sealed), Ok(plain.to_vec()));
    }

    #[test]
    fn any_flipped_bit_is_noticed() {
        let (key, nonce) = ([7; KEY_LEN], [9; NONCE_LEN]);
        let sealed = gcm_seal(&key, &nonce, b"order:1:phone", b"13812345678");
        for at in 0..sealed.len() {
            let mut bent = sealed.clone();
            bent[at] ^= 1;
            assert_eq!(gcm_open(&key, &nonce, b"order:1:phone", &bent), Err(CryptoError::Forged));
        }
        assert_eq!(gcm_open(&key, &nonce, b"order:2:phone", &sealed), Err(CryptoError::Forged));
        assert_eq!(gcm_open(&key, &nonce, b"", &sealed[..TAG_LEN - 1]), Err(CryptoError::Forged));
    }
}
