//! 短信网关: set by the system administrator, sealed whole, every version kept; passwords go in and never come out.

use domain::authority::Permission;
use domain::inbox::Adapter;
use domain::message::{GatewayKind, GatewaySettings, Medium};
use kernel::{FieldError, NoticeId, Phone, PhoneKind, Refusal, Ts, Uuid};
use serde::{Deserialize, Serialize};
use store::sms::{Gateway, Sms};

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::world::World;
use crate::{Error, Result};

/// Stands for a secret that is set; sent back, it means "as it was".
pub const KEPT: &str = "●●●●●●●●";
/// Shown instead of a secret that is set.
pub(crate) fn hide(secret: &mut String) {
    if !secret.is_empty() {
        KEPT.clone_into(secret);
    }
}

/// Versions shown.
const SHOWN: i64 = 20;
/// A line not heard of for so long is unknown, milliseconds.
const STALE_MS: i64 = 90_000;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayForm {
    /// Secrets left as shown stay as they were.
    pub settings: GatewaySettings,
    pub reason: String,
}

/// How the carrier is reached and how it goes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayView {
    /// Without secrets.
    pub settings: GatewaySettings,
    pub kind_cn: String,
    pub line: GatewayLine,
    /// Messages of the last 24 hours by state.
    pub today: Vec<StateCount>,
    /// 网关回调地址, without scheme and host.
    pub callback_path: String,
    pub versions: Vec<GatewayVersion>,
}

/// How a line is.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayLine {
    /// `off`, `up`, `down`, `unknown`.
    pub state: String,
    pub state_cn: String,
    pub error: Option<String>,
    /// Since when it is so.
    pub since: Option<Ts>,
}

impl GatewayLine {
    pub(super) async fn of(app: &App, ctx: &Ctx, medium: Medium, on: bool) -> Result<Self> {
        let line = store::sms::line(&app.store.db, medium).await?;
        Ok(Self::shown(ctx, on, line.map(|l| (l.good, l.error, l.at, l.since))))
    }

    /// As a channel that citizens write by has it.
    pub(crate) async fn of_adapter(app: &App, ctx: &Ctx, adapter: Adapter, on: bool) -> Result<Self> {
        let lines = store::inbox::lines(&app.store.db).await?;
        let line = lines.into_iter().find(|l| l.adapter == adapter.code());
        Ok(Self::shown(ctx, on, line.map(|l| (l.good, l.error, l.at, l.since))))
    }

