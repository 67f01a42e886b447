//! 微信公众号 at the outer desk: the core tells what the callback needs, messages are kept until they have gone in. What was answered
//! is remembered, so that a message delivered again is answered alike.

use citizen::{WechatDoor, WechatPiece, WechatWhat, wechat_words};
use kernel::Ts;

use crate::outer::OuterDesk;
use crate::{Error, Result};

/// What the callback needs, as last told; sealed like every view.
pub(crate) const VIEW: &str = "wechat";

impl OuterDesk {
    pub(crate) async fn wechat_settings(&self) -> Result<Option<WechatDoor>> {
        let text = store::exchange::view(&self.store.db, &self.store.vault, VIEW).await?;
        Ok(text.map(|t| serde_json::from_str::<Option<WechatDoor>>(&t)).transpose()?.flatten())
    }

    pub(crate) async fn take_wechat(&self, piece: &WechatPiece) -> Result<Option<String>> {
        let (now, vault) = (self.clock.now(), &self.store.vault);
        let quiet_min = self.wechat_settings().await?.map_or(0, |d| d.quiet_min);
        if piece.what == WechatWhat::Followed {
            return Ok(wechat_words(&piece.what, true, quiet_min));
        }
        // Both are forgotten with the acts of citizens.
        let (done, last) = (
            format!("act/wechat/{}", vault.blind_hex("wechat_piece", &piece.id)),
            format!("act/wechat-last/{}", vault.blind_hex("wechat_person", &piece.person)),
        );
        let kept: Result<Option<String>> = db::with_retry!(self.store.db, async |tx| {
            // Two deliveries at once: the second one waits for the first, and is answered by what that one wrote.
            if !store::exchange::first_view(tx, vault, &done, "null", now).await? {
                let words = store::exchange::view(&mut *tx, vault, &done).await?;
                return Ok(words.map(|w| serde_json::from_str(&w)).transpose()?.flatten());
            }
            let before = store::exchange::view(&mut *tx, vault, &last).await?.and_then(|at| at.parse().ok()).map(Ts);
            let first = before.is_none_or(|at| at < piece.at.plus_minutes(-quiet_min));
            let words = wechat_words(&piece.what, first, quiet_min);
            store::exchange::put_view(tx, vault, &done, &serde_json::to_string(&words)?, now).await?;
            store::exchange::put_view(tx, vault, &last, &piece.at.0.to_string(), now).await?;
            self.push(tx, "wechat", piece).await?;
            Ok::<Option<String>, Error>(words)
        });
        kept
    }
}
