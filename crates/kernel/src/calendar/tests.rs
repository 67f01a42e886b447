use super::*;
use crate::ts::Ts;
use proptest::prelude::*;

fn d(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(date: &str, hour: i64, minute: i64) -> Ts {
    Ts::start_of(d(date)).plus_minutes(hour * 60 + minute)
}

fn due(start: &str, qty: i64, unit: Unit) -> Due {
    Calendar::shipped().add(at(start, 10, 5), qty, unit, Cutoff::Midnight)
}

/// The vectors of the deadline rules, verified against the official schedules of 2025 and 2026.
#[test]
fn acceptance_01_working_day_vectors_hold() {
    let vectors = [
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-09-30", 5, "2025-10-14"),
        ("2025-09-30", 15, "2025-10-28"),
        ("2025-10-03", 1, "2025-10-09"),
        ("2025-01-24", 1, "2025-01-26"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-13", 15, "2026-03-12"),
        ("2026-02-13", 30, "2026-04-02"),
        ("2026-02-14", 5, "2026-02-28"),
    ];
    for (start, qty, want) in vectors {
        assert_eq!(due(start, qty, Unit::WorkDay).due, Ts::end_of(d(want)), "{start} + {qty} working days");
    }
}

#[test]
fn calendar_day_vectors_roll_off_holidays() {
    let vectors = [
        ("2025-09-16", 15, "2025-10-01", "2025-10-09"),
        ("2025-08-04", 60, "2025-10-03", "2025-10-09"),
        ("2026-02-05", 15, "2026-02-20", "2026-02-24"),
        ("2025-12-20", 60, "2026-02-18", "2026-02-24"),
    ];
    for (start, qty, nominal, want) in vectors {
        let due = due(start, qty, Unit::CalendarDay);
        assert_eq!(due.due, Ts::end_of(d(want)), "{start} + {qty} days");
        assert_eq!(due.steps.rolled, Some(RolledOver { from: d(nominal), to: d(want) }));
        assert!(due.steps.skipped.iter().all(|s| s.date >= d(nominal)), "only the days rolled over are skipped");
    }
}

#[test]
fn calendar_days_ending_on_a_working_day_stay() {
    let due = due("2026-03-02", 15, Unit::CalendarDay);
    assert_eq!(due.due, Ts::end_of(d("2026-03-17")));
    assert_eq!((due.steps.rolled, due.steps.skipped.len()), (None, 0));
    // A make-up working Saturday is a working day: nothing to roll.
    let on_makeup = Calendar::shipped().add(at("2026-02-13", 9, 0), 15, Unit::CalendarDay, Cutoff::Midnight);
    assert_eq!(on_makeup.due, Ts::end_of(d("2026-02-28")));
}

#[test]
fn shipped_calendar_matches_the_official_schedules() {
    let c = Calendar::shipped();
    assert_eq!(c.years_covered(), (2015..=2026).collect::<Vec<i16>>());
    for work in ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14"] {
        assert!(c.is_working(d(work)), "{work} is a make-up working day");
    }
    for work in ["2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"] {
        assert!(c.is_working(d(work)), "{work} is a make-up working day");
    }
    let off = [
        ("2025-01-28", "2025-02-04"),
        ("2025-04-04", "2025-04-06"),
        ("2025-05-01", "2025-05-05"),
        ("2025-05-31", "2025-06-02"),
        ("2025-10-01", "2025-10-08"),
        ("2026-01-01", "2026-01-03"),
        ("2026-02-15", "2026-02-23"),
        ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"),
        ("2026-06-19", "2026-06-21"),
        ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    ];
    for (first, last) in off {
        let mut day = d(first);
        while day <= d(last) {
            assert!(!c.is_working(day), "{day} is off");
            day = next_day(day);
        }
    }
    assert!(c.is_working(d("2026-10-08")));
}

#[test]
fn missing_year_knows_weekends_only_and_says_so() {
    let c = Calendar::shipped();
    assert!(c.missing_year(d("2027-10-01")));
    assert!(!c.missing_year(d("2026-10-01")));
    assert!(c.is_working(d("2027-10-01")), "a Friday nobody has declared off");
    assert!(!c.is_working(d("2027-10-02")));
    let due = c.add(at("2026-12-31", 9, 0), 1, Unit::WorkDay, Cutoff::Midnight);
    assert_eq!(due.due, Ts::end_of(d("2027-01-01")));
    assert_eq!(due.steps.missing_years, [2027]);
    assert!(due.steps.explain_cn().iter().any(|line| line.contains("2027年放假安排尚未录入")));
}

#[test]
fn a_stray_local_holiday_does_not_cover_a_year() {
    let mut days = BTreeMap::new();
    days.insert(d("2027-08-09"), DayOverride { kind: DayKind::Off, note: "台风停工".into() });
    let c = Calendar::new(days, WorkHours::default());
    assert!(c.missing_year(d("2027-03-01")));
    assert!(!c.is_working(d("2027-08-09")));
    assert_eq!(c.years_covered(), Vec::<i16>::new());
}

#[test]
fn arithmetic_names_every_day_that_mattered() {
    let steps = due("2025-09-26", 5, Unit::WorkDay).steps;
    assert_eq!(steps.counted, 5);
    let added: Vec<_> = steps.added.iter().map(|a| a.date).collect();
    assert_eq!(added, [d("2025-09-28")]);
    assert_eq!(steps.skipped.len(), 1 + 8, "one Saturday and the eight days of the holiday");
    assert_eq!(steps.skipped[0].why, SkipReason::Weekend);
    assert!(matches!(&steps.skipped[1].why, SkipReason::Holiday(note) if note.contains("国庆节")));
    assert_eq!(
        steps.explain_cn(),
        [
            "自2025-09-26 10:05起，期限5个工作日，起始当日不计入，从次日开始计算。",
            "其间不计休息日9天：2025-09-27（周六），周末；2025-10-01至2025-10-08，国庆节、中秋节。",
            "调休上班日照常计入1天：2025-09-28（周日），国庆节、中秋节调休。",
            "到期时间：2025-10-10（周五） 24:00。",
        ]
    );
}

#[test]
fn rolled_deadline_explains_the_move() {
    let lines = due("2025-09-16", 15, Unit::CalendarDay).steps.explain_cn();
    assert_eq!(lines[2], "期满日2025-10-01（周三）为休息日，顺延至下一个工作日2025-10-09（周四）。");
}

#[test]
fn arithmetic_survives_json() {
    let due = due("2025-09-26", 5, Unit::WorkDay);
    let json = serde_json::to_value(&due).unwrap();
    assert_eq!(json["steps"]["unit"], "work_day");
    assert_eq!(json["steps"]["skipped"][0]["date"], "2025-09-27");
    assert_eq!(json["steps"]["skipped"][0]["why"]["kind"], "weekend");
    assert_eq!(json["steps"]["skipped"][1]["why"]["kind"], "holiday");
    assert_eq!(serde_json::from_value::<Due>(json).unwrap(), due);
}

#[test]
fn business_cutoff_ends_at_close() {
    let c = Calendar::shipped();
    let due = c.add(at("2025-09-30", 10, 5), 1, Unit::WorkDay, Cutoff::Business);
    assert_eq!(due.due, at("2025-10-09", 18, 0));
    assert_eq!(due.steps.explain_cn().last().unwrap(), "到期时间：2025-10-09 18:00。");
    let rolled = c.add(at("2025-09-16", 10, 5), 15, Unit::CalendarDay, Cutoff::Business);
    assert_eq!(rolled.due, at("2025-10-09", 18, 0));
}

#[test]
fn hours_run_through_the_night_from_the_minute() {
    assert_eq!(due("2025-09-30", 24, Unit::Hour).due, at("2025-10-01", 10, 5));
    assert_eq!(due("2025-09-30", 30, Unit::Minute).due, at("2025-09-30", 10, 35));
}

#[test]
fn working_hours_stop_at_noon_at_night_and_on_days_off() {
    let c = Calendar::shipped();
    let add = |start, hours| c.add(start, hours, Unit::WorkHour, Cutoff::Midnight).due;
    assert_eq!(add(at("2026-03-02", 10, 5), 4), at("2026-03-02", 15, 5), "over the noon break");
    assert_eq!(add(at("2026-03-02", 17, 0), 4), at("2026-03-03", 12, 0), "over the night");
    assert_eq!(add(at("2026-03-02", 20, 0), 1), at("2026-03-03", 10, 0), "received after business");
    assert_eq!(add(at("2026-03-07", 10, 0), 1), at("2026-03-09", 10, 0), "received on a Saturday");
    assert_eq!(add(at("2025-09-30", 17, 0), 2), at("2025-10-09", 10, 0), "over the holiday");
    let steps = c.add(at("2025-09-30", 17, 0), 2, Unit::WorkHour, Cutoff::Midnight).steps;
    assert_eq!(steps.skipped.len(), 8);
}

#[test]
fn warning_moment_lies_so_much_working_time_before_the_deadline() {
    let c = Calendar::shipped();
    let due = Ts::end_of(d("2025-10-10"));
    assert_eq!(c.subtract_warn(due, 1, Unit::WorkDay), Ts::end_of(d("2025-10-09")));
    assert_eq!(c.subtract_warn(due, 3, Unit::WorkDay), Ts::end_of(d("2025-09-29")), "steps over the holiday");
    assert_eq!(c.subtract_warn(due, 2, Unit::WorkHour), at("2025-10-10", 16, 0));
    assert_eq!(c.subtract_warn(due, 9, Unit::WorkHour), at("2025-10-09", 17, 0));
    assert_eq!(c.subtract_warn(due, 3, Unit::CalendarDay), Ts::end_of(d("2025-10-07")));
    assert_eq!(c.subtract_warn(due, 6, Unit::Hour), due.plus_hours(-6));
    assert_eq!(c.subtract_warn(due, 30, Unit::Minute), due.plus_minutes(-30));
}

#[test]
fn pause_moves_the_deadline_by_the_time_paused() {
    let c = Calendar::shipped();
    let due = Ts::end_of(d("2026-03-10"));
    let hearing = c.resume(due, at("2026-03-02", 9, 0), at("2026-03-14", 9, 0), Unit::CalendarDay);
    assert_eq!(hearing, Ts::end_of(d("2026-03-23")), "12 days later is a Sunday, so Monday");
    let started_day = c.resume(due, at("2026-03-02", 9, 0), at("2026-03-03", 9, 1), Unit::CalendarDay);
    assert_eq!(started_day, Ts::end_of(d("2026-03-12")), "a day begun is a day");
    let working = c.resume(due, at("2026-03-06", 9, 0), at("2026-03-09", 9, 0), Unit::WorkDay);
    assert_eq!(working, Ts::end_of(d("2026-03-11")), "only the Monday was a working day");
    let weekend = c.resume(due, at("2026-03-07", 9, 0), at("2026-03-08", 9, 0), Unit::WorkDay);
    assert_eq!(weekend, due);
    assert_eq!(c.resume(due, at("2026-03-07", 9, 0), at("2026-03-07", 9, 30), Unit::Hour), due.plus_minutes(30));
    let business = c.resume(at("2026-03-10", 15, 0), at("2026-03-09", 17, 0), at("2026-03-10", 10, 0), Unit::WorkHour);
    assert_eq!(business, at("2026-03-10", 17, 0));
    assert_eq!(c.resume(due, at("2026-03-09", 9, 0), at("2026-03-08", 9, 0), Unit::Hour), due, "no time travel");
}

#[test]
fn working_days_between_agrees_with_adding() {
    let c = Calendar::shipped();
    assert_eq!(c.working_days_between(d("2025-09-26"), d("2025-10-10")), 5);
    assert_eq!(c.working_days_between(d("2025-10-10"), d("2025-09-26")), -5);
    assert_eq!(c.working_days_between(d("2025-10-01"), d("2025-10-08")), 0);
}

#[test]
fn zero_days_end_with_the_day_or_the_next_working_day() {
    assert_eq!(due("2025-09-30", 0, Unit::WorkDay).due, Ts::end_of(d("2025-09-30")));
    assert_eq!(due("2025-10-03", 0, Unit::WorkDay).due, Ts::end_of(d("2025-10-09")));
    assert_eq!(due("2025-10-03", -7, Unit::CalendarDay).due, Ts::end_of(d("2025-10-09")));
}

#[test]
fn absurd_quantities_end() {
    let c = Calendar::shipped();
    for unit in [Unit::WorkDay, Unit::CalendarDay, Unit::Hour, Unit::WorkHour, Unit::Minute] {
        let due = c.add(at("2026-03-02", 9, 0), i64::MAX, unit, Cutoff::Midnight).due;
        assert!(due > at("2100-01-01", 0, 0), "{unit:?}");
        assert!(c.subtract_warn(at("2026-03-02", 9, 0), i64::MAX, unit) < at("1950-01-01", 0, 0), "{unit:?}");
    }
}

#[test]
fn senseless_hours_fall_back_to_the_default() {
    let backwards = WorkHours { start_min: 1080, end_min: 540, ..WorkHours::default() };
    assert_eq!(backwards.check().unwrap_err().field, "hours");
    assert_eq!(Calendar::new(BTreeMap::new(), backwards).hours(), WorkHours::default());
    assert_eq!(WorkHours::default().day_minutes(), 480);
}

#[test]
fn codes_read_back() {
    for unit in [Unit::WorkDay, Unit::CalendarDay, Unit::Hour, Unit::WorkHour, Unit::Minute] {
        assert_eq!(unit.as_str().parse::<Unit>().unwrap(), unit);
        assert_eq!(serde_json::to_value(unit).unwrap(), unit.as_str());
    }
    assert_eq!(serde_json::from_str::<Unit>("\"wd\"").unwrap(), Unit::WorkDay);
    assert!("week".parse::<Unit>().unwrap_err().remedy.is_some());
    assert_eq!("business".parse::<Cutoff>().unwrap(), Cutoff::Business);
}

/// Any instant of the years the shipped schedule covers, and a little beyond.
fn instant() -> impl Strategy<Value = Ts> {
    (Ts::start_of(d("2015-01-01")).0..Ts::start_of(d("2028-01-01")).0).prop_map(Ts)
}

fn any_unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![Unit::WorkDay, Unit::CalendarDay, Unit::Hour, Unit::WorkHour, Unit::Minute])
}

