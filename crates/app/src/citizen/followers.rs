//! Messages to citizens beside those of an order's steps: followers are told when the matter they follow is answered
//! (a reconciler: no input, any number of times), and an operator may see what waits to be sent.

use kernel::{NoticeId, Ts};
use store::sms::{Sms, SmsState};

use crate::ctx::App;
use crate::write::in_window;
use crate::{Error, Result, audit};

const BATCH: u32 = 200;
/// Messages listed for an operator.
const LISTED: u32 = 1000;

/// 待发短信, oldest first, for an operator at the server while no message gateway is connected. Looking is written down.
pub async fn outbox(app: &App) -> Result<Vec<Sms>> {
    let messages = store::sms::list_queued(&app.store.db, &app.store.vault, LISTED).await?;
    let detail = serde_json::json!({ "messages": messages.len() });
    db::with_retry!(app.store.db, async |tx| {
        let entry = audit::Entry::new("admin", "sms.outbox", "system", "").with(detail.clone());
        audit::record(tx, app, &app.system("operator"), entry).await
    })?;
    Ok(messages)
}

/// Tells them; returns how many.
pub async fn tell_followers(app: &App) -> Result<usize> {
    let world = app.world();
    let now = app.now();
    let state = if in_window(&world, now) { SmsState::Queued } else { SmsState::Held };
    db::with_retry!(app.store.db, async |tx| {
        let waiting = store::follow::answered(tx, &app.store.vault, BATCH).await?;
        let mut messages = Vec::new();
        for (follow, phone) in &waiting {
            if store::follow::mark_told(tx, follow.id, now).await?
                && let Some(phone) = phone
            {
                messages.push(message(app, &world, phone, follow.order_id, state, now));
            }
        }
        if !messages.is_empty() {
            store::sms::insert_sms(tx, &app.store.vault, &messages).await?;
        }
        Ok::<usize, Error>(waiting.len())
    })
}

fn message(app: &App, world: &crate::World, phone: &str, order: kernel::OrderId, state: SmsState, now: Ts) -> Sms {
    let sign = world.params.text("sms.sign");
    let text = format!("【{sign}】您关注的诉求已有答复，请凭关注时的查询码到{}查看。", app.settings.public_url);
    Sms { order: Some(order), state, ..Sms::new(NoticeId::mint(&*app.mint, now), "T12", phone, text, now) }
}
