//! 派单: who shall handle it (W08–W11, K14).

use kernel::{FieldError, OrgId, Refusal, TaskId, Ts};

use super::{
    check::{Check, known_org, may_handle},
    sla,
    triage::await_dispatch,
    work::{NewTask, Say, Work},
};
use crate::{
    catalogue::{self, RuleForm},
    clock::{ClockKind, Term},
    decision::{GrantKind, Recipient, Ruling},
    directory::region_prefix,
    evidence,
    order::{CoHandler, Command, RulingRule, Urgency},
    request::RequestKind,
    task::{TaskRole, TaskState},
};

pub(super) fn run(w: &mut Work, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::Consult { participants, question } => consult(w, participants, question),
        Command::ConsultConclude { lead, co, conclusion, rule } => {
            consult_conclude(w, *lead, co, conclusion, rule.as_ref())
        }
        Command::Dispatch { lead, co, advice, due_at, urgency } => {
            dispatch(w, Plan { lead: *lead, co, advice: advice.as_deref(), due: *due_at, urgency: *urgency })
        }
        Command::Recall { reason } => recall(w, reason),
        Command::Reassign { lead, reason } => reassign(w, *lead, reason),
        _ => Err(Refusal::state("state", "该操作不属于派单环节")),
    }
}

/// W08.
fn consult(w: &mut Work, participants: &[OrgId], question: &str) -> Result<(), Refusal> {
    let mut check = Check::new().text("question", "会商问题", question, 5, 1000).when(
        participants.is_empty(),
        "participants",
        "请选择参加会商的单位",
        "至少选择一个单位",
    );
    for (i, org) in participants.iter().enumerate() {
        check = check.result(known_org(&format!("participants[{i}]"), *org, w.env));
    }
    check.done()?;
    invite(w, participants, question.trim())
}

/// The order is talked over, by the organisations named.
fn invite(w: &mut Work, participants: &[OrgId], question: &str) -> Result<(), Refusal> {
    w.step("W08", Say::opinion(question).with(serde_json::json!({ "participants": participants })))?;
    for org in participants {
        w.grant(*org, GrantKind::Consult);
        w.tell(
            "T20",
            Recipient::OrgDuty { org: *org },
            &[("biz", "会商".to_owned()), ("msg", "邀请参加会商".to_owned())],
        );
    }
    Ok(())
}

/// R4: given back as often as may be, so nobody sends it out once more before those who gave it back and those they
/// named have talked it over.
pub(super) fn dispute(w: &mut Work) -> Result<(), Refusal> {
    let mut orgs: Vec<OrgId> = Vec::new();
    let gave_back = w.case.tasks.iter().filter(|t| t.state == TaskState::Returned).map(|t| t.org);
    let named = w.case.requests.iter().filter(|r| r.kind == RequestKind::Return).filter_map(|r| r.suggested_org);
    for org in gave_back.chain(named) {
        let active = w.env.directory.successor(org).map(|o| o.id);
        orgs.extend(active.filter(|id| !orgs.contains(id)));
    }
    let n = w.case.order.return_n;
    invite(w, &orgs, &format!("已{n}次退回，职责有争议，会商指定承办单位"))
}

/// W09: the conclusion names the lead, which can then no longer return the order.
fn consult_conclude(
    w: &mut Work,
    lead: OrgId,
    co: &[OrgId],
    conclusion: &str,
    rule: Option<&RulingRule>,
) -> Result<(), Refusal> {
    let mut check = Check::new().text("conclusion", "会商结论", conclusion, 5, 1000).result(may_handle(
        "lead",
        lead,
        &w.case.order,
        w.env,
    ));
    for (i, org) in co.iter().enumerate() {
        check = check.result(may_handle(&format!("co[{i}]"), *org, &w.case.order, w.env));
    }
    check.done()?;
    let ruling = rule.map(|form| ruling(w, lead, co, conclusion, form)).transpose()?;
    let fields = serde_json::json!({ "lead": lead, "co": co, "ruled": ruling.is_some().then_some(true) });
    w.step("W09", Say::opinion(conclusion.trim()).with(fields))?;
    w.rulings.extend(ruling);
    w.case.order.suggested_org = Some(lead);
    w.case.order.flags.designated = true;
    Ok(())
}

/// The ruling as a rule of the catalogue: a new version of the one that stood for the matter in that area, or a new one.
fn ruling(w: &Work, lead: OrgId, co: &[OrgId], conclusion: &str, form: &RulingRule) -> Result<Ruling, Refusal> {
    let (order, now) = (&w.case.order, w.now());
    let holds = order.region.starts_with(region_prefix(&form.region));
    let rule = RuleForm {
        category: order.category.clone(),
        region: form.region.clone(),
        lead,
        co: co.to_vec(),
        legal_basis: form.legal_basis.clone(),
        valid_from: None,
        valid_to: None,
    };
    let stands = w.env.directory.catalogue().iter().find(|r| {
        let same = r.category == rule.category && region_prefix(&r.region) == region_prefix(&rule.region);
        same && r.valid_from <= now && r.valid_to.is_none_or(|t| now < t)
    });
    let change = catalogue::put(&rule, stands, holds, w.env.directory, now).map_err(|mut refusal| {
        for field in &mut refusal.fields {
            field.field = format!("rule.{}", field.field);
        }
        refusal
    })?;
    Ok(Ruling { change, reason: conclusion.trim().to_owned() })
}

