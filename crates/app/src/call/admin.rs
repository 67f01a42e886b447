//! 话务设置: who serves which queue, what is announced, and which prompts were replaced.

use std::collections::{BTreeMap, BTreeSet};

use domain::authority::{Permission, permits};
use kernel::{PromptId, Refusal, UserId};
use sha2::{Digest, Sha256};
use store::announcement::{Announcement, Prompt};

use super::Told;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{
    AnnouncementForm, AnnouncementView, EndForm, PromptView, SeatPhoneForm, SkillLevel, SkillsForm, SkillsView,
};
use crate::world::World;
use crate::{Error, Result};

/// Digits of a desk phone's extension.
const EXTENSION: std::ops::RangeInclusive<usize> = 2..=8;
/// Longest an announcement is played.
const ANNOUNCED_DAYS: i64 = 180;

fn any(ctx: &Ctx, other: Permission) -> Result<()> {
    ctx.require_ready()?;
    if ctx.require(other).is_ok() { Ok(()) } else { ctx.require(Permission::CallManage) }
}

/// Everybody who may use a telephone, with their skills.
pub async fn skill_list(app: &App, ctx: &Ctx) -> Result<Vec<SkillsView>> {
    any(ctx, Permission::AdminUser)?;
    let world = app.fresh_world().await?;
    let db = &app.store.db;
    let mut skills: BTreeMap<UserId, Vec<SkillLevel>> = BTreeMap::new();
    for (user, skill, level) in store::user_skill::list_skills(db).await? {
        skills.entry(user).or_default().push(SkillLevel { skill, level });
    }
    let mut phones: BTreeMap<UserId, String> = store::seat_phone::list_phones(db).await?.into_iter().collect();
    let logins: BTreeMap<UserId, String> = store::staff::list_logins(db).await?.into_iter().collect();
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for a in store::appointment::list_all(db).await? {
        if a.is_valid(ctx.now) && permits(&a.roles, Permission::CallHandle) && seen.insert(a.user) {
            out.push(SkillsView {
                user: a.user,
                login: logins.get(&a.user).cloned().unwrap_or_default(),
                name: world.user_name(a.user),
                org_name: world.directory.org_name(a.org).to_owned(),
                skills: skills.remove(&a.user).unwrap_or_default(),
                phone: phones.remove(&a.user),
            });
        }
    }
    out.sort_by(|a, b| a.login.cmp(&b.login));
    Ok(out)
}

/// Replaces a person's skills, effective at once.
pub async fn skill_set(app: &App, ctx: &Ctx, user: UserId, form: &SkillsForm) -> Result<SkillsView> {
    any(ctx, Permission::AdminUser)?;
    let world = app.fresh_world().await?;
    let known = world.dictionaries.get("skill").map_or(&[][..], Vec::as_slice);
    let mut codes = BTreeSet::new();
    for s in &form.skills {
        if known.iter().all(|k| k.code != s.skill) {
            return Err(Refusal::invalid("skills", format!("没有名为“{}”的技能组", s.skill)).into());
        }
        if !(1..=9).contains(&s.level) {
            return Err(Refusal::invalid("skills", "技能等级为1至9，1为最熟练").into());
        }
        if !codes.insert(s.skill.as_str()) {
            return Err(Refusal::invalid("skills", "同一技能组只能填写一次").into());
        }
    }
    let skills: Vec<(String, i32)> = form.skills.iter().map(|s| (s.skill.clone(), s.level)).collect();
    at_a_telephone(app, ctx, user, "该用户没有接打电话的权限，不能设置技能").await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::user_skill::put_skills(tx, user, &skills).await?;
        let detail = serde_json::json!({ "skills": skills });
        audit::record(tx, app, ctx, Entry::new("admin", "user.skills", "user", user).with(detail)).await
    });
    done?;
    app.calls.tell(Told::Seat { user });
    seat_of(app, ctx, user).await
}

/// 话机分机: the desk phone a person answers at, or the browser. In force when they next sign in at their seat.
pub async fn phone_set(app: &App, ctx: &Ctx, user: UserId, form: &SeatPhoneForm) -> Result<SkillsView> {
    any(ctx, Permission::AdminUser)?;
    let world = app.fresh_world().await?;
    let extension = form.extension.as_deref().map(str::trim).filter(|e| !e.is_empty());
    if let Some(extension) = extension {
        let digits = extension.bytes().all(|b| b.is_ascii_digit());
        if !digits || !EXTENSION.contains(&extension.len()) || public_number(&world, app, extension) {
            let message = "话机分机为2至8位数字，且不能与热线号码或110、119、120、122相同";
            return Err(Refusal::invalid("extension", message).into());
        }
        at_a_telephone(app, ctx, user, "该用户没有接打电话的权限，不能设置话机分机").await?;
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if !store::seat_phone::put_phone(tx, user, extension).await? {
            let holder = store::seat_phone::holder_of(tx, extension.unwrap_or_default()).await?;
            let name = holder.map(|holder| world.user_name(holder)).unwrap_or_default();
            let message = format!("该分机已由{name}使用，请先取消其话机分机");
            return Err(Refusal::state("phone_taken", message).into());
        }
        let detail = serde_json::json!({ "extension": extension });
        audit::record(tx, app, ctx, Entry::new("admin", "user.phone", "user", user).with(detail)).await
    });
    done?;
    app.calls.tell(Told::Seat { user });
    seat_of(app, ctx, user).await
}

