//! Recording: left the citizen, right the agents' side, placed by time. The media thread fills blocks of one second, the
//! disk thread writes them.

mod disk;
mod repair;

pub use disk::{Disk, DiskOrder};
pub use repair::repair;

use std::time::Instant;

use kernel::{LegId, RecordingId};

use crate::g711::Codec;
use crate::stats::RATE;

/// Samples of a block: one second.
pub const BLOCK: usize = RATE as usize;
/// A block is handed over so long after its end, samples: what is late by half a second still finds its place.
const GRACE: u64 = RATE as u64 / 2;
/// A packet may be so late, samples: 500 ms, or seem to come so early: 200 ms; beyond, its timestamp is not believed (a
/// line that was on hold, another clock) and its place is where it arrived.
const LATE: i64 = RATE as i64 / 2;
const EARLY: i64 = RATE as i64 / 5;
/// The mean distance between place and arrival that is let be, samples: 20 ms. Beyond, the sender's clock runs differently
/// from ours and the place is moved by a sample a packet, so that both sides stay together over an hour.
const SKEW: i64 = RATE as i64 / 50;
/// Packets over which that mean is taken: one second.
const SMOOTH: i64 = 50;

/// Linear sound of one second, both sides.
#[derive(Debug)]
pub struct Block {
    pub left: [i16; BLOCK],
    pub right: [i16; BLOCK],
}

impl Block {
    pub fn silent() -> Box<Self> {
        Box::new(Self { left: [0; BLOCK], right: [0; BLOCK] })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Left,
    Right,
}

/// Where a leg's sound goes in a recording.
#[derive(Clone, Copy, Debug)]
pub struct Tap {
    pub recording: usize,
    pub side: Side,
    anchor: Option<Anchor>,
}

/// A timestamp and the sample of the recording at which it stands.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    ssrc: u32,
    timestamp: u32,
    slot: i64,
    /// [`SMOOTH`] times the mean of arrival minus place.
    skew: i64,
}

/// Where a packet is put, and how many of its samples are left out for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    slot: i64,
    skip: usize,
}

impl Tap {
    pub fn new(recording: usize, side: Side) -> Self {
        Self { recording, side, anchor: None }
    }

    /// The place of a packet: where its timestamp says, so that jitter is not heard, unless that contradicts its arrival.
    fn place(&mut self, ssrc: u32, timestamp: u32, arrived: i64) -> Place {
        if let Some(anchor) = self.anchor
            && anchor.ssrc == ssrc
        {
            let mut slot = anchor.slot + i64::from(timestamp.wrapping_sub(anchor.timestamp) as i32);
            let behind = arrived - slot;
            if (-EARLY..=LATE).contains(&behind) {
                let mut skew = anchor.skew + behind - anchor.skew / SMOOTH;
                let mut skip = 0;
                if skew.abs() > SKEW * SMOOTH {
                    slot += skew.signum();
                    skip = usize::from(skew < 0);
                    skew -= skew.signum() * SMOOTH;
                }
                self.anchor = Some(Anchor { ssrc, timestamp, slot, skew });
                return Place { slot: slot + skip as i64, skip };
            }
        }
        self.anchor = Some(Anchor { ssrc, timestamp, slot: arrived, skew: 0 });
        Place { slot: arrived, skip: 0 }
    }
}

/// A packet's sound and its time.
#[derive(Clone, Copy)]
pub struct Sound<'a> {
    pub ssrc: u32,
    pub timestamp: u32,
    pub codec: Codec,
    pub payload: &'a [u8],
}

/// A running recording on the media thread.
#[derive(Debug)]
pub struct Recording {
    pub id: RecordingId,
    pub left: LegId,
    pub right: Vec<LegId>,
    pub paused: bool,
    started: Instant,
    /// First sample of `blocks[0]`.
    base: u64,
    blocks: [Box<Block>; 2],
}

impl Recording {
    pub fn new(id: RecordingId, left: LegId, right: Vec<LegId>, started: Instant) -> Self {
        Self { id, left, right, paused: false, started, base: 0, blocks: [Block::silent(), Block::silent()] }
    }

