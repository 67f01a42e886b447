//! Thousands of damaged datagrams at a real listener; then an ordinary call.

use std::net::UdpSocket;

use sip::Cause;

use crate::bench::{Bench, HOME, caller, config};

const METHODS: [&str; 12] =
    ["INVITE", "BYE", "ACK", "CANCEL", "OPTIONS", "REGISTER", "INFO", "UPDATE", "PRACK", "REFER", "NOTIFY", "NONSENSE"];
const PIECES: [&[u8]; 12] =
    [b"\r\n", b":", b";", b"<", b">", b"\"", b"\xff\xfe", b"%", b"@", b"[", b"\0", b"999999999999999999999999"];

/// xorshift64*: the same storm every time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % n
    }
}

fn message(n: usize, method: &str, port: u16) -> Vec<u8> {
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 45555 RTP/AVP 8 101\r\n\
        a=rtpmap:101 telephone-event/8000\r\n";
    format!(
        "{method} sip:12345@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{n}\r\n\
         From: <sip:8001@127.0.0.1>;tag={n}\r\nTo: <sip:12345@127.0.0.1>\r\nCall-ID: storm{n}\r\nCSeq: 1 {method}\r\n\
         Contact: <sip:a@127.0.0.1:9>\r\nMax-Forwards: 70\r\nRAck: 1 1 INVITE\r\nSession-Expires: 90;refresher=uac\r\n\
         Expires: 60\r\nAuthorization: Digest username=\"8001\",realm=\"hotline\",nonce=\"n.n\",uri=\"sip:x\",\
         response=\"0\",qop=auth,nc=00000001,cnonce=\"c\"\r\nContent-Type: application/sdp\r\n\
         Content-Length: {}\r\n\r\n{sdp}",
        sdp.len()
    )
    .into_bytes()
}

fn damage(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..[0, 1, 2, 5, 20, 80][chance.below(6)] {
        if bytes.is_empty() {
            return;
        }
        let at = chance.below(bytes.len());
        match chance.below(4) {
            0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
            1 => {
                let end = (at + chance.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => drop(bytes.splice(at..at, PIECES[chance.below(12)].iter().copied())),
            _ => {
                let end = (at + 20).min(bytes.len());
                let piece = bytes[at..end].repeat(1 + chance.below(6));
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes.truncate(60_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_messages_do_no_harm() {
    let mut config = config(5060);
    (config.limits.calls_per_s, config.limits.burst) = (10_000, 10_000);
    config.timing.t1 = std::time::Duration::from_millis(20);
    let mut bench = Bench::start(config).await;
    let socket = UdpSocket::bind((HOME, 0)).unwrap();
    let mut chance = Chance(0x12345);
    for n in 0..8000 {
        let mut bytes = message(n, METHODS[chance.below(12)], bench.port);
        damage(&mut bytes, &mut chance);
        let _ = socket.send_to(&bytes, (HOME, bench.port));
        if n % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    // Calls that the storm began are rung down; the caller of the fresh one is recognised by its number.
    let sipp = caller("uac_call", bench.port, &[]);
    let leg = loop {
        match bench.next().await {
            sip::Event::Incoming { leg, from, .. } if from == "13800000000" => break leg,
            sip::Event::Incoming { leg, .. } => {
                bench.sip.send(sip::Command::Reject { leg, code: 486, retry_after_s: None })
            }
            _ => {}
        }
    };
    bench.sip.send(sip::Command::Answer { leg, rtp_port: 40_000 });
    let cause = loop {
        match bench.next().await {
            sip::Event::Ended { leg: ended, cause, .. } if ended == leg => break cause,
            sip::Event::Incoming { leg, .. } => {
                bench.sip.send(sip::Command::Reject { leg, code: 486, retry_after_s: None })
            }
            _ => {}
        }
    };
    assert_eq!(cause, Cause::Remote);
    sipp.passes().await;
    let empty = async {
        while bench.sip.stats() != sip::Stats::default() {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    if tokio::time::timeout(std::time::Duration::from_secs(30), empty).await.is_err() {
        panic!("left over after the storm: {:?}", bench.sip.stats());
    }
}
