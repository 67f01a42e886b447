//! 重算时限: running deadlines counted anew after the working calendar was changed. The only way, beside a leader's
//! instruction, in which a due moment may move back.

use kernel::{Arithmetic, Ts, Unit};

use crate::{
    authority::Role,
    case::Case,
    clock::{Clock, ClockKind},
    decision::Decision,
    env::{By, Env},
    flow::FlowEntry,
    light::{Light, light},
    param::definition,
};

/// Flow code of a recalculation, beside `C1` pause and `C2` resume.
pub const CODE: &str = "C3";

/// The clock as it would be had the present calendar held from its start; `None` when nothing changes. Spans and the
/// end of the day are those it was started with: a changed parameter concerns new clocks only. A moment named by a
/// person (限办, 批示) stands, whatever the calendar says.
#[must_use]
pub fn recount(clock: &Clock, env: &Env) -> Option<Clock> {
    let counted = matches!(clock.unit, Unit::WorkDay | Unit::CalendarDay | Unit::WorkHour);
    if !clock.is_open() || !counted || definition(&clock.basis).is_none() {
        return None;
    }
    // What was counted before a restart no longer plays a part.
    let first = clock.arithmetic.iter().rposition(|a| a.start == clock.start_at && a.qty == clock.qty)?;
    let mut steps = clock.arithmetic[..first].to_vec();
    let whole = env.calendar.add(clock.start_at, clock.qty, clock.unit, clock.arithmetic[first].cutoff);
    let (mut due, mut before) = (whole.due, clock.arithmetic[first].due);
    steps.push(whole.steps);
    for step in &clock.arithmetic[first + 1..] {
        // A superior's limit that no longer comes first has nothing to say.
        if step.instead_of.is_some() && due <= step.due {
            before = step.due;
            continue;
        }
        let again = follow(step, due, before, env);
        (due, before) = (again.due, step.due);
        steps.push(again);
    }
    (due != clock.due_at).then(|| moved(clock, due, steps, env))
}

/// A later piece of the sum: an extension counts on from the new due moment, a hold lasts to its own moment, a pause
/// puts off by as much as it did.
fn follow(step: &Arithmetic, due: Ts, before: Ts, env: &Env) -> Arithmetic {
    // What another platform granted is a moment it named: it stands.
    if step.by.is_some() {
        return Arithmetic { start: due, due: due.max(step.due), ..step.clone() };
    }
    if step.instead_of.is_some() {
        return Arithmetic { instead_of: Some(due), ..step.clone() };
    }
    if step.start == before && step.qty > 0 {
        return env.calendar.add(due, step.qty, step.unit, step.cutoff).steps;
    }
    if step.start == before {
        return Arithmetic { start: due, due: due.max(step.due), ..step.clone() };
    }
    let put_off = match step.unit {
        Unit::WorkDay if step.qty == 0 => due,
        Unit::WorkDay => env.calendar.add(due, step.qty, Unit::WorkDay, step.cutoff).due,
        _ => due.plus_millis(step.due.millis_since(before)),
    };
    Arithmetic { due: put_off.max(due), ..step.clone() }
}

fn moved(clock: &Clock, due: Ts, arithmetic: Vec<Arithmetic>, env: &Env) -> Clock {
    let lead = env.params.warn_span(clock.span());
    let warn = env.calendar.subtract_warn(due, lead.qty, lead.unit).max(clock.start_at);
    let mut after = Clock { due_at: due, warn_at: warn, arithmetic, ..clock.clone() };
    // A lamp may go out here; lighting one is the watcher's, which also tells people.
    if after.paused_at.is_none() && light(&after, env.now) == Light::Green {
        after.light = Light::Green;
    }
    after
}

