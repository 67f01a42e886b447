//! Deadline arithmetic that can be shown to the person who is held to it.

use super::{Cutoff, Unit};
use crate::ts::Ts;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A computed deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Due {
    /// The last instant that is still in time.
    pub due: Ts,
    /// How it was found.
    pub steps: Arithmetic,
}

/// Every day that mattered on the way from the start to the deadline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arithmetic {
    pub start: Ts,
    pub qty: i64,
    pub unit: Unit,
    pub cutoff: Cutoff,
    /// Units actually counted.
    pub counted: u32,
    /// Days off that were not counted, or that the last day was moved over.
    pub skipped: Vec<SkippedDay>,
    /// Make-up working days that were counted although they look like weekends.
    pub added: Vec<AddedDay>,
    /// Set when a period of calendar days ended on a day off.
    pub rolled: Option<RolledOver>,
    /// Years on the way whose holiday schedule has not been entered.
    #[serde(default)]
    pub missing_years: Vec<i16>,
    /// Who set the end, where a platform that is asked did and nobody counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// 上级限办日期: `due` was named by a superior and stands in place of this later end, which had been counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<Ts>,
    pub due: Ts,
}

/// A day that was passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedDay {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Date,
    pub why: SkipReason,
}

/// Why nobody works that day; `{"kind":"weekend"}` or `{"kind":"holiday","note":"国庆节"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "note")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SkipReason {
    Weekend,
    Holiday(String),
}

impl SkipReason {
    /// The reason in Chinese.
    pub fn label_cn(&self) -> &str {
        match self {
            Self::Weekend => "周末",
            Self::Holiday(note) if note.is_empty() => "放假",
            Self::Holiday(note) => note,
        }
    }
}

/// A make-up working day that counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddedDay {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Date,
    /// The holiday it makes up for.
    pub note: String,
}

/// The last day was moved from a day off to the next working day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolledOver {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub from: Date,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub to: Date,
}

impl Arithmetic {
    /// The computation as Chinese sentences, in the order a reader would check them.
    pub fn explain_cn(&self) -> Vec<String> {
        if let Some(by) = &self.by {
            let (from, to, more) = (self.start.format_cn(), self.due_cn(), self.qty);
            let more = if more > 0 { format!("，延长{more}{}", self.unit.label_cn()) } else { String::new() };
            return vec![format!("{by}同意延期：期限由{from}延至{to}{more}。")];
        }
        if let Some(own) = self.instead_of {
            return vec![format!("上级限办日期{}，早于本市时限{}，以上级为准。", self.due_cn(), moment_cn(own))];
        }
        let mut lines = vec![self.opening()];
        if !self.skipped.is_empty() {
            let spans = join_spans(&self.skipped);
            lines.push(format!("其间不计休息日{}天：{}。", self.skipped.len(), spans.join("；")));
        }
        if !self.added.is_empty() {
            let days: Vec<_> = self.added.iter().map(added_text).collect();
            lines.push(format!("调休上班日照常计入{}天：{}。", days.len(), days.join("；")));
        }
        if let Some(roll) = self.rolled {
            lines.push(format!("期满日{}为休息日，顺延至下一个工作日{}。", day_cn(roll.from), day_cn(roll.to)));
        }
        if !self.missing_years.is_empty() {
            let years: Vec<_> = self.missing_years.iter().map(|y| format!("{y}年")).collect();
            lines.push(format!("{}放假安排尚未录入，暂按周末休息推算。", years.join("、")));
        }
        lines.push(format!("到期时间：{}。", self.due_cn()));
        lines
    }

    fn opening(&self) -> String {
        let (start, qty, unit) = (self.start.format_cn(), self.qty, self.unit.label_cn());
        match self.unit {
            Unit::WorkDay | Unit::CalendarDay => {
                format!("自{start}起，期限{qty}{unit}，起始当日不计入，从次日开始计算。")
            }
            Unit::WorkHour => format!("自{start}起，期限{qty}{unit}，只计工作日的上班时间。"),
            Unit::Hour | Unit::Minute => format!("自{start}起，期限{qty}{unit}，连续计算，不扣除休息日。"),
        }
    }

    fn due_cn(&self) -> String {
        moment_cn(self.due)
    }
}

/// The end of a day is the day's 24:00.
fn moment_cn(at: Ts) -> String {
    let date = at.date();
    if at == Ts::end_of(date) { format!("{} 24:00", day_cn(date)) } else { at.format_cn() }
}

fn day_cn(date: Date) -> String {
    use jiff::civil::Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let week = match date.weekday() {
        Monday => "周一",
        Tuesday => "周二",
        Wednesday => "周三",
        Thursday => "周四",
        Friday => "周五",
        Saturday => "周六",
        Sunday => "周日",
    };
    format!("{date}（{week}）")
}

fn added_text(day: &AddedDay) -> String {
    if day.note.is_empty() { day_cn(day.date) } else { format!("{}，{}调休", day_cn(day.date), day.note) }
}

/// Neighbouring days with one reason become one span: a holiday week is a line, not seven.
fn join_spans(days: &[SkippedDay]) -> Vec<String> {
    days.chunk_by(|a, b| a.why == b.why && super::next_day(a.date) == b.date)
        .filter_map(|span| {
            let (first, last) = (span.first()?, span.last()?);
            let why = first.why.label_cn();
            Some(if span.len() == 1 {
                format!("{}，{why}", day_cn(first.date))
            } else {
                format!("{}至{}，{why}", first.date, last.date)
            })
        })
        .collect()
}
