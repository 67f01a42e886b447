//! Tables for people: rows in, bytes of CSV or XLSX out, in constant memory. Knows nothing of the business.

mod csv_table;
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
