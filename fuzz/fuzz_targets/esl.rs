//! FreeSWITCH's event socket: the same bytes in different pieces are the same messages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use switch::esl::wire::{Message, Reader};

fn all(bytes: &[u8], piece: usize) -> (Vec<Message>, bool) {
    let (mut reader, mut found) = (Reader::default(), Vec::new());
    for part in bytes.chunks(piece.max(1)) {
        reader.feed(part);
        loop {
            match reader.message() {
                Ok(Some(message)) => found.push(message),
                Ok(None) => break,
                Err(_) => return (found, true),
            }
        }
    }
    (found, false)
}

fuzz_target!(|input: (u8, Vec<u8>)| {
    let (piece, bytes) = input;
    assert_eq!(all(&bytes, usize::from(piece)), all(&bytes, bytes.len()));
});
