//! How an account at a social service is reached: set by the system administrator, sealed whole, every version kept, secrets go in
//! and never come out.

use domain::authority::Permission;
use domain::inbox::Adapter;
use domain::message::Medium;
use kernel::{FieldError, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::Store;
use store::social::ChannelSetting;

use crate::Result;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::sms::desk::{GatewayLine, GatewayVersion, KEPT, StateCount};
use crate::world::World;

/// Versions shown.
const SHOWN: i64 = 20;

/// Settings of one service.
pub(crate) trait Reach: Serialize + DeserializeOwned + Default + Send + Sync {
    const ADAPTER: Adapter;
    /// What citizens are answered by.
    const MEDIUM: Medium;

    fn on(&self) -> bool;
    /// How it is connected, in words for the list of versions.
    fn mode_cn(&self) -> &'static str;
    fn faults(&self) -> Vec<FieldError>;
    /// Every secret that is set gives way to [`KEPT`].
    fn hide(&mut self);
    /// Trimmed, and with the secrets of `old` where they were left as shown; refused where they would be sent to somebody else.
    fn whole(self, old: &Self) -> Result<Self>;
    /// What the audit trail tells of it, without secrets.
    fn told(&self) -> serde_json::Value;
}

/// Settings as the administrator sees them, and how the line goes.
pub(super) struct Shown<S> {
    /// Without secrets.
    pub settings: S,
    pub line: GatewayLine,
    /// Messages to citizens of the last 24 hours by state.
    pub today: Vec<StateCount>,
    pub versions: Vec<GatewayVersion>,
}

pub(super) fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminParam)
}

/// How the account is reached; as nobody has set it, not at all.
pub(crate) async fn current<S: Reach>(store: &Store) -> Result<S> {
    let set = store::social::settings(&store.db, &store.vault, S::ADAPTER, 1).await?.pop();
    Ok(set.map(|s: ChannelSetting<S>| s.settings).unwrap_or_default())
}

pub(super) async fn shown<S: Reach>(app: &App, ctx: &Ctx) -> Result<Shown<S>> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world).await
}

async fn view<S: Reach>(app: &App, ctx: &Ctx, world: &World) -> Result<Shown<S>> {
    let kept: Vec<ChannelSetting<S>> =
        store::social::settings(&app.store.db, &app.store.vault, S::ADAPTER, SHOWN).await?;
    let version = |v: &ChannelSetting<S>| GatewayVersion {
        at: v.at,
        by_name: world.user_name(v.by),
        kind_cn: v.settings.mode_cn().to_owned(),
        reason: v.reason.clone(),
    };
    let versions = kept.iter().map(version).collect();
    let mut settings = kept.into_iter().next().map(|v| v.settings).unwrap_or_default();
    settings.hide();
    let counts = store::sms::counts(&app.store.db, S::MEDIUM, ctx.now.plus_hours(-24)).await?;
    Ok(Shown {
        line: GatewayLine::of_adapter(app, ctx, S::ADAPTER, settings.on()).await?,
        settings,
        today: crate::sms::log::counted(&counts),
        versions,
    })
}

/// Sets how the account is reached, from the next message on.
pub(super) async fn set<S: Reach>(app: &App, ctx: &Ctx, settings: S, reason: &str) -> Result<Shown<S>> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let settings = settings.whole(&current(&app.store).await?)?;
    let (mut wrong, reason) = (settings.faults(), reason.trim());
    if !(4..=500).contains(&reason.chars().count()) {
        wrong.push(FieldError::new("reason", "请写明修改原因").with_remedy("4至500字"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let new = ChannelSetting { id: app.mint.uuid(ctx.now), settings, reason: reason.to_owned(), at: ctx.now, by };
    db::with_retry!(app.store.db, async |tx| {
        store::social::insert_setting(tx, &app.store.vault, S::ADAPTER, &new).await?;
        store::counter::next_in(tx, snapshot::MESSAGE).await?;
        let action = format!("{}.set", S::ADAPTER.code());
        let entry = Entry::new("admin", &action, "channel", new.id).because(new.reason.clone());
        audit::record(tx, app, ctx, entry.with(new.settings.told())).await
    })?;
    let world = app.refresh().await?;
    view(app, ctx, &world).await
}

/// `new`, or what it was where it was left as shown.
pub(super) fn kept(new: &str, old: &str) -> String {
    if new == KEPT { old.to_owned() } else { new.trim().to_owned() }
}
