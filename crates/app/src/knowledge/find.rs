//! Finding articles: by the agent as one types, proposed beside the form, by citizens on the portal.

use citizen::{KnowledgeItem, KnowledgePage};
use domain::authority::Permission;
use domain::knowledge::{ArticleText, Revision, Wanted, marks, score, snippet, words_of};
use kernel::{ArticleId, OrderId, OrgId, Refusal, Ts, normalise, redact_text};
use serde::{Deserialize, Serialize};
use store::knowledge::{Found, Search, Usage};

use super::{area_cn, code_of, no_article};
use crate::ctx::{App, Ctx};
use crate::view::{ArticleHit, CitationView, KnowledgeQuery, ProposeForm, SearchNote, UseForm};
use crate::world::World;
use crate::{Error, Result, audit, order};

/// Articles shown of a search.
const SHOWN: usize = 50;
/// Articles proposed beside the form.
const PROPOSED: usize = 5;
/// Telling words of what was typed.
const WORDS: usize = 10;
/// Characters of a snippet.
const SNIPPET: usize = 90;
const PORTAL_PAGE: usize = 10;

/// From the place up to the city: where an article must hold to hold there.
fn areas(area: Option<&str>, world: &World) -> Vec<String> {
    let Some(area) = area.filter(|a| !a.is_empty()) else { return Vec::new() };
    let mut codes: Vec<String> = world.regions.path(area).into_iter().map(|s| s.code).collect();
    codes.reverse();
    codes
}

/// The best first; equals by date.
fn ranked(found: Vec<Found>, wanted: &Wanted, least: f64) -> Vec<Found> {
    let mut scored: Vec<(f64, Found)> =
        found.into_iter().map(|f| (score(wanted, &f.revision.text), f)).filter(|(s, _)| *s > least).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.revision.published_at.cmp(&a.1.revision.published_at)));
    scored.into_iter().map(|(_, f)| f).collect()
}

fn hit(f: &Found, words: &[(String, f64)], world: &World, now: Ts) -> ArticleHit {
    let text = &f.revision.text;
    ArticleHit {
        id: f.id,
        code: code_of(f.no),
        revision: f.revision.no,
        title: marks(&text.title, words),
        snippet: snippet(&text.body, words, SNIPPET),
        body: text.body.clone(),
        owner: world.org(f.owner),
        category_cn: world.category_path(&text.category),
        area_cn: area_cn(&text.area, world),
        public: text.public,
        published_at: f.revision.published_at,
        stale: f.review_due.is_some_and(|due| due <= now),
    }
}

/// Words that all occur; when no article has them all, the most telling of them.
async fn found(app: &App, q: &str, mut search: Search) -> Result<(Vec<Found>, Vec<(String, f64)>)> {
    let words = words_of(q);
    search.all = words.iter().map(|(w, _)| w.clone()).collect();
    let all = store::knowledge::search(&app.store.db, &search).await?;
    if !all.is_empty() || words.len() < 2 {
        let wanted = Wanted { words: words.clone(), category: None };
        return Ok((if words.is_empty() { all } else { ranked(all, &wanted, 0.0) }, words));
    }
    let telling = app.lexicon().await?.telling(q, WORDS);
    if telling.is_empty() {
        return Ok((all, words));
    }
    (search.all, search.any) = (Vec::new(), telling.iter().map(|(w, _)| w.clone()).collect());
    let some = store::knowledge::search(&app.store.db, &search).await?;
    // One word of many is no answer: half of the weight in the text, or a sixth of it in the title.
    let least = telling.iter().map(|(_, w)| w).sum::<f64>() / 2.0;
    Ok((ranked(some, &Wanted { words: telling, category: None }, least), words))
}

/// 检索.
pub async fn search(app: &App, ctx: &Ctx, query: &KnowledgeQuery) -> Result<Vec<ArticleHit>> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let world = app.fresh_world().await?;
    let search = Search {
        owners: query.org.map(|o| world.directory.subtree(o)).unwrap_or_default(),
        category: query.category.clone(),
        areas: areas(query.area.as_deref(), &world),
        ..Search::everything(query.on.unwrap_or(ctx.now))
    };
    let q: String = query.q.as_deref().unwrap_or_default().chars().take(100).collect();
    let (rows, words) = found(app, &q, search).await?;
    let most = query.limit.map_or(SHOWN, |l| (l as usize).clamp(1, SHOWN));
    Ok(rows.iter().take(most).map(|f| hit(f, &words, &world, ctx.now)).collect())
}

