//! 审批期限, and what happens when nobody decides (§5.5 R5, §6.4): the request goes to the next tier, which is told.

use kernel::Ts;

use super::{
    approval::steps_for,
    request::{approver, code_of},
    work::{Say, Work},
};
use crate::{
    authority::Role,
    case::Case,
    clock::Term,
    decision::Decision,
    env::{By, Env},
    request::RequestKind,
};

/// What stands above an approver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tier {
    /// The decision passes to this role.
    Moves(Role),
    /// This role is told; the decision stays where it is.
    Told(Role),
    Top,
}

/// The tiers of §6.4. The supervisor stands in for the centre's director and decides in the end; leaders are told.
const fn above(role: Role) -> Tier {
    match role {
        Role::Dispatcher => Tier::Moves(Role::TeamLeader),
        Role::TeamLeader | Role::UnitLeader | Role::Auditor => Tier::Moves(Role::Supervisor),
        Role::Supervisor => Tier::Told(Role::Leader),
        _ => Tier::Top,
    }
}

/// When a request must be decided, and when it goes to the next tier. What lies before a leader has no date.
pub(super) fn limits(kind: RequestKind, awaiting: Role, env: &Env) -> (Option<Ts>, Option<Ts>) {
    let due = |key| Term::param(key, env.now, env).due;
    let (due, escalate) = match kind {
        RequestKind::ReportUp => return (None, None),
        RequestKind::Return => (due("sla.return_decide"), due("sla.return_escalate")),
        RequestKind::Extension => (due("sla.ext_decide"), due("sla.ext_decide")),
        _ => (due("sla.request_decide"), due("sla.request_decide")),
    };
    (Some(due), Some(escalate).filter(|_| above(awaiting) != Tier::Top))
}

/// A request left undecided beyond its time goes one tier up, with a time of its own there; at the top the leaders are
/// told once. `None` when there is nothing to escalate.
#[must_use]
pub fn escalate_overdue(case: &Case, env: &Env) -> Option<Decision> {
    let stale = case.pending_requests().find(|r| r.escalate_at.is_some_and(|t| env.now > t))?;
    let (id, task, kind, tier) = (stale.id, stale.task_id, stale.kind, above(stale.awaiting?));
    let org = stale.applied_org;
    let code = if kind == RequestKind::Return { "R5" } else { code_of(kind, stale) };
    let steps = steps_for(kind, case, Some(&stale.reason_code));
    let mut w = Work::new(case.clone(), &By::System, env, None);
    for request in w.case.requests.iter_mut().filter(|r| r.id == id) {
        request.escalated_n += 1;
        request.escalate_at = None;
        if let Tier::Moves(role) = tier {
            request.awaiting = Some(role);
            // Where the higher role has a step of its own anyway, it takes it now.
            let own = steps.iter().position(|r| *r == role).and_then(|i| i32::try_from(i + 1).ok());
            request.step = own.map_or(request.step, |step| step.max(request.step));
            (request.due_at, request.escalate_at) = limits(kind, role, env);
        }
    }
    let up = match tier {
        Tier::Moves(role) | Tier::Told(role) => Some(role),
        Tier::Top => None,
    };
    let fields = serde_json::json!({ "request": id, "awaiting": up });
    w.note(code, &format!("{}_escalated", kind.code()), task, Say::nothing().with(fields));
    if let Some(recipient) = up.and_then(|role| approver(&w, role, org)) {
        let msg = [("biz", format!("{}申请", kind.cn())), ("msg", "超时未审，请尽快审批".to_owned())];
        w.tell("T20", recipient, &msg);
    }
    Some(w.finish())
}
