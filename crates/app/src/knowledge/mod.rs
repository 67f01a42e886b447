//! 知识库: articles written and confirmed by departments, audited by the centre, found and quoted by whoever answers.

mod find;
mod fix;
mod health;

use db::Tx;
use domain::authority::{Actor, Permission, Role, Scope};
use domain::knowledge::{Article, ArticleAct, Revision, RevisionState, allowed, create, decide, fixed};
use domain::light::{Light, light_at};
use kernel::{ArticleId, OrgId, Page, Refusal, Ts, UserId};
use store::knowledge::{ArticleFilter, ArticleTab, Found};

pub use find::{
    ArticleOut, article_out, article_use, citations, propose, public_article, public_articles, search, search_note,
    search_out,
};
pub use fix::{fix_answer, fix_list, fix_raise};
pub use health::health_view;

use crate::ctx::{App, Ctx};
use crate::view::{
    ActForm, ArticleCounts, ArticleLine, ArticleNew, ArticleOrigin, ArticleQuery, ArticleView, Coded, FieldChange,
    Listing, MarkView, RevisionView, UserRef,
};
use crate::world::World;
use crate::write::{Letter, Mail, recipients};
use crate::{Error, Result, audit};

pub(crate) fn no_article() -> Error {
    Refusal::not_found("知识").into()
}

/// `知000012`.
pub(crate) fn code_of(no: i64) -> String {
    format!("知{no:06}")
}

fn user(world: &World, id: UserId) -> UserRef {
    UserRef { id, name: world.user_name(id) }
}

/// The people who keep a department's articles.
pub(crate) async fn keepers(tx: &mut Tx, ctx: &Ctx, world: &World, owner: OrgId) -> Result<Vec<UserId>> {
    let mut users = Vec::new();
    for role in [Role::KbEditor, Role::UnitAdmin] {
        let to = domain::decision::Recipient::OrgRole { org: owner, role };
        users.extend(recipients(tx, ctx, world, &to).await?);
    }
    Ok(users)
}

/// A notification to each, but for whoever acts.
pub(crate) async fn tell(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    mut users: Vec<UserId>,
    title: &str,
    body: &str,
) -> Result<()> {
    users.sort();
    users.dedup();
    users.retain(|u| Some(*u) != ctx.by.user());
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &users, Letter { kind: "knowledge", title, body, order: None });
    mail.send(tx, app).await
}

pub(crate) async fn record(tx: &mut Tx, app: &App, ctx: &Ctx, action: &str, a: &Article) -> Result<()> {
    let state = a.working().or(a.current()).map(|r| (r.no, r.state.code()));
    let detail = serde_json::json!({ "owner": a.owner, "revision": state });
    audit::record(tx, app, ctx, audit::Entry::new("knowledge", action, "article", a.id).with(detail)).await
}

/// Auditors and the centre's editors see every department's work, the others that of their unit and below.
fn own_orgs(actor: &Actor, world: &World) -> Vec<OrgId> {
    let center = world.directory.center().is_some_and(|c| c.id == actor.org) && actor.has(Role::KbEditor);
    if actor.has(Role::KbAuditor) || center || (actor.scope == Scope::All && !actor.has(Role::UnitAdmin)) {
        return Vec::new();
    }
    [vec![actor.org], world.directory.subtree(actor.org)].concat()
}

fn keeps(actor: &Actor) -> bool {
    [Permission::KbEdit, Permission::KbConfirm, Permission::KbAudit]
        .iter()
        .any(|p| domain::authority::permits(&actor.roles, *p))
}

fn review_light(review_due: Option<Ts>, world: &World, now: Ts) -> Light {
    let warn = review_due.map(|due| due.plus_days(-world.params.int("kb.expiring_d")));
    light_at(review_due, warn, now)
}

pub(crate) fn area_cn(area: &str, world: &World) -> String {
    if area.is_empty() { "全市".to_owned() } else { world.regions.path_cn(area) }
}

fn revision_view(r: &Revision, before: Option<&Revision>, world: &World) -> RevisionView {
    let mark = |m: &Option<domain::knowledge::Mark>| {
        m.as_ref().map(|m| MarkView { by: user(world, m.by), at: m.at, opinion: m.opinion.clone() })
    };
    let changes = before.map(|b| r.text.changes_from(&b.text)).unwrap_or_default();
    RevisionView {
        no: r.no,
        state: r.state,
        state_cn: r.state.cn().to_owned(),
        category_cn: world.category_path(&r.text.category),
        area_cn: area_cn(&r.text.area, world),
        text: r.text.clone(),
        note: r.note.clone(),
        author: user(world, r.author),
        written_at: r.written_at,
        confirmed: mark(&r.confirmed),
        audited: mark(&r.audited),
        returned: mark(&r.returned),
        published_at: r.published_at,
        changes: changes.into_iter().map(|(label, parts)| FieldChange { label: label.to_owned(), parts }).collect(),
    }
}

