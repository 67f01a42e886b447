//! Goodbye on both sides: who signs out here is sent on to the provider, and who signed out there has no session here any more.

use std::time::Duration;

use domain::signin::{Audience, SignInSettings};
use kernel::{Refusal, Secret};
use serde::Serialize;

use super::{in_force, relying};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::{Result, login};

/// Who signed out does not wait longer for the provider: here they are out already.
const PATIENCE: Duration = Duration::from_secs(4);

/// What is left to do after a goodbye.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionClosed {
    /// The provider's page to go to: it signs out there and sends back.
    pub go: Option<String>,
    /// In words, where the provider's own session stays open.
    pub notice: Option<String>,
}

/// The provider's page, or why there is none.
pub(crate) enum Goodbye {
    Go(String),
    /// It has no such page.
    Never,
    /// It cannot be reached now.
    Away,
}

/// Asks the provider where goodbyes are said.
pub(crate) async fn goodbye(
    client: &oidc::Client,
    settings: &SignInSettings,
    audience: Audience,
    id_token: Option<&Secret<String>>,
) -> Goodbye {
    let (relying, left) = (relying(settings, audience), settings.left(audience));
    match tokio::time::timeout(PATIENCE, client.goodbye(&relying, id_token, &left)).await {
        Ok(Ok(Some(url))) => Goodbye::Go(url),
        Ok(Ok(None)) => Goodbye::Never,
        Ok(Err(e)) => {
            tracing::warn!(error = %e, "the identity provider cannot be told of a goodbye");
            Goodbye::Away
        }
        Err(_) => Goodbye::Away,
    }
}

/// 退出: the session ends first, whatever the provider says.
pub async fn staff_leave(app: &App, ctx: &Ctx) -> Result<SessionClosed> {
    let Some(session) = ctx.session else { return Ok(SessionClosed::default()) };
    let proof = store::binding::proof_of(&app.store.db, &app.store.vault, session).await?;
    login::session_close(app, ctx).await?;
    let Some((issuer, id_token)) = proof else { return Ok(SessionClosed::default()) };
    let settings = in_force(app, Audience::Staff).await?.filter(|s| s.logout && s.issuer.trim() == issuer);
    let Some(settings) = settings else { return Ok(SessionClosed::default()) };
    let name = &settings.name;
    let notice = |text: String| SessionClosed { notice: Some(text), go: None };
    Ok(match goodbye(&app.oidc, &settings, Audience::Staff, Some(&id_token)).await {
        Goodbye::Go(url) => SessionClosed { go: Some(url), notice: None },
        Goodbye::Never => notice(format!("您已退出本平台。“{name}”不支持统一退出，离开电脑前请到认证平台退出")),
        Goodbye::Away => notice(format!("您已退出本平台。“{name}”暂时无法连接，离开电脑前请到认证平台退出")),
    })
}

/// The provider says that somebody signed out (Back-Channel Logout 1.0): their sessions end at once; returns how many.
///
/// # Errors
/// When the token is not the provider's, or speaks of nobody.
pub async fn provider_ended(app: &App, ctx: &Ctx, token: &str) -> Result<u64> {
    let settings = in_force(app, Audience::Staff).await?;
    let settings = settings.ok_or_else(|| Refusal::state("off", "尚未启用统一身份认证"))?;
    let told = app.oidc.told(&relying(&settings, Audience::Staff), token, ctx.now).await.map_err(|e| {
        tracing::warn!(error = %e, "a notice of the identity provider about a goodbye is refused");
        Refusal::state(e.code(), e.to_string())
    })?;
    let issuer = settings.issuer.trim();
    db::with_retry!(app.store.db, async |tx| {
        let (sid, subject) = (told.sid.as_deref(), told.subject.as_deref());
        let all = store::binding::sessions_told(tx, &app.store.vault, issuer, sid, subject).await?;
        let mut ended = 0;
        for (session, user) in all {
            if !store::session::delete_session(tx, session).await? {
                continue;
            }
            ended += 1;
            login::tell(tx, ctx, user, serde_json::json!({ "end": session })).await?;
            let detail = serde_json::json!({ "issuer": issuer, "session": session });
            audit::record(tx, app, ctx, Entry::new("login", "session.provider_end", "user", user).with(detail)).await?;
        }
        Ok(ended)
    })
}
