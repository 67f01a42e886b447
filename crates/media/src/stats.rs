//! How well a leg's sound arrives: loss and jitter as RFC 3550 counts them (appendices A.3 and A.8).

use std::time::Instant;

/// Samples a second, and RTP clock ticks a second.
pub const RATE: u32 = 8000;

#[derive(Debug, Default)]
pub struct Reception {
    stream: Option<Stream>,
    /// Packets expected and received in streams that are over.
    before: Counts,
    /// At the last report.
    reported: Counts,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    expected: u64,
    received: u64,
}

#[derive(Debug)]
struct Stream {
    first: u32,
    /// Highest sequence number with its cycles.
    highest: u32,
    received: u64,
    /// Arrival minus timestamp of the last packet, RTP ticks.
    transit: i64,
    /// Sixteen times the jitter, RTP ticks.
    jitter16: u32,
}

/// What a report says about the time since the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interval {
    pub expected: u64,
    pub lost: u64,
}

impl Interval {
    pub fn loss_permille(self) -> u16 {
        (self.lost * 1000).checked_div(self.expected).map_or(0, |n| n.min(1000) as u16)
    }

    /// RFC 3550's "fraction lost", of 256.
    pub fn fraction(self) -> u8 {
        (self.lost * 256).checked_div(self.expected).map_or(0, |n| n.min(255) as u8)
    }
}

impl Reception {
    /// A stream of its own begins with the next packet.
    pub fn begin(&mut self) {
        self.before = self.totals();
        self.stream = None;
    }

    pub fn count(&mut self, seq: u16, timestamp: u32, since_start: std::time::Duration) {
        let arrival = since_start.as_micros() as i64 * i64::from(RATE) / 1_000_000;
        let transit = arrival - i64::from(timestamp);
        let Some(stream) = &mut self.stream else {
            let first = u32::from(seq) + 0x1_0000;
            self.stream = Some(Stream { first, highest: first, received: 1, transit, jitter16: 0 });
            return;
        };
        stream.received += 1;
        let ahead = seq.wrapping_sub(stream.highest as u16) as i16;
        if ahead > 0 {
            stream.highest = stream.highest.wrapping_add(ahead as u32);
        }
        // The timestamps' wrap is one jump a day; it must not read as jitter.
        let d = (transit - stream.transit) as i32;
        stream.transit = transit;
        if d.unsigned_abs() < RATE {
            let gain = i64::from(d.unsigned_abs()) - i64::from((stream.jitter16 + 8) >> 4);
            stream.jitter16 = (i64::from(stream.jitter16) + gain).clamp(0, i64::from(u32::MAX)) as u32;
        }
    }

    fn totals(&self) -> Counts {
        let now = self.stream.as_ref().map_or_else(Counts::default, |s| Counts {
            expected: u64::from(s.highest.wrapping_sub(s.first)) + 1,
            received: s.received,
        });
        Counts { expected: self.before.expected + now.expected, received: self.before.received + now.received }
    }

    /// Loss since the last call.
    pub fn interval(&mut self) -> Interval {
        let totals = self.totals();
        let expected = totals.expected - self.reported.expected;
        let received = totals.received - self.reported.received;
        self.reported = totals;
        Interval { expected, lost: expected.saturating_sub(received) }
    }

    /// Packets lost since the leg began.
    pub fn lost(&self) -> u64 {
        let totals = self.totals();
        totals.expected.saturating_sub(totals.received)
    }

    pub fn highest(&self) -> u32 {
        self.stream.as_ref().map_or(0, |s| s.highest.wrapping_sub(0x1_0000))
    }

    /// Interarrival jitter, RTP ticks.
    pub fn jitter(&self) -> u32 {
        self.stream.as_ref().map_or(0, |s| s.jitter16 >> 4)
    }

    pub fn jitter_ms(&self) -> u16 {
        (self.jitter() / (RATE / 1000)).min(u32::from(u16::MAX)) as u16
    }
}

/// NTP-like time for reports: elapsed time since `epoch` in 32.32 fixed point (RFC 3550 §4 allows elapsed time).
pub fn ntp(epoch: Instant, now: Instant) -> u64 {
    let elapsed = now.saturating_duration_since(epoch);
    // One hour ahead of zero: zero means "none" in a report.
    ((elapsed.as_secs() + 3600) << 32) | ((u64::from(elapsed.subsec_nanos()) << 32) / 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn at(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn loss_is_told_per_interval_and_in_all() {
        let mut reception = Reception::default();
        for seq in (65_530u16..=65_535).chain(0..4) {
            if seq != 65_533 {
                reception.count(seq, u32::from(seq) * 160, at(0));
            }
        }
        let interval = reception.interval();
        assert_eq!(interval, Interval { expected: 10, lost: 1 });
        assert_eq!((interval.loss_permille(), interval.fraction()), (100, 25));
        reception.count(4, 0, at(0));
        assert_eq!(reception.interval(), Interval { expected: 1, lost: 0 });
        reception.begin();
        reception.count(900, 0, at(0));
        reception.count(902, 0, at(0));
        assert_eq!(reception.interval(), Interval { expected: 3, lost: 1 });
        assert_eq!(reception.lost(), 2);
    }

    #[test]
    fn jitter_follows_the_arrival() {
        let (mut even, mut uneven) = (Reception::default(), Reception::default());
        for n in 0u64..200 {
            even.count(n as u16, n as u32 * 160, at(n * 20));
            uneven.count(n as u16, n as u32 * 160, at(n * 20 + if n % 2 == 0 { 10 } else { 0 }));
        }
        assert_eq!(even.jitter_ms(), 0);
        assert!((9..=10).contains(&uneven.jitter_ms()), "{}", uneven.jitter_ms());
    }
}
