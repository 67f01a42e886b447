//! 反馈: what became of a matter that came from a partner is told back, step by step.

use db::Tx;
use domain::case::Case;
use domain::partner::wo::{Private, Wo, wo_of};
use domain::partner::{MessageType, Progress, Told, answers};
use kernel::redact_text;
use store::partner::{Link, Partner, Say};

use super::envelope::close;
use super::files;
use super::say::own_code;
use crate::Result;
use crate::ctx::App;

/// Matters looked at in one round.
const MOST: i64 = 100;

/// Puts what is to be told into the outbox.
pub async fn tell_all(app: &App) -> Result<()> {
    for link in store::partner::links_to_answer(&app.store.db, &app.store.vault, MOST).await? {
        let partner = store::partner::load_partner(&app.store.db, &app.store.vault, link.partner_id).await?;
        let Some(partner) = partner else { continue };
        db::with_retry!(app.store.db, async |tx| { tell(tx, app, &partner, &link).await })?;
    }
    Ok(())
}

async fn tell(tx: &mut Tx, app: &App, partner: &Partner, link: &Link) -> Result<()> {
    let vault = &app.store.vault;
    // Somebody else may have told it meanwhile.
    let now_there = store::partner::load_link_for_change(tx, vault, link.id).await?;
    let Some(mut link) = now_there.filter(|l| l.told == link.told && !l.state.is_over()) else { return Ok(()) };
    let Some(case) = store::case::load_case(&mut *tx, vault, link.order_id).await? else { return Ok(()) };
    // What was merged is answered by the order it went into.
    let root = match case.order.merged_into {
        Some(id) => store::case::load_case(&mut *tx, vault, id).await?,
        None => None,
    };
    let at = root.as_ref().filter(|r| r.order.reply_at.is_some() || r.order.state.is_ended()).unwrap_or(&case);
    // Whoever works on that one works on this.
    let held = Progress::of(&wo_of(root.as_ref().unwrap_or(&case), &app.world().directory, own_code(app)));
    let known = Told { state: link.state, reply: link.reply.as_deref(), progress: &link.progress };
    let all = answers(&at.order, &held, known);
    link.told = case.order.version + root.as_ref().map_or(0, |r| r.order.version);
    for (kind, state) in all {
        let files = if kind.brings_files() { files::evidence(tx, app, at).await? } else { Vec::new() };
        let mut wo = object(app, &case, at, root.as_ref(), kind);
        if kind == MessageType::WoDispatch {
            let own = wo_of(root.as_ref().unwrap_or(&case), &app.world().directory, own_code(app));
            (wo.lead_org, wo.co_orgs, wo.due_at, wo.dispatched_at) =
                (own.lead_org, own.co_orgs, own.due_at, own.dispatched_at);
        }
        wo.attachments = files.iter().map(|f| f.shown.clone()).collect();
        speak(tx, app, partner, &mut link, at, kind, wo).await?;
        files::send_back(tx, app, &case.order, partner, link.id, &files).await?;
        link.progress = link.progress.after(kind, &held);
        link.state = state;
        if matches!(kind, MessageType::WoReply | MessageType::WoClose) {
            link.reply = at.order.reply.clone();
        }
        link.updated_at = app.now();
    }
    Ok(store::partner::save_link(tx, vault, &link).await?)
}

/// Puts one answer into the outbox, with the next version.
async fn speak(
    tx: &mut Tx,
    app: &App,
    partner: &Partner,
    link: &mut Link,
    at: &Case,
    kind: MessageType,
    mut wo: Wo,
) -> Result<()> {
    let now = app.now();
    link.said += 1;
    wo.ver = link.said;
    // The answer in full is for the asker's platform alone.
    let full = Private { content: at.order.reply.clone().unwrap_or_default(), ..Private::default() };
    wo.private_enc = close(partner, &*app.mint, &full)?;
    let (msg_id, body) = (app.mint.uuid(now).to_string(), serde_json::to_string(&wo)?);
    let note = note_of(kind, &wo);
    let say = Say {
        partner: partner.id,
        link: Some(link.id),
        msg_id: &msg_id,
        kind: kind.code(),
        body: &body,
        note: note.as_deref(),
    };
    Ok(store::partner::say(tx, &app.store.vault, say, now).await?)
}

/// The matter as it stands, under the number they know.
fn object(app: &App, case: &Case, at: &Case, root: Option<&Case>, kind: MessageType) -> Wo {
    let world = app.world();
    let mut wo = wo_of(at, &world.directory, own_code(app));
    let own = wo_of(case, &world.directory, own_code(app));
    (wo.wo_no, wo.src_sys, wo.src_no) = (own.wo_no, own.src_sys, own.src_no);
    if kind == MessageType::WoReturn {
        let ground = at.order.reject_reason.map_or("已转其他平台办理", |r| r.cn());
        let route = at.order.redirect_target.as_deref().map(|t| format!("，建议途径：{t}")).unwrap_or_default();
        wo.reason = Some(redact_text(&format!("{ground}{route}")));
        wo.result = Some("3".to_owned());
    }
    if let Some(root) = root {
        wo.merged_into = Some(root.order.case_no.clone());
    }
    wo
}

/// An answer in words, for the people on both sides.
pub(super) fn note_of(kind: MessageType, wo: &Wo) -> Option<String> {
    match kind {
        MessageType::WoSign => wo.lead_org.as_ref().map(|o| format!("承办单位：{}", o.name)),
        MessageType::WoDispatch => Progress::of(wo).held_cn(),
        MessageType::WoCallback => Progress::of(wo).callback_cn(),
        MessageType::WoReturn => wo.reason.clone(),
        MessageType::WoMerge => wo.merged_into.as_ref().map(|no| format!("已并入工单{no}，一并办理")),
        _ => None,
    }
}
