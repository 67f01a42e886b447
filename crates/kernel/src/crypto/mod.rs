use crate::secret::Secret;
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    #[error("sealed bytes are too short or malformed")]
    Malformed,
    #[error("no key of version {0}")]
    UnknownKeyVersion(u8),
    #[error("sealed bytes were altered, or belong to another place")]
    Forged,
}
pub trait Provider: Send + Sync {
    fn seal(&self, aad: &[u8], plain: &[u8]) -> Vec<u8>;
    fn open(&self, aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CryptoError>;
    fn blind(&self, domain: &str, normalised: &str) -> [u8; 32];
    fn digest(&self, bytes: &[u8]) -> [u8; 32];
}
pub struct SoftwareProvider {}
impl SoftwareProvider {
    pub fn from_master(_master: &Secret<[u8; 32]>) -> Self {
        unimplemented!()
    }
}
impl Provider for SoftwareProvider {
    fn seal(&self, _aad: &[u8], _plain: &[u8]) -> Vec<u8> {
        unimplemented!()
    }
    fn open(&self, _aad: &[u8], _sealed: &[u8]) -> Result<Vec<u8>, CryptoError> {
        unimplemented!()
    }
    fn blind(&self, _domain: &str, _normalised: &str) -> [u8; 32] {
        unimplemented!()
    }
    fn digest(&self, _bytes: &[u8]) -> [u8; 32] {
        unimplemented!()
    }
}
pub fn constant_time_eq(_a: &[u8], _b: &[u8]) -> bool {
    unimplemented!()
}
pub fn hex_encode(_bytes: &[u8]) -> String {
    unimplemented!()
}
pub fn hex_decode(_text: &str) -> Option<Vec<u8>> {
    unimplemented!()
}
