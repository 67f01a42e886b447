//! The small buffer of the mixing path: what one leg says, put in order by timestamp, taken out 20 ms at a time.

use crate::g711::Codec;
use crate::sender::FRAME;

/// Room, samples: 256 ms.
const ROOM: usize = 2048;
/// Sound starts to be taken out once so much is there: 40 ms.
const TARGET: usize = 2 * FRAME;
/// More than this for [`PATIENCE`] frames on end means the peer's clock is faster; a frame is dropped.
const HIGH: usize = 4 * FRAME;
const PATIENCE: u8 = 50;

/// Frame of linear sound.
pub type Frame = [i16; FRAME];

#[derive(Debug)]
pub struct Jitter {
    ring: [i16; ROOM],
    /// Timestamp of the next sample to take; `end` of the one after the newest.
    read: u32,
    end: u32,
    started: bool,
    /// Waiting for [`TARGET`] samples.
    filling: bool,
    high: u8,
}

impl Default for Jitter {
    fn default() -> Self {
        Self { ring: [0; ROOM], read: 0, end: 0, started: false, filling: true, high: 0 }
    }
}

impl Jitter {
    /// Forgets everything; the next packet begins a stream.
    pub fn reset(&mut self) {
        self.ring.fill(0);
        self.started = false;
        self.filling = true;
        self.high = 0;
    }

    pub fn put(&mut self, timestamp: u32, codec: Codec, payload: &[u8]) {
        if payload.len() > ROOM / 2 {
            return;
        }
        let ahead = timestamp.wrapping_sub(self.read) as i32;
        let fits = ahead >= 0 && ahead as usize + payload.len() <= ROOM;
        if !self.started || (!fits && !(-(ROOM as i32)..0).contains(&ahead)) {
            self.reset();
            self.started = true;
            self.read = timestamp;
            self.end = timestamp;
        } else if !fits {
            return; // too late
        }
        for (n, code) in payload.iter().enumerate() {
            self.ring[timestamp.wrapping_add(n as u32) as usize % ROOM] = codec.decode(*code);
        }
        let end = timestamp.wrapping_add(payload.len() as u32);
        if end.wrapping_sub(self.end) as i32 > 0 {
            self.end = end;
        }
    }

    /// Samples that wait.
    pub fn depth(&self) -> usize {
        if self.started { self.end.wrapping_sub(self.read) as usize } else { 0 }
    }

    /// Timestamp of the next sample to take out, once a stream has begun.
    pub fn position(&self) -> Option<u32> {
        self.started.then_some(self.read)
    }

    /// The next 20 ms; `None` while too little is there.
    pub fn take(&mut self, frame: &mut Frame) -> bool {
        let depth = self.depth();
        if depth < if self.filling { TARGET } else { FRAME } {
            self.filling = true;
            frame.fill(0);
            return false;
        }
        if std::mem::take(&mut self.filling) {
            // What was lost meanwhile must not come back as delay.
            let surplus = if depth > HIGH { depth - TARGET } else { 0 };
            for n in 0..surplus {
                self.ring[self.read.wrapping_add(n as u32) as usize % ROOM] = 0;
            }
            self.read = self.read.wrapping_add(surplus as u32);
        }
        self.high = if self.depth() > HIGH { self.high + 1 } else { 0 };
        if self.high >= PATIENCE {
            self.high = 0;
            self.drain(frame);
        }
        self.drain(frame);
        true
    }

    /// A whole frame that waits, `ahead` samples after the next one, without taking it.
    pub fn peek(&self, ahead: usize) -> Option<Frame> {
        (self.depth() >= ahead + FRAME)
            .then(|| std::array::from_fn(|n| self.ring[self.read.wrapping_add((ahead + n) as u32) as usize % ROOM]))
    }

    fn drain(&mut self, frame: &mut Frame) {
        for (n, sample) in frame.iter_mut().enumerate() {
            // A sample is heard once; where none came there is silence.
            *sample = std::mem::take(&mut self.ring[self.read.wrapping_add(n as u32) as usize % ROOM]);
        }
        self.read = self.read.wrapping_add(FRAME as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(level: i16) -> [u8; FRAME] {
        [Codec::Pcma.encode(level); FRAME]
    }

    fn level(frame: &Frame) -> i16 {
        frame[80]
    }

    #[test]
    fn packets_come_out_in_order_after_forty_milliseconds() {
        let mut jitter = Jitter::default();
        let mut frame = [0; FRAME];
        let start = u32::MAX - 100;
        jitter.put(start, Codec::Pcma, &code(1000));
        assert!(!jitter.take(&mut frame));
        jitter.put(start.wrapping_add(320), Codec::Pcma, &code(3000));
        jitter.put(start.wrapping_add(160), Codec::Pcma, &code(2000));
        let got: Vec<i16> = (0..3)
            .map(|_| {
                assert!(jitter.take(&mut frame));
                level(&frame)
            })
            .collect();
        let near = |a: i16, b: i16| (a - b).abs() < 100;
        assert!(near(got[0], 1000) && near(got[1], 2000) && near(got[2], 3000), "{got:?}");
        assert!(!jitter.take(&mut frame));
    }

    #[test]
    fn a_lost_packet_is_silence_and_a_late_one_is_dropped() {
        let mut jitter = Jitter::default();
        let mut frame = [0; FRAME];
        jitter.put(0, Codec::Pcma, &code(1000));
        jitter.put(320, Codec::Pcma, &code(3000));
        assert!(jitter.take(&mut frame) && jitter.take(&mut frame));
        assert_eq!(level(&frame), 0);
        jitter.put(160, Codec::Pcma, &code(2000));
        assert!(jitter.take(&mut frame));
        assert!(level(&frame) > 2900);
    }

    #[test]
    fn a_fast_peer_clock_does_not_add_delay_without_end() {
        let mut jitter = Jitter::default();
        let mut frame = [0; FRAME];
        let mut ts = 0;
        for n in 0..3000 {
            for _ in 0..if n % 200 == 0 { 2 } else { 1 } {
                jitter.put(ts, Codec::Pcma, &code(500));
                ts += 160;
            }
            jitter.take(&mut frame);
        }
        assert!(jitter.depth() <= HIGH + 3 * FRAME, "{}", jitter.depth());
    }

    proptest! {
        #[test]
        fn any_packets_are_taken_without_panic(packets in proptest::collection::vec((any::<u32>(), 0usize..1500, any::<bool>()), 0..60)) {
            let mut jitter = Jitter::default();
            let mut frame = [0; FRAME];
            for (ts, len, take) in packets {
                jitter.put(ts, Codec::Pcmu, &vec![0u8; len]);
                prop_assert!(jitter.depth() <= ROOM);
                if take { jitter.take(&mut frame); }
            }
        }
    }
}