fn public_number(world: &World, app: &App, number: &str) -> bool {
    let settings = super::phone_settings(world, app.now());
    number == settings.hotline || settings.joint.values().any(|joint| joint == number)
}

async fn at_a_telephone(app: &App, ctx: &Ctx, user: UserId, otherwise: &'static str) -> Result<()> {
    let held = store::appointment::list_of_user(&app.store.db, user).await?;
    if held.iter().any(|a| a.is_valid(ctx.now) && permits(&a.roles, Permission::CallHandle)) {
        return Ok(());
    }
    Err(Refusal::invalid("id", otherwise).into())
}

async fn seat_of(app: &App, ctx: &Ctx, user: UserId) -> Result<SkillsView> {
    let list = skill_list(app, ctx).await?;
    list.into_iter().find(|s| s.user == user).ok_or_else(|| Refusal::not_found("用户").into())
}

fn view(a: &Announcement, ctx: &Ctx, world: &World) -> AnnouncementView {
    AnnouncementView {
        id: a.id,
        title: a.title.clone(),
        text: a.text.clone(),
        prompt: a.prompt.clone(),
        valid_from: a.valid_from,
        valid_to: a.valid_to,
        stopped_at: a.stopped_at,
        in_force: a.is_played(ctx.now),
        created_by_name: world.user_name(a.created_by),
        created_at: a.created_at,
    }
}

/// The latest announcements, ended ones included.
pub async fn announcement_list(app: &App, ctx: &Ctx) -> Result<Vec<AnnouncementView>> {
    any(ctx, Permission::AdminTemplate)?;
    let world = app.fresh_world().await?;
    let all = store::announcement::list_announcements(&app.store.db).await?;
    Ok(all.iter().map(|a| view(a, ctx, &world)).collect())
}

fn check(form: &AnnouncementForm, ctx: &Ctx) -> Result<()> {
    let length = |t: &str| t.trim().chars().count();
    if !(2..=40).contains(&length(&form.title)) {
        return Err(Refusal::invalid("title", "请填写公告标题，2至40字").into());
    }
    if !(4..=300).contains(&length(&form.text)) {
        return Err(Refusal::invalid("text", "请填写播报内容，4至300字").into());
    }
    if form.valid_to <= form.valid_from || form.valid_to <= ctx.now {
        return Err(Refusal::invalid("valid_to", "结束时间须晚于开始时间和现在").into());
    }
    if form.valid_to.millis_since(form.valid_from) > ANNOUNCED_DAYS * 86_400_000 {
        return Err(Refusal::invalid("valid_to", format!("一条公告最长播报{ANNOUNCED_DAYS}天")).into());
    }
    Ok(())
}

/// The prompt must be there: one that was uploaded.
async fn known_prompt(app: &App, form: &AnnouncementForm) -> Result<Option<String>> {
    let Some(name) = form.prompt.as_deref().map(str::trim).filter(|p| !p.is_empty()) else { return Ok(None) };
    let prompts = store::announcement::list_prompts(&app.store.db).await?;
    if prompts.iter().any(|p| p.name == name) {
        return Ok(Some(name.to_owned()));
    }
    Err(Refusal::invalid("prompt", format!("没有名为“{name}”的语音，请先上传")).into())
}

/// Announces something for a while.
pub async fn announcement_create(app: &App, ctx: &Ctx, form: &AnnouncementForm) -> Result<AnnouncementView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallManage)?;
    check(form, ctx)?;
    let made = Announcement {
        id: PromptId::mint(&*app.mint, ctx.now),
        title: form.title.trim().to_owned(),
        text: form.text.trim().to_owned(),
        prompt: known_prompt(app, form).await?,
        valid_from: form.valid_from,
        valid_to: form.valid_to,
        stopped_at: None,
        created_by: ctx.actor()?.user,
        created_at: ctx.now,
        version: 1,
    };
    put(app, ctx, "announcement.create", made, None).await
}

