//! 涉稳线索 (§9.2): a matter with a threat in it is told to 110 at once and by itself; it stays ours all the same.

use domain::authority::Role;
use domain::partner::{PartnerKind, tells_police};

use super::say::{Offer, offer, tell};
use crate::ctx::App;
use crate::{Error, Result};

/// Older matters were told by telephone.
const SINCE_H: i64 = 24;
const REASON: &str = "涉及影响社会稳定线索，自动通报，请核处";

/// Tells 110 of new matters with a threat in them.
pub async fn tell_threats(app: &App) -> Result<()> {
    let vault = &app.store.vault;
    let partners = store::partner::list_partners(&app.store.db, vault).await?;
    let fit = |p: &&store::partner::Partner| {
        p.kind == PartnerKind::Police && p.sends && p.stopped_at.is_none() && !p.their_key.is_empty()
    };
    let Some(police) = partners.iter().find(fit) else { return Ok(()) };
    let since = app.now().plus_hours(-SINCE_H);
    for id in store::partner::untold_threats(&app.store.db, police.id, since).await? {
        let world = app.fresh_world().await?;
        let ctx = app.system("partner");
        db::with_retry!(app.store.db, async |tx| {
            let Some(case) = store::case::load_case_for_change(tx, vault, id).await? else { return Ok(()) };
            // Another process may have told it meanwhile.
            let links = store::partner::links_of(&mut *tx, vault, id).await?;
            if !tells_police(&case.order) || links.iter().any(|l| l.partner_id == police.id) {
                return Ok(());
            }
            offer(tx, app, &ctx, &world, &case, Offer { partner: police, reason: REASON, inform: true, suggest: None })
                .await?;
            let text = "含扬言等影响社会稳定线索，已自动通报110，请同时电话联系110";
            tell(tx, app, Role::TeamLeader, id, text).await?;
            Ok::<(), Error>(())
        })?;
    }
    Ok(())
}
