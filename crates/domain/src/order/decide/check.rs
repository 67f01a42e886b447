//! Collecting what is wrong with a command's fields, all at once.

use kernel::{FieldError, OrgId, Refusal, Ts};

use crate::{
    directory::{OrgKind, OrgLevel},
    env::Env,
    order::{Confidentiality, DemandType, Order},
};

/// A list of complaints in the making.
#[derive(Default)]
pub(super) struct Check(Vec<FieldError>);

impl Check {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(mut self, field: &str, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        self.0.push(FieldError::new(field, message).with_remedy(remedy));
        self
    }

    /// Complains when `bad`.
    pub fn when(self, bad: bool, field: &str, message: &str, remedy: &str) -> Self {
        if bad { self.add(field, message, remedy) } else { self }
    }

    /// A text that must be there, counted in characters without the white space around it.
    pub fn text(self, field: &str, name: &str, value: &str, least: usize, most: usize) -> Self {
        let n = value.trim().chars().count();
        if n == 0 && least > 0 {
            return self.add(field, format!("请填写{name}"), format!("{name}为必填项，{least}至{most}字"));
        }
        if n < least {
            return self.add(field, format!("{name}过短，现有{n}字"), format!("请至少填写{least}字"));
        }
        if n > most {
            return self.add(field, format!("{name}过长，现有{n}字"), format!("请精简到{most}字以内"));
        }
        self
    }

    pub fn maybe(self, field: &str, name: &str, value: Option<&str>, most: usize) -> Self {
        match value {
            Some(text) => self.text(field, name, text, 0, most),
            None => self,
        }
    }

    pub fn future(self, field: &str, name: &str, at: Option<Ts>, env: &Env) -> Self {
        let bad = at.is_some_and(|t| t <= env.now);
        if bad { self.add(field, format!("{name}须晚于当前时间"), "请选择将来的时间") } else { self }
    }

    pub fn result(self, result: Result<(), FieldError>) -> Self {
        match result {
            Ok(()) => self,
            Err(e) => Self([self.0, vec![e]].concat()),
        }
    }

    pub fn list(self) -> Vec<FieldError> {
        self.0
    }

    pub fn done(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::fields(self.0)) }
    }
}

/// The organisation exists and may be given work.
pub(super) fn known_org(field: &str, org: OrgId, env: &Env) -> Result<(), FieldError> {
    match env.directory.org(org) {
        None => Err(FieldError::new(field, "所选单位不存在").with_remedy("请从单位列表中重新选择")),
        Some(o) if o.merged_into.is_some() || !o.active => {
            let heir = o.merged_into.map(|id| env.directory.org_name(id).to_owned());
            let remedy = heir.map_or_else(|| "请选择其他单位".to_owned(), |name| format!("请改选承继单位“{name}”"));
            Err(FieldError::new(field, format!("“{}”已停用，不能接收工单", o.name)).with_remedy(remedy))
        }
        Some(_) => Ok(()),
    }
}

/// The organisation may work on this order: active, not the one reported against, and on a level that has the duty.
pub(super) fn may_handle(field: &str, org: OrgId, order: &Order, env: &Env) -> Result<(), FieldError> {
    known_org(field, org, env)?;
    if accused(order, org, env) {
        return Err(FieldError::new(
            field,
            format!("“{}”是被反映单位或其下级，依法应当回避", env.directory.org_name(org)),
        )
        .with_remedy("请派给被反映单位的上级机关或有权处理的其他单位"));
    }
    let town = env.directory.org(org).is_some_and(|o| matches!(o.level, OrgLevel::Town | OrgLevel::Village));
    if town && env.params.flag("dispatch.forbid_town") && crate::routing::dept_duty_only(&order.category, env.directory)
    {
        return Err(FieldError::new(field, "该类事项属职能部门法定职责，不得派给乡镇街道、村社区")
            .with_remedy("请派给负有该项职责的职能部门"));
    }
    Ok(())
}

/// The accused organisation and all below it never handle a report against it, nor a complaint whose author asked for
/// secrecy. An ordinary complaint goes to whom it concerns.
pub(super) fn accused(order: &Order, org: OrgId, env: &Env) -> bool {
    let secret = order.confidentiality != Confidentiality::None;
    let bars = order.demand_type == DemandType::Report || (order.demand_type == DemandType::Complaint && secret);
    bars && order.accused_org.is_some_and(|a| env.directory.is_within(org, a))
}

/// A member of a handling organisation: judges in their own cause.
pub(super) fn of_handling_org(actor_org: OrgId, orgs: impl Iterator<Item = OrgId>, env: &Env) -> bool {
    orgs.into_iter().any(|org| {
        let umbrella = env.directory.org(org).is_some_and(|o| o.kind == OrgKind::Government);
        actor_org == org || (!umbrella && env.directory.is_within(actor_org, org))
    })
}
