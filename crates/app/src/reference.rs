//! 基础数据 for the client.

use domain::authority::Role;
use domain::mailbox::Mailbox;
use kernel::{OrgId, Refusal};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{
    CategoryLine, CategoryProposal, DictItemLine, HandlerLine, MailboxLine, OrgLine, ReferenceView, RegionLine,
    RegionStep, Tagged,
};

/// Parameters the client may know: they shape forms, nothing of security is among them.
const CLIENT_PARAMS: &[&str] = &[
    "dup.prompt",
    "dup.block",
    "unified_reply",
    "callback.hours",
    "callback.types",
    "claim.minutes",
    "return.max",
    "ext.max",
    "redo.max",
    "reopen.window_d",
    "rating.order_scale",
    "light.scheme",
    "merge.scope",
    "export.approval_rows",
    "call.targets",
    "call.svc_threshold_s",
    "call.joint",
    "call.wrap_up_s",
    "call.missed_callback_min",
    "call.mark_max_d",
    "quality.pass",
    "security.upload.max_mb",
    "security.upload.types",
    "security.password.min_length",
    "security.password.classes",
];

/// Everything the client keeps, tagged with the snapshots it was made from.
pub async fn reference_view(app: &App, ctx: &Ctx) -> Result<Tagged<ReferenceView>> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let tag: Vec<String> = world.versions.iter().map(|(name, n)| format!("{name}={n}")).collect();
    let orgs = world.directory.orgs().map(|o| OrgLine {
        id: o.id,
        code: o.code.clone(),
        name: o.name.clone(),
        short: o.short.clone(),
        parent: o.parent,
        level: o.level,
        kind: o.kind,
        group: o.group.clone(),
        region: o.region.clone(),
        phone: o.phone.clone(),
        active: o.active,
    });
    let categories = world.directory.categories().map(|c| CategoryLine {
        code: c.code.clone(),
        name: c.name.clone(),
        parent: c.parent.clone(),
        level: c.level,
        path: world.category_path(&c.code),
        active: c.active,
    });
    let dictionaries = world.dictionaries.iter().map(|(dict, items)| {
        let line = |i: &crate::world::DictItem| DictItemLine {
            code: i.code.clone(),
            name: i.name.clone(),
            parent: i.parent.clone(),
        };
        (dict.clone(), items.iter().map(line).collect())
    });
    let params = CLIENT_PARAMS.iter().filter_map(|key| Some(((*key).to_owned(), world.params.get(key)?.clone())));
    let user = ctx.actor()?.user;
    let mailbox = |m: &Mailbox| MailboxLine { id: m.id, name: m.name.clone(), open: m.open, mine: m.leader == user };
    let view = ReferenceView {
        orgs: orgs.collect(),
        categories: categories.collect(),
        dictionaries: dictionaries.collect(),
        params: params.collect(),
        mailboxes: world.mailboxes.iter().map(mailbox).collect(),
    };
    // Whose boxes they are differs from person to person.
    let of = if view.mailboxes.iter().any(|m| m.mine) { user.to_string() } else { String::new() };
    let etag = app.store.vault.digest_hex(format!("{};{of}", tag.join(";")).as_bytes())[..16].to_owned();
    Ok(Tagged { etag, view })
}

/// Below a region; at the top the own districts and the provinces.
pub async fn region_list(app: &App, parent: Option<&str>) -> Result<Vec<RegionLine>> {
    let world = app.fresh_world().await?;
    Ok(world.regions.list(parent.filter(|p| !p.is_empty())))
}

/// From the province down to a region.
pub async fn region_path(app: &App, code: &str) -> Result<Vec<RegionStep>> {
    let world = app.fresh_world().await?;
    let path = world.regions.path(code);
    if path.is_empty() { Err(Refusal::not_found("行政区划").into()) } else { Ok(path) }
}

/// 分类联想.
pub async fn category_search(app: &App, q: &str, limit: usize) -> Result<Vec<CategoryProposal>> {
    let world = app.fresh_world().await?;
    let hits = world.directory.category_search(q, limit.clamp(1, 50));
    let proposal = |h: domain::directory::CategoryHit| CategoryProposal {
        path: world.category_path(&h.code),
        code: h.code,
        name: h.name,
        why: h.matched,
    };
    Ok(hits.into_iter().map(proposal).collect())
}

/// Who a task of the organisation can be assigned to; the own organisation when none is named.
pub async fn handler_list(app: &App, ctx: &Ctx, org: Option<OrgId>) -> Result<Vec<HandlerLine>> {
    ctx.require_ready()?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let org = org.unwrap_or(actor.org);
    let center = world.directory.center().is_some_and(|c| c.id == actor.org);
    if !center && !world.directory.is_within(org, actor.org) {
        return Err(Refusal::forbidden("只能查看本单位及下级单位的经办人").into());
    }
    let db = &app.store.db;
    let mut lines = Vec::new();
    for a in store::appointment::list_of_org(db, org).await? {
        if a.is_valid(ctx.now) && a.roles.contains(&Role::Handler) {
            let open_tasks = crate::task::open_tasks(app, None, Some(a.user)).await?;
            lines.push(HandlerLine { id: a.user, name: world.user_name(a.user), position: a.position, open_tasks });
        }
    }
    lines.sort_by(|a, b| (a.open_tasks, &a.name).cmp(&(b.open_tasks, &b.name)));
    lines.dedup_by_key(|l| l.id);
    Ok(lines)
}
