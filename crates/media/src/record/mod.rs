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
/// Timestamps and arrival may part by so much before the place is taken from the arrival again, samples: 200 ms.
const DRIFT: i64 = RATE as i64 / 5;

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
}

impl Tap {
    pub fn new(recording: usize, side: Side) -> Self {
        Self { recording, side, anchor: None }
    }

    /// The place of a packet: where its timestamp says, so that jitter is not heard, unless that contradicts its arrival.
    fn place(&mut self, ssrc: u32, timestamp: u32, arrived: i64) -> i64 {
        if let Some(anchor) = self.anchor
            && anchor.ssrc == ssrc
        {
            let slot = anchor.slot + i64::from(timestamp.wrapping_sub(anchor.timestamp) as i32);
            if (slot - arrived).abs() <= DRIFT {
                self.anchor = Some(Anchor { ssrc, timestamp, slot });
                return slot;
            }
        }
        self.anchor = Some(Anchor { ssrc, timestamp, slot: arrived });
        arrived
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
        let slot = tap.place(sound.ssrc, sound.timestamp, arrived);
        if self.paused {
            return;
        }
        for (n, code) in sound.payload.iter().enumerate() {
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
