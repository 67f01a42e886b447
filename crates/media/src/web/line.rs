//! One browser's line: its session, what it sends and is sent.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::UdpSocket;
use str0m::change::SdpOffer;
use str0m::format;
use str0m::media::{MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite, SeqNo};
use str0m::{Event, Input, Output, Rtc};

use crate::browser::{Happening, WebPacket};
use crate::g711::Codec;
use crate::sender::Stamp;

/// A browser that sends nothing for so long, not even its connectivity checks, is lost.
const LOST: Duration = Duration::from_secs(4);
/// A line that is closed or broken is looked at this often until it is replaced.
const REST: Duration = Duration::from_secs(3600);

pub struct WebLine {
    rtc: Rtc,
    /// Our address in the eyes of ICE.
    local: SocketAddr,
    /// Certificate of the page: another one is another page.
    fingerprint: String,
    mid: Option<Mid>,
    payload_types: PayloadTypes,
    /// The browser's stream.
    stream: Option<u32>,
    /// Keys have been exchanged.
    connected: bool,
    up: bool,
    heard: Instant,
    due: Instant,
    pub(super) entered: Option<String>,
    pub(super) sources: Vec<SocketAddr>,
}

/// As negotiated with this browser.
#[derive(Default)]
struct PayloadTypes {
    alaw: Option<Pt>,
    ulaw: Option<Pt>,
    event: Option<Pt>,
}

impl WebLine {
    pub(super) fn new(rtc: Rtc, sdp: &str, local: SocketAddr, now: Instant) -> Result<Self, String> {
        let fingerprint = fingerprint(sdp).ok_or("浏览器的媒体描述缺少证书指纹")?.to_owned();
        let mut line = Self {
            rtc,
            local,
            fingerprint,
            mid: None,
            payload_types: PayloadTypes::default(),
            stream: None,
            connected: false,
            up: false,
            heard: now,
            due: now,
            entered: None,
            sources: Vec::new(),
        };
        line.read_payload_types();
        if line.payload_types.alaw.is_none() && line.payload_types.ulaw.is_none() {
            return Err("浏览器不支持 G.711 语音".to_owned());
        }
        Ok(line)
    }

    fn read_payload_types(&mut self) {
        for params in self.rtc.codec_config().params() {
            let place = match params.spec().codec {
                format::Codec::PCMA => &mut self.payload_types.alaw,
                format::Codec::PCMU => &mut self.payload_types.ulaw,
                format::Codec::Tele => &mut self.payload_types.event,
                _ => continue,
            };
            *place = Some(params.pt());
        }
    }

    pub(super) fn ufrag(&mut self) -> String {
        self.rtc.direct_api().local_ice_credentials().ufrag
    }

    pub fn codec(&self) -> Codec {
        if self.payload_types.alaw.is_some() { Codec::Pcma } else { Codec::Pcmu }
    }

    pub fn knows_events(&self) -> bool {
        self.payload_types.event.is_some()
    }

    pub fn is_up(&self) -> bool {
        self.up
    }

    pub fn due(&self, now: Instant) -> bool {
        self.due <= now || (self.up && self.is_lost(now))
    }

