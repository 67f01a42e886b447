//! 文书核验: what everybody may learn of a document.

use kernel::Ts;
use serde::{Deserialize, Serialize};

/// A document, without anything of whom or what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    pub kind: String,
    pub number: String,
    pub code: String,
    pub org: String,
    pub issued_at: Ts,
    /// SM3 of the files, hexadecimal: whoever has one can tell whether it was changed.
    pub pdf_sm3: String,
    pub docx_sm3: String,
    pub valid: bool,
    pub withdrawn_at: Option<Ts>,
}
