//! The line itself: digits, strangers' packets, silence, quality.

use std::net::UdpSocket;
use std::time::Duration;

use media::{Codec, MediaCommand, MediaEvent, RtpRemote};

use crate::rig::{Heard, Rig, goertzel, last_sound, leg, packet};

const TONES: [u32; 3] = [500, 900, 1300];

fn digit(rig: &Rig) -> char {
    rig.event(|e| match e {
        MediaEvent::Digit { leg: l, digit } if l == leg(1) => Some(digit),
        _ => None,
    })
}

#[test]
fn a_key_is_told_once_and_passed_on() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    b.hears(&[500], &TONES);
    for (code, expected) in [(5, '5'), (5, '5'), (11, '#'), (0, '0')] {
        a.press(code);
        assert_eq!(digit(&rig), expected);
        b.wait("the end of the event", |heard| ends(heard, code) >= 3);
        b.clear();
    }
    b.hears(&[500], &TONES);
    let more = rig.drain().into_iter().filter(|e| matches!(e, MediaEvent::Digit { .. })).count();
    assert_eq!(more, 0);
}

fn ends(heard: &[Heard], code: u8) -> usize {
    heard.iter().filter(|h| h.payload_type == 101 && h.payload[0] == code && h.payload[1] & 0x80 != 0).count()
}

#[test]
fn digits_are_sent_as_events_and_the_sound_goes_on_after_them() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    b.hears(&[500], &TONES);
    b.clear();
    rig.media.send(MediaCommand::Digits { leg: leg(2), digits: "12#".into() });
    b.wait("three digits", |heard| ends(heard, 11) >= 3);
    let heard = b.heard();
    let mut events: Vec<(u32, u8)> =
        heard.iter().filter(|h| h.payload_type == 101).map(|h| (h.timestamp, h.payload[0])).collect();
    events.dedup();
    assert_eq!(events.iter().map(|(_, code)| *code).collect::<Vec<_>>(), [1, 2, 11]);
    for pair in heard.windows(2) {
        assert_eq!(pair[1].seq.wrapping_sub(pair[0].seq), 1, "one stream");
        assert!(pair[1].timestamp.wrapping_sub(pair[0].timestamp) < 8000, "time goes on");
    }
    b.hears(&[500], &TONES);
    a.hears(&[900], &TONES);
}

#[test]
fn a_peer_without_events_gets_tones() {
    let rig = Rig::start();
    let a = rig.phone(1, 0, Codec::Pcmu);
    rig.media.send(MediaCommand::RtpUpdate { leg: leg(1), remote: RtpRemote { dtmf_pt: None, ..a.remote() } });
    rig.media.send(MediaCommand::Digits { leg: leg(1), digits: "1".into() });
    a.wait("697 and 1209 Hz", |heard| {
        last_sound(heard, Codec::Pcmu, 4).is_some_and(|s| goertzel(&s, 697) > 0.1 && goertzel(&s, 1209) > 0.1)
    });
    assert!(a.heard().iter().all(|h| h.payload_type == 0));
}

#[test]
fn a_stranger_is_neither_heard_nor_answered() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    b.hears(&[500], &TONES);
    a.hears(&[900], &TONES);
    let thief = UdpSocket::bind("127.0.0.1:0").expect("a port");
    thief.set_nonblocking(true).expect("set");
    let ssrc = 0x5000_0000 | u32::from(a.address.port());
    b.clear();
    a.clear();
    for n in 0..100u16 {
        // In sequence, with the genuine stream's number, and with one of its own.
        let payload = [Codec::Pcma.encode(20_000); 160];
        thief.send_to(&packet(8, false, n, u32::from(n) * 160, ssrc, &payload), a.peer()).expect("sent");
        thief.send_to(&packet(8, false, n, u32::from(n) * 160, 77, &payload), a.peer()).expect("sent");
        a.listen(1);
    }
    assert!(thief.recv(&mut [0; 1500]).is_err(), "nothing is sent to the stranger");
    b.hears(&[500], &TONES);
    let loud = Codec::Pcma.encode(20_000);
    assert!(b.heard().iter().all(|h| h.payload.iter().filter(|c| **c == loud).count() < 80), "nor heard");
    assert!(a.heard().len() >= 100, "the citizen goes on hearing");
}

