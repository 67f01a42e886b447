//! Numbers and times of what a leg is sent. One stream without a break for the listener, whatever stands behind it:
//! another leg's packets, a prompt, the mixer.

use std::time::{Duration, Instant};

/// Samples of 20 ms at 8 kHz.
pub const FRAME: usize = 160;
/// A pause longer than this shows in the timestamps; a shorter one is only lateness.
const GAP: Duration = Duration::from_millis(70);

/// Header fields of a packet that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Counted on without wrapping; RTP takes the lower 16 bits.
    pub seq: u64,
    pub timestamp: u32,
    /// The first packet after a pause.
    pub marker: bool,
}

/// A stream that is relayed: which leg and which of its streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    pub leg: usize,
    pub ssrc: u32,
}

#[derive(Clone, Copy, Debug)]
struct Relay {
    origin: Origin,
    seq_in: u16,
    seq_out: u64,
    /// Number of the relay's first packet; below it are packets of what was sent before.
    floor: u64,
    ts_shift: u32,
}

#[derive(Debug)]
pub struct Sender {
    seq: u64,
    ts: u32,
    /// When the last packet ended, by the clock.
    until: Option<Instant>,
    relay: Option<Relay>,
    pub packets: u32,
    pub octets: u32,
}

impl Sender {
    /// From random bits (RFC 3550 §5.1). The first number stays below 2^15, so that SRTP's rollover counter begins at zero
    /// and does not turn with the first packets (RFC 3711 §3.3.1).
    pub fn new(seq: u32, ts: u32) -> Self {
        Self { seq: u64::from(seq & 0x7FFF), ts, until: None, relay: None, packets: 0, octets: 0 }
    }

    /// How long nothing was sent.
    pub fn idle(&self, now: Instant) -> Duration {
        self.until.map_or(Duration::MAX, |u| now.saturating_duration_since(u))
    }

    /// Timestamp that the next packet bears when sent now.
    pub fn now_ts(&self) -> u32 {
        self.ts
    }

    /// The next packet of sound that we make ourselves.
    pub fn next(&mut self, samples: u32, now: Instant) -> Stamp {
        self.relay = None;
        let marker = self.catch_up(now);
        let stamp = Stamp { seq: self.seq, timestamp: self.ts, marker };
        self.advance(1, samples, now);
        stamp
    }

    /// A packet that bears the timestamp of an event that began earlier; its time passes with [`Self::pass`].
    pub fn event(&mut self, timestamp: u32, first: bool) -> Stamp {
        self.relay = None;
        let stamp = Stamp { seq: self.seq, timestamp, marker: first };
        self.seq += 1;
        stamp
    }

    /// Begins an event now: its timestamp.
    pub fn begin_event(&mut self, now: Instant) -> u32 {
        self.relay = None;
        self.catch_up(now);
        self.ts
    }

    /// Time passes without a packet of sound.
    pub fn pass(&mut self, samples: u32, now: Instant) {
        self.advance(0, samples, now);
    }

    /// A packet of another leg, passed on with its place in the other's stream kept, so that the listener sees losses and
    /// overtaking as they are. `None` when it belongs before the beginning of the relay.
    pub fn relayed(
        &mut self,
        origin: Origin,
        seq: u16,
        timestamp: u32,
        marker: bool,
        samples: u32,
        now: Instant,
    ) -> Option<Stamp> {
        let mut fresh = marker;
        let relay = match self.relay {
            Some(relay) if relay.origin == origin && seq.wrapping_sub(relay.seq_in).wrapping_add(1000) < 4000 => relay,
            _ => {
                fresh |= self.catch_up(now);
                Relay {
                    origin,
                    seq_in: seq,
                    seq_out: self.seq,
                    floor: self.seq,
                    ts_shift: self.ts.wrapping_sub(timestamp),
                }
            }
        };
        let ahead = i64::from(seq.wrapping_sub(relay.seq_in) as i16);
        let stamp = Stamp {
            seq: relay.seq_out.checked_add_signed(ahead).filter(|seq| *seq >= relay.floor)?,
            timestamp: timestamp.wrapping_add(relay.ts_shift),
            marker: fresh,
        };
        // The base walks along, so that the distance never outgrows 16 bits.
        self.relay = Some(if ahead > 0 { Relay { seq_in: seq, seq_out: stamp.seq, ..relay } } else { relay });
        if stamp.seq >= self.seq {
            self.seq = stamp.seq + 1;
            self.ts = stamp.timestamp.wrapping_add(samples);
            self.until = Some(now + spoken(samples));
        }
        Some(stamp)
    }

