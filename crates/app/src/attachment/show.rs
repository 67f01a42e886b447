//! Attachments in words, and who may open which.

use domain::attachment::{FileClass, Purpose, Scan};
use domain::authority::{OrderFacts, Permission, masks};
use domain::case::Case;
use domain::env::By;
use domain::order::OrderState;
use kernel::{Refusal, UserId};
use store::attachment::Attachment;
use store::flow_log::FlowLine;
use store::portal::{Of, PhotoLine};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::present::action_label;
use crate::view::AttachmentView;
use crate::world::World;

/// The step that used the attachment, if one has.
pub fn used<'a>(a: &Attachment, flow: &'a [FlowLine]) -> Option<&'a FlowLine> {
    flow.iter().find(|line| line.seq > a.after_seq && a.purpose.is_used_by(&line.entry.action))
}

pub fn step_cn(line: &FlowLine) -> String {
    action_label(&line.entry)
}

/// Citizens' material may tell who they are; evidence of handling is internal.
pub fn may_open(ctx: &Ctx, purpose: Purpose, facts: &OrderFacts) -> Result<()> {
    let By::Person(actor) = &ctx.by else { return Ok(()) };
    let hidden = masks(actor, facts);
    if purpose.tells_identity() && hidden.identity {
        return Err(Refusal::forbidden("诉求人要求保密，诉求材料只对获准查看身份的人员开放").into());
    }
    if purpose.is_internal() && hidden.internal_opinion {
        return Err(Refusal::forbidden("办理材料只对承办、审核、督办人员开放").into());
    }
    Ok(())
}

/// Everything hung on an order: what the citizen sent through the portal first.
pub async fn list(app: &App, ctx: &Ctx, world: &World, case: &Case, facts: &OrderFacts) -> Result<Vec<AttachmentView>> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let photos = store::portal::photos(db, vault, Of::Order(case.order.id)).await?;
    let attachments = store::attachment::attachments(db, vault, case.order.id).await?;
    let flow = if attachments.is_empty() { Vec::new() } else { store::flow_log::flow_of(db, case.order.id).await? };
    // What another platform sent has the platform in the uploader's place.
    let foreign = attachments.iter().any(|a| !world.names.contains_key(&a.by_user));
    let partners = if foreign { store::partner::list_partners(db, vault).await? } else { Vec::new() };
    let who = |by: UserId| match partners.iter().find(|p| p.id == by.0) {
        Some(partner) => partner.name.clone(),
        None => world.user_name(by),
    };
    let open = |purpose| may_open(ctx, purpose, facts).is_ok();
    let mine = |a: &Attachment| {
        ctx.by.user() == Some(a.by_user)
            && ctx.require(Permission::Attach).is_ok()
            && case.order.state != OrderState::Archived
    };
    let mut all: Vec<AttachmentView> = photos.into_iter().map(|p| photo_view(p, open(Purpose::Demand))).collect();
    for a in attachments {
        let step = used(&a, &flow);
        let (used_at, used_cn) = (step.map(|s| s.entry.at), step.map(step_cn));
        let may_withdraw = step.is_none() && mine(&a);
        let may_open = open(a.purpose);
        all.push(AttachmentView {
            id: a.id,
            purpose: a.purpose,
            purpose_cn: a.purpose.cn().to_owned(),
            class: a.class,
            mime: a.mime,
            name: if may_open { a.name } else { "（不在您的查看范围内）".to_owned() },
            size: a.size,
            digest: a.digest,
            at: a.at,
            by_name: who(a.by_user),
            // A platform belongs to none of our organisations.
            by_org: world.names.contains_key(&a.by_user).then(|| world.org(a.by_org)),
            from_citizen: false,
            scan: a.scan,
            scan_cn: a.scan.cn().to_owned(),
            used_at,
            used_cn,
            may_open,
            may_withdraw,
        });
    }
    Ok(all)
}

fn photo_view(p: PhotoLine, may_open: bool) -> AttachmentView {
    AttachmentView {
        id: p.id,
        purpose: Purpose::Demand,
        purpose_cn: Purpose::Demand.cn().to_owned(),
        class: FileClass::Picture,
        mime: p.mime,
        name: if may_open { p.name } else { "（不在您的查看范围内）".to_owned() },
        size: p.size,
        digest: p.digest,
        at: p.at,
        by_name: "诉求人".to_owned(),
        by_org: None,
        from_citizen: true,
        // Freed of everything beside the picture when it came in.
        scan: Scan::Unscanned,
        scan_cn: Scan::Unscanned.cn().to_owned(),
        used_at: Some(p.at),
        used_cn: None,
        may_open,
        may_withdraw: false,
    }
}
