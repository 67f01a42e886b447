//! 纠错工单.

use domain::authority::Permission;
use domain::knowledge::{Article, Fix, FixForm, answer, raise};
use domain::light::{Light, light_at};
use kernel::{ArticleId, FixId, Page, Refusal};
use store::knowledge::FixTab;

use super::{keepers, no_article, own_orgs, tell, user};
use crate::ctx::{App, Ctx};
use crate::present::remaining_cn;
use crate::view::{FixAnswer, FixQuery, FixView, Listing};
use crate::world::World;
use crate::{Result, audit, order};

fn view(app: &App, f: &Fix, title: &str, ctx: &Ctx, world: &World) -> FixView {
    let span = world.params.warn_span(world.params.span("kb.fix"));
    let warn = world.calendar.subtract_warn(f.due_at, span.qty, span.unit).max(f.raised_at);
    let open = f.state.is_open();
    let env = world.env(ctx.now, &*app.mint);
    FixView {
        id: f.id,
        version: f.version,
        article_id: f.article,
        article_title: title.to_owned(),
        revision: f.revision,
        owner: world.org(f.owner),
        kind: f.kind,
        kind_cn: f.kind.cn().to_owned(),
        state: f.state,
        state_cn: f.state.cn().to_owned(),
        text: f.text.clone(),
        raised_by: user(world, f.raised_by),
        raised_at: f.raised_at,
        due_at: f.due_at,
        light: if open { light_at(f.due_at, warn, ctx.now) } else { Light::Off },
        remaining_cn: if open { remaining_cn(&world.calendar, f.due_at, ctx.now) } else { String::new() },
        answer: f.answer.clone(),
        answered_by: f.answered_by.map(|u| user(world, u)),
        answered_at: f.answered_at,
        ended_at: f.ended_at,
        answerable: answer(f, true, "", &ctx.by, &env).is_ok(),
    }
}

pub(super) async fn views_of(app: &App, ctx: &Ctx, world: &World, a: &Article) -> Result<Vec<FixView>> {
    let title = a.shown().map_or("", |r| r.text.title.as_str());
    let fixes = store::knowledge::fixes_of(&app.store.db, a.id).await?;
    Ok(fixes.iter().map(|f| view(app, f, title, ctx, world)).collect())
}

/// Tickets of the caller's unit, or those the caller raised.
pub async fn fix_list(app: &App, ctx: &Ctx, query: &FixQuery) -> Result<Listing<FixView>> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let tab = if query.ended { FixTab::Ended } else { FixTab::Open };
    let mine = query.mine || !super::keeps(actor);
    let owners = if mine { Vec::new() } else { own_orgs(actor, &world) };
    let by = mine.then_some(actor.user);
    let (rows, next) = store::knowledge::fixes(&app.store.db, tab, &owners, by, &page).await?;
    let mut items = Vec::with_capacity(rows.len());
    for fix in &rows {
        let article = store::knowledge::load_article(&app.store.db, fix.article).await?;
        let title = article.as_ref().and_then(Article::shown).map_or("", |r| r.text.title.as_str());
        items.push(view(app, fix, title, ctx, &world));
    }
    Ok(Listing::page(items, next.map(|c| c.encode())))
}

/// 提出纠错.
pub async fn fix_raise(app: &App, ctx: &Ctx, id: ArticleId, form: &FixForm) -> Result<FixView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    if let Some(seen) = form.order {
        order::require_seen(app, ctx, &world, seen).await?;
    }
    let done: Result<(Fix, String)> = db::with_retry!(app.store.db, async |tx| {
        let article = store::knowledge::load_article(&mut *tx, id).await?.ok_or_else(no_article)?;
        let fix = raise(&article, form, &ctx.by, &world.env(ctx.now, &*app.mint))?;
        let title = article.shown().map_or_else(String::new, |r| r.text.title.clone());
        store::knowledge::insert_fix(tx, &fix).await?;
        let users = keepers(tx, ctx, &world, article.owner).await?;
        let body = format!("“{title}”：{}。请于{}前处理。", fix.kind.cn(), fix.due_at.format_cn());
        tell(tx, app, ctx, users, "知识纠错工单", &body).await?;
        record(tx, app, ctx, "knowledge.fix_raise", &fix).await?;
        Ok((fix, title))
    });
    let (fix, title) = done?;
    app.bus.poke();
    Ok(view(app, &fix, &title, ctx, &world))
}

async fn record(tx: &mut db::Tx, app: &App, ctx: &Ctx, action: &str, fix: &Fix) -> Result<()> {
    let detail = serde_json::json!({ "article": fix.article, "kind": fix.kind, "state": fix.state });
    audit::record(tx, app, ctx, audit::Entry::new("knowledge", action, "fix", fix.id).with(detail)).await
}

/// The owner accepts or declines; whoever raised it is told.
pub async fn fix_answer(app: &App, ctx: &Ctx, id: FixId, form: &FixAnswer) -> Result<FixView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let done: Result<(Fix, String)> = db::with_retry!(app.store.db, async |tx| {
        let before = store::knowledge::load_fix(&mut *tx, id).await?;
        let before = before.ok_or_else(|| crate::Error::from(Refusal::not_found("纠错工单")))?;
        if before.version != form.version {
            return Err(Refusal::stale().into());
        }
        let mut after = answer(&before, form.accept, &form.text, &ctx.by, &world.env(ctx.now, &*app.mint))?;
        store::knowledge::save_fix(tx, &after).await?;
        after.version += 1;
        let article = store::knowledge::load_article(&mut *tx, after.article).await?;
        let title = article.as_ref().and_then(Article::shown).map_or_else(String::new, |r| r.text.title.clone());
        let body = format!("“{title}”的纠错{}。{}", after.state.cn(), after.answer);
        tell(tx, app, ctx, vec![after.raised_by], "知识纠错答复", &body).await?;
        record(tx, app, ctx, "knowledge.fix_answer", &after).await?;
        Ok((after, title))
    });
    let (fix, title) = done?;
    app.bus.poke();
    Ok(view(app, &fix, &title, ctx, &world))
}
