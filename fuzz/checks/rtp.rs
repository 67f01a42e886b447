// RTP and RTCP from anybody: what is written is read back.
use crate::{rtcp, rtp};

pub fn check(bytes: &[u8]) {
    if let Some(packet) = rtp::parse(bytes) {
        let mut out = [0; rtp::MTU];
        if let Some(length) = rtp::build(&packet, &mut out) {
            assert_eq!(rtp::parse(&out[..length]), Some(packet));
        }
    }
    let _ = rtcp::parse(bytes, 1);
}
