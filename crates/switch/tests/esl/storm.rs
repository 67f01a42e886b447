//! Damaged bytes on the event socket: the check of the fuzz target `esl`, everywhere.

#[path = "../../../../fuzz/checks/esl.rs"]
mod check;
#[path = "../../../../fuzz/storm.rs"]
mod damage;

const SAMPLES: [&[u8]; 4] = [
    b"Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n",
    b"Content-Type: api/response\nContent-Length: 4\n\n+OK\nContent-Type: text/disconnect-notice\nContent-Length: 3\n\nbye",
    b"Content-Length: 74\nContent-Type: text/event-plain\n\nEvent-Name: DTMF\nUnique-ID: 00000000-0000-0000-0000-000000000001\n\
      DTMF-Digit: %23\n\n",
    b"Content-Length: 52\nContent-Type: text/event-plain\n\nEvent-Name: BACKGROUND_JOB\nContent-Length: 5\n\n-ERR\n",
];

#[test]
fn damaged_bytes_are_the_same_messages_however_they_are_cut() {
    let mut piece = 0;
    damage::storm(&SAMPLES, 20_000, |bytes| {
        piece = piece % 40 + 1;
        check::check(piece, bytes);
    });
}
