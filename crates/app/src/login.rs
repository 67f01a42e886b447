//! 登录与会话 (GB/T 22239-2019 8.1.4.1): who is at the desk.

use std::collections::BTreeSet;
use std::sync::Arc;

use db::Tx;
use domain::authority::{Actor, Role, permissions};
use domain::env::By;
use domain::param::Params;
use domain::signin as rules;
use kernel::{AppointmentId, Refusal, RefusalKind, Secret, SessionId, Ts, UserId};
use serde::Deserialize;
use store::appointment::Appointment;
use store::audit::Outcome;
use store::outbox::{Audience, Event};
use store::session::Session;
use store::staff::Staff;

use crate::ctx::{App, Ctx};
use crate::view::{AppointmentLine, CityView, Coded, SessionOrg, SessionUser, SessionView};
use crate::world::World;
use crate::{Error, Result, audit, password, signin};

/// Activity is noted at most this often.
const TOUCH_EVERY: i64 = 60_000;
/// The number citizens call.
const HOTLINE: &str = "12345";

#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginForm {
    pub login: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub password: Secret<String>,
}

#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordForm {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub current: Secret<String>,
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub next: Secret<String>,
}

/// A session just begun. The token goes into the cookie and is known nowhere else.
pub struct Opened {
    pub token: Secret<String>,
    pub view: SessionView,
}

/// A session found again.
pub struct Signed {
    pub ctx: Ctx,
    pub csrf: String,
}

fn unauthenticated(code: &'static str, message: &str) -> Error {
    Error::Unauthenticated(Refusal::new(RefusalKind::Forbidden, code, message))
}

fn wrong() -> Error {
    unauthenticated("bad_credentials", "登录名或口令不正确")
}

fn locked(until: Ts) -> Error {
    let message = format!("连续输错口令，账号已锁定至{}，请稍后再试或联系安全管理员解锁", until.format_cn());
    Error::Locked(Refusal::new(RefusalKind::TooMany, "locked", message))
}

/// 登录. Costs the same time whether the user exists or not.
pub async fn session_open(app: &App, form: &LoginForm, ip: &str, trace: &str) -> Result<Opened> {
    let world = app.fresh_world().await?;
    let ctx = Ctx { ip: ip.to_owned(), ..app.system(trace) };
    let login = form.login.trim().to_lowercase();
    let lock = store::login_lock::load(&app.store.db, &login, ip).await?;
    if let Some(until) = lock.and_then(|l| l.locked_until).filter(|until| ctx.now < *until) {
        refused(app, &ctx, &login, None, "locked").await?;
        return Err(locked(until));
    }
    let staff = store::staff::find_by_login(&app.store.db, &app.store.vault, &login).await?;
    let stored = staff.as_ref().map(|s| s.password_hash.clone());
    let right = password::verify(form.password.clone(), stored).await?;
    let Some(staff) = staff.filter(|s| right && !s.disabled) else {
        return Err(failed(app, &ctx, &world.params, &login).await?);
    };
    let sign_in = signin::in_force(app, rules::Audience::Staff).await?;
    let roles = valid_appointments(app, staff.id, ctx.now).await?.into_iter().flat_map(|a| a.roles);
    // Told only to who knows the password: whose account it is stays unsaid.
    if let Some(settings) = sign_in.filter(|s| !rules::password_admits(Some(s), roles)) {
        refused(app, &ctx, &login, Some(staff.id), "sign_in_only").await?;
        let text = format!("工作人员请用“{}”登录；只有管理员可以使用密码", settings.name);
        return Err(unauthenticated("sign_in_only", &text));
    }
    let detail = serde_json::json!({ "login": login });
    enter(app, &ctx, &world, &staff, Entering { via: "password", detail, unlock: Some(&login), proved: None }).await
}

/// How somebody who proved who they are comes in.
pub(crate) struct Entering<'a> {
    /// `password`, `sign_in`.
    pub via: &'static str,
    /// For the audit record.
    pub detail: serde_json::Value,
    /// Login whose failed attempts are forgotten.
    pub unlock: Option<&'a str>,
    /// What an identity provider said.
    pub proved: Option<&'a signin::binding::Proved>,
}