#[test]
fn the_signalling_moves_a_line_to_another_address() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    let other = rig.phone(9, 1300, Codec::Pcma);
    rig.media.send(MediaCommand::RtpUpdate { leg: leg(9), remote: RtpRemote { receives: false, ..other.remote() } });
    rig.hear(&[(1, 2), (2, 1)]);
    a.hears(&[900], &TONES);
    b.mute(true);
    // The carrier moves leg 2 to a telephone that until now sent to a leg of its own.
    rig.media.send(MediaCommand::RtpUpdate { leg: leg(2), remote: other.remote() });
    other.hears(&[500], &TONES);
    let before = b.heard().len();
    other.listen(20);
    assert!(b.heard().len() <= before + 1, "the old address is sent nothing more");
}

#[test]
fn nothing_is_sent_to_a_peer_that_does_not_receive() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.hear(&[(1, 2), (2, 1)]);
    b.hears(&[500], &TONES);
    rig.media.send(MediaCommand::RtpUpdate { leg: leg(2), remote: RtpRemote { receives: false, ..b.remote() } });
    a.listen(5);
    let before = b.heard().len();
    a.listen(20);
    assert_eq!(b.heard().len(), before);
    rig.media.send(MediaCommand::RtpUpdate { leg: leg(2), remote: b.remote() });
    b.hears(&[500], &TONES);
}

#[test]
fn a_line_that_falls_silent_is_told_of_once() {
    let rig = Rig::with(media::PromptLibrary::default(), 1);
    let a = rig.phone(1, 500, Codec::Pcma);
    let b = rig.phone(2, 900, Codec::Pcma);
    rig.media.send(MediaCommand::RtpUpdate { leg: leg(2), remote: RtpRemote { sends: false, ..b.remote() } });
    b.mute(true);
    a.listen(20);
    a.mute(true);
    let silent = |e| match e {
        MediaEvent::Silent { leg } => Some(leg),
        _ => None,
    };
    assert_eq!(rig.event(silent), leg(1));
    assert_eq!(rig.event_within(Duration::from_millis(1500), silent), None, "once, and not for one that need not send");
    a.mute(false);
    a.listen(5);
    a.mute(true);
    assert_eq!(rig.event(silent), leg(1));
}

#[test]
fn loss_jitter_and_round_trip_are_told() {
    let rig = Rig::start();
    let a = rig.phone(1, 500, Codec::Pcma);
    a.rtcp.set_read_timeout(Some(Duration::from_secs(8))).expect("set");
    let mut buffer = [0u8; 500];
    let n = a.rtcp.recv(&mut buffer).expect("a report");
    // A sender report with one block about our stream.
    assert_eq!((buffer[0], buffer[1]), (0x81, 200));
    assert!(n > 52);
    let word = |at: usize| u32::from_be_bytes(buffer[at..at + 4].try_into().expect("four"));
    assert_eq!(word(28), 0x5000_0000 | u32::from(a.address.port()));
    // Answer with a receiver report: a quarter lost, 10 ms jitter, no delay since that report.
    let last_sr = (word(8) << 16) | (word(12) >> 16);
    let mut report = vec![0x81, 201, 0, 7];
    for word in [9, word(4), 64 << 24, 0, 80, last_sr, 0] {
        report.extend(word.to_be_bytes());
    }
    let mut to = a.peer();
    to.set_port(to.port() + 1);
    a.rtcp.send_to(&report, to).expect("sent");
    let (loss, jitter, trip) = rig.event(|e| match e {
        MediaEvent::Quality { loss_permille, jitter_ms, rtt_ms: Some(trip), .. } => {
            Some((loss_permille, jitter_ms, trip))
        }
        _ => None,
    });
    assert_eq!(loss, 250);
    assert!((10..30).contains(&jitter), "{jitter}");
    assert!(trip < 1000, "{trip}");
}
