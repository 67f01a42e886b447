//! Guards: what must hold before a step whatever its fields say. Each refusal tells a user why and what to do.

use kernel::{Refusal, Ts, UserId};

use super::{approval, check, gate::Scene, sla};
use crate::{
    authority::Role,
    callback::Callback,
    case::Case,
    clock::{ClockKind, Term},
    correction::Record,
    env::Env,
    order::{Confidentiality, DemandType, LinkKind, Order, OrderState},
    request::{Request, RequestKind, RequestState},
    task::{Task, TaskRole, TaskState},
};

type Verdict = Result<(), Refusal>;

fn need(ok: bool, code: &'static str, message: impl Into<String>) -> Verdict {
    if ok { Ok(()) } else { Err(Refusal::state(code, message)) }
}

fn no_pending(s: &Scene, kind: RequestKind) -> Verdict {
    let waiting = s.case.pending_requests().any(|r| r.kind == kind);
    need(!waiting, "pending", format!("已有“{}”申请待审批，请等待审批结果", kind.cn()))
}

#[expect(clippy::unnecessary_wraps, reason = "a guard like the others, for rules without one")]
pub(super) fn free(_: &Scene) -> Verdict {
    Ok(())
}

// ---- intake ----

pub(super) fn amend(s: &Scene) -> Verdict {
    let own = s.by.user().is_none_or(|u| s.case.order.registered_by == Some(u));
    need(own || s.may_as(Role::TeamLeader), "not_own", "只能补充修改本人登记的工单；他人登记的请由班长处理")
}

/// 最短办理流程 (§4.3). A split order is answered by its parts, so its own answer needs no such ground.
pub(super) fn shortcut(s: &Scene) -> Verdict {
    let o = &s.case.order;
    let split =
        s.case.links.iter().any(|l| l.order_id == o.id && l.kind == LinkKind::ParentChild && l.ended_at.is_none());
    let kind = matches!(o.demand_type, DemandType::Consult | DemandType::Suggestion | DemandType::Praise);
    need(
        kind || o.flags.simple || split,
        "not_simple",
        "只有咨询、建议、感谢或已标记为简单事项的工单可以直接答复，请提交派单",
    )?;
    need(!o.flags.leader_directed, "leader_directed", "有领导批示的工单不能直接答复，请提交派单")?;
    need(o.confidentiality == Confidentiality::None, "confidential", "保密工单不能直接答复，请提交派单")?;
    need(o.affected_count < 5, "group", "涉及5人及以上的诉求不能直接答复，请提交派单")?;
    need(!o.flags.threat, "threat", "有扬言情形的诉求不能直接答复，请提交派单")?;
    need(!o.flags.repeat, "repeat", "重复诉求不能直接答复，请提交派单")
}

pub(super) fn reject(s: &Scene) -> Verdict {
    unclaimed(s)?;
    no_pending(s, RequestKind::Reject)
}

// ---- dispatch ----

fn claimed_by_other(s: &Scene) -> bool {
    let o = &s.case.order;
    o.claimed_until.is_some_and(|t| s.env.now < t) && o.claimed_by.is_some() && o.claimed_by != s.by.user()
}

pub(super) fn unclaimed(s: &Scene) -> Verdict {
    let until = s.case.order.claimed_until.map(Ts::format_cn).unwrap_or_default();
    need(!claimed_by_other(s), "claimed", format!("工单已被他人占用至{until}，请待其释放或由班长释放后再办"))
}

pub(super) fn claimable(s: &Scene) -> Verdict {
    unclaimed(s)?;
    need(s.by.user().is_some(), "claim", "只有工作人员可以占用工单")
}

pub(super) fn releasable(s: &Scene) -> Verdict {
    need(s.case.order.claimed_by.is_some(), "not_claimed", "工单未被占用，无需释放")?;
    need(
        !claimed_by_other(s) || s.may_as(Role::TeamLeader),
        "claimed",
        "只能释放本人占用的工单；他人占用的请由班长释放",
    )
}

/// Nobody dispatches a matter against the own organisation.
pub(super) fn dispatch(s: &Scene) -> Verdict {
    unclaimed(s)?;
    let o = &s.case.order;
    let disputed = returned_enough(o.return_n, s.env) && !o.flags.designated;
    need(!disputed, "consult_first", format!("该工单已退回{}次，须先会商指定承办单位", o.return_n))?;
    let crate::env::By::Person(actor) = s.by else { return Ok(()) };
    let own = s.case.order.accused_org.is_some_and(|a| s.env.directory.is_within(actor.org, a));
    need(!own, "own_org", "工单反映的是您所在单位，您应当回避，请由其他派单员派单")
}

