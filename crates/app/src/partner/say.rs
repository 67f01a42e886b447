//! 转其他平台: an order is offered to a partner; it stays ours until the partner takes it.

use db::Tx;
use domain::authority::{Permission, Role};
use domain::case::Case;
use domain::decision::Recipient;
use domain::partner::share::OrgLine;
use domain::partner::wo::{FileRef, OrgRef, Private, Spoken, jq_of, private_of, wo_of};
use domain::partner::{Before, LinkState, MessageType, PartnerKind, Progress, may_send};
use kernel::crypto::sm2::Sm2Key;
use kernel::{FieldError, OrderId, Refusal, Ts, Uuid};
use serde::Deserialize;
use store::partner::{Link, Outgoing, Partner, Say, Settled};

use super::envelope::close;
use super::show::{PartnerLink, views};
use super::{Envelope, Said, files, proposal};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::order::seen_case_for_change;
use crate::world::World;
use crate::write::{Letter, Mail, recipients};
use crate::{Error, Result};

/// The first pause after a failure; it doubles with each, milliseconds.
const PAUSE_MS: i64 = 5_000;
const LONGEST_MS: i64 = 900_000;
/// How long a silent process keeps the lease, milliseconds.
const LEASE_MS: i64 = 60_000;

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerSend {
    pub partner: Uuid,
    pub reason: String,
    /// Code of the organisation there that should handle it, of those the partner named.
    #[serde(default)]
    pub suggest: Option<String>,
}

/// How an order of ours is named in messages: by the region of our city.
pub(super) fn own_code(app: &App) -> &str {
    &app.settings.region6
}

/// Earlier exchanges of an order, as the rule sees them.
fn before(links: &[Link], partners: &[Partner], to: Uuid) -> Vec<Before> {
    let kind = |id| partners.iter().find(|p| p.id == id).map_or(PartnerKind::Neighbour, |p| p.kind);
    let seen = |l: &Link| Before { kind: kind(l.partner_id), state: l.state, out: l.out, same: l.partner_id == to };
    links.iter().filter(|l| !l.inform).map(seen).collect()
}

/// Offers an order to a partner.
pub async fn order_send(app: &App, ctx: &Ctx, id: OrderId, form: &PartnerSend) -> Result<Vec<PartnerLink>> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderTransferOut)?;
    let reason = form.reason.trim().to_owned();
    if !(4..=500).contains(&reason.chars().count()) {
        return Err(FieldError::new("reason", "请写明转出原因").with_remedy("4至500字，对方能看到").into());
    }
    let world = app.fresh_world().await?;
    let vault = &app.store.vault;
    db::with_retry!(app.store.db, async |tx| {
        let case = seen_case_for_change(tx, app, ctx, &world, id).await?;
        let partners = store::partner::list_partners(&mut *tx, vault).await?;
        let partner = partners.iter().find(|p| p.id == form.partner && p.stopped_at.is_none() && p.sends);
        let partner = partner.ok_or_else(|| Refusal::invalid("partner", "该平台没有开通转出，请重新选择"))?;
        if partner.their_key.is_empty() {
            return Err(Refusal::state("no_key", "尚未登记对方公钥，请联系安全管理员").into());
        }
        let links = store::partner::links_of(&mut *tx, vault, id).await?;
        let suggest = match form.suggest.as_deref().filter(|c| !c.is_empty()) {
            None => None,
            Some(code) => {
                let known = proposal::orgs_of(tx, partner.id).await?.into_iter().find(|o| o.active && o.code == code);
                Some(known.ok_or_else(|| {
                    Error::from(Refusal::invalid("suggest", "该单位不在对方的机构名录中，请重新选择"))
                })?)
            }
        };
        may_send(&case.order, partner.kind, &before(&links, &partners, partner.id))?;
        offer(
            tx,
            app,
            ctx,
            &world,
            &case,
            Offer { partner, reason: &reason, inform: false, suggest: suggest.as_ref() },
        )
        .await?;
        let detail = serde_json::json!({ "partner": partner.code, "case_no": case.order.case_no });
        let entry = Entry::new("order", "partner.send", "order", id).because(reason.clone()).with(detail);
        audit::record(tx, app, ctx, entry).await
    })?;
    app.bus.poke();
    views(app, &world, ctx, id).await
}

