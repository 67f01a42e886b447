//! 效果预览: a parameter's value in sentences, and as dates for four moments that show weekend and holiday.

use domain::clock::Span;
use domain::param::{ParamDef, ParamKind, Params};
use kernel::{Calendar, Cutoff, Date, DayKind, Ts};
use serde_json::Value;

use super::moment_cn;
use super::param::value_cn;
use crate::view::{ParamEffect, ParamExample};
use crate::world::World;

/// A span stands for itself; cut-off and business hours are shown on deadlines everybody knows.
const SHOWN_BY: &[(&str, &str)] = &[("sla.cutoff", "sla.handle.help"), ("sla.business_hours", "dispatch.clock.normal")];

pub(super) fn effect(def: &ParamDef, value: &Value, world: &World, now: Ts) -> ParamEffect {
    let key = def.key.as_str();
    let old = world.params.get(key).unwrap_or(&def.default);
    let trial = with(&world.params, key, value);
    let calendar = Calendar::new(world.calendar.overrides().clone(), trial.work_hours());
    let shown = match def.kind {
        ParamKind::Span => Some(key),
        _ => SHOWN_BY.iter().find(|(k, _)| *k == key).map(|(_, by)| *by),
    };
    let examples = shown.map_or_else(Vec::new, |shown| {
        let before = Counting { params: &world.params, calendar: &world.calendar };
        let after = Counting { params: &trial, calendar: &calendar };
        let case = |(at, what): (Ts, &str)| ParamExample {
            case: format!("{what}：{}", moment_cn(at)),
            before: before.show(shown, at),
            after: after.show(shown, at),
        };
        moments(&world.calendar, now).into_iter().map(case).collect()
    });
    ParamEffect { sentences: sentences(def, old, value, shown.is_some()), examples }
}

/// The parameters in force with one value changed.
fn with(params: &Params, key: &str, value: &Value) -> Params {
    let changed = params.iter().filter(|(k, _)| *k != key).map(|(k, v)| (k.to_owned(), v.clone()));
    Params::with(changed.chain([(key.to_owned(), value.clone())]))
}

fn sentences(def: &ParamDef, old: &Value, new: &Value, is_deadline: bool) -> Vec<String> {
    let (was, will) = (value_cn(def, old), value_cn(def, new));
    let mut lines = Vec::new();
    if old == new {
        lines.push(format!("“{}”与现值{was}相同，没有变化。", def.name));
        return lines;
    }
    lines.push(format!("“{}”由{was}改为{will}。", def.name));
    lines.push(format!("含义：{}。", def.description.trim_end_matches('。')));
    if is_deadline {
        lines.push("修改后立即生效，只影响此后开始计时的时限；正在计时的工单保持原期限。".to_owned());
    } else {
        lines.push("修改后立即生效，已经完成的操作不受影响。".to_owned());
    }
    if *new == def.default {
        lines.push("该值为系统默认值。".to_owned());
    }
    lines
}

struct Counting<'a> {
    params: &'a Params,
    calendar: &'a Calendar,
}

impl Counting<'_> {
    fn span(&self, key: &str) -> Span {
        self.params.span(key)
    }

    /// When a period of the parameter that starts at `at` ends; for 提前量, when the lamp of a deadline `at` turns yellow.
    fn show(&self, key: &str, at: Ts) -> String {
        let span = self.span(key);
        if key.starts_with("warn.") || key == "sla.co_before_lead" {
            let due = Ts::end_of(at.date());
            return moment_cn(self.calendar.subtract_warn(due, span.qty, span.unit));
        }
        let cutoff: Cutoff = self.params.cutoff();
        moment_cn(self.calendar.add(at, span.qty, span.unit, cutoff).due)
    }
}

/// An ordinary morning, a Friday afternoon, a weekend, and the eve of the next holiday.
fn moments(calendar: &Calendar, now: Ts) -> Vec<(Ts, &'static str)> {
    let today = calendar.working_day_on_or_after(now.date());
    let friday = next_weekday(now.date(), 4);
    let saturday = next_weekday(now.date(), 5);
    let mut found =
        vec![(at(today, 10, 0), "平日上午"), (at(friday, 16, 30), "周五下班前"), (at(saturday, 11, 0), "周六")];
    let holiday =
        calendar.overrides().iter().find(|(d, o)| **d > now.date() && o.kind == DayKind::Off).map(|(d, _)| *d);
    match holiday.and_then(|d| d.yesterday().ok()) {
        Some(eve) => found.push((at(eve, 15, 0), "节前一日")),
        None => found.push((at(next_weekday(now.date(), 2), 23, 30), "周三深夜")),
    }
    found
}

fn at(date: Date, hour: i64, minute: i64) -> Ts {
    Ts::start_of(date).plus_minutes(hour * 60 + minute)
}

/// The next day of the week (0 = Monday) after `date`.
fn next_weekday(date: Date, wanted: i8) -> Date {
    let ahead = (i64::from(wanted) - i64::from(date.weekday().to_monday_zero_offset())).rem_euclid(7);
    Ts::start_of(date).plus_days(if ahead == 0 { 7 } else { ahead }).date()
}
