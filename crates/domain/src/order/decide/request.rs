//! 申请与审批: one engine for everything that waits for somebody's word (§5.4, §5.5, §6.4).

use kernel::{CallId, CallbackId, ContactId, FieldError, OrderId, OrgId, Refusal, RequestId, TaskId, Ts, Unit, UserId};

use super::{
    approval::steps_for,
    audit::do_track,
    callback::{do_redo, finish},
    check::{Check, known_org},
    correct::corrected,
    dispatch::{dispute, release_lead},
    escalate::limits,
    guard::{returned_enough, superior_first},
    handle::signed,
    merge::do_merge,
    side::{do_reopen, do_terminate},
    sla,
    supervise::do_requested,
    triage::{Rejection, do_reject},
    work::{Say, Work},
};
use crate::{
    authority::Role,
    callback::{CITIZEN, RatedItem},
    case::Case,
    clock::{ClockKind, Term},
    correction::Correction,
    decision::Recipient,
    env::By,
    evidence::EvidenceLine,
    order::Command,
    request::{Request, RequestKind, RequestState, StepDecision},
    task::TaskRole,
};

pub(super) fn run(w: &mut Work, peer: Option<&Case>, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::ReturnApply { task, reason_code, reason, basis, suggested_org, disputed } => {
            let because = Because { code: reason_code, text: reason, basis: basis.as_deref() };
            return_apply(w, *task, because, *suggested_org, *disputed)
        }
        Command::ExtensionApply { task, reason_code, reason, basis, days } => {
            extension_apply(w, *task, Because { code: reason_code, text: reason, basis: basis.as_deref() }, *days)
        }
        Command::Decide { request, approve, opinion, designate } => {
            let word = Word { approve: *approve, opinion: opinion.as_deref(), designate: *designate };
            decide(w, peer, *request, word)
        }
        _ => Err(Refusal::state("state", "该操作不属于申请审批")),
    }
}

/// A request about to be made.
pub(super) struct Apply {
    pub code: &'static str,
    pub kind: RequestKind,
    pub task: Option<TaskId>,
    pub reason_code: String,
    pub reason: String,
    pub basis: Option<String>,
    pub disputed: Option<EvidenceLine>,
    pub callback: Option<CallbackId>,
    pub contact: Option<ContactId>,
    pub items: Vec<RatedItem>,
    pub corrections: Vec<Correction>,
    pub call: Option<CallId>,
    /// Who asks, when it is not who acts: what follows from somebody's earlier application.
    pub applicant: Option<(UserId, OrgId)>,
    pub suggested_org: Option<OrgId>,
    pub days: Option<i64>,
    pub target: Option<OrderId>,
    pub until: Option<Ts>,
}

impl Apply {
    pub fn new(kind: RequestKind) -> Self {
        Self {
            code: "",
            kind,
            task: None,
            reason_code: String::new(),
            reason: String::new(),
            basis: None,
            disputed: None,
            callback: None,
            contact: None,
            items: Vec::new(),
            corrections: Vec::new(),
            call: None,
            applicant: None,
            suggested_org: None,
            days: None,
            target: None,
            until: None,
        }
    }
}

/// Puts a request before its first approver. Who applies in the role of the first step has passed it by applying.
pub(super) fn apply(w: &mut Work, a: Apply) -> Result<RequestId, Refusal> {
    let (user, house) = a.applicant.map_or_else(|| applicant(w, a.kind), Ok)?;
    let steps = steps_for(a.kind, &w.case, Some(&a.reason_code));
    let org = a.task.and_then(|id| w.case.task(id)).map_or(house, |t| t.org);
    let own_first = a.applicant.is_none() && w.role.is_some() && w.role == steps.first().copied() && steps.len() > 1;
    let at = usize::from(own_first);
    let awaiting = steps.get(at).copied().ok_or_else(|| Refusal::state("no_approval", "该类申请没有设定审批人"))?;
    let id: RequestId = w.env.id();
    let passed = own_first.then(|| StepDecision { step: 1, by: user, at: w.now(), approve: true, opinion: None });
    let fields = serde_json::json!({ "request": id, "kind": a.kind, "days": a.days, "awaiting": awaiting, "disputed": a.disputed, "items": a.items,
        // Names only: what stands in the fields may be personal.
        "corrected": a.corrections.iter().map(|c| c.field).collect::<Vec<_>>() });
    let (due_at, escalate_at) = limits(a.kind, awaiting, w.env);
    let action = format!("{}_apply", a.kind.code());
    w.note(a.code, &action, a.task, Say::opinion(a.reason.clone()).reason(a.reason_code.clone()).with(fields));
    w.case.requests.push(Request {
        id,
        order_id: w.case.order.id,
        task_id: a.task,
        kind: a.kind,
        state: RequestState::Pending,
        version: 0,
        reason_code: a.reason_code,
        reason: a.reason,
        basis: a.basis,
        disputed: a.disputed,
        callback: a.callback,
        contact: a.contact,
        items: a.items,
        corrections: a.corrections,
        call: a.call,
        suggested_org: a.suggested_org,
        days: a.days,
        target: a.target,
        until: a.until,
        applied_by: user,
        applied_org: org,
        applied_at: w.now(),
        step: i32::from(own_first) + 1,
        awaiting: Some(awaiting),
        decisions: passed.into_iter().collect(),
        decided_at: None,
        due_at,
        escalate_at,
        escalated_n: 0,
    });
    tell_approver(w, awaiting, org, a.kind);
    Ok(id)
}