/// 退单次数上限 reached: only a consultation settles whose duty it is.
pub(super) fn returned_enough(return_n: i32, env: &Env) -> bool {
    return_n > 0 && i64::from(return_n) >= env.params.int("return.max")
}

pub(super) fn recall(s: &Scene) -> Verdict {
    let unsigned = s.task.is_some_and(|t| t.state == TaskState::Unsigned);
    need(unsigned || s.may_as(Role::TeamLeader), "signed", "承办单位已签收，只有班长可以撤回派单")
}

// ---- handling ----

pub(super) fn contact(s: &Scene) -> Verdict {
    need(!s.case.order.anonymous, "anonymous", "匿名诉求没有联系方式，无需联系诉求人")
}

/// A contact by this task or by one that works for it, unless there is nobody to contact.
fn contacted(case: &Case, task: &Task) -> bool {
    let o = &case.order;
    let exempt = o.anonymous || o.no_reply_wanted || o.confidentiality != Confidentiality::None;
    let by = |id| id == task.id || case.task(id).is_some_and(|t| t.parent == Some(task.id));
    exempt || case.contacts_made().any(|c| by(c.task_id))
}

pub(super) fn submit_unit(s: &Scene) -> Verdict {
    let Some(task) = s.task else { return Ok(()) };
    let late = |t: &Task| t.due_at.is_some_and(|due| s.env.now > due);
    if task.role == TaskRole::Lead {
        let co = s.case.active_tasks().find(|t| t.role == TaskRole::Co && !late(t));
        if let Some(co) = co {
            let name = s.env.directory.org_name(co.org);
            let due = co.due_at.map(Ts::format_cn).unwrap_or_default();
            return need(false, "co_open", format!("协办单位“{name}”尚未反馈(期限{due})，请待其反馈或逾期后再提交"));
        }
    }
    let busy = |t: &Task| t.parent == Some(task.id) && t.role == TaskRole::Child && t.state != TaskState::Submitted;
    if let Some(child) = s.case.active_tasks().find(|t| busy(t) && !late(t)) {
        let name = s.env.directory.org_name(child.org);
        return need(false, "child_open", format!("下派单位“{name}”尚未反馈，请待其反馈或逾期后再提交"));
    }
    let needs = task.role == TaskRole::Lead && !contacted(s.case, task);
    need(!needs, "no_contact", "尚无联系诉求人的记录，请先联系诉求人并登记联系情况")
}

// ---- requests by the unit ----

pub(super) fn return_apply(s: &Scene) -> Verdict {
    let Some(task) = s.task else { return Ok(()) };
    need(!s.case.order.flags.designated, "designated", "该工单已指定承办，不得再申请退回；确有困难请与热线中心协商")?;
    let max = s.env.params.int("return.max");
    let so_far = i64::from(s.case.order.return_n);
    need(so_far < max, "return_max", format!("该工单已退回{so_far}次，达到上限{max}次，应由热线中心会商指定承办单位"))?;
    let until = Term::param("return.window", task.dispatched_at, s.env).due;
    need(
        s.env.now <= until,
        "return_window",
        format!("申请退回应在派单后规定时间内提出，已于{}截止，请继续办理", until.format_cn()),
    )
}

pub(super) fn extension_apply(s: &Scene) -> Verdict {
    let Some(task) = s.task else { return Ok(()) };
    no_pending(s, RequestKind::Extension)?;
    let max = s.env.params.int("ext.max");
    need(i64::from(s.case.order.ext_n) < max, "ext_max", format!("每件工单最多延期{max}次，不能再次申请延期"))?;
    let due = task.due_at.filter(|due| s.env.now > *due);
    need(due.is_none(), "overdue", "办理期限已过，不能再申请延期；延期应在到期前提出")?;
    let limit = sla::limit(&s.case.order, s.env).filter(|l| task.due_at.is_some_and(|due| due >= *l));
    need(limit.is_none(), "superior_limit", limit.map(|l| superior_first(&s.case.order, l)).unwrap_or_default())?;
    need(s.by.user().is_some(), "person", "延期申请须由经办人提出")
}

/// Nobody here gives more time than the superior did.
pub(super) fn superior_first(order: &Order, limit: Ts) -> String {
    let who = order.origin.source.as_deref().unwrap_or("上级交办单位");
    format!(
        "上级限办日期为{}，不能自行延过；请先报{who}同意延期（对接平台转来的在“平台协同”申请），上级限办日期变更后再办",
        limit.format_cn()
    )
}

pub(super) fn terminate(s: &Scene) -> Verdict {
    need(s.case.lead_task().is_some(), "no_lead", "工单当前没有主办任务")?;
    no_pending(s, RequestKind::Terminate)
}

pub(super) fn exempt(s: &Scene) -> Verdict {
    no_pending(s, RequestKind::Exempt)?;
    need(s.case.order.exempt.is_none(), "exempt", "该工单已经剔除，无需再次申请")
}

