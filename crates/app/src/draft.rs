//! 暂存: what a person was typing is never lost.

use domain::authority::Permission;
use kernel::Refusal;
use serde_json::Value;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::DraftView;

/// A form is some kilobytes; more is not a form.
const LIMIT: usize = 64 * 1024;

fn check_key(key: &str) -> Result<()> {
    let fits = (1..=64).contains(&key.len()) && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_:.".contains(c));
    if fits {
        Ok(())
    } else {
        Err(Refusal::invalid("key", "草稿名称只能由字母、数字和-_:.组成，最长64位").into())
    }
}

/// The draft under a key.
pub async fn draft_load(app: &App, ctx: &Ctx, key: &str) -> Result<DraftView> {
    ctx.require_ready()?;
    check_key(key)?;
    let user = ctx.actor()?.user;
    let draft = store::draft::load_draft(&app.store.db, &app.store.vault, user, key).await?;
    let draft = draft.ok_or_else(|| Refusal::not_found("草稿"))?;
    Ok(DraftView { body: draft.body, updated_at: draft.updated_at })
}

/// Keeps the draft, replacing what was under the key.
pub async fn draft_save(app: &App, ctx: &Ctx, key: &str, body: Value) -> Result<DraftView> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    check_key(key)?;
    let user = ctx.actor()?.user;
    if body.to_string().len() > LIMIT {
        return Err(Refusal::invalid("body", "草稿内容过大，请先提交或删减").into());
    }
    let draft = store::draft::Draft { key: key.to_owned(), body, updated_at: ctx.now };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        Ok(store::draft::save_draft(tx, &app.store.vault, user, &draft).await?)
    });
    done?;
    Ok(DraftView { body: draft.body, updated_at: draft.updated_at })
}

/// Forgets the draft; forgetting it twice is no fault.
pub async fn draft_delete(app: &App, ctx: &Ctx, key: &str) -> Result<()> {
    ctx.require_ready()?;
    let user = ctx.actor()?.user;
    let done: Result<bool> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::draft::delete_draft(tx, user, key).await?) });
    done.map(drop)
}
