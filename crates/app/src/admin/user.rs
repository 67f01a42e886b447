//! 用户与任职: set up by the system administrator, who gives no roles; unlocked by the security administrator.

use std::collections::{BTreeMap, BTreeSet};

use domain::authority::{Permission, Role, grant::ADMINS, is_admin};
use kernel::{AppointmentId, Cursor, FieldError, Page, Phone, Refusal, Secret, UserId, mask_phone};
use store::appointment::Appointment;
use store::staff::Staff;

use super::{Check, code, immutable, require, require_any, seal, trimmed};
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{
    AppointmentForm, Coded, Listing, OneTimePassword, UserAppointment, UserCreated, UserForm, UserQuery, UserView,
};
use crate::world::World;
use crate::{Result, password};

/// Users by login, with their appointments.
pub async fn user_list(app: &App, ctx: &Ctx, query: &UserQuery) -> Result<Listing<UserView>> {
    require_any(ctx, &[Permission::AdminUser, Permission::AdminRole, Permission::SessionUnlock])?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let world = app.fresh_world().await?;
    let (db, vault) = (&app.store.db, &app.store.vault);
    let mut people = store::staff::list_staff(db, vault, query.org).await?;
    if let Some(q) = trimmed(query.q.as_deref()) {
        people.retain(|s| s.login.contains(&q.to_lowercase()) || s.name.contains(&q));
    }
    let total = i64::try_from(people.len()).unwrap_or(i64::MAX);
    if let Some(after) = page.after.as_ref().and_then(Cursor::as_text) {
        people.retain(|s| s.login.as_str() > after);
    }
    let more = people.len() > usize::from(page.limit);
    people.truncate(usize::from(page.limit));
    let next = people.last().filter(|_| more).map(|s| Cursor::text(s.login.as_str(), s.id.uuid()).encode());
    let mut held: BTreeMap<UserId, Vec<Appointment>> = BTreeMap::new();
    for a in store::appointment::list_all(db).await? {
        held.entry(a.user).or_default().push(a);
    }
    let items = people.iter().map(|s| view(s, held.get(&s.id).map_or(&[], Vec::as_slice), &world)).collect();
    Ok(Listing { items, next, total: Some(total), total_capped: None })
}

/// Adds a user without any appointment; the first password is shown once.
pub async fn user_create(app: &App, ctx: &Ctx, form: UserForm) -> Result<UserCreated> {
    require(ctx, Permission::AdminUser)?;
    let login = form.login.as_deref().unwrap_or_default().trim().to_lowercase();
    let check = code(Check::default(), "login", "登录名", &login, 32);
    let short = (1..3).contains(&login.len());
    let check = check.when(short, "login", "登录名至少3位", "请使用姓名拼音或工号");
    facts(check, &form).done()?;
    let first = password::one_time(&*app.mint);
    let hash = password::hash(app.mint.clone(), Secret::new(first.clone())).await?;
    let person = Staff {
        id: UserId::mint(&*app.mint, ctx.now),
        login,
        name: form.name.trim().to_owned(),
        phone: trimmed(form.phone.as_deref()),
        password_hash: hash,
        must_change: true,
        password_changed_at: ctx.now,
        password_history: Vec::new(),
        disabled: false,
        failed_n: 0,
        locked_until: None,
        last_login_at: None,
        last_login_ip: None,
        created_at: ctx.now,
        version: 1,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let vault = &app.store.vault;
        if store::staff::find_by_login(&mut *tx, vault, &person.login).await?.is_some() {
            let taken = FieldError::new("login", format!("登录名“{}”已存在", person.login));
            return Err(taken.with_remedy("请更换一个未使用的登录名，停用账号的登录名也不能再用").into());
        }
        store::staff::insert_staff(tx, vault, std::slice::from_ref(&person)).await?;
        let entry = Entry::new("admin", "user.create", "user", person.id);
        let entry = entry.with(serde_json::json!({ "login": person.login }));
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await
    });
    done?;
    let world = app.refresh().await?;
    Ok(UserCreated { user: view(&person, &[], &world), one_time_password: first })
}

