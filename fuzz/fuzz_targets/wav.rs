//! Uploaded prompts and recordings of unknown origin.
#![no_main]

#[path = "../checks/wav.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
