//! The working copy of one decision: every change of state, clock and log goes through here, so that the log always
//! tells the same story as the rows.

use std::collections::BTreeMap;

use kernel::{ClockId, OrgId, Refusal, SupervisionId, TaskId, Ts};
use serde_json::Value;

use crate::{
    authority::Role,
    case::Case,
    clock::{Clock, ClockKind, Owner, Term},
    decision::{Decision, Grant, GrantKind, Notice, Recipient, Ruling},
    env::{By, Env},
    flow::FlowEntry,
    order::{
        OrderState,
        table::{order_step, order_transition},
    },
    request::{RequestKind, RequestState},
    supervision::Supervision,
    task::{Task, TaskRole, TaskState},
    task_table::{task_step, task_transition},
};

/// What the actor says with a step.
#[derive(Clone, Debug, Default)]
pub(super) struct Say {
    pub opinion: Option<String>,
    pub reason: Option<String>,
    pub fields: Value,
}

impl Say {
    pub fn nothing() -> Self {
        Self::default()
    }
    pub fn opinion(text: impl Into<String>) -> Self {
        Self { opinion: Some(text.into()), ..Self::default() }
    }
    pub fn maybe(text: Option<&str>) -> Self {
        Self { opinion: text.map(str::to_owned), ..Self::default() }
    }
    pub fn reason(mut self, code: impl Into<String>) -> Self {
        self.reason = Some(code.into());
        self
    }
    pub fn with(mut self, fields: Value) -> Self {
        self.fields = fields;
        self
    }
}

/// A task about to be made.
pub(super) struct NewTask {
    pub org: OrgId,
    pub role: TaskRole,
    pub parent: Option<TaskId>,
    pub advice: Option<String>,
}

/// A decision in the making.
pub(super) struct Work<'a> {
    pub case: Case,
    pub by: &'a By,
    pub env: &'a Env<'a>,
    pub role: Option<Role>,
    flow: Vec<FlowEntry>,
    notices: Vec<Notice>,
    grants: Vec<Grant>,
    pub others: Vec<Decision>,
    pub rulings: Vec<Ruling>,
    due_before: Option<Ts>,
    /// Of every clock as it stood, where a superior's limit binds the order.
    dues_before: Vec<(ClockId, Ts)>,
}

impl<'a> Work<'a> {
    pub fn new(case: Case, by: &'a By, env: &'a Env<'a>, role: Option<Role>) -> Self {
        let due_before = case.order.due_at;
        let limited = case.order.origin.limit_at.or(case.order.merged_limit_at).is_some();
        let dues_before = case.clocks.iter().filter(|_| limited).map(|c| (c.id, c.due_at)).collect();
        let (flow, notices, grants) = (Vec::new(), Vec::new(), Vec::new());
        let (others, rulings) = (Vec::new(), Vec::new());
        Self { case, by, env, role, flow, notices, grants, others, rulings, due_before, dues_before }
    }

    pub fn now(&self) -> Ts {
        self.env.now
    }

    // ---- log ----

    fn write(&mut self, code: &str, action: &str, task: Option<TaskId>, from: &str, to: &str, say: Say) {
        let actor = match self.by {
            By::Person(a) => Some(a),
            By::System => None,
        };
        self.flow.push(FlowEntry {
            order_id: self.case.order.id,
            task_id: task,
            code: code.to_owned(),
            action: action.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            actor: actor.map(|a| a.user),
            actor_name: actor.map_or_else(|| "系统".to_owned(), |a| a.name.clone()),
            actor_role: self.role,
            actor_org: actor.map(|a| a.org),
            on_behalf_of: actor.and_then(|a| a.on_behalf_of),
            at: self.env.now,
            opinion: say.opinion,
            reason_code: say.reason,
            fields: say.fields,
            due_before: None,
            due_after: None,
        });
    }

