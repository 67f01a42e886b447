//! How long people take: minutes at the hotline's desks, office hours in the units, at once when life is in danger.

use app::World;
use kernel::{DateTime, Ts};

use crate::live::Live;
use crate::words::Dice;

/// Doors open and close.
const OPEN: i8 = 9;
const SHUT: i8 = 18;

/// How long until the next step.
#[derive(Clone, Copy)]
enum Pace {
    /// Round the clock.
    Desk(i64, i64),
    /// Minutes, then the next office hour.
    Office(i64, i64),
}

/// What follows an action, and when.
const fn pace(action: &str) -> Pace {
    match action.as_bytes() {
        b"register" | b"amend" | b"link" | b"split" => Pace::Desk(2, 20),
        b"submit" | b"claim" | b"consult_conclude" | b"unmerge" | b"recall" | b"reopen" => Pace::Desk(2, 45),
        b"consult" => Pace::Office(60, 180),
        b"dispatch" | b"reassign" | b"redo" => Pace::Office(20, 260),
        b"sign" | b"assign" | b"add_co" => Pace::Office(10, 300),
        b"start" => Pace::Office(60, 900),
        b"contact" => Pace::Office(400, 3000),
        b"submit_unit" | b"unit_approve" | b"unit_send_back" | b"co_reply" => Pace::Office(10, 240),
        b"center_accept" | b"center_send_back" | b"decide" | b"track" => Pace::Office(20, 300),
        b"unified_reply" => Pace::Office(60, 900),
        b"return_apply" | b"extension_apply" | b"terminate" | b"exempt" => Pace::Office(15, 100),
        b"pause" => Pace::Office(600, 4000),
        _ => Pace::Office(15, 200),
    }
}

/// When somebody turns to the order next, after an action on it.
pub fn after(action: &str, live: &mut Live, now: Ts, world: &World) -> Ts {
    let (least, most, office) = match pace(action) {
        Pace::Desk(least, most) => (least, most, false),
        Pace::Office(least, most) => (least, most, true),
    };
    let minutes = least + below(&mut live.dice, most - least);
    if live.urgent {
        return now.plus_minutes(1 + minutes / 30);
    }
    let at = now.plus_minutes(minutes);
    if office { in_office(at, &mut live.dice, world) } else { at }
}

/// The moment itself within office hours, or some minutes after the doors open next.
pub fn in_office(at: Ts, dice: &mut Dice, world: &World) -> Ts {
    let civil = at.civil();
    let date = world.calendar.working_day_on_or_after(civil.date());
    if date == civil.date() && (OPEN..SHUT).contains(&civil.hour()) {
        return at;
    }
    let late = date == civil.date() && civil.hour() >= SHUT;
    let day = if late { world.calendar.working_day_on_or_after(at.plus_days(1).date()) } else { date };
    at_hour(day, OPEN).plus_minutes(below(dice, 120))
}

/// The next hour at which citizens are called.
pub fn next_call(now: Ts, dice: &mut Dice) -> Ts {
    let today = now.date();
    if now.civil().hour() < 14 {
        return at_hour(today, 15).plus_minutes(below(dice, 90));
    }
    at_hour(now.plus_days(1).date(), OPEN).plus_minutes(30 + below(dice, 90))
}

/// The full hour of a day.
pub fn at_hour(day: kernel::Date, hour: i8) -> Ts {
    Ts::from_civil(DateTime::new(day.year(), day.month(), day.day(), hour, 0, 0, 0).unwrap_or(DateTime::MIN))
}

fn below(dice: &mut Dice, n: i64) -> i64 {
    i64::try_from(dice.below(usize::try_from(n.max(1)).unwrap_or(1))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_go_out_in_another_slot_or_on_another_day() {
        let morning = Ts::parse_iso("2025-03-04T10:00:00+08:00").unwrap();
        let mut dice = Dice::new(3);
        let second = next_call(morning, &mut dice);
        assert_eq!((second.date(), second.civil().hour() >= 15), (morning.date(), true));
        let third = next_call(second, &mut dice);
        assert_eq!(third.date(), morning.plus_days(1).date());
    }
}