/// Recounts every running clock of the case. `None` when no due moment moves. A task due with its parent moves along.
#[must_use]
pub fn recalculate(case: &Case, reason: &str, by: &By, env: &Env) -> Option<Decision> {
    let mut after = case.clone();
    let mut changed: Vec<(ClockKind, Ts, Ts)> = Vec::new();
    for clock in &mut after.clocks {
        if let Some(new) = recount(clock, env) {
            changed.push((clock.kind, clock.due_at, new.due_at));
            *clock = new;
        }
    }
    if changed.is_empty() {
        return None;
    }
    follow_parents(case, &mut after, env);
    copy_due(&mut after);
    after.order.updated_at = env.now;
    let entry = entry(case, &after, reason, by, env, &changed);
    Some(Decision {
        case: after,
        flow: vec![entry],
        notices: Vec::new(),
        grants: Vec::new(),
        others: Vec::new(),
        rulings: Vec::new(),
    })
}

fn own(case: &Case, task: kernel::TaskId) -> Option<&Clock> {
    case.clocks.iter().rev().find(|c| c.is_open() && c.kind.is_task_own() && c.task_id == Some(task))
}

fn follow_parents(before: &Case, after: &mut Case, env: &Env) {
    for task in &before.tasks {
        let Some(parent) = task.parent else { continue };
        let (Some(old), Some(was), Some(now)) = (own(before, task.id), own(before, parent), own(after, parent)) else {
            continue;
        };
        let due = now.due_at;
        if old.basis != "due.parent" || old.due_at != was.due_at || old.due_at == due {
            continue;
        }
        let mut steps = old.arithmetic.clone();
        if let Some(last) = steps.last_mut() {
            last.due = due;
        }
        let new = moved(old, due, steps, env);
        if let Some(slot) = after.clocks.iter_mut().find(|c| c.id == new.id) {
            *slot = new;
        }
    }
}

/// The copies of due moments on order and tasks, in line with their clocks.
fn copy_due(case: &mut Case) {
    let promise = case.open_clocks(ClockKind::Order).next().map(|c| (c.due_at, c.warn_at));
    if let Some((due, warn)) = promise {
        case.order.due_at = Some(due);
        case.order.warn_at = Some(warn);
    }
    for task in &mut case.tasks {
        let clock = case.clocks.iter().rev().find(|c| c.kind.is_task_own() && c.task_id == Some(task.id));
        if let Some(clock) = clock {
            task.due_at = Some(clock.due_at);
            task.warn_at = Some(clock.warn_at);
        }
    }
}