/// Changes name and telephone.
pub async fn user_update(app: &App, ctx: &Ctx, id: UserId, form: UserForm) -> Result<UserView> {
    require(ctx, Permission::AdminUser)?;
    facts(Check::default(), &form).done()?;
    let (person, held) = change(app, ctx, id, "user.update", |person| {
        immutable(Check::default(), "login", "登录名", form.login.as_deref(), &person.login).done()?;
        let mut changed = Vec::new();
        if person.name != form.name.trim() {
            person.name = form.name.trim().to_owned();
            changed.push("name");
        }
        let phone = trimmed(form.phone.as_deref());
        // Lists show the number masked; sent back like that it means "as it was".
        let kept = phone.is_some() && phone == person.phone.as_deref().map(mask_phone);
        if !kept && person.phone != phone {
            person.phone = phone;
            changed.push("phone");
        }
        Ok(serde_json::json!({ "login": person.login, "changed": changed }))
    })
    .await?;
    let world = app.refresh().await?;
    Ok(view(&person, &held, &world))
}

/// A new one-time password; every session of the user ends. Those of the other two administrators are reset on the
/// server itself only, or one administrator could become another.
pub async fn user_reset_password(app: &App, ctx: &Ctx, id: UserId) -> Result<OneTimePassword> {
    require(ctx, Permission::AdminUser)?;
    not_oneself(ctx, id, "不能重置本人的口令，请使用“修改口令”")?;
    not_other_admin(app, id).await?;
    let world = app.fresh_world().await?;
    let kept = usize::try_from(world.params.int("security.password.history")).unwrap_or(0);
    let first = password::one_time(&*app.mint);
    let hash = password::hash(app.mint.clone(), Secret::new(first.clone())).await?;
    change(app, ctx, id, "user.reset_password", |person| {
        let old = std::mem::replace(&mut person.password_hash, hash.clone());
        person.password_history.insert(0, old);
        person.password_history.truncate(kept);
        person.must_change = true;
        person.password_changed_at = ctx.now;
        person.failed_n = 0;
        person.locked_until = None;
        Ok(serde_json::json!({ "login": person.login }))
    })
    .await?;
    Ok(OneTimePassword { one_time_password: first })
}

/// 解除锁定 after too many failed logins.
pub async fn user_unlock(app: &App, ctx: &Ctx, id: UserId) -> Result<()> {
    require(ctx, Permission::SessionUnlock)?;
    change(app, ctx, id, "user.unlock", |person| {
        person.failed_n = 0;
        person.locked_until = None;
        Ok(serde_json::json!({ "login": person.login }))
    })
    .await?;
    Ok(())
}

/// 停用: the user cannot sign in, and every session ends. The history keeps the name.
pub async fn user_disable(app: &App, ctx: &Ctx, id: UserId) -> Result<()> {
    require(ctx, Permission::AdminUser)?;
    not_oneself(ctx, id, "不能停用本人的账号")?;
    last_admin_stays(app, ctx, id).await?;
    change(app, ctx, id, "user.disable", |person| {
        person.disabled = true;
        Ok(serde_json::json!({ "login": person.login }))
    })
    .await?;
    Ok(())
}

/// 启用.
pub async fn user_enable(app: &App, ctx: &Ctx, id: UserId) -> Result<()> {
    require(ctx, Permission::AdminUser)?;
    change(app, ctx, id, "user.enable", |person| {
        person.disabled = false;
        Ok(serde_json::json!({ "login": person.login }))
    })
    .await?;
    Ok(())
}

/// 任职 without roles: those are granted by the security administrators.
pub async fn appointment_create(app: &App, ctx: &Ctx, id: UserId, form: AppointmentForm) -> Result<UserAppointment> {
    require(ctx, Permission::AdminUser)?;
    let world = app.fresh_world().await?;
    let from = form.valid_from.unwrap_or(ctx.now);
    let org = world.directory.org(form.org);
    Check::default()
        .when(org.is_none(), "org", "所选机构不存在", "请从机构列表中重新选择")
        .when(org.is_some_and(|o| !o.active), "org", "所选机构已停用", "请选择启用的机构")
        .text("position", "职务", &form.position, 1, 50)
        .when(
            form.valid_to.is_some_and(|to| to <= from.max(ctx.now)),
            "valid_to",
            "任职截止时间须晚于开始时间和当前时间",
            "请选择更晚的日期，或留空表示长期有效",
        )
        .done()?;
    let made = Appointment {
        id: AppointmentId::mint(&*app.mint, ctx.now),
        user: id,
        org: form.org,
        position: form.position.trim().to_owned(),
        roles: BTreeSet::new(),
        scope: form.scope,
        valid_from: from,
        valid_to: form.valid_to,
        is_duty: form.is_duty,
        version: 1,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if store::staff::load_staff(&mut *tx, &app.store.vault, id).await?.is_none() {
            return Err(Refusal::not_found("用户").into());
        }
        store::appointment::insert_appointments(tx, std::slice::from_ref(&made)).await?;
        let detail = serde_json::json!({ "user": id, "org": made.org, "position": made.position, "scope": made.scope });
        let entry = Entry::new("admin", "appointment.create", "appointment", made.id).with(detail);
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await
    });
    done?;
    let world = app.refresh().await?;
    Ok(appointment_view(&made, &world))
}