/// To whom an order is told, why, and whether it stays ours.
#[derive(Clone, Copy)]
pub(super) struct Offer<'a> {
    pub partner: &'a Partner,
    pub reason: &'a str,
    pub inform: bool,
    /// Who there should handle it.
    pub suggest: Option<&'a OrgLine>,
}

pub(super) async fn offer(tx: &mut Tx, app: &App, ctx: &Ctx, world: &World, case: &Case, o: Offer<'_>) -> Result<()> {
    // 110, its like and 水电气热 take or refuse at once; others within a day (W06).
    let Offer { partner, reason, inform, .. } = o;
    let due = partner.kind.take_by(ctx.now, &world.params);
    let link = Link {
        id: app.mint.uuid(ctx.now),
        partner_id: partner.id,
        order_id: case.order.id,
        out: true,
        their_no: None,
        state: LinkState::Waiting,
        reason: Some(reason.to_owned()),
        reply: None,
        told: case.order.version,
        said: 0,
        seen: 0,
        due_at: Some(due),
        warned: false,
        inform,
        ext: None,
        ext_until: None,
        progress: Progress::default(),
        by: ctx.by.user(),
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    store::partner::add_link(tx, &link).await?;
    let papers = files::papers(tx, app, &case.order).await?;
    let body = offered(app, world, case, o, papers)?;
    let msg_id = app.mint.uuid(ctx.now).to_string();
    let kind = partner.kind.create().code();
    let say = Say { partner: partner.id, link: Some(link.id), msg_id: &msg_id, kind, body: &body, note: Some(reason) };
    store::partner::say(tx, &app.store.vault, say, ctx.now).await?;
    files::enclose(tx, app, &case.order, partner, link.id).await
}

fn offered(app: &App, world: &World, case: &Case, o: Offer<'_>, papers: Vec<FileRef>) -> Result<String> {
    let mut wo = wo_of(case, &world.directory, own_code(app));
    // Whoever hands it on is who is answered, wherever it began.
    (wo.src_sys, wo.src_no) = (own_code(app).to_owned(), case.order.case_no.clone());
    wo.reason = Some(o.reason.to_owned());
    // Nobody of ours has it; whom they should give it to is theirs to decide.
    wo.lead_org = o.suggest.map(|s| OrgRef { code: s.code.clone(), name: s.name.clone() });
    wo.co_orgs.clear();
    wo.attachments = papers;
    "add".clone_into(&mut wo.op);
    let sealed = close(o.partner, &*app.mint, &private_of(case))?;
    Ok(match o.partner.kind.create() {
        MessageType::JqCreate => {
            let mut jq = jq_of(&wo, o.reason);
            (jq.private_enc, jq.inform) = (sealed, o.inform);
            serde_json::to_string(&jq)?
        }
        _ => {
            wo.private_enc = sealed;
            serde_json::to_string(&wo)?
        }
    })
}

/// Takes an offer back that nobody has taken yet; the order is handled here.
pub async fn order_send_cancel(app: &App, ctx: &Ctx, id: OrderId, link: Uuid) -> Result<Vec<PartnerLink>> {
    ctx.require_ready()?;
    ctx.require(Permission::OrderTransferOut)?;
    let world = app.fresh_world().await?;
    db::with_retry!(app.store.db, async |tx| {
        seen_case_for_change(tx, app, ctx, &world, id).await?;
        let found = store::partner::load_link_for_change(tx, &app.store.vault, link).await?;
        let mut found =
            found.filter(|l| l.order_id == id && l.out).ok_or_else(|| Error::from(Refusal::not_found("转出记录")))?;
        if found.state != LinkState::Waiting {
            return Err(Refusal::state("state", "对方已经受理或退回，不能撤回").into());
        }
        found.state = LinkState::Cancelled;
        found.updated_at = ctx.now;
        store::partner::save_link(tx, &app.store.vault, &found).await?;
        // What never went out is simply not sent; else they are told, in order.
        if !store::partner::call_back(tx, found.id, "发送前已撤回", ctx.now).await? {
            call_back(tx, app, ctx, &found).await?;
        }
        audit::record(tx, app, ctx, Entry::new("order", "partner.cancel", "order", id)).await
    })?;
    app.bus.poke();
    views(app, &world, ctx, id).await
}

async fn call_back(tx: &mut Tx, app: &App, ctx: &Ctx, link: &Link) -> Result<()> {
    let partner = store::partner::load_partner(&mut *tx, &app.store.vault, link.partner_id).await?;
    let Some(partner) = partner else { return Ok(()) };
    let case_no = store::order::load_order(&mut *tx, &app.store.vault, link.order_id).await?.map(|o| o.case_no);
    let text = "转出方撤回，由转出方办理";
    let spoken = Spoken {
        src_sys: own_code(app).to_owned(),
        src_no: case_no.unwrap_or_default(),
        op: "del".to_owned(),
        private_enc: close(&partner, &*app.mint, &Private { content: text.to_owned(), ..Private::default() })?,
        ..Spoken::default()
    };
    let (msg_id, body) = (app.mint.uuid(ctx.now).to_string(), serde_json::to_string(&spoken)?);
    let kind = MessageType::WoAmend.code();
    let say = Say { partner: partner.id, link: Some(link.id), msg_id: &msg_id, kind, body: &body, note: Some(text) };
    Ok(store::partner::say(tx, &app.store.vault, say, ctx.now).await?)
}

/// A message ready to be posted.
#[derive(Clone, Debug)]
pub struct Post {
    pub url: String,
    pub body: String,
    message: Outgoing,
}

/// How posting went.
#[derive(Clone, Debug)]
pub enum Went {
    Said(Said),
    /// Nobody answered, or not as a platform does.
    Not(String),
}

/// What is to be posted now; nothing when another process is at it.
pub async fn due(app: &App) -> Result<Vec<Post>> {
    let now = app.now();
    let messages = store::partner::due_messages(&app.store.db, &app.store.vault, now).await?;
    if messages.is_empty() {
        return Ok(Vec::new());
    }
    let until = now.plus_millis(LEASE_MS);
    let held = db::with_retry!(app.store.db, async |tx| {
        Ok::<bool, Error>(store::lease::take(tx, "partner", &app.settings.process, until, now).await?)
    })?;
    let mut posts = Vec::new();
    for message in messages.into_iter().filter(|_| held) {
        let partner = store::partner::load_partner(&app.store.db, &app.store.vault, message.partner_id).await?;
        let Some(partner) = partner else { continue };
        let Some(key) = Sm2Key::parse(&partner.our_secret) else { continue };
        let body = match message.kind == MessageType::WoFile.code() {
            false => Some(message.body.clone()),
            true => files::body_of(app, &partner, &message).await?,
        };
        let Some(body) = body else {
            gone(app, &message, now).await?;
            continue;
        };
        let ends = (own_code(app), partner.code.as_str());
        let envelope = Envelope::seal(&key, &message.msg_id, &message.kind, ends, &body, &*app.mint, now);
        let body = serde_json::to_string(&envelope)?;
        posts.push(Post { url: partner.url, body, message });
    }
    Ok(posts)
}

/// A file that was withdrawn or lost before it went.
async fn gone(app: &App, message: &Outgoing, now: Ts) -> Result<()> {
    let error = Some("附件已撤回或不在存储中，不再发送".to_owned());
    let settled = Settled { state: "cancelled", code: None, error, next_at: now, done_at: Some(now) };
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::partner::settle_message(tx, message.no, &settled).await?)
    })
}

