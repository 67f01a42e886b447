//! The clock engine (§5.12) by itself.

use domain::{
    clock::{Clock, ClockKind, ClockOutcome, Owner, PauseReason, Span, Term},
    light::Light,
};
use kernel::{OrderId, Unit};
use uuid::Uuid;

use crate::world::{World, ts};

fn start(w: &World, qty: i64, unit: Unit) -> Clock {
    let owner = Owner { order: OrderId(Uuid::from_u128(1)), task: None, round: 1 };
    let env = w.env();
    Clock::start(ClockKind::Order, owner, Term::of(Span { qty, unit }, "sla.test", env.now, &env), &env)
}

#[test]
fn a_clock_starts_with_its_sum_and_its_warning() {
    let w = World::new();
    let c = start(&w, 5, Unit::WorkDay);
    assert_eq!((c.due_at.date(), c.warn_at.date()), (ts("2025-09-28T12:00").date(), ts("2025-09-26T12:00").date()));
    assert_eq!((c.arithmetic.len(), c.arithmetic[0].due), (1, c.due_at));
    assert_eq!((c.outcome, c.light), (ClockOutcome::Open, Light::Green));
}

#[test]
fn stopping_judges_by_the_moment_given_and_only_once() {
    let w = World::new();
    let mut c = start(&w, 1, Unit::WorkDay);
    w.days(10);
    let judged = c.due_at;
    c.stop(judged, &w.env());
    assert_eq!((c.outcome, c.light, c.stop_at), (ClockOutcome::OnTime, Light::DoneOnTime, Some(w.now.get())));
    c.stop(w.now.get(), &w.env());
    c.void(&w.env());
    assert_eq!(c.outcome, ClockOutcome::OnTime);
    let mut c = start(&w, 1, Unit::Hour);
    c.stop(c.due_at.plus_millis(1), &w.env());
    assert_eq!((c.outcome, c.light), (ClockOutcome::Late, Light::DoneLate));
}

#[test]
fn a_void_clock_has_no_lamp() {
    let w = World::new();
    let mut c = start(&w, 1, Unit::WorkDay);
    c.void(&w.env());
    assert_eq!((c.outcome, c.light), (ClockOutcome::Void, Light::Off));
    assert!(c.pause(PauseReason::Hearing, &w.env()).is_err() && c.resume(&w.env()).is_err());
}

#[test]
fn resuming_shifts_hours_by_the_time_and_days_by_whole_days() {
    for (unit, due) in [(Unit::Hour, "2025-09-22T17:00"), (Unit::CalendarDay, "2025-09-29T23:59")] {
        let w = World::new();
        let mut c = start(&w, 5, unit);
        c.pause(PauseReason::Hearing, &w.env()).unwrap();
        assert!(c.pause(PauseReason::Hearing, &w.env()).is_err());
        w.now.set(w.now.get().plus_minutes(150));
        c.resume(&w.env()).unwrap();
        assert_eq!(c.due_at.format_cn(), due.replace('T', " "), "{unit:?}");
        assert_eq!((c.paused_total, c.paused_at), (150 * 60_000, None));
    }
}

#[test]
fn a_paused_clock_is_resumed_before_it_is_judged() {
    let w = World::new();
    let mut c = start(&w, 2, Unit::Hour);
    c.pause(PauseReason::AwaitMaterial, &w.env()).unwrap();
    w.hours(10);
    c.stop(w.now.get(), &w.env());
    assert_eq!(c.outcome, ClockOutcome::OnTime);
}

#[test]
fn extending_counts_from_the_due_moment_and_shortening_only_shortens() {
    let w = World::new();
    let mut c = start(&w, 5, Unit::WorkDay);
    c.extend(3, Unit::WorkDay, &w.env());
    assert_eq!(c.due_at.date(), ts("2025-10-09T12:00").date());
    assert_eq!(c.arithmetic[1].skipped.len(), 8);
    let due = c.due_at;
    c.shorten(due.plus_hours(1), "due.leader", &w.env());
    assert_eq!((c.due_at, c.arithmetic.len()), (due, 2));
    c.shorten(ts("2025-09-25T10:00"), "due.leader", &w.env());
    assert_eq!((c.due_at, c.basis.as_str()), (ts("2025-09-25T10:00"), "due.leader"));
    c.hold_until(ts("2025-09-24T10:00"), &w.env());
    assert_eq!(c.due_at, ts("2025-09-25T10:00"));
    assert!(c.warn_at <= c.due_at && c.warn_at >= c.start_at);
}
