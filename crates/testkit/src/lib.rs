//! What tests share. A development dependency only.

mod engine;
pub mod pg;

pub use engine::{TestDb, block, engines};
