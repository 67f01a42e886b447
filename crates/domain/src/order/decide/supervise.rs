//! 督办 (§5.8): rounds, their answers and evaluation, and the automatic ladder.

use kernel::{OrgId, Refusal, SupervisionId, Ts, UserId};
use serde::Deserialize;

use super::{
    check::{Check, known_org},
    guard::is_held,
    request::{Apply, apply},
    work::{Say, Work},
};
use crate::{
    authority::Role,
    case::Case,
    clock::{ClockKind, Span, Term},
    decision::{Decision, GrantKind, Recipient},
    directory::OrgKind,
    env::{By, Env},
    order::{Command, EvaluateForm, SuperviseForm},
    request::{Request, RequestKind},
    supervision::{
        Evaluation, Rung, SuperviseLevel, SuperviseState, SuperviseTrigger, SuperviseVerdict, Supervision,
        supervise_step,
    },
    task::TaskState,
};

pub(super) fn run(w: &mut Work, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::SuperviseIssue(form) => issue_command(w, form),
        Command::SuperviseSign { supervision } => sign(w, *supervision),
        Command::SuperviseReply { supervision, reply } => reply_to(w, *supervision, reply),
        Command::SuperviseEvaluate { supervision, form } => evaluate(w, *supervision, form),
        Command::SuperviseRevoke { supervision, reason } => revoke(w, *supervision, reason),
        _ => Err(Refusal::state("state", "该操作不属于督办环节")),
    }
}

/// A round about to be issued.
pub(super) struct Issue<'a> {
    pub level: SuperviseLevel,
    pub trigger: SuperviseTrigger,
    pub opinion: &'a str,
    pub cc: &'a [OrgId],
    /// Earlier than the rule's own time, when somebody named a moment.
    pub due: Option<Ts>,
    pub by_leader: bool,
    pub rung: Option<Rung>,
}

/// By hand. Levels from 挂牌 on need a second supervisor unless a leader issues them.
fn issue_command(w: &mut Work, form: &SuperviseForm) -> Result<(), Refusal> {
    let same = w.case.supervisions.iter().any(|s| s.state.is_unanswered() && s.level >= form.level);
    let (leader, supervisor) = (acts_as(w, Role::Leader), acts_as(w, Role::Supervisor));
    let mut check = Check::new()
        .text("opinion", "督办意见", &form.opinion, 5, 1000)
        .future("due_at", "反馈期限", form.due_at, w.env)
        .when(same, "level", "已有同级或更高级别的督办等待反馈", "请待承办单位反馈，或选择更高的督办级别")
        .when(
            form.level.needs_consent() && !leader && !supervisor,
            "level",
            "挂牌督办、约谈、联合督查由督办员或领导发起",
            "请选择“催办”或“一般督办”，或转请督办员发起",
        );
    for (i, org) in form.cc.iter().enumerate() {
        check = check.result(known_org(&format!("cc[{i}]"), *org, w.env));
    }
    check.done()?;
    if form.level.needs_consent() && !leader {
        return ask_consent(w, form);
    }
    issue(
        w,
        &Issue {
            level: form.level,
            trigger: form.trigger,
            opinion: form.opinion.trim(),
            cc: &form.cc,
            due: form.due_at,
            by_leader: leader,
            rung: None,
        },
    )
}

/// A person of several roles issues in the strongest.
fn acts_as(w: &Work, role: Role) -> bool {
    let By::Person(actor) = w.by else { return false };
    let centre = || w.env.directory.org(actor.org).is_some_and(|o| o.kind == OrgKind::Center);
    actor.has(role) && (role == Role::Leader || centre())
}

fn ask_consent(w: &mut Work, form: &SuperviseForm) -> Result<(), Refusal> {
    if w.case.pending_requests().any(|r| r.kind == RequestKind::Supervise) {
        return Err(Refusal::state("pending", "已有督办申请待审批，请等待审批结果"));
    }
    apply(
        w,
        Apply {
            code: "SV1",
            reason_code: form.trigger.code().to_owned(),
            reason: form.opinion.trim().to_owned(),
            basis: Some(form.level.code().to_owned()),
            until: form.due_at,
            ..Apply::new(RequestKind::Supervise)
        },
    )
    .map(drop)
}

