//! 微博: how the account is reached (set by the system administrator, sealed whole, every version kept, the token goes in and never
//! comes out), and what is said in public beneath a post, besides the message that only the citizen reads.

use db::Tx;
use domain::authority::Permission;
use domain::decision::Notice;
use domain::inbox::Adapter;
use domain::message::Medium;
use domain::order::{Channel, Order};
use domain::social::{WeiboSettings, public_words};
use futures::future::BoxFuture;
use kernel::{FieldError, NoticeId, OrderId, Refusal};
use serde::{Deserialize, Serialize};
use store::Store;
use store::sms::Sms;
use store::social::ChannelSetting;

use crate::Result;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::sms::desk::{GatewayLine, GatewayVersion, KEPT, StateCount};
use crate::world::World;

/// Versions shown.
const SHOWN: i64 = 20;
/// A comment beneath a post so old is hardly about the order that was made of it, days.
const SAME_D: i64 = 90;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeiboForm {
    /// A token left as shown stays as it was.
    pub settings: WeiboSettings,
    pub reason: String,
}

/// How the account is reached and how it goes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeiboView {
    /// Without the token.
    pub settings: WeiboSettings,
    pub line: GatewayLine,
    /// Comments of the last 24 hours by state.
    pub today: Vec<StateCount>,
    pub versions: Vec<GatewayVersion>,
}

/// What Weibo knows of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeiboFound {
    /// Posts and comments that mention it since the first day that is taken in.
    pub posts: u32,
    pub comments: u32,
    /// Days until the token runs out.
    pub token_days: i64,
}

/// A way to ask Weibo.
pub trait WeiboProbe: Send + Sync {
    /// Whose token it is, for how long, and what it may read; the fault is in words for the administrator.
    fn probe<'a>(&'a self, settings: &'a WeiboSettings) -> BoxFuture<'a, std::result::Result<WeiboFound, String>>;
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminParam)
}

/// How the account is reached; as nobody has set it, not at all.
pub async fn settings(app: &App) -> Result<WeiboSettings> {
    settings_in(&app.store).await
}

pub(crate) async fn settings_in(store: &Store) -> Result<WeiboSettings> {
    let set = store::social::settings(&store.db, &store.vault, Adapter::Weibo, 1).await?.pop();
    Ok(set.map(|s: ChannelSetting<WeiboSettings>| s.settings).unwrap_or_default())
}

pub async fn weibo_view(app: &App, ctx: &Ctx) -> Result<WeiboView> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world).await
}

async fn view(app: &App, ctx: &Ctx, world: &World) -> Result<WeiboView> {
    let versions: Vec<ChannelSetting<WeiboSettings>> =
        store::social::settings(&app.store.db, &app.store.vault, Adapter::Weibo, SHOWN).await?;
    let mut settings = versions.first().map(|v| v.settings.clone()).unwrap_or_default();
    let line = GatewayLine::of_adapter(app, ctx, Adapter::Weibo, settings.on).await?;
    if !settings.access_token.is_empty() {
        KEPT.clone_into(&mut settings.access_token);
    }
    let mode = |s: &WeiboSettings| match (s.on, s.answers) {
        (false, _) => "未接入",
        (true, true) => "接收并评论",
        (true, false) => "只接收",
    };
    let version = |v: &ChannelSetting<WeiboSettings>| GatewayVersion {
        at: v.at,
        by_name: world.user_name(v.by),
        kind_cn: mode(&v.settings).to_owned(),
        reason: v.reason.clone(),
    };
    let counts = store::sms::counts(&app.store.db, Medium::Weibo, ctx.now.plus_hours(-24)).await?;
    let today = crate::sms::log::counted(&counts);
    Ok(WeiboView { settings, line, today, versions: versions.iter().map(version).collect() })
}

/// What is kept because it was left as shown.
fn whole(new: WeiboSettings, old: &WeiboSettings) -> Result<WeiboSettings> {
    // Sent to another address the token would be given away.
    if new.access_token == KEPT && new.api.trim() != old.api.trim() {
        let asked = FieldError::new("access_token", "更换接口地址须重新填写访问令牌")
            .with_remedy("不能把原来的令牌发往新的地址");
        return Err(asked.into());
    }
    let token = if new.access_token == KEPT { &old.access_token } else { &new.access_token };
    Ok(WeiboSettings {
        access_token: token.trim().to_owned(),
        uid: new.uid.trim().to_owned(),
        since: new.since.trim().to_owned(),
        api: new.api.trim().to_owned(),
        ..new
    })
}

/// Sets how the account is reached, from the next look on.
pub async fn weibo_set(app: &App, ctx: &Ctx, form: WeiboForm) -> Result<WeiboView> {
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
        store::social::insert_setting(tx, &app.store.vault, Adapter::Weibo, &new).await?;
        store::counter::next_in(tx, snapshot::MESSAGE).await?;
        let s = &new.settings;
        let detail = serde_json::json!({ "on": s.on, "uid": s.uid, "answers": s.answers });
        let entry = Entry::new("admin", "weibo.set", "channel", new.id).because(new.reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    })?;
    let world = app.refresh().await?;
    view(app, ctx, &world).await
}

/// 测试连接 with settings that need not be saved yet: asks about the token and counts, and says nothing in public.
pub async fn weibo_test(app: &App, ctx: &Ctx, settings: WeiboSettings) -> Result<WeiboFound> {
    require(ctx)?;
    let asked = WeiboSettings { on: true, ..whole(settings, &self::settings(app).await?)? };
    let wrong = asked.faults();
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let Some(weibo) = app.weibo() else {
        return Err(Refusal::state("no_weibo", "本程序不能访问微博，请在平台主程序上测试").into());
    };
    let found = weibo.probe(&asked).await;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let detail = serde_json::json!({ "uid": asked.uid, "good": found.is_ok() });
        audit::record(tx, app, ctx, Entry::new("admin", "weibo.test", "channel", Adapter::Weibo.code()).with(detail))
            .await
    });
    done?;
    found.map_err(|why| Refusal::state("weibo", why).into())
}

/// The latest order made of a post.
pub async fn order_below(app: &App, post: i64) -> Result<Option<OrderId>> {
    let (place, since) = (post.to_string(), app.now().plus_days(-SAME_D));
    let account = (Medium::Weibo, place.as_str());
    Ok(store::social::order_of(&app.store.db, &app.store.vault, account, since).await?)
}

/// The comment that goes with a notice to whoever wrote the post, if there is anything to be said in public. `new` is where that is, of
/// an order not on record yet.
pub(crate) async fn comment(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    (order, notice): (&Order, &Notice),
    new: Option<&(Medium, String)>,
) -> Result<Option<Sms>> {
    if order.channel != Channel::Weibo || !world.weibo_answers {
        return Ok(None);
    }
    let Some(words) = public_words(&notice.template, order) else { return Ok(None) };
    let account = match new {
        Some(new) => Some(new.clone()),
        None => store::social::account_of(&mut *tx, &app.store.vault, order.id).await?,
    };
    let Some((Medium::Weibo, place)) = account else { return Ok(None) };
    let id = NoticeId::mint(&*app.mint, ctx.now);
    let sms = Sms::new(id, &notice.template, &place, words, ctx.now);
    Ok(Some(Sms { medium: Medium::Weibo, order: Some(order.id), ..sms }))
}
