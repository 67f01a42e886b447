//! 微信公众号: how it is reached (set by the system administrator, sealed whole, every version kept, secrets go in and never come
//! out), and its messages as they come.

use citizen::{WechatDoor, WechatPiece, WechatWhat, wechat_words};
use db::Tx;
use domain::authority::Permission;
use domain::inbox::Adapter;
use domain::message::Medium;
use domain::social::WechatSettings;
use kernel::{FieldError, Refusal, Ts};
use serde::{Deserialize, Serialize};
use store::Store;
use store::social::{Came, ChannelSetting};

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::sms::desk::{GatewayLine, GatewayVersion, KEPT, StateCount};
use crate::world::World;
use crate::{Error, Result};

/// Versions shown.
const SHOWN: i64 = 20;
/// Where the portal takes WeChat's calls.
const CALLBACK: &str = "/wechat";

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatForm {
    /// Secrets left as shown stay as they were.
    pub settings: WechatSettings,
    pub reason: String,
}

/// How the account is reached and how it goes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WechatView {
    /// Without secrets.
    pub settings: WechatSettings,
    /// What is entered at WeChat's console as 服务器地址.
    pub callback: String,
    pub line: GatewayLine,
    /// Messages to citizens of the last 24 hours by state.
    pub today: Vec<StateCount>,
    pub versions: Vec<GatewayVersion>,
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminParam)
}

/// How the account is reached; as nobody has set it, not at all.
pub async fn settings(app: &App) -> Result<WechatSettings> {
    settings_in(&app.store).await
}

pub(crate) async fn settings_in(store: &Store) -> Result<WechatSettings> {
    let set = store::social::settings(&store.db, &store.vault, Adapter::Wechat, 1).await?.pop();
    Ok(set.map(|s: ChannelSetting<WechatSettings>| s.settings).unwrap_or_default())
}

pub async fn wechat_view(app: &App, ctx: &Ctx) -> Result<WechatView> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world).await
}

async fn view(app: &App, ctx: &Ctx, world: &World) -> Result<WechatView> {
    let versions: Vec<ChannelSetting<WechatSettings>> =
        store::social::settings(&app.store.db, &app.store.vault, Adapter::Wechat, SHOWN).await?;
    let mut settings = versions.first().map(|v| v.settings.clone()).unwrap_or_default();
    let line = GatewayLine::of_adapter(app, ctx, Adapter::Wechat, settings.on).await?;
    for secret in [&mut settings.secret, &mut settings.aes_key, &mut settings.token] {
        if !secret.is_empty() {
            KEPT.clone_into(secret);
        }
    }
    let mode = |s: &WechatSettings| match (s.on, s.safe) {
        (false, _) => "未接入",
        (true, true) => "安全模式",
        (true, false) => "明文模式",
    };
    let version = |v: &ChannelSetting<WechatSettings>| GatewayVersion {
        at: v.at,
        by_name: world.user_name(v.by),
        kind_cn: mode(&v.settings).to_owned(),
        reason: v.reason.clone(),
    };
    let counts = store::sms::counts(&app.store.db, Medium::Wechat, ctx.now.plus_hours(-24)).await?;
    Ok(WechatView {
        settings,
        callback: format!("https://{}{CALLBACK}", bare(&app.settings.public_url)),
        line,
        today: crate::sms::log::counted(&counts),
        versions: versions.iter().map(version).collect(),
    })
}

fn bare(url: &str) -> &str {
    let url = url.trim_start_matches("https://").trim_start_matches("http://");
    url.trim_end_matches('/')
}

/// What is kept because it was left as shown.
fn whole(new: WechatSettings, old: &WechatSettings) -> Result<WechatSettings> {
    // Sent to another address the secret would be given away.
    if new.secret == KEPT && new.api.trim() != old.api.trim() {
        let asked = FieldError::new("secret", "更换接口地址须重新填写 AppSecret").with_remedy("请填写 AppSecret");
        return Err(asked.into());
    }
    let kept = |new: String, old: &str| if new == KEPT { old.to_owned() } else { new.trim().to_owned() };
    Ok(WechatSettings {
        app_id: new.app_id.trim().to_owned(),
        secret: kept(new.secret, &old.secret),
        token: kept(new.token, &old.token),
        aes_key: kept(new.aes_key, &old.aes_key),
        api: new.api.trim().to_owned(),
        ..new
    })
}

/// Sets how the account is reached, from the next message on.
pub async fn wechat_set(app: &App, ctx: &Ctx, form: WechatForm) -> Result<WechatView> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let settings = whole(form.settings, &settings(app).await?)?;
    let mut wrong = settings.faults();
    if !(4..=500).contains(&form.reason.trim().chars().count()) {
        wrong.push(FieldError::new("reason", "请写明修改原因").with_remedy("4至500字"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let reason = form.reason.trim().to_owned();
    let new = ChannelSetting { id: app.mint.uuid(ctx.now), settings, reason, at: ctx.now, by };
    db::with_retry!(app.store.db, async |tx| {
        store::social::insert_setting(tx, &app.store.vault, Adapter::Wechat, &new).await?;
        store::counter::next_in(tx, snapshot::MESSAGE).await?;
        let detail =
            serde_json::json!({ "on": new.settings.on, "app_id": new.settings.app_id, "safe": new.settings.safe });
        let entry = Entry::new("admin", "wechat.set", "channel", new.id).because(new.reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    })?;
    let world = app.refresh().await?;
    view(app, ctx, &world).await
}

/// What the callback needs, wherever it runs; the AppSecret stays here.
pub async fn door(app: &App) -> Result<Option<WechatDoor>> {
    let s = settings(app).await?;
    let quiet_min = app.fresh_world().await?.params.int("inbox.quiet_min");
    let door = WechatDoor { app_id: s.app_id, token: s.token, aes_key: s.aes_key, safe: s.safe, quiet_min };
    Ok(s.on.then_some(door))
}

/// Keeps a message inside a transaction of the caller, once however often it comes.
pub async fn keep_in(tx: &mut Tx, app: &App, piece: &WechatPiece, now: Ts) -> Result<()> {
    let body = serde_json::to_string(piece)?;
    store::social::insert_piece(tx, &app.store.vault, &came(app, piece, now), &body).await?;
    Ok(())
}

fn came<'a>(app: &App, piece: &'a WechatPiece, now: Ts) -> Came<'a> {
    Came {
        id: app.mint.uuid(now),
        adapter: Adapter::Wechat,
        external_id: &piece.id,
        person: &piece.person,
        at: piece.at,
    }
}

/// Keeps a message that came in this process and says what is answered at once: the same however often it comes.
pub async fn take(app: &App, piece: &WechatPiece) -> Result<Option<String>> {
    let (now, quiet_min) = (app.now(), app.fresh_world().await?.params.int("inbox.quiet_min"));
    if piece.what == WechatWhat::Followed {
        return Ok(wechat_words(&piece.what, true, quiet_min));
    }
    let before: Result<i64> = db::with_retry!(app.store.db, async |tx| {
        keep_in(tx, app, piece, now).await?;
        let since = piece.at.plus_minutes(-quiet_min);
        Ok::<i64, Error>(store::social::pieces_before(tx, &app.store.vault, &came(app, piece, now), since).await?)
    });
    Ok(wechat_words(&piece.what, before? == 0, quiet_min))
}
