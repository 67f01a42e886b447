//! 邮件服务器: set by the system administrator, sealed whole, every version kept, the password goes in and never comes out.
//! 邮件提醒: each of the staff chooses where and of what they are told by mail.

use domain::authority::Permission;
use domain::message::{FetchSettings, MailChoice, MailSettings, Medium};
use kernel::{FieldError, MailAddress, Refusal, Uuid};
use serde::{Deserialize, Serialize};
use store::sms::{MailServer, StaffMail};

use super::desk::{GatewayLine, GatewayVersion, KEPT, StateCount, hide};
use super::letter;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::inbox::MailboxFound;
use crate::world::World;
use crate::{Error, Result};

/// Versions shown.
const SHOWN: i64 = 20;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailForm {
    /// A password left as shown stays as it was.
    pub settings: MailSettings,
    pub reason: String,
}

/// How the mail server is reached and how it goes.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailView {
    /// Without password.
    pub settings: MailSettings,
    pub line: GatewayLine,
    /// Mails of the last 24 hours by state.
    pub today: Vec<StateCount>,
    pub versions: Vec<GatewayVersion>,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MailTestForm {
    pub address: String,
}

/// What somebody wants to be told by mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnMail {
    /// Masked.
    pub address: Option<String>,
    pub choice: MailChoice,
    /// A mail server is connected.
    pub available: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnMailForm {
    /// Left as shown it stays; empty: the address is forgotten.
    pub address: String,
    pub choice: MailChoice,
}

fn require(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::AdminParam)
}

/// How the mail server is reached; as nobody has set it, not at all.
pub async fn settings(app: &App) -> Result<MailSettings> {
    let set = store::sms::mail_servers(&app.store.db, &app.store.vault, 1).await?.pop();
    Ok(set.map(|m| m.settings).unwrap_or_default())
}

pub async fn mail_view(app: &App, ctx: &Ctx) -> Result<MailView> {
    require(ctx)?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world).await
}

async fn view(app: &App, ctx: &Ctx, world: &World) -> Result<MailView> {
    let versions = store::sms::mail_servers(&app.store.db, &app.store.vault, SHOWN).await?;
    let mut settings = versions.first().map(|m| m.settings.clone()).unwrap_or_default();
    let counts = store::sms::counts(&app.store.db, Medium::Mail, ctx.now.plus_hours(-24)).await?;
    let version = |m: &MailServer| GatewayVersion {
        at: m.at,
        by_name: world.user_name(m.by),
        kind_cn: connected_cn(&m.settings).to_owned(),
        reason: m.reason.clone(),
    };
    let line = GatewayLine::of(app, ctx, Medium::Mail, settings.on).await?;
    for secret in [&mut settings.password, &mut settings.fetch.password] {
        hide(secret);
    }
    let today = super::log::counted(&counts);
    Ok(MailView { settings, line, today, versions: versions.iter().map(version).collect() })
}

fn connected_cn(settings: &MailSettings) -> &'static str {
    match (settings.on, settings.fetch.on) {
        (true, true) => "发信和收信",
        (true, false) => "发信",
        (false, true) => "收信",
        (false, false) => "未接入",
    }
}

/// What was left as shown is what it was, unless it would then be sent to another server: there it would be given away.
fn completed(mut new: MailSettings, old: &MailSettings) -> Result<MailSettings, Vec<FieldError>> {
    let pairs = [
        ("password", &mut new.password, &old.password, new.host.trim() != old.host.trim()),
        (
            "fetch.password",
            &mut new.fetch.password,
            &old.fetch.password,
            new.fetch.host.trim() != old.fetch.host.trim(),
        ),
    ];
    let mut wrong = Vec::new();
    for (field, new, old, moved) in pairs.into_iter().filter(|(_, new, ..)| new.as_str() == KEPT) {
        if moved {
            wrong.push(FieldError::new(field, "更换服务器须重新填写密码").with_remedy("请填写新服务器的密码"));
        }
        new.clone_from(old);
    }
    if wrong.is_empty() { Ok(new) } else { Err(wrong) }
}

/// Sets how the mail server is reached, from the next mail on.
pub async fn mail_set(app: &App, ctx: &Ctx, form: MailForm) -> Result<MailView> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let old = settings(app).await?;
    let settings = completed(form.settings, &old).map_err(Refusal::fields)?;
    let mut wrong = settings.faults();
    if !(4..=500).contains(&form.reason.trim().chars().count()) {
        wrong.push(FieldError::new("reason", "请写明修改原因").with_remedy("4至500字"));
    }
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let reason = form.reason.trim().to_owned();
    let new = MailServer { id: app.mint.uuid(ctx.now), settings, reason, at: ctx.now, by };
    db::with_retry!(app.store.db, async |tx| {
        store::sms::insert_mail_server(tx, &app.store.vault, &new).await?;
        store::counter::next_in(tx, snapshot::MESSAGE).await?;
        let (out, fetch) = (&new.settings, &new.settings.fetch);
        let detail = serde_json::json!({
            "on": out.on, "host": out.host, "port": out.port,
            "fetch": { "on": fetch.on, "host": fetch.host, "port": fetch.port, "folder": fetch.folder },
        });
        let entry = Entry::new("admin", "mail.server", "mail_server", new.id).because(new.reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    })?;
    let world = app.refresh().await?;
    view(app, ctx, &world).await
}

