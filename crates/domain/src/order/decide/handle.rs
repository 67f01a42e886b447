//! 办理: the unit's own steps (W12–W20).

use kernel::{OrgId, Refusal, TaskId, Ts, UserId};

use super::{
    check::{Check, may_handle},
    dispatch::{new_co, own_due},
    sla,
    work::{NewTask, Say, Work},
};
use crate::{
    authority::Role,
    case::Case,
    clock::{ClockKind, Term},
    contact::{Contact, ContactResult, ContactWay},
    decision::Recipient,
    env::Env,
    order::{CoHandler, Command, HandleResult, HandlingForm, OrderState},
    reply_gate::{Answer, GateRecord, Hit, admit, review},
    task::{TaskRole, TaskState},
};

pub(super) fn run(w: &mut Work, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::Sign { task } => sign(w, *task),
        Command::Assign { task, handler, org, advice } => assign(w, *task, *handler, *org, advice.as_deref()),
        Command::Start { task } => start(w, *task),
        Command::Contact { task, at, way, result, note } => {
            contact(w, Made { task: *task, at: *at, way: *way, result: *result, note: note.as_deref() })
        }
        Command::AddCo { co, due_at } => add_co(w, co, *due_at),
        Command::CoReply { task, reply, unable_reason } => co_reply(w, *task, reply, unable_reason.as_deref()),
        Command::SubmitUnit { task, form } => submit_unit(w, *task, form),
        Command::UnitApprove { task, opinion } => unit_approve(w, *task, opinion.as_deref()),
        Command::UnitSendBack { task, opinion } => unit_send_back(w, *task, opinion),
        _ => Err(Refusal::state("state", "该操作不属于办理环节")),
    }
}

/// W12 / K02. The order moves with its lead; whoever signs late has a late clock.
fn sign(w: &mut Work, id: TaskId) -> Result<(), Refusal> {
    w.task_step(id, "K02", Say::nothing())?;
    signed(w, id, w.now())
}

/// After a task has become signed: the accept clock stops, and with the first lead the order is at work.
pub(super) fn signed(w: &mut Work, id: TaskId, judged_at: Ts) -> Result<(), Refusal> {
    let now = w.now();
    w.task_mut(id)?.signed_at = Some(now);
    w.stop_clock(ClockKind::Accept, Some(id), judged_at);
    let task = w.task(id)?.clone();
    if task.role != TaskRole::Lead {
        return Ok(());
    }
    count_from_signing(w, id);
    if w.state() == OrderState::Dispatched {
        w.step("W12", Say::nothing())?;
        let org = w.env.directory.org_name(task.org).to_owned();
        w.tell_citizen("T07", &[("org", org)]);
    }
    Ok(())
}

/// `sla.handle.start = signed`: the time by type counts anew from the signature; dates set by urgency or by people stay.
fn count_from_signing(w: &mut Work, id: TaskId) {
    if w.env.params.text("sla.handle.start") != "signed" {
        return;
    }
    let env = w.env;
    let round = w.case.order.round;
    for clock in w.case.clocks.iter_mut().filter(|c| c.round == round && c.basis.starts_with("sla.handle.")) {
        let own = clock.kind == ClockKind::Task && clock.task_id == Some(id);
        if own || clock.kind == ClockKind::Order {
            clock.restart(env.now, env);
        }
    }
}

/// W14 / K03: to a person of the unit, or down to an organisation below it that then works for this task.
fn assign(
    w: &mut Work,
    id: TaskId,
    handler: Option<UserId>,
    org: Option<OrgId>,
    advice: Option<&str>,
) -> Result<(), Refusal> {
    let task = w.task(id)?.clone();
    let mut check = Check::new().maybe("advice", "分派意见", advice, 500).when(
        handler.is_none() && org.is_none(),
        "handler",
        "请选择经办人或下级单位",
        "至少选择其中一项",
    );
    if let Some(org) = org {
        let below = org != task.org && w.env.directory.is_within(org, task.org);
        let twice = w.case.active_tasks().any(|t| t.org == org);
        check = check
            .result(may_handle("org", org, &w.case.order, w.env))
            .when(!below, "org", "只能分派给本单位的下级单位", "需要其他单位参与的，请使用“添加协办”")
            .when(twice, "org", "该单位已在承办本工单", "请选择其他下级单位")
            .when(task.role == TaskRole::Co, "org", "协办任务不能再下派", "请分派给本单位经办人");
    }
    check.done()?;
    let say = Say::maybe(advice).with(serde_json::json!({ "handler": handler, "org": org }));
    if task.state == TaskState::Signed {
        w.task_step(id, "K03", say)?;
    } else {
        w.note("W14", "assign", Some(id), say);
    }
    if let Some(user) = handler {
        w.task_mut(id)?.handler = Some(user);
        let due = own_due(w, id).map(Ts::format_cn).unwrap_or_default();
        w.tell("T09", Recipient::User { user }, &[("due", due)]);
    }
    match org {
        Some(org) => new_child(w, id, org, advice),
        None => Ok(()),
    }
}

