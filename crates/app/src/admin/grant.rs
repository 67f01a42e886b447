//! 角色与授权 (三员分立): asked for by a security administrator, decided by a second one or by the audit administrator.

use std::collections::{BTreeMap, BTreeSet};

use domain::authority::{Permission, Role, check_grant, check_together, permissions};
use domain::directory::OrgKind;
use kernel::{AppointmentId, Refusal, UserId};
use store::appointment::Appointment;
use store::role_grant::{GrantState, RoleGrant};
use uuid::Uuid;

use super::user::coded;
use super::{require, require_any, seal, user_ref};
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{Coded, GrantForm, GrantView, RoleView};
use crate::world::World;
use crate::{Error, Result};

/// At most so many grants are shown, the waiting ones first.
const SHOWN: u32 = 500;

/// Every role with what it may do and whom it excludes.
pub async fn role_list(app: &App, ctx: &Ctx) -> Result<Vec<RoleView>> {
    require_any(ctx, &[Permission::AdminRole, Permission::AdminUser, Permission::AuditRead])?;
    let mut holders: BTreeMap<Role, BTreeSet<UserId>> = BTreeMap::new();
    for a in store::appointment::list_all(&app.store.db).await? {
        for role in a.roles.iter().filter(|_| a.is_valid(ctx.now)) {
            holders.entry(*role).or_default().insert(a.user);
        }
    }
    let view = |role: Role| {
        let may = permissions(&BTreeSet::from([role]));
        RoleView {
            code: role.code().to_owned(),
            cn: role.cn().to_owned(),
            permissions: may.iter().map(|p| Coded { code: p.code().to_owned(), cn: p.cn().to_owned() }).collect(),
            exclusive_with: excluded(role),
            users: holders.get(&role).map_or(0, |h| i64::try_from(h.len()).unwrap_or(i64::MAX)),
        }
    };
    Ok(Role::ALL.iter().copied().map(view).collect())
}

fn excluded(role: Role) -> Vec<String> {
    let clash =
        |other: &&Role| **other != role && check_grant(&BTreeSet::from([role, **other]), OrgKind::Center).is_err();
    Role::ALL.iter().filter(clash).map(|r| r.code().to_owned()).collect()
}

/// Grants waiting and past.
pub async fn grant_list(app: &App, ctx: &Ctx) -> Result<Vec<GrantView>> {
    require_any(ctx, &[Permission::AdminRole, Permission::AuditRead])?;
    let world = app.fresh_world().await?;
    let db = &app.store.db;
    let grants = store::role_grant::list_role_grants(db, SHOWN).await?;
    let all = store::appointment::list_all(db).await?;
    let by_id: BTreeMap<AppointmentId, &Appointment> = all.iter().map(|a| (a.id, a)).collect();
    Ok(grants.iter().filter_map(|g| Some(view(g, by_id.get(&g.appointment)?, &world))).collect())
}

/// Asks for the roles an appointment shall have; they replace the present ones once approved.
pub async fn grant_request(app: &App, ctx: &Ctx, form: GrantForm) -> Result<GrantView> {
    require(ctx, Permission::AdminRole)?;
    let world = app.fresh_world().await?;
    let requester = ctx.actor()?.user;
    let grant = RoleGrant {
        id: app.mint.uuid(ctx.now),
        appointment: form.appointment,
        roles: form.roles.iter().copied().collect(),
        state: GrantState::Pending,
        requested_by: requester,
        requested_at: ctx.now,
        decided_by: None,
        decided_at: None,
    };
    let held: Result<Appointment> = db::with_retry!(app.store.db, async |tx| {
        let held = appointment(tx, form.appointment).await?;
        if held.user == requester {
            return Err(Refusal::forbidden("不得为本人授权，请由其他安全管理员提出").into());
        }
        if store::role_grant::has_pending(&mut *tx, held.id).await? {
            let message = "该任职已有授权申请待审批，请等待审批结果";
            return Err(Refusal::state("pending", message).into());
        }
        allowed(tx, ctx, &world, &held, &grant.roles).await?;
        store::role_grant::insert_role_grant(tx, &grant).await?;
        let entry = Entry::new("admin", "grant.request", "appointment", held.id).with(detail(&grant, &held));
        seal(tx, app, ctx, entry, &[]).await?;
        Ok(held)
    });
    let held = held?;
    Ok(view(&grant, &held, &world))
}

