//! The SIP stack against real sipp.

#![expect(clippy::unwrap_used, reason = "a test panics where the product answers")]

mod access;
mod bench;
mod incoming;
mod outgoing;
#[path = "../common/sipp.rs"]
mod sipp;
mod storm;
mod timers;
