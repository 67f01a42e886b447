//! Telephone digits as RFC 4733 events, read and written.

/// Digits by event code.
const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'A', 'B', 'C', 'D'];
/// How long a digit that we send sounds, samples: 160 ms; RFC 4733 asks for 40 ms at least.
pub const TONE: u16 = 1280;
/// Pause after a digit, 20 ms steps: 100 ms.
const PAUSE: u8 = 5;
/// Loudness of a digit, −dBm0.
const VOLUME: u8 = 10;
/// The last packet of a digit is sent so many times (RFC 4733 §2.5.1.4).
const ENDS: u8 = 3;
/// Samples in a step of the clock.
const STEP: u16 = 160;

/// Event code of a digit.
pub fn code(digit: char) -> Option<u8> {
    DIGITS.iter().position(|d| *d == digit.to_ascii_uppercase()).and_then(|n| u8::try_from(n).ok())
}

/// Counts each digit once although its event comes in many packets.
#[derive(Debug, Default)]
pub struct Reader {
    last: Option<Last>,
}

#[derive(Clone, Copy, Debug)]
struct Last {
    timestamp: u32,
    event: u8,
    duration: u16,
}

impl Reader {
    /// The digit that begins with this packet, if one does.
    pub fn read(&mut self, timestamp: u32, payload: &[u8]) -> Option<char> {
        let &[event, _, high, low, ..] = payload else { return None };
        let digit = *DIGITS.get(usize::from(event))?;
        let duration = u16::from_be_bytes([high, low]);
        if let Some(last) = &mut self.last {
            let ahead = timestamp.wrapping_sub(last.timestamp) as i32;
            if ahead == 0 {
                last.duration = last.duration.max(duration);
                return None;
            }
            // A repeated end of an earlier digit that was overtaken.
            if ahead < 0 && ahead > -80_000 {
                return None;
            }
            // A key held longer than a duration can tell goes on under a new timestamp (RFC 4733 §2.5.1.3).
            if last.event == event && last.duration == u16::MAX && ahead <= i32::from(u16::MAX) {
                self.last = Some(Last { timestamp, event, duration });
                return None;
            }
        }
        self.last = Some(Last { timestamp, event, duration });
        Some(digit)
    }
}

/// What the clock's step has to send of a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A packet of the running event; `first` sets the marker, `repeat` more copies follow the first at once.
    Event { payload: [u8; 4], first: bool, copies: u8 },
    /// Nothing is sent between digits.
    Pause,
}

/// Writes queued digits one after another, a step every 20 ms.
#[derive(Debug, Default)]
pub struct Writer {
    /// Fixed room: a queue that cannot grow without end; digits beyond are dropped.
    queue: [u8; 32],
    queued: usize,
    running: Option<(u8, u16)>,
    pause: u8,
}

impl Writer {
    pub fn push(&mut self, digit: char) {
        if let Some(code) = code(digit)
            && let Some(place) = self.queue.get_mut(self.queued)
        {
            *place = code;
            self.queued += 1;
        }
    }

    pub fn is_busy(&self) -> bool {
        self.queued > 0 || self.running.is_some() || self.pause > 0
    }

    /// The event that is running and how far it is, for legs that must hear it as a sound.
    pub fn step(&mut self) -> Option<Step> {
        if self.pause > 0 {
            self.pause -= 1;
            return Some(Step::Pause);
        }
        let first = self.running.is_none();
        let (event, done) = match self.running {
            Some(running) => running,
            None if self.queued > 0 => {
                let next = self.queue[0];
                self.queue.copy_within(1..self.queued, 0);
                self.queued -= 1;
                (next, 0)
            }
            None => return None,
        };
        let duration = done + STEP;
        let ended = duration >= TONE;
        if ended {
            self.running = None;
            self.pause = PAUSE;
        } else {
            self.running = Some((event, duration));
        }
        let [high, low] = duration.to_be_bytes();
        let payload = [event, VOLUME | if ended { 0x80 } else { 0 }, high, low];
        Some(Step::Event { payload, first, copies: if ended { ENDS } else { 1 } })
    }
}

/// The two frequencies of an event's tone, hertz (ITU-T Q.23).
pub fn frequencies(event: u8) -> (u16, u16) {
    const ROWS: [u16; 4] = [697, 770, 852, 941];
    const COLUMNS: [u16; 4] = [1209, 1336, 1477, 1633];
    let (row, column) = match event {
        0 => (3, 1),
        1..=9 => ((event - 1) / 3, (event - 1) % 3),
        10 => (3, 0),
        11 => (3, 2),
        other => ((other.saturating_sub(12)).min(3), 3),
    };
    (ROWS[usize::from(row)], COLUMNS[usize::from(column)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_ends_are_one_digit() {
        let mut reader = Reader::default();
        let mut got = String::new();
        for (ts, event) in [(1000, 1), (1000, 1), (1000, 1), (3000, 1), (3000, 1), (1000, 1), (5000, 11)] {
            got.extend(reader.read(ts, &[event, 0x8A, 5, 0]));
        }
        assert_eq!(got, "11#");
    }

    #[test]
    fn a_key_held_for_long_is_one_digit() {
        let mut reader = Reader::default();
        assert_eq!(reader.read(0, &[5, 10, 0, 160]), Some('5'));
        assert_eq!(reader.read(0, &[5, 10, 0xFF, 0xFF]), None);
        assert_eq!(reader.read(65535, &[5, 10, 0, 160]), None);
        assert_eq!(reader.read(200_000, &[5, 10, 0, 160]), Some('5'));
    }

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        "12*#D".chars().for_each(|d| writer.push(d));
        let mut reader = Reader::default();
        let (mut got, mut ts, mut ends) = (String::new(), 0u32, 0);
        for clock in 0u32.. {
            match writer.step() {
                Some(Step::Event { payload, first, copies }) => {
                    if first {
                        ts = clock * 160;
                    }
                    for _ in 0..copies {
                        ends += u32::from(payload[1] & 0x80 != 0);
                        got.extend(reader.read(ts, &payload));
                    }
                }
                Some(Step::Pause) => {}
                None => break,
            }
        }
        assert_eq!(got, "12*#D");
        assert_eq!(ends, 15);
        assert!(!writer.is_busy());
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut writer = Writer::default();
        "1".repeat(100).chars().for_each(|d| writer.push(d));
        assert_eq!(writer.queued, 32);
    }

    #[test]
    fn tones_of_the_keypad() {
        assert_eq!(frequencies(code('1').expect("a digit")), (697, 1209));
        assert_eq!(frequencies(code('0').expect("a digit")), (941, 1336));
        assert_eq!(frequencies(code('9').expect("a digit")), (852, 1477));
        assert_eq!(frequencies(code('D').expect("a digit")), (941, 1633));
    }

    proptest! {
        #[test]
        fn any_payload_is_read_without_panic(packets in proptest::collection::vec((any::<u32>(), proptest::collection::vec(any::<u8>(), 0..8)), 0..50)) {
            let mut reader = Reader::default();
            for (ts, payload) in packets {
                reader.read(ts, &payload);
            }
        }
    }
}
