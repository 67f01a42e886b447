//! Steps outside the main road: to the petition office, withdrawn, terminated, reopened, archived, left out of
//! assessment, instructed, reported up.

use kernel::{Refusal, Ts};

use super::{
    approval,
    callback::{do_redo, new_round},
    check::Check,
    request::{Apply, apply},
    sla,
    supervise::{Issue, issue},
    triage::await_dispatch,
    work::{Say, Work},
};
use crate::{
    authority::Role,
    clock::ClockKind,
    decision::Recipient,
    order::{Command, OrderState, Urgency},
    request::{RequestKind, RequestState, StepDecision},
    supervision::{SuperviseLevel, SuperviseTrigger},
};

pub(super) fn run(w: &mut Work, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::ToPetition { petition_no, reason } => to_petition(w, petition_no, reason),
        Command::Withdraw { reason } => withdraw(w, reason),
        Command::Terminate { ground, explanation } => terminate(w, ground, explanation),
        Command::Reopen { reason, redo } => reopen_command(w, reason, *redo),
        Command::Archive => archive(w),
        Command::Exempt { code, reason } => exempt(w, code, reason),
        Command::Instruct { text, due_at, urgency } => instruct(w, text, *due_at, *urgency),
        Command::ReportUp { text } => report_up(w, text),
        _ => Err(Refusal::state("state", "该操作暂不支持")),
    }
}

/// W29.
fn to_petition(w: &mut Work, petition_no: &str, reason: &str) -> Result<(), Refusal> {
    Check::new()
        .text("petition_no", "信访件编号", petition_no, 1, 50)
        .text("reason", "转信访原因", reason, 2, 1000)
        .done()?;
    w.tell_units("T17", &[]);
    w.step("W29", Say::opinion(reason.trim()).with(serde_json::json!({ "petition_no": petition_no.trim() })))?;
    w.case.order.redirect_target = Some("信访".to_owned());
    w.end()?;
    w.tell_citizen("T04", &[("target", "信访部门".to_owned()), ("contact", petition_no.trim().to_owned())]);
    Ok(())
}

/// W30.
fn withdraw(w: &mut Work, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "撤回原因", reason, 2, 500).done()?;
    w.tell_units("T17", &[]);
    w.step("W30", Say::opinion(reason.trim()))?;
    w.end()
}

/// W31: the lead applies in writing, the centre decides.
fn terminate(w: &mut Work, ground: &str, explanation: &str) -> Result<(), Refusal> {
    Check::new()
        .text("ground", "终止理由", ground, 2, 50)
        .text("explanation", "情况说明", explanation, 5, 2000)
        .done()?;
    let task = w.lead()?.id;
    apply(
        w,
        Apply {
            code: "W31",
            task: Some(task),
            reason_code: ground.trim().to_owned(),
            reason: explanation.trim().to_owned(),
            ..Apply::new(RequestKind::Terminate)
        },
    )
    .map(drop)
}

pub(super) fn do_terminate(w: &mut Work, ground: &str, explanation: &str) -> Result<(), Refusal> {
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "已同意终止办理".to_owned())]);
    w.step("W31", Say::opinion(explanation).reason(ground))?;
    w.end()?;
    let vars = [("reason_short", "依规定终止办理".to_owned()), ("route", "相应途径".to_owned())];
    w.tell_citizen("T03", &vars);
    Ok(())
}

/// W36.
fn reopen_command(w: &mut Work, reason: &str, redo: bool) -> Result<(), Refusal> {
    Check::new().text("reason", "重开理由", reason, 2, 1000).done()?;
    let steps = approval::steps_for(RequestKind::Reopen, &w.case, None);
    if w.role == Some(Role::TeamLeader) && steps == [Role::TeamLeader] {
        return do_reopen(w, reason.trim(), redo);
    }
    apply(
        w,
        Apply {
            code: if redo { "W36b" } else { "W36a" },
            reason_code: if redo { "redo" } else { "dispatch" }.to_owned(),
            reason: reason.trim().to_owned(),
            ..Apply::new(RequestKind::Reopen)
        },
    )
    .map(drop)
}

pub(super) fn do_reopen(w: &mut Work, reason: &str, redo: bool) -> Result<(), Refusal> {
    if redo {
        return do_redo(w, "W36b", reason, None);
    }
    w.step("W36a", Say::opinion(reason))?;
    new_round(w);
    let o = &mut w.case.order;
    o.lead_org = None;
    o.reject_reason = None;
    o.redirect_target = None;
    await_dispatch(w);
    w.tell_citizen("T15", &[("org", "热线中心".to_owned()), ("due", "近期".to_owned())]);
    Ok(())
}

/// W37.
pub(super) fn archive(w: &mut Work) -> Result<(), Refusal> {
    w.step("W37", Say::nothing())?;
    w.case.order.archived_at = Some(w.now());
    Ok(())
}