/// A consented request becomes a round of whoever asked for it.
pub(super) fn do_requested(w: &mut Work, r: &Request) -> Result<(), Refusal> {
    let level = r.basis.as_deref().unwrap_or_default().parse();
    let level = level.map_err(|_| Refusal::invalid("level", "督办级别无效，请重新申请"))?;
    let trigger = r.reason_code.parse().map_err(|_| Refusal::invalid("trigger", "督办事由无效，请重新申请"))?;
    let due = r.until.filter(|t| *t > w.now());
    issue(w, &Issue { level, trigger, opinion: &r.reason, cc: &[], due, by_leader: false, rung: None })?;
    if let Some(round) = w.case.supervisions.last_mut() {
        round.initiator = Some(r.applied_by);
        round.initiator_org = Some(r.applied_org);
    }
    Ok(())
}

/// SV1: the new round takes the place of milder ones that were not answered or not carried out.
pub(super) fn issue(w: &mut Work, i: &Issue) -> Result<(), Refusal> {
    raise(w, i.level)?;
    let (actor, org) = match w.by {
        By::Person(a) => (Some(a.user), Some(a.org)),
        By::System => (None, None),
    };
    let round = i32::try_from(w.case.supervisions.len() + 1).unwrap_or(i32::MAX);
    let id: SupervisionId = w.env.id();
    let fields = serde_json::json!({
        "supervise_level": i.level, "n": round, "due_at": i.due, "cc": i.cc,
    });
    w.note("SV1", "supervise_issue", None, Say::opinion(i.opinion).reason(i.trigger.code()).with(fields));
    w.case.supervisions.push(Supervision {
        id,
        order_id: w.case.order.id,
        round,
        level: i.level,
        trigger: i.trigger,
        state: SuperviseState::Issued,
        version: 0,
        opinion: i.opinion.to_owned(),
        cc: i.cc.to_vec(),
        org: None,
        task_id: None,
        clock_id: None,
        due_at: i.due,
        initiator: actor,
        initiator_org: org,
        by_leader: i.by_leader,
        issued_at: w.now(),
        rung: i.rung,
        signed_by: None,
        signed_at: None,
        reply: None,
        replied_by: None,
        replied_at: None,
        evaluation: None,
        end_reason: None,
        ended_at: None,
    });
    match i.level {
        SuperviseLevel::Urge => w.case.order.urge_n += 1,
        _ => w.case.order.supervise_n += 1,
    }
    for org in i.cc {
        w.grant(*org, GrantKind::Supervise);
        let msg = [("biz", "督办抄送".to_owned()), ("msg", "请知悉并配合".to_owned())];
        w.tell("T20", Recipient::OrgDuty { org: *org }, &msg);
    }
    attach(w, id)
}

fn raise(w: &mut Work, level: SuperviseLevel) -> Result<(), Refusal> {
    let milder = |s: &&Supervision| {
        (s.state.is_unanswered() && s.level < level) || (s.state == SuperviseState::Evaluated && s.level <= level)
    };
    let ids: Vec<_> = w.case.supervisions.iter().filter(milder).map(|s| s.id).collect();
    for id in ids {
        end(w, id, "SV7", &format!("升级为{}", level.cn()))?;
    }
    Ok(())
}

/// Hands an unanswered round to the lead at work and starts its clock. Without a lead it waits for the dispatch.
fn attach(w: &mut Work, id: SupervisionId) -> Result<(), Refusal> {
    let last = w.case.tasks.iter().rev().find(|t| t.role == crate::task::TaskRole::Lead);
    let tracked = w.state() == crate::order::OrderState::Tracking;
    let lead = w.case.lead_task().or_else(|| last.filter(|_| tracked)).map(|t| (t.id, t.org, t.handler));
    let Some((task, org, handler)) = lead else { return Ok(()) };
    let (env, now) = (w.env, w.now());
    let held = w.supervision(id)?;
    let (named, opinion) = (held.due_at.filter(|t| *t > now), held.opinion.clone());
    let term = Term::param("sla.supervise_reply", now, env);
    let term = match named {
        Some(due) => term.min(Term::until(due, "due.supervise", now, env)),
        None => term,
    };
    let due = w.start_clock(ClockKind::Supervise, Some(task), term);
    let clock = w.case.clocks.last().map(|c| c.id);
    let round = w.supervision_mut(id)?;
    round.org = Some(org);
    round.task_id = Some(task);
    round.clock_id = clock;
    round.due_at = Some(due);
    let head: String = kernel::redact_text(&opinion).chars().take(30).collect();
    let vars = [("opinion30", head), ("due", due.format_cn())];
    w.tell("T22", Recipient::OrgRole { org, role: Role::UnitLeader }, &vars);
    let hand = handler.map_or(Recipient::OrgDuty { org }, |user| Recipient::User { user });
    w.tell("T22", hand, &vars);
    Ok(())
}

