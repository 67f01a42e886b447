//! From a start to a deadline, and back.

use super::explain::{AddedDay, Arithmetic, Due, RolledOver, SkipReason, SkippedDay};
use super::hours::MAX_DAYS;
use super::{Calendar, Cutoff, DayKind, Unit, next_day, previous_day};
use crate::ts::Ts;
use jiff::civil::Date;

const DAY_MILLIS: i64 = 86_400_000;

/// Notes what is seen while days go by.
#[derive(Default)]
struct Walk {
    skipped: Vec<SkippedDay>,
    added: Vec<AddedDay>,
    rolled: Option<RolledOver>,
}

impl Calendar {
    /// The deadline of `qty` units from `start`, with every day that mattered.
    ///
    /// - Working days: the day of `start` is day 0, whatever it is; due at the end of the Nth working day after it.
    /// - Calendar days: due at the end of the Nth day after day 0, moved to the next working day when that is off.
    /// - Hours and minutes: real time from the instant of `start`, day and night; `cutoff` plays no part.
    /// - Working hours: business time only; `cutoff` plays no part.
    ///
    /// "End of the day" is 23:59:59.999 ([`Ts::end_of`]) with [`Cutoff::Midnight`], so the due instant bears the date of
    /// the last day and `now > due` is first true at 24:00; with [`Cutoff::Business`] it is the close of business.
    /// Negative quantities count as 0; a deadline of 0 days ends with day 0, or the next working day.
    pub fn add(&self, start: Ts, qty: i64, unit: Unit, cutoff: Cutoff) -> Due {
        let qty = qty.max(0);
        let mut walk = Walk::default();
        let due = match unit {
            Unit::WorkDay => self.day_end(self.nth_working_day(start.date(), qty, &mut walk), cutoff),
            Unit::CalendarDay => {
                let nominal = Ts::start_of(start.date()).plus_days(qty.min(MAX_DAYS)).date();
                self.day_end(self.roll(nominal, &mut walk), cutoff)
            }
            Unit::Hour => start.plus_hours(qty),
            Unit::Minute => start.plus_minutes(qty),
            Unit::WorkHour => {
                let due = self.after_work_minutes(start, qty.saturating_mul(60));
                self.note_between(start.date(), due.date(), &mut walk);
                due
            }
        };
        let missing_years = match unit {
            Unit::Hour | Unit::Minute => Vec::new(),
            _ => self.missing_years(start.date(), due.date()),
        };
        let counted = u32::try_from(qty).unwrap_or(u32::MAX);
        let Walk { skipped, added, rolled } = walk;
        let steps = Arithmetic {
            start,
            qty,
            unit,
            cutoff,
            counted,
            skipped,
            added,
            rolled,
            missing_years,
            by: None,
            instead_of: None,
            due,
        };
        Due { due, steps }
    }

    /// When to warn: `due` moved back by `qty` units. Days keep the time of day; working days step over days off;
    /// working hours walk back through business time.
    pub fn subtract_warn(&self, due: Ts, qty: i64, unit: Unit) -> Ts {
        let qty = qty.max(0);
        match unit {
            Unit::WorkDay => {
                let mut day = due.date();
                for _ in 0..qty.min(MAX_DAYS) {
                    day = previous_day(day);
                    while !self.is_working(day) && day > Date::MIN {
                        day = previous_day(day);
                    }
                }
                due.plus_millis(Ts::start_of(day).millis_since(Ts::start_of(due.date())))
            }
            Unit::CalendarDay => due.plus_days(-qty.min(MAX_DAYS)),
            Unit::Hour => due.plus_hours(-qty),
            Unit::Minute => due.plus_minutes(-qty),
            Unit::WorkHour => self.before_work_millis(due, qty.saturating_mul(3_600_000)),
        }
    }

    /// The deadline after a pause (domain rule §5.12). Calendar days: later by the pause rounded up to whole days, then
    /// moved off days off. Working days: later by the working days that went by while paused. Hours and minutes: later by
    /// the real time paused. Working hours: later by the business time paused. Never earlier than `due`.
    pub fn resume(&self, due: Ts, paused_at: Ts, resumed_at: Ts, unit: Unit) -> Ts {
        let elapsed = resumed_at.millis_since(paused_at).max(0);
        if elapsed == 0 {
            return due;
        }
        match unit {
            Unit::Hour | Unit::Minute => due.plus_millis(elapsed),
            Unit::CalendarDay => {
                let days = elapsed / DAY_MILLIS + i64::from(elapsed % DAY_MILLIS != 0);
                let moved = due.plus_days(days);
                self.move_date(moved, self.working_day_on_or_after(moved.date()))
            }
            Unit::WorkDay => {
                let days = self.working_days_between(paused_at.date(), resumed_at.date());
                if days == 0 {
                    return due;
                }
                self.move_date(due, self.nth_working_day(due.date(), days, &mut Walk::default()))
            }
            Unit::WorkHour => {
                let minutes = self.work_millis_between(paused_at, resumed_at).div_euclid(60_000);
                self.after_work_minutes(due, minutes).max(due)
            }
        }
    }

    /// The same time of day on another date.
    fn move_date(&self, at: Ts, to: Date) -> Ts {
        at.plus_millis(Ts::start_of(to).millis_since(Ts::start_of(at.date())))
    }

    fn day_end(&self, date: Date, cutoff: Cutoff) -> Ts {
        match cutoff {
            Cutoff::Midnight => Ts::end_of(date),
            Cutoff::Business => self.hours().business_close(date),
        }
    }

    fn nth_working_day(&self, day0: Date, qty: i64, walk: &mut Walk) -> Date {
        if qty == 0 {
            return self.roll(day0, walk);
        }
        let mut day = day0;
        for _ in 0..qty.min(MAX_DAYS) {
            day = next_day(day);
            while !self.is_working(day) && day < Date::MAX {
                self.note(day, walk);
                day = next_day(day);
            }
            self.note(day, walk);
        }
        day
    }

    fn roll(&self, nominal: Date, walk: &mut Walk) -> Date {
        let day = self.working_day_on_or_after(nominal);
        if day != nominal {
            walk.rolled = Some(RolledOver { from: nominal, to: day });
            self.note_between(previous_day(nominal), day, walk);
        }
        day
    }

    /// Notes the days after `from`, up to and including `to`.
    fn note_between(&self, from: Date, to: Date, walk: &mut Walk) {
        let mut day = from;
        while day < to {
            day = next_day(day);
            self.note(day, walk);
        }
    }

    fn note(&self, day: Date, walk: &mut Walk) {
        match self.overrides().get(&day) {
            Some(o) if o.kind == DayKind::Off => {
                walk.skipped.push(SkippedDay { date: day, why: SkipReason::Holiday(o.note.clone()) });
            }
            // A working day listed as such on a plain weekday changes nothing and needs no word.
            Some(o) if super::is_weekend(day) => walk.added.push(AddedDay { date: day, note: o.note.clone() }),
            Some(_) => {}
            None if super::is_weekend(day) => {
                walk.skipped.push(SkippedDay { date: day, why: SkipReason::Weekend });
            }
            None => {}
        }
    }

    fn missing_years(&self, from: Date, to: Date) -> Vec<i16> {
        let missing = |year: &i16| self.missing_year(jiff::civil::date(*year, 1, 1));
        (from.year()..=to.year().max(from.year())).filter(missing).collect()
    }
}