fn facts(check: Check, form: &UserForm) -> Check {
    let phone = match trimmed(form.phone.as_deref()) {
        Some(text) if !text.contains('*') => Phone::parse(&text).map(drop).map_err(|e| e.at("phone")),
        _ => Ok(()),
    };
    check.text("name", "姓名", &form.name, 2, 50).result(phone)
}

/// Changes one user under lock, records it, and ends the sessions where the change calls for it.
async fn change(
    app: &App,
    ctx: &Ctx,
    id: UserId,
    action: &str,
    edit: impl Fn(&mut Staff) -> Result<serde_json::Value>,
) -> Result<(Staff, Vec<Appointment>)> {
    let ends_sessions = matches!(action, "user.disable" | "user.reset_password");
    db::with_retry!(app.store.db, async |tx| {
        let vault = &app.store.vault;
        let Some(mut person) = store::staff::load_staff_for_change(tx, vault, id).await? else {
            return Err(Refusal::not_found("用户").into());
        };
        let detail = edit(&mut person)?;
        if !store::staff::save_staff(tx, vault, &person).await? {
            return Err(Refusal::stale().into());
        }
        if ends_sessions {
            store::session::delete_sessions_of(tx, id).await?;
        }
        let held = store::appointment::list_of_user(&mut *tx, id).await?;
        let entry = Entry::new("admin", action, "user", id).with(detail);
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await?;
        Ok((person, held))
    })
}

fn not_oneself(ctx: &Ctx, id: UserId, message: &str) -> Result<()> {
    if ctx.by.user() == Some(id) { Err(Refusal::forbidden(message).into()) } else { Ok(()) }
}

async fn not_other_admin(app: &App, id: UserId) -> Result<()> {
    let held = store::appointment::list_of_user(&app.store.db, id).await?;
    if held.iter().any(|a| is_admin(&a.roles)) {
        let message = "三员账号的口令不能在线重置，请由运维人员在服务器上执行“hotline admin reset-password”";
        return Err(Refusal::forbidden(message).into());
    }
    Ok(())
}

/// Of each of the three administrators somebody must remain.
async fn last_admin_stays(app: &App, ctx: &Ctx, id: UserId) -> Result<()> {
    for role in ADMINS {
        let holders = store::appointment::users_of_role(&app.store.db, *role, None, ctx.now).await?;
        if holders == [id] {
            let message = format!("该账号是唯一的“{}”，停用后将无人履职；请先为其他人员授权", role.cn());
            return Err(Refusal::state("last_admin", message).into());
        }
    }
    Ok(())
}

pub(super) fn coded(role: Role) -> Coded {
    Coded { code: role.code().to_owned(), cn: role.cn().to_owned() }
}

fn appointment_view(a: &Appointment, world: &World) -> UserAppointment {
    UserAppointment {
        id: a.id,
        org: world.org(a.org),
        position: a.position.clone(),
        scope: a.scope,
        roles: a.roles.iter().map(|r| coded(*r)).collect(),
        is_duty: a.is_duty,
        valid_from: a.valid_from,
        valid_to: a.valid_to,
    }
}

fn view(s: &Staff, held: &[Appointment], world: &World) -> UserView {
    UserView {
        id: s.id,
        login: s.login.clone(),
        name: s.name.clone(),
        phone_masked: s.phone.as_deref().map(mask_phone),
        disabled: s.disabled,
        locked_until: s.locked_until,
        last_login_at: s.last_login_at,
        must_change_password: s.must_change,
        appointments: held.iter().map(|a| appointment_view(a, world)).collect(),
    }
}
