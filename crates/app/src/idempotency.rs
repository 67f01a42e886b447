//! 幂等: a repeated request is answered as the first time, without being done twice.

use db::Tx;
use kernel::Refusal;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::idempotency::{Key, Seen};

use crate::Result;
use crate::ctx::{App, Ctx};

fn key(ctx: &Ctx) -> Option<Key> {
    let idempotency = ctx.idempotency.as_ref()?;
    Some(Key {
        user: ctx.by.user()?,
        key: idempotency.key.clone(),
        // Route and body together make the fingerprint.
        route: String::new(),
        request_hash: idempotency.fingerprint.clone(),
    })
}

/// The first statement of a use case: the earlier answer, or `None` when the work is to be done now.
///
/// # Errors
/// Refuses a key that was used for another request, and one whose first request is still running.
pub async fn begin<T: DeserializeOwned>(tx: &mut Tx, app: &App, ctx: &Ctx) -> Result<Option<T>> {
    let Some(key) = key(ctx) else { return Ok(None) };
    match store::idempotency::begin(tx, &app.store.vault, &key, ctx.now).await? {
        Seen::New => Ok(None),
        Seen::Answered { body, .. } => Ok(Some(serde_json::from_slice(&body)?)),
        Seen::Unfinished => {
            Err(Refusal::conflict("idempotency_running", "相同的请求正在处理，请稍后查看结果，不要重复提交").into())
        }
        Seen::Misused => {
            let message = "该幂等键已用于内容不同的请求，请刷新页面后重新提交";
            Err(Refusal::conflict("idempotency_conflict", message).into())
        }
    }
}

/// Keeps the answer, in the transaction of the work. It is sealed: it may name a citizen or hold a query code.
pub async fn finish<T: Serialize>(tx: &mut Tx, app: &App, ctx: &Ctx, status: i32, answer: &T) -> Result<()> {
    let Some(key) = key(ctx) else { return Ok(()) };
    let body = serde_json::to_string(answer)?;
    Ok(store::idempotency::finish(tx, &app.store.vault, &key, status, &body).await?)
}