    /// A step that leaves the order's state as it is.
    pub fn note(&mut self, code: &str, action: &str, task: Option<TaskId>, say: Say) {
        let state = self.case.order.state.code();
        self.write(code, action, task, state, state, say);
    }

    /// The order comes into being.
    pub fn create(&mut self, say: Say) {
        let to = self.case.order.state.code();
        self.write("W02", "register", None, "-", to, say);
    }

    /// Moves the order by a row of the table.
    pub fn step(&mut self, code: &str, say: Say) -> Result<(), Refusal> {
        let from = self.case.order.state;
        let to = order_step(code, from)?;
        let action = order_transition(code).map_or("", |t| t.action);
        self.write(code, action, None, from.code(), to.code(), say);
        self.case.order.state = to;
        self.case.order.claimed_by = None;
        self.case.order.claimed_until = None;
        Ok(())
    }

    /// Moves a task by a row of the table.
    pub fn task_step(&mut self, id: TaskId, code: &str, say: Say) -> Result<(), Refusal> {
        let from = self.task(id)?.state;
        let to = task_step(code, from)?;
        let action = task_transition(code).map_or("", |t| t.action);
        self.write(code, action, Some(id), from.code(), to.code(), say);
        let now = self.env.now;
        let task = self.task_mut(id)?;
        task.state = to;
        if to.is_terminal() {
            task.ended_at = Some(now);
        }
        Ok(())
    }

    // ---- tasks ----

    pub fn task(&self, id: TaskId) -> Result<&Task, Refusal> {
        self.case.task(id).ok_or_else(|| Refusal::not_found("任务"))
    }

    pub fn task_mut(&mut self, id: TaskId) -> Result<&mut Task, Refusal> {
        self.case.tasks.iter_mut().find(|t| t.id == id).ok_or_else(|| Refusal::not_found("任务"))
    }

    /// The lead task at work.
    pub fn lead(&self) -> Result<Task, Refusal> {
        self.case.lead_task().cloned().ok_or_else(|| Refusal::state("no_lead", "工单当前没有主办任务"))
    }

    pub fn add_task(&mut self, new: NewTask) -> TaskId {
        let id = self.env.id();
        let order = &self.case.order;
        self.case.tasks.push(Task {
            id,
            order_id: order.id,
            org: new.org,
            role: new.role,
            round: order.round,
            state: TaskState::Unsigned,
            version: 0,
            parent: new.parent,
            handler: None,
            advice: new.advice.clone(),
            dispatched_by: self.by.user(),
            dispatched_at: self.env.now,
            signed_at: None,
            submitted_at: None,
            ended_at: None,
            due_at: None,
            warn_at: None,
            supervise_due: None,
            claim_true: None,
            beyond_duty: None,
            result: None,
            unsolved_reason: None,
            handling_note: None,
            public_reply: None,
            legal_basis: None,
            gate: None,
            unit_opinion: None,
            evidence: None,
            defect: None,
            send_back_n: 0,
        });
        let (kind, role) = match new.role {
            TaskRole::Lead => (GrantKind::Lead, "lead"),
            TaskRole::Co => (GrantKind::Co, "co"),
            TaskRole::Child => (GrantKind::Child, "child"),
        };
        let fields = serde_json::json!({ "org": new.org, "role": role });
        self.write(
            "K01",
            "create",
            Some(id),
            "-",
            TaskState::Unsigned.code(),
            Say::maybe(new.advice.as_deref()).with(fields),
        );
        self.grant(new.org, kind);
        id
    }

    /// Ends a task together with its clocks, waiting requests and the tasks that work for it.
    pub fn void_task(&mut self, id: TaskId, say: &Say) -> Result<(), Refusal> {
        self.task_step(id, "K16", say.clone())?;
        self.clear_task(id);
        self.void_dependents(id, say)
    }