/// 评价申诉: within `eval.contest` of the answer, and once for each.
pub(super) fn contest(s: &Scene) -> Verdict {
    no_pending(s, RequestKind::Contest)?;
    let told: Vec<&Callback> = s.case.answers().filter(|c| c.reached).collect();
    need(!told.is_empty(), "not_rated", "尚无诉求人评价，无需申诉")?;
    let fresh = |c: &&&Callback| s.env.now <= contest_until(c, s.env);
    let last = told.iter().map(|c| contest_until(c, s.env)).max().map(Ts::format_cn).unwrap_or_default();
    let open: Vec<_> = told.iter().filter(fresh).collect();
    need(!open.is_empty(), "contest_window", format!("评价申诉应在回访后规定时间内提出，已于{last}截止"))?;
    let left = open.iter().any(|c| !contested(s.case, c));
    need(left, "contested", "该评价已申诉过，每次评价只能申诉一次")
}

/// The last moment to contest an answer; one that was put right counts from then.
pub(super) fn contest_until(callback: &Callback, env: &Env) -> Ts {
    Term::param("eval.contest", callback.corrected_at.unwrap_or(callback.at), env).due
}

/// The answer has been contested before, whatever came of it. What was cancelled does not count, nor a refusal of
/// before the answer was put right.
#[must_use]
pub fn contested(case: &Case, callback: &Callback) -> bool {
    contest_of(case, callback).is_some_and(|r| r.state != RequestState::Cancelled)
}

/// The contest of an answer as it now stands.
#[must_use]
pub fn contest_of<'a>(case: &'a Case, callback: &Callback) -> Option<&'a Request> {
    let of = |r: &&Request| r.kind == RequestKind::Contest && r.callback == Some(callback.root());
    let past =
        |r: &&Request| r.state == RequestState::Rejected && callback.corrected_at.is_some_and(|at| r.applied_at < at);
    case.requests.iter().rev().filter(of).find(|r| !past(r))
}

/// 更正 is for people who stand outside the handling and for the citizen, one at a time, until the file is closed.
pub(super) fn correct(s: &Scene) -> Verdict {
    neutral(s)?;
    let filed = s.case.order.state == OrderState::Archived;
    need(
        !filed,
        "archived",
        "工单已归档，档案目录和校验值已固定，记录不再更正；诉求人仍有异议的，请登记新诉求并关联本工单",
    )?;
    no_pending(s, RequestKind::Correction)
}

/// Who wrote the record does not decide whether it is wrong.
fn not_own_record(s: &Scene, request: &Request, user: UserId) -> Verdict {
    let asked = s.case.callbacks.iter().any(|c| request.callback == Some(c.id) && c.by == user);
    let spoke = s.case.contacts.iter().any(|c| request.contact == Some(c.id) && c.by == user);
    let of_demand = request.corrections.iter().any(|c| c.field.record() == Record::Demand);
    let wrote = asked || spoke || (of_demand && s.case.order.registered_by == Some(user));
    need(!wrote, "own_record", "该记录由您本人作出，更正申请请由其他审批人办理")
}

// ---- audit, reply, callback ----

pub(super) fn track(s: &Scene) -> Verdict {
    no_pending(s, RequestKind::Track)
}

/// The unit may take the work up again at any time, the timer only on the promised day.
pub(super) fn track_due(s: &Scene) -> Verdict {
    let early = s.by.user().is_none() && s.case.order.tracking_until.is_some_and(|t| s.env.now < t);
    need(!early, "not_due", "跟踪期限未到")
}

/// Reply and callback are not for members of an organisation that handled the matter.
pub(super) fn neutral(s: &Scene) -> Verdict {
    let crate::env::By::Person(actor) = s.by else { return Ok(()) };
    let own = check::of_handling_org(actor.org, s.case.tasks.iter().map(|t| t.org), s.env);
    need(!own, "own_org", "您所在单位承办过该工单，不能回复或回访，请交由其他人员办理")
}

pub(super) fn callback(s: &Scene) -> Verdict {
    neutral(s)?;
    no_pending(s, RequestKind::Redo)?;
    no_pending(s, RequestKind::Unreasonable)
}

/// Rounds after the first are redos.
pub(super) fn redo_left(case: &Case, env: &Env) -> bool {
    i64::from(case.order.round) <= env.params.int("redo.max")
}

pub(super) fn redo(s: &Scene) -> Verdict {
    no_pending(s, RequestKind::Redo)?;
    no_pending(s, RequestKind::Unreasonable)?;
    another_round(s.case, s.env)
}

