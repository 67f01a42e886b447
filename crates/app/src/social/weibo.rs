//! 微博: the settings of the account, and what is said in public beneath a post, besides the message that only the citizen reads.

use db::Tx;
use domain::decision::Notice;
use domain::inbox::Adapter;
use domain::message::Medium;
use domain::order::{Channel, Order};
use domain::social::{WeiboSettings, public_words};
use futures::future::BoxFuture;
use kernel::{FieldError, NoticeId, OrderId, Refusal};
use serde::{Deserialize, Serialize};
use store::sms::Sms;

use super::reach::{self, Reach, Shown};
use crate::Result;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::sms::desk::{GatewayLine, GatewayVersion, KEPT, StateCount, hide};
use crate::world::World;

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

impl Reach for WeiboSettings {
    const ADAPTER: Adapter = Adapter::Weibo;
    const MEDIUM: Medium = Medium::Weibo;

    fn on(&self) -> bool {
        self.on
    }

    fn mode_cn(&self) -> &'static str {
        match (self.on, self.answers) {
            (false, _) => "未接入",
            (true, true) => "接收并评论",
            (true, false) => "只接收",
        }
    }

    fn faults(&self) -> Vec<FieldError> {
        self.faults()
    }

    fn hide(&mut self) {
        hide(&mut self.access_token);
    }

    fn whole(self, old: &Self) -> Result<Self> {
        // Sent to another address the token would be given away.
        if self.access_token == KEPT && self.api.trim() != old.api.trim() {
            let asked = FieldError::new("access_token", "更换接口地址须重新填写访问令牌")
                .with_remedy("不能把原来的令牌发往新的地址");
            return Err(asked.into());
        }
        Ok(Self {
            access_token: reach::kept(&self.access_token, &old.access_token),
            uid: self.uid.trim().to_owned(),
            since: self.since.trim().to_owned(),
            api: self.api.trim().to_owned(),
            ..self
        })
    }

    fn told(&self) -> serde_json::Value {
        serde_json::json!({ "on": self.on, "uid": self.uid, "answers": self.answers })
    }
}

impl From<Shown<WeiboSettings>> for WeiboView {
    fn from(Shown { settings, line, today, versions }: Shown<WeiboSettings>) -> Self {
        Self { settings, line, today, versions }
    }
}

/// How the account is reached; as nobody has set it, not at all.
pub async fn settings(app: &App) -> Result<WeiboSettings> {
    reach::current(&app.store).await
}

pub async fn weibo_view(app: &App, ctx: &Ctx) -> Result<WeiboView> {
    Ok(reach::shown(app, ctx).await?.into())
}

/// Sets how the account is reached, from the next look on.
pub async fn weibo_set(app: &App, ctx: &Ctx, form: WeiboForm) -> Result<WeiboView> {
    Ok(reach::set(app, ctx, form.settings, &form.reason).await?.into())
}

/// 测试连接 with settings that need not be saved yet: asks about the token and counts, and says nothing in public.
pub async fn weibo_test(app: &App, ctx: &Ctx, settings: WeiboSettings) -> Result<WeiboFound> {
    reach::require(ctx)?;
    let asked = WeiboSettings { on: true, ..settings.whole(&self::settings(app).await?)? };
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