/// The order has a new lead: unanswered rounds follow it, with their full time (SV6); instructions that waited for the
/// dispatch reach their unit.
pub(super) fn follow(w: &mut Work) -> Result<(), Refusal> {
    let ids: Vec<_> = w.case.supervisions.iter().filter(|s| s.state.is_unanswered()).map(|s| s.id).collect();
    for id in ids {
        if w.supervision(id)?.org.is_some() {
            step(w, id, "SV6", Say::nothing())?;
            drop_clock(w, id)?;
            let round = w.supervision_mut(id)?;
            (round.signed_by, round.signed_at, round.due_at) = (None, None, None);
        }
        attach(w, id)?;
    }
    Ok(())
}

/// The order has ended: what was not answered ends with it (SV8); what was answered may still be evaluated.
pub(super) fn end_with_order(w: &mut Work) -> Result<(), Refusal> {
    let ids: Vec<_> = w.case.supervisions.iter().filter(|s| s.state.is_unanswered()).map(|s| s.id).collect();
    for id in ids {
        end(w, id, "SV8", "工单已结束")?;
    }
    Ok(())
}

fn step(w: &mut Work, id: SupervisionId, code: &str, say: Say) -> Result<(), Refusal> {
    let held = w.supervision(id)?;
    let row = supervise_step(code, held.state)?;
    let (task, n, to) = (held.task_id, held.round, row.to);
    let mut fields = serde_json::json!({ "n": n });
    if let (Some(all), Some(more)) = (fields.as_object_mut(), say.fields.as_object()) {
        all.extend(more.clone());
    }
    w.note(code, row.action, task, say.with(fields));
    w.supervision_mut(id)?.state = to;
    Ok(())
}

fn end(w: &mut Work, id: SupervisionId, code: &str, why: &str) -> Result<(), Refusal> {
    step(w, id, code, Say::opinion(why))?;
    drop_clock(w, id)?;
    let now = w.now();
    let round = w.supervision_mut(id)?;
    round.end_reason = Some(why.to_owned());
    round.ended_at = Some(now);
    Ok(())
}

/// An answer already overdue leaves a late clock; one that is merely no longer awaited leaves none.
fn drop_clock(w: &mut Work, id: SupervisionId) -> Result<(), Refusal> {
    let (env, now) = (w.env, w.now());
    let clock = w.supervision(id)?.clock_id;
    for clock in w.case.clocks.iter_mut().filter(|c| Some(c.id) == clock) {
        if now > clock.due_at { clock.stop(now, env) } else { clock.void(env) }
    }
    Ok(())
}

/// SV2.
fn sign(w: &mut Work, id: SupervisionId) -> Result<(), Refusal> {
    step(w, id, "SV2", Say::nothing())?;
    let (user, now) = (w.by.user(), w.now());
    let round = w.supervision_mut(id)?;
    (round.signed_by, round.signed_at) = (user, Some(now));
    Ok(())
}

/// SV3.
fn reply_to(w: &mut Work, id: SupervisionId, reply: &str) -> Result<(), Refusal> {
    Check::new().text("reply", "整改、办理情况", reply, 10, 5000).done()?;
    step(w, id, "SV3", Say::opinion(reply.trim()))?;
    let (user, now, env) = (w.by.user(), w.now(), w.env);
    let round = w.supervision_mut(id)?;
    if round.signed_at.is_none() {
        (round.signed_by, round.signed_at) = (user, Some(now));
    }
    (round.replied_by, round.replied_at) = (user, Some(now));
    round.reply = Some(reply.trim().to_owned());
    let (clock, initiator) = (round.clock_id, round.initiator);
    for clock in w.case.clocks.iter_mut().filter(|c| Some(c.id) == clock) {
        clock.stop(now, env);
    }
    let msg = [("biz", "督办".to_owned()), ("msg", "承办单位已反馈，请评价".to_owned())];
    let to = initiator.map_or(Recipient::CenterRole { role: Role::Supervisor }, |user| Recipient::User { user });
    w.tell("T20", to, &msg);
    Ok(())
}

