//! Which deadline applies (§4.1): the shortest of type, urgency and what a person set.

use kernel::{Ts, Unit};

use crate::{
    clock::Term,
    env::Env,
    order::{DemandType, Order, Urgency},
};

/// Basis of a moment set by the dispatcher (限办).
pub(super) const BY_DISPATCHER: &str = "due.dispatcher";
/// Basis of a moment set by a leader (批示).
pub(super) const BY_LEADER: &str = "due.leader";

/// Parameter of the handling time of a type. Praise and the rest have none of their own; dispatched nevertheless, they
/// take that of suggestions.
pub(super) const fn handle_key(kind: DemandType) -> &'static str {
    match kind {
        DemandType::Consult => "sla.handle.consult",
        DemandType::Help => "sla.handle.help",
        DemandType::Complaint => "sla.handle.complaint",
        DemandType::Report => "sla.handle.report",
        DemandType::Suggestion | DemandType::Praise | DemandType::Other => "sla.handle.suggestion",
    }
}

const fn redo_key(kind: DemandType) -> &'static str {
    match kind {
        DemandType::Consult | DemandType::Help => "sla.redo.short",
        _ => "sla.redo.long",
    }
}

const fn urgency_key(urgency: Urgency) -> Option<&'static str> {
    match urgency {
        Urgency::U1 => Some("sla.urgency.u1"),
        Urgency::U2 => Some("sla.urgency.u2"),
        Urgency::U3 => None,
        Urgency::U4 => Some("sla.urgency.u4"),
    }
}

/// Time for the handling: the first round by type, later work by the redo rule; both under the urgency overlay.
pub(super) fn handling(order: &Order, redo: bool, env: &Env) -> Term {
    let key = if redo { redo_key(order.demand_type) } else { handle_key(order.demand_type) };
    let base = Term::param(key, env.now, env);
    match overlay(order.urgency, env) {
        Some(term) => base.min(term),
        None => base,
    }
}

/// The time an urgency allows, counted from now.
pub(super) fn overlay(urgency: Urgency, env: &Env) -> Option<Term> {
    urgency_key(urgency).map(|key| Term::param(key, env.now, env))
}

/// As [`handling`], but not later than a moment somebody named.
pub(super) fn handling_until(order: &Order, redo: bool, due: Option<(Ts, &str)>, env: &Env) -> Term {
    let term = handling(order, redo, env);
    match due {
        Some((due, basis)) => term.min(Term::until(due, basis, env.now, env)),
        None => term,
    }
}

/// Time to sign.
pub(super) fn accept(order: &Order, redo: bool, env: &Env) -> Term {
    let base = Term::param(if redo { "sla.redo.accept" } else { "sla.accept" }, env.now, env);
    match order.urgency {
        Urgency::U1 => base.min(Term::param("sla.accept.u1", env.now, env)),
        Urgency::U2 => base.min(Term::param("sla.accept.u2", env.now, env)),
        Urgency::U3 | Urgency::U4 => base,
    }
}

/// Time to dispatch.
pub(super) fn dispatch(order: &Order, env: &Env) -> Term {
    let urgent = matches!(order.urgency, Urgency::U1 | Urgency::U2);
    Term::param(if urgent { "dispatch.clock.urgent" } else { "dispatch.clock.normal" }, env.now, env)
}

/// The latest moment for a co-handler: one working day before the lead's own, or the lead's own when that is too near.
pub(super) fn co_latest(lead_due: Ts, env: &Env) -> Ts {
    let before = env.calendar.subtract_warn(lead_due, 1, Unit::WorkDay);
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