/// Notes how it went: taken, refused with words, or tried again later.
pub async fn settle(app: &App, post: &Post, went: &Went) -> Result<()> {
    let now = app.now();
    let m = &post.message;
    let pause = PAUSE_MS.saturating_mul(1 << m.tries.clamp(0, 20)).min(LONGEST_MS);
    let again = |error: &str| Settled {
        state: "queued",
        code: None,
        error: Some(error.to_owned()),
        next_at: now.plus_millis(pause),
        done_at: None,
    };
    let ended = |state, said: &Said| Settled {
        state,
        code: Some(said.code),
        error: (state == "refused").then(|| said.msg.chars().take(500).collect()),
        next_at: now,
        done_at: Some(now),
    };
    let settled = match went {
        Went::Not(error) => again(error),
        Went::Said(said) if matches!(said.code, 0 | 4003) => ended("done", said),
        Went::Said(said) if matches!(said.code, 4001 | 4002 | 4004 | 4005) => ended("refused", said),
        Went::Said(said) => again(&said.msg),
    };
    let error = settled.error.clone();
    db::with_retry!(app.store.db, async |tx| {
        store::partner::settle_message(tx, m.no, &settled).await?;
        store::partner::note_out(tx, m.partner_id, now, error.as_deref()).await?;
        if settled.state == "refused"
            && let Some(link) = m.link_id
        {
            refused(tx, app, link, error.as_deref().unwrap_or_default(), now).await?;
        }
        Ok::<(), Error>(())
    })
}

