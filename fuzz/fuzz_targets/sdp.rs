//! Session descriptions of carriers.
#![no_main]

#[path = "../checks/sdp.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|body: &[u8]| check::check(body));
