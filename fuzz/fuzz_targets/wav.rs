//! Uploaded prompts and recordings of unknown origin.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = media::wav::read_header(bytes);
    let _ = media::prompts::convert(bytes);
});