    fn shown(ctx: &Ctx, on: bool, line: Option<(bool, Option<String>, Ts, Ts)>) -> Self {
        let line = line.filter(|(.., at, _)| on && ctx.now.0 - at.0 < STALE_MS);
        let (code, cn) = match &line {
            _ if !on => ("off", "未接入"),
            None => ("unknown", "状态未知"),
            Some((true, ..)) => ("up", "正常"),
            Some((false, ..)) => ("down", "中断"),
        };
        Self {
            state: code.to_owned(),
            state_cn: cn.to_owned(),
            since: line.as_ref().map(|(.., since)| *since),
            error: line.and_then(|(_, error, ..)| error),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StateCount {
    pub state: String,
    pub state_cn: String,
    pub count: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayVersion {
    pub at: Ts,
    pub by_name: String,
    pub kind_cn: String,
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestForm {
    pub phone: String,
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminParam)
}

fn hidden(mut s: GatewaySettings) -> GatewaySettings {
    for secret in [&mut s.http.headers, &mut s.smpp.password, &mut s.callback_secret] {
        hide(secret);
    }
    s
}

/// What was left as shown is what it was.
fn completed(mut new: GatewaySettings, old: &GatewaySettings) -> GatewaySettings {
    let pairs = [
        (&mut new.http.headers, &old.http.headers),
        (&mut new.smpp.password, &old.smpp.password),
        (&mut new.callback_secret, &old.callback_secret),
    ];
    for (new, old) in pairs {
        if new == KEPT {
            old.clone_into(new);
        }
    }
    new
}

/// Secrets that are to stay while they would be sent to somebody else: who may change the address could read them there.
fn given_away(new: &GatewaySettings, old: &GatewaySettings) -> Vec<FieldError> {
    // Scheme and host: in clear it would be told to everybody on the way.
    let host = |url: &str| url.trim().split('/').take(3).collect::<Vec<_>>().join("/");
    let pairs = [
        ("http.headers", &new.http.headers, host(&new.http.url) != host(&old.http.url)),
        ("smpp.password", &new.smpp.password, new.smpp.host.trim() != old.smpp.host.trim()),
    ];
    let moved = pairs.into_iter().filter(|(_, secret, moved)| *moved && secret.as_str() == KEPT);
    moved
        .map(|(field, ..)| FieldError::new(field, "更换地址须重新填写").with_remedy("不能把原来的密码发往新的地址"))
        .collect()
}

pub async fn gateway_view(app: &App, ctx: &Ctx) -> Result<GatewayView> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world).await
}

async fn view(app: &App, ctx: &Ctx, world: &World) -> Result<GatewayView> {
    let versions = store::sms::gateways(&app.store.db, &app.store.vault, SHOWN).await?;
    let settings = versions.first().map(|g| g.settings.clone()).unwrap_or_default();
    let line = GatewayLine::of(app, ctx, Medium::Sms, settings.kind != GatewayKind::Off).await?;
    let counts = store::sms::counts(&app.store.db, Medium::Sms, ctx.now.plus_hours(-24)).await?;
    let version = |g: &Gateway| GatewayVersion {
        at: g.at,
        by_name: world.user_name(g.by),
        kind_cn: g.settings.kind.cn().to_owned(),
        reason: g.reason.clone(),
    };
    Ok(GatewayView {
        kind_cn: settings.kind.cn().to_owned(),
        line,
        today: super::log::counted(&counts),
        callback_path: "/open/v1/sms".to_owned(),
        versions: versions.iter().map(version).collect(),
        settings: hidden(settings),
    })
}

/// Sets how the carrier is reached, from the next message on.
pub async fn gateway_set(app: &App, ctx: &Ctx, form: GatewayForm) -> Result<GatewayView> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let old = super::send::settings(app).await?;
    let mut wrong = given_away(&form.settings, &old);
    let mut settings = completed(form.settings, &old);
    wrong.extend(settings.faults());
    let n = form.reason.trim().chars().count();
    if !(4..=500).contains(&n) {
        wrong.push(FieldError::new("reason", "请写明修改原因").with_remedy("4至500字"));
    }
    let secret = settings.callback_secret.trim();
    if !secret.is_empty() && (secret.len() < 16 || !secret.bytes().all(|b| b.is_ascii_alphanumeric())) {
        wrong
            .push(FieldError::new("callback_secret", "回调密钥应为16位以上的字母和数字").with_remedy("留空则自动生成"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    if settings.kind == GatewayKind::Http && settings.callback_secret.trim().is_empty() {
        let mut bytes = [0_u8; 16];
        app.mint.bytes(&mut bytes);
        settings.callback_secret = kernel::hex_encode(&bytes);
    }
    let new = Gateway { id: app.mint.uuid(ctx.now), settings, reason: form.reason.trim().to_owned(), at: ctx.now, by };
    db::with_retry!(app.store.db, async |tx| {
        store::sms::insert_gateway(tx, &app.store.vault, &new).await?;
        let detail = serde_json::json!({ "kind": new.settings.kind, "route": new.settings.route() });
        let entry = Entry::new("admin", "sms.gateway", "sms_gateway", new.id).because(new.reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    })?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world).await
}

/// 回调密钥 in clear, for the gateway's own settings; seeing it is written down.
pub async fn callback_secret(app: &App, ctx: &Ctx) -> Result<String> {
    require(ctx)?;
    let settings = super::send::settings(app).await?;
    db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, Entry::new("reveal", "sms.callback_secret", "sms_gateway", "callback")).await
    })?;
    Ok(settings.callback_secret)
}

/// 测试短信, by the same way as all others.
pub async fn test(app: &App, ctx: &Ctx, form: &TestForm) -> Result<Uuid> {
    require(ctx)?;
    let phone = Phone::parse(&form.phone).ok().filter(|p| p.kind() == PhoneKind::Mobile);
    let phone = phone.ok_or_else(|| FieldError::new("phone", "请填写手机号码").with_remedy("11位手机号码"))?;
    if super::send::settings(app).await?.kind == GatewayKind::Off {
        return Err(Refusal::state("gateway_off", "尚未接入短信网关，请先保存网关设置").into());
    }
    let world = app.fresh_world().await?;
    let text = format!("【{}】短信网关测试，{}。", world.params.text("sms.sign"), ctx.now.format_cn());
    let sms = Sms::new(NoticeId::mint(&*app.mint, ctx.now), "TEST", phone.normalised(), text, ctx.now);
    db::with_retry!(app.store.db, async |tx| {
        store::sms::insert_sms(tx, &app.store.vault, std::slice::from_ref(&sms)).await?;
        let detail = serde_json::json!({ "phone": phone.masked() });
        audit::record(tx, app, ctx, Entry::new("admin", "sms.test", "sms", sms.id).with(detail)).await?;
        Ok::<(), Error>(())
    })?;
    Ok(sms.id.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_in_and_never_come_out() {
        let mut old = GatewaySettings::default();
        old.smpp.password = "s3cret".to_owned();
        old.http.headers = "Authorization: x".to_owned();
        let shown = hidden(old.clone());
        assert_eq!((shown.smpp.password.as_str(), shown.http.headers.as_str()), (KEPT, KEPT));
        assert_eq!(shown.callback_secret, "", "what is not set is not shown as set");
        assert_eq!(completed(shown.clone(), &old), old);
        let mut changed = shown;
        changed.smpp.password = "new".to_owned();
        assert_eq!(completed(changed, &old).smpp.password, "new");
    }

    #[test]
    fn secrets_are_not_sent_to_another_address() {
        let mut old = GatewaySettings::default();
        old.smpp.password = "s3cret".to_owned();
        old.http.headers = "Authorization: x".to_owned();
        old.http.url = "http://10.0.0.1:80/send".to_owned();
        let first = old.clone();
        let fields = |new: &GatewaySettings| given_away(new, &first).into_iter().map(|f| f.field).collect::<Vec<_>>();
        let mut new = hidden(old.clone());
        new.http.url = "http://10.0.0.1:80/other".to_owned();
        assert!(fields(&new).is_empty(), "the same house");
        new.http.url = "http://10.0.0.2:80/send".to_owned();
        new.smpp.host = "10.0.0.2".to_owned();
        assert_eq!(fields(&new), ["http.headers", "smpp.password"]);
        new.smpp.password = "typed anew".to_owned();
        assert_eq!(fields(&new), ["http.headers"]);
        old.http.url = "https://10.0.0.1/send".to_owned();
        let mut clear = hidden(old.clone());
        clear.http.url = "http://10.0.0.1/send".to_owned();
        assert_eq!(given_away(&clear, &old).len(), 1, "the same house, but in clear");
    }
}