    fn is_lost(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard) >= LOST
    }

    /// The answer to another offer of the same page; `None` when the offer is of another page or the session is over.
    pub fn renegotiate(&mut self, sdp: &str) -> Option<Result<String, String>> {
        if !self.rtc.is_alive() || fingerprint(sdp) != Some(&self.fingerprint) {
            return None;
        }
        let answer = SdpOffer::from_sdp_string(sdp)
            .map_err(|e| format!("浏览器的媒体描述无法解析：{e}"))
            .and_then(|offer| self.rtc.sdp_api().accept_offer(offer).map_err(|e| format!("浏览器媒体协商失败：{e}")))
            .map(|answer| answer.to_sdp_string());
        self.read_payload_types();
        Some(answer)
    }

    /// Takes a datagram; false when it is not for this line.
    pub fn receive(&mut self, bytes: &[u8], from: SocketAddr, now: Instant) -> bool {
        let Ok(contents) = bytes.try_into() else { return false };
        let receive = Receive { proto: Protocol::Udp, source: from, destination: self.local, contents };
        let input = Input::Receive(now, receive);
        if !self.rtc.accepts(&input) {
            return false;
        }
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, "a browser's packet is of no use");
        }
        self.heard = now;
        self.due = now;
        true
    }

    /// Gives a packet to the session; true when the line is to be driven.
    pub fn write(&mut self, stamp: Stamp, event: bool, payload: &[u8], now: Instant) -> bool {
        let types = &self.payload_types;
        let pt = if event { types.event } else { types.alaw.or(types.ulaw) };
        let (Some(mid), Some(pt), true) = (self.mid, pt, self.up) else { return false };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(mid, None) else { return false };
        let packet = RtpWrite::new(pt, SeqNo::from(stamp.seq), stamp.timestamp, now, payload).marker(stamp.marker);
        stream.write_rtp(packet);
        self.due = now;
        true
    }

    /// Lets the session work until it has something to tell or nothing to do.
    pub fn drive(&mut self, socket: &UdpSocket, now: Instant) -> Option<Happening> {
        if self.up && self.is_lost(now) {
            self.up = false;
            return Some(Happening::Down);
        }
        if self.connected && !self.up && !self.is_lost(now) {
            self.up = true;
            return Some(Happening::Up);
        }
        if self.due <= now && self.rtc.handle_input(Input::Timeout(now)).is_err() {
            return self.broken(now);
        }
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.due = if self.rtc.is_alive() { at } else { now + REST };
                    return None;
                }
                Ok(Output::Transmit(t)) => {
                    // What the socket does not take is lost as in the network.
                    let _ = socket.send_to(&t.contents, t.destination);
                }
                Ok(Output::Event(event)) => {
                    if let Some(happening) = self.happening(event, now) {
                        return Some(happening);
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a browser's media session broke");
                    return self.broken(now);
                }
            }
        }
    }

    fn broken(&mut self, now: Instant) -> Option<Happening> {
        self.rtc.disconnect();
        self.due = now + REST;
        self.connected = false;
        std::mem::take(&mut self.up).then_some(Happening::Down)
    }

    fn happening(&mut self, event: Event, now: Instant) -> Option<Happening> {
        match event {
            Event::MediaAdded(added) if added.kind == MediaKind::Audio => {
                self.mid.get_or_insert(added.mid);
                None
            }
            Event::Connected => {
                self.connected = true;
                self.heard = now;
                (!std::mem::replace(&mut self.up, true)).then_some(Happening::Up)
            }
            Event::Closed => {
                self.connected = false;
                std::mem::take(&mut self.up).then_some(Happening::Down)
            }
            Event::MediaEgressStats(stats) => Some(Happening::Report {
                fraction: stats.loss.map_or(0, |loss| (loss * 256.0).clamp(0.0, 255.0) as u8),
                rtt_ms: stats.rtt.map(|rtt| u16::try_from(rtt.as_millis()).unwrap_or(u16::MAX)),
            }),
            Event::RtpPacket(packet) => Some(Happening::Packet(self.packet(packet))),
            _ => None,
        }
    }

    fn packet(&mut self, packet: RtpPacket) -> WebPacket {
        let pt = Some(packet.header.payload_type);
        let codec = if pt == self.payload_types.alaw {
            Some(Codec::Pcma)
        } else if pt == self.payload_types.ulaw {
            Some(Codec::Pcmu)
        } else {
            None
        };
        let ssrc = *packet.header.ssrc;
        WebPacket {
            ssrc,
            begins: self.stream.replace(ssrc) != Some(ssrc),
            seq: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            codec,
            event: pt == self.payload_types.event,
            payload: packet.payload,
        }
    }
}

fn fingerprint(sdp: &str) -> Option<&str> {
    sdp.lines().find_map(|line| line.strip_prefix("a=fingerprint:")).map(str::trim)
}
