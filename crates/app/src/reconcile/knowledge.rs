//! 知识库 by itself: reviews fall due, corrections become overdue, validity runs out.

use domain::knowledge::expire;
use kernel::ArticleId;

use super::BATCH;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::knowledge::{keepers, record, tell};
use crate::world::World;

/// Tells and retires what is due; returns how many.
pub(super) async fn look_after(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.knowledge"));
    let before = ctx.now.plus_days(world.params.int("kb.expiring_d"));
    let mut done = 0;
    for id in store::knowledge::expired(&app.store.db, ctx.now, BATCH).await? {
        done += usize::from(retire(app, &ctx, &world, id).await?);
    }
    for id in store::knowledge::review_soon(&app.store.db, before, BATCH).await? {
        done += usize::from(remind(app, &ctx, &world, id).await?);
    }
    for mut fix in store::knowledge::late_fixes(&app.store.db, ctx.now, BATCH).await? {
        fix.told = true;
        let told: Result<()> = db::with_retry!(app.store.db, async |tx| {
            store::knowledge::save_fix(tx, &fix).await?;
            let users = keepers(tx, &ctx, &world, fix.owner).await?;
            let body = format!("纠错工单已于{}逾期，请尽快核实处理。", fix.due_at.format_cn());
            tell(tx, app, &ctx, users, "知识纠错逾期", &body).await
        });
        told?;
        done += 1;
    }
    Ok(done)
}

async fn retire(app: &App, ctx: &Ctx, world: &World, id: ArticleId) -> Result<bool> {
    db::with_retry!(app.store.db, async |tx| {
        let Some(article) = store::knowledge::load_article(&mut *tx, id).await? else { return Ok(false) };
        let Some(mut next) = expire(&article, ctx.now) else { return Ok(false) };
        store::knowledge::save_article(tx, &mut next, ctx.now).await?;
        let users = keepers(tx, ctx, world, next.owner).await?;
        let body = format!("“{}”有效期届满，已自动下架。", title(&article));
        tell(tx, app, ctx, users, "知识下架", &body).await?;
        record(tx, app, ctx, "knowledge.expire", &next).await?;
        Ok::<bool, crate::Error>(true)
    })
}

async fn remind(app: &App, ctx: &Ctx, world: &World, id: ArticleId) -> Result<bool> {
    db::with_retry!(app.store.db, async |tx| {
        let Some(mut article) = store::knowledge::load_article(&mut *tx, id).await? else { return Ok(false) };
        let Some(due) = article.review_due.filter(|_| !article.told) else { return Ok(false) };
        article.told = true;
        store::knowledge::save_article(tx, &mut article, ctx.now).await?;
        let users = keepers(tx, ctx, world, article.owner).await?;
        let body = format!("“{}”应于{}前复审，请核对政策是否变化。", title(&article), due.format_cn());
        tell(tx, app, ctx, users, "知识待复审", &body).await?;
        Ok::<bool, crate::Error>(true)
    })
}

fn title(article: &domain::knowledge::Article) -> &str {
    article.shown().map_or("", |r| r.text.title.as_str())
}
