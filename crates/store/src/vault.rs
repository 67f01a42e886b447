//! Sealed columns and blind indexes.

use std::sync::Arc;

use kernel::{IdCard, Phone, Provider, normalise};

use crate::error::{Result, StoreError};

/// Seals and opens personal data, and makes it searchable by equality. Sealed bytes open only in the row and column
/// they were sealed for.
#[derive(Clone)]
pub struct Vault(pub Arc<dyn Provider>);

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

/// Bytes of a blind index kept in the database: 128 of 256 bits are ample against chance and halve the indexes.
const IDX_LEN: usize = 16;

impl Vault {
    #[must_use]
    pub fn new(provider: impl Provider + 'static) -> Self {
        Self(Arc::new(provider))
    }

    pub(crate) fn seal(
        &self,
        table: &'static str,
        row: impl std::fmt::Display,
        column: &'static str,
        plain: &str,
    ) -> Vec<u8> {
        self.0.seal(format!("{table}:{row}:{column}").as_bytes(), plain.as_bytes())
    }

    pub(crate) fn seal_opt(
        &self,
        table: &'static str,
        row: impl std::fmt::Display,
        column: &'static str,
        plain: Option<&str>,
    ) -> Option<Vec<u8>> {
        plain.map(|p| self.seal(table, row, column, p))
    }

    pub(crate) fn open(
        &self,
        table: &'static str,
        row: impl std::fmt::Display,
        column: &'static str,
        sealed: &[u8],
    ) -> Result<String> {
        let bytes = self
            .0
            .open(format!("{table}:{row}:{column}").as_bytes(), sealed)
            .map_err(|source| StoreError::Sealed { table, column, row: row.to_string(), source })?;
        String::from_utf8(bytes).map_err(|e| StoreError::corrupt(table, column, row, e))
    }

    pub(crate) fn seal_bytes(
        &self,
        table: &'static str,
        row: impl std::fmt::Display,
        column: &'static str,
        plain: &[u8],
    ) -> Vec<u8> {
        self.0.seal(format!("{table}:{row}:{column}").as_bytes(), plain)
    }

    pub(crate) fn open_bytes(
        &self,
        table: &'static str,
        row: impl std::fmt::Display,
        column: &'static str,
        sealed: &[u8],
    ) -> Result<Vec<u8>> {
        self.0.open(format!("{table}:{row}:{column}").as_bytes(), sealed).map_err(|source| StoreError::Sealed {
            table,
            column,
            row: row.to_string(),
            source,
        })
    }

    pub(crate) fn open_opt(
        &self,
        table: &'static str,
        row: impl std::fmt::Display,
        column: &'static str,
        sealed: Option<&[u8]>,
    ) -> Result<Option<String>> {
        sealed.map(|s| self.open(table, row, column, s)).transpose()
    }

    /// Lower-case hexadecimal SM3 of bytes: log chains, token hashes.
    #[must_use]
    pub fn digest_hex(&self, bytes: &[u8]) -> String {
        kernel::hex_encode(&self.0.digest(bytes))
    }

    /// Blind index of any text, as hexadecimal: query codes, session tokens.
    #[must_use]
    pub fn blind_hex(&self, domain: &str, text: &str) -> String {
        kernel::hex_encode(&self.0.blind(domain, text))
    }

    fn blind(&self, domain: &str, text: &str) -> Vec<u8> {
        self.0.blind(domain, text)[..IDX_LEN].to_vec()
    }

    fn blind_all(&self, domain: &str, text: &str) -> Vec<Vec<u8>> {
        self.0.blind_all(domain, text).iter().map(|b| b[..IDX_LEN].to_vec()).collect()
    }

    /// Blind index of a telephone number, whatever its writing.
    #[must_use]
    pub fn phone_idx(&self, phone: &str) -> Vec<u8> {
        self.blind("phone", &phone_form(phone))
    }

    /// As [`Vault::phone_idx`] under every readable key, for searching.
    #[must_use]
    pub fn phone_idx_all(&self, phone: &str) -> Vec<Vec<u8>> {
        self.blind_all("phone", &phone_form(phone))
    }

    pub(crate) fn id_idx(&self, id_no: &str) -> Vec<u8> {
        self.blind("id_no", &id_form(id_no))
    }

    pub(crate) fn id_idx_all(&self, id_no: &str) -> Vec<Vec<u8>> {
        self.blind_all("id_no", &id_form(id_no))
    }

    pub(crate) fn name_idx(&self, name: &str) -> Vec<u8> {
        self.blind("name", &plain_form(name))
    }

    pub(crate) fn name_idx_all(&self, name: &str) -> Vec<Vec<u8>> {
        self.blind_all("name", &plain_form(name))
    }

    pub(crate) fn address_idx(&self, address: &str) -> Vec<u8> {
        self.blind("address", &plain_form(address))
    }

    pub(crate) fn address_idx_all(&self, address: &str) -> Vec<Vec<u8>> {
        self.blind_all("address", &plain_form(address))
    }
}

fn phone_form(phone: &str) -> String {
    Phone::parse(phone).map_or_else(|_| plain_form(phone), |p| p.normalised().to_owned())
}

fn id_form(id_no: &str) -> String {
    IdCard::parse(id_no).map_or_else(|_| plain_form(id_no), |c| c.normalised().to_owned())
}

fn plain_form(text: &str) -> String {
    normalise(text).chars().filter(|c| !c.is_whitespace()).collect()
}
