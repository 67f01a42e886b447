//! 授权规则: which roles one person may hold together, and where (三员分立 §6.2, F22).

use std::collections::BTreeSet;

use kernel::Refusal;

use super::Role;
use crate::directory::OrgKind;

/// 三员: never together, never with business.
pub const ADMINS: &[Role] = &[Role::Sysadmin, Role::Secadmin, Role::Auditadmin];

/// What an outsourced company's people may be: they take calls, call back, check call quality and run machines.
/// Handling demands must not be outsourced (国办发〔2020〕53号, F22).
pub const OUTSOURCED: &[Role] = &[Role::Agent, Role::Callback, Role::Qc, Role::Sysadmin];

/// What goes with the electronic monitor, who watches business and so does none.
const WITH_MONITOR: &[Role] = &[Role::ESupervisor, Role::Discipline, Role::Stat];

/// One of the three administrators.
#[must_use]
pub fn is_admin(roles: &BTreeSet<Role>) -> bool {
    ADMINS.iter().any(|r| roles.contains(r))
}

/// Refuses a set of roles that one appointment in an organisation of this kind must not hold.
pub fn check_grant(roles: &BTreeSet<Role>, org_kind: OrgKind) -> Result<(), Refusal> {
    let no = |message: String| Err(Refusal::invalid("roles", message));
    if roles.is_empty() {
        return no("角色不能为空，请至少选择一个角色".to_owned());
    }
    let admins: Vec<Role> = ADMINS.iter().copied().filter(|r| roles.contains(r)).collect();
    if let [first, second, ..] = admins[..] {
        return no(format!("“{}”与“{}”不得由同一人担任，请只保留一个角色", first.cn(), second.cn()));
    }
    if let ([admin], Some(business)) = (&admins[..], roles.iter().find(|r| !ADMINS.contains(r))) {
        return no(format!("“{}”不得兼任业务角色“{}”，请分别授予不同人员", admin.cn(), business.cn()));
    }
    if roles.contains(&Role::ESupervisor)
        && let Some(other) = roles.iter().find(|r| !WITH_MONITOR.contains(r))
    {
        return no(format!("“电子监察员”不得兼任业务角色“{}”，请分别授予不同人员", other.cn()));
    }
    if org_kind == OrgKind::Outsourced
        && let Some(role) = roles.iter().find(|r| !OUTSOURCED.contains(r))
    {
        let names: Vec<&str> = OUTSOURCED.iter().map(|r| r.cn()).collect();
        return no(format!("外包服务机构的人员不得担任“{}”，只能担任：{}", role.cn(), names.join("、")));
    }
    Ok(())
}

/// Refuses two appointments of one person whose roles must not meet: holding them by turns is holding them together.
pub fn check_together(all: &[BTreeSet<Role>]) -> Result<(), Refusal> {
    let union: BTreeSet<Role> = all.iter().flatten().copied().collect();
    if union.is_empty() {
        return Ok(());
    }
    check_grant(&union, OrgKind::Center)
}