/// Opens a session for somebody who proved who they are.
pub(crate) async fn enter(app: &App, ctx: &Ctx, world: &World, staff: &Staff, how: Entering<'_>) -> Result<Opened> {
    let appointments = valid_appointments(app, staff.id, ctx.now).await?;
    let Some(first) = first_appointment(&appointments) else {
        refused(app, ctx, &staff.login, Some(staff.id), "no_appointment").await?;
        return Err(unauthenticated("no_appointment", "账号尚未授予任何职务和角色，请联系系统管理员"));
    };
    let (session, token) = begin(app, ctx, world, staff, first, how.via);
    let signed = ctx_of(ctx, &world.params, staff, first, &session);
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if world.params.flag("security.session.single") {
            store::session::delete_sessions_of(tx, staff.id).await?;
            tell(tx, &signed, staff.id, serde_json::json!({ "keep": session.id })).await?;
        }
        store::session::insert_session(tx, &session).await?;
        if let Some(proved) = how.proved {
            signin::binding::keep(tx, app, &signed, session.id, proved).await?;
        }
        store::staff::record_login(tx, staff.id, ctx.now, &ctx.ip).await?;
        if let Some(login) = how.unlock {
            store::login_lock::clear(tx, login, Some(&ctx.ip)).await?;
        }
        let entry = audit::Entry::new("login", "session.open", "user", staff.id).with(how.detail.clone());
        audit::record(tx, app, &signed, entry).await
    });
    done?;
    let csrf = session.csrf.clone();
    let view = view(app, world, &signed, staff, &appointments, &csrf)?;
    Ok(Opened { token, view })
}

/// Open pages of the person learn that their session ended.
pub(crate) async fn tell(tx: &mut Tx, ctx: &Ctx, user: UserId, payload: serde_json::Value) -> Result<()> {
    let event = Event { topic: "session".to_owned(), audience: Audience::User(user), payload, at: ctx.now };
    Ok(store::outbox::push(tx, &[event]).await?)
}

/// Counts the failure for this user and address, and locks when there were too many.
async fn failed(app: &App, ctx: &Ctx, params: &Params, login: &str) -> Result<Error> {
    let limit = params.int("security.lock.attempts");
    let until = ctx.now.plus_minutes(params.int("security.lock.minutes"));
    let done: Result<i64> = db::with_retry!(app.store.db, async |tx| {
        let window = ctx.now.plus_minutes(-params.int("security.lock.minutes"));
        let n = store::login_lock::count_failure(tx, login, &ctx.ip, ctx.now, window).await?;
        if n >= limit {
            store::login_lock::lock(tx, login, &ctx.ip, until).await?;
        }
        audit::record(tx, app, ctx, refusal_entry(login, None, "bad_credentials")).await?;
        Ok(n)
    });
    Ok(if done? >= limit { locked(until) } else { wrong() })
}

fn refusal_entry(login: &str, user: Option<UserId>, why: &str) -> audit::Entry {
    let id = user.map_or_else(String::new, |u| u.to_string());
    let detail = serde_json::json!({ "login": login, "why": why });
    audit::Entry { outcome: Outcome::Refused, ..audit::Entry::new("login", "session.open", "user", id).with(detail) }
}

async fn refused(app: &App, ctx: &Ctx, login: &str, user: Option<UserId>, why: &str) -> Result<()> {
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, refusal_entry(login, user, why)).await
    });
    done
}

/// The appointments in force that carry a role.
async fn valid_appointments(app: &App, user: UserId, now: Ts) -> Result<Vec<Appointment>> {
    let mut all = store::appointment::list_of_user(&app.store.db, user).await?;
    all.retain(|a| a.is_valid(now) && !a.roles.is_empty());
    Ok(all)
}

fn first_appointment(all: &[Appointment]) -> Option<&Appointment> {
    all.iter().min_by_key(|a| (a.valid_from, a.id))
}

