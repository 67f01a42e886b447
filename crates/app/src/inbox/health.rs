//! 渠道运行: how each adapter goes, for who runs the system and who leads the shift.

use domain::authority::{Permission, Role, permits};
use domain::inbox::Adapter;
use kernel::Ts;
use serde::Serialize;

use crate::Result;
use crate::ctx::{App, Ctx};

/// A state older than this says nothing of now, milliseconds.
const STALE_MS: i64 = 180_000;

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChannelHealth {
    pub adapter: String,
    pub adapter_cn: String,
    /// `off`, `up`, `partial` (it works, and some pieces could not be taken in), `down`, `unknown`.
    pub state: String,
    pub state_cn: String,
    pub error: Option<String>,
    /// Since when it is so.
    pub since: Option<Ts>,
    /// When it last worked.
    pub success_at: Option<Ts>,
    /// How long ago that is, milliseconds: what came in since then is not here yet. Of an adapter that is off there is none.
    pub lag_ms: Option<i64>,
    /// Pieces that wait for a person.
    pub waiting: i64,
    pub oldest_at: Option<Ts>,
}

/// Every adapter, whether or not it is connected.
pub async fn channel_health(app: &App, ctx: &Ctx) -> Result<Vec<ChannelHealth>> {
    ctx.require_ready()?;
    let actor = ctx.actor()?;
    if !permits(&actor.roles, Permission::AdminParam) && !actor.has(Role::TeamLeader) {
        ctx.require(Permission::AdminParam)?;
    }
    let lines = store::inbox::lines(&app.store.db).await?;
    let backlog = store::inbox::backlog(&app.store.db).await?;
    let mut all = Vec::new();
    for adapter in Adapter::ALL {
        let on = is_on(app, *adapter).await?;
        let code = adapter.code();
        let line = lines.iter().find(|l| l.adapter == code);
        let fresh = line.filter(|l| on && ctx.now.0 - l.at.0 < STALE_MS);
        let (state, state_cn) = match fresh {
            _ if !on => ("off", "未接入"),
            None => ("unknown", "状态未知"),
            Some(l) if l.good && l.error.is_some() => ("partial", "部分未收"),
            Some(l) if l.good => ("up", "正常"),
            Some(_) => ("down", "中断"),
        };
        let waits = backlog.iter().find(|(a, ..)| a == code);
        all.push(ChannelHealth {
            adapter: code.to_owned(),
            adapter_cn: adapter.cn().to_owned(),
            state: state.to_owned(),
            state_cn: state_cn.to_owned(),
            error: fresh.and_then(|l| l.error.clone()),
            since: fresh.map(|l| l.since),
            success_at: line.and_then(|l| l.success_at),
            lag_ms: line.filter(|_| on).and_then(|l| l.success_at).map(|at| (ctx.now.0 - at.0).max(0)),
            waiting: waits.map_or(0, |(_, n, _)| *n),
            oldest_at: waits.map(|(.., at)| *at),
        });
    }
    Ok(all)
}

/// Whether somebody has connected the adapter.
async fn is_on(app: &App, adapter: Adapter) -> Result<bool> {
    match adapter {
        Adapter::Mail => Ok(crate::sms::mail::settings(app).await?.fetch.on),
        Adapter::Wechat => Ok(crate::social::wechat::settings(app).await?.on),
        Adapter::Weibo => Ok(crate::social::weibo::settings(app).await?.on),
    }
}
