//! A browser's softphone as far as sound goes: WebRTC with PCMA, silence all shift long as Chromium sends it.

use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::Instant;

use anyhow::{Context, Result};
use mio::net::UdpSocket;
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::RtpWrite;
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig};
use tokio::sync::oneshot;

use super::lines::{Counts, HERE, Heard, SAMPLES, SILENCE};

const MTU: usize = 2048;

pub struct Softphone {
    rtc: Rtc,
    socket: UdpSocket,
    local: SocketAddr,
    pending: Option<SdpPendingOffer>,
    mid: Mid,
    pt: Option<Pt>,
    /// Who waits for the voice; none once it is up.
    up: Option<oneshot::Sender<()>>,
    due: Instant,
    seq: u64,
    stamp: u32,
    heard: Heard,
}

impl Softphone {
    /// A new one and its offer.
    ///
    /// # Errors
    /// When no socket is left.
    pub fn offer(up: oneshot::Sender<()>) -> Result<(Self, String)> {
        let now = Instant::now();
        let socket = UdpSocket::bind(SocketAddr::new(HERE, 0))?;
        let local = socket.local_addr()?;
        let mut rtc = RtcConfig::new().set_rtp_mode(true).clear_codecs().enable_pcma(true, false).build(now);
        rtc.add_local_candidate(Candidate::host(local, "udp")?);
        let mut change = rtc.sdp_api();
        let mid = change.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = change.apply().context("there is something to offer")?;
        let phone = Self {
            rtc,
            socket,
            local,
            pending: Some(pending),
            mid,
            pt: None,
            up: Some(up),
            due: now,
            seq: 0,
            stamp: 0,
            heard: Heard::default(),
        };
        Ok((phone, offer.to_sdp_string()))
    }

    pub const fn socket(&mut self) -> &mut UdpSocket {
        &mut self.socket
    }

    /// # Errors
    /// When the answer cannot be understood.
    pub fn answered(&mut self, sdp: &str) -> Result<()> {
        let pending = self.pending.take().context("an answer to no offer")?;
        self.rtc.sdp_api().accept_answer(pending, SdpAnswer::from_sdp_string(sdp)?)?;
        let params = self.rtc.codec_config().params();
        self.pt = params.iter().find(|p| p.spec().codec == Codec::PCMA).map(|p| p.pt());
        self.due = Instant::now();
        Ok(())
    }

    /// Sends a packet when it is its turn, and lets the session do what is due.
    pub fn tick(&mut self, turn: bool, now: Instant, counts: &Counts) {
        if turn && self.up.is_none() && self.write(now) {
            counts.sent.fetch_add(1, Ordering::Relaxed);
            self.due = now;
        }
        if self.due <= now {
            self.drive(now, counts);
        }
    }

    fn write(&mut self, now: Instant) -> bool {
        let Some(pt) = self.pt else { return false };
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(self.mid, None) else { return false };
        stream.write_rtp(RtpWrite::new(pt, self.seq.into(), self.stamp, now, [SILENCE; SAMPLES].as_slice()));
        self.seq += 1;
        self.stamp = self.stamp.wrapping_add(160);
        true
    }

    pub fn listen(&mut self, counts: &Counts) {
        let mut buffer = [0; MTU];
        while let Ok((length, from)) = self.socket.recv_from(&mut buffer) {
            let now = Instant::now();
            let Ok(contents) = buffer[..length].try_into() else { continue };
            let receive = Receive { proto: Protocol::Udp, source: from, destination: self.local, contents };
            // What is of no use, such as another telephone's control packets, is left alone as a browser does.
            let _ = self.rtc.handle_input(Input::Receive(now, receive));
            self.drive(now, counts);
        }
    }

    fn drive(&mut self, now: Instant, counts: &Counts) {
        if self.due <= now && self.rtc.handle_input(Input::Timeout(now)).is_err() {
            return;
        }
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) => {
                    self.due = at;
                    return;
                }
                Ok(Output::Transmit(t)) => {
                    // What the socket does not take is lost as in the network.
                    let _ = self.socket.send_to(&t.contents, t.destination);
                }
                Ok(Output::Event(Event::Connected)) => {
                    if let Some(up) = self.up.take() {
                        let _ = up.send(());
                    }
                }
                Ok(Output::Event(Event::RtpPacket(packet))) => {
                    self.heard.packet(packet.header.sequence_number, counts);
                }
                Ok(Output::Event(_)) => {}
                Err(_) => return,
            }
        }
    }
}