/// Articles that may answer what is being typed, by its telling words, its category and its place.
pub async fn propose(app: &App, ctx: &Ctx, form: &ProposeForm) -> Result<Vec<ArticleHit>> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let world = app.fresh_world().await?;
    let typed: String = form.content.chars().take(1_000).collect();
    let words = app.lexicon().await?.telling(&typed, WORDS);
    let category = form.category.clone().filter(|c| c.len() >= 4);
    let search = Search { areas: areas(form.region.as_deref(), &world), ..Search::everything(ctx.now) };
    let mut rows = Vec::new();
    if !words.is_empty() {
        let any = words.iter().map(|(w, _)| w.clone()).collect();
        rows = store::knowledge::search(&app.store.db, &Search { any, ..search.clone() }).await?;
    }
    if let Some(branch) = category.as_deref().and_then(|c| c.get(..4)) {
        let branch = Search { category: Some(branch.to_owned()), ..search };
        let more = store::knowledge::search(&app.store.db, &branch).await?;
        rows.extend(more.into_iter().filter(|m| !rows.iter().any(|r| r.id == m.id)).collect::<Vec<_>>());
    }
    // Something must speak for an article: a good share of the words, or the category.
    let least = words.iter().map(|(_, w)| w).sum::<f64>() * 0.3;
    let best = ranked(rows, &Wanted { words: words.clone(), category }, least);
    Ok(best.iter().take(PROPOSED).map(|f| hit(f, &words, &world, ctx.now)).collect())
}

/// 引用到答复 of an order: booked once per article, order and round.
pub async fn article_use(app: &App, ctx: &Ctx, id: ArticleId, form: &UseForm) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let world = app.fresh_world().await?;
    let case = order::require_seen(app, ctx, &world, form.order).await?;
    let article = store::knowledge::load_article(&app.store.db, id).await?.ok_or_else(no_article)?;
    let taken = article.revisions.iter().find(|r| r.no == form.revision && r.published_at.is_some());
    let taken = taken.ok_or_else(|| Refusal::invalid("revision", "该版本未曾发布，不能引用"))?;
    let usage = Usage {
        id: app.mint.uuid(ctx.now),
        article: id,
        revision: taken.no,
        order: form.order,
        round: case.order.round,
        user: ctx.actor()?.user,
        at: ctx.now,
    };
    db::with_retry!(app.store.db, async |tx| {
        store::knowledge::insert_use(tx, &usage).await?;
        let detail = serde_json::json!({ "order": form.order, "revision": taken.no });
        let entry = audit::Entry::new("knowledge", "knowledge.use", "article", id).with(detail);
        audit::record(tx, app, ctx, entry).await
    })
}

/// 引用的知识: what the answers of an order were taken from.
pub async fn citations(app: &App, ctx: &Ctx, id: OrderId) -> Result<Vec<CitationView>> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let world = app.fresh_world().await?;
    order::require_seen(app, ctx, &world, id).await?;
    let cited = store::knowledge::cited(&app.store.db, id).await?;
    let view = |c: store::knowledge::Cited| CitationView {
        article: c.article_id,
        title: c.title,
        revision: c.revision,
        current: c.current_no,
        round: c.round,
        by_name: world.user_name(c.user_id),
        at: c.at,
    };
    Ok(cited.into_iter().map(view).collect())
}

/// What was looked for, numbers of persons taken out.
pub async fn search_note(app: &App, ctx: &Ctx, note: &SearchNote) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let user = ctx.actor()?.user;
    keep(app, note.id, Some(user), &note.text, note.hits, note.opened, ctx.now).await
}

async fn keep(
    app: &App,
    id: kernel::Uuid,
    user: Option<kernel::UserId>,
    text: &str,
    hits: i32,
    opened: Option<ArticleId>,
    now: Ts,
) -> Result<()> {
    let text: String = kernel::normalise(&redact_text(text)).chars().take(60).collect();
    if text.chars().count() < 2 {
        return Ok(());
    }
    db::with_retry!(app.store.db, async |tx| {
        Ok::<(), Error>(store::knowledge::put_search(tx, id, user, &text, hits.max(0), opened, now).await?)
    })
}

fn item(f: &Found, words: &[(String, f64)], world: &World) -> KnowledgeItem {
    ArticleOut::of(f.id, f.owner, &f.revision, world).item(words)
}

/// 政策问答 for everybody; what citizens look for in vain is a gap like any other. `page` from 0.
pub async fn public_articles(app: &App, q: &str, head: &str, page: u32) -> Result<KnowledgePage> {
    let world = app.fresh_world().await?;
    let now = app.now();
    let q: String = q.trim().chars().take(60).collect();
    let head = Some(head).filter(|h| h.len() == 2 && h.chars().all(|c| c.is_ascii_digit()));
    let search = Search { public_only: true, category: head.map(str::to_owned), ..Search::everything(now) };
    let (rows, words) = found(app, &q, search).await?;
    if rows.is_empty() && head.is_none() && !q.is_empty() {
        keep(app, app.mint.uuid(now), None, &q, 0, None, now).await?;
    }
    Ok(page_of(&rows, page, |f| item(f, &words, &world)))
}

