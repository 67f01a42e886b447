//! 附件: added, looked at, handed out, withdrawn before use. Photos of citizens are among them.

pub mod clamd;
mod show;
mod take;

use citizen::clean;
use domain::attachment::{LONGEST_REPLY, Purpose, file_name};
use domain::authority::Permission;
use domain::order::{Order, OrderState};
use kernel::{AttachmentId, OrderId, Refusal};
use store::attachment::Attachment;
use store::portal::Of;

use crate::ctx::{App, Ctx};
use crate::order::{seen_case, seen_case_for_change};
use crate::view::{AttachmentForm, AttachmentQuery, AttachmentView};
use crate::{Error, Result, audit};

pub(crate) use show::{may_open, used};
pub(crate) use take::{fetch, is_passing, take};

/// Bytes on their way to a browser.
#[derive(Clone, Debug)]
pub struct Handed {
    pub name: String,
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// Files not touched for so long and needed by nothing are cleared away, days.
const ORPHAN_D: i64 = 2;

/// No step has taken the attachment into the record yet.
pub(crate) fn is_fresh(a: &Attachment, flow: &[store::flow_log::FlowLine]) -> bool {
    show::used(a, flow).is_none()
}

fn still_open(order: &Order) -> Result<()> {
    if order.state == OrderState::Archived {
        return Err(Refusal::state("archived", "工单已归档，不能再增减附件").into());
    }
    Ok(())
}

/// The attachments of an order the person may see, oldest first.
pub async fn attachment_list(app: &App, ctx: &Ctx, id: OrderId) -> Result<Vec<AttachmentView>> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    show::list(app, ctx, &world, &case, &facts).await
}

/// 上传附件.
pub async fn attachment_add(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
    form: &AttachmentForm,
    bytes: Vec<u8>,
) -> Result<AttachmentView> {
    ctx.require_ready()?;
    ctx.require(Permission::Attach)?;
    let actor = ctx.actor()?;
    if !form.purpose.may_add(&actor.roles) {
        let whose = if form.purpose == Purpose::Correction { "热线中心" } else { "承办单位" };
        let message = format!("“{}”由{whose}上传，您可以选择其他用途", form.purpose.cn());
        return Err(Refusal::forbidden(message).into());
    }
    let world = app.fresh_world().await?;
    let (case, _) = seen_case(app, ctx, &world, id).await?;
    still_open(&case.order)?;
    if form.purpose == Purpose::Reply && i64::try_from(bytes.len()).map_err(Error::broken)? > LONGEST_REPLY {
        let message = format!("答复附件最大{}MB，请压缩或分成几个文件后上传", LONGEST_REPLY >> 20);
        return Err(Refusal::invalid("file", message).into());
    }
    let taken = take(app, &world, bytes, ctx.now).await?;
    let most = world.params.int("attachment.per_order");
    let kept: Result<AttachmentId> = db::with_retry!(app.store.db, async |tx| {
        let case = seen_case_for_change(tx, app, ctx, &world, id).await?;
        still_open(&case.order)?;
        let there = store::attachment::attachments(&mut *tx, &app.store.vault, id).await?;
        // The same file once more is the one that is there, unless a step has taken that one already: it may prove again.
        let flow = store::flow_log::flow_of(&mut *tx, id).await?;
        let same = |a: &&Attachment| a.digest == taken.digest && a.purpose == form.purpose && is_fresh(a, &flow);
        if let Some(same) = there.iter().find(same) {
            return Ok(same.id);
        }
        if i64::try_from(there.len()).map_err(Error::broken)? >= most {
            return Err(Refusal::invalid("file", format!("一件工单最多{most}个附件")).into());
        }
        let attachment = Attachment {
            id: AttachmentId::mint(&*app.mint, ctx.now),
            order_id: id,
            purpose: form.purpose,
            class: taken.class,
            mime: taken.content.mime().to_owned(),
            size: taken.size,
            digest: taken.digest.clone(),
            sha256: taken.sha256.clone(),
            thumb: taken.thumb.clone(),
            name: file_name(&form.name, taken.content.ending()),
            scan: taken.scan,
            after_seq: case.order.flow_seq,
            by_user: actor.user,
            by_org: actor.org,
            at: ctx.now,
        };
        store::attachment::insert_attachment(tx, &app.store.vault, &attachment).await?;
        record(tx, app, ctx, "attachment.add", &case.order, &attachment).await?;
        Ok(attachment.id)
    });
    let kept = kept?;
    let shown = attachment_list(app, ctx, id).await?;
    shown.into_iter().find(|a| a.id == kept).ok_or_else(|| Error::broken("an attachment just added is not there"))
}

async fn record(tx: &mut db::Tx, app: &App, ctx: &Ctx, action: &str, order: &Order, a: &Attachment) -> Result<()> {
    let detail = serde_json::json!({
        "case_no": order.case_no, "attachment": a.id, "purpose": a.purpose, "mime": a.mime, "size": a.size,
        "digest": a.digest,
    });
    audit::record(tx, app, ctx, audit::Entry::new("attachment", action, "order", order.id).with(detail)).await
}

