//! Around requests: asking twice, deciding for others, deciding again.

use domain::authority::Role;
use domain::order::Command;
use domain::request::{Request, RequestKind, RequestState};
use domain::task::TaskState;
use kernel::RequestId;

use super::{Blunder, blunder};
use crate::actors::{approver_of, correction_of, extension_of};
use crate::fate::Twist;
use crate::live::Scene;

pub const BLUNDERS: &[Blunder] = &[
    blunder("pending", "延期待审又申请", |s| {
        waiting(s, RequestKind::Extension)?;
        let task = s.case.lead_task().filter(|t| t.state == TaskState::Working)?.clone();
        Some((s.handler(&task)?, extension_of(&task, 1)))
    }),
    blunder("own_request", "审批本人的督办申请", |s| {
        let request = waiting(s, RequestKind::Supervise)?;
        let own = s.city.user(request.applied_by).filter(|a| a.has(Role::Supervisor))?;
        Some((own, word(request.id, true, Some("同意"))))
    }),
    blunder("forbidden", "越级审批", |s| {
        let request = waiting(s, RequestKind::Return).filter(|r| r.awaiting == Some(Role::Dispatcher))?;
        Some((s.any(Role::Auditor), word(request.id, true, Some("同意"))))
    }),
    blunder("decided", "再次审批已有结论的申请", |s| {
        let done =
            s.case.requests.iter().find(|r| matches!(r.state, RequestState::Approved | RequestState::Rejected))?;
        let id = done.id;
        Some((s.any(Role::TeamLeader), word(id, true, Some("同意"))))
    }),
    blunder("field:opinion", "驳回不写理由", |s| {
        let request = s.case.pending_requests().next()?.clone();
        let by = approver_of(s, &request)?;
        Some((by, word(request.id, false, None)))
    }),
    blunder("field:evidence", "更正不附证据", |s| {
        let working = s.case.lead_task().is_some_and(|t| t.state == TaskState::Working);
        (working && s.case.requests.is_empty()).then_some(())?;
        let corrected = |t: &Twist| matches!(t, Twist::CorrectDemand);
        (!s.live.fate.twists.iter().any(corrected)).then_some(())?;
        let cmd = correction_of(s)?;
        Some((s.any(Role::Callback), cmd))
    }),
    blunder("until", "同意已过期的阶段性办结", |s| {
        let request = waiting(s, RequestKind::Track).filter(|r| r.until.is_some_and(|t| t <= s.now))?;
        let by = approver_of(s, &request)?;
        Some((by, word(request.id, true, Some("同意"))))
    }),
];

fn waiting(s: &Scene, kind: RequestKind) -> Option<Request> {
    s.case.pending_requests().find(|r| r.kind == kind).cloned()
}

fn word(request: RequestId, approve: bool, opinion: Option<&str>) -> Command {
    Command::Decide { request, approve, opinion: opinion.map(str::to_owned), designate: false }
}
