//! 对接平台: set up by the security administrator. Each gets a key pair of ours; the private half is sealed and never shown.

use db::Tx;
use domain::authority::Permission;
use domain::partner::PartnerKind;
use kernel::crypto::sm2::{Sm2Key, sm2_public_valid};
use kernel::{FieldError, Refusal, Ts, Uuid};
use serde::{Deserialize, Serialize};
use store::partner::Partner;

use super::say::own_code;
use super::share::{self, ShareLine};
use super::show::{PartnerMessage, message_view};
use crate::Result;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};

/// Messages shown with each partner.
const SHOWN: i64 = 20;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerForm {
    /// As it calls itself in messages; kept for ever.
    pub code: String,
    pub kind: PartnerKind,
    #[serde(flatten)]
    pub rest: PartnerTerms,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerTerms {
    pub name: String,
    /// We send there.
    pub sends: bool,
    /// It sends to us.
    pub receives: bool,
    pub url: String,
    /// Its SM2 public key, 04‖x‖y in hexadecimal; may follow later.
    #[serde(default)]
    pub their_key: String,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerChange {
    pub version: i64,
    #[serde(flatten)]
    pub terms: PartnerTerms,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerList {
    /// How we call ourselves in messages.
    pub own_code: String,
    /// Where partners post to, below our address.
    pub door: String,
    pub partners: Vec<PartnerLine>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerLine {
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub kind: PartnerKind,
    pub kind_cn: String,
    pub sends: bool,
    pub receives: bool,
    pub url: String,
    pub their_key: String,
    /// Our public key, to be told to it.
    pub our_key: String,
    pub version: i64,
    pub stopped_at: Option<Ts>,
    /// `stopped`, `no_key`, `idle`, `good`, `bad`.
    pub lamp: String,
    pub lamp_cn: String,
    pub out_at: Option<Ts>,
    pub out_error: Option<String>,
    pub in_at: Option<Ts>,
    pub in_error: Option<String>,
    /// Messages that wait to be sent.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub waiting_since: Option<Ts>,
    /// What may be published there, and what is.
    pub shares: Vec<ShareLine>,
    /// Latest first.
    pub messages: Vec<PartnerMessage>,
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminPolicy)
}

const fn lamp(p: &Partner) -> (&'static str, &'static str) {
    match p {
        Partner { stopped_at: Some(_), .. } => ("stopped", "已停用"),
        Partner { their_key, .. } if their_key.is_empty() => ("no_key", "待登记公钥"),
        Partner { out_error: Some(_), .. } | Partner { in_error: Some(_), .. } => ("bad", "异常"),
        Partner { out_at: None, in_at: None, .. } => ("idle", "尚未往来"),
        _ => ("good", "正常"),
    }
}

pub async fn partner_list(app: &App, ctx: &Ctx) -> Result<PartnerList> {
    require(ctx)?;
    let db = &app.store.db;
    let mut partners = Vec::new();
    let shares = store::partner::list_shares(db).await?;
    for p in store::partner::list_partners(db, &app.store.vault).await? {
        let (code, cn) = lamp(&p);
        let messages = store::partner::recent_messages(db, &app.store.vault, p.id, SHOWN).await?;
        let (waiting, waiting_since) = store::partner::queued(db, p.id).await?;
        partners.push(PartnerLine {
            lamp: code.to_owned(),
            lamp_cn: cn.to_owned(),
            waiting,
            waiting_since,
            shares: if p.stopped_at.is_none() { share::lines(app, &p, &shares).await? } else { Vec::new() },
            // The security administrator sees that something was said, not what about whom.
            messages: messages.into_iter().map(|m| PartnerMessage { note: None, ..message_view(m, true) }).collect(),
            kind_cn: p.kind.cn().to_owned(),
            id: p.id,
            code: p.code,
            name: p.name,
            kind: p.kind,
            sends: p.sends,
            receives: p.receives,
            url: p.url,
            their_key: p.their_key,
            our_key: p.our_key,
            version: p.version,
            stopped_at: p.stopped_at,
            out_at: p.out_at,
            out_error: p.out_error,
            in_at: p.in_at,
            in_error: p.in_error,
        });
    }
    Ok(PartnerList { own_code: own_code(app).to_owned(), door: "/open/v1/exchange".to_owned(), partners })
}

fn terms(t: PartnerTerms) -> PartnerTerms {
    let key: String = t.their_key.chars().filter(|c| !c.is_whitespace()).collect();
    PartnerTerms { name: t.name.trim().to_owned(), url: t.url.trim().to_owned(), their_key: key.to_lowercase(), ..t }
}

fn faults(t: &PartnerTerms) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    let mut need = |bad: bool, field: &str, message: &str, remedy: &str| {
        if bad {
            wrong.push(FieldError::new(field, message.to_owned()).with_remedy(remedy.to_owned()));
        }
    };
    need(!(2..=40).contains(&t.name.chars().count()), "name", "请填写平台名称", "2至40字，例如 省12345平台");
    let rest = t.url.strip_prefix("https://").or_else(|| t.url.strip_prefix("http://"));
    let host = rest.and_then(|r| r.split('/').next()).unwrap_or_default();
    let bad = host.is_empty() || t.url.contains('@') || t.url.chars().any(char::is_whitespace);
    need(bad, "url", "请填写对方接收地址", "例如 https://10.1.2.3/open/v1/exchange");
    let key = !t.their_key.is_empty() && !sm2_public_valid(&t.their_key);
    need(key, "their_key", "公钥不正确", "SM2 公钥，04 开头的130位十六进制");
    need(!t.sends && !t.receives, "sends", "请至少选择一个方向", "转出、接收可同时选择");
    wrong
}

/// Sets a partner up, with a key pair of its own.
pub async fn partner_create(app: &App, ctx: &Ctx, form: PartnerForm) -> Result<PartnerList> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let (code, t) = (form.code.trim().to_owned(), terms(form.rest));
    let mut wrong = faults(&t);
    if !(2..=20).contains(&code.len()) || !code.bytes().all(|b| b.is_ascii_alphanumeric()) || code == own_code(app) {
        let e = FieldError::new("code", "平台代码不正确");
        wrong.push(e.with_remedy("对方在消息中使用的代码，2至20位字母或数字，不能是本平台代码"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let key = Sm2Key::make(&*app.mint);
    let new = Partner {
        id: app.mint.uuid(ctx.now),
        code,
        name: t.name,
        kind: form.kind,
        sends: t.sends,
        receives: t.receives,
        url: t.url,
        their_key: t.their_key,
        our_key: key.public_hex(),
        our_secret: key.secret_hex().expose().clone(),
        created_at: ctx.now,
        created_by: by,
        stopped_at: None,
        version: 1,
        out_at: None,
        out_error: None,
        in_at: None,
        in_error: None,
    };
    db::with_retry!(app.store.db, async |tx| {
        if !store::partner::add_partner(tx, &app.store.vault, &new).await? {
            let e = FieldError::new("code", "已有使用该代码的平台").with_remedy("请先停用原来的，或核对代码");
            return Err(Refusal::fields(vec![e]).into());
        }
        let detail = serde_json::json!({ "code": new.code, "kind": new.kind, "url": new.url });
        audit::record(tx, app, ctx, Entry::new("admin", "partner.create", "partner", new.id).with(detail)).await
    })?;
    partner_list(app, ctx).await
}

/// A partner that has not been stopped.
pub(super) async fn in_use(tx: &mut Tx, app: &App, id: Uuid) -> Result<Partner> {
    let found = store::partner::load_partner(&mut *tx, &app.store.vault, id).await?;
    found.filter(|p| p.stopped_at.is_none()).ok_or_else(|| Refusal::not_found("使用中的对接平台").into())
}

/// Changes name, directions, address and their key.
pub async fn partner_update(app: &App, ctx: &Ctx, id: Uuid, change: PartnerChange) -> Result<PartnerList> {
    require(ctx)?;
    let t = terms(change.terms);
    let wrong = faults(&t);
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    db::with_retry!(app.store.db, async |tx| {
        let old = in_use(tx, app, id).await?;
        let detail = serde_json::json!({ "url": t.url, "key_changed": t.their_key != old.their_key });
        let new = Partner {
            name: t.name.clone(),
            sends: t.sends,
            receives: t.receives,
            url: t.url.clone(),
            their_key: t.their_key.clone(),
            version: change.version,
            ..old
        };
        if !store::partner::save_partner(tx, &new).await? {
            return Err(Refusal::stale().into());
        }
        audit::record(tx, app, ctx, Entry::new("admin", "partner.update", "partner", id).with(detail)).await
    })?;
    partner_list(app, ctx).await
}

/// Ends it: nothing is taken from there any more.
pub async fn partner_stop(app: &App, ctx: &Ctx, id: Uuid) -> Result<PartnerList> {
    require(ctx)?;
    db::with_retry!(app.store.db, async |tx| {
        if !store::partner::stop_partner(tx, id, ctx.now).await? {
            return Err(Refusal::not_found("使用中的对接平台").into());
        }
        audit::record(tx, app, ctx, Entry::new("admin", "partner.stop", "partner", id)).await
    })?;
    partner_list(app, ctx).await
}
