//! 导入: orders from foreign tables, repeatable and resumable.

mod mapping;
mod origin;
mod reader;
mod result;
mod row;
mod run;

pub use mapping::{Columns, FIELDS, Mapping};
pub use run::{ImportPlan, ImportReport, import_run};