/// W38.
fn exempt(w: &mut Work, code: &str, reason: &str) -> Result<(), Refusal> {
    let known = matches!(code.trim(), "E1" | "E2" | "E3" | "E4" | "E5" | "E6" | "E7" | "E8");
    Check::new()
        .when(!known, "code", "请选择剔除情形", "从E1至E8中选择一项")
        .text("reason", "剔除理由", reason, 5, 1000)
        .done()?;
    let task = w.case.tasks.iter().rev().find(|t| t.role == crate::task::TaskRole::Lead).map(|t| t.id);
    apply(
        w,
        Apply {
            code: "W38",
            task,
            reason_code: code.trim().to_owned(),
            reason: reason.trim().to_owned(),
            ..Apply::new(RequestKind::Exempt)
        },
    )
    .map(drop)
}

/// W39: a leader may make it faster, never slower.
fn instruct(w: &mut Work, text: &str, due: Option<Ts>, urgency: Option<Urgency>) -> Result<(), Refusal> {
    let now_due = w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at);
    let slower = urgency.is_some_and(|u| sla::haste(u) > sla::haste(w.case.order.urgency));
    Check::new()
        .text("text", "批示内容", text, 1, 2000)
        .future("due_at", "限办时间", due, w.env)
        .when(
            due.zip(now_due).is_some_and(|(d, now)| d > now),
            "due_at",
            "批示的限办时间不得晚于现有办结时限",
            "请选择更早的时间，或不填限办时间",
        )
        .when(slower, "urgency", "批示不得降低紧急程度", "请选择同级或更高的紧急程度")
        .done()?;
    w.note(
        "W39",
        "instruct",
        None,
        Say::opinion(text.trim()).with(serde_json::json!({ "due_at": due, "urgency": urgency })),
    );
    w.case.order.flags.leader_directed = true;
    let mut limits: Vec<(Ts, &str)> = due.map(|d| (d, sla::BY_LEADER)).into_iter().collect();
    if let Some(urgency) = urgency {
        w.case.order.urgency = urgency;
        if now_due.is_some() {
            limits.extend(sla::overlay(&w.case.order, w.env).map(|term| (term.due, sla::BY_LEADER)));
        }
    }
    match (limits.into_iter().min_by_key(|(d, _)| *d), now_due) {
        (Some((due, basis)), Some(_)) => shorten(w, due, basis),
        // Not dispatched: the date waits on the order until the dispatch takes it up.
        (Some((due, _)), None) => w.case.order.due_at = Some(w.case.order.due_at.map_or(due, |old| old.min(due))),
        (None, _) => {}
    }
    answer_reports(w, text.trim());
    // What a leader has written on is accounted for like any other supervision.
    let ongoing = !matches!(w.state(), OrderState::PendingReply | OrderState::PendingCallback);
    if ongoing && w.by.user().is_some() {
        let (level, trigger) = (SuperviseLevel::Normal, SuperviseTrigger::S11);
        issue(w, &Issue { level, trigger, opinion: text.trim(), cc: &[], due, by_leader: true, rung: None })?;
    }
    let msg = [("biz", "工单".to_owned()), ("msg", "有领导批示".to_owned())];
    match w.case.lead_task().map(|t| (t.org, t.handler)) {
        Some((org, handler)) => {
            w.tell("T19", Recipient::OrgRole { org, role: Role::UnitLeader }, &[]);
            if let Some(user) = handler {
                w.tell("T19", Recipient::User { user }, &[]);
            }
        }
        None => w.tell("T20", Recipient::CenterRole { role: Role::Dispatcher }, &msg),
    }
    Ok(())
}

fn shorten(w: &mut Work, due: Ts, basis: &str) {
    let env = w.env;
    let co = sla::co_latest(due, env);
    for clock in w.case.clocks.iter_mut().filter(|c| c.kind.is_handling()) {
        let at = if clock.kind == ClockKind::Co { co } else { due };
        clock.shorten(at, basis, env);
    }
}

/// W40: laid before a leader, who reads it (阅) or gives an instruction.
fn report_up(w: &mut Work, text: &str) -> Result<(), Refusal> {
    Check::new().text("text", "呈报内容", text, 2, 2000).done()?;
    let reason = text.trim().to_owned();
    let a = Apply { code: "W40", reason_code: "report_up".to_owned(), reason, ..Apply::new(RequestKind::ReportUp) };
    apply(w, a).map(drop)
}

/// An instruction answers what was laid before the leaders.
fn answer_reports(w: &mut Work, text: &str) {
    let (Some(by), at) = (w.by.user(), w.now()) else { return };
    let waiting = |r: &&mut crate::request::Request| {
        r.kind == RequestKind::ReportUp && r.state == RequestState::Pending && r.applied_by != by
    };
    for r in w.case.requests.iter_mut().filter(waiting) {
        r.decisions.push(StepDecision { step: r.step, by, at, approve: true, opinion: Some(text.to_owned()) });
        r.state = RequestState::Approved;
        r.awaiting = None;
        r.decided_at = Some(at);
    }
}