/// 测试邮件, by the same way as all others.
pub async fn mail_test(app: &App, ctx: &Ctx, form: &MailTestForm) -> Result<Uuid> {
    require(ctx)?;
    let by = ctx.actor()?.user;
    let address = MailAddress::parse(&form.address).map_err(|e| Error::from(e.at("address")))?;
    if !settings(app).await?.on {
        return Err(Refusal::state("mail_off", "尚未接入邮件服务器，请先保存设置").into());
    }
    let world = app.fresh_world().await?;
    let words = format!("这是一封测试邮件，{}发出。", ctx.now.format_cn());
    let mail = letter::staff_mail(app, &world, by, address.as_str(), ("TEST", "测试邮件", &words), ctx.now);
    db::with_retry!(app.store.db, async |tx| {
        store::sms::insert_sms(tx, &app.store.vault, std::slice::from_ref(&mail)).await?;
        let detail = serde_json::json!({ "address": address.masked() });
        audit::record(tx, app, ctx, Entry::new("admin", "mail.test", "sms", mail.id).with(detail)).await
    })?;
    Ok(mail.id.0)
}

/// 测试收信 with settings that need not be saved yet: signs in and counts, and changes nothing there.
pub async fn mail_fetch_test(app: &App, ctx: &Ctx, settings: MailSettings) -> Result<MailboxFound> {
    require(ctx)?;
    let settings = completed(settings, &self::settings(app).await?).map_err(Refusal::fields)?;
    let asked = MailSettings { on: false, fetch: FetchSettings { on: true, ..settings.fetch.clone() }, ..settings };
    let (wrong, fetch) = (asked.faults(), &asked.fetch);
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let Some(mailbox) = app.mailbox() else {
        return Err(Refusal::state("no_mailbox", "本程序不能收信，请在平台主程序上测试").into());
    };
    let found = mailbox.probe(fetch, &asked.authority).await;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let detail = serde_json::json!({ "host": fetch.host, "port": fetch.port, "good": found.is_ok() });
        audit::record(tx, app, ctx, Entry::new("admin", "mail.fetch_test", "mail_server", "fetch").with(detail)).await
    });
    done?;
    found.map_err(|why| Refusal::state("mailbox", why).into())
}

/// What the person wants to be told by mail.
pub async fn own_mail(app: &App, ctx: &Ctx) -> Result<OwnMail> {
    ctx.require_ready()?;
    let user = ctx.actor()?.user;
    let set = store::sms::staff_mail(&app.store.db, &app.store.vault, user).await?;
    let world = app.fresh_world().await?;
    Ok(OwnMail {
        address: set.as_ref().map(|m| kernel::mask_mail(&m.address)),
        choice: set.map_or(MailChoice::Off, |m| m.choice),
        available: world.mail_on,
    })
}

/// Chooses anew. A new address is written to at once, so that a slip shows.
pub async fn own_mail_set(app: &App, ctx: &Ctx, form: &OwnMailForm) -> Result<OwnMail> {
    ctx.require_ready()?;
    let user = ctx.actor()?.user;
    let old = store::sms::staff_mail(&app.store.db, &app.store.vault, user).await?;
    let typed = form.address.trim();
    let kept = old.as_ref().filter(|m| kernel::mask_mail(&m.address) == typed).map(|m| m.address.clone());
    let address = match kept {
        Some(address) => Some(address),
        None if typed.is_empty() => None,
        None => Some(MailAddress::parse(typed).map_err(|e| Error::from(e.at("address")))?.as_str().to_owned()),
    };
    if address.is_none() && form.choice != MailChoice::Off {
        return Err(FieldError::new("address", "请填写邮箱地址").with_remedy("例如 zhangsan@example.gov.cn").into());
    }
    let world = app.fresh_world().await?;
    let fresh = address.as_ref().filter(|a| world.mail_on && old.as_ref().is_none_or(|m| m.address != **a));
    let words = "您已将本邮箱用于接收工作提醒。如非本人操作，请联系系统管理员。";
    let hello = fresh.map(|a| letter::staff_mail(app, &world, user, a, ("MAIL", "邮件提醒已开启", words), ctx.now));
    db::with_retry!(app.store.db, async |tx| {
        match &address {
            Some(address) => {
                let new = StaffMail { user, address: address.clone(), choice: form.choice };
                store::sms::put_staff_mail(tx, &app.store.vault, &new, ctx.now).await?;
            }
            None => store::sms::remove_staff_mail(tx, user).await?,
        }
        if let Some(hello) = &hello {
            store::sms::insert_sms(tx, &app.store.vault, std::slice::from_ref(hello)).await?;
        }
        store::counter::next_in(tx, snapshot::MESSAGE).await?;
        let masked = address.as_deref().map(kernel::mask_mail);
        let detail = serde_json::json!({ "address": masked, "choice": form.choice });
        audit::record(tx, app, ctx, Entry::new("login", "mail.own", "user", user).with(detail)).await
    })?;
    app.refresh().await?;
    own_mail(app, ctx).await
}
