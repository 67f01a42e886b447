//! 红黄绿灯: computed from a clock and the present moment (§4.2), never stored as truth.

use kernel::Ts;

use crate::{
    clock::{Clock, ClockOutcome},
    param::Params,
};

coded! {
    /// The lamp of a clock.
    Light {
        Green = "green", "正常";
        Yellow = "yellow", "即将到期";
        Red = "red", "已逾期";
        Paused = "paused", "暂停计时";
        DoneOnTime = "done_on_time", "按时办结";
        DoneLate = "done_late", "逾期办结";
        Off = "off", "不计时";
    }
}

coded! {
    /// 五级预警 (`light.scheme` = 5): how much of the time is used up.
    Level {
        Normal = "normal", "正常";
        Notice = "notice", "预警";
        Warning = "warning", "警告";
        Severe = "severe", "严重警告";
        Overdue = "overdue", "超期";
    }
}

/// The lamp of a clock at this moment.
#[must_use]
pub fn light(clock: &Clock, now: Ts) -> Light {
    match clock.outcome {
        ClockOutcome::Void => Light::Off,
        ClockOutcome::OnTime => Light::DoneOnTime,
        ClockOutcome::Late => Light::DoneLate,
        ClockOutcome::Open if clock.paused_at.is_some() => Light::Paused,
        ClockOutcome::Open => light_at(clock.due_at, clock.warn_at, now),
    }
}

/// The lamp of a running deadline: red strictly after `due`, yellow from `warn` on. Without a due moment: off.
#[must_use]
pub fn light_at(due: impl Into<Option<Ts>>, warn: impl Into<Option<Ts>>, now: Ts) -> Light {
    match (due.into(), warn.into()) {
        (None, _) => Light::Off,
        (Some(due), _) if now > due => Light::Red,
        (_, Some(warn)) if now >= warn => Light::Yellow,
        _ => Light::Green,
    }
}

/// From the light last recorded to the present one, when they differ. The caller records it in `clock.light`, so that
/// each change is told once, however often the scheduler looks; a light passed over while nobody looked is not made up.
#[must_use]
pub fn transition(clock: &Clock, now: Ts) -> Option<(Light, Light)> {
    let present = light(clock, now);
    (present != clock.light).then_some((clock.light, present))
}

/// The five-step level of an open clock by the share of its time that has passed (`light.scheme5.percent`); `None` for a
/// clock that is stopped or paused.
#[must_use]
pub fn level(clock: &Clock, now: Ts, params: &Params) -> Option<Level> {
    if clock.outcome != ClockOutcome::Open || clock.paused_at.is_some() {
        return None;
    }
    let whole = clock.due_at.millis_since(clock.start_at).max(1);
    let passed = now.millis_since(clock.start_at).max(0);
    let marks = params.get("light.scheme5.percent").and_then(|v| v.as_array())?;
    let reached = marks
        .iter()
        .filter_map(serde_json::Value::as_i64)
        .filter(|m| i128::from(passed) * 100 >= i128::from(*m) * i128::from(whole))
        .count();
    Level::ALL.get(reached.min(Level::ALL.len() - 1)).copied()
}
