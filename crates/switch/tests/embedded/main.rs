//! The embedded switch — signalling and media together — against real sipp with real sound.

#![expect(clippy::unwrap_used, reason = "a test panics where the product answers")]

mod calls;
mod desk;
#[path = "../common/sipp.rs"]
mod sipp;
