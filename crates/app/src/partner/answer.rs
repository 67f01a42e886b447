//! 反馈: what became of a matter that came from a partner is told back, step by step.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use db::Tx;
use domain::case::Case;
use domain::partner::wo::{Private, wo_of};
use domain::partner::{LinkState, MessageType, answer_of};
use kernel::crypto::sm2::sm2_seal;
use kernel::redact_text;
use store::partner::{Link, Partner};

use super::say::own_code;
use crate::ctx::App;
use crate::{Error, Result};

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
    let now = app.now();
    let told = answer_of(&case.order).filter(|(kind, state)| is_new(&link, *kind, *state, &case));
    link.told = case.order.version;
    if let Some((kind, state)) = told {
        let body = body(app, partner, &case, kind)?;
        let msg_id = app.mint.uuid(now).to_string();
        store::partner::say(tx, vault, (partner.id, link.id), &msg_id, kind.code(), &body, now).await?;
        link.state = state;
        link.reply = case.order.reply.clone();
        link.updated_at = now;
    }
    Ok(store::partner::save_link(tx, vault, &link).await?)
}

/// A step further, or another answer than the one told.
fn is_new(link: &Link, kind: MessageType, state: LinkState, case: &Case) -> bool {
    link.state != state || (kind == MessageType::WoReply && link.reply != case.order.reply)
}

fn body(app: &App, partner: &Partner, case: &Case, kind: MessageType) -> Result<String> {
    let world = app.world();
    let mut wo = wo_of(case, &world.directory, own_code(app));
    // They gave the number; answers go by it.
    if kind == MessageType::WoReturn {
        let ground = case.order.reject_reason.map_or("已转其他平台办理", |r| r.cn());
        let route = case.order.redirect_target.as_deref().map(|t| format!("，建议途径：{t}")).unwrap_or_default();
        wo.reason = Some(redact_text(&format!("{ground}{route}")));
        wo.result = Some("3".to_owned());
    }
    // The answer in full is for the asker's platform alone.
    let full = Private { content: case.order.reply.clone().unwrap_or_default(), ..Private::default() };
    let sealed = sm2_seal(&partner.their_key, &*app.mint, &serde_json::to_vec(&full)?);
    wo.private_enc = STANDARD.encode(sealed.ok_or_else(|| Error::broken("the partner's key is none"))?);
    Ok(serde_json::to_string(&wo)?)
}
