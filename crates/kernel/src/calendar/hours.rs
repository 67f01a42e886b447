//! Business hours and arithmetic inside them.

use super::{Calendar, next_day, previous_day};
use crate::refusal::FieldError;
use crate::ts::Ts;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

const MINUTE: i64 = 60_000;
/// No computation walks further than a century: bad quantities must end, not hang.
pub(super) const MAX_DAYS: i64 = 36_525;

/// Business hours of every working day, in minutes after midnight. The default is eight hours, 09:00–12:00 and
/// 13:00–18:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkHours {
    pub start_min: u16,
    pub end_min: u16,
    pub noon_start_min: u16,
    pub noon_end_min: u16,
}

impl Default for WorkHours {
    fn default() -> Self {
        Self { start_min: 9 * 60, end_min: 18 * 60, noon_start_min: 12 * 60, noon_end_min: 13 * 60 }
    }
}

impl WorkHours {
    /// Refuses hours out of order; an empty noon break (both ends equal) is fine.
    pub fn check(self) -> Result<(), FieldError> {
        let ordered = self.start_min <= self.noon_start_min
            && self.noon_start_min <= self.noon_end_min
            && self.noon_end_min <= self.end_min
            && self.end_min <= 24 * 60;
        if ordered && self.day_minutes() > 0 {
            return Ok(());
        }
        Err(FieldError::new("hours", "上班时间设置有误：上班、午休开始、午休结束、下班应依次排列")
            .with_remedy("请按“上班≤午休开始≤午休结束≤下班≤24:00”填写"))
    }

    /// Working minutes in one day.
    pub const fn day_minutes(self) -> u16 {
        (self.noon_start_min.saturating_sub(self.start_min)) + (self.end_min.saturating_sub(self.noon_end_min))
    }

    /// When business stops on `date`.
    pub fn business_close(self, date: Date) -> Ts {
        Ts::start_of(date).plus_minutes(i64::from(self.end_min))
    }

    /// Morning and afternoon of `date`, in order.
    fn periods(self, date: Date) -> [(Ts, Ts); 2] {
        let at = |minute: u16| Ts::start_of(date).plus_minutes(i64::from(minute));
        [(at(self.start_min), at(self.noon_start_min)), (at(self.noon_end_min), at(self.end_min))]
    }
}

impl Calendar {
    /// The instant at which `minutes` of business time have passed since `start`.
    pub(super) fn after_work_minutes(&self, start: Ts, minutes: i64) -> Ts {
        let mut left = minutes.clamp(0, MAX_DAYS * i64::from(self.hours.day_minutes())) * MINUTE;
        let mut day = start.date();
        while left > 0 && day < Date::MAX {
            if self.is_working(day) {
                for (open, close) in self.hours.periods(day) {
                    let from = open.max(start);
                    let room = close.millis_since(from).max(0);
                    if left <= room {
                        return from.plus_millis(left);
                    }
                    left -= room;
                }
            }
            day = next_day(day);
        }
        start
    }

    /// The instant from which `millis` of business time remain until `end`.
    pub(super) fn before_work_millis(&self, end: Ts, millis: i64) -> Ts {
        let mut left = millis.clamp(0, MAX_DAYS * i64::from(self.hours.day_minutes()) * MINUTE);
        let mut day = end.date();
        while left > 0 && day > Date::MIN {
            if self.is_working(day) {
                for (open, close) in self.hours.periods(day).into_iter().rev() {
                    let until = close.min(end);
                    let room = until.millis_since(open).max(0);
                    if left <= room {
                        return until.plus_millis(-left);
                    }
                    left -= room;
                }
            }
            day = previous_day(day);
        }
        end
    }

    /// Business time between two instants, in milliseconds; 0 when `to` is not after `from`.
    pub fn work_millis_between(&self, from: Ts, to: Ts) -> i64 {
        let mut total = 0;
        let mut day = from.date();
        let last = to.date();
        while from < to && day <= last {
            if self.is_working(day) {
                for (open, close) in self.hours.periods(day) {
                    total += close.min(to).millis_since(open.max(from)).max(0);
                }
            }
            if day == last {
                break;
            }
            day = next_day(day);
        }
        total
    }
}
