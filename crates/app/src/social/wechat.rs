//! 微信公众号: the settings of the account, and its messages as they come.

use citizen::{WechatDoor, WechatPiece, WechatWhat, wechat_words};
use db::Tx;
use domain::inbox::Adapter;
use domain::message::Medium;
use domain::social::WechatSettings;
use kernel::{FieldError, Ts};
use serde::{Deserialize, Serialize};
use store::social::Came;

use super::reach::{self, Reach, Shown};
use crate::ctx::{App, Ctx};
use crate::sms::desk::{GatewayLine, GatewayVersion, KEPT, StateCount, hide};
use crate::{Error, Result};

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

impl Reach for WechatSettings {
    const ADAPTER: Adapter = Adapter::Wechat;
    const MEDIUM: Medium = Medium::Wechat;

    fn on(&self) -> bool {
        self.on
    }

    fn mode_cn(&self) -> &'static str {
        match (self.on, self.safe) {
            (false, _) => "未接入",
            (true, true) => "安全模式",
            (true, false) => "明文模式",
        }
    }

    fn faults(&self) -> Vec<FieldError> {
        self.faults()
    }

    fn hide(&mut self) {
        for secret in [&mut self.secret, &mut self.aes_key, &mut self.token] {
            hide(secret);
        }
    }

    fn whole(self, old: &Self) -> Result<Self> {
        // Sent to another address the secret would be given away.
        if self.secret == KEPT && self.api.trim() != old.api.trim() {
            let asked = FieldError::new("secret", "更换接口地址须重新填写 AppSecret").with_remedy("请填写 AppSecret");
            return Err(asked.into());
        }
        Ok(Self {
            app_id: self.app_id.trim().to_owned(),
            secret: reach::kept(&self.secret, &old.secret),
            token: reach::kept(&self.token, &old.token),
            aes_key: reach::kept(&self.aes_key, &old.aes_key),
            api: self.api.trim().to_owned(),
            ..self
        })
    }

    fn told(&self) -> serde_json::Value {
        serde_json::json!({ "on": self.on, "app_id": self.app_id, "safe": self.safe })
    }
}

/// How the account is reached; as nobody has set it, not at all.
pub async fn settings(app: &App) -> Result<WechatSettings> {
    reach::current(&app.store).await
}

pub async fn wechat_view(app: &App, ctx: &Ctx) -> Result<WechatView> {
    Ok(seen(app, reach::shown(app, ctx).await?))
}

/// Sets how the account is reached, from the next message on.
pub async fn wechat_set(app: &App, ctx: &Ctx, form: WechatForm) -> Result<WechatView> {
    Ok(seen(app, reach::set(app, ctx, form.settings, &form.reason).await?))
}

fn seen(app: &App, Shown { settings, line, today, versions }: Shown<WechatSettings>) -> WechatView {
    let callback = format!("https://{}{CALLBACK}", bare(&app.settings.public_url));
    WechatView { settings, callback, line, today, versions }
}

fn bare(url: &str) -> &str {
    let url = url.trim_start_matches("https://").trim_start_matches("http://");
    url.trim_end_matches('/')
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