/// A new session with its token: 256 bits of chance, of which only the hash is stored.
fn begin(
    app: &App,
    ctx: &Ctx,
    world: &World,
    staff: &Staff,
    appointment: &Appointment,
    via: &str,
) -> (Session, Secret<String>) {
    let mut bytes = [0; 32];
    app.mint.bytes(&mut bytes);
    let token = kernel::hex_encode(&bytes);
    let mut csrf = [0; 16];
    app.mint.bytes(&mut csrf);
    let end = ctx.now.plus_hours(world.params.int("security.absolute.hours"));
    let idle = ctx.now.plus_minutes(idle_minutes(&world.params, &appointment.roles));
    let session = Session {
        id: SessionId::mint(&*app.mint, ctx.now),
        token_hash: app.store.vault.digest_hex(token.as_bytes()),
        user_id: staff.id,
        appointment: Some(appointment.id),
        csrf: kernel::hex_encode(&csrf),
        created_at: ctx.now,
        last_seen: ctx.now,
        expires_at: idle.min(end),
        ip: ctx.ip.clone(),
        agent: ctx.agent.clone(),
        via: via.to_owned(),
    };
    (session, Secret::new(token))
}

/// Seats stay signed in longer: a call may last.
fn idle_minutes(params: &Params, roles: &BTreeSet<Role>) -> i64 {
    let seat = [Role::Agent, Role::ExpertSeat, Role::TeamLeader, Role::Callback].iter().any(|r| roles.contains(r));
    params.int(if seat { "security.idle.agent_minutes" } else { "security.idle.minutes" })
}

fn must_change(params: &Params, staff: &Staff, now: Ts) -> bool {
    let age = params.int("security.password.max_age_d");
    staff.must_change || now > staff.password_changed_at.plus_days(age)
}

fn ctx_of(base: &Ctx, params: &Params, staff: &Staff, appointment: &Appointment, session: &Session) -> Ctx {
    Ctx {
        by: By::Person(actor_of(staff.id, &staff.name, appointment)),
        session: Some(session.id),
        // Who came by an identity provider did not use the password: it need not be fit to be used.
        must_change: session.via == "password" && must_change(params, staff, base.now),
        ..base.clone()
    }
}

/// The identity a rule sees.
pub fn actor_of(user: UserId, name: &str, appointment: &Appointment) -> Actor {
    Actor {
        user,
        appointment: appointment.id,
        name: name.to_owned(),
        org: appointment.org,
        roles: appointment.roles.clone(),
        scope: appointment.scope,
        on_behalf_of: None,
        recused_orgs: Vec::new(),
    }
}

/// The session behind a token; refuses what has run out. The first statement of every request.
pub async fn session_load(app: &App, token: &str, ip: &str, trace: &str) -> Result<Signed> {
    let expired = || unauthenticated("unauthenticated", "尚未登录或登录已超时，请重新登录");
    let world = app.fresh_world().await?;
    let base = Ctx { ip: ip.to_owned(), ..app.system(trace) };
    let db = &app.store.db;
    let hash = app.store.vault.digest_hex(token.as_bytes());
    let session = store::session::find_session(db, &hash, base.now).await?.ok_or_else(expired)?;
    let staff = store::staff::load_staff(db, &app.store.vault, session.user_id).await?.ok_or_else(expired)?;
    let id = session.appointment.ok_or_else(expired)?;
    let appointment = store::appointment::load_appointment(db, id).await?.ok_or_else(expired)?;
    if staff.disabled || !appointment.is_valid(base.now) || appointment.roles.is_empty() {
        return Err(expired());
    }
    if base.now.millis_since(session.last_seen) >= TOUCH_EVERY {
        touch(app, &world, &session, &appointment, base.now).await?;
    }
    let ctx = ctx_of(&base, &world.params, &staff, &appointment, &session);
    Ok(Signed { ctx, csrf: session.csrf })
}

async fn touch(app: &App, world: &World, session: &Session, appointment: &Appointment, now: Ts) -> Result<()> {
    let end = session.created_at.plus_hours(world.params.int("security.absolute.hours"));
    let idle = now.plus_minutes(idle_minutes(&world.params, &appointment.roles));
    let expires = idle.min(end);
    let done: Result<bool> = db::with_retry!(app.store.db, async |tx| {
        Ok(store::session::touch_session(tx, session.id, now, expires).await?)
    });
    done.map(drop)
}