/// 撤回附件: one's own, as long as no step has used it.
pub async fn attachment_withdraw(app: &App, ctx: &Ctx, id: OrderId, item: AttachmentId) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::Attach)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    db::with_retry!(app.store.db, async |tx| {
        let case = seen_case_for_change(tx, app, ctx, &world, id).await?;
        still_open(&case.order)?;
        let found = store::attachment::load_attachment(&mut *tx, &app.store.vault, id, item).await?;
        let attachment = found.ok_or_else(|| Refusal::not_found("附件"))?;
        if attachment.by_user != actor.user {
            return Err(Refusal::forbidden("只能撤回本人上传的附件").into());
        }
        let flow = store::flow_log::flow_of(&mut *tx, id).await?;
        if let Some(step) = show::used(&attachment, &flow) {
            let message = format!("附件已随“{}”成为办理记录，不能撤回", show::step_cn(step));
            return Err(Refusal::state("attachment_used", message).into());
        }
        store::attachment::withdraw_attachment(tx, item, ctx.now).await?;
        record(tx, app, ctx, "attachment.withdraw", &case.order, &attachment).await
    })
}

/// The bytes of an attachment: small, cleaned for looking at, or as they came. The last two are audited.
pub async fn attachment_fetch(
    app: &App,
    ctx: &Ctx,
    id: OrderId,
    item: AttachmentId,
    query: &AttachmentQuery,
) -> Result<Handed> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let (case, facts) = seen_case(app, ctx, &world, id).await?;
    let form = query.form.as_deref().unwrap_or("original");
    if !matches!(form, "original" | "view" | "thumb") {
        return Err(Refusal::invalid("form", "请选择原件、预览或缩略图").into());
    }
    let vault = &app.store.vault;
    if let Some(a) = store::attachment::load_attachment(&app.store.db, vault, id, item).await? {
        show::may_open(ctx, a.purpose, &facts)?;
        let name = if form == "thumb" { a.thumb.as_deref().unwrap_or(&a.digest) } else { &a.digest };
        let mut handed = Handed { name: a.name.clone(), mime: a.mime.clone(), bytes: fetch(app, name).await? };
        if form == "thumb" {
            handed.mime = if a.thumb.is_some() { "image/jpeg".to_owned() } else { handed.mime };
            return Ok(handed);
        }
        if form == "view" && a.class == domain::attachment::FileClass::Picture {
            handed = cleaned(handed);
        }
        let action = if form == "view" { "attachment.view" } else { "attachment.download" };
        let done: Result<()> =
            db::with_retry!(app.store.db, async |tx| { record(tx, app, ctx, action, &case.order, &a).await });
        done?;
        return Ok(handed);
    }
    show::may_open(ctx, Purpose::Demand, &facts)?;
    let found = store::portal::photo(&app.store.db, vault, Of::Order(id), item).await?;
    let (mime, name, bytes) = found.ok_or_else(|| Refusal::not_found("附件"))?;
    if form == "thumb" {
        let small = tokio::task::spawn_blocking(move || render::picture::thumbnail(&bytes)).await;
        let bytes = small.map_err(Error::broken)?.ok_or_else(|| Refusal::gone("照片无法显示"))?;
        return Ok(Handed { name, mime: "image/jpeg".to_owned(), bytes });
    }
    let action = if form == "view" { "attachment.view" } else { "attachment.download" };
    let detail = serde_json::json!({ "case_no": case.order.case_no, "attachment": item, "from": "citizen" });
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        audit::record(tx, app, ctx, audit::Entry::new("attachment", action, "order", id).with(detail.clone())).await
    });
    done?;
    Ok(Handed { name, mime, bytes })
}

/// Place, camera and whatever hangs behind the picture stay with the original.
pub(crate) fn cleaned(handed: Handed) -> Handed {
    match clean(&handed.name, &handed.bytes, usize::MAX) {
        Ok(photo) => Handed { bytes: photo.bytes, ..handed },
        Err(_) => handed,
    }
}

/// Removes files that nothing needs any more; returns how many.
pub async fn clear(app: &App) -> Result<usize> {
    let since = app.now().plus_days(-ORPHAN_D);
    let blobs = std::sync::Arc::clone(&app.settings.files);
    let old = tokio::task::spawn_blocking(move || blobs.untouched(since)).await.map_err(Error::broken)?;
    let mut done = 0;
    for name in old.map_err(Error::broken)? {
        if store::attachment::holds_blob(&app.store.db, &name).await? {
            continue;
        }
        match app.settings.files.remove(&name, since) {
            Ok(()) => done += 1,
            Err(e) => tracing::error!(error = %e, "a file nobody needs could not be removed"),
        }
    }
    Ok(done)
}
