//! 中心审核 (W21, W22) and 阶段性办结 (W27, W28).

use kernel::{Refusal, TaskId, Ts};

use super::{
    check::Check,
    dispatch::new_lead,
    reply,
    request::{Apply, apply},
    work::{Say, Work},
};
use crate::{
    authority::Role,
    clock::{ClockKind, Term},
    decision::Recipient,
    order::{Command, Defect},
    request::RequestKind,
    task::{TaskRole, TaskState},
};

pub(super) fn run(w: &mut Work, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::CenterAccept { opinion, reply } => center_accept(w, opinion.as_deref(), reply.as_deref()),
        Command::CenterSendBack { defect, opinion } => center_send_back(w, *defect, opinion),
        Command::Track { reason, measures, until } => track_command(w, reason, measures, *until),
        _ => track_due(w),
    }
}

/// W21. On time or late is judged by when the accepted version was handed in, not by how long the centre took.
fn center_accept(w: &mut Work, opinion: Option<&str>, text: Option<&str>) -> Result<(), Refusal> {
    Check::new().maybe("opinion", "审核意见", opinion, 1000).maybe("reply", "公开答复内容", text, 5000).done()?;
    let lead = w.lead()?;
    let judged = lead.submitted_at.unwrap_or(w.now());
    let text = text.map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    w.case.order.reply = text.or(lead.public_reply);
    w.case.order.result = lead.result;
    settle_tasks(w, lead.id, judged, opinion)?;
    reply::after_audit(w, opinion)
}

/// The round's tasks end: the lead and its children accepted, helpers that never answered ended as late as they are.
fn settle_tasks(w: &mut Work, lead: TaskId, judged: Ts, opinion: Option<&str>) -> Result<(), Refusal> {
    let now = w.now();
    w.task_step(lead, "K08", Say::maybe(opinion))?;
    for kind in [ClockKind::Task, ClockKind::Redo] {
        w.stop_clock(kind, Some(lead), judged);
    }
    w.stop_clock(ClockKind::Order, None, judged);
    let rest: Vec<_> = w.case.active_tasks().map(|t| (t.id, t.role, t.submitted_at)).collect();
    for (id, role, submitted) in rest {
        let state = w.task(id)?.state;
        if state.is_terminal() {
            continue;
        }
        if role == TaskRole::Child && state == TaskState::Submitted {
            w.task_step(id, "K08", Say::nothing())?;
            w.stop_clock(ClockKind::Task, Some(id), submitted.unwrap_or(now));
        } else {
            w.stop_clock(ClockKind::Task, Some(id), now);
            w.stop_clock(ClockKind::Co, Some(id), now);
            w.void_task(id, &Say::nothing())?;
        }
    }
    w.cancel_requests(|kind, _| {
        use RequestKind::{Extension, Return, Terminate, Track};
        matches!(kind, Extension | Return | Terminate | Track)
    });
    Ok(())
}

/// W22. The clocks run on.
fn center_send_back(w: &mut Work, defect: Defect, opinion: &str) -> Result<(), Refusal> {
    Check::new().text("opinion", "退回意见", opinion, 2, 1000).done()?;
    let lead = w.lead()?;
    let say = Say::opinion(opinion.trim()).reason(defect.code());
    w.step("W22", say.clone())?;
    w.task_step(lead.id, "K09", say)?;
    let task = w.task_mut(lead.id)?;
    task.defect = Some(defect);
    task.submitted_at = None;
    task.send_back_n += 1;
    w.case.order.send_back_n += 1;
    w.cancel_requests(|kind, _| kind == RequestKind::Track);
    let recipient = match lead.handler {
        Some(user) => Recipient::User { user },
        None => Recipient::OrgDuty { org: lead.org },
    };
    w.tell("T11", recipient, &[("defect", defect.cn().to_owned())]);
    Ok(())
}

/// W27, proposed by the auditor, decided by the team leader.
fn track_command(w: &mut Work, reason: &str, measures: &str, until: Ts) -> Result<(), Refusal> {
    Check::new()
        .text("reason", "需时解决的客观原因", reason, 5, 1000)
        .text("measures", "后续措施", measures, 5, 1000)
        .future("until", "承诺完成时间", Some(until), w.env)
        .done()?;
    if w.role == Some(Role::TeamLeader) || w.by.user().is_none() {
        return do_track(w, reason.trim(), measures.trim(), until);
    }
    apply(
        w,
        Apply {
            code: "W27",
            reason_code: "track".to_owned(),
            reason: reason.trim().to_owned(),
            basis: Some(measures.trim().to_owned()),
            until: Some(until),
            ..Apply::new(RequestKind::Track)
        },
    )
    .map(drop)
}

/// The handling so far counts as on time; what is promised has its own clock.
pub(super) fn do_track(w: &mut Work, reason: &str, measures: &str, until: Ts) -> Result<(), Refusal> {
    if until <= w.now() {
        return Err(Refusal::state("until", "承诺完成时间已过，请驳回后重新提出"));
    }
    let lead = w.lead()?;
    w.step("W27", Say::opinion(reason).with(serde_json::json!({ "measures": measures, "until": until })))?;
    let earliest = w.case.clocks.iter().filter(|c| c.is_open()).map(|c| c.due_at).min();
    let judged = lead.submitted_at.unwrap_or(w.now());
    settle_tasks(w, lead.id, earliest.map_or(judged, |due| judged.min(due)), Some(reason))?;
    w.case.order.reply = lead.public_reply;
    w.case.order.result = lead.result;
    w.case.order.tracking_until = Some(until);
    w.start_clock(ClockKind::Tracking, None, Term::until(until, "due.tracking", w.now(), w.env));
    w.tell_citizen("T16", &[("reason", "客观条件限制".to_owned()), ("date", until.format_cn())]);
    Ok(())
}

/// W28: the unit takes the work up again, with the length of a redo.
pub(super) fn track_due(w: &mut Work) -> Result<(), Refusal> {
    let last = w.case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead).map(|t| t.org);
    let org =
        last.or(w.case.order.lead_org).ok_or_else(|| Refusal::state("no_lead", "工单没有主办单位，无法恢复办理"))?;
    w.step("W28", Say::nothing())?;
    w.stop_clock(ClockKind::Tracking, None, w.now());
    w.case.order.tracking_until = None;
    w.case.order.due_at = None;
    new_lead(w, org, Some("跟踪期限届满，请继续办理并反馈结果"), true, None).map(drop)
}
