//! 平台对接 (§9.1, §9.2): orders go to other platforms and come from them, signed and sealed, each exactly once; what becomes of
//! them is told back. `hotline` carries what [`say::due`] gives; nothing here opens a connection.

pub mod admin;
pub mod answer;
mod envelope;
mod files;
pub mod police;
pub mod proposal;
pub mod say;
pub mod share;
pub mod show;
pub mod take;
pub mod word;

pub use envelope::{Envelope, Said};