/// The page's own view of the session.
pub async fn session_view(app: &App, ctx: &Ctx, csrf: &str) -> Result<SessionView> {
    let world = app.fresh_world().await?;
    let user = ctx.actor()?.user;
    let staff = load(app, user).await?;
    let appointments = valid_appointments(app, user, ctx.now).await?;
    view(app, &world, ctx, &staff, &appointments, csrf)
}

async fn load(app: &App, user: UserId) -> Result<Staff> {
    let staff = store::staff::load_staff(&app.store.db, &app.store.vault, user).await?;
    staff.ok_or_else(|| Refusal::not_found("用户").into())
}

fn view(
    app: &App,
    world: &World,
    ctx: &Ctx,
    staff: &Staff,
    appointments: &[Appointment],
    csrf: &str,
) -> Result<SessionView> {
    let actor = ctx.actor()?;
    let lines: Vec<AppointmentLine> = appointments.iter().map(|a| appointment_line(world, a)).collect();
    let present = lines.iter().find(|l| l.id == actor.appointment).cloned();
    Ok(SessionView {
        user: SessionUser { id: staff.id, login: staff.login.clone(), name: staff.name.clone() },
        appointment: present.ok_or_else(|| Error::broken("the session's appointment is not in force"))?,
        appointments: lines,
        permissions: permissions(&actor.roles).iter().map(|p| p.code().to_owned()).collect(),
        csrf: csrf.to_owned(),
        must_change_password: ctx.must_change,
        idle_minutes: idle_minutes(&world.params, &actor.roles),
        now: ctx.now,
        city: CityView { name: app.settings.city.clone(), hotline: HOTLINE.to_owned() },
    })
}

fn appointment_line(world: &World, a: &Appointment) -> AppointmentLine {
    let org = world.directory.org(a.org);
    AppointmentLine {
        id: a.id,
        org: SessionOrg {
            id: a.org,
            name: world.directory.org_name(a.org).to_owned(),
            short: org.map(|o| o.short.clone()).unwrap_or_default(),
            kind: org.map(|o| o.kind.code().to_owned()).unwrap_or_default(),
            level: org.map(|o| o.level.code().to_owned()).unwrap_or_default(),
        },
        position: a.position.clone(),
        roles: a.roles.iter().map(|r| Coded { code: r.code().to_owned(), cn: r.cn().to_owned() }).collect(),
        scope: a.scope,
    }
}

/// 退出.
pub async fn session_close(app: &App, ctx: &Ctx) -> Result<()> {
    let Some(session) = ctx.session else { return Ok(()) };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::session::delete_session(tx, session).await?;
        tell(tx, ctx, ctx.actor()?.user, serde_json::json!({ "end": session })).await?;
        audit::record(tx, app, ctx, audit::Entry::new("login", "session.close", "session", session)).await
    });
    done
}

/// 切换任职: the same person in another appointment.
pub async fn appointment_switch(app: &App, ctx: &Ctx, to: AppointmentId) -> Result<SessionView> {
    let actor = ctx.actor()?;
    let session = ctx.session.ok_or_else(|| Error::broken("an appointment is switched within a session"))?;
    let world = app.fresh_world().await?;
    let appointments = valid_appointments(app, actor.user, ctx.now).await?;
    let chosen = appointments.iter().find(|a| a.id == to);
    let chosen = chosen.ok_or_else(|| Refusal::invalid("appointment", "该任职不存在、已到期或不属于您"))?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::session::switch_appointment(tx, session, to).await?;
        audit::record(tx, app, ctx, audit::Entry::new("login", "session.appointment", "appointment", to)).await
    });
    done?;
    let staff = load(app, actor.user).await?;
    let switched = Ctx { by: By::Person(actor_of(staff.id, &staff.name, chosen)), ..ctx.clone() };
    let csrf = store::session::list_sessions(&app.store.db, Some(staff.id), ctx.now).await?;
    let csrf = csrf.into_iter().find(|s| s.id == session).map(|s| s.csrf).unwrap_or_default();
    view(app, &world, &switched, &staff, &appointments, &csrf)
}

