//! Working-day calendar: weekends, public holidays and make-up working days (调休), and deadline arithmetic over them.
//!
//! Rules: 《中华人民共和国民法典》 arts. 201–203. The day of receipt is not counted; a period of calendar days that
//! ends on a day off ends on the next working day; the last day ends at 24:00, or when business stops.

mod arithmetic;
mod explain;
mod hours;
#[cfg(test)]
mod tests;

pub use explain::{AddedDay, Arithmetic, Due, RolledOver, SkipReason, SkippedDay};
pub use hours::WorkHours;

use crate::refusal::FieldError;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The schedule announced by the State Council General Office for 2015–2026: `date,kind,note`.
const SHIPPED: &str = include_str!("../../data/holidays.csv");

/// What an override makes of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DayKind {
    /// 放假
    Off,
    /// 调休上班
    Work,
}

impl DayKind {
    /// The code stored and exchanged: `off` or `work`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Work => "work",
        }
    }
}

impl std::str::FromStr for DayKind {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        match text {
            "off" => Ok(Self::Off),
            "work" => Ok(Self::Work),
            _ => {
                Err(FieldError::new("kind", format!("日历类型“{text}”无效"))
                    .with_remedy("请填写off（放假）或work（上班）"))
            }
        }
    }
}

/// A date that differs from the plain week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayOverride {
    pub kind: DayKind,
    /// Why, in Chinese: the holiday's name.
    pub note: String,
}

/// Unit of a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unit {
    /// 工作日
    #[serde(alias = "wd")]
    WorkDay,
    /// 自然日
    #[serde(alias = "cd")]
    CalendarDay,
    /// 小时
    Hour,
    /// 工作小时
    WorkHour,
    /// 分钟
    Minute,
}

impl Unit {
    /// The code stored and exchanged.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::WorkDay => "work_day",
            Self::CalendarDay => "calendar_day",
            Self::Hour => "hour",
            Self::WorkHour => "work_hour",
            Self::Minute => "minute",
        }
    }

    /// The Chinese word, to stand behind a number and `个` where Chinese wants it: `5个工作日`, `60日`.
    pub const fn label_cn(self) -> &'static str {
        match self {
            Self::WorkDay => "个工作日",
            Self::CalendarDay => "日",
            Self::Hour => "小时",
            Self::WorkHour => "个工作小时",
            Self::Minute => "分钟",
        }
    }
}

impl std::str::FromStr for Unit {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Ok(match text {
            "work_day" | "wd" => Self::WorkDay,
            "calendar_day" | "cd" => Self::CalendarDay,
            "hour" => Self::Hour,
            "work_hour" => Self::WorkHour,
            "minute" => Self::Minute,
            _ => {
                return Err(FieldError::new("unit", format!("时限单位“{text}”无效"))
                    .with_remedy("请填写work_day、calendar_day、hour、work_hour或minute"));
            }
        })
    }
}

/// When the last day of a period of days ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Cutoff {
    /// At 24:00, held as 23:59:59.999 so that the due instant still bears the date of the last day.
    #[default]
    Midnight,
    /// When business stops that day.
    Business,
}

impl std::str::FromStr for Cutoff {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        match text {
            "midnight" => Ok(Self::Midnight),
            "business" => Ok(Self::Business),
            _ => Err(FieldError::new("cutoff", format!("截止时刻“{text}”无效"))
                .with_remedy("请填写midnight（当日24时）或business（下班时间）")),
        }
    }
}

/// The working-day calendar. Cheap to query, meant to be shared behind an `Arc` and replaced whole on a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    overrides: BTreeMap<Date, DayOverride>,
    hours: WorkHours,
}

impl Calendar {
    /// Hours that do not pass [`WorkHours::check`] are replaced by the default ones: a calendar always has working time.
    pub fn new(overrides: BTreeMap<Date, DayOverride>, hours: WorkHours) -> Self {
        let hours = if hours.check().is_ok() { hours } else { WorkHours::default() };
        Self { overrides, hours }
    }

    /// The announced schedule of 2015–2026 with the default hours.
    pub fn shipped() -> Self {
        Self::new(Self::shipped_overrides(), WorkHours::default())
    }

    /// The announced schedule of 2015–2026, for filling the calendar table.
    pub fn shipped_overrides() -> BTreeMap<Date, DayOverride> {
        SHIPPED.lines().skip(1).map(|line| read_row(line).expect("the shipped holiday file is well formed")).collect()
    }

    pub const fn hours(&self) -> WorkHours {
        self.hours
    }

    pub const fn overrides(&self) -> &BTreeMap<Date, DayOverride> {
        &self.overrides
    }

    /// Whether people are at work that day.
    pub fn is_working(&self, date: Date) -> bool {
        match self.overrides.get(&date) {
            Some(day) => day.kind == DayKind::Work,
            None => !is_weekend(date),
        }
    }

    /// Years whose schedule has been entered, ascending. A year counts once its 1 January (元旦, a holiday every year)
    /// is listed: stray local days off do not make a schedule.
    pub fn years_covered(&self) -> Vec<i16> {
        self.overrides.keys().filter(|d| d.month() == 1 && d.day() == 1).map(|d| d.year()).collect()
    }

    /// Whether the schedule of the date's year is missing, so that only weekends are known to be off.
    pub fn missing_year(&self, date: Date) -> bool {
        !self.overrides.contains_key(&jiff::civil::date(date.year(), 1, 1))
    }

    /// Working days after `a`, up to and including `b`; negative when `b` is before `a`. Thus a deadline of N working
    /// days received on `a` is due on the first `b` that gives N.
    pub fn working_days_between(&self, a: Date, b: Date) -> i64 {
        let (from, to, sign) = if a <= b { (a, b, 1) } else { (b, a, -1) };
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = next_day(day);
            count += i64::from(self.is_working(day));
        }
        sign * count
    }

    /// The date itself when people work that day, otherwise the next working day.
    pub fn working_day_on_or_after(&self, date: Date) -> Date {
        let mut day = date;
        while !self.is_working(day) && day < Date::MAX {
            day = next_day(day);
        }
        day
    }
}

fn read_row(line: &str) -> Option<(Date, DayOverride)> {
    let mut cells = line.splitn(3, ',');
    let date = cells.next()?.parse().ok()?;
    let kind = cells.next()?.parse().ok()?;
    Some((date, DayOverride { kind, note: cells.next()?.to_owned() }))
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn next_day(date: Date) -> Date {
    date.tomorrow().unwrap_or(date)
}

fn previous_day(date: Date) -> Date {
    date.yesterday().unwrap_or(date)
}
