//! The identity an account is bound to: tied at the first sign-in, seen and untied by the security administrator.

use db::Tx;
use domain::signin::{Audience, Shut, SignInSettings, opens};
use kernel::{FieldError, Refusal, Secret, SessionId, Ts, UserId, Uuid, mask_id, mask_phone};
use oidc::Identity;
use serde::{Deserialize, Serialize};
use store::binding::{Binding, Ended, ProvedSession};
use store::staff::Staff;

use super::staff::refuse;
use super::{in_force, require};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Result, login};

/// An account's identity at a provider, as the security administrator sees it.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BindingView {
    pub id: Uuid,
    /// Of the provider.
    pub issuer: String,
    /// The provider that is set up now; others' identities open nothing any more.
    pub current: bool,
    /// The provider's own name for the person; masked where it is a telephone or ID number.
    pub subject: String,
    pub bound_at: Ts,
    pub used_at: Ts,
    pub ended_at: Option<Ts>,
    pub ended_by_name: Option<String>,
    pub end_reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnbindForm {
    pub reason: String,
}

/// An account with the proof that it may be opened.
pub(crate) struct Proved {
    pub staff: Staff,
    /// As it is in force, or as it will be.
    binding: Binding,
    first: bool,
    sid: Option<String>,
    id_token: Secret<String>,
}

/// The account of an identity: the one it is bound to, or the one that `named` finds, if that is free.
pub(super) async fn prove(
    app: &App,
    now: Ts,
    settings: &SignInSettings,
    identity: &Identity,
    named: impl AsyncFnOnce() -> Result<Option<Staff>>,
) -> Result<Proved> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let issuer = settings.issuer.trim();
    let known = store::binding::binding_of(db, vault, issuer, &identity.subject).await?;
    let bound = match &known {
        Some(b) => store::staff::load_staff(db, vault, b.user).await?,
        None => None,
    };
    let by_claim = if bound.is_some() { None } else { named().await? };
    let by_claim = match by_claim {
        Some(staff) => {
            let held = store::binding::bindings_of_user(db, vault, staff.id).await?;
            // The same person in another window may have come first since the look at the subject.
            let other = |b: &Binding| b.ended.is_none() && b.issuer == issuer && b.subject != identity.subject;
            let taken = held.iter().any(other);
            Some((staff, taken))
        }
        None => None,
    };
    let staff = opens(bound, by_claim).map_err(|shut| match shut {
        Shut::Nobody => refuse("no_account"),
        Shut::Taken => refuse("taken"),
    })?;
    let fresh = || Binding {
        id: app.mint.uuid(now),
        user: staff.id,
        issuer: issuer.to_owned(),
        subject: identity.subject.clone(),
        bound_at: now,
        used_at: now,
        ended: None,
    };
    let (sid, id_token) = (identity.sid(), identity.id_token.clone());
    Ok(Proved { first: known.is_none(), binding: known.unwrap_or_else(fresh), staff, sid, id_token })
}

/// In the transaction that opens the session: ties the account at the first time, and notes what the provider must be told at
/// the end. Between the look and this somebody else may have come first, or the administrator may have untied it.
pub(crate) async fn keep(tx: &mut Tx, app: &App, ctx: &Ctx, session: SessionId, proved: &Proved) -> Result<()> {
    let vault = &app.store.vault;
    let b = &proved.binding;
    let mut binding = b.id;
    if proved.first && store::binding::insert_binding(tx, vault, b).await? {
        let detail = serde_json::json!({ "login": proved.staff.login, "issuer": b.issuer, "binding": b.id });
        audit::record(tx, app, ctx, Entry::new("login", "sign_in.bind", "user", b.user).with(detail)).await?;
    } else {
        let known = store::binding::binding_of(&mut *tx, vault, &b.issuer, &b.subject).await?;
        let known = known.filter(|k| k.user == b.user).ok_or_else(|| refuse("taken"))?;
        binding = known.id;
        if !store::binding::use_binding(tx, binding, ctx.now).await? {
            return Err(refuse("taken"));
        }
    }
    let proof = ProvedSession { session, binding, sid: proved.sid.clone(), id_token: proved.id_token.clone() };
    Ok(store::binding::insert_proved_session(tx, vault, &proof).await?)
}

/// The identities an account has and had.
pub async fn binding_list(app: &App, ctx: &Ctx, user: UserId) -> Result<Vec<BindingView>> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    views(app, &world, user).await
}

async fn views(app: &App, world: &World, user: UserId) -> Result<Vec<BindingView>> {
    let issuer = in_force(app, Audience::Staff).await?.map(|s| s.issuer.trim().to_owned());
    let all = store::binding::bindings_of_user(&app.store.db, &app.store.vault, user).await?;
    let view = |b: Binding| BindingView {
        id: b.id,
        current: issuer.as_deref() == Some(b.issuer.as_str()),
        issuer: b.issuer,
        subject: shown(&b.subject),
        bound_at: b.bound_at,
        used_at: b.used_at,
        ended_at: b.ended.as_ref().map(|e| e.at),
        ended_by_name: b.ended.as_ref().map(|e| world.user_name(e.by)),
        end_reason: b.ended.map(|e| e.reason),
    };
    Ok(all.into_iter().map(view).collect())
}

/// Some providers name people by their telephone or ID number.
fn shown(subject: &str) -> String {
    if kernel::IdCard::parse(subject).is_ok() {
        mask_id(subject)
    } else if kernel::Phone::parse(subject).is_ok() {
        mask_phone(subject)
    } else {
        subject.to_owned()
    }
}

/// 解除绑定: the next sign-in whose claim names the account binds it anew. Every session of the account ends.
pub async fn binding_end(
    app: &App,
    ctx: &Ctx,
    user: UserId,
    binding: Uuid,
    form: &UnbindForm,
) -> Result<Vec<BindingView>> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    if by == user {
        return Err(Refusal::forbidden("不能解除本人的绑定，请由另一名安全管理员办理").into());
    }
    let reason = form.reason.trim().to_owned();
    if !(4..=500).contains(&reason.chars().count()) {
        return Err(FieldError::new("reason", "请写明解除原因").with_remedy("4至500字").into());
    }
    let ended = Ended { at: ctx.now, by, reason };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if !store::binding::end_binding(tx, binding, user, &ended).await? {
            return Err(Refusal::state("not_bound", "该绑定不存在或已解除，请刷新后查看").into());
        }
        let n = store::session::delete_sessions_of(tx, user).await?;
        login::tell(tx, ctx, user, serde_json::json!({ "end": binding })).await?;
        let detail = serde_json::json!({ "binding": binding, "sessions_ended": n });
        let entry = Entry::new("admin", "sign_in.unbind", "user", user).because(ended.reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    });
    done?;
    let world = app.fresh_world().await?;
    views(app, &world, user).await
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn numbers_of_people_are_masked() {
        assert_eq!(shown("f:7c1e:zhangming"), "f:7c1e:zhangming");
        assert_ne!(shown("13812345678"), "13812345678");
        assert_ne!(shown("110101199003070134"), "110101199003070134");
    }
}