/// Changes words, prompt and time of an announcement that has not ended.
pub async fn announcement_update(
    app: &App,
    ctx: &Ctx,
    id: PromptId,
    form: &AnnouncementForm,
) -> Result<AnnouncementView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallManage)?;
    check(form, ctx)?;
    let old = open(app, ctx, id).await?;
    let new = Announcement {
        title: form.title.trim().to_owned(),
        text: form.text.trim().to_owned(),
        prompt: known_prompt(app, form).await?,
        valid_from: form.valid_from,
        valid_to: form.valid_to,
        ..old
    };
    put(app, ctx, "announcement.update", new, None).await
}

/// Stops an announcement at once.
pub async fn announcement_stop(app: &App, ctx: &Ctx, id: PromptId, form: &EndForm) -> Result<AnnouncementView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallManage)?;
    let old = open(app, ctx, id).await?;
    let new = Announcement { stopped_at: Some(ctx.now), ..old };
    put(app, ctx, "announcement.stop", new, Some(form.reason.trim())).await
}

async fn open(app: &App, ctx: &Ctx, id: PromptId) -> Result<Announcement> {
    let found = store::announcement::load_announcement(&app.store.db, id).await?;
    let found = found.ok_or_else(|| Refusal::not_found("业务公告"))?;
    if found.stopped_at.is_some() || found.valid_to <= ctx.now {
        return Err(Refusal::state("announcement_over", "该公告已停止播报，请新增公告").into());
    }
    Ok(found)
}

async fn put(app: &App, ctx: &Ctx, action: &str, a: Announcement, why: Option<&str>) -> Result<AnnouncementView> {
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::announcement::put_announcement(tx, &a).await?;
        store::counter::next_in(tx, snapshot::VOICE).await?;
        let detail =
            serde_json::json!({ "title": a.title, "from": a.valid_from, "to": a.valid_to, "prompt": a.prompt });
        let entry = Entry::new("admin", action, "announcement", a.id).with(detail);
        let entry = Entry { reason: why.filter(|w| !w.is_empty()).map(str::to_owned), ..entry };
        audit::record(tx, app, ctx, entry).await
    });
    done?;
    let world = app.refresh().await?;
    Ok(view(&a, ctx, &world))
}

/// The prompts that were replaced.
pub async fn prompt_list(app: &App, ctx: &Ctx) -> Result<Vec<PromptView>> {
    any(ctx, Permission::AdminTemplate)?;
    let world = app.fresh_world().await?;
    let prompts = store::announcement::list_prompts(&app.store.db).await?;
    let view = |p: Prompt| PromptView {
        name: p.name,
        ms: p.ms,
        uploaded_at: p.uploaded_at,
        by_name: world.user_name(p.uploaded_by),
    };
    Ok(prompts.into_iter().map(view).collect())
}

/// Replaces a prompt: the media engine checks and converts it.
pub async fn prompt_upload(app: &App, ctx: &Ctx, name: &str, bytes: &[u8]) -> Result<PromptView> {
    any(ctx, Permission::AdminTemplate)?;
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'_' | b'-'));
    if !plain || !(2..=60).contains(&name.len()) || name.starts_with('.') || name.contains("..") {
        let message = "语音名称只能由小写字母、数字、点、下划线和连字符组成，2至60个字符";
        return Err(Refusal::invalid("name", message).into());
    }
    let limit = app.world().params.int("security.upload.max_mb") << 20;
    if bytes.is_empty() || i64::try_from(bytes.len()).unwrap_or(i64::MAX) > limit {
        return Err(Refusal::invalid("file", "请上传不超过大小限制的语音文件").into());
    }
    let studio = app.calls.studio().cloned();
    let studio = studio.ok_or_else(|| Refusal::state("no_studio", "本机未启用语音交换，不能上传语音"))?;
    let (kept, sound) = (name.to_owned(), bytes.to_vec());
    let made = tokio::task::spawn_blocking(move || studio.accept(&kept, &sound)).await.map_err(Error::broken)?;
    let ms = made.map_err(|message| Refusal::invalid("file", message))?;
    let prompt = Prompt {
        name: name.to_owned(),
        ms,
        sha256: kernel::hex_encode(&Sha256::digest(bytes)),
        uploaded_by: ctx.actor()?.user,
        uploaded_at: ctx.now,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::announcement::put_prompt(tx, &prompt).await?;
        store::counter::next_in(tx, snapshot::VOICE).await?;
        let detail = serde_json::json!({ "ms": ms, "sha256": prompt.sha256 });
        audit::record(tx, app, ctx, Entry::new("admin", "prompt.upload", "prompt", name).with(detail)).await
    });
    done?;
    let world = app.refresh().await?;
    Ok(PromptView { name: prompt.name, ms, uploaded_at: ctx.now, by_name: world.user_name(prompt.uploaded_by) })
}