    /// Samples since the beginning.
    fn elapsed(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.started).as_micros() as u64 * u64::from(RATE) / 1_000_000
    }

    /// Adds a packet of a leg. Several legs of one side are summed.
    pub fn put(&mut self, tap: &mut Tap, sound: Sound<'_>, now: Instant) {
        // A packet arrives when its last sample has been spoken.
        let arrived = self.elapsed(now) as i64 - sound.payload.len() as i64;
        let Place { slot, skip } = tap.place(sound.ssrc, sound.timestamp, arrived);
        if self.paused {
            return;
        }
        for (n, code) in sound.payload.iter().skip(skip).enumerate() {
            let at = slot + n as i64 - self.base as i64;
            let Ok(at) = usize::try_from(at) else { continue };
            let Some(block) = self.blocks.get_mut(at / BLOCK) else { break };
            let side = match tap.side {
                Side::Left => &mut block.left,
                Side::Right => &mut block.right,
            };
            let sample = &mut side[at % BLOCK];
            *sample = sample.saturating_add(sound.codec.decode(*code));
        }
    }

    /// The older block, once nothing more can come for it.
    pub fn due(&mut self, now: Instant, disk: &Disk) -> Option<Box<Block>> {
        (self.elapsed(now) >= self.base + BLOCK as u64 + GRACE).then(|| self.turn(disk))
    }

    fn turn(&mut self, disk: &Disk) -> Box<Block> {
        self.base += BLOCK as u64;
        self.blocks.swap(0, 1);
        std::mem::replace(&mut self.blocks[1], disk.spare())
    }

    /// What is left when the recording ends now: blocks and the samples that count of each.
    pub fn finish(mut self, now: Instant, disk: &Disk) -> Vec<(Box<Block>, usize)> {
        let total = self.elapsed(now);
        let mut rest = Vec::new();
        while self.base < total {
            let samples = (total - self.base).min(BLOCK as u64) as usize;
            rest.push((self.turn(disk), samples));
        }
        rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An hour of packets of 20 ms whose sender's clock is fast or slow by so many millionths.
    fn hour(ppm: i64) -> (i64, i64) {
        let mut tap = Tap::new(0, Side::Left);
        let (mut end, mut torn): (Option<i64>, i64) = (None, 0);
        let mut distance = 0;
        for n in 0..180_000i64 {
            // Up to 15 ms of jitter, the same in each run.
            let jitter = (n * 7919 % 120) & !7;
            let arrived = n * 160 - n * 160 * ppm / 1_000_000 + jitter;
            let place = tap.place(1, (n * 160) as u32, arrived);
            if let Some(end) = end {
                torn = torn.max((place.slot - end).abs());
            }
            end = Some(place.slot + 160 - place.skip as i64);
            distance = place.slot - arrived;
        }
        (distance.abs(), torn)
    }

    #[test]
    fn sides_stay_together_whatever_the_senders_clock() {
        for ppm in [0, 50, -50, 300, -300] {
            let (distance, torn) = hour(ppm);
            assert!(distance <= 320, "{ppm} ppm: {distance} samples apart after an hour");
            assert!(torn <= 1, "{ppm} ppm: a hole or an overlap of {torn} samples");
        }
    }

    #[test]
    fn a_late_burst_finds_its_place_and_a_new_clock_is_followed() {
        let mut tap = Tap::new(0, Side::Left);
        for n in 0..50 {
            tap.place(1, n * 160, i64::from(n) * 160);
        }
        // 300 ms come at once.
        for n in 50..65 {
            let moved = tap.place(1, n * 160, 65 * 160).slot - i64::from(n) * 160;
            assert!((0..=15).contains(&moved), "a sample a packet at most, not {moved}");
        }
        // After a hold the timestamps go on where they were; another stream has its own.
        assert_eq!(tap.place(1, 65 * 160, 100_000).slot, 100_000);
        assert_eq!(tap.place(2, 7, 100_160).slot, 100_160);
    }

    #[test]
    fn voices_of_one_side_are_summed_and_a_pause_keeps_nothing() {
        let now = Instant::now();
        let leg = |n| LegId(kernel::Uuid::from_u128(n));
        let mut recording = Recording::new(RecordingId(kernel::Uuid::from_u128(1)), leg(1), vec![leg(2), leg(3)], now);
        let codec = Codec::Pcma;
        let payload = [codec.encode(20_000); 160];
        let later = now + std::time::Duration::from_millis(20);
        for ssrc in [2, 3] {
            let sound = Sound { ssrc, timestamp: 0, codec, payload: &payload };
            recording.put(&mut Tap::new(0, Side::Right), sound, later);
        }
        assert_eq!((recording.blocks[0].right[80], recording.blocks[0].left[80]), (i16::MAX, 0));
        recording.paused = true;
        let sound = Sound { ssrc: 1, timestamp: 0, codec, payload: &payload };
        recording.put(&mut Tap::new(0, Side::Left), sound, later);
        assert_eq!(recording.blocks[0].left[80], 0);
    }
}
