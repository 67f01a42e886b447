//! SM2 (GM/T 0003-2012, GB/T 32918): signatures between platforms, and blocks that only one of them can open.

use sm2::SecretKey;
use sm2::dsa::signature::{Signer as _, Verifier as _};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::rand_core::{TryCryptoRng, TryRng};
use sm2::pke::{DecryptingKey, EncryptingKey};

use super::{hex_decode, hex_encode};
use crate::secret::Secret;
use crate::ts::Mint;

/// Distinguishing identifier everybody uses who agreed on none (GM/T 0009-2012 §10).
const DIST_ID: &str = "1234567812345678";

/// A private key of ours.
#[derive(Clone)]
pub struct Sm2Key(SecretKey);

impl std::fmt::Debug for Sm2Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sm2Key")
    }
}

impl Sm2Key {
    /// A new key by chance.
    pub fn make(mint: &dyn Mint) -> Self {
        loop {
            let mut bytes = [0; 32];
            mint.bytes(&mut bytes);
            // All but a vanishing share of numbers are keys.
            if let Ok(key) = SecretKey::from_slice(&bytes) {
                return Self(key);
            }
        }
    }

    /// From what [`Sm2Key::secret_hex`] gave.
    pub fn parse(hex: &str) -> Option<Self> {
        SecretKey::from_slice(&hex_decode(hex)?).ok().map(Self)
    }

    pub fn secret_hex(&self) -> Secret<String> {
        Secret::new(hex_encode(&self.0.to_bytes()))
    }

    /// 04 ‖ x ‖ y, as certificates and other platforms write it.
    pub fn public_hex(&self) -> String {
        hex_encode(&self.0.public_key().to_sec1_bytes())
    }

    /// r ‖ s over SM3 of identity and message.
    pub fn sign(&self, message: &[u8]) -> String {
        let key = SigningKey::new(DIST_ID, &self.0).expect("the identifier is short");
        let signature: Signature = key.sign(message);
        hex_encode(&signature.to_bytes())
    }

    /// What [`sm2_seal`] sealed for this key.
    pub fn open(&self, sealed: &[u8]) -> Option<Vec<u8>> {
        DecryptingKey::new(self.0.clone()).decrypt(sealed).ok()
    }
}

/// The text is a public key: 04 ‖ x ‖ y, a point of the curve.
pub fn sm2_public_valid(public_hex: &str) -> bool {
    verifying(public_hex).is_some()
}

fn verifying(public_hex: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_sec1_bytes(DIST_ID, &hex_decode(public_hex)?).ok()
}

/// The signature is of this key over this message.
pub fn sm2_verify(public_hex: &str, message: &[u8], signature_hex: &str) -> bool {
    let checked = || {
        let signature = Signature::try_from(hex_decode(signature_hex)?.as_slice()).ok()?;
        verifying(public_hex)?.verify(message, &signature).ok()
    };
    checked().is_some()
}

/// Chance for the cipher.
struct Chance<'a>(&'a dyn Mint);

impl TryRng for Chance<'_> {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let mut bytes = [0; 4];
        self.0.bytes(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        let mut bytes = [0; 8];
        self.0.bytes(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> {
        self.0.bytes(to);
        Ok(())
    }
}

impl TryCryptoRng for Chance<'_> {}

/// Seals bytes for the holder of a key; `None` when the key is none.
pub fn sm2_seal(public_hex: &str, mint: &dyn Mint, plain: &[u8]) -> Option<Vec<u8>> {
    let key = EncryptingKey::from_sec1_bytes(&hex_decode(public_hex)?).ok()?;
    key.encrypt(&mut Chance(mint), plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::SystemMint;

    /// GB/T 32918.5-2017 annex A: the key of the standard's own example.
    const SECRET: &str = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
    const PUBLIC: &str = "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020\
                          ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";

    #[test]
    fn the_standards_own_signature_is_accepted() {
        let signature = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3\
                         b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
        assert!(sm2_verify(PUBLIC, b"message digest", signature));
        assert!(!sm2_verify(PUBLIC, b"message digesT", signature));
        assert_eq!(Sm2Key::parse(SECRET).map(|k| k.public_hex()).as_deref(), Some(PUBLIC));
    }

    #[test]
    fn only_the_holder_signs_and_opens() {
        let (one, other) = (Sm2Key::make(&SystemMint), Sm2Key::make(&SystemMint));
        let signature = one.sign("工单".as_bytes());
        assert!(sm2_verify(&one.public_hex(), "工单".as_bytes(), &signature));
        assert!(!sm2_verify(&other.public_hex(), "工单".as_bytes(), &signature));
        assert!(!sm2_verify(&one.public_hex(), "工单".as_bytes(), ""));
        let sealed = sm2_seal(&one.public_hex(), &SystemMint, "张明".as_bytes()).unwrap();
        assert_eq!(one.open(&sealed).as_deref(), Some("张明".as_bytes()));
        assert_eq!(other.open(&sealed), None);
        assert_eq!(Sm2Key::parse(one.secret_hex().expose()).unwrap().public_hex(), one.public_hex());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert!(sm2_public_valid(PUBLIC));
        assert!(
            !sm2_public_valid("04")
                && !sm2_public_valid(&PUBLIC[..128])
                && !sm2_public_valid(&PUBLIC.replace("09f9", "19f9"))
        );
        assert!(Sm2Key::parse("00").is_none());
    }
}
