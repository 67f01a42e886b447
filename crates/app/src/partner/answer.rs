//! 反馈: what became of a matter that came from a partner is told back, step by step.

use db::Tx;
use domain::case::Case;
use domain::partner::wo::{Private, Wo, wo_of};
use domain::partner::{LinkState, MessageType, answer_of};
use kernel::redact_text;
use store::partner::{Link, Partner, Say};

use super::envelope::close;
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
    let now = app.now();
    let at = root.as_ref().filter(|r| r.order.reply_at.is_some() || r.order.state.is_ended()).unwrap_or(&case);
    let told = answer_of(&at.order).filter(|(kind, state)| is_new(&link, *kind, *state, at));
    link.told = case.order.version + root.as_ref().map_or(0, |r| r.order.version);
    if let Some((kind, state)) = told {
        link.said += 1;
        let mut wo = object(app, &case, at, root.as_ref(), kind);
        wo.ver = link.said;
        // The answer in full is for the asker's platform alone.
        let full = Private { content: at.order.reply.clone().unwrap_or_default(), ..Private::default() };
        wo.private_enc = close(partner, &*app.mint, &full)?;
        let (msg_id, body) = (app.mint.uuid(now).to_string(), serde_json::to_string(&wo)?);
        let note = note_of(kind, &wo);
        let say = Say {
            partner: partner.id,
            link: link.id,
            msg_id: &msg_id,
            kind: kind.code(),
            body: &body,
            note: note.as_deref(),
        };
        store::partner::say(tx, vault, say, now).await?;
        link.state = state;
        link.reply = at.order.reply.clone();
        link.updated_at = now;
    }
    Ok(store::partner::save_link(tx, vault, &link).await?)
}

/// A step further, or another answer than the one told.
fn is_new(link: &Link, kind: MessageType, state: LinkState, at: &Case) -> bool {
    link.state != state || (kind == MessageType::WoReply && link.reply != at.order.reply)
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
        MessageType::WoReturn => wo.reason.clone(),
        MessageType::WoMerge => wo.merged_into.as_ref().map(|no| format!("已并入工单{no}，一并办理")),
        _ => None,
    }
}
