//! Who may take which step now: one check, used both to decide and to draw the buttons.

use kernel::{OrgId, Refusal};

use super::{
    callback::rates_at_once,
    joint,
    rules::{On, Rule},
    supervise::answers_for,
};
use crate::{
    authority::{Actor, Role},
    case::Case,
    directory::OrgKind,
    env::{By, Env},
    order::table::order_state_refusal,
    request::Request,
    supervision::{SUPERVISE_STEPS, Supervision},
    task::Task,
    task_table::task_state_refusal,
};

/// Everything a guard may look at; the command's fields are not among it.
#[derive(Clone, Copy)]
pub(super) struct Scene<'a> {
    pub case: &'a Case,
    pub by: &'a By,
    pub env: &'a Env<'a>,
    /// The task the step is about; of a lead step the lead task at work, else the last one.
    pub task: Option<&'a Task>,
    pub request: Option<&'a Request>,
    pub supervision: Option<&'a Supervision>,
}

/// What the gate says.
pub(super) enum Verdict {
    /// Not this person's business, or not this moment's: no button.
    Hidden(Refusal),
    /// A button, but grey.
    Barred(Refusal),
    /// Go on, acting as this role.
    Open(Option<Role>),
}

impl<'a> Scene<'a> {
    pub fn new(case: &'a Case, by: &'a By, env: &'a Env<'a>) -> Self {
        Self { case, by, env, task: None, request: None, supervision: None }
    }

    /// With the task a step `on` the lead is about.
    pub fn with_lead(self) -> Self {
        let last = || self.case.tasks.iter().rev().find(|t| t.role == crate::task::TaskRole::Lead);
        Self { task: self.case.lead_task().or_else(last), ..self }
    }

    /// About one round of supervision; its task says whose desk it lies on.
    pub fn with_supervision(self, round: &'a Supervision) -> Self {
        Self { supervision: Some(round), task: round.task_id.and_then(|id| self.case.task(id)), ..self }
    }

    /// The actor holds the role in an organisation where it counts, or the system acts.
    pub fn may_as(&self, role: Role) -> bool {
        match self.by {
            By::System => true,
            By::Person(a) => a.has(role) && self.stands(a, role),
        }
    }

    /// Centre roles count at the centre (call and callback work also at a contractor), petition roles at a petition
    /// office, unit roles where the task lies.
    fn stands(&self, actor: &Actor, role: Role) -> bool {
        let kind = self.env.directory.org(actor.org).map(|o| o.kind);
        match role {
            Role::Agent | Role::ExpertSeat | Role::Callback => {
                matches!(kind, Some(OrgKind::Center | OrgKind::Outsourced))
            }
            Role::TeamLeader | Role::Dispatcher | Role::Auditor | Role::ReplyAgent | Role::Supervisor => {
                kind == Some(OrgKind::Center)
            }
            Role::PetReg | Role::PetRouter | Role::PetArchivist => {
                matches!(kind, Some(OrgKind::PetitionOffice | OrgKind::Center))
            }
            Role::UnitAdmin | Role::UnitLeader => {
                self.subject_org().is_some_and(|org| self.env.directory.is_within(org, actor.org))
            }
            Role::Handler => self.subject_org() == Some(actor.org) && self.own_task(actor),
            _ => true,
        }
    }

    fn subject_org(&self) -> Option<OrgId> {
        let round = || self.supervision.and_then(|s| s.org);
        self.request.map(|r| r.applied_org).or_else(round).or_else(|| self.task.map(|t| t.org))
    }

    fn own_task(&self, actor: &Actor) -> bool {
        let handler = self.task.and_then(|t| t.handler);
        handler.is_none() || handler == Some(actor.user) || handler == actor.on_behalf_of
    }

    /// The role under which the actor may take the step.
    fn role_for(&self, rule: &Rule) -> Result<Option<Role>, Refusal> {
        let By::Person(actor) = self.by else { return Ok(None) };
        let Some(permission) = rule.permission() else {
            return Err(Refusal::forbidden(format!("“{}”没有对应的权限，请联系系统管理员", rule.label)));
        };
        crate::authority::require(self.by, permission)?;
        if let Some(request) = self.request {
            return self.role_awaited(request);
        }
        let held = permission.roles().iter().copied().find(|r| actor.has(*r) && self.stands(actor, *r));
        held.map(Some).ok_or_else(|| {
            Refusal::forbidden("该任务不属于您的单位或未分派给您，不能办理；如需代办，请联系本单位管理员重新分派")
        })
    }

