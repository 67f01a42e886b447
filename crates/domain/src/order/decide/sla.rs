//! Which deadline applies (§4.1): the shortest of type, urgency, what a person set and what a superior set.

use kernel::Ts;

use super::work::Work;
use crate::{
    clock::{BY_SUPERIOR, ClockKind, Term},
    env::Env,
    order::{Order, Urgency},
};

/// Basis of a moment set by the dispatcher (限办).
pub(super) const BY_DISPATCHER: &str = "due.dispatcher";
/// Basis of a moment set by a leader (批示).
pub(super) const BY_LEADER: &str = "due.leader";

/// Time for the handling: the first round by type, later work by the redo rule; both under the urgency overlay.
pub(super) fn handling(order: &Order, redo: bool, env: &Env) -> Term {
    uncapped(order, redo, env.now, env).capped(limit(order, env).filter(|l| *l > env.now), env)
}

/// By our own rules alone, counted from `at`.
fn uncapped(order: &Order, redo: bool, at: Ts, env: &Env) -> Term {
    let (first, overlay) = env.params.sla_key(order.demand_type, order.urgency);
    let key = if redo { env.params.redo_key(order.demand_type) } else { first };
    let base = Term::param(key, at, env);
    match overlay {
        Some(key) => base.min(Term::param(key, at, env)),
        None => base,
    }
}

/// The promise to the citizen. A limit that passed before the first dispatch is missed, and shows it; the unit that gets
/// the matter now has its own time all the same.
pub(super) fn promise(order: &Order, redo: bool, term: Term, env: &Env) -> Term {
    if redo { term } else { term.capped(limit(order, env), env) }
}

/// 上级限办日期, the order's own or of what was merged into it, while it binds: work taken up again after the superior had
/// its answer is no longer under it.
pub(super) fn limit(order: &Order, env: &Env) -> Option<Ts> {
    let binds = |l: &Ts| order.round == 1 || *l > env.now;
    [order.origin.limit_at, order.merged_limit_at].into_iter().flatten().filter(binds).min()
}

/// A limit comes along with an order merged into this one. Tells whether a deadline moved.
pub(super) fn bring(w: &mut Work, limit: Ts) -> bool {
    let (env, order) = (w.env, &mut w.case.order);
    order.merged_limit_at = Some(order.merged_limit_at.map_or(limit, |l| l.min(limit)));
    let mut moved = false;
    for clock in w.case.clocks.iter_mut().filter(|c| c.is_open() && c.kind.is_handling()) {
        // As at dispatch: what is missed already shows in the promise, and the unit has its own time.
        if limit < clock.due_at && (clock.kind == ClockKind::Order || limit > env.now) {
            clock.cap(limit, env);
            moved = true;
        }
    }
    moved
}

/// The limit that came along is `until` now, or gone with what brought it: our own deadlines come back as far, and no
/// further.
pub(super) fn relieve(w: &mut Work, until: Option<Ts>) {
    let env = w.env;
    w.case.order.merged_limit_at = until;
    let order = &w.case.order;
    let limit = limit(order, env);
    for clock in w.case.clocks.iter_mut().filter(|c| c.is_open() && c.kind.is_handling()) {
        if clock.basis == BY_SUPERIOR && clock.arithmetic.len() <= 2 {
            let own = uncapped(order, clock.kind == ClockKind::Redo, clock.start_at, env).capped(limit, env);
            if own.due > clock.due_at {
                clock.recount_as(own, env);
            }
        } else {
            clock.lift(limit, env);
        }
    }
}

/// The running promise after the limit was put right before dispatch (a recalled order's runs on).
pub(super) fn put_right(w: &mut Work) {
    let env = w.env;
    let order = &w.case.order;
    let limit = limit(order, env);
    for clock in w.case.clocks.iter_mut().filter(|c| c.is_open() && c.kind == ClockKind::Order) {
        // What was granted since stands; such a promise only moves nearer.
        if clock.basis == BY_SUPERIOR && clock.arithmetic.len() <= 2 {
            let own = uncapped(order, false, clock.start_at, env);
            clock.recount_as(own.capped(limit, env), env);
        } else if let Some(limit) = limit {
            clock.cap(limit, env);
        }
    }
}

/// The time the order's urgency allows, counted from now.
pub(super) fn overlay(order: &Order, env: &Env) -> Option<Term> {
    env.params.sla_key(order.demand_type, order.urgency).1.map(|key| Term::param(key, env.now, env))
}

/// As [`handling`], but not later than a moment somebody named.
pub(super) fn handling_until(order: &Order, redo: bool, due: Option<(Ts, &str)>, env: &Env) -> Term {
    let term = handling(order, redo, env);
    match due {
        Some((due, basis)) => term.min(Term::until(due, basis, env.now, env)),
        None => term,
    }
}

/// Time to sign: by urgency, and in a redo not longer than the redo rule gives.
pub(super) fn accept(order: &Order, redo: bool, env: &Env) -> Term {
    let base = Term::param(env.params.accept_key(order.urgency), env.now, env);
    if redo { Term::param("sla.redo.accept", env.now, env).min(base) } else { base }
}

/// Time to dispatch.
pub(super) fn dispatch(order: &Order, env: &Env) -> Term {
    Term::param(env.params.dispatch_key(order.urgency), env.now, env)
}

/// The latest moment for a co-handler: some time (`sla.co_before_lead`) before the lead's own, or the lead's own when
/// that is too near.
pub(super) fn co_latest(lead_due: Ts, env: &Env) -> Ts {
    let before = env.params.span("sla.co_before_lead");
    let before = env.calendar.subtract_warn(lead_due, before.qty, before.unit);
    if before > env.now { before } else { lead_due }
}

/// Rank of an urgency by speed: smaller is faster.
pub(super) const fn haste(urgency: Urgency) -> u8 {
    match urgency {
        Urgency::U1 => 0,
        Urgency::U2 => 1,
        Urgency::U3 | Urgency::U4 => 2,
    }
}