/// A child task is due with its parent: the parent stays accountable, so the child gets no time beyond.
fn new_child(w: &mut Work, parent: TaskId, org: OrgId, advice: Option<&str>) -> Result<(), Refusal> {
    let due = own_due(w, parent).ok_or_else(|| Refusal::state("no_clock", "上级任务没有办理时限，不能下派"))?;
    let task =
        w.add_task(NewTask { org, role: TaskRole::Child, parent: Some(parent), advice: advice.map(str::to_owned) });
    w.start_clock(ClockKind::Task, Some(task), Term::until(due, "due.parent", w.now(), w.env));
    let vars = [("sign_due", due.format_cn()), ("due", due.format_cn())];
    w.tell("T05", Recipient::OrgDuty { org }, &vars);
    Ok(())
}

/// K04. Who starts an unassigned task becomes its handler.
fn start(w: &mut Work, id: TaskId) -> Result<(), Refusal> {
    w.task_step(id, "K04", Say::nothing())?;
    let user = w.by.user();
    let task = w.task_mut(id)?;
    task.handler = task.handler.or(user);
    Ok(())
}

struct Made<'a> {
    task: TaskId,
    at: Ts,
    way: ContactWay,
    result: ContactResult,
    note: Option<&'a str>,
}

/// W15. The first success stops the respond clock.
fn contact(w: &mut Work, made: Made) -> Result<(), Refusal> {
    let by = w.by.user().ok_or_else(|| Refusal::forbidden("联系情况须由经办人登记"))?;
    let since = w.case.order.registered_at;
    Check::new()
        .when(made.at > w.now(), "at", "联系时间不能晚于当前时间", "请核对联系时间")
        .when(made.at < since, "at", "联系时间不能早于诉求登记时间", "请核对联系时间")
        .when(made.result == ContactResult::None, "result", "没有联系就没有联系记录", "请选择实际的联系结果")
        .maybe("note", "联系情况", made.note, 1000)
        .done()?;
    let fields = serde_json::json!({ "way": made.way, "result": made.result });
    w.note("W15", "contact", Some(made.task), Say::nothing().with(fields));
    let contact = Contact {
        id: w.env.id(),
        order_id: w.case.order.id,
        task_id: made.task,
        at: made.at,
        way: made.way,
        result: made.result,
        note: made.note.map(str::to_owned),
        by,
        recorded_at: w.now(),
        corrects: None,
        corrected_at: None,
    };
    w.case.contacts.push(contact);
    if made.result == ContactResult::Reached {
        w.stop_clock(ClockKind::Respond, None, made.at);
    }
    Ok(())
}

/// W16. The lead unit may call in organisations below itself; others need the centre.
fn add_co(w: &mut Work, co: &CoHandler, due: Option<Ts>) -> Result<(), Refusal> {
    let lead = w.lead()?;
    let latest = sla::co_latest(own_due(w, lead.id).unwrap_or(w.now()), w.env);
    let outside = w.role == Some(Role::UnitAdmin) && !w.env.directory.is_within(co.org, lead.org);
    let too_late = due.is_some_and(|d| d > latest);
    Check::new()
        .result(may_handle("co.org", co.org, &w.case.order, w.env))
        .when(outside, "co.org", "只能添加本单位的下级单位协办", "其他单位协办请联系热线中心派单员添加")
        .when(w.case.active_tasks().any(|t| t.org == co.org), "co.org", "该单位已在承办本工单", "请选择其他单位")
        .maybe("co.question", "协办事项", co.question.as_deref(), 1000)
        .future("due_at", "协办期限", due, w.env)
        .when(too_late, "due_at", "协办期限须比主办期限至少早1个工作日", &format!("请选择{}或更早", latest.format_cn()))
        .done()?;
    w.note("W16", "add_co", None, Say::maybe(co.question.as_deref()).with(serde_json::json!({ "org": co.org })));
    new_co(w, co, lead.id, due);
    Ok(())
}

/// W17 / K15.
fn co_reply(w: &mut Work, id: TaskId, reply: &str, unable: Option<&str>) -> Result<(), Refusal> {
    Check::new()
        .text("reply", "协办意见", reply, 2, 5000)
        .maybe("unable_reason", "不能办理的原因", unable, 1000)
        .done()?;
    let unable = unable.map(str::trim).filter(|t| !t.is_empty());
    w.task_step(id, "K15", Say::opinion(reply.trim()).with(serde_json::json!({ "unable": unable.is_some() })))?;
    let now = w.now();
    let task = w.task_mut(id)?;
    task.submitted_at = Some(now);
    task.handling_note = Some(reply.trim().to_owned());
    task.unsolved_reason = unable.map(str::to_owned);
    w.stop_clock(ClockKind::Co, Some(id), now);
    if let Ok(lead) = w.lead() {
        let msg = [("biz", "协办".to_owned()), ("msg", "协办单位已反馈".to_owned())];
        w.tell("T20", Recipient::OrgDuty { org: lead.org }, &msg);
    }
    Ok(())
}

