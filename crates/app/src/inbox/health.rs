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
    /// `off`, `up`, `down`, `unknown`.
    pub state: String,
    pub state_cn: String,
    pub error: Option<String>,
    /// Since when it is so.
    pub since: Option<Ts>,
    /// When it last worked.
    pub success_at: Option<Ts>,
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
    let mail_on = crate::sms::mail::settings(app).await?.fetch.on;
    let wechat_on = crate::social::wechat::settings(app).await?.on;
    let of = |adapter: &Adapter| {
        let code = adapter.code();
        let on = match adapter {
            Adapter::Mail => mail_on,
            Adapter::Wechat => wechat_on,
        };
        let line = lines.iter().find(|l| l.adapter == code);
        let fresh = line.filter(|l| on && ctx.now.0 - l.at.0 < STALE_MS);
        let (state, state_cn) = match fresh {
            _ if !on => ("off", "未接入"),
            None => ("unknown", "状态未知"),
            Some(l) if l.good => ("up", "正常"),
            Some(_) => ("down", "中断"),
        };
        let waits = backlog.iter().find(|(a, ..)| a == code);
        ChannelHealth {
            adapter: code.to_owned(),
            adapter_cn: adapter.cn().to_owned(),
            state: state.to_owned(),
            state_cn: state_cn.to_owned(),
            error: fresh.and_then(|l| l.error.clone()),
            since: fresh.map(|l| l.since),
            success_at: line.and_then(|l| l.success_at),
            waiting: waits.map_or(0, |(_, n, _)| *n),
            oldest_at: waits.map(|(.., at)| *at),
        }
    };
    Ok(Adapter::ALL.iter().map(of).collect())
}