    pub fn void_dependents(&mut self, id: TaskId, say: &Say) -> Result<(), Refusal> {
        let under: Vec<_> = self.case.active_tasks().filter(|t| t.parent == Some(id)).map(|t| t.id).collect();
        for child in under {
            // A grandchild may have gone with its own parent in this very loop.
            if !self.task(child)?.state.is_terminal() {
                self.void_task(child, say)?;
            }
        }
        Ok(())
    }

    /// Voids the clocks and cancels the requests of a task that has ended.
    pub fn clear_task(&mut self, id: TaskId) {
        let env = self.env;
        for clock in self.case.clocks.iter_mut().filter(|c| c.task_id == Some(id)) {
            clock.void(env);
        }
        self.cancel_requests(|_, task| task == Some(id));
    }

    // ---- supervision ----

    pub fn supervision(&self, id: SupervisionId) -> Result<&Supervision, Refusal> {
        self.case.supervision(id).ok_or_else(|| Refusal::not_found("督办"))
    }

    pub fn supervision_mut(&mut self, id: SupervisionId) -> Result<&mut Supervision, Refusal> {
        self.case.supervisions.iter_mut().find(|s| s.id == id).ok_or_else(|| Refusal::not_found("督办"))
    }

    // ---- clocks ----

    pub fn start_clock(&mut self, kind: ClockKind, task: Option<TaskId>, term: Term) -> Ts {
        let owner = Owner { order: self.case.order.id, task, round: self.case.order.round };
        let clock = Clock::start(kind, owner, term, self.env);
        let due = clock.due_at;
        self.case.clocks.push(clock);
        due
    }

    /// Stops the open clocks of a kind; of one task when `task` is given.
    pub fn stop_clock(&mut self, kind: ClockKind, task: Option<TaskId>, judged_at: Ts) {
        let env = self.env;
        let limit = super::sla::limit(&self.case.order, env).filter(|_| kind.is_handling());
        for clock in self.case.clocks.iter_mut().filter(|c| c.kind == kind && (task.is_none() || c.task_id == task)) {
            let due = clock.due_at;
            // A pause is over before it is judged, and did not move a superior's limit.
            if let Some(limit) = limit.filter(|_| clock.resume(env).is_ok()) {
                clock.cap(limit.max(due), env);
            }
            clock.stop(judged_at, env);
        }
    }

    /// Whatever moved a deadline in this decision — a pause, a hold, an extension — did not move a superior's limit.
    pub fn keep_limit(&mut self) {
        let env = self.env;
        let Some(limit) = super::sla::limit(&self.case.order, env) else { return };
        for clock in self.case.clocks.iter_mut().filter(|c| c.kind.is_handling()) {
            let stood = self.dues_before.iter().find(|(id, _)| *id == clock.id);
            if let Some((_, due)) = stood {
                clock.cap(limit.max(*due), env);
            }
        }
    }

    pub fn void_clock(&mut self, kind: ClockKind) {
        let env = self.env;
        for clock in self.case.clocks.iter_mut().filter(|c| c.kind == kind) {
            clock.void(env);
        }
    }

    // ---- requests ----

    /// Cancels waiting requests: what they asked for no longer makes sense.
    pub fn cancel_requests(&mut self, which: impl Fn(RequestKind, Option<TaskId>) -> bool) {
        let env = self.env;
        for request in &mut self.case.requests {
            if request.state != RequestState::Pending || !which(request.kind, request.task_id) {
                continue;
            }
            request.state = RequestState::Cancelled;
            request.awaiting = None;
            request.escalate_at = None;
            request.decided_at = Some(env.now);
            let kind = match request.kind {
                RequestKind::Return => ClockKind::ReturnDecide,
                RequestKind::Extension => ClockKind::ExtDecide,
                _ => continue,
            };
            for clock in self.case.clocks.iter_mut().filter(|c| c.kind == kind && c.task_id == request.task_id) {
                clock.void(env);
            }
        }
    }

    // ---- ends ----