/// W18 / K05.
fn submit_unit(w: &mut Work, id: TaskId, form: &HandlingForm) -> Result<(), Refusal> {
    use HandleResult::{NotDuty, Solved, UnsolvedExplained};
    let blank = |t: Option<&str>| t.is_none_or(|t| t.trim().is_empty());
    Check::new()
        .text("form.handling_note", "办理情况", &form.handling_note, 5, 5000)
        .text("form.public_reply", "公开答复内容", &form.public_reply, 5, 5000)
        .maybe("form.unsolved_reason", "未解决原因", form.unsolved_reason.as_deref(), 1000)
        .maybe("form.legal_basis", "法律政策依据", form.legal_basis.as_deref(), 1000)
        .when(
            form.result != Solved && blank(form.unsolved_reason.as_deref()),
            "form.unsolved_reason",
            "请填写未解决的原因",
            "办理结果不是“已解决”时必填",
        )
        .when(
            matches!(form.result, UnsolvedExplained | NotDuty) && blank(form.legal_basis.as_deref()),
            "form.legal_basis",
            "不予支持或不属职责的，须写明法律政策依据",
            "请写明法律法规、政策文件或职责规定的名称和条款",
        )
        .done()?;
    let gate = gate(w, id, form)?;
    let reason = gate.as_ref().and_then(|g| g.reason.clone());
    let kept: Vec<_> = gate.iter().flat_map(|g| &g.hits).filter(|_| reason.is_some()).map(|h| h.rule).collect();
    let say = Say::maybe(reason.as_deref()).with(serde_json::json!({ "result": form.result, "gate": kept }));
    w.task_step(id, "K05", say)?;
    let task = w.task_mut(id)?;
    task.gate = gate;
    task.claim_true = form.claim_true;
    task.beyond_duty = Some(form.beyond_duty);
    task.result = Some(form.result);
    task.unsolved_reason.clone_from(&form.unsolved_reason);
    task.handling_note = Some(form.handling_note.trim().to_owned());
    task.public_reply = Some(form.public_reply.trim().to_owned());
    task.legal_basis.clone_from(&form.legal_basis);
    let org = task.org;
    let due = own_due(w, id).map(Ts::format_cn).unwrap_or_default();
    w.tell("T10", Recipient::OrgRole { org, role: Role::UnitLeader }, &[("due", due)]);
    Ok(())
}

/// The reply gate over a lead's answer; what a lower unit hands up does not reach the citizen.
fn gate(w: &Work, id: TaskId, form: &HandlingForm) -> Result<Option<GateRecord>, Refusal> {
    if w.task(id)?.role != TaskRole::Lead {
        return Ok(None);
    }
    let hits = review_form(&w.case, id, form, w.env);
    admit(hits, form.override_reason.as_deref(), w.now()).map(Some)
}

/// What the reply gate finds in the form of a task, before it is handed in.
#[must_use]
pub fn review_form(case: &Case, task: TaskId, form: &HandlingForm, env: &Env) -> Vec<Hit> {
    let by = |id| id == task || case.task(id).is_some_and(|t| t.parent == Some(task));
    let contacts: Vec<&Contact> = case.contacts_made().filter(|c| by(c.task_id)).collect();
    review(&Answer { order: &case.order, form, contacts: &contacts, earlier: env.earlier, now: env.now })
}

/// W19 / K07. A lead's answer goes to the centre, a child's to the task above it.
fn unit_approve(w: &mut Work, id: TaskId, opinion: Option<&str>) -> Result<(), Refusal> {
    Check::new().maybe("opinion", "审核意见", opinion, 1000).done()?;
    w.task_step(id, "K07", Say::maybe(opinion))?;
    let now = w.now();
    let task = w.task_mut(id)?;
    task.submitted_at = Some(now);
    task.unit_opinion = opinion.map(str::to_owned);
    let (role, parent) = (task.role, task.parent);
    let msg = [("biz", "工单".to_owned()), ("msg", "已反馈，请审核".to_owned())];
    if role == TaskRole::Lead {
        w.step("W19", Say::maybe(opinion))?;
        w.tell("T20", Recipient::CenterRole { role: Role::Auditor }, &msg);
    } else if let Some(above) = parent.and_then(|p| w.case.task(p)).map(|t| t.org) {
        w.tell("T20", Recipient::OrgDuty { org: above }, &msg);
    }
    Ok(())
}

/// W20 / K06.
fn unit_send_back(w: &mut Work, id: TaskId, opinion: &str) -> Result<(), Refusal> {
    Check::new().text("opinion", "退回意见", opinion, 2, 1000).done()?;
    w.task_step(id, "K06", Say::opinion(opinion.trim()))?;
    let task = w.task(id)?;
    let recipient = match task.handler {
        Some(user) => Recipient::User { user },
        None => Recipient::OrgDuty { org: task.org },
    };
    w.tell("T20", recipient, &[("biz", "工单".to_owned()), ("msg", "单位审核退回，请修改".to_owned())]);
    Ok(())
}
