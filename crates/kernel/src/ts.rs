//! Instants, and the only doors to the clock and to chance.
//!
//! China keeps one civil time, UTC+8 without daylight saving, so every conversion uses the fixed offset and needs no
//! time-zone database.

use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;
use uuid::Uuid;

const BEIJING: Offset = Offset::constant(8);
const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// An instant: milliseconds since 1970-01-01T00:00:00Z. It goes to the wire and into columns as that integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = i64, format = Int64))]
#[serde(transparent)]
pub struct Ts(pub i64);

impl Ts {
    /// Beijing civil time. Instants outside years -9999..=9999 give the nearest representable one.
    pub fn civil(self) -> DateTime {
        let limit = if self.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        BEIJING.to_datetime(jiff::Timestamp::from_millisecond(self.0).unwrap_or(limit))
    }

    /// The instant of a Beijing civil time; sub-millisecond digits are dropped.
    pub fn from_civil(civil: DateTime) -> Self {
        let limit = if civil.year() < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(BEIJING.to_timestamp(civil).unwrap_or(limit).as_millisecond())
    }

    /// 00:00:00.000 of a Beijing date.
    pub fn start_of(date: Date) -> Self {
        Self::from_civil(date.at(0, 0, 0, 0))
    }

    /// 23:59:59.999 of a Beijing date: the last instant that is still inside a day that "ends at 24:00".
    pub fn end_of(date: Date) -> Self {
        Self::from_civil(date.at(23, 59, 59, 999_000_000))
    }

    /// The Beijing date.
    pub fn date(self) -> Date {
        self.civil().date()
    }

    /// Later by so many milliseconds (earlier when negative), saturating.
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Later by so many minutes of real time, saturating.
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        self.plus_millis(minutes.saturating_mul(MINUTE))
    }

    /// Later by so many hours of real time, saturating.
    pub const fn plus_hours(self, hours: i64) -> Self {
        self.plus_millis(hours.saturating_mul(HOUR))
    }

    /// Later by so many days of 24 hours (every Beijing day has 24), saturating.
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(DAY))
    }

    /// Milliseconds from `earlier` to `self`; negative when `earlier` is later. Saturating.
    pub const fn millis_since(self, earlier: Ts) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// `2026-11-24 10:05`, Beijing time: the form every screen and document prints.
    pub fn format_cn(self) -> String {
        let c = self.civil();
        format!("{:04}-{:02}-{:02} {:02}:{:02}", c.year(), c.month(), c.day(), c.hour(), c.minute())
    }

    /// RFC 3339 with the `+08:00` offset, for exchange with other systems; milliseconds only when there are any.
    pub fn iso(self) -> String {
        let c = self.civil();
        let millis = match c.millisecond() {
            0 => String::new(),
            n => format!(".{n:03}"),
        };
        let (date, h, m, s) = (c.date(), c.hour(), c.minute(), c.second());
        format!("{date}T{h:02}:{m:02}:{s:02}{millis}+08:00")
    }

    /// Reads an RFC 3339 instant with any offset; `None` when the text is not one.
    pub fn parse_iso(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_millisecond()))
    }
}

impl std::fmt::Display for Ts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.format_cn())
    }
}

/// Where "now" comes from. Rules take a [`Ts`]; only the edge of a use case asks a clock.
pub trait Clock: Send + Sync {
    fn now(&self) -> Ts;
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Ts {
        (**self).now()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Ts {
        Ts(jiff::Timestamp::now().as_millisecond())
    }
}

/// A clock that moves only when told to, for tests and replays.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub const fn new(at: Ts) -> Self {
        Self(AtomicI64::new(at.0))
    }

    pub fn set(&self, at: Ts) {
        self.0.store(at.0, Ordering::SeqCst);
    }

    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Ts {
        Ts(self.0.load(Ordering::SeqCst))
    }
}

/// Where identity and chance come from.
pub trait Mint: Send + Sync {
    /// A UUID version 7 whose time part is `now`.
    fn uuid(&self, now: Ts) -> Uuid;
    /// Fills `out` with unpredictable bytes.
    fn bytes(&self, out: &mut [u8]);
}

impl<T: Mint + ?Sized> Mint for Arc<T> {
    fn uuid(&self, now: Ts) -> Uuid {
        (**self).uuid(now)
    }

    fn bytes(&self, out: &mut [u8]) {
        (**self).bytes(out);
    }
}

fn uuid_v7(now: Ts, tail: &[u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.0).unwrap_or(0), tail).into_uuid()
}

/// Chance from the operating system.
///
/// # Panics
/// When the operating system cannot give random bytes: no key or code may then be made.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemMint;

