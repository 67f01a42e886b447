//! What a browser's line tells the engine; the same with and without browser media in the build.

use std::sync::Arc;

use crate::g711::Codec;

/// A packet of a browser, already deciphered.
pub struct WebPacket {
    pub ssrc: u32,
    /// The first of a stream.
    pub begins: bool,
    pub seq: u16,
    pub timestamp: u32,
    pub marker: bool,
    /// `None` for what is not sound.
    pub codec: Option<Codec>,
    /// Telephone-event.
    pub event: bool,
    pub payload: Arc<[u8]>,
}

/// What came of driving a line.
#[cfg_attr(not(feature = "webrtc"), expect(dead_code, reason = "only browser media make values of it"))]
pub enum Happening {
    Up,
    Down,
    /// What the browser says about what it is sent: loss of 256, round trip.
    Report {
        fraction: u8,
        rtt_ms: Option<u16>,
    },
    Packet(WebPacket),
}