/// A further round is allowed: not too many before, once sent out, not too long ended.
pub(super) fn another_round(case: &Case, env: &Env) -> Verdict {
    let max = env.params.int("redo.max");
    need(redo_left(case, env), "redo_max", format!("二次办理已达上限{max}次，请转督办或跟踪处理"))?;
    let worked = !case.tasks.is_empty() || case.order.joint_lead.is_some();
    need(worked, "no_lead", "该工单未曾派单，不能二次办理；如需办理请重开")?;
    in_window(case, env)
}

pub(super) fn reopen(s: &Scene) -> Verdict {
    no_pending(s, RequestKind::Reopen)?;
    no_pending(s, RequestKind::Redo)?;
    in_window(s.case, s.env)
}

fn in_window(case: &Case, env: &Env) -> Verdict {
    let days = env.params.int("reopen.window_d");
    let Some(closed) = case.order.closed_at else { return Ok(()) };
    let until = Ts::end_of(closed.plus_days(days).date());
    need(env.now <= until, "reopen_window", format!("办结已超过{days}天，不能重开；有新情况请另行登记并关联原工单"))
}

pub(super) fn archive(s: &Scene) -> Verdict {
    let days = s.env.params.int("archive.quiet_d");
    let from = s.case.order.closed_at.unwrap_or(s.case.order.updated_at).plus_days(days);
    need(s.env.now >= from, "quiet", format!("办结后满{days}天方可归档，最早{}", from.format_cn()))?;
    // What lies with a leader to be read does not hold the file up.
    let waiting = s.case.pending_requests().any(|r| r.kind != RequestKind::ReportUp);
    need(!waiting, "pending", "尚有申请未审批，不能归档")?;
    let open = s.case.supervisions.iter().any(|r| r.state.is_open());
    need(!open, "supervision", "尚有督办未反馈或未评价，不能归档")
}

/// A person lays it before the leaders, once at a time.
pub(super) fn report_up(s: &Scene) -> Verdict {
    need(s.by.user().is_some(), "person", "呈阅件须由工作人员呈报")?;
    no_pending(s, RequestKind::ReportUp)
}

/// Supervision is addressed to whoever holds the order.
pub(super) fn supervise(s: &Scene) -> Verdict {
    let held = s.case.lead_task().is_some() || s.case.order.state == OrderState::Tracking;
    need(held, "no_lead", "工单当前没有主办单位，不能督办")
}

// ---- the rest ----

pub(super) fn withdraw(s: &Scene) -> Verdict {
    let report = s.case.order.demand_type == DemandType::Report;
    need(!report, "report", "举报涉及公共利益，不能撤回；可在补充情况中注明举报人意愿")
}

pub(super) fn merge(s: &Scene) -> Verdict {
    no_pending(s, RequestKind::Merge)?;
    let root = s.case.merged_in().next().is_some();
    need(!root, "merge_root", "已有其他工单并入本单，不能再并入别的工单；请把对方工单并入本单")
}

pub(super) fn pause(s: &Scene) -> Verdict {
    let running = s.case.clocks.iter().any(|c| c.is_open() && c.kind.is_handling() && c.paused_at.is_none());
    need(running, "paused", "没有正在计时的办理时限，无需暂停")
}

pub(super) fn resume(s: &Scene) -> Verdict {
    let frozen = s.case.clocks.iter().any(|c| c.is_open() && c.paused_at.is_some());
    need(frozen, "not_paused", "时限未暂停，无需恢复")
}

/// Nobody approves the own application, nor two steps of one request.
pub(super) fn decide(s: &Scene) -> Verdict {
    let Some(request) = s.request else { return Ok(()) };
    need(request.state == RequestState::Pending, "decided", "该申请已有结论，不需要再审批")?;
    let Some(user) = s.by.user() else { return need(false, "person", "申请须由工作人员审批") };
    need(request.applied_by != user, "own_request", "不能审批本人提出的申请，请由其他审批人办理")?;
    if request.kind == RequestKind::Correction {
        not_own_record(s, request, user)?;
    }
    let twice = request.decisions.iter().any(|d| d.by == user);
    need(!twice, "same_person", "您已审批过上一环节，本环节须由另一人审批")?;
    need(approval::known(request.kind), "no_approval", "该类申请没有设定审批人，请联系系统管理员")
}

/// The handling clock is held, and must not turn red: an extension applied for in time still waits for its decision
/// (`ext.pending_hold`).
#[must_use]
pub fn is_held(case: &Case, clock: &crate::clock::Clock, env: &Env) -> bool {
    let moved = clock.is_open() && clock.kind.is_handling() && clock.kind != ClockKind::Co;
    moved
        && env.params.flag("ext.pending_hold")
        && case.pending_requests().any(|r| r.kind == RequestKind::Extension && r.applied_at <= clock.due_at)
}
