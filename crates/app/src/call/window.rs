//! 剔除时段: sudden events, failures and load beyond capacity count in no figure, and everybody sees that they do not.

use domain::authority::Permission;
use kernel::{Refusal, Uuid};
use store::call_window::CallWindow;

use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::view::{EndForm, WindowForm, WindowView};
use crate::world::World;
use crate::{Error, Result};

/// Longest period, hours: a longer one would hide the work, not a disturbance.
const LONGEST_H: i64 = 72;

/// Every period, revoked ones included, newest first.
pub async fn window_list(app: &App, ctx: &Ctx) -> Result<Vec<WindowView>> {
    ctx.require_ready()?;
    ctx.require(Permission::CallReport)?;
    let world = app.fresh_world().await?;
    let windows = store::call_window::list_windows(&app.store.db).await?;
    Ok(windows.into_iter().map(|w| view(w, &world)).collect())
}

fn view(w: CallWindow, world: &World) -> WindowView {
    WindowView {
        id: w.id,
        from: w.from_at,
        to: w.to_at,
        reason: w.reason,
        by_name: world.user_name(w.by_user),
        created_at: w.created_at,
        revoked_at: w.revoked_at,
        revoked_by_name: w.revoked_by.map(|id| world.user_name(id)),
        revoke_reason: w.revoke_reason,
    }
}

fn reason(text: &str) -> Result<String> {
    let text = text.trim();
    if (4..=200).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::invalid("reason", "请写明原因，4至200字").into())
    }
}

/// Leaves a past period out.
pub async fn window_create(app: &App, ctx: &Ctx, form: &WindowForm) -> Result<WindowView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallExclude)?;
    let reason = reason(&form.reason)?;
    if form.to <= form.from || form.to > ctx.now {
        return Err(Refusal::invalid("to", "结束时间须晚于开始时间，且不能晚于现在").into());
    }
    if form.to.millis_since(form.from) > LONGEST_H * 3_600_000 {
        return Err(Refusal::invalid("to", format!("一次最多剔除{LONGEST_H}小时，请分次填报")).into());
    }
    let window = CallWindow {
        id: app.mint.uuid(ctx.now),
        from_at: form.from,
        to_at: form.to,
        reason,
        by_user: ctx.actor()?.user,
        created_at: ctx.now,
        revoked_by: None,
        revoked_at: None,
        revoke_reason: None,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::call_window::insert_window(tx, &window).await?;
        let detail = serde_json::json!({ "from": window.from_at, "to": window.to_at });
        let entry = Entry::new("call", "call_window.create", "call_window", window.id);
        audit::record(tx, app, ctx, entry.because(window.reason.clone()).with(detail)).await
    });
    done?;
    Ok(view(window, &app.world()))
}

/// Counts a period again.
pub async fn window_revoke(app: &App, ctx: &Ctx, id: Uuid, form: &EndForm) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::CallExclude)?;
    let reason = reason(&form.reason)?;
    let by = ctx.actor()?.user;
    db::with_retry!(app.store.db, async |tx| {
        if !store::call_window::revoke_window(tx, id, by, ctx.now, &reason).await? {
            return Err(Refusal::not_found("剔除时段").into());
        }
        let entry = Entry::new("call", "call_window.revoke", "call_window", id).because(reason.clone());
        audit::record(tx, app, ctx, entry).await?;
        Ok::<(), Error>(())
    })
}