fn state_cn(a: &Article, now: Ts) -> &'static str {
    match (a.current(), a.working()) {
        (Some(_), _) if a.review_due.is_some_and(|due| due <= now) => "待复审",
        (Some(r), _) | (None, Some(r)) => r.state.cn(),
        (None, None) if a.retired.is_some() => "已下架",
        (None, None) => "已放弃",
    }
}

async fn article_of(app: &App, ctx: &Ctx, world: &World, a: &Article) -> Result<ArticleView> {
    let actor = ctx.actor()?;
    let env = world.env(ctx.now, &*app.mint);
    let orgs = own_orgs(actor, world);
    let keeper = keeps(actor) && (orgs.is_empty() || orgs.contains(&a.owner));
    let seen = |r: &&Revision| keeper || r.published_at.is_some();
    let earlier = |r: &Revision| a.revisions.iter().rfind(|b| b.no < r.no && b.published_at.is_some());
    let revisions: Vec<RevisionView> =
        a.revisions.iter().rev().filter(seen).map(|r| revision_view(r, earlier(r), world)).collect();
    if revisions.is_empty() {
        return Err(no_article());
    }
    let acts = allowed(a, &ctx.by, &env);
    let origin = origin(app, a).await?;
    let mut revisions = revisions;
    for author in revisions.iter_mut().map(|r| &mut r.author).filter(|u| !world.names.contains_key(&u.id)) {
        // Written elsewhere: the platform stands in the author's place.
        if let Some(o) = &origin {
            author.name.clone_from(&o.partner);
        }
    }
    Ok(ArticleView {
        origin,
        id: a.id,
        code: code_of(a.no),
        version: a.version,
        owner: world.org(a.owner),
        state_cn: state_cn(a, ctx.now).to_owned(),
        current_no: a.current().map(|r| r.no),
        review_due: a.review_due,
        reviewed_at: a.reviewed_at,
        review_light: review_light(a.review_due, world, ctx.now),
        retired: a.retired.as_ref().map(|m| MarkView { by: user(world, m.by), at: m.at, opinion: m.opinion.clone() }),
        revisions,
        fixes: fix::views_of(app, ctx, world, a).await?,
        allowed: acts.into_iter().map(|(code, cn)| Coded { code: code.to_owned(), cn: cn.to_owned() }).collect(),
        fixable: a.current().is_some(),
    })
}

async fn origin(app: &App, a: &Article) -> Result<Option<ArticleOrigin>> {
    let (db, vault) = (&app.store.db, &app.store.vault);
    let Some(p) = store::partner::origin_of(db, a.id).await? else { return Ok(None) };
    let partner = store::partner::load_partner(db, vault, p.partner_id).await?;
    Ok(partner.map(|o| ArticleOrigin { partner: o.name, no: p.subject, taken_at: p.decided_at }))
}

/// One article.
pub async fn article_view(app: &App, ctx: &Ctx, id: ArticleId) -> Result<ArticleView> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let world = app.fresh_world().await?;
    let article = store::knowledge::load_article(&app.store.db, id).await?.ok_or_else(no_article)?;
    article_of(app, ctx, &world, &article).await
}

/// 新建.
pub async fn article_create(app: &App, ctx: &Ctx, form: &ArticleNew) -> Result<ArticleView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    check_area(&form.text.area, &world)?;
    let done: Result<Article> = db::with_retry!(app.store.db, async |tx| {
        let env = world.env(ctx.now, &*app.mint);
        let no = store::counter::next_in(tx, "kb.article").await?;
        let mut article = create(form.owner, no, &form.text, &ctx.by, &env)?;
        store::knowledge::save_article(tx, &mut article, ctx.now).await?;
        record(tx, app, ctx, "knowledge.create", &article).await?;
        Ok(article)
    });
    article_of(app, ctx, &world, &done?).await
}

fn check_area(area: &str, world: &World) -> Result<()> {
    if area.is_empty() || world.regions.get(area).is_some() {
        return Ok(());
    }
    Err(Refusal::invalid("area", "适用区域无效，请从列表中选择").into())
}

/// One act; who must go on is told.
pub async fn article_act(app: &App, ctx: &Ctx, id: ArticleId, form: &ActForm) -> Result<ArticleView> {
    ctx.require_ready()?;
    ctx.require(Permission::KbRead)?;
    let world = app.fresh_world().await?;
    if let ArticleAct::Save { text, .. } = &form.command {
        check_area(&text.area, &world)?;
    }
    let done: Result<Article> = db::with_retry!(app.store.db, async |tx| {
        let before = store::knowledge::load_article(&mut *tx, id).await?.ok_or_else(no_article)?;
        if before.version != form.version {
            return Err(Refusal::stale().into());
        }
        let env = world.env(ctx.now, &*app.mint);
        let mut next = decide(&before, &form.command, &ctx.by, &env)?;
        store::knowledge::save_article(tx, &mut next, ctx.now).await?;
        follow_up(tx, app, ctx, &world, &before, &next, &form.command).await?;
        record(tx, app, ctx, &format!("knowledge.{}", form.command.code()), &next).await?;
        Ok(next)
    });
    let article = done?;
    app.bus.poke();
    article_of(app, ctx, &world, &article).await
}