    /// After a step into an end state: no task stays active, no clock open, no request waiting (what is asked of
    /// the assessment or of the record, and what lies before a leader, outlive the order).
    pub fn end(&mut self) -> Result<(), Refusal> {
        let say = Say::nothing();
        let active: Vec<_> = self.case.active_tasks().map(|t| t.id).collect();
        for id in active {
            if !self.task(id)?.state.is_terminal() {
                self.void_task(id, &say)?;
            }
        }
        super::supervise::end_with_order(self)?;
        let env = self.env;
        for clock in &mut self.case.clocks {
            clock.void(env);
        }
        self.cancel_requests(|kind, _| {
            !matches!(
                kind,
                RequestKind::Exempt | RequestKind::Contest | RequestKind::Correction | RequestKind::ReportUp
            )
        });
        self.case.order.closed_at = Some(self.env.now);
        self.case.order.tracking_until = None;
        Ok(())
    }

    // ---- notices and grants ----

    pub fn grant(&mut self, org: OrgId, kind: GrantKind) {
        let grant = Grant { org, kind };
        if !self.grants.contains(&grant) {
            self.grants.push(grant);
        }
    }

    pub fn tell(&mut self, template: &str, recipient: Recipient, more: &[(&str, String)]) {
        let order = &self.case.order;
        let mut vars = BTreeMap::from([
            ("no".to_owned(), order.case_no.clone()),
            ("type".to_owned(), order.demand_type.cn().to_owned()),
            ("urg".to_owned(), order.urgency.cn().to_owned()),
        ]);
        if let Some(due) = self.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at) {
            vars.insert("due".to_owned(), due.format_cn());
        }
        vars.extend(more.iter().map(|(k, v)| ((*k).to_owned(), v.clone())));
        self.notices.push(Notice { template: template.to_owned(), recipient, vars });
    }

    /// A message to the citizen, unless there is nobody to write to. Nothing of the matter itself is named when the
    /// order is a report or confidential.
    pub fn tell_citizen(&mut self, template: &str, more: &[(&str, String)]) {
        if self.case.order.anonymous {
            return;
        }
        self.tell(template, Recipient::Citizen, more);
    }

    /// To the duty desk of every organisation with an active task.
    pub fn tell_units(&mut self, template: &str, more: &[(&str, String)]) {
        let mut orgs: Vec<_> = self.case.active_tasks().map(|t| t.org).collect();
        orgs.sort();
        orgs.dedup();
        for org in orgs {
            self.tell(template, Recipient::OrgDuty { org }, more);
        }
    }

    // ---- finish ----

    /// Brings the copied due moments in line with their clocks and hands the decision over.
    pub fn finish(mut self) -> Decision {
        self.keep_limit();
        let order_clock = self.case.open_clocks(ClockKind::Order).next().map(|c| (c.due_at, c.warn_at));
        if let Some((due, warn)) = order_clock {
            self.case.order.due_at = Some(due);
            self.case.order.warn_at = Some(warn);
        }
        for task in &mut self.case.tasks {
            let own = self.case.clocks.iter().rev().find(|c| c.kind.is_task_own() && c.task_id == Some(task.id));
            if let Some(clock) = own {
                task.due_at = Some(clock.due_at);
                task.warn_at = Some(clock.warn_at);
            }
            let unanswered = self.case.supervisions.iter().filter(|s| s.task_id == Some(task.id));
            let unanswered = unanswered.filter(|s| s.state.is_unanswered() && !task.state.is_terminal());
            task.supervise_due = unanswered.filter_map(|s| s.due_at).min();
        }
        self.case.order.updated_at = self.env.now;
        let after = self.case.order.due_at;
        for entry in &mut self.flow {
            entry.due_before = self.due_before;
            entry.due_after = after;
        }
        Decision {
            case: self.case,
            flow: self.flow,
            notices: self.notices,
            grants: self.grants,
            others: self.others,
            rulings: self.rulings,
        }
    }

    pub fn state(&self) -> OrderState {
        self.case.order.state
    }
}
