//! 统一身份认证: set by the security administrator, sealed whole, every version kept; the secret goes in and never comes out.

pub mod binding;
pub mod leave;
pub mod staff;

use domain::authority::Permission;
use domain::signin::{Audience, SignInSettings};
use kernel::{FieldError, Refusal, Secret, Ts};
use oidc::Relying;
use serde::{Deserialize, Serialize};
use store::sign_in::SignIn;

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Error, Result};

/// Stands for a secret that is set; sent back, it means "as it was".
pub const KEPT: &str = "●●●●●●●●";
/// Versions shown.
const SHOWN: i64 = 20;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInForm {
    /// A secret left as shown stays as it was.
    pub settings: SignInSettings,
    pub reason: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInView {
    pub audience: Audience,
    pub audience_cn: String,
    /// Without the secret.
    pub settings: SignInSettings,
    /// Path of the address to be registered at the provider, below our own address.
    pub back_path: String,
    /// Likewise: where people come back to after a goodbye.
    pub left_path: String,
    /// Likewise: where the provider tells of goodbyes itself.
    pub told_path: Option<String>,
    pub versions: Vec<SignInVersion>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInVersion {
    pub at: Ts,
    pub by_name: String,
    pub enabled: bool,
    pub issuer: String,
    pub reason: String,
}

/// What trying the settings found, step by step.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInProbe {
    pub good: bool,
    pub steps: Vec<ProbeStep>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProbeStep {
    pub name: String,
    pub good: bool,
    pub text: String,
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminPolicy)
}

/// How we are known to the provider.
#[must_use]
pub fn relying(settings: &SignInSettings, audience: Audience) -> Relying {
    Relying {
        issuer: settings.issuer.clone(),
        client_id: settings.client_id.clone(),
        client_secret: Secret::new(settings.client_secret.clone()),
        scopes: settings.scopes.clone(),
        redirect: settings.redirect(audience),
    }
}

/// The settings in force, if they are switched on.
pub(crate) async fn in_force(app: &App, audience: Audience) -> Result<Option<SignInSettings>> {
    let settings = store::sign_in::sign_in(&app.store.db, &app.store.vault, audience).await?;
    Ok(settings.filter(|s| s.enabled))
}

fn hidden(mut settings: SignInSettings) -> SignInSettings {
    if !settings.client_secret.is_empty() {
        KEPT.clone_into(&mut settings.client_secret);
    }
    settings
}

/// What was left as shown is what it was — unless it would be sent to another house by that.
fn completed(new: SignInSettings, old: &SignInSettings) -> Result<SignInSettings, FieldError> {
    let mut new = new.trimmed();
    if new.client_secret != KEPT {
        return Ok(new);
    }
    if new.moved(old) {
        let e = FieldError::new("client_secret", "更换认证平台须重新填写密钥");
        return Err(e.with_remedy("不能把原来的密钥发往新的地址"));
    }
    new.client_secret.clone_from(&old.client_secret);
    Ok(new)
}

async fn current(app: &App, audience: Audience) -> Result<SignInSettings> {
    Ok(store::sign_in::sign_in(&app.store.db, &app.store.vault, audience).await?.unwrap_or_default())
}

pub async fn sign_in_view(app: &App, ctx: &Ctx, audience: Audience) -> Result<SignInView> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    view(app, &world, audience).await
}

async fn view(app: &App, world: &World, audience: Audience) -> Result<SignInView> {
    let versions = store::sign_in::sign_ins(&app.store.db, &app.store.vault, audience, SHOWN).await?;
    let line = |s: &SignIn| SignInVersion {
        at: s.at,
        by_name: world.user_name(s.by),
        enabled: s.settings.enabled,
        issuer: s.settings.issuer.clone(),
        reason: s.reason.clone(),
    };
    Ok(SignInView {
        audience,
        audience_cn: audience.cn().to_owned(),
        settings: hidden(versions.first().map(|s| s.settings.clone()).unwrap_or_default()),
        back_path: domain::signin::back_path(audience).to_owned(),
        left_path: domain::signin::left_path(audience).to_owned(),
        told_path: domain::signin::told_path(audience).map(str::to_owned),
        versions: versions.iter().map(line).collect(),
    })
}

/// Sets how people sign in, from the next sign-in on.
pub async fn sign_in_set(app: &App, ctx: &Ctx, audience: Audience, form: SignInForm) -> Result<SignInView> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let old = current(app, audience).await?;
    let settings = completed(form.settings, &old).map_err(|e| Error::from(Refusal::fields(vec![e])))?;
    let mut wrong = settings.faults(audience);
    let reason = form.reason.trim().to_owned();
    if !(4..=500).contains(&reason.chars().count()) {
        wrong.push(FieldError::new("reason", "请写明修改原因").with_remedy("4至500字"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let new = SignIn { id: app.mint.uuid(ctx.now), settings, reason, at: ctx.now, by };
    db::with_retry!(app.store.db, async |tx| {
        store::sign_in::insert_sign_in(tx, &app.store.vault, audience, &new).await?;
        let s = &new.settings;
        let detail = serde_json::json!({
            "audience": audience, "enabled": s.enabled, "issuer": s.issuer, "client_id": s.client_id,
            "claim": s.claim, "match_by": s.match_by, "password_for": s.password_for, "logout": s.logout,
        });
        let entry = Entry::new("admin", "sign_in.set", "sign_in", new.id).because(new.reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    })?;
    let world = app.fresh_world().await?;
    view(app, &world, audience).await
}

/// Tries settings as they stand in the form, without saving them.
pub async fn sign_in_probe(app: &App, ctx: &Ctx, audience: Audience, settings: SignInSettings) -> Result<SignInProbe> {
    require(ctx)?;
    let old = current(app, audience).await?;
    let settings = completed(settings, &old).map_err(|e| Error::from(Refusal::fields(vec![e])))?;
    let wrong = SignInSettings { enabled: true, ..settings.clone() }.faults(audience);
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let steps = app.oidc.probe(&relying(&settings, audience)).await;
    let good = steps.iter().all(|s| s.good);
    db::with_retry!(app.store.db, async |tx| {
        let detail = serde_json::json!({ "audience": audience, "issuer": settings.issuer, "good": good });
        audit::record(tx, app, ctx, Entry::new("admin", "sign_in.probe", "sign_in", audience).with(detail)).await
    })?;
    let step = |s: oidc::Step| ProbeStep { name: s.name.to_owned(), good: s.good, text: s.text };
    Ok(SignInProbe { good, steps: steps.into_iter().map(step).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_goes_in_and_never_comes_out() {
        let old = SignInSettings {
            issuer: "https://id.example.cn/a".to_owned(),
            client_secret: "s3cret".to_owned(),
            ..SignInSettings::default()
        };
        let shown = hidden(old.clone());
        assert_eq!(shown.client_secret, KEPT);
        assert_eq!(hidden(SignInSettings::default()).client_secret, "", "what is not set is not shown as set");
        assert_eq!(completed(shown.clone(), &old), Ok(old.clone()));
        let elsewhere = SignInSettings { issuer: "https://evil.example/a".to_owned(), ..shown };
        assert_eq!(completed(elsewhere.clone(), &old).unwrap_err().field, "client_secret");
        let anew = SignInSettings { client_secret: "typed anew".to_owned(), ..elsewhere };
        assert_eq!(completed(anew.clone(), &old), Ok(anew));
    }
}
