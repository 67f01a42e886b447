//! 协同记录 of an order: with whom, how far, and every message; and to whom it may be offered.

use domain::authority::{Masks, Permission, masks};
use domain::order::OrderState;
use domain::partner::{ExtState, LinkState, MessageType, Word, words};
use kernel::{OrderId, Ts, Uuid, redact_text};
use serde::Serialize;
use store::partner::{Link, MessageLine, Partner};

use super::proposal::orgs_of;
use super::word::standing;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order::seen_case;
use crate::view::ElsewhereView;
use crate::world::World;

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerLink {
    pub id: Uuid,
    pub partner: String,
    pub kind_cn: String,
    /// We sent it; else it came from there.
    pub out: bool,
    /// 通报: told for information, the sender goes on with it.
    pub inform: bool,
    pub their_no: Option<String>,
    pub state: String,
    pub state_cn: String,
    pub reason: Option<String>,
    /// What they answered.
    pub reply: Option<String>,
    /// Until when they should have taken it, while they have not.
    pub due_at: Option<Ts>,
    pub late: bool,
    pub by_name: Option<String>,
    pub created_at: Ts,
    pub updated_at: Ts,
    pub may_cancel: bool,
    /// 延期 the handling side asked for.
    pub ext_cn: Option<String>,
    pub ext_until: Option<Ts>,
    /// 办理期限 before the extension.
    pub ext_from: Option<Ts>,
    /// 办理进展 as the handling side told it: who has it, with whom, since when and until when.
    pub lead: Option<String>,
    pub co: Vec<String>,
    pub since: Option<Ts>,
    pub held_until: Option<Ts>,
    /// 回访结果 in words.
    pub callback_cn: Option<String>,
    /// What may be said about it now.
    pub words: Vec<PartnerWordView>,
    /// Oldest first.
    pub messages: Vec<PartnerMessage>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerWordView {
    pub word: Word,
    pub label: String,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerMessage {
    pub at: Ts,
    /// We said it.
    pub out: bool,
    pub kind_cn: String,
    /// What it said, in words.
    pub note: Option<String>,
    /// `queued`, `done`, `refused`, `cancelled`.
    pub state: String,
    pub state_cn: String,
    pub error: Option<String>,
    pub tries: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderPartners {
    pub links: Vec<PartnerLink>,
    /// To whom it may be offered now.
    pub offers: Vec<PartnerOffer>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerOffer {
    pub id: Uuid,
    pub name: String,
    pub kind_cn: String,
    /// Its organisations, as it named them and we took them.
    pub orgs: Vec<PartnerOrg>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartnerOrg {
    pub code: String,
    pub name: String,
}

pub(super) fn message_view(m: MessageLine, masked: bool) -> PartnerMessage {
    let state_cn = match (m.state.as_str(), m.out, m.error.is_some()) {
        ("queued", _, false) => "待发送",
        ("queued", _, true) => "未送达，稍后重试",
        ("cancelled", ..) => "未发送",
        ("refused", true, _) => "对方未接收",
        ("refused", false, _) => "本平台未接收",
        (_, true, _) => "对方已接收",
        (_, false, _) => "已接收",
    };
    PartnerMessage {
        kind_cn: m.kind.parse::<MessageType>().map_or_else(|_| m.kind.clone(), |k| k.cn().to_owned()),
        note: m.note.map(|n| shown(n, masked)),
        state_cn: state_cn.to_owned(),
        at: m.at,
        out: m.out,
        state: m.state,
        error: m.error,
        tries: m.tries,
    }
}

fn shown(text: String, masked: bool) -> String {
    if masked { redact_text(&text) } else { text }
}

fn view(
    link: Link,
    partner: Option<&Partner>,
    world: &World,
    ctx: &Ctx,
    masked: bool,
    messages: Vec<MessageLine>,
) -> PartnerLink {
    let waiting = link.state.holds();
    let may = ctx.require(Permission::OrderTransferOut).is_ok();
    let said = partner.filter(|p| may && p.stopped_at.is_none()).map(|p| words(standing(&link, p.kind)));
    let word = |w: Word| PartnerWordView { word: w, label: w.cn().to_owned() };
    PartnerLink {
        partner: partner.map(|p| p.name.clone()).unwrap_or_default(),
        kind_cn: partner.map(|p| p.kind.cn().to_owned()).unwrap_or_default(),
        out: link.out,
        inform: link.inform,
        state: link.state.code().to_owned(),
        state_cn: if link.out { link.state.cn() } else { received_cn(&link) }.to_owned(),
        reply: link.reply.filter(|_| link.out).map(|t| shown(t, masked)),
        late: link.out && waiting && link.due_at.is_some_and(|due| due <= ctx.now),
        due_at: link.due_at.filter(|_| waiting),
        by_name: link.by.map(|by| world.user_name(by)),
        may_cancel: link.out && !link.inform && waiting && may,
        ext_cn: link.ext.map(|e: ExtState| e.cn().to_owned()),
        ext_until: link.ext_until,
        ext_from: link.progress.ext_from,
        callback_cn: link.progress.callback_cn(),
        since: link.progress.since,
        held_until: link.progress.due,
        lead: link.progress.lead,
        co: link.progress.co,
        words: said.unwrap_or_default().into_iter().map(word).collect(),
        messages: messages.into_iter().map(|m| message_view(m, masked)).collect(),
        id: link.id,
        their_no: link.their_no,
        reason: link.reason.map(|t| shown(t, masked)),
        created_at: link.created_at,
        updated_at: link.updated_at,
    }
}

/// The same states, seen by who was asked.
fn received_cn(link: &Link) -> &'static str {
    if link.state.holds() { "待本平台受理" } else { link.state.cn() }
}

/// Where the matter is just now, for the head of its page; `None` when it is nowhere else.
pub(crate) async fn elsewhere(app: &App, ctx: &Ctx, id: OrderId) -> Result<Option<ElsewhereView>> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let links = store::partner::links_of(db, vault, id).await?;
    // What was given back, called back or never arrived is ours again.
    let ours_again = |l: &Link| l.out && l.state.is_over() && l.state != LinkState::Closed;
    let Some(link) = links.iter().rev().find(|l| !l.inform && !ours_again(l)) else { return Ok(None) };
    let partner = store::partner::load_partner(db, vault, link.partner_id).await?;
    let waiting = link.out && link.state.holds();
    Ok(Some(ElsewhereView {
        link: link.id,
        partner: partner.map(|p| p.name).unwrap_or_default(),
        out: link.out,
        waiting,
        may_cancel: waiting && ctx.require(Permission::OrderTransferOut).is_ok(),
        answer_by: link.due_at.filter(|_| waiting),
        late: waiting && link.due_at.is_some_and(|due| due <= ctx.now),
        state_cn: if link.out { link.state.cn() } else { received_cn(link) }.to_owned(),
        held: link.progress.held_cn().filter(|_| link.out),
    }))
}

/// 协同记录 for whoever sees the order.
pub async fn order_partners(app: &App, ctx: &Ctx, id: OrderId) -> Result<OrderPartners> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, _) = seen_case(app, ctx, &world, id).await?;
    let links = views(app, &world, ctx, id).await?;
    let open = matches!(case.order.state, OrderState::Registered | OrderState::PendingDispatch);
    let waiting = links.iter().any(|l| l.out && !l.inform && l.state == "waiting");
    let mut offers = Vec::new();
    if open && !waiting && ctx.require(Permission::OrderTransferOut).is_ok() {
        let partners = store::partner::list_partners(&app.store.db, &app.store.vault).await?;
        let fit = partners.into_iter().filter(|p| p.stopped_at.is_none() && p.sends && !p.their_key.is_empty());
        for p in fit {
            let orgs = db::with_retry!(app.store.db, async |tx| { orgs_of(tx, p.id).await })?;
            let orgs =
                orgs.into_iter().filter(|o| o.active).map(|o| PartnerOrg { code: o.code, name: o.name }).collect();
            offers.push(PartnerOffer { id: p.id, name: p.name, kind_cn: p.kind.cn().to_owned(), orgs });
        }
    }
    Ok(OrderPartners { links, offers })
}

pub(super) async fn views(app: &App, world: &World, ctx: &Ctx, id: OrderId) -> Result<Vec<PartnerLink>> {
    let (case, facts) = seen_case(app, ctx, world, id).await?;
    let Masks { identity, .. } = masks(ctx.actor()?, &facts);
    let partners = store::partner::list_partners(&app.store.db, &app.store.vault).await?;
    let mut all = Vec::new();
    for link in store::partner::links_of(&app.store.db, &app.store.vault, case.order.id).await? {
        let messages = store::partner::messages_of(&app.store.db, &app.store.vault, link.id).await?;
        let partner = partners.iter().find(|p| p.id == link.partner_id);
        all.push(view(link, partner, world, ctx, identity, messages));
    }
    Ok(all)
}
