//! 催办、督办、补充、延期: what two platforms say to each other about a matter one of them handles for the other.

use db::Tx;
use domain::authority::{Permission, Role};
use domain::order::decide::{extend_for_partner, may_grant, relieve_merged};
use domain::order::{Command, SuperviseForm};
use domain::partner::wo::{Private, Spoken};
use domain::partner::{ExtState, LinkState, MessageType, PartnerKind, Standing, Word, answer_of, may_say};
use domain::supervision::{SuperviseLevel, SuperviseTrigger};
use kernel::{FieldError, OrderId, Refusal, Ts, Uuid};
use serde::Deserialize;
use store::partner::{Heard, Link, Partner, Say};

use super::envelope::close;
use super::say::{own_code, tell};
use super::show::{PartnerLink, views};
use super::take::heard_of;
use super::{Envelope, files};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::{command_in, seen_case_for_change};
use crate::world::World;
use crate::write::{Extra, apply};
use crate::{Error, Result};

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerWord {
    pub word: Word,
    /// The other side reads it.
    pub text: String,
    /// Of 申请延期: until when.
    pub until: Option<Ts>,
}

/// How a matter stands for whoever speaks here.
pub(super) fn standing(link: &Link, kind: PartnerKind) -> Standing {
    Standing { sender: link.out, state: link.state, ext: link.ext, above: kind == PartnerKind::Lower }
}

fn faults(form: &PartnerWord, now: Ts) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    if !(2..=500).contains(&form.text.trim().chars().count()) {
        wrong.push(FieldError::new("text", "请填写内容").with_remedy("2至500字，对方能看到"));
    }
    if form.word == Word::ExtendApply && form.until.is_none_or(|u| u <= now) {
        wrong.push(FieldError::new("until", "请选择延期至的时间").with_remedy("应晚于现在"));
    }
    wrong
}

/// Says a word about a matter to the platform it went to or came from.
pub async fn order_say(app: &App, ctx: &Ctx, id: OrderId, link: Uuid, form: &PartnerWord) -> Result<Vec<PartnerLink>> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderTransferOut)?;
    let wrong = faults(form, ctx.now);
    if !wrong.is_empty() {
        return Err(Refusal::fields(wrong).into());
    }
    let world = app.fresh_world().await?;
    let vault = &app.store.vault;
    db::with_retry!(app.store.db, async |tx| {
        let case = seen_case_for_change(tx, app, ctx, &world, id).await?;
        let found = store::partner::load_link_for_change(tx, vault, link).await?.filter(|l| l.order_id == id);
        let found = found.ok_or_else(|| Error::from(Refusal::not_found("协同记录")))?;
        let partner = store::partner::load_partner(&mut *tx, vault, found.partner_id).await?;
        let partner = partner.filter(|p| p.stopped_at.is_none());
        let partner = partner.ok_or_else(|| Error::from(Refusal::state("stopped", "该平台已停用，请电话联系对方")))?;
        may_say(form.word, standing(&found, partner.kind))?;
        if form.word == Word::ExtendGrant {
            may_grant(&case, found.ext_until, &world.env(ctx.now, &*app.mint))?;
        }
        let src_no = if found.out { Some(case.order.case_no.clone()) } else { case.order.src_no.clone() };
        say(tx, app, ctx, &partner, &found, form, src_no.unwrap_or_default()).await?;
        if form.word == Word::Amend {
            // Papers the citizen brought since go with the words about them.
            files::enclose(tx, app, &case.order, &partner, found.id).await?;
        }
        let detail = serde_json::json!({ "partner": partner.code, "word": form.word });
        audit::record(tx, app, ctx, Entry::new("order", "partner.word", "order", id).with(detail)).await
    })?;
    app.bus.poke();
    views(app, &world, ctx, id).await
}

async fn say(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    partner: &Partner,
    link: &Link,
    form: &PartnerWord,
    src_no: String,
) -> Result<()> {
    let vault = &app.store.vault;
    let next = moved(link, form.word, form.until, ctx.now);
    store::partner::save_link(tx, vault, &next).await?;
    let text = form.text.trim().to_owned();
    let sender = if link.out { own_code(app) } else { partner.code.as_str() };
    let decided = matches!(form.word, Word::ExtendGrant | Word::ExtendRefuse);
    let spoken = Spoken {
        src_sys: sender.to_owned(),
        src_no,
        op: "add".to_owned(),
        ext_due_at: next.ext_until.filter(|_| decided || form.word == Word::ExtendApply).map(Ts::iso),
        agreed: decided.then_some(form.word == Word::ExtendGrant),
        private_enc: close(partner, &*app.mint, &Private { content: text.clone(), ..Private::default() })?,
    };
    let note = note_of(form.word, next.ext_until, &text);
    let (msg_id, body) = (app.mint.uuid(ctx.now).to_string(), serde_json::to_string(&spoken)?);
    let kind = form.word.message().code();
    let say = Say { partner: partner.id, link: Some(link.id), msg_id: &msg_id, kind, body: &body, note: Some(&note) };
    Ok(store::partner::say(tx, vault, say, ctx.now).await?)
}

