//! 变更推送: the change feed brought to whoever cannot fetch it. A delivery is signed, told again after growing pauses until
//! somebody answers 2xx, and nothing behind it is told before: so the receiver hears every change at least once, in order.

use domain::authority::Permission;
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::crypto::sm3::hmac_sm3;
use kernel::{FieldError, OrderId, Refusal, Ts, Uuid, hex_encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use store::webhook::{Delivery, Webhook};

use super::changes::{PAGE, line, settled};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::{Error, Result};

/// The first pause after a failure; it doubles with each, milliseconds.
const PAUSE_MS: i64 = 2_000;
const LONGEST_MS: i64 = 3_600_000;
/// Deliveries shown.
const SHOWN: i64 = 20;
/// How long a silent process keeps the lease, milliseconds.
const LEASE_MS: i64 = 60_000;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HookForm {
    pub name: String,
    /// `http://…`; within the network of the authorities, or through a TLS proxy going out.
    pub url: String,
    /// Tells everything public there is first; else only what changes from now on.
    #[serde(default)]
    pub from_beginning: bool,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HookLine {
    pub id: Uuid,
    pub name: String,
    pub url: String,
    pub created_at: Ts,
    pub created_by: String,
    pub stopped_at: Option<Ts>,
    /// Failures in a row.
    pub tries: i64,
    /// When it is tried again, after a failure.
    pub next_at: Option<Ts>,
    /// `active`, `failing`, `stopped`.
    pub state: String,
    pub state_cn: String,
    /// Latest first.
    pub deliveries: Vec<DeliveryLine>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeliveryLine {
    pub at: Ts,
    pub attempt: i64,
    pub changes: i64,
    pub status: Option<i64>,
    pub error: Option<String>,
    pub took_ms: i64,
}

/// A new subscription; the only time the secret is shown.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HookMade {
    pub secret: String,
    pub line: HookLine,
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminPolicy)
}

fn shown(hook: &Webhook, world: &crate::World, deliveries: Vec<Delivery>) -> HookLine {
    let (state, state_cn) = match (hook.stopped_at, hook.tries) {
        (Some(_), _) => ("stopped", "已停止"),
        (None, 0) => ("active", "正常"),
        (None, _) => ("failing", "重试中"),
    };
    let delivery = |d: Delivery| DeliveryLine {
        at: d.at,
        attempt: d.attempt,
        changes: d.changes,
        status: d.status,
        error: d.error,
        took_ms: d.took_ms,
    };
    HookLine {
        id: hook.id,
        name: hook.name.clone(),
        url: hook.url.clone(),
        created_at: hook.created_at,
        created_by: world.user_name(hook.created_by),
        stopped_at: hook.stopped_at,
        tries: hook.tries,
        next_at: (hook.tries > 0 && hook.stopped_at.is_none()).then_some(hook.next_at),
        state: state.to_owned(),
        state_cn: state_cn.to_owned(),
        deliveries: deliveries.into_iter().map(delivery).collect(),
    }
}

pub async fn hook_list(app: &App, ctx: &Ctx) -> Result<Vec<HookLine>> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    let mut lines = Vec::new();
    for hook in store::webhook::list_hooks(&app.store.db, &app.store.vault).await? {
        let deliveries = store::webhook::deliveries(&app.store.db, hook.id, SHOWN).await?;
        lines.push(shown(&hook, &world, deliveries));
    }
    Ok(lines)
}

/// Subscribes an address.
pub async fn hook_create(app: &App, ctx: &Ctx, form: HookForm) -> Result<HookMade> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let mut wrong = Vec::new();
    if !(2..=50).contains(&form.name.trim().chars().count()) {
        wrong.push(FieldError::new("name", "请填写接收方名称").with_remedy("2至50字"));
    }
    let host = form.url.trim().strip_prefix("http://").map(|rest| rest.split('/').next().unwrap_or_default());
    if !host.is_some_and(|h| !h.is_empty() && !h.contains('@')) || form.url.chars().any(char::is_whitespace) {
        wrong.push(
            FieldError::new("url", "接收地址应以 http:// 开头")
                .with_remedy("例如 http://10.1.2.3:8080/hotline；需要 HTTPS 时填本机出口代理的地址"),
        );
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let mut bytes = [0_u8; 32];
    app.mint.bytes(&mut bytes);
    let hook = Webhook {
        id: app.mint.uuid(ctx.now),
        name: form.name.trim().to_owned(),
        url: form.url.trim().to_owned(),
        secret: hex_encode(&bytes),
        created_at: ctx.now,
        created_by: by,
        stopped_at: None,
        cursor: (if form.from_beginning { Ts(0) } else { ctx.now }, OrderId(Uuid::nil())),
        tries: 0,
        next_at: ctx.now,
    };
    db::with_retry!(app.store.db, async |tx| {
        store::webhook::insert_hook(tx, &app.store.vault, &hook).await?;
        let detail = serde_json::json!({ "name": hook.name, "url": hook.url });
        audit::record(tx, app, ctx, Entry::new("admin", "webhook.create", "webhook", hook.id).with(detail)).await
    })?;
    let world = app.fresh_world().await?;
    Ok(HookMade { secret: hook.secret.clone(), line: shown(&hook, &world, Vec::new()) })
}