    /// Quick look before [`Scene::verdict`]: the state fits and the actor holds some role for it. When not, the verdict
    /// is hidden.
    pub fn conceivable(&self, rule: &Rule) -> bool {
        let held = match self.by {
            By::System => true,
            By::Person(actor) => rule.permission().is_some_and(|p| actor.has_any(p.roles())),
        };
        held && self.fits(rule)
    }

    /// The order stands where the step begins. A citizen may also rate what was answered at once, without a callback.
    fn fits(&self, rule: &Rule) -> bool {
        let late = rule.action == "callback" && self.by.user().is_none() && rates_at_once(self.case);
        late || rule.order.contains(&self.case.order.state)
    }

    /// A waiting request is decided by the role it waits for, and by nobody else.
    fn role_awaited(&self, request: &Request) -> Result<Option<Role>, Refusal> {
        let role = request.awaiting.ok_or_else(|| Refusal::state("decided", "该申请已有结论，不需要再审批"))?;
        if self.may_as(role) {
            return Ok(Some(role));
        }
        Err(Refusal::forbidden(format!("该申请正等待“{}”审批，您不能代为审批", role.cn())))
    }

    fn recused(&self) -> Result<(), Refusal> {
        let By::Person(actor) = self.by else { return Ok(()) };
        let order = &self.case.order;
        let involved = order.accused_org.into_iter().chain(self.case.active_tasks().map(|t| t.org));
        for org in involved {
            if actor.recused_orgs.iter().any(|r| self.env.directory.is_within(org, *r)) {
                let name = self.env.directory.org_name(org);
                return Err(Refusal::forbidden(format!("您已登记与“{name}”有关事项回避，不能办理该工单，请转交他人")));
            }
        }
        Ok(())
    }

    fn state(&self, rule: &Rule) -> Result<(), Refusal> {
        let is = self.case.order.state;
        if !self.fits(rule) {
            return Err(order_state_refusal(rule.label, rule.order, is));
        }
        if rule.action == "leave" && self.case.order.joint_lead.is_none() {
            return Err(Refusal::state("not_joint", "工单没有并案，无需移出"));
        }
        if let Some(round) = self.supervision {
            return self.round(rule, round);
        }
        let Some(task) = self.task.filter(|_| !rule.task.is_empty()) else { return Ok(()) };
        if !rule.roles.contains(&task.role) {
            return Err(Refusal::state("task_role", format!("{}任务不能{}", task.role.cn(), rule.label)));
        }
        if !rule.task.contains(&task.state) {
            return Err(task_state_refusal(rule.label, rule.task, task.state));
        }
        Ok(())
    }

    /// The round stands where the step begins, and is this person's to judge.
    fn round(&self, rule: &Rule, round: &Supervision) -> Result<(), Refusal> {
        let fits = SUPERVISE_STEPS.iter().any(|s| s.action == rule.action && s.from.contains(&round.state));
        if !fits {
            let is = round.state.cn();
            return Err(Refusal::state("supervision_state", format!("该轮督办当前为“{is}”，不能{}", rule.label)));
        }
        let judges = matches!(rule.action, "supervise_evaluate" | "supervise_revoke");
        if judges && !answers_for(round, self.by.user(), self.may_as(Role::Supervisor)) {
            return Err(Refusal::forbidden("督办由发起人评价或撤销，您不是该轮督办的发起人"));
        }
        Ok(())
    }

    /// The whole check but for the command's own fields.
    pub fn verdict(&self, rule: &Rule) -> Verdict {
        if matches!(rule.on, On::Lead) && self.task.is_none() {
            return Verdict::Hidden(Refusal::state("no_lead", "工单尚未派单，没有主办任务"));
        }
        let role = match self.role_for(rule) {
            Ok(role) => role,
            Err(refusal) => return Verdict::Hidden(refusal),
        };
        if let Err(refusal) = self.state(rule) {
            return Verdict::Hidden(refusal);
        }
        let in_event = || joint::barred(self, rule.action);
        if let Err(refusal) = self.recused().and_then(|()| in_event()).and_then(|()| (rule.guard)(self)) {
            return Verdict::Barred(refusal);
        }
        Verdict::Open(role)
    }
}
