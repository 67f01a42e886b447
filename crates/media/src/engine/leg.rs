//! A leg: one party's line with all that is known about it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::ops::{Index, IndexMut};
use std::time::Instant;

use kernel::LegId;
use mio::net::UdpSocket;

use crate::api::RtpRemote;
use crate::dtmf;
use crate::g711::Codec;
use crate::jitter::{Frame, Jitter};
use crate::latch::Latch;
use crate::player::Player;
use crate::port::{RtpPort, random_u32};
use crate::record::Tap;
use crate::rtp::{self, MTU};
use crate::sender::{FRAME, Sender, Stamp};
use crate::stats::Reception;
use crate::web::WebLine;

/// Packets that may wait in a socket when its leg is opened: more than its buffer holds.
const STALE: usize = 2000;

pub(super) struct Leg {
    pub id: LegId,
    pub line: Line,
    pub sender: Sender,
    pub reception: Reception,
    pub digits_in: dtmf::Reader,
    pub digits_out: dtmf::Writer,
    /// Timestamp of the digit that is being sent.
    pub event_ts: u32,
    pub player: Option<Player>,
    pub ear: Ear,
    /// Legs this one hears.
    pub hears: Vec<usize>,
    /// Legs that are sent this one's packets as they come.
    pub relay_to: Vec<usize>,
    /// Listeners that hear this one through the mixer.
    pub mixed: u32,
    pub jitter: Option<Box<Jitter>>,
    /// What it says in these 20 ms, for the mixer.
    pub frame: Frame,
    pub fresh: bool,
    /// The first timestamp after what has arrived.
    pub spoken: Option<u32>,
    pub hold: Option<Hold>,
    pub taps: Vec<Tap>,
    /// When something was last heard from it.
    pub heard: Instant,
    pub silent: bool,
    pub report_due: Instant,
    pub peer: Peer,
}

/// Where what a leg hears comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ear {
    Nothing,
    Play,
    /// One leg, packet by packet.
    Relay(usize),
    Mix,
}

/// A listener that came from a relay into the mixer waits until the mixer, which is some frames behind, has reached what it
/// has heard already: so that nothing is heard twice and nothing is left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    pub source: usize,
    pub until: u32,
    /// Turns it may wait still.
    pub patience: u8,
}

/// What the peer's reports say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Peer {
    /// Loss of what we send, of 256, since the last report.
    pub fraction: u8,
    pub jitter_ms: u16,
    pub rtt_ms: Option<u16>,
    /// Middle bits of its last sender report, and when that came.
    pub last_sr: Option<(u32, Instant)>,
}

pub(super) enum Line {
    Rtp(Box<RtpLine>),
    Web(Box<WebLine>),
}

pub(super) struct RtpLine {
    pub rtp: UdpSocket,
    pub rtcp: UdpSocket,
    pub remote: RtpRemote,
    pub latch: Latch,
    pub ssrc: u32,
}

impl RtpLine {
    pub fn new(port: RtpPort, remote: RtpRemote, ssrc: u32) -> Self {
        // What came while the call was being set up is not heard late.
        let mut buffer = [0u8; MTU];
        for _ in 0..STALE {
            if port.rtp.recv(&mut buffer).is_err() {
                break;
            }
        }
        Self {
            rtp: UdpSocket::from_std(port.rtp),
            rtcp: UdpSocket::from_std(port.rtcp),
            latch: Latch::new(remote.address),
            remote,
            ssrc,
        }
    }

    /// Control goes to the next port (RFC 3550 §11).
    pub fn rtcp_target(&self) -> SocketAddr {
        let mut target = self.latch.target();
        target.set_port(target.port().wrapping_add(1));
        target
    }
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sound,
    Event,
}

impl Leg {
    pub fn new(id: LegId, line: Line, now: Instant) -> io::Result<Self> {
        Ok(Self {
            id,
            line,
            sender: Sender::new(random_u32()?, random_u32()?),
            reception: Reception::default(),
            digits_in: dtmf::Reader::default(),
            digits_out: dtmf::Writer::default(),
            event_ts: 0,
            player: None,
            ear: Ear::Nothing,
            hears: Vec::new(),
            relay_to: Vec::new(),
            mixed: 0,
            jitter: None,
            frame: [0; FRAME],
            fresh: false,
            spoken: None,
            hold: None,
            taps: Vec::new(),
            heard: now,
            silent: false,
            report_due: now + super::report::INTERVAL,
            peer: Peer::default(),
        })
    }