impl Mint for SystemMint {
    fn uuid(&self, now: Ts) -> Uuid {
        let mut tail = [0; 10];
        self.bytes(&mut tail);
        uuid_v7(now, &tail)
    }

    fn bytes(&self, out: &mut [u8]) {
        getrandom::fill(out).expect("the operating system gives random bytes");
    }
}

/// A predictable mint for tests: the same calls give the same keys. Never use it outside tests.
#[derive(Debug, Default)]
pub struct SeqMint(AtomicU64);

impl SeqMint {
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// A sequence that differs from those of other seeds.
    pub const fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed << 32))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }
}

/// SplitMix64 finaliser: spreads consecutive counters over all bits.
const fn spread(counter: u64) -> u64 {
    let z = counter.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Mint for SeqMint {
    fn uuid(&self, now: Ts) -> Uuid {
        let mut tail = [0; 10];
        tail[2..].copy_from_slice(&self.next().to_be_bytes());
        // The builder overwrites the top two bits of byte 2 with the variant; the counter stays far below them.
        uuid_v7(now, &tail)
    }

    fn bytes(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            chunk.copy_from_slice(&spread(self.next()).to_le_bytes()[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn civil_time_is_eight_hours_ahead() {
        let ts = Ts(1_795_485_900_000);
        assert_eq!(ts.format_cn(), "2026-11-24 10:05");
        assert_eq!(ts.iso(), "2026-11-24T10:05:00+08:00");
        assert_eq!(ts.plus_millis(7).iso(), "2026-11-24T10:05:00.007+08:00");
        assert_eq!(Ts::from_civil(ts.civil()), ts);
        assert_eq!(ts.date(), date(2026, 11, 24));
    }

    #[test]
    fn exchange_text_reads_back_with_any_offset() {
        let ts = Ts(1_795_485_900_007);
        assert_eq!(Ts::parse_iso(&ts.iso()), Some(ts));
        assert_eq!(Ts::parse_iso("2026-11-24T02:05:00Z"), Some(Ts(1_795_485_900_000)));
        assert_eq!(Ts::parse_iso("2026-11-24 10:05"), None);
    }

    #[test]
    fn a_day_ends_one_millisecond_before_the_next() {
        let day = date(2026, 2, 28);
        assert_eq!(Ts::end_of(day).plus_millis(1), Ts::start_of(date(2026, 3, 1)));
        assert_eq!(Ts::start_of(day).plus_days(1).plus_hours(-1).plus_minutes(60), Ts::start_of(date(2026, 3, 1)));
    }

    #[test]
    fn extreme_instants_neither_panic_nor_wrap() {
        assert_eq!(Ts(i64::MAX).civil().year(), 9999);
        assert_eq!(Ts(i64::MIN).civil().year(), -9999);
        assert_eq!(Ts(i64::MAX).plus_days(i64::MAX), Ts(i64::MAX));
        assert!(Ts::from_civil(DateTime::MAX) > Ts(0));
    }

    #[test]
    fn manual_clock_moves_only_when_told() {
        let clock = Arc::new(ManualClock::new(Ts(5)));
        assert_eq!(clock.now(), Ts(5));
        clock.advance(Duration::from_millis(10));
        assert_eq!(clock.now(), Ts(15));
        clock.set(Ts(1));
        assert_eq!(clock.now(), Ts(1));
    }

    #[test]
    fn system_clock_lives_in_this_century() {
        assert!(SystemClock.now().date() > date(2025, 1, 1));
    }

    #[test]
    fn system_mint_never_repeats_and_carries_the_time() {
        let now = Ts(1_795_485_900_000);
        let (a, b) = (SystemMint.uuid(now), SystemMint.uuid(now));
        assert_ne!(a, b);
        assert_eq!(a.get_version_num(), 7);
        let (secs, nanos) = a.get_timestamp().unwrap().to_unix();
        assert_eq!(secs * 1000 + u64::from(nanos) / 1_000_000, 1_795_485_900_000);
    }

    #[test]
    fn sequence_mint_repeats_itself_exactly() {
        let draw = |mint: SeqMint| {
            let mut bytes = [0; 13];
            mint.bytes(&mut bytes);
            (mint.uuid(Ts(1)), mint.uuid(Ts(1)), bytes)
        };
        assert_eq!(draw(SeqMint::new()), draw(SeqMint::new()));
        assert_ne!(draw(SeqMint::seeded(1)), draw(SeqMint::seeded(2)));
        let (a, b, _) = draw(SeqMint::new());
        assert!(a < b);
    }
}