struct Plan<'a> {
    lead: OrgId,
    co: &'a [CoHandler],
    advice: Option<&'a str>,
    due: Option<Ts>,
    urgency: Option<Urgency>,
}

/// A person recused from matters of an organisation does not send work there either.
fn not_recused(field: &str, org: OrgId, w: &Work) -> Result<(), FieldError> {
    let crate::env::By::Person(actor) = w.by else { return Ok(()) };
    if actor.recused_orgs.iter().any(|r| w.env.directory.is_within(org, *r)) {
        let name = w.env.directory.org_name(org);
        return Err(FieldError::new(field, format!("您已登记与“{name}”有关事项回避，不能向其派单"))
            .with_remedy("请由其他派单员派单"));
    }
    Ok(())
}

fn check_plan(w: &Work, plan: &Plan) -> Result<(), Refusal> {
    let order = &w.case.order;
    let mut check = Check::new()
        .result(may_handle("lead", plan.lead, order, w.env).and_then(|()| not_recused("lead", plan.lead, w)))
        .maybe("advice", "派单意见", plan.advice, 1000)
        .future("due_at", "限办时间", plan.due, w.env);
    for (i, co) in plan.co.iter().enumerate() {
        let field = format!("co[{i}].org");
        let twice = co.org == plan.lead || plan.co[..i].iter().any(|c| c.org == co.org);
        check = check
            .result(may_handle(&field, co.org, order, w.env).and_then(|()| not_recused(&field, co.org, w)))
            .when(twice, &field, "同一单位不能重复承办", "请去掉重复的协办单位");
    }
    check.done()
}

/// W10.
fn dispatch(w: &mut Work, plan: Plan) -> Result<(), Refusal> {
    check_plan(w, &plan)?;
    if let Some(urgency) = plan.urgency {
        w.case.order.urgency = urgency;
    }
    let co: Vec<_> = plan.co.iter().map(|c| c.org).collect();
    let say = Say::maybe(plan.advice).with(serde_json::json!({ "lead": plan.lead, "co": co }));
    w.step("W10", say)?;
    w.stop_clock(ClockKind::Dispatch, None, w.now());
    w.cancel_requests(|kind, _| kind == RequestKind::Reject);
    w.case.order.dispatched_at = Some(w.now());
    let redo = is_redo(w);
    let task = new_lead(w, plan.lead, plan.advice, redo, plan.due)?;
    for co in plan.co {
        new_co(w, co, task, None);
    }
    let org = w.env.directory.org_name(plan.lead).to_owned();
    let promised = w.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at);
    // A superior's limit may have passed already: nobody is promised an answer for yesterday.
    let due = promised.filter(|t| *t > w.now()).or_else(|| own_due(w, task)).unwrap_or(w.now());
    w.tell_citizen("T06", &[("org", org), ("due", due.format_cn())]);
    Ok(())
}

/// The work of this round is a redo, so whoever takes it over has the redo's length.
fn is_redo(w: &Work) -> bool {
    w.case.clocks.iter().any(|c| c.kind == ClockKind::Redo && c.round == w.case.order.round)
}

/// A new lead task with its clocks. The promise to the citizen starts only when none is running: returns and recalls do
/// not renew it, while every organisation gets the full time of its own.
pub(super) fn new_lead(
    w: &mut Work,
    org: OrgId,
    advice: Option<&str>,
    redo: bool,
    due: Option<Ts>,
) -> Result<TaskId, Refusal> {
    let promised = w.case.open_clocks(ClockKind::Order).next().is_some();
    // A leader's date named while no clock was running waits on the order itself.
    let instructed = w.case.order.due_at.filter(|t| !promised && w.case.order.flags.leader_directed && *t > w.now());
    let term = sla::handling_until(&w.case.order, redo, due.map(|d| (d, sla::BY_DISPATCHER)), w.env);
    let term = match instructed {
        Some(at) => term.min(Term::until(at, sla::BY_LEADER, w.now(), w.env)),
        None => term,
    };
    let task = w.add_task(NewTask { org, role: TaskRole::Lead, parent: None, advice: advice.map(str::to_owned) });
    w.case.order.lead_org = Some(org);
    let card = evidence::card(org, &w.case.order, w.env);
    w.task_mut(task)?.evidence = Some(card);
    let sign_due = w.start_clock(ClockKind::Accept, Some(task), sla::accept(&w.case.order, redo, w.env));
    if !promised {
        let promise = sla::promise(&w.case.order, redo, term.clone(), w.env);
        w.start_clock(ClockKind::Order, None, promise);
    }
    let due = w.start_clock(if redo { ClockKind::Redo } else { ClockKind::Task }, Some(task), term);
    copy_to_county(w, org);
    let vars = [("sign_due", sign_due.format_cn()), ("due", due.format_cn())];
    w.tell("T05", Recipient::OrgDuty { org }, &vars);
    super::supervise::follow(w)?;
    Ok(task)
}

