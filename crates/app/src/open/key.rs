//! 接口密钥: made by the security administrator, shown once, kept as a keyed hash.

use domain::authority::Permission;
use kernel::{FieldError, Refusal, RefusalKind, Ts, Uuid};
use serde::{Deserialize, Serialize};
pub use store::api_key::ApiKey;

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::{Error, Result};

/// What a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Hands matters in by Open311, and sees those.
    Open311,
    /// Reads the change feed.
    Changes,
}

impl Scope {
    pub const ALL: [Self; 2] = [Self::Open311, Self::Changes];

    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open311 => "open311",
            Self::Changes => "changes",
        }
    }

    #[must_use]
    pub const fn cn(self) -> &'static str {
        match self {
            Self::Open311 => "Open311 提交与查询",
            Self::Changes => "变更查询",
        }
    }
}

/// Requests in a minute that a key may be given.
const PER_MINUTE: std::ops::RangeInclusive<i64> = 1..=6000;
/// The use of a key is noted at most so often, milliseconds.
const NOTED_MS: i64 = 60_000;
const DOMAIN: &str = "api_key";

/// A key as it is asked for.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyForm {
    pub name: String,
    /// `open311`, `changes`.
    pub scopes: Vec<String>,
    /// Requests in a minute.
    pub per_minute: i64,
    #[serde(default)]
    pub expires_at: Option<Ts>,
}

/// A key without the key.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyLine {
    pub id: Uuid,
    pub name: String,
    /// Its first characters.
    pub hint: String,
    pub scopes: Vec<String>,
    pub scopes_cn: Vec<String>,
    pub per_minute: i64,
    pub created_at: Ts,
    pub created_by: String,
    pub expires_at: Option<Ts>,
    pub revoked_at: Option<Ts>,
    pub last_used_at: Option<Ts>,
    /// `active`, `expired`, `revoked`.
    pub state: String,
    pub state_cn: String,
}

/// A new key; the only time it is shown.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyMade {
    pub key: String,
    pub line: KeyLine,
}

fn line(key: &ApiKey, world: &crate::World, now: Ts) -> KeyLine {
    let (state, state_cn) = match key {
        ApiKey { revoked_at: Some(_), .. } => ("revoked", "已停用"),
        ApiKey { expires_at: Some(at), .. } if *at <= now => ("expired", "已到期"),
        _ => ("active", "有效"),
    };
    let scopes: Vec<Scope> = Scope::ALL.into_iter().filter(|s| key.scopes.split(' ').any(|k| k == s.code())).collect();
    KeyLine {
        id: key.id,
        name: key.name.clone(),
        hint: key.hint.clone(),
        scopes: scopes.iter().map(|s| s.code().to_owned()).collect(),
        scopes_cn: scopes.iter().map(|s| s.cn().to_owned()).collect(),
        per_minute: key.per_minute,
        created_at: key.created_at,
        created_by: world.user_name(key.created_by),
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
        last_used_at: key.last_used_at,
        state: state.to_owned(),
        state_cn: state_cn.to_owned(),
    }
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminPolicy)
}

pub async fn key_list(app: &App, ctx: &Ctx) -> Result<Vec<KeyLine>> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    let keys = store::api_key::list_keys(&app.store.db).await?;
    Ok(keys.iter().map(|k| line(k, &world, ctx.now)).collect())
}

/// Makes a key.
pub async fn key_create(app: &App, ctx: &Ctx, form: KeyForm) -> Result<KeyMade> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let scopes = checked(&form, ctx.now)?;
    let mut bytes = [0_u8; 24];
    app.mint.bytes(&mut bytes);
    let plain = format!("hk_{}", kernel::hex_encode(&bytes));
    let key = ApiKey {
        id: app.mint.uuid(ctx.now),
        name: form.name.trim().to_owned(),
        hint: plain.chars().take(9).collect(),
        scopes: scopes.join(" "),
        per_minute: form.per_minute,
        created_at: ctx.now,
        created_by: by,
        expires_at: form.expires_at,
        revoked_at: None,
        last_used_at: None,
    };
    let hash = app.store.vault.blind_hex(DOMAIN, &plain);
    db::with_retry!(app.store.db, async |tx| {
        store::api_key::insert_key(tx, &key, &hash).await?;
        let detail = serde_json::json!({ "name": key.name, "scopes": key.scopes, "per_minute": key.per_minute });
        audit::record(tx, app, ctx, Entry::new("admin", "api_key.create", "api_key", key.id).with(detail)).await
    })?;
    let world = app.fresh_world().await?;
    Ok(KeyMade { key: plain, line: line(&key, &world, ctx.now) })
}

fn checked(form: &KeyForm, now: Ts) -> Result<Vec<&'static str>> {
    let mut wrong = Vec::new();
    if !(2..=50).contains(&form.name.trim().chars().count()) {
        wrong.push(FieldError::new("name", "请填写使用方名称").with_remedy("2至50字，例如“市政府门户网站”"));
    }
    if !PER_MINUTE.contains(&form.per_minute) {
        wrong.push(FieldError::new("per_minute", "每分钟次数超出范围").with_remedy("请填写1至6000"));
    }
    if form.expires_at.is_some_and(|at| at <= now) {
        wrong.push(FieldError::new("expires_at", "到期时间已过").with_remedy("请选择以后的时间，或不填"));
    }
    let scopes: Vec<&str> =
        Scope::ALL.iter().map(|s| s.code()).filter(|code| form.scopes.iter().any(|s| s == code)).collect();
    if scopes.is_empty() || scopes.len() != form.scopes.len() {
        wrong.push(FieldError::new("scopes", "请选择用途").with_remedy("至少选择一项"));
    }
    if wrong.is_empty() { Ok(scopes) } else { Err(Refusal::fields(wrong).into()) }
}

/// Ends a key at once.
pub async fn key_revoke(app: &App, ctx: &Ctx, id: Uuid) -> Result<()> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    db::with_retry!(app.store.db, async |tx| {
        if !store::api_key::revoke_key(tx, id, by, ctx.now).await? {
            return Err(Refusal::not_found("有效的接口密钥").into());
        }
        audit::record(tx, app, ctx, Entry::new("admin", "api_key.revoke", "api_key", id)).await
    })
}

/// Whose key this is, if it is good for what is asked.
pub async fn caller(app: &App, plain: &str, scope: Scope) -> Result<ApiKey> {
    let now = app.now();
    let hash = app.store.vault.blind_hex(DOMAIN, plain.trim());
    let key = store::api_key::key_by_hash(&app.store.db, &hash).await?;
    let good = |k: &ApiKey| k.revoked_at.is_none() && k.expires_at.is_none_or(|at| now < at);
    let Some(key) = key.filter(good) else {
        return Err(Refusal::new(RefusalKind::Forbidden, "api_key", "接口密钥无效、已停用或已到期").into());
    };
    if !key.scopes.split(' ').any(|s| s == scope.code()) {
        let text = format!("该密钥未开通“{}”", scope.cn());
        return Err(Refusal::new(RefusalKind::Forbidden, "api_key", text).into());
    }
    if key.last_used_at.is_none_or(|at| now.0 - at.0 > NOTED_MS) {
        db::with_retry!(app.store.db, async |tx| {
            Ok::<(), Error>(store::api_key::key_used(tx, key.id, now).await?)
        })?;
    }
    Ok(key)
}

/// Source system of what a key hands in.
#[must_use]
pub fn source(key: &ApiKey) -> String {
    format!("open311/{}", key.id)
}