fn entry(before: &Case, after: &Case, reason: &str, by: &By, env: &Env, changed: &[(ClockKind, Ts, Ts)]) -> FlowEntry {
    let actor = match by {
        By::Person(a) => Some(a),
        By::System => None,
    };
    let clocks: Vec<_> =
        changed.iter().map(|(kind, from, to)| serde_json::json!({ "kind": kind, "from": from, "to": to })).collect();
    let state = before.order.state.code().to_owned();
    FlowEntry {
        order_id: before.order.id,
        task_id: None,
        code: CODE.to_owned(),
        action: "recalc".to_owned(),
        from: state.clone(),
        to: state,
        actor: actor.map(|a| a.user),
        actor_name: actor.map_or_else(|| "系统".to_owned(), |a| a.name.clone()),
        actor_role: actor.and_then(|a| a.has(Role::Sysadmin).then_some(Role::Sysadmin)),
        actor_org: actor.map(|a| a.org),
        on_behalf_of: actor.and_then(|a| a.on_behalf_of),
        at: env.now,
        opinion: Some(reason.to_owned()),
        reason_code: None,
        fields: serde_json::json!({ "clocks": clocks }),
        due_before: before.order.due_at,
        due_after: after.order.due_at,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kernel::{Calendar, Cutoff, Date, DayKind, DayOverride, SeqMint, WorkHours};

    use super::*;
    use crate::{
        clock::{Owner, Span, Term},
        directory::Directory,
        param::Params,
    };

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// A week without holidays, with the days given made days off.
    fn calendar(off: &[&str]) -> Calendar {
        let days = off.iter().map(|d| (day(d), DayOverride { kind: DayKind::Off, note: "停电".into() }));
        Calendar::new(days.collect::<BTreeMap<_, _>>(), WorkHours::default())
    }

    fn with_env<T>(off: &[&str], now: Ts, f: impl FnOnce(&Env) -> T) -> T {
        let (calendar, params, directory, mint) =
            (calendar(off), Params::defaults(), Directory::default(), SeqMint::new());
        f(&Env {
            now,
            calendar: &calendar,
            params: &params,
            directory: &directory,
            mint: &mint,
            earlier: &[],
            precedents: &[],
        })
    }

    /// Tuesday morning; five working days later is the next Tuesday.
    fn start() -> Ts {
        Ts::start_of(day("2027-03-02")).plus_hours(10)
    }

    fn clock(basis: &str) -> Clock {
        with_env(&[], start(), |env| {
            let owner = Owner { order: env.id(), task: None, round: 1 };
            let term = Term::of(Span { qty: 5, unit: Unit::WorkDay }, basis, start(), env);
            Clock::start(ClockKind::Order, owner, term, env)
        })
    }

    #[test]
    fn a_new_day_off_moves_the_deadline_by_one_working_day() {
        let old = clock("sla.handle.help");
        assert_eq!(old.due_at, Ts::end_of(day("2027-03-09")));
        let new = with_env(&["2027-03-05"], start(), |env| recount(&old, env)).unwrap();
        assert_eq!(new.due_at, Ts::end_of(day("2027-03-10")));
        assert!(new.warn_at > old.warn_at);
        assert_eq!((new.id, new.start_at, new.version), (old.id, old.start_at, old.version));
        let back = with_env(&[], start(), |env| recount(&new, env)).unwrap();
        assert_eq!((back.due_at, back.warn_at), (old.due_at, old.warn_at), "and back when the day is given back");
    }

    #[test]
    fn an_extension_is_counted_on_from_the_new_deadline() {
        let mut old = clock("sla.handle.help");
        with_env(&[], start(), |env| old.extend(2, Unit::WorkDay, env));
        let new = with_env(&["2027-03-05", "2027-03-11"], start(), |env| recount(&old, env)).unwrap();
        assert_eq!(old.due_at, Ts::end_of(day("2027-03-11")));
        assert_eq!(new.due_at, Ts::end_of(day("2027-03-15")));
        assert_eq!(new.arithmetic.len(), 2);
    }

    #[test]
    fn what_a_person_or_the_plain_hours_decided_stands() {
        let named = clock("due.leader");
        assert_eq!(with_env(&["2027-03-05"], start(), |env| recount(&named, env)), None);
        let mut hours = clock("sla.urgency.u2");
        hours.unit = Unit::Hour;
        assert_eq!(with_env(&["2027-03-05"], start(), |env| recount(&hours, env)), None);
        let mut stopped = clock("sla.handle.help");
        with_env(&[], start(), |env| stopped.stop(start(), env));
        assert_eq!(with_env(&["2027-03-05"], start(), |env| recount(&stopped, env)), None);
        assert_eq!(with_env(&[], start(), |env| recount(&clock("sla.handle.help"), env)), None, "nothing moved");
    }

    #[test]
    fn time_spent_paused_is_kept() {
        let mut old = clock("sla.handle.help");
        let (from, to) = (start().plus_days(1), start().plus_days(3));
        with_env(&[], from, |env| old.pause(crate::clock::PauseReason::Appraisal, env)).unwrap();
        with_env(&[], to, |env| old.resume(env)).unwrap();
        assert_eq!(old.due_at, Ts::end_of(day("2027-03-11")));
        let new = with_env(&["2027-03-08"], to, |env| recount(&old, env)).unwrap();
        assert_eq!(new.due_at, Ts::end_of(day("2027-03-12")));
        assert_eq!(new.arithmetic[0].cutoff, Cutoff::Midnight);
    }
}
