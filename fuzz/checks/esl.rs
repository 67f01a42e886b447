// The same bytes in different pieces are the same messages.
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

pub fn check(piece: usize, bytes: &[u8]) {
    assert_eq!(all(bytes, piece), all(bytes, bytes.len()));
}
