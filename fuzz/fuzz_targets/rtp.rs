//! Datagrams at a media port. The readers are taken as they are; nothing outside `media` needs them.
#![no_main]

#[path = "../checks/rtp.rs"]
mod check;
#[expect(dead_code, reason = "only reading is fuzzed")]
#[path = "../../crates/media/src/rtcp.rs"]
mod rtcp;
#[path = "../../crates/media/src/rtp.rs"]
mod rtp;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
