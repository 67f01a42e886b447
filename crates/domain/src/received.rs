//! 诉求受理总体情况 (R02, §8.1): what came by which way and of which kind in a period of registration, beside the period
//! before and the same one last year.

use std::collections::BTreeMap;

use kernel::{Date, Ts};

use crate::indicator::Rate;
use crate::order::{Channel, DemandType};

/// A period of registration: from its first moment to before `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Ts,
    pub until: Ts,
}

impl Period {
    /// 上期: whole months have the months before them, anything else as many days.
    #[must_use]
    pub fn before(self) -> Self {
        if let (Some(first), Some(next)) = (month_begins(self.from), month_begins(self.until))
            && next > first
        {
            return Self { from: month_start(first - (next - first)), until: self.from };
        }
        Self { from: self.from.plus_millis(-self.until.millis_since(self.from)), until: self.from }
    }

    /// 去年同期.
    #[must_use]
    pub fn year_before(self) -> Self {
        Self { from: a_year_before(self.from), until: a_year_before(self.until) }
    }
}

/// Number of the month that begins at this moment, counted from the year 0.
fn month_begins(at: Ts) -> Option<i32> {
    let day = at.date();
    let number = i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
    (day.day() == 1 && at == Ts::start_of(day)).then_some(number)
}

fn month_start(number: i32) -> Ts {
    let (year, month) = (number.div_euclid(12), number.rem_euclid(12) + 1);
    let day = Date::new(i16::try_from(year).unwrap_or(i16::MAX), i8::try_from(month).unwrap_or(1), 1);
    day.map_or(Ts(0), Ts::start_of)
}

/// The same time of the same day; of 29 February that of the 28th.
fn a_year_before(at: Ts) -> Ts {
    let day = at.date();
    let year = day.year() - 1;
    let then = Date::new(year, day.month(), day.day()).or_else(|_| Date::new(year, day.month(), day.day() - 1));
    then.map_or(at, |d| Ts::start_of(d).plus_millis(at.millis_since(Ts::start_of(day))))
}

/// 受理量 of one period, by 来源 and 类型.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received(BTreeMap<(Channel, DemandType), i64>);

impl Received {
    #[must_use]
    pub fn of(counts: impl IntoIterator<Item = (Channel, DemandType, i64)>) -> Self {
        let mut all = BTreeMap::new();
        for (channel, kind, n) in counts {
            *all.entry((channel, kind)).or_default() += n;
        }
        Self(all)
    }

    #[must_use]
    pub fn at(&self, channel: Channel, kind: DemandType) -> i64 {
        self.0.get(&(channel, kind)).copied().unwrap_or(0)
    }

    #[must_use]
    pub fn by_channel(&self, channel: Channel) -> i64 {
        DemandType::ALL.iter().map(|k| self.at(channel, *k)).sum()
    }

    #[must_use]
    pub fn by_kind(&self, kind: DemandType) -> i64 {
        Channel::ALL.iter().map(|c| self.at(*c, kind)).sum()
    }

    /// 受理总量.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    /// B3: Σ来源 = Σ类型 = 受理总量.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        let rows: i64 = Channel::ALL.iter().map(|c| self.by_channel(*c)).sum();
        let columns: i64 = DemandType::ALL.iter().map(|k| self.by_kind(*k)).sum();
        rows == columns && columns == self.total()
    }
}

/// 同比, 环比: how much more than then, in per cent of then; without a value where there was nothing then.
#[must_use]
pub fn change(now: i64, then: i64) -> Rate {
    Rate::share(now - then, then)
}

/// 占比 in hundredths of a per cent, by largest remainder, so that they are 100 % together; all 0 of nothing.
#[must_use]
pub fn shares(counts: &[i64]) -> Vec<i64> {
    const WHOLE: i64 = 10_000;
    let total: i64 = counts.iter().sum();
    if total <= 0 {
        return vec![0; counts.len()];
    }
    let mut shares: Vec<i64> = counts.iter().map(|n| n * WHOLE / total).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(counts[*i] * WHOLE % total));
    let left = usize::try_from(WHOLE - shares.iter().sum::<i64>()).unwrap_or(0);
    for i in order.into_iter().take(left) {
        shares[i] += 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn period(from: &str, until: &str) -> Period {
        let at = |day: &str| Ts::start_of(day.parse().unwrap());
        Period { from: at(from), until: at(until) }
    }

    #[test]
    fn months_are_compared_with_months_and_days_with_as_many_days() {
        assert_eq!(period("2026-03-01", "2026-04-01").before(), period("2026-02-01", "2026-03-01"));
        assert_eq!(period("2026-01-01", "2026-04-01").before(), period("2025-10-01", "2026-01-01"));
        assert_eq!(period("2026-03-01", "2026-03-29").before(), period("2026-02-01", "2026-03-01"));
        assert_eq!(period("2026-03-08", "2026-03-15").before(), period("2026-03-01", "2026-03-08"));
        assert_eq!(period("2026-03-01", "2026-04-01").year_before(), period("2025-03-01", "2025-04-01"));
        assert_eq!(period("2024-02-29", "2024-03-01").year_before(), period("2023-02-28", "2023-03-01"));
    }

    #[test]
    fn change_needs_something_to_compare_with() {
        assert_eq!((change(110, 100).value, change(90, 100).value), (Some(10.0), Some(-10.0)));
        assert_eq!((change(5, 0).value, change(0, 5).value), (None, Some(-100.0)));
        assert_eq!(shares(&[1, 1, 1]), [3334, 3333, 3333]);
        assert_eq!(shares(&[0, 0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn b3_holds_and_shares_are_whole(counts in prop::collection::vec((0usize..15, 0usize..7, 0i64..1000), 0..40)) {
            let cell = |(c, k, n): &(usize, usize, i64)| (Channel::ALL[*c], DemandType::ALL[*k], *n);
            let all = Received::of(counts.iter().map(cell));
            prop_assert!(all.is_balanced());
            prop_assert_eq!(all.total(), counts.iter().map(|c| c.2).sum::<i64>());
            let rows: Vec<i64> = Channel::ALL.iter().map(|c| all.by_channel(*c)).collect();
            let whole: i64 = shares(&rows).iter().sum();
            prop_assert_eq!(whole, if all.total() == 0 { 0 } else { 10_000 });
        }
    }
}
