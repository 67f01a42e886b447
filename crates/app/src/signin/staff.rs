//! 工作人员 come in by an identity provider: to the account that is theirs already, as what they are appointed there.

use domain::env::By;
use domain::signin::{Audience, MatchBy, SignInSettings};
use kernel::{Phone, Refusal, RefusalKind, Secret, hex_decode, hex_encode};
use oidc::{Identity, Returned, Ticket, Trouble};
use serde::{Deserialize, Serialize};
use store::audit::Outcome;
use store::staff::Staff;

use super::{binding, in_force, relying};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::login::{Entering, Opened, enter};
use crate::{Error, Result};

/// Place of the sealed ticket, so that no other sealed value opens as one.
const PLACE: &[u8] = b"sign_in:staff";

/// What the sign-in page offers.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignInOffer {
    /// On the button; none where no identity provider is set up.
    pub name: Option<String>,
    /// Only administrators have passwords.
    pub admins_only: bool,
    /// Why the last attempt by the provider failed, in words.
    pub refusal: Option<String>,
}

/// Where to send the browser, and what it is to keep.
pub struct Sent {
    pub url: String,
    pub cookie: Secret<String>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    ticket: Ticket,
    next: String,
}

/// Somebody came in, and the page they wanted.
pub struct Came {
    pub opened: Opened,
    pub next: String,
}

/// Codes of refusals with their words, for the page that shows them.
const WORDS: &[(&str, &str)] = &[
    ("off", "尚未启用统一身份认证，请用登录名和密码登录"),
    ("no_claim", "认证平台没有返回对应账号的信息，请联系安全管理员核对字段设置"),
    ("no_account", "您在认证平台的身份没有对应的账号，请联系系统管理员开通或核对登录名、手机号码"),
    (
        "taken",
        "对应的账号已绑定认证平台上的另一身份，不能登录；如登录名、号码已变更归属，请联系安全管理员核实后解除绑定",
    ),
    ("disabled", "账号已停用，请联系系统管理员"),
    ("no_appointment", "账号尚未授予任何职务和角色，请联系系统管理员"),
    ("phone_doubtful", "您在认证平台的手机号码尚未核验，请先在认证平台核验"),
    ("foreign", "登录请求不是由本浏览器发起或已用过，请重新登录"),
    ("late", "登录用时过长，请重新登录"),
    ("denied", "您在认证平台取消了登录"),
    ("code_used", "授权码已失效，请重新登录"),
    ("client", "认证平台不认识本平台的客户端标识或密钥，请联系安全管理员"),
    ("unreached", "认证平台暂时无法连接，请稍后再试或联系安全管理员"),
    ("not_a_provider", "认证平台地址设置不正确，请联系安全管理员"),
    ("settings", "统一身份认证设置不完整，请联系安全管理员"),
    ("provider", "认证平台拒绝了登录，请稍后再试或联系安全管理员"),
    ("token", "身份令牌未通过校验，已拒绝登录，请联系安全管理员"),
    ("too_many", "登录过于频繁，请一分钟后再试"),
];

/// The words of a code; none for anything else that stands in an address.
fn words(code: &str) -> Option<&'static str> {
    WORDS.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

pub(super) fn refuse(code: &'static str) -> Error {
    let text = words(code).unwrap_or("未能登录，请稍后再试");
    Error::Unauthenticated(Refusal::new(RefusalKind::Forbidden, code, text))
}

fn troubled(e: &Trouble) -> Error {
    refuse(e.code())
}

/// For the sign-in page, before anybody is signed in. `refused` is the code the browser was sent back with.
pub async fn sign_in_offer(app: &App, refused: &str) -> Result<SignInOffer> {
    let settings = in_force(app, Audience::Staff).await?;
    let admins = settings.as_ref().is_some_and(|s| !domain::signin::password_admits(Some(s), []));
    Ok(SignInOffer { name: settings.map(|s| s.name), admins_only: admins, refusal: words(refused).map(str::to_owned) })
}

/// Only a page of our own; anything else leads to the first one.
fn own_path(next: &str) -> String {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if own && next.len() <= 500 { next.to_owned() } else { "/".to_owned() }
}

