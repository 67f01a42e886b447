//! FreeSWITCH's event socket.
#![no_main]

#[path = "../checks/esl.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|input: (u8, Vec<u8>)| check::check(usize::from(input.0), &input.1));
