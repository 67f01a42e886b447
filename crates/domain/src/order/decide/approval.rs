//! 审批矩阵 (§6.4) as data: who decides what, in which order.

use crate::{
    authority::Role::{self, Dispatcher, Leader, Supervisor, TeamLeader, UnitLeader},
    case::Case,
    request::RequestKind,
};

/// When a row applies; rows are tried from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Always,
    /// 第二次退回及以后.
    ReturnedBefore,
    /// 第三轮及以后.
    FromThirdRound,
    /// Reject grounds that an agent states alone: N01, N09, N11.
    PlainGround,
}

/// One row of the matrix.
#[derive(Clone, Copy, Debug)]
pub struct Approval {
    pub kind: RequestKind,
    pub when: When,
    /// Deciding roles, in order; empty = no approval needed.
    pub steps: &'static [Role],
}

const fn row(kind: RequestKind, when: When, steps: &'static [Role]) -> Approval {
    Approval { kind, when, steps }
}

/// The matrix. "Center director" of §6.4 has no role of its own in §6.2; the supervisor stands in.
pub const MATRIX: &[Approval] = &[
    row(RequestKind::Reject, When::PlainGround, &[]),
    row(RequestKind::Reject, When::Always, &[TeamLeader]),
    row(RequestKind::Return, When::ReturnedBefore, &[Dispatcher, TeamLeader]),
    row(RequestKind::Return, When::Always, &[Dispatcher]),
    row(RequestKind::Extension, When::Always, &[UnitLeader, Supervisor]),
    row(RequestKind::Redo, When::FromThirdRound, &[TeamLeader, Supervisor]),
    row(RequestKind::Redo, When::Always, &[TeamLeader]),
    row(RequestKind::Reopen, When::FromThirdRound, &[TeamLeader, Supervisor]),
    row(RequestKind::Reopen, When::Always, &[TeamLeader]),
    row(RequestKind::Exempt, When::Always, &[UnitLeader, Supervisor]),
    row(RequestKind::Contest, When::Always, &[UnitLeader, Supervisor]),
    row(RequestKind::Correction, When::Always, &[TeamLeader]),
    row(RequestKind::Track, When::Always, &[TeamLeader]),
    row(RequestKind::Terminate, When::Always, &[TeamLeader]),
    row(RequestKind::Merge, When::Always, &[Dispatcher]),
    row(RequestKind::Unreasonable, When::Always, &[TeamLeader]),
    row(RequestKind::Supervise, When::Always, &[Supervisor]),
    row(RequestKind::ReportUp, When::Always, &[Leader]),
];

fn holds(when: When, case: &Case, reason: Option<&str>) -> bool {
    match when {
        When::Always => true,
        When::ReturnedBefore => case.order.return_n >= 1,
        When::FromThirdRound => case.order.round >= 2,
        When::PlainGround => matches!(reason, Some("N01" | "N09" | "N11")),
    }
}

/// The deciding roles for a request on this case; `reason` is its reason code.
#[must_use]
pub fn steps_for(kind: RequestKind, case: &Case, reason: Option<&str>) -> &'static [Role] {
    MATRIX.iter().find(|r| r.kind == kind && holds(r.when, case, reason)).map_or(&[], |r| r.steps)
}

/// The matrix knows the kind.
pub(super) fn known(kind: RequestKind) -> bool {
    MATRIX.iter().any(|r| r.kind == kind)
}
