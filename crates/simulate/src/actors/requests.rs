//! 审批: whoever a request waits for decides it, sometimes with a no, sometimes not at all until it has climbed a tier.

use domain::authority::{Actor, Role};
use domain::env::By;
use domain::order::Command;
use domain::request::{Request, RequestKind};

use crate::fate::Twist;
use crate::live::{Scene, Turn};

/// The first waiting request of the order, if there is one.
pub fn decide(s: &mut Scene) -> Option<Turn> {
    // What was really said is settled before anything that follows from it.
    let contested = s.case.pending_requests().find(|r| r.kind == RequestKind::Correction);
    let request = contested.or_else(|| s.case.pending_requests().next())?.clone();
    if let Some(turn) = put_off(s, &request) {
        return Some(turn);
    }
    if request.kind == RequestKind::ReportUp && s.live.take(Twist::ReportInstruct) {
        return Some(super::instruct(s));
    }
    let actor = approver(s, &request)?;
    // A promise whose day has passed cannot be agreed to any more.
    let stale = request.kind == RequestKind::Track && request.until.is_some_and(|t| t <= s.now);
    if stale {
        s.tally.count("refused", request.kind.code());
    }
    let approve = !stale && !refuse(s, &request);
    let plain = request.kind == RequestKind::Return && !approve && !firm(s, &request);
    let designate = plain && s.live.dice.chance(200);
    let opinion =
        if approve { "情况属实，同意。" } else { "理由不充分，不予同意，请继续办理。" };
    let opinion = Some(opinion.to_owned());
    Some(Turn::Do(By::Person(actor), Command::Decide { request: request.id, approve, opinion, designate }))
}

/// Undecided requests climb; an exemption may lie for months.
fn put_off(s: &mut Scene, request: &Request) -> Option<Turn> {
    if request.kind == RequestKind::Exempt && s.live.has(Twist::ExemptForgotten) {
        let until = s.case.order.closed_at.unwrap_or(s.now).plus_days(92);
        if s.now < until {
            return Some(Turn::Wait(until));
        }
        s.live.take(Twist::ExemptForgotten);
        return None;
    }
    if firm(s, request) {
        return None;
    }
    let kind = request.kind.code();
    if s.live.asked != Some(request.id) {
        s.live.asked = Some(request.id);
        let climbs = request.kind != RequestKind::ReportUp && !s.live.urgent;
        if climbs && (s.tally.rare("undecided", kind) || s.live.dice.chance(30)) {
            s.tally.count("undecided", kind);
            s.live.asleep = Some(s.working_days(s.now, 1).plus_hours(26));
        }
    }
    let until = s.live.asleep.filter(|t| s.now < *t);
    if until.is_none() {
        s.live.asleep = None;
    }
    until.map(Turn::Wait)
}

/// Nobody the request has passed already.
pub fn approver(s: &mut Scene, request: &Request) -> Option<Actor> {
    let mut not: Vec<_> = request.decisions.iter().map(|d| d.by).collect();
    not.push(request.applied_by);
    if request.kind == RequestKind::Correction {
        // Who wrote the record does not judge it.
        not.extend(s.case.order.registered_by);
        not.extend(s.case.callbacks.iter().map(|c| c.by));
    }
    match request.awaiting? {
        Role::UnitLeader => s.of(Role::UnitLeader, request.applied_org, &not),
        role => Some(s.any_but(role, &not)),
    }
}

/// The centre stands by its dispatch.
fn firm(s: &Scene, request: &Request) -> bool {
    request.kind == RequestKind::Return && s.live.has(Twist::Firm)
}

/// First a yes, then a no, until both have been seen often enough.
fn refuse(s: &mut Scene, request: &Request) -> bool {
    if firm(s, request) {
        return true;
    }
    let kind = request.kind.code();
    let (yes, no) = (s.tally.of("approved", kind), s.tally.of("refused", kind));
    let refuse = (s.tally.rare("refused", kind) && yes > no) || (yes > 0 && s.live.dice.chance(100));
    s.tally.count(if refuse { "refused" } else { "approved" }, kind);
    refuse
}