/// Who applies and for which house. Citizens themselves may ask for their matter to be taken up again, and contest
/// what was recorded of them.
fn applicant(w: &Work, kind: RequestKind) -> Result<(UserId, OrgId), Refusal> {
    match w.by {
        By::Person(actor) => Ok((actor.user, actor.org)),
        By::System if matches!(kind, RequestKind::Redo | RequestKind::Reopen | RequestKind::Correction) => {
            let center = w.env.directory.center().map(|o| o.id);
            Ok((CITIZEN, center.unwrap_or(w.case.order.registered_org)))
        }
        By::System => Err(Refusal::forbidden("申请须由工作人员提出")),
    }
}

/// Who is told that a decision waits for the role.
pub(super) fn approver(w: &Work, role: Role, org: OrgId) -> Option<Recipient> {
    match role {
        Role::UnitLeader => Some(Recipient::OrgRole { org, role }),
        // The centre reports to the government it stands under.
        Role::Leader => w.env.directory.center().map(|c| Recipient::OrgRole { org: c.parent.unwrap_or(c.id), role }),
        _ => Some(Recipient::CenterRole { role }),
    }
}

fn tell_approver(w: &mut Work, role: Role, org: OrgId, kind: RequestKind) {
    if let Some(recipient) = approver(w, role, org) {
        w.tell("T20", recipient, &[("biz", kind.cn().to_owned()), ("msg", "申请待审批".to_owned())]);
    }
}

struct Because<'a> {
    code: &'a str,
    text: &'a str,
    basis: Option<&'a str>,
}

impl Because<'_> {
    fn check(&self) -> Check {
        Check::new()
            .text("reason_code", "申请理由", self.code, 1, 50)
            .text("reason", "详细说明", self.text, 5, 2000)
            .maybe("basis", "依据", self.basis, 1000)
    }
}

/// R1. All clocks run on.
fn return_apply(
    w: &mut Work,
    id: TaskId,
    why: Because,
    suggested: Option<OrgId>,
    disputed: Option<EvidenceLine>,
) -> Result<(), Refusal> {
    let (org, card) = (w.task(id)?.org, w.task(id)?.evidence.as_ref());
    let line = match (card, disputed) {
        (Some(_), None) => Err(FieldError::new("disputed", "请指出派单依据卡中哪一项有误")
            .with_remedy("从依据卡的各项中选择一项，并在具体理由中说明")),
        (Some(card), Some(line)) if !card.has(line) => {
            Err(FieldError::new("disputed", format!("派单依据卡中没有“{}”这一项", line.cn()))
                .with_remedy("请选择依据卡上列出的项"))
        }
        _ => Ok(()),
    };
    let known = suggested.map_or(Ok(()), |org| known_org("suggested_org", org, w.env));
    why.check()
        .when(
            why.basis.is_none_or(|b| b.trim().is_empty()),
            "basis",
            "请填写退回依据",
            "写明“三定”规定、权责清单等的具体条款",
        )
        .when(suggested == Some(org), "suggested_org", "建议承办单位不能是本单位", "请选择其他单位，或不填")
        .result(known)
        .result(line)
        .done()?;
    apply(
        w,
        Apply {
            code: "R1",
            task: Some(id),
            reason_code: why.code.trim().to_owned(),
            reason: why.text.trim().to_owned(),
            basis: why.basis.map(str::to_owned),
            disputed,
            suggested_org: suggested,
            ..Apply::new(RequestKind::Return)
        },
    )?;
    w.task_step(id, "K10", Say::nothing())?;
    w.start_clock(ClockKind::ReturnDecide, Some(id), Term::param("sla.return_decide", w.now(), w.env));
    Ok(())
}

