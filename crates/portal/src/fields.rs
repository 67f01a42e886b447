//! What a form sent, whatever its encoding.

use axum::extract::multipart::{Multipart, MultipartError};
use axum::http::StatusCode;
use kernel::{FieldError, Refusal};

use crate::site::Trouble;

/// A file of a form.
#[derive(Clone, Debug)]
pub struct Upload {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Names with their values, in the order sent.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    pairs: Vec<(String, String)>,
    pub files: Vec<Upload>,
}

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self { pairs, files: Vec::new() }
    }
}

impl Fields {
    /// Reads a form with files.
    ///
    /// # Errors
    /// Refuses what is too large or cut off.
    pub async fn read(mut form: Multipart) -> Result<Self, Trouble> {
        let mut out = Self::default();
        while let Some(field) = form.next_field().await.map_err(|e| refused(&e))? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                Some(file) => {
                    let bytes = field.bytes().await.map_err(|e| refused(&e))?.to_vec();
                    // A file input left empty still sends a nameless file.
                    if !bytes.is_empty() || !file.is_empty() {
                        out.files.push(Upload { name: file, bytes });
                    }
                }
                None => out.pairs.push((name, field.text().await.map_err(|e| refused(&e))?)),
            }
        }
        Ok(out)
    }

    /// The last value of a name, without the carriage returns browsers add; empty when there is none.
    pub fn text(&self, name: &str) -> String {
        let found = self.pairs.iter().rev().find(|(n, _)| n == name);
        found.map(|(_, v)| v.replace("\r\n", "\n")).unwrap_or_default()
    }

    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(n, _)| n == name)
    }

    /// Names that begin so, with their values.
    pub fn starting(&self, with: &str) -> Vec<(String, String)> {
        let own = self.pairs.iter().filter(|(n, _)| n.starts_with(with));
        own.map(|(n, v)| (n.clone(), v.replace("\r\n", "\n"))).collect()
    }

    /// Every value of a name.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.clone()).collect()
    }
}

fn refused(e: &MultipartError) -> Trouble {
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Refusal::new(kernel::RefusalKind::Invalid, "too_large", "照片过大，请返回后换小一些的照片再上传。")
            .into();
    }
    Refusal::invalid("form", "提交的内容没有传完，请返回后重试。").into()
}

/// Complaints about a form, looked up by field.
#[derive(Clone, Debug, Default)]
pub struct Errors(pub Vec<FieldError>);

impl Errors {
    /// The complaint about a field.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&FieldError> {
        self.0.iter().find(|e| e.field == field)
    }

    #[must_use]
    pub fn any(&self) -> bool {
        !self.0.is_empty()
    }
}

impl From<&Refusal> for Errors {
    /// A refusal without fields becomes a complaint about the form as a whole.
    fn from(refusal: &Refusal) -> Self {
        if refusal.fields.is_empty() {
            return Self(vec![FieldError::new("form", refusal.message.clone())]);
        }
        Self(refusal.fields.clone())
    }
}