    /// The peer's stream begins anew: another source, another page.
    pub fn begin_stream(&mut self) {
        self.reception.begin();
        self.digits_in = dtmf::Reader::default();
        self.spoken = None;
        if let Some(jitter) = &mut self.jitter {
            jitter.reset();
        }
    }

    pub fn is_sip(&self) -> bool {
        matches!(self.line, Line::Rtp(_))
    }

    /// Codec of what is sent to it.
    pub fn codec(&self) -> Codec {
        match &self.line {
            Line::Rtp(line) => line.remote.codec,
            Line::Web(line) => line.codec(),
        }
    }

    pub fn knows_events(&self) -> bool {
        match &self.line {
            Line::Rtp(line) => line.remote.dtmf_pt.is_some(),
            Line::Web(line) => line.knows_events(),
        }
    }

    /// Whether it may be sent to now.
    pub fn receives(&self) -> bool {
        match &self.line {
            Line::Rtp(line) => line.remote.receives && line.latch.target().port() != 0,
            Line::Web(line) => line.is_up(),
        }
    }

    /// Sends one packet; true when the leg's browser line is to be driven.
    pub fn send(&mut self, stamp: Stamp, kind: Kind, payload: &[u8], now: Instant) -> bool {
        self.sender.count(payload.len());
        match &mut self.line {
            Line::Rtp(line) => {
                let payload_type = match kind {
                    Kind::Sound => line.remote.codec.payload_type(),
                    Kind::Event => line.remote.dtmf_pt.unwrap_or_default(),
                };
                let packet = rtp::Packet {
                    marker: stamp.marker,
                    payload_type,
                    seq: stamp.seq as u16,
                    timestamp: stamp.timestamp,
                    ssrc: line.ssrc,
                    payload,
                };
                let mut out = [0u8; MTU];
                if let Some(n) = rtp::build(&packet, &mut out) {
                    // A full socket buffer or an unreachable peer loses the packet as the network would.
                    let _ = line.rtp.send_to(&out[..n], line.latch.target());
                }
                false
            }
            Line::Web(line) => line.write(stamp, kind == Kind::Event, payload, now),
        }
    }
}

/// All legs, at places that do not change while a leg lives.
#[derive(Default)]
pub(super) struct Legs {
    slots: Vec<Option<Leg>>,
    free: Vec<usize>,
    by_id: HashMap<LegId, usize>,
}

impl Legs {
    pub fn find(&self, id: LegId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// Places that exist; some may be empty.
    pub fn places(&self) -> usize {
        self.slots.len()
    }

    /// A place for a new leg.
    pub fn vacant(&mut self) -> usize {
        self.free.last().copied().unwrap_or(self.slots.len())
    }

    pub fn put(&mut self, i: usize, leg: Leg) {
        self.by_id.insert(leg.id, i);
        if i == self.slots.len() {
            self.slots.push(Some(leg));
        } else {
            self.free.retain(|f| *f != i);
            self.slots[i] = Some(leg);
        }
    }

    pub fn get_mut(&mut self, i: usize) -> Option<&mut Leg> {
        self.slots.get_mut(i)?.as_mut()
    }

    pub fn get(&self, i: usize) -> Option<&Leg> {
        self.slots.get(i)?.as_ref()
    }

    pub fn take(&mut self, i: usize) -> Option<Leg> {
        let leg = self.slots.get_mut(i)?.take()?;
        self.by_id.remove(&leg.id);
        self.free.push(i);
        Some(leg)
    }
}

/// Places that are held by others' lists are never empty: a leg is taken out of all lists before it goes.
impl Index<usize> for Legs {
    type Output = Leg;

    fn index(&self, i: usize) -> &Leg {
        self.slots[i].as_ref().expect("a listed leg is there")
    }
}

impl IndexMut<usize> for Legs {
    fn index_mut(&mut self, i: usize) -> &mut Leg {
        self.slots[i].as_mut().expect("a listed leg is there")
    }
}