/// X1. The clock runs on; held at its due moment while the application waits (`ext.pending_hold`).
fn extension_apply(w: &mut Work, id: TaskId, why: Because, days: i64) -> Result<(), Refusal> {
    let original = w.case.clocks.iter().rev().find(|c| c.is_open() && c.kind.is_task_own() && c.task_id == Some(id));
    let ratio = w.env.params.int("ext.max_ratio_percent");
    let (most, unit) = original.map_or((0, ""), |c| ((c.qty * ratio / 100).max(1), c.unit.label_cn()));
    why.check()
        .when(
            !(1..=most).contains(&days),
            "days",
            &format!("延期时长须在1至{most}{unit}之间"),
            "延期不得超过原办理时限",
        )
        .result(within_limit(w, id, days))
        .done()?;
    apply(
        w,
        Apply {
            code: "X1",
            task: Some(id),
            reason_code: why.code.trim().to_owned(),
            reason: why.text.trim().to_owned(),
            basis: why.basis.map(str::to_owned),
            days: Some(days),
            ..Apply::new(RequestKind::Extension)
        },
    )?;
    w.start_clock(ClockKind::ExtDecide, Some(id), Term::param("sla.ext_decide", w.now(), w.env));
    Ok(())
}

/// So many more units for the task end before the superior's limit, where there is one.
fn within_limit(w: &Work, id: TaskId, days: i64) -> Result<(), FieldError> {
    let Some(limit) = sla::limit(&w.case.order, w.env) else { return Ok(()) };
    let own = w.case.clocks.iter().rev().find(|c| c.is_open() && c.kind.is_task_own() && c.task_id == Some(id));
    let until = own.map(|c| w.env.calendar.add(c.due_at, days, c.unit, w.env.params.cutoff()).due);
    match until.filter(|u| *u > limit) {
        Some(until) => Err(FieldError::new("days", format!("延期至{}将超过上级限办日期", until.format_cn()))
            .with_remedy(superior_first(&w.case.order, limit))),
        None => Ok(()),
    }
}

#[derive(Clone, Copy)]
struct Word<'a> {
    approve: bool,
    opinion: Option<&'a str>,
    designate: bool,
}

fn decide(w: &mut Work, peer: Option<&Case>, id: RequestId, word: Word) -> Result<(), Refusal> {
    let silent = !word.approve && word.opinion.is_none_or(|o| o.trim().is_empty());
    Check::new()
        .when(silent, "opinion", "请填写不同意的理由", "申请人将看到该理由")
        .maybe("opinion", "审批意见", word.opinion, 1000)
        .done()?;
    let by = w.by.user().ok_or_else(|| Refusal::forbidden("申请须由工作人员审批"))?;
    let (request, next) = record(w, id, by, word)?;
    if let Some(role) = next {
        let code = if request.kind == RequestKind::Extension { "X2" } else { code_of(request.kind, &request) };
        w.note(code, &format!("{}_step", request.kind.code()), request.task_id, Say::maybe(word.opinion));
        tell_approver(w, role, request.applied_org, request.kind);
        return Ok(());
    }
    stop_decide_clock(w, &request);
    if word.approve {
        approved(w, peer, &request, word)?;
    } else {
        refused(w, &request, word)?;
    }
    let msg = format!("申请{}", if word.approve { "已同意" } else { "未获同意" });
    w.tell("T20", Recipient::User { user: request.applied_by }, &[("biz", request.kind.cn().to_owned()), ("msg", msg)]);
    Ok(())
}

