//! 平台对接 (§9.1, §9.2): orders go to other platforms and come from them, signed and sealed, each exactly once; what becomes of
//! them is told back. `hotline` carries what [`say::due`] gives; nothing here opens a connection.

pub mod admin;
pub mod answer;
mod envelope;
pub mod say;
pub mod show;
pub mod take;

pub use envelope::{Envelope, Said};
