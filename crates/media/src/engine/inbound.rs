//! What arrives: from the socket through the latch to those who hear it, to the recordings, to the mixer.

use std::io;
use std::time::Instant;

use mio::Token;

use super::leg::{Ear, Kind, Line};
use super::{BURST, Engine};
use crate::api::MediaEvent;
use crate::g711::Codec;
use crate::latch::Verdict;
use crate::record;
use crate::rtcp;
use crate::rtp::{self, MTU};
use crate::sender::Origin;
use crate::stats;

/// A packet of a leg that has been found genuine.
#[derive(Clone, Copy)]
pub(super) struct Inbound<'a> {
    pub ssrc: u32,
    pub seq: u16,
    pub timestamp: u32,
    pub marker: bool,
    pub content: Content,
    pub payload: &'a [u8],
}

#[derive(Clone, Copy)]
pub(super) enum Content {
    Sound(Codec),
    /// Telephone-event.
    Event,
    /// Counted but not understood, e.g. comfort noise.
    Other,
}

impl Engine {
    pub(super) fn read_rtp(&mut self, i: usize) {
        let mut buffer = [0u8; MTU];
        for _ in 0..BURST {
            let Some(leg) = self.legs.get_mut(i) else { return };
            let Line::Rtp(line) = &mut leg.line else { return };
            let (n, from) = match line.rtp.recv_from(&mut buffer) {
                Ok(got) => got,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                // An ICMP error of an earlier packet is told once and is no reason to stop reading.
                Err(_) => continue,
            };
            let now = Instant::now();
            let Some(packet) = rtp::parse(&buffer[..n]) else { continue };
            let verdict = line.latch.judge(from, packet.ssrc, packet.seq, now);
            let content = match Codec::of_payload_type(packet.payload_type) {
                Some(codec) => Content::Sound(codec),
                None if Some(packet.payload_type) == line.remote.dtmf_pt => Content::Event,
                None => Content::Other,
            };
            match verdict {
                Verdict::Refuse => continue,
                Verdict::Begin => leg.begin_stream(),
                Verdict::Take => {}
            }
            leg.heard = now;
            leg.silent = false;
            let inbound = Inbound {
                ssrc: packet.ssrc,
                seq: packet.seq,
                timestamp: packet.timestamp,
                marker: packet.marker,
                content,
                payload: packet.payload,
            };
            self.arrived(i, inbound, now);
        }
        self.unread.push(Token(2 + 2 * i));
    }

    pub(super) fn read_rtcp(&mut self, i: usize) {
        let mut buffer = [0u8; MTU];
        for _ in 0..BURST {
            let Some(leg) = self.legs.get_mut(i) else { return };
            let Line::Rtp(line) = &mut leg.line else { return };
            let (n, from) = match line.rtcp.recv_from(&mut buffer) {
                Ok(got) => got,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => continue,
            };
            if !line.latch.knows(from) {
                continue;
            }
            let now = Instant::now();
            let Some(report) = rtcp::parse(&buffer[..n], line.ssrc) else { continue };
            if let Some(sent) = report.sent {
                leg.peer.last_sr = Some(((sent.ntp >> 16) as u32, now));
            }
            if let Some(block) = report.block {
                leg.peer.fraction = leg.peer.fraction.max(block.fraction);
                leg.peer.jitter_ms = (block.jitter / (stats::RATE / 1000)).min(u32::from(u16::MAX)) as u16;
                leg.peer.rtt_ms = rtcp::round_trip_ms(&block, stats::ntp(self.epoch, now)).or(leg.peer.rtt_ms);
            }
        }
        self.unread.push(Token(3 + 2 * i));
    }

    /// The path of every packet: no allocation, no lock.
    pub(super) fn arrived(&mut self, i: usize, packet: Inbound<'_>, now: Instant) {
        let since = now.saturating_duration_since(self.epoch);
        self.legs[i].reception.count(packet.seq, packet.timestamp, since);
        match packet.content {
            Content::Sound(codec) => self.sound(i, packet, codec, now),
            Content::Event => self.event(i, packet, now),
            Content::Other => {}
        }
    }

    fn sound(&mut self, i: usize, packet: Inbound<'_>, codec: Codec, now: Instant) {
        let Inbound { ssrc, timestamp, payload, .. } = packet;
        let leg = &mut self.legs[i];
        let end = timestamp.wrapping_add(payload.len() as u32);
        if leg.spoken.is_none_or(|spoken| end.wrapping_sub(spoken) as i32 > 0) {
            leg.spoken = Some(end);
        }
        for tap in &mut leg.taps {
            if let Some(Some(recording)) = self.recordings.get_mut(tap.recording) {
                recording.put(tap, record::Sound { ssrc, timestamp, codec, payload }, now);
            }
        }
        if let Some(jitter) = &mut leg.jitter {
            jitter.put(timestamp, codec, payload);
        }
        for n in 0..leg.relay_to.len() {
            self.relay(i, self.legs[i].relay_to[n], packet, codec, now);
        }
    }

    fn relay(&mut self, from: usize, to: usize, packet: Inbound<'_>, codec: Codec, now: Instant) {
        let leg = &mut self.legs[to];
        if !leg.receives() || leg.digits_out.is_busy() {
            return;
        }
        let origin = Origin { leg: from, ssrc: packet.ssrc };
        let samples = packet.payload.len() as u32;
        let stamp = leg.sender.relayed(origin, packet.seq, packet.timestamp, packet.marker, samples, now);
        let Some(stamp) = stamp else { return };
        let wanted = leg.codec();
        let dirty = if wanted == codec {
            leg.send(stamp, Kind::Sound, packet.payload, now)
        } else {
            let mut other = [0u8; MTU];
            let other = &mut other[..packet.payload.len()];
            wanted.transcode(codec, packet.payload, other);
            leg.send(stamp, Kind::Sound, other, now)
        };
        if dirty {
            self.dirty.push(to);
        }
    }

    fn event(&mut self, i: usize, packet: Inbound<'_>, now: Instant) {
        let leg = &mut self.legs[i];
        let digit = leg.digits_in.read(packet.timestamp, packet.payload);
        let id = leg.id;
        for n in 0..leg.relay_to.len() {
            let to = self.legs[i].relay_to[n];
            let leg = &mut self.legs[to];
            if !leg.receives() || !leg.knows_events() || leg.digits_out.is_busy() {
                continue;
            }
            let origin = Origin { leg: i, ssrc: packet.ssrc };
            if let Some(stamp) = leg.sender.relayed(origin, packet.seq, packet.timestamp, packet.marker, 0, now)
                && leg.send(stamp, Kind::Event, packet.payload, now)
            {
                self.dirty.push(to);
            }
        }
        let Some(digit) = digit else { return };
        self.tell(MediaEvent::Digit { leg: id, digit });
        // Machines behind the mixer are to hear keys too; people's headsets are spared.
        for to in 0..self.legs.places() {
            if let Some(leg) = self.legs.get_mut(to)
                && leg.ear == Ear::Mix
                && leg.is_sip()
                && leg.hears.contains(&i)
                && to != i
            {
                leg.digits_out.push(digit);
            }
        }
    }
}