    /// What was sent, for sender reports.
    pub fn count(&mut self, octets: usize) {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(octets as u32);
    }

    /// The stream pauses on purpose and goes on where it was: no gap in the timestamps although time passed.
    pub fn hold(&mut self, now: Instant) {
        if self.until.is_some() {
            self.until = Some(now);
        }
    }

    fn advance(&mut self, packets: u64, samples: u32, now: Instant) {
        self.seq += packets;
        self.ts = self.ts.wrapping_add(samples);
        // On schedule counts from the schedule, so that lateness of single packets does not add up.
        let from = match self.until {
            Some(until) if now < until + GAP && until < now + GAP => until,
            _ => now,
        };
        self.until = Some(from + spoken(samples));
    }

    fn catch_up(&mut self, now: Instant) -> bool {
        let idle = self.idle(now);
        if idle <= GAP {
            return false;
        }
        if idle != Duration::MAX {
            // Whole frames keep to the grid that jitter buffers expect.
            let frames = idle.as_millis() / 20;
            self.ts = self.ts.wrapping_add((frames as u32).wrapping_mul(FRAME as u32));
        }
        true
    }
}

fn spoken(samples: u32) -> Duration {
    Duration::from_micros(u64::from(samples) * 125)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORIGIN: Origin = Origin { leg: 1, ssrc: 9 };

    fn ms(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn own_sound_then_a_relay_then_own_sound_is_one_stream() {
        let t0 = Instant::now();
        let mut sender = Sender::new(10, 1000);
        let first = sender.next(160, t0);
        assert!(first.marker);
        let relayed = sender.relayed(ORIGIN, 500, 77_000, false, 160, t0 + ms(20)).expect("sent");
        assert_eq!((relayed.seq, relayed.timestamp, relayed.marker), (first.seq + 1, 1160, false));
        let second = sender.relayed(ORIGIN, 501, 77_160, false, 160, t0 + ms(41)).expect("sent");
        assert_eq!((second.seq, second.timestamp), (first.seq + 2, 1320));
        let own = sender.next(160, t0 + ms(60));
        assert_eq!((own.seq, own.timestamp, own.marker), (first.seq + 3, 1480, false));
    }

    #[test]
    fn loss_and_overtaking_stay_visible() {
        let t0 = Instant::now();
        let mut sender = Sender::new(0, 0);
        let a = sender.relayed(ORIGIN, 65_534, 0, true, 160, t0).expect("sent");
        let c = sender.relayed(ORIGIN, 0, 320, false, 160, t0 + ms(40)).expect("sent");
        let b = sender.relayed(ORIGIN, 65_535, 160, false, 160, t0 + ms(41)).expect("sent");
        assert_eq!((c.seq - a.seq, b.seq - a.seq), (2, 1));
        assert_eq!((b.timestamp, c.timestamp), (160, 320));
        let e = sender.relayed(ORIGIN, 2, 640, false, 160, t0 + ms(80)).expect("sent");
        assert_eq!(e.seq - a.seq, 4);
    }

    #[test]
    fn another_stream_or_a_wild_sequence_starts_afresh() {
        let t0 = Instant::now();
        let mut sender = Sender::new(0, 0);
        let a = sender.relayed(ORIGIN, 100, 0, true, 160, t0).expect("sent");
        let b = sender.relayed(Origin { leg: 2, ssrc: 3 }, 9_000, 5, false, 160, t0 + ms(20)).expect("sent");
        let c = sender.relayed(Origin { leg: 2, ssrc: 3 }, 30_000, 99, false, 160, t0 + ms(40)).expect("sent");
        assert_eq!((b.seq - a.seq, c.seq - a.seq), (1, 2));
        assert_eq!((b.timestamp, c.timestamp), (160, 320));
    }

    #[test]
    fn a_pause_shows_in_the_timestamps() {
        let t0 = Instant::now();
        let mut sender = Sender::new(0, 0);
        sender.next(160, t0);
        let later = sender.next(160, t0 + ms(1020));
        assert!(later.marker);
        assert_eq!(later.timestamp, 160 + 50 * 160);
    }
}
