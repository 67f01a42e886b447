//! When people turn to the hotline: by season, day of the week and hour.

use domain::order::Channel;
use kernel::Ts;

use crate::words::Dice;

/// Per mille of a year's matters by month: heat and frost bring more of them.
const MONTHS: [usize; 12] = [85, 70, 82, 78, 80, 86, 95, 96, 82, 76, 80, 90];
/// Monday to Sunday.
const WEEKDAYS: [usize; 7] = [120, 112, 108, 106, 108, 76, 70];
/// By hour of the day.
const HOURS: [usize; 24] = [8, 5, 4, 3, 3, 6, 14, 30, 68, 96, 98, 82, 52, 50, 78, 88, 84, 70, 46, 36, 32, 26, 18, 12];

/// The moments of `n` matters within `days` from `start`, in order.
pub fn moments(n: usize, start: Ts, days: i64, dice: &mut Dice) -> Vec<Ts> {
    let mut sums: Vec<usize> = Vec::new();
    let mut sum = 0;
    for day in 0..days {
        let date = start.plus_days(day).date();
        let month = usize::try_from(date.month() - 1).unwrap_or(0);
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        sum += MONTHS[month] * WEEKDAYS[weekday];
        sums.push(sum);
    }
    let hours: Vec<(usize, i64)> = HOURS.iter().copied().zip(0..).collect();
    let mut all: Vec<Ts> = (0..n)
        .map(|_| {
            let at = dice.below(sum.max(1));
            let day = i64::try_from(sums.partition_point(|s| *s <= at)).unwrap_or(0);
            let second = i64::try_from(dice.below(3600)).unwrap_or(0);
            start.plus_days(day).plus_hours(dice.weighted(&hours)).plus_millis(second * 1000)
        })
        .collect();
    all.sort();
    all
}

/// How it came.
pub fn channel(dice: &mut Dice) -> Channel {
    dice.weighted(&[
        (700, Channel::Phone),
        (90, Channel::Wechat),
        (80, Channel::Web),
        (60, Channel::App),
        (30, Channel::Superior),
        (20, Channel::Letter),
        (20, Channel::Window),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_has_its_busy_days_and_quiet_nights() {
        let start = Ts::parse_iso("2025-01-01T00:00:00+08:00").unwrap();
        let all = moments(20_000, start, 365, &mut Dice::new(1));
        assert_eq!(all.len(), 20_000);
        assert!(all.is_sorted() && all[0] >= start && all[19_999] < start.plus_days(365));
        let in_hour = |h: i8| all.iter().filter(|t| t.civil().hour() == h).count();
        assert!(in_hour(10) > 10 * in_hour(3));
        let sundays = all.iter().filter(|t| t.date().weekday().to_monday_zero_offset() == 6).count();
        assert!(sundays * 7 < 20_000);
    }
}