/// Ends it for good.
pub async fn hook_stop(app: &App, ctx: &Ctx, id: Uuid) -> Result<()> {
    require(ctx)?;
    db::with_retry!(app.store.db, async |tx| {
        if !store::webhook::stop_hook(tx, id, ctx.now).await? {
            return Err(Refusal::not_found("有效的推送").into());
        }
        audit::record(tx, app, ctx, Entry::new("admin", "webhook.stop", "webhook", id)).await
    })
}

/// Something to be sent.
#[derive(Clone, Debug)]
pub struct Push {
    pub hook: Webhook,
    pub body: String,
    /// `t=seconds,sm3=hex,sha256=hex`: keyed digests of `t.body`.
    pub signature: String,
    changes: i64,
    end: (Ts, OrderId),
}

/// How it went.
#[derive(Clone, Debug)]
pub struct Went {
    /// None when nobody answered.
    pub status: Option<u16>,
    pub error: Option<String>,
    pub took_ms: i64,
}

/// The signature of a body at a moment, in seconds.
#[must_use]
pub fn signature(secret: &str, seconds: i64, body: &str) -> String {
    let text = format!("{seconds}.{body}");
    let sm3 = hmac_sm3(secret.as_bytes(), &[text.as_bytes()]);
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("keys may have any length");
    mac.update(text.as_bytes());
    format!("t={seconds},sm3={},sha256={}", hex_encode(&sm3), hex_encode(&mac.finalize().into_bytes()))
}

/// What is to be sent now; nothing when another process is at it.
pub async fn due(app: &App) -> Result<Vec<Push>> {
    let now = app.now();
    let hooks = store::webhook::due_hooks(&app.store.db, &app.store.vault, now).await?;
    if hooks.is_empty() {
        return Ok(Vec::new());
    }
    let until = now.plus_millis(LEASE_MS);
    let held = db::with_retry!(app.store.db, async |tx| {
        Ok::<bool, Error>(store::lease::take(tx, "webhook", &app.settings.process, until, now).await?)
    })?;
    let mut pushes = Vec::new();
    for hook in hooks.into_iter().filter(|_| held) {
        let rows = store::open::changes(&app.store.db, hook.cursor, settled(now), "", PAGE).await?;
        let Some(last) = rows.last() else { continue };
        let end = (last.updated_at, last.id);
        let changes: Vec<_> = rows.iter().map(line).collect();
        let body = serde_json::to_string(&serde_json::json!({ "changes": changes, "sent_at": now.iso() }))?;
        let signature = signature(&hook.secret, now.0.div_euclid(1000), &body);
        pushes.push(Push { changes: i64::try_from(rows.len()).unwrap_or(PAGE), hook, body, signature, end });
    }
    Ok(pushes)
}

/// Notes how it went, and when it is tried again.
pub async fn settle(app: &App, push: &Push, went: &Went) -> Result<()> {
    let now = app.now();
    let Webhook { id, cursor, tries, .. } = push.hook;
    let good = went.status.is_some_and(|s| (200..300).contains(&s));
    let (cursor, tries, next_at) = if good {
        (push.end, 0, now)
    } else {
        let pause = PAUSE_MS.saturating_mul(1 << tries.clamp(0, 20)).min(LONGEST_MS);
        (cursor, tries + 1, now.plus_millis(pause))
    };
    let delivery = Delivery {
        at: now,
        attempt: push.hook.tries + 1,
        changes: push.changes,
        status: went.status.map(i64::from),
        error: went.error.clone(),
        took_ms: went.took_ms,
    };
    db::with_retry!(app.store.db, async |tx| {
        store::webhook::move_hook(tx, id, cursor, tries, next_at).await?;
        Ok::<(), Error>(store::webhook::log_delivery(tx, id, &delivery).await?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_key_time_and_body() {
        let one = signature("k", 5, "{}");
        // `printf '5.{}' | openssl dgst -sha256 -hmac k`, and the same with `-sm3`.
        assert_eq!(
            one,
            "t=5,sm3=fb867c12dc68bdb3cf442d4fea943de22fe859417268b779aa0d9c753de58cb8,\
             sha256=d066254199a6f40d63f96c33c549959d7a371ef849d13d2a85811237089b2d00"
        );
        assert_ne!(one, signature("k", 6, "{}"));
        assert_ne!(one, signature("l", 5, "{}"));
        assert_ne!(one, signature("k", 5, "{ }"));
    }
}