proptest! {
    #[test]
    fn more_units_never_end_sooner(start in instant(), qty in 0i64..90, more in 0i64..30, unit in any_unit()) {
        let c = Calendar::shipped();
        for cutoff in [Cutoff::Midnight, Cutoff::Business] {
            let (less, more) = (c.add(start, qty, unit, cutoff).due, c.add(start, qty + more, unit, cutoff).due);
            prop_assert!(less <= more);
        }
        prop_assert!(c.add(start, qty, unit, Cutoff::Midnight).due >= start);
    }

    #[test]
    fn day_deadlines_end_on_working_days(start in instant(), qty in 0i64..90) {
        let c = Calendar::shipped();
        for unit in [Unit::WorkDay, Unit::CalendarDay] {
            let due = c.add(start, qty, unit, Cutoff::Midnight);
            prop_assert!(c.is_working(due.due.date()));
            prop_assert!(due.steps.skipped.iter().all(|s| !c.is_working(s.date)));
            prop_assert!(due.steps.added.iter().all(|a| c.is_working(a.date)));
        }
    }

    #[test]
    fn nth_working_day_is_n_working_days_away(start in instant(), qty in 1i64..60) {
        let c = Calendar::shipped();
        let due = c.add(start, qty, Unit::WorkDay, Cutoff::Midnight);
        prop_assert_eq!(c.working_days_between(start.date(), due.due.date()), qty);
        let span = i64::from((due.due.date() - start.date()).get_days());
        prop_assert_eq!(span, qty + i64::try_from(due.steps.skipped.len()).unwrap());
    }

    #[test]
    fn working_hours_measure_back_to_themselves(start in instant(), qty in 1i64..100) {
        let c = Calendar::shipped();
        let due = c.add(start, qty, Unit::WorkHour, Cutoff::Midnight).due;
        prop_assert_eq!(c.work_millis_between(start, due), qty * 3_600_000);
        let back = c.subtract_warn(due, qty, Unit::WorkHour);
        prop_assert_eq!(c.work_millis_between(back, due), qty * 3_600_000);
    }

    #[test]
    fn resuming_never_moves_a_deadline_back(start in instant(), pause in 0i64..5_000_000_000, unit in any_unit()) {
        let c = Calendar::shipped();
        let due = c.add(start, 15, unit, Cutoff::Midnight).due;
        prop_assert!(c.resume(due, start, start.plus_millis(pause), unit) >= due);
    }
}
