//! 知识健康: which articles are old, unused, complained about or led to work being taken up again; and what is missing.

use std::collections::{BTreeMap, HashMap};

use domain::indicator::Rate;
use domain::light::Light;
use kernel::{ArticleId, Page, Ts};
use store::knowledge::{ArticleTab, Found, Reviews, Seen};

use super::{filter, line, own_orgs, require_keeper};
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{ArticleQuery, Coded, GapLine, HealthLine, HealthView, OrgRef, OwnerTally};
use crate::world::World;

const GAPS: i64 = 100;
/// Articles looked at; the page shows the worst.
const LOOKED_AT: usize = 5_000;
const SHOWN: usize = 200;

/// The health of the articles the caller keeps.
pub async fn health_view(app: &App, ctx: &Ctx) -> Result<HealthView> {
    require_keeper(ctx)?;
    let world = app.fresh_world().await?;
    let days = world.params.int("kb.health_d");
    let since = ctx.now.plus_days(-days);
    let filter = filter(&ArticleQuery::default(), ctx.actor()?, &world, ctx.now);
    let db = &app.store.db;
    let mut found: Vec<Found> = Vec::new();
    let mut page = Page::first(200);
    while found.len() < LOOKED_AT {
        let (rows, next) = store::knowledge::list(db, &filter, ArticleTab::Published, &page).await?;
        found.extend(rows);
        let Some(next) = next else { break };
        page = Page::after(200, next);
    }
    let seen: HashMap<ArticleId, Seen> =
        store::knowledge::usage(db, since).await?.into_iter().map(|s| (s.article_id, s)).collect();
    let fixes: HashMap<ArticleId, i64> = store::knowledge::open_fixes(db).await?.into_iter().collect();
    let mut articles: Vec<HealthLine> = found
        .iter()
        .map(|f| health(f, seen.get(&f.id), fixes.get(&f.id).copied().unwrap_or(0), &world, ctx.now, days))
        .collect();
    let own = own_orgs(ctx.actor()?, &world);
    let units = Some(own.as_slice()).filter(|o| !o.is_empty());
    let done = store::knowledge::reviews(&app.store, units, since, ctx.now).await?;
    let fresh = share(&done);
    let owners = owners(&articles, &done, &world);
    articles.sort_by(|a, b| b.flags.len().cmp(&a.flags.len()).then(b.age_days.cmp(&a.age_days)));
    articles.truncate(SHOWN);
    let gaps = store::knowledge::gaps(db, since, GAPS).await?;
    let gaps =
        gaps.into_iter().map(|g| GapLine { text: g.text, n: g.n, nothing: g.in_vain, last_at: g.last_at }).collect();
    Ok(HealthView { days, articles, gaps, owners, fresh })
}

fn health(f: &Found, seen: Option<&Seen>, open_fixes: i64, world: &World, now: Ts, days: i64) -> HealthLine {
    let article = line(f, world, now);
    let since = f.revision.published_at.unwrap_or(f.changed_at);
    let age_days = now.millis_since(since).max(0) / 86_400_000;
    let (uses, reopened) = seen.map_or((0, 0), |s| (s.n, s.reopened));
    let mut flags = Vec::new();
    let mut flag = |on: bool, code: &str, cn: &str| {
        if on {
            flags.push(Coded { code: code.to_owned(), cn: cn.to_owned() });
        }
    };
    flag(article.review_light == Light::Red, "overdue", "复审逾期");
    flag(article.review_light == Light::Yellow, "review_soon", "即将复审");
    flag(open_fixes > 0, "fix", "待纠错");
    flag(reopened > 0, "reopened", "采用后重办");
    // A young article had no time to be used.
    flag(uses == 0 && age_days >= days, "unused", "长期未采用");
    HealthLine { article, age_days, uses, last_used: seen.map(|s| s.last_at), reopened, open_fixes, flags }
}

/// 知识更新及时率, with both its parts.
fn share(done: &[Reviews]) -> Rate {
    Rate::share(done.iter().map(|r| r.ontime).sum(), done.iter().map(|r| r.due).sum())
}

fn tally(found: &mut BTreeMap<String, OwnerTally>, owner: OrgRef) -> &mut OwnerTally {
    let none = OwnerTally { owner, articles: 0, overdue: 0, uses: 0, open_fixes: 0, fresh: Rate::default() };
    found.entry(none.owner.id.to_string()).or_insert(none)
}

fn owners(articles: &[HealthLine], done: &[Reviews], world: &World) -> Vec<OwnerTally> {
    let mut found = BTreeMap::new();
    for r in done {
        // A unit that has retired everything since is still told of.
        tally(&mut found, world.org(r.owner)).fresh = Rate::share(r.ontime, r.due);
    }
    for l in articles {
        let t = tally(&mut found, l.article.owner.clone());
        t.articles += 1;
        t.overdue += i64::from(l.article.review_light == Light::Red);
        t.uses += l.uses;
        t.open_fixes += l.open_fixes;
    }
    let mut all: Vec<OwnerTally> = found.into_values().collect();
    all.sort_by(|a, b| b.articles.cmp(&a.articles).then_with(|| a.owner.name.cmp(&b.owner.name)));
    all
}