/// The county government reads every order of its towns, unless it is the one complained of.
pub(super) fn copy_to_county(w: &mut Work, lead: OrgId) {
    use crate::directory::OrgLevel::{Town, Village};
    let town = w.env.directory.org(lead).is_some_and(|o| matches!(o.level, Town | Village));
    let county =
        w.env.directory.county_of(lead).map(|o| o.id).filter(|_| town && w.env.params.flag("dispatch.copy_county"));
    if let Some(county) = county
        && !super::check::accused(&w.case.order, county, w.env)
    {
        w.grant(county, GrantKind::Copy);
    }
}

/// A co-handling task; due one working day before the lead at the latest.
pub(super) fn new_co(w: &mut Work, co: &CoHandler, lead: TaskId, due: Option<Ts>) {
    let lead_due = own_due(w, lead).unwrap_or(w.now());
    let latest = sla::co_latest(lead_due, w.env);
    let due = due.unwrap_or(latest).min(latest);
    let question = co.question.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(str::to_owned);
    let task = w.add_task(NewTask { org: co.org, role: TaskRole::Co, parent: Some(lead), advice: question });
    let term = Term::until(due, "co_reply", w.now(), w.env);
    w.start_clock(ClockKind::Co, Some(task), term);
    let vars = [("sign_due", due.format_cn()), ("due", due.format_cn())];
    w.tell("T05", Recipient::OrgDuty { org: co.org }, &vars);
}

/// Due moment of a task's own clock, as it stands in the middle of a decision.
pub(super) fn own_due(w: &Work, task: TaskId) -> Option<Ts> {
    w.case
        .clocks
        .iter()
        .rev()
        .find(|c| c.is_open() && c.kind.is_task_own() && c.task_id == Some(task))
        .map(|c| c.due_at)
}

/// W11.
fn recall(w: &mut Work, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "撤回原因", reason, 2, 500).done()?;
    let say = Say::opinion(reason.trim());
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "已被撤回".to_owned())]);
    w.step("W11", say.clone())?;
    let lead = w.lead()?.id;
    w.task_step(lead, "K13", say.clone())?;
    release_lead(w, lead, &say)
}

/// After the lead task has ended without a successor: its helpers end too and the order waits for dispatch again.
pub(super) fn release_lead(w: &mut Work, lead: TaskId, say: &Say) -> Result<(), Refusal> {
    w.clear_task(lead);
    let rest: Vec<_> = w.case.active_tasks().map(|t| t.id).collect();
    for id in rest {
        if w.task(id)?.state.is_terminal() {
            continue;
        }
        let state = w.task(id)?.state;
        if crate::task_table::task_step("K13", state).is_ok() {
            w.task_step(id, "K13", say.clone())?;
            w.clear_task(id);
        } else {
            w.void_task(id, say)?;
        }
    }
    w.cancel_requests(|kind, _| matches!(kind, RequestKind::Terminate | RequestKind::Extension | RequestKind::Return));
    w.case.order.lead_org = None;
    await_dispatch(w);
    Ok(())
}

/// K14: another lead within the round. Co-handlers go on, for the new lead; tasks below the old lead end with it.
fn reassign(w: &mut Work, org: OrgId, reason: &str) -> Result<(), Refusal> {
    let old = w.lead()?;
    Check::new()
        .text("reason", "改派原因", reason, 2, 500)
        .result(may_handle("lead", org, &w.case.order, w.env).and_then(|()| not_recused("lead", org, w)))
        .when(org == old.org, "lead", "该单位已是主办单位", "请选择其他单位")
        .when(
            w.case.active_tasks().any(|t| t.org == org && t.role == TaskRole::Co),
            "lead",
            "该单位正在协办本工单",
            "请待其协办完成，或选择其他单位",
        )
        .done()?;
    let say = Say::opinion(reason.trim()).with(serde_json::json!({ "lead": org }));
    w.note("K14", "reassign", None, say.clone());
    w.task_step(old.id, "K14", say.clone())?;
    w.clear_task(old.id);
    let below: Vec<_> = w.case.active_tasks().filter(|t| t.parent == Some(old.id)).map(|t| (t.id, t.role)).collect();
    w.tell(
        "T20",
        Recipient::OrgDuty { org: old.org },
        &[("biz", "工单".to_owned()), ("msg", "已改派其他单位".to_owned())],
    );
    let redo = is_redo(w);
    let task = new_lead(w, org, Some(reason.trim()), redo, None)?;
    for (id, role) in below {
        if role == TaskRole::Co {
            w.task_mut(id)?.parent = Some(task);
        } else if !w.task(id)?.state.is_terminal() {
            w.void_task(id, &say)?;
        }
    }
    // The co-handlers' dates were set by the old lead's; they only move later.
    let latest = own_due(w, task).map(|due| sla::co_latest(due, w.env));
    let env = w.env;
    for clock in w.case.clocks.iter_mut().filter(|c| c.kind == ClockKind::Co) {
        if let Some(due) = latest {
            clock.hold_until(due, env);
        }
    }
    Ok(())
}
