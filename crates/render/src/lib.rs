//! Bytes for people: tables as CSV or XLSX in constant memory, files known by their content, small pictures,
//! archives with digests. Knows nothing of the business.

pub mod archive;
pub mod content;
mod csv_table;
pub mod picture;
mod table;
mod xlsx_table;

pub use csv_table::CsvTable;
pub use table::{Cell, Column, Format, Stamp};
pub use xlsx_table::XlsxTable;

/// A table or an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("XLSX: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    #[error("ZIP: {0}")]
    Zip(#[from] zip::result::ZipError),
    #[error("ZIP: {0}")]
    Io(#[from] std::io::Error),
}