fn page_of<T>(rows: &[T], page: u32, item: impl Fn(&T) -> KnowledgeItem) -> KnowledgePage {
    let from = usize::try_from(page.min(100)).unwrap_or(0) * PORTAL_PAGE;
    let items: Vec<KnowledgeItem> = rows.iter().skip(from).take(PORTAL_PAGE).map(item).collect();
    KnowledgePage { total: rows.len(), more: rows.len() > from + items.len(), items }
}

/// One public article, in force.
pub async fn public_article(app: &App, id: &str) -> Result<Option<KnowledgeItem>> {
    let Ok(id) = id.parse::<ArticleId>() else { return Ok(None) };
    let now = app.now();
    let out = article_out(app, id).await?.filter(|a| a.holds(now));
    Ok(out.map(|a| a.item(&[])))
}

/// A public article as it leaves for a portal on the far side of a gateway: without 话务口径, found there by its own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArticleOut {
    pub id: ArticleId,
    pub text: ArticleText,
    pub by: String,
    pub about: String,
    pub area: String,
    pub at: Ts,
}

impl ArticleOut {
    fn of(id: ArticleId, owner: OrgId, r: &Revision, world: &World) -> Self {
        Self {
            id,
            text: ArticleText { inner: String::new(), ..r.text.clone() },
            by: world.directory.org_name(owner).to_owned(),
            about: world.category_path(&r.text.category),
            area: area_cn(&r.text.area, world),
            at: r.published_at.unwrap_or(r.written_at),
        }
    }

    /// In force at a moment.
    #[must_use]
    pub fn holds(&self, now: Ts) -> bool {
        self.text.valid_from <= now && self.text.valid_to.is_none_or(|t| now < t)
    }

    /// As it is read, these words marked.
    #[must_use]
    pub fn item(&self, words: &[(String, f64)]) -> KnowledgeItem {
        let pieces = |all: Vec<domain::knowledge::Piece>| all.into_iter().map(|p| (p.text, p.hit)).collect();
        KnowledgeItem {
            id: self.id.to_string(),
            title: pieces(marks(&self.text.title, words)),
            snippet: pieces(snippet(&self.text.body, words, SNIPPET)),
            body: self.text.body.clone(),
            basis: self.text.basis.clone(),
            by: self.by.clone(),
            about: self.about.clone(),
            area: self.area.clone(),
            at: self.at,
            until: self.text.valid_to,
        }
    }
}

/// A public article, whatever the day; `None` when there is none to be shown any more.
pub async fn article_out(app: &App, id: ArticleId) -> Result<Option<ArticleOut>> {
    let world = app.fresh_world().await?;
    let Some(article) = store::knowledge::load_article(&app.store.db, id).await? else { return Ok(None) };
    let current = article.current().filter(|r| r.text.public);
    Ok(current.map(|r| ArticleOut::of(id, article.owner, r, &world)))
}

/// As [`public_articles`] among articles at hand. No lexicon tells here which words are telling: where no article has all
/// of them, half count as enough.
#[must_use]
pub fn search_out(all: &[ArticleOut], q: &str, head: &str, page: u32, now: Ts) -> KnowledgePage {
    let q: String = q.trim().chars().take(60).collect();
    let words = words_of(&q);
    let wanted = Wanted { words: words.clone(), category: None };
    let head = Some(head).filter(|h| h.len() == 2 && h.chars().all(|c| c.is_ascii_digit())).unwrap_or_default();
    let open = all.iter().filter(|a| a.holds(now) && a.text.category.starts_with(head));
    let held = |a: &ArticleOut| {
        let hay = normalise(&[&a.text.title, &a.text.keywords, &a.text.body].map(String::as_str).join("\n"));
        words.iter().filter(|(w, _)| hay.contains(w.as_str())).count()
    };
    let mut scored: Vec<(usize, f64, &ArticleOut)> = open.map(|a| (held(a), score(&wanted, &a.text), a)).collect();
    let best = scored.iter().map(|(held, ..)| *held).max().unwrap_or(0);
    let least = if best == words.len() { best } else { words.len().div_ceil(2).max(1) };
    scored.retain(|(held, ..)| *held >= least);
    scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.2.at.cmp(&a.2.at)));
    page_of(&scored, page, |(.., a)| a.item(&words))
}
