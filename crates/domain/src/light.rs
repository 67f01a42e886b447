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

#[cfg(test)]
mod tests {
    use kernel::{ClockId, OrderId, Unit};
    use uuid::Uuid;

    use super::*;
    use crate::clock::ClockKind;

    const START: Ts = Ts(1_795_485_900_000);

    /// Ten hours; yellow after eight.
    fn clock() -> Clock {
        Clock {
            id: ClockId(Uuid::from_u128(1)),
            order_id: OrderId(Uuid::from_u128(2)),
            task_id: None,
            kind: ClockKind::Order,
            round: 1,
            unit: Unit::Hour,
            qty: 10,
            start_at: START,
            due_at: START.plus_hours(10),
            warn_at: START.plus_hours(8),
            paused_at: None,
            pause_reason: None,
            paused_total: 0,
            stop_at: None,
            outcome: ClockOutcome::Open,
            basis: "sla.handle.help".into(),
            arithmetic: vec![],
            light: Light::Green,
            version: 1,
        }
    }

    #[test]
    fn a_clock_turns_yellow_then_red_exactly_once() {
        let mut clock = clock();
        let mut seen = Vec::new();
        for minute in 0..24 * 60 {
            if let Some((from, to)) = transition(&clock, START.plus_minutes(minute)) {
                seen.push((minute, from, to));
                clock.light = to;
            }
        }
        let expected = [(480, Light::Green, Light::Yellow), (601, Light::Yellow, Light::Red)];
        assert_eq!(seen, expected, "yellow at the warning, red once the due moment has passed");
    }

    #[test]
    fn a_scheduler_that_slept_records_one_step_to_red() {
        assert_eq!(transition(&clock(), START.plus_hours(30)), Some((Light::Green, Light::Red)));
    }

    #[test]
    fn the_due_moment_itself_is_still_in_time() {
        let due = clock().due_at;
        assert_eq!(light(&clock(), due), Light::Yellow);
        assert_eq!(light(&clock(), due.plus_millis(1)), Light::Red);
        assert_eq!(light_at(due, None, due), Light::Green);
        assert_eq!(light_at(None, None, due), Light::Off);
    }

    #[test]
    fn stopped_and_paused_clocks_show_how_they_stand() {
        let late = START.plus_hours(99);
        for (outcome, expected) in [
            (ClockOutcome::OnTime, Light::DoneOnTime),
            (ClockOutcome::Late, Light::DoneLate),
            (ClockOutcome::Void, Light::Off),
        ] {
            assert_eq!(light(&Clock { outcome, ..clock() }, late), expected);
        }
        let paused = Clock { paused_at: Some(START), ..clock() };
        assert_eq!(light(&paused, late), Light::Paused);
        assert_eq!(level(&paused, late, &Params::defaults()), None);
    }

    #[test]
    fn five_levels_follow_the_share_of_time_used() {
        let params = Params::defaults();
        let at = |minutes| level(&clock(), START.plus_minutes(minutes), &params).unwrap();
        assert_eq!([at(0), at(299)], [Level::Normal; 2]);
        assert_eq!(
            [at(300), at(450), at(510), at(594)],
            [Level::Notice, Level::Warning, Level::Severe, Level::Overdue]
        );
        assert_eq!(at(6000), Level::Overdue);
    }
}