/// SV4.
fn evaluate(w: &mut Work, id: SupervisionId, form: &EvaluateForm) -> Result<(), Refusal> {
    let low = form.verdict == SuperviseVerdict::NotDone && form.score >= 60;
    Check::new()
        .when(!(0..=100).contains(&form.score), "form.score", "评分须在0至100之间", "请填写0至100的整数")
        .when(low, "form.score", "评价为“未落实”的，评分应低于60分", "请核对评价与评分")
        .text("form.comment", "评价意见", &form.comment, 2, 1000)
        .done()?;
    let by = w.by.user().ok_or_else(|| Refusal::forbidden("督办须由工作人员评价"))?;
    let failed = form.verdict == SuperviseVerdict::NotDone;
    let fields = serde_json::json!({ "verdict": form.verdict, "score": form.score, "verify_way": form.way });
    step(w, id, if failed { "SV4b" } else { "SV4a" }, Say::opinion(form.comment.trim()).with(fields))?;
    let now = w.now();
    let round = w.supervision_mut(id)?;
    round.evaluation = Some(Evaluation {
        verdict: form.verdict,
        score: form.score,
        comment: form.comment.trim().to_owned(),
        way: form.way,
        by,
        at: now,
    });
    round.ended_at = (!failed).then_some(now);
    if let Some(org) = round.org {
        let msg = [("biz", "督办".to_owned()), ("msg", format!("评价结果为“{}”", form.verdict.cn()))];
        w.tell("T20", Recipient::OrgRole { org, role: Role::UnitLeader }, &msg);
    }
    Ok(())
}

/// SV5.
fn revoke(w: &mut Work, id: SupervisionId, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "撤销原因", reason, 2, 500).done()?;
    let org = w.supervision(id)?.org;
    end(w, id, "SV5", reason.trim())?;
    if let Some(org) = org {
        let msg = [("biz", "督办".to_owned()), ("msg", "已撤销".to_owned())];
        w.tell("T20", Recipient::OrgDuty { org }, &msg);
    }
    Ok(())
}

/// Who may judge a round: whoever issued it, and a supervisor for rounds of the ladder and of leaders.
pub(super) fn answers_for(s: &Supervision, user: Option<UserId>, supervisor: bool) -> bool {
    let own = user.is_some() && s.initiator == user;
    own || (supervisor && (s.initiator.is_none() || s.by_leader))
}

#[derive(Deserialize)]
struct LadderStep {
    after: Span,
    level: SuperviseLevel,
}

/// The ladder (`supervision.ladder`): when the lead's own time has run out, the highest rung reached and not yet
/// climbed issues a round; rungs passed over while nobody looked are not made up. `None` when there is nothing to do.
#[must_use]
pub fn supervise_ladder(case: &Case, env: &Env) -> Option<Decision> {
    let lead = case.lead_task().filter(|t| t.state != TaskState::Submitted)?;
    let own = |c: &&crate::clock::Clock| {
        c.kind.is_task_own() && c.task_id == Some(lead.id) && c.is_open() && c.paused_at.is_none()
    };
    let clock = case.clocks.iter().find(own).filter(|c| env.now > c.due_at && !is_held(case, c, env))?;
    let ladder: Vec<LadderStep> = serde_json::from_value(env.params.get("supervision.ladder")?.clone()).ok()?;
    let reached = |s: &LadderStep| match s.after.qty {
        0 => true,
        n => env.now > env.calendar.add(clock.due_at, n, s.after.unit, env.params.cutoff()).due,
    };
    let top = ladder.iter().rposition(reached)?;
    let climbed = case.supervisions.iter().filter_map(|s| s.rung).filter(|r| r.clock == clock.id);
    let step = i32::try_from(top).ok()?;
    if climbed.map(|r| r.step).max().is_some_and(|max| max >= step) {
        return None;
    }
    let level = ladder[top].level;
    let opinion = format!("任务已于{}到期，逾期仍未办结，请立即办理并书面反馈办理情况。", clock.due_at.format_cn());
    let rung = Some(Rung { clock: clock.id, step });
    let mut w = Work::new(case.clone(), &By::System, env, None);
    let round =
        Issue { level, trigger: SuperviseTrigger::S1, opinion: &opinion, cc: &[], due: None, by_leader: false, rung };
    issue(&mut w, &round).ok()?;
    if level.needs_consent() {
        let msg = [("biz", "自动督办".to_owned()), ("msg", format!("已升级为{}，列为通报候选", level.cn()))];
        w.tell("T20", Recipient::CenterRole { role: Role::Supervisor }, &msg);
    }
    Some(w.finish())
}
