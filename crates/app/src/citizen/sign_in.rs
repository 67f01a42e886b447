//! 统一身份认证 of citizens, for the core's desk and for an outer one: both speak with the provider themselves.

use citizen::{Person, SignInBegun, SignInLeft, SignInOffer, SignInReturned};
use domain::signin::Audience;
pub use domain::signin::SignInSettings;
use kernel::{Mint, Refusal, RefusalKind, Ts, mask_phone};
use oidc::{Returned, Ticket, Trouble};
use store::audit::Outcome;

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::signin::leave::{Goodbye, goodbye};
use crate::signin::{in_force, relying};
use crate::{Error, Result};

/// What the portal offers with these settings.
#[must_use]
pub fn offer(settings: Option<&SignInSettings>) -> Option<SignInOffer> {
    settings.filter(|s| s.enabled).map(|s| SignInOffer { name: s.name.clone() })
}

fn off() -> Error {
    Refusal::state("off", "尚未启用统一身份认证，请用短信验证码验证").into()
}

fn troubled(e: &Trouble) -> Error {
    tracing::warn!(error = %e, "a citizen's sign-in failed");
    let text = match e {
        Trouble::Denied | Trouble::Late | Trouble::Foreign | Trouble::Used => e.to_string(),
        _ => "统一身份认证暂时不可用，请稍后再试，或改用短信验证码".to_owned(),
    };
    Refusal::new(RefusalKind::Conflict, e.code(), text).into()
}

/// Sends a citizen to the provider; `anew` after a goodbye at this browser.
pub async fn begin(
    client: &oidc::Client,
    settings: Option<SignInSettings>,
    anew: bool,
    mint: &dyn Mint,
    now: Ts,
) -> Result<SignInBegun> {
    let settings = settings.filter(|s| s.enabled).ok_or_else(off)?;
    let begun =
        client.begin(&relying(&settings, Audience::Citizen), anew, mint, now).await.map_err(|e| troubled(&e))?;
    Ok(SignInBegun { url: begun.url, ticket: serde_json::to_string(&begun.ticket)? })
}

/// Who came back.
pub async fn finish(
    client: &oidc::Client,
    settings: Option<SignInSettings>,
    ticket: &str,
    returned: SignInReturned,
    now: Ts,
) -> Result<Person> {
    let settings = settings.filter(|s| s.enabled).ok_or_else(off)?;
    let ticket: Ticket = serde_json::from_str(ticket).map_err(|_| troubled(&Trouble::Foreign))?;
    let SignInReturned { code, state, error, iss } = returned;
    let returned = Returned { code, state, error, iss };
    let known = client.finish(&relying(&settings, Audience::Citizen), &ticket, &returned, now).await;
    let known = known.map_err(|e| troubled(&e))?;
    if known.phone_doubtful() {
        let text = "您在认证平台的手机号码尚未核验，请先在认证平台核验，或改用短信验证码";
        return Err(Refusal::state("phone_doubtful", text).into());
    }
    let text = |claim: &str| known.text(claim);
    let id_no = if settings.id_claim.is_empty() { String::new() } else { text(&settings.id_claim) };
    Person::of_claims(&text(&settings.name_claim), &text(&settings.phone_claim), &id_no).ok_or_else(|| {
        let text = "认证平台没有提供您的姓名或手机号码，请改用短信验证码";
        Refusal::state("no_claim", text).into()
    })
}

/// Where a citizen signs out of the provider too. No identity token is kept of a citizen: the provider asks them itself.
pub async fn leave(client: &oidc::Client, settings: Option<SignInSettings>) -> Option<SignInLeft> {
    let settings = settings.filter(|s| s.enabled && s.logout)?;
    let url = match goodbye(client, &settings, Audience::Citizen, None).await {
        Goodbye::Go(url) => Some(url),
        Goodbye::Never | Goodbye::Away => None,
    };
    Some(SignInLeft { name: settings.name, url })
}

pub(super) async fn core_leave(app: &App) -> Result<Option<SignInLeft>> {
    Ok(leave(&app.oidc, in_force(app, Audience::Citizen).await?).await)
}

pub(super) async fn core_offer(app: &App) -> Result<Option<SignInOffer>> {
    Ok(offer(in_force(app, Audience::Citizen).await?.as_ref()))
}

pub(super) async fn core_begin(app: &App, anew: bool) -> Result<SignInBegun> {
    begin(&app.oidc, in_force(app, Audience::Citizen).await?, anew, &*app.mint, app.now()).await
}

/// As [`finish`], written down.
pub(super) async fn core_finish(app: &App, ctx: &Ctx, ticket: &str, returned: SignInReturned) -> Result<Person> {
    let settings = in_force(app, Audience::Citizen).await?;
    let issuer = settings.as_ref().map(|s| s.issuer.clone());
    let done = finish(&app.oidc, settings, ticket, returned, ctx.now).await;
    let (outcome, detail) = match &done {
        Ok(person) => (Outcome::Ok, serde_json::json!({ "issuer": issuer, "phone": mask_phone(&person.phone) })),
        Err(e) => {
            let why = e.refusal().map_or("broken", |r| r.code.as_ref());
            (Outcome::Refused, serde_json::json!({ "issuer": issuer, "why": why }))
        }
    };
    let entry = Entry { outcome, ..Entry::new("citizen", "citizen.sign_in", "citizen", "").with(detail) };
    db::with_retry!(app.store.db, async |tx| { audit::record(tx, app, ctx, entry.clone()).await })?;
    done
}

/// The settings as an outer desk needs them, secret included: it speaks with the provider in the core's stead.
pub async fn sign_in_out(app: &App) -> Result<Option<SignInSettings>> {
    in_force(app, Audience::Citizen).await
}