/// The second person's word: not the requester's, and not for the own appointment.
pub async fn grant_decide(app: &App, ctx: &Ctx, id: Uuid, approve: bool) -> Result<GrantView> {
    ctx.require_ready()?;
    let actor = ctx.actor()?.clone();
    if !actor.has_any(&[Role::Secadmin, Role::Auditadmin]) {
        return Err(Refusal::forbidden("授权申请只能由另一名安全管理员或审计管理员审批").into());
    }
    let world = app.fresh_world().await?;
    let done: Result<(RoleGrant, Appointment)> = db::with_retry!(app.store.db, async |tx| {
        let Some(grant) = store::role_grant::load_role_grant_for_change(tx, id).await? else {
            return Err(Refusal::not_found("授权申请").into());
        };
        let held = appointment(tx, grant.appointment).await?;
        may_decide(&grant, &held, actor.user)?;
        let held = if approve { give(tx, ctx, &world, held, &grant).await? } else { held };
        let state = if approve { GrantState::Approved } else { GrantState::Refused };
        if !store::role_grant::decide_role_grant(tx, id, state, actor.user, ctx.now).await? {
            return Err(Refusal::stale().into());
        }
        let grant = RoleGrant { state, decided_by: Some(actor.user), decided_at: Some(ctx.now), ..grant };
        let action = if approve { "grant.approve" } else { "grant.refuse" };
        let entry = Entry::new("admin", action, "appointment", held.id).with(detail(&grant, &held));
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await?;
        Ok((grant, held))
    });
    let (grant, held) = done?;
    let world = app.refresh().await?;
    Ok(view(&grant, &held, &world))
}

fn may_decide(grant: &RoleGrant, held: &Appointment, decider: UserId) -> Result<()> {
    if grant.state != GrantState::Pending {
        return Err(Refusal::state("decided", "该授权申请已有结论，不需要再审批").into());
    }
    if grant.requested_by == decider {
        return Err(Refusal::forbidden("不能审批本人提出的授权申请，须由另一名安全管理员或审计管理员审批").into());
    }
    if held.user == decider {
        return Err(Refusal::forbidden("不能审批对本人的授权，请由其他管理员审批").into());
    }
    Ok(())
}

/// The roles become those of the grant, if the rules still allow it.
async fn give(tx: &mut db::Tx, ctx: &Ctx, world: &World, held: Appointment, grant: &RoleGrant) -> Result<Appointment> {
    allowed(tx, ctx, world, &held, &grant.roles).await?;
    let new = Appointment { roles: grant.roles.clone(), ..held };
    if !store::appointment::save_appointment(tx, &new).await? {
        return Err(Refusal::stale().into());
    }
    Ok(new)
}

async fn appointment(tx: &mut db::Tx, id: AppointmentId) -> Result<Appointment> {
    let held = store::appointment::load_appointment(&mut *tx, id).await?;
    held.ok_or_else(|| Refusal::not_found("任职").into())
}

/// Roles fit the kind of organisation, each other, and what the person holds elsewhere.
async fn allowed(tx: &mut db::Tx, ctx: &Ctx, world: &World, held: &Appointment, roles: &BTreeSet<Role>) -> Result<()> {
    let kind = world.directory.org(held.org).map(|o| o.kind);
    let kind = kind.ok_or_else(|| Error::broken(format_args!("appointment {} has no organisation", held.id)))?;
    check_grant(roles, kind)?;
    let others = store::appointment::list_of_user(&mut *tx, held.user).await?;
    let others = others.into_iter().filter(|a| a.id != held.id && a.valid_to.is_none_or(|to| to > ctx.now));
    let all: Vec<BTreeSet<Role>> = others.map(|a| a.roles).chain([roles.clone()]).collect();
    Ok(check_together(&all)?)
}

fn detail(grant: &RoleGrant, held: &Appointment) -> serde_json::Value {
    serde_json::json!({ "grant": grant.id, "user": held.user, "org": held.org, "roles": grant.roles })
}

fn view(g: &RoleGrant, held: &Appointment, world: &World) -> GrantView {
    GrantView {
        id: g.id,
        appointment: g.appointment,
        user: user_ref(world, held.user),
        org: world.org(held.org),
        roles: g.roles.iter().map(|r| coded(*r)).collect(),
        state: g.state.code().to_owned(),
        requested_by: user_ref(world, g.requested_by),
        requested_at: g.requested_at,
        decided_by: g.decided_by.map(|id| user_ref(world, id)),
        decided_at: g.decided_at,
    }
}