/// Sends somebody to the provider; `anew` after a goodbye at this browser.
pub async fn staff_begin(app: &App, next: &str, anew: bool) -> Result<Sent> {
    let settings = in_force(app, Audience::Staff).await?.ok_or_else(|| refuse("off"))?;
    let begun = app.oidc.begin(&relying(&settings, Audience::Staff), anew, &*app.mint, app.now()).await;
    let begun = begun.map_err(|e| {
        tracing::warn!(error = %e, "nobody can be sent to the identity provider");
        troubled(&e)
    })?;
    let kept = serde_json::to_vec(&Kept { ticket: begun.ticket, next: own_path(next) })?;
    let cookie = hex_encode(&app.store.vault.0.seal(PLACE, &kept));
    Ok(Sent { url: begun.url, cookie: Secret::new(cookie) })
}

/// Somebody came back from the provider.
pub async fn staff_finish(app: &App, ctx: &Ctx, cookie: Option<&str>, returned: &Returned) -> Result<Came> {
    let done = finish(app, ctx, cookie, returned).await;
    if let Err(Error::Unauthenticated(refusal)) = &done {
        let why = serde_json::json!({ "why": refusal.code });
        let entry = Entry::new("login", "session.sign_in", "user", "").with(why);
        let entry = Entry { outcome: Outcome::Refused, ..entry };
        db::with_retry!(app.store.db, async |tx| { audit::record(tx, app, ctx, entry.clone()).await })?;
    }
    done
}

async fn finish(app: &App, ctx: &Ctx, cookie: Option<&str>, returned: &Returned) -> Result<Came> {
    let settings = in_force(app, Audience::Staff).await?.ok_or_else(|| refuse("off"))?;
    let kept = cookie.and_then(hex_decode).and_then(|sealed| app.store.vault.0.open(PLACE, &sealed).ok());
    let kept: Option<Kept> = kept.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Kept { ticket, next } = kept.ok_or_else(|| refuse("foreign"))?;
    let identity = app.oidc.finish(&relying(&settings, Audience::Staff), &ticket, returned, ctx.now).await;
    let identity = identity.map_err(|e| {
        tracing::warn!(error = %e, "a sign-in by the identity provider failed");
        troubled(&e)
    })?;
    Ok(Came { opened: admit(app, ctx, &settings, &identity).await?, next })
}

/// Lets in whom the provider vouches for, if the account is there and nobody else's.
pub async fn admit(app: &App, ctx: &Ctx, settings: &SignInSettings, identity: &Identity) -> Result<Opened> {
    let world = app.fresh_world().await?;
    let proved =
        binding::prove(app, ctx.now, settings, identity, async || named(app, settings, identity).await).await?;
    let staff = &proved.staff;
    if staff.disabled {
        return Err(refuse("disabled"));
    }
    let detail = serde_json::json!({ "login": staff.login, "issuer": settings.issuer, "claim": settings.claim });
    let ctx = Ctx { by: By::System, ..ctx.clone() };
    enter(app, &ctx, &world, staff, Entering { via: "sign_in", detail, unlock: None, proved: Some(&proved) }).await
}

/// The account the claim names.
async fn named(app: &App, settings: &SignInSettings, identity: &Identity) -> Result<Option<Staff>> {
    let claim = identity.text(&settings.claim);
    if claim.is_empty() {
        return Err(refuse("no_claim"));
    }
    let (db, vault) = (&app.store.db, &app.store.vault);
    Ok(match settings.match_by {
        MatchBy::Login => store::staff::find_by_login(db, vault, &claim.to_lowercase()).await?,
        MatchBy::Phone => {
            if identity.phone_doubtful() {
                return Err(refuse("phone_doubtful"));
            }
            let phone = Phone::parse(&claim).map_err(|_| refuse("no_claim"))?;
            store::staff::find_by_phone(db, vault, phone.normalised()).await?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_on_to_our_own_pages_only() {
        assert_eq!(own_path("/orders/1?tab=flow"), "/orders/1?tab=flow");
        for foreign in
            ["https://evil.example", "//evil.example", "/\\evil.example", "", "orders", "/a\r\nset-cookie: x"]
        {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }

    #[test]
    fn every_trouble_has_its_words() {
        let all = [
            Trouble::Issuer,
            Trouble::Unreached(String::new()),
            Trouble::NotOne(String::new()),
            Trouble::Foreign,
            Trouble::Late,
            Trouble::Denied,
            Trouble::Used,
            Trouble::Client,
            Trouble::Provider(String::new()),
            Trouble::Token(String::new()),
        ];
        for trouble in all {
            assert!(words(trouble.code()).is_some(), "{trouble:?}");
        }
        assert_eq!(words("<script>"), None);
    }
}
