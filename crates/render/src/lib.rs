//! Bytes for people: tables as CSV or XLSX in constant memory, files known by their content, small pictures. Knows
//! nothing of the business.

pub mod content;
mod csv_table;
pub mod picture;
mod table;
mod xlsx_table;

pub use csv_table::CsvTable;
pub use table::{Cell, Column, Format, Stamp};
pub use xlsx_table::XlsxTable;

/// A table could not be written.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    #[error("CSV: {0}")]
    Csv(#[from] csv::Error),
    #[error("XLSX: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
}
