//! Datagrams at a media port: RTP and RTCP from anybody. The readers are taken as they are; nothing outside `media` needs them.
#![no_main]

use libfuzzer_sys::fuzz_target;

#[expect(dead_code, reason = "only reading is fuzzed")]
#[path = "../../crates/media/src/rtcp.rs"]
mod rtcp;
#[path = "../../crates/media/src/rtp.rs"]
mod rtp;

fuzz_target!(|bytes: &[u8]| {
    if let Some(packet) = rtp::parse(bytes) {
        let mut out = [0; rtp::MTU];
        if let Some(length) = rtp::build(&packet, &mut out) {
            assert_eq!(rtp::parse(&out[..length]), Some(packet), "what is written is read back");
        }
    }
    let _ = rtcp::parse(bytes, 1);
});