async fn follow_up(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    before: &Article,
    next: &Article,
    act: &ArticleAct,
) -> Result<()> {
    let Some(revision) = before.working().or(before.current()) else { return Ok(()) };
    let title = &revision.text.title;
    let (users, head, body) = match act {
        ArticleAct::Submit => {
            let mut users = Vec::new();
            for role in [Role::UnitLeader, Role::UnitAdmin] {
                let to = domain::decision::Recipient::OrgRole { org: next.owner, role };
                users.extend(recipients(tx, ctx, world, &to).await?);
            }
            (users, "知识待部门确认", format!("“{title}”已提交，请确认。"))
        }
        ArticleAct::Confirm { .. } => {
            let auditors = store::appointment::users_of_role(&mut *tx, Role::KbAuditor, None, ctx.now).await?;
            (auditors, "知识待审核", format!("“{title}”已经部门确认，请审核。"))
        }
        ArticleAct::SendBack { opinion } => {
            (vec![revision.author], "知识被退回", format!("“{title}”被退回修改：{opinion}"))
        }
        ArticleAct::Publish { .. } => {
            let mut users = vec![revision.author];
            for fix in store::knowledge::fixes_of(&mut *tx, next.id).await? {
                if let Some(done) = fixed(&fix, ctx.now) {
                    store::knowledge::save_fix(tx, &done).await?;
                    users.push(done.raised_by);
                }
            }
            (users, "知识已发布", format!("“{title}”第{}版已发布。", revision.no))
        }
        ArticleAct::Retire { .. } => {
            (keepers(tx, ctx, world, next.owner).await?, "知识下架", format!("“{title}”已下架。"))
        }
        ArticleAct::Save { .. } | ArticleAct::Discard | ArticleAct::Review { .. } => return Ok(()),
    };
    tell(tx, app, ctx, users, head, &body).await
}

pub(crate) fn line(f: &Found, world: &World, now: Ts) -> ArticleLine {
    let state = f.revision.state;
    let overdue = f.published.is_some() && f.review_due.is_some_and(|due| due <= now);
    let cn = match state {
        RevisionState::Published if overdue => "待复审",
        RevisionState::Ended if f.retired => "已下架",
        state => state.cn(),
    };
    ArticleLine {
        id: f.id,
        code: code_of(f.no),
        title: f.revision.text.title.clone(),
        owner: world.org(f.owner),
        category_cn: world.category_path(&f.revision.text.category),
        state,
        state_cn: cn.to_owned(),
        revision: f.revision.no,
        public: f.revision.text.public,
        review_due: f.review_due,
        review_light: review_light(f.review_due, world, now),
        changed_at: f.changed_at,
    }
}

fn filter(query: &ArticleQuery, actor: &Actor, world: &World, now: Ts) -> ArticleFilter {
    ArticleFilter {
        owners: own_orgs(actor, world),
        title: query.title.as_deref().map(|t| t.trim().to_owned()).filter(|t| !t.is_empty()),
        review_before: Some(now.plus_days(world.params.int("kb.expiring_d"))),
    }
}

fn require_keeper(ctx: &Ctx) -> Result<()> {
    ctx.require_ready()?;
    if keeps(ctx.actor()?) { Ok(()) } else { ctx.require(Permission::KbEdit) }
}

/// A page of a tab of the keepers' desk.
pub async fn article_list(app: &App, ctx: &Ctx, query: &ArticleQuery) -> Result<Listing<ArticleLine>> {
    require_keeper(ctx)?;
    let world = app.fresh_world().await?;
    let text = query.tab.as_deref().filter(|t| !t.is_empty()).unwrap_or("published");
    let tab: ArticleTab = text.parse().map_err(|_| Refusal::invalid("tab", format!("没有“{text}”这个知识列表")))?;
    let filter = filter(query, ctx.actor()?, &world, ctx.now);
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (rows, next) = store::knowledge::list(&app.store.db, &filter, tab, &page).await?;
    let items = rows.iter().map(|f| line(f, &world, ctx.now)).collect();
    Ok(Listing::page(items, next.map(|c| c.encode())))
}

/// Numbers on the tabs.
pub async fn article_counts(app: &App, ctx: &Ctx) -> Result<ArticleCounts> {
    require_keeper(ctx)?;
    let world = app.fresh_world().await?;
    let filter = filter(&ArticleQuery::default(), ctx.actor()?, &world, ctx.now);
    let counts = store::knowledge::counts(&app.store.db, &filter).await?;
    Ok(counts.into_iter().map(|(tab, n)| (tab.code().to_owned(), n)).collect())
}