/// 修改口令: policy, history, and every other session of the person ends.
pub async fn password_change(app: &App, ctx: &Ctx, form: &PasswordForm) -> Result<()> {
    let user = ctx.actor()?.user;
    let world = app.fresh_world().await?;
    let staff = load(app, user).await?;
    if !password::verify(form.current.clone(), Some(staff.password_hash.clone())).await? {
        return Err(Refusal::invalid("current", "当前口令不正确").into());
    }
    password::check(form.next.expose(), &staff.login, &world.params)?;
    let keep = usize::try_from(world.params.int("security.password.history")).unwrap_or(0);
    let former = std::iter::once(&staff.password_hash).chain(staff.password_history.iter().take(keep));
    for hash in former {
        if password::verify(form.next.clone(), Some(hash.clone())).await? {
            return Err(Refusal::invalid("next", format!("新口令不得与当前口令或最近{keep}次用过的口令相同")).into());
        }
    }
    let hash = password::hash(Arc::clone(&app.mint), form.next.clone()).await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        set_password(tx, app, ctx, user, &hash, Change { must_change: false, keep, keep_session: ctx.session }).await?;
        audit::record(tx, app, ctx, audit::Entry::new("login", "password.change", "user", user)).await
    });
    done
}

/// How a password is replaced.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub must_change: bool,
    /// Former hashes to keep.
    pub keep: usize,
    /// The session that may go on.
    pub keep_session: Option<SessionId>,
}

/// Stores a new hash, keeps the old one in the history and ends the person's other sessions.
pub(crate) async fn set_password(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    user: UserId,
    hash: &str,
    how: Change,
) -> Result<()> {
    let staff = store::staff::load_staff_for_change(tx, &app.store.vault, user).await?;
    let mut staff = staff.ok_or_else(|| Refusal::not_found("用户"))?;
    staff.password_history.insert(0, std::mem::replace(&mut staff.password_hash, hash.to_owned()));
    staff.password_history.truncate(how.keep);
    staff.password_changed_at = ctx.now;
    staff.must_change = how.must_change;
    if !store::staff::save_staff(tx, &app.store.vault, &staff).await? {
        return Err(Refusal::stale().into());
    }
    for session in store::session::list_sessions(&mut *tx, Some(user), ctx.now).await? {
        if Some(session.id) != how.keep_session {
            store::session::delete_session(tx, session.id).await?;
        }
    }
    Ok(())
}

/// A one-time password for a user, given by an operator at the machine. `login` must exist.
pub async fn password_reset_by_operator(app: &App, login: &str) -> Result<String> {
    let ctx = app.system("operator");
    let login = login.trim().to_lowercase();
    let found = store::staff::find_by_login(&app.store.db, &app.store.vault, &login).await?;
    let staff = found.ok_or_else(|| Refusal::not_found("用户"))?;
    password_reset(app, &ctx, staff.id).await
}

/// Gives a user a one-time password that must be changed at the next login.
pub(crate) async fn password_reset(app: &App, ctx: &Ctx, user: UserId) -> Result<String> {
    let world = app.fresh_world().await?;
    let keep = usize::try_from(world.params.int("security.password.history")).unwrap_or(0);
    let fresh = password::one_time(&*app.mint);
    let hash = password::hash(Arc::clone(&app.mint), Secret::new(fresh.clone())).await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        set_password(tx, app, ctx, user, &hash, Change { must_change: true, keep, keep_session: None }).await?;
        audit::record(tx, app, ctx, audit::Entry::new("admin", "user.reset_password", "user", user)).await
    });
    done?;
    Ok(fresh)
}

/// Lifts every lock of a login, by an operator at the machine.
pub async fn unlock_by_operator(app: &App, login: &str) -> Result<()> {
    let ctx = app.system("operator");
    unlock(app, &ctx, &login.trim().to_lowercase()).await
}

/// Lifts every lock of a login, whatever the address.
pub(crate) async fn unlock(app: &App, ctx: &Ctx, login: &str) -> Result<()> {
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::login_lock::clear(tx, login, None).await?;
        let entry = audit::Entry::new("admin", "user.unlock", "user", "").with(serde_json::json!({ "login": login }));
        audit::record(tx, app, ctx, entry).await
    });
    done
}