/// The matter after a word, on both sides alike.
fn moved(link: &Link, word: Word, until: Option<Ts>, now: Ts) -> Link {
    let (ext, ext_until) = match word {
        Word::ExtendApply => (Some(ExtState::Asked), until),
        Word::ExtendGrant => (Some(ExtState::Granted), link.ext_until),
        Word::ExtendRefuse => (Some(ExtState::Refused), link.ext_until),
        Word::Urge | Word::Supervise | Word::Amend => (link.ext, link.ext_until),
    };
    let mut progress = link.progress.clone();
    if word == Word::ExtendApply {
        progress.ext_from = progress.due;
    }
    Link { ext, ext_until, progress, updated_at: now, ..link.clone() }
}

fn note_of(word: Word, until: Option<Ts>, text: &str) -> String {
    match (word, until) {
        (Word::ExtendApply, Some(until)) => format!("申请延期至{}：{text}", until.format_cn()),
        (Word::ExtendGrant, Some(until)) => format!("同意延期至{}：{text}", until.format_cn()),
        (Word::ExtendRefuse, _) => format!("不同意延期：{text}"),
        _ => text.to_owned(),
    }
}

/// `None` for a matter called back.
fn word_of(kind: MessageType, spoken: &Spoken) -> Option<Word> {
    match kind {
        MessageType::WoUrge => Some(Word::Urge),
        MessageType::WoSupervise => Some(Word::Supervise),
        MessageType::WoExtendApply => Some(Word::ExtendApply),
        MessageType::WoExtendDecide if spoken.agreed == Some(true) => Some(Word::ExtendGrant),
        MessageType::WoExtendDecide => Some(Word::ExtendRefuse),
        _ if spoken.op == "del" => None,
        _ => Some(Word::Amend),
    }
}

/// Hears a word of a partner's.
pub(super) async fn hear(
    app: &App,
    ctx: &Ctx,
    partner: &Partner,
    e: &Envelope,
    kind: MessageType,
    spoken: &Spoken,
    text: &str,
) -> Result<()> {
    let world = app.fresh_world().await?;
    let vault = &app.store.vault;
    let until = spoken.ext_due_at.as_deref().and_then(Ts::parse_iso);
    if kind == MessageType::WoExtendApply && until.is_none() {
        let e = FieldError::new("ext_due_at", "缺少延期至的时间").with_remedy("例如 2026-11-28T09:30:00+08:00");
        return Err(e.into());
    }
    if text.chars().count() < 2 {
        return Err(FieldError::new("content", "缺少内容").with_remedy("2至500字，放在加密块 private_enc 中").into());
    }
    db::with_retry!(app.store.db, async |tx| {
        let link = matter(tx, app, partner, kind, spoken.src_no.trim()).await?;
        let word = word_of(kind, spoken);
        let note = word.map_or_else(|| text.to_owned(), |w| note_of(w, until, text));
        let heard = Heard { link: Some(link.id), note: Some(&note), ..heard_of(partner, e) };
        if !store::partner::heard(tx, vault, heard, ctx.now).await? {
            return Ok(());
        }
        let Some(word) = word else { return called_back(tx, app, ctx, &world, &link, text).await };
        // Asked from the speaker's side.
        let at =
            Standing { sender: !link.out, above: partner.kind == PartnerKind::Upper, ..standing(&link, partner.kind) };
        may_say(word, at)?;
        store::partner::save_link(tx, vault, &moved(&link, word, until, ctx.now)).await?;
        act(tx, app, ctx, &world, partner, &link, word, text).await
    })?;
    app.bus.poke();
    Ok(())
}

/// The matter a word is about: ours for an application, else the one they sent.
async fn matter(tx: &mut Tx, app: &App, partner: &Partner, kind: MessageType, no: &str) -> Result<Link> {
    let vault = &app.store.vault;
    let ours = kind == MessageType::WoExtendApply;
    let id = match ours {
        true => store::order::find_by_case_no(&mut *tx, no).await?,
        false => store::order::find_by_source(&mut *tx, &partner.code, no).await?,
    };
    let links = match id {
        Some(id) => store::partner::links_of(&mut *tx, vault, id).await?,
        None => Vec::new(),
    };
    let found = links.iter().rev().find(|l| l.partner_id == partner.id && l.out == ours);
    let link = match found {
        Some(l) => store::partner::load_link_for_change(tx, vault, l.id).await?,
        None => None,
    };
    link.ok_or_else(|| FieldError::new("src_no", "没有与贵平台往来的这件工单").with_remedy("填推送时的 src_no").into())
}