/// Writes the approver's word into the request. Gives the request as it now is, and the role of the next step if the
/// matter goes on to one.
fn record(w: &mut Work, id: RequestId, by: kernel::UserId, word: Word) -> Result<(Request, Option<Role>), Refusal> {
    let now = w.now();
    let held = w.case.request(id).ok_or_else(|| Refusal::not_found("申请"))?;
    let steps = steps_for(held.kind, &w.case, Some(&held.reason_code));
    let next = steps.get(usize::try_from(held.step).unwrap_or(usize::MAX)).copied().filter(|_| word.approve);
    let limits = next.map_or((held.due_at, None), |role| limits(held.kind, role, w.env));
    let request = w.case.requests.iter_mut().find(|r| r.id == id).ok_or_else(|| Refusal::not_found("申请"))?;
    (request.due_at, request.escalate_at) = limits;
    request.decisions.push(StepDecision {
        step: request.step,
        by,
        at: now,
        approve: word.approve,
        opinion: word.opinion.map(str::to_owned),
    });
    request.awaiting = next;
    if next.is_some() {
        request.step += 1;
    } else {
        request.state = if word.approve { RequestState::Approved } else { RequestState::Rejected };
        request.decided_at = Some(now);
    }
    Ok((request.clone(), next))
}

fn stop_decide_clock(w: &mut Work, request: &Request) {
    let now = w.now();
    match request.kind {
        RequestKind::Return => w.stop_clock(ClockKind::ReturnDecide, request.task_id, now),
        RequestKind::Extension => w.stop_clock(ClockKind::ExtDecide, request.task_id, now),
        _ => {}
    }
}

pub(super) fn code_of(kind: RequestKind, request: &Request) -> &'static str {
    match kind {
        RequestKind::Return => "R2",
        RequestKind::Extension => "X3",
        RequestKind::Exempt => "W38",
        RequestKind::Contest => "B7",
        RequestKind::Reopen if request.reason_code == "redo" => "W36b",
        RequestKind::Reopen => "W36a",
        RequestKind::Redo => "W26",
        RequestKind::Merge => "W32",
        RequestKind::Track => "W27",
        RequestKind::Terminate => "W31",
        RequestKind::Reject => "W05",
        RequestKind::Correction => "B6",
        RequestKind::Unreasonable => "B3",
        RequestKind::Supervise => "SV1",
        RequestKind::ReportUp => "W40",
    }
}

fn approved(w: &mut Work, peer: Option<&Case>, r: &Request, word: Word) -> Result<(), Refusal> {
    match r.kind {
        RequestKind::Return => return_approved(w, r, word),
        RequestKind::Extension => extension_approved(w, r, word),
        RequestKind::Exempt => {
            w.note("W38", "exempt", None, Say::maybe(word.opinion).reason(r.reason_code.clone()));
            w.case.order.exempt = Some(r.reason_code.clone());
            Ok(())
        }
        RequestKind::Contest => {
            let say = Say::maybe(word.opinion).reason(r.reason_code.clone());
            w.note("B7", "contest_approved", r.task_id, say.with(serde_json::json!({ "items": r.items })));
            Ok(())
        }
        RequestKind::Reopen => do_reopen(w, &r.reason, r.reason_code == "redo"),
        RequestKind::Redo => do_redo(w, "W26", &r.reason, r.suggested_org),
        RequestKind::Merge => {
            let into = r.target.ok_or_else(|| Refusal::not_found("目标工单"))?;
            do_merge(w, peer, into, &r.reason)
        }
        RequestKind::Track => {
            do_track(w, &r.reason, r.basis.as_deref().unwrap_or_default(), r.until.unwrap_or(w.now()))
        }
        RequestKind::Terminate => do_terminate(w, &r.reason_code, &r.reason),
        RequestKind::Reject => {
            let reason = r.reason_code.parse().map_err(|_| Refusal::invalid("reason", "不予受理理由无效"))?;
            do_reject(w, &Rejection { reason, explanation: &r.reason, target: r.basis.as_deref(), linked: r.target })
        }
        RequestKind::Unreasonable => {
            w.case.order.flags.unreasonable = true;
            finish(w, Say::maybe(word.opinion).reason("B3"))
        }
        RequestKind::Supervise => do_requested(w, r),
        RequestKind::ReportUp => {
            w.note("W40", "report_up_approved", None, Say::maybe(word.opinion));
            Ok(())
        }
        RequestKind::Correction => corrected(w, r, word.opinion),
    }
}

