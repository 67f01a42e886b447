//! 公文 as bytes: DOCX templates are checked and filled, the filled DOCX is set as PDF with embedded Chinese fonts. The
//! DOCX is the one truth: what an administrator changes in a template is what both files show. No IO but the reading of
//! font files.

mod fill;
mod fonts;
mod line;
mod model;
mod pack;
mod paint;
mod qr;
mod read;
mod set;
mod write;
mod xml;

pub use fill::{Fields, Placeholders, QR, fill, placeholders};
pub use fonts::{Fonts, Style};
pub use model::*;
pub use qr::qr_png;
pub use read::read;
pub use set::hairline;
pub use write::write;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file is no DOCX or is damaged; for the person who sent it.
    #[error("{0}")]
    Bad(String),
    /// A font is missing or cannot be used; for the operator.
    #[error("{0}")]
    Font(String),
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Pdf(String),
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What is told about the PDF beside its text.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub title: String,
    pub author: String,
}

/// Sets a filled DOCX as PDF.
///
/// # Errors
/// When the DOCX cannot be read or a font cannot be embedded.
pub fn pdf(docx: &[u8], fonts: &Fonts, about: &About) -> Result<Vec<u8>> {
    let sheet = read(docx)?;
    let faces = set::faces(&sheet, fonts)?;
    let pages = set::pages(&sheet, &faces);
    paint::paint(&sheet, &pages, &faces, about)
}