/// What a word does here.
#[expect(clippy::too_many_arguments, reason = "one word with all it is about")]
async fn act(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    partner: &Partner,
    link: &Link,
    word: Word,
    text: &str,
) -> Result<()> {
    let id = link.order_id;
    match word {
        Word::Urge => {
            press(tx, app, ctx, world, id, SuperviseLevel::Urge, text).await?;
            tell(tx, app, Role::Dispatcher, id, "转出方催办，请查看“平台协同”").await
        }
        Word::Supervise => {
            press(tx, app, ctx, world, id, SuperviseLevel::Normal, text).await?;
            tell(tx, app, Role::Supervisor, id, "上级平台督办，请查看“平台协同”").await
        }
        Word::Amend => {
            let reason = "转出方补充情况".to_owned();
            let amend = Command::Amend { reason, form: None, supplement: Some(text.to_owned()), limit_at: None };
            command_in(tx, app, ctx, world, id, None, &amend).await.map(drop)
        }
        Word::ExtendApply => tell(tx, app, Role::Dispatcher, id, "承办平台申请延期，请在“平台协同”审批").await,
        Word::ExtendGrant => {
            let due = extend(tx, app, ctx, world, partner, link).await?;
            let text = due.map_or_else(
                || "转出方已同意延期，请查看“平台协同”".to_owned(),
                |due| format!("转出方已同意延期，办理期限延至{}", due.format_cn()),
            );
            tell(tx, app, Role::Dispatcher, id, &text).await
        }
        Word::ExtendRefuse => tell(tx, app, Role::Dispatcher, id, "转出方不同意延期，请按原时限办理").await,
    }
}

/// The promise runs until the moment that was asked for; `None` where none runs, or it ran longer already.
async fn extend(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    partner: &Partner,
    link: &Link,
) -> Result<Option<Ts>> {
    let case = store::case::load_case_for_change(tx, &app.store.vault, link.order_id).await?;
    let (Some(case), Some(until)) = (case, link.ext_until) else { return Ok(None) };
    let env = world.env(ctx.now, &*app.mint);
    let Some(decision) = extend_for_partner(&case, until, &partner.name, &env) else { return Ok(None) };
    let extra = Extra { action: Some("extension_approved"), ..Extra::default() };
    let after = apply(tx, app, ctx, world, Some(&case), decision, &extra).await?;
    match after.order.merged_into {
        Some(root) => extend_root(tx, app, ctx, world, partner, root).await,
        None => Ok(after.order.due_at),
    }
}

/// The order that answers for a matter merged into it is no longer bound by a limit that has moved.
async fn extend_root(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    partner: &Partner,
    root: OrderId,
) -> Result<Option<Ts>> {
    let Some(case) = store::case::load_case_for_change(tx, &app.store.vault, root).await? else { return Ok(None) };
    let mut nearest: Option<Ts> = None;
    for merged in case.merged_in() {
        let order = store::order::load_order(&mut *tx, &app.store.vault, merged).await?;
        let limit = order.and_then(|o| o.origin.limit_at);
        nearest = nearest.into_iter().chain(limit).min();
    }
    let env = world.env(ctx.now, &*app.mint);
    let Some(decision) = relieve_merged(&case, nearest, &partner.name, &env) else { return Ok(case.order.due_at) };
    let extra = Extra { action: Some("extension_approved"), ..Extra::default() };
    Ok(apply(tx, app, ctx, world, Some(&case), decision, &extra).await?.order.due_at)
}

/// An urging becomes a round of supervision where somebody has the matter in hand; before that a dispatcher is told.
async fn press(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    id: OrderId,
    level: SuperviseLevel,
    text: &str,
) -> Result<()> {
    let from = if level == SuperviseLevel::Urge { "转出方催办" } else { "上级平台督办" };
    let form = SuperviseForm {
        level,
        trigger: SuperviseTrigger::S6,
        opinion: format!("{from}：{text}"),
        due_at: None,
        cc: Vec::new(),
    };
    match command_in(tx, app, ctx, world, id, None, &Command::SuperviseIssue(form)).await {
        // Not dispatched yet, or one is being answered already: people are told all the same.
        Ok(_) | Err(Error::Refused(_)) => Ok(()),
        Err(e) => Err(e),
    }
}

/// The sender handles it itself after all; only before somebody here has taken it.
async fn called_back(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, link: &Link, text: &str) -> Result<()> {
    let order = store::order::load_order(&mut *tx, &app.store.vault, link.order_id).await?;
    if link.state != LinkState::Waiting || order.is_none_or(|o| answer_of(&o).is_some()) {
        return Err(Refusal::state("taken", "该工单已由本平台受理或退回，不能撤回；请等待反馈").into());
    }
    let next = Link { state: LinkState::Cancelled, updated_at: ctx.now, ..link.clone() };
    store::partner::save_link(tx, &app.store.vault, &next).await?;
    let withdraw = Command::Withdraw { reason: text.to_owned() };
    command_in(tx, app, ctx, world, link.order_id, None, &withdraw).await.map(drop)
}