fn refused(w: &mut Work, r: &Request, word: Word) -> Result<(), Refusal> {
    let action = format!("{}_refused", r.kind.code());
    let code = if r.kind == RequestKind::Return { "R3" } else { code_of(r.kind, r) };
    w.note(code, &action, r.task_id, Say::maybe(word.opinion));
    match r.kind {
        RequestKind::Return => return_refused(w, r, word),
        RequestKind::Extension => {
            release_hold(w, r);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// R2: the task is out of assessment, the promise runs on, the next lead gets its own full time.
fn return_approved(w: &mut Work, r: &Request, word: Word) -> Result<(), Refusal> {
    let task = r.task_id.ok_or_else(|| Refusal::not_found("任务"))?;
    let say = Say::maybe(word.opinion).reason(r.reason_code.clone());
    w.step("R2", say.clone().with(serde_json::json!({ "suggested_org": r.suggested_org })))?;
    w.task_step(task, "K11", say.clone())?;
    w.case.order.return_n += 1;
    w.case.order.suggested_org = r.suggested_org.or(w.case.order.suggested_org);
    release_lead(w, task, &say)?;
    if returned_enough(w.case.order.return_n, w.env) { dispute(w) } else { Ok(()) }
}

/// R3: the unit goes on. Having answered in time by applying, it has signed as of the application.
fn return_refused(w: &mut Work, r: &Request, word: Word) -> Result<(), Refusal> {
    let task = r.task_id.ok_or_else(|| Refusal::not_found("任务"))?;
    w.task_step(task, "K12", Say::maybe(word.opinion))?;
    if word.designate {
        w.case.order.flags.designated = true;
    }
    if w.task(task)?.signed_at.is_none() {
        signed(w, task, r.applied_at)?;
    }
    Ok(())
}

/// How much more time there is.
#[derive(Clone, Copy, Debug)]
pub(super) enum More<'a> {
    /// So many more units, by the approval of our own.
    Units(i64, Unit),
    /// Until a moment, as the platform the matter came from decided.
    Until(Ts, &'a str),
}

/// The one rule that extends (X3, X4): promise, lead, children and co-handlers all move by the same span; the citizen is told.
pub(super) fn extend_all(w: &mut Work, more: More, task: Option<TaskId>, say: Say) {
    let env = w.env;
    let promise = w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at);
    for clock in w.case.clocks.iter_mut().filter(|c| c.kind.is_handling()) {
        match more {
            More::Units(qty, unit) => clock.extend(qty, unit, env),
            More::Until(due, by) if clock.kind == ClockKind::Order => clock.grant(due, by, env),
            More::Until(due, by) => {
                let from = promise.unwrap_or(clock.due_at);
                let days = env.calendar.working_days_between(from.date(), due.date());
                let moved = env.calendar.add(clock.due_at, days, Unit::WorkDay, env.params.cutoff()).due;
                clock.grant(moved.min(due), by, env);
            }
        }
    }
    w.keep_limit();
    w.case.order.ext_n += 1;
    let due = w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at.format_cn()).unwrap_or_default();
    w.note("X3", "extension_approved", task, say);
    w.tell_citizen("T21", &[("reason", "办理需要".to_owned()), ("date", due)]);
}

fn extension_approved(w: &mut Work, r: &Request, word: Word) -> Result<(), Refusal> {
    let task = r.task_id.ok_or_else(|| Refusal::not_found("任务"))?;
    let days = r.days.unwrap_or(0);
    within_limit(w, task, days).map_err(|e| Refusal::state("superior_limit", refused_in_words(&e)))?;
    let unit = w
        .case
        .clocks
        .iter()
        .rev()
        .find(|c| c.is_open() && c.kind.is_task_own() && c.task_id == Some(task))
        .map(|c| c.unit)
        .ok_or_else(|| Refusal::state("no_clock", "该任务的办理时限已停止，不能延期"))?;
    let fields = serde_json::json!({ "days": days, "unit": unit });
    extend_all(w, More::Units(days, unit), Some(task), Say::maybe(word.opinion).with(fields));
    Ok(())
}

fn refused_in_words(e: &FieldError) -> String {
    format!("{}：{}", e.message, e.remedy.as_deref().unwrap_or_default())
}

/// A refused extension leaves the due moment alone, but time spent waiting for the refusal beyond it is not held against
/// the unit.
fn release_hold(w: &mut Work, r: &Request) {
    if !w.env.params.flag("ext.pending_hold") {
        return;
    }
    let env = w.env;
    let tasks: Vec<_> = w.case.active_tasks().filter(|t| t.role != TaskRole::Co).map(|t| t.id).collect();
    for clock in w.case.clocks.iter_mut().filter(|c| c.kind.is_handling() && r.applied_at <= c.due_at) {
        if clock.task_id.is_none_or(|id| tasks.contains(&id)) {
            clock.hold_until(env.now, env);
        }
    }
}
