//! 权限: who may do what, and to which orders (§6).

pub mod grant;
pub mod mask;
mod matrix;
mod permission;
pub mod scope;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use kernel::{AppointmentId, OrgId, UserId};
use serde::{Deserialize, Serialize};

pub use grant::{check_grant, check_together, is_admin};
pub use mask::{Masks, mask_origin, mask_requester, masks, may_reveal};
pub use permission::{Permission, permissions, permits, permits_action, require, require_action};
pub use scope::{OrderFacts, Reach, ScopeFilter, Sealed, scope_filter, visible};

coded! {
    /// 角色 (§6.2).
    Role {
        Agent = "agent", "话务员";
        ExpertSeat = "expert_seat", "专家座席";
        TeamLeader = "team_leader", "班长";
        Dispatcher = "dispatcher", "派单员";
        Auditor = "auditor", "审核员";
        ReplyAgent = "reply_agent", "回复员";
        Callback = "callback", "回访员";
        Supervisor = "supervisor", "督办员";
        Qc = "qc", "质检员";
        KbEditor = "kb_editor", "知识编辑";
        KbAuditor = "kb_auditor", "知识审核";
        Stat = "stat", "统计分析员";
        UnitAdmin = "unit_admin", "单位管理员";
        Handler = "handler", "经办人";
        UnitLeader = "unit_leader", "分管领导";
        Leader = "leader", "市领导";
        PetReg = "pet_reg", "信访登记员";
        PetRouter = "pet_router", "信访分流员";
        PetChief = "pet_chief", "信访科长";
        PetArchivist = "pet_archivist", "信访档案员";
        ReviewOfficer = "review_officer", "复查复核员";
        ReviewChief = "review_chief", "复查复核负责人";
        Mediator = "mediator", "调解员";
        ESupervisor = "e_supervisor", "电子监察员";
        Discipline = "discipline", "纪检专员";
        Sysadmin = "sysadmin", "系统管理员";
        Secadmin = "secadmin", "安全管理员";
        Auditadmin = "auditadmin", "审计管理员";
    }
}

coded! {
    /// 数据范围 (§6.3).
    Scope {
        Own = "self", "本人";
        Org = "org", "本单位";
        OrgSubtree = "org_subtree", "本单位及下级";
        RegionSubtree = "region_subtree", "本辖区";
        All = "all", "全部";
    }
}

/// A signed-in person in one appointment (任职): the only identity a rule ever sees.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Actor {
    pub user: UserId,
    pub appointment: AppointmentId,
    pub name: String,
    pub org: OrgId,
    pub roles: BTreeSet<Role>,
    pub scope: Scope,
    /// 代办: for whom this person acts, within the dates of the delegation.
    pub on_behalf_of: Option<UserId>,
    /// 回避: organisations this person must not handle matters of.
    pub recused_orgs: Vec<OrgId>,
}

impl Actor {
    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
    #[must_use]
    pub fn has_any(&self, roles: &[Role]) -> bool {
        roles.iter().any(|r| self.roles.contains(r))
    }
}