/// They did not take a message: an offer is ours to handle again, anything else is for a person to look at.
async fn refused(tx: &mut Tx, app: &App, link: Uuid, error: &str, now: Ts) -> Result<()> {
    let found = store::partner::load_link_for_change(tx, &app.store.vault, link).await?;
    let Some(mut link) = found else { return Ok(()) };
    if link.out && link.state == LinkState::Waiting {
        link.state = LinkState::Failed;
        link.reason = Some(format!("对方未接收：{error}"));
        link.updated_at = now;
        store::partner::save_link(tx, &app.store.vault, &link).await?;
        let text = "转出的工单对方未接收，请查看原因后派单或重新转出";
        return tell(tx, app, Role::Dispatcher, link.order_id, text).await;
    }
    tell(tx, app, Role::Dispatcher, link.order_id, "发给对方平台的消息未被接收，请在“平台协同”查看原因").await
}

/// Tells a desk of the centre about an order.
pub(super) async fn tell(tx: &mut Tx, app: &App, role: Role, order: OrderId, text: &str) -> Result<()> {
    let Some(found) = store::order::load_order(&mut *tx, &app.store.vault, order).await? else { return Ok(()) };
    let (ctx, world) = (app.system("partner"), app.world());
    let users = recipients(tx, &ctx, &world, &Recipient::CenterRole { role }).await?;
    let body = format!("工单{}：{text}", found.case_no);
    let letter =
        Letter { kind: "T20", title: "平台对接", body: &body, order: Some((order, found.case_no.as_str())) };
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &users, letter);
    mail.send(tx, app).await
}

/// Offers nobody took in time: a person is to telephone.
pub async fn warn_late(app: &App) -> Result<()> {
    for link in store::partner::late_links(&app.store.db, &app.store.vault, app.now()).await? {
        db::with_retry!(app.store.db, async |tx| {
            store::partner::mark_warned(tx, link.id).await?;
            let text = "转出后对方超时未受理，请电话联系对方，或撤回后由本平台办理";
            tell(tx, app, Role::TeamLeader, link.order_id, text).await
        })?;
    }
    Ok(())
}
