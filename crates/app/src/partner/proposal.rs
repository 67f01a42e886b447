//! 同步 inwards: what a partner published waits as a proposal. Nothing of ours changes before a person has seen how it differs.

use db::Tx;
use domain::authority::Role;
use domain::knowledge::{ArticleAct, adopt, decide};
use domain::partner::share::{
    CodeLine, ListChange, OrgLine, ProposalState, Shared, SharedArticle, Topic, article_faults, article_text,
    code_changes, code_faults, org_changes, org_faults, take_codes,
};
use kernel::{ArticleId, FieldError, OrgId, Refusal, UserId, Uuid};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use store::partner::{Partner, Proposal};

use super::Envelope;
use super::take::heard_of;
use crate::admin::seal;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{FieldChange, ProposalChange, ProposalView};
use crate::world::World;
use crate::write::{Letter, Mail};
use crate::{Error, Result};

/// Differences shown of one proposal.
const SHOWN: usize = 1_000;

fn parse<T: DeserializeOwned>(body: &str) -> Result<T> {
    serde_json::from_str(body).map_err(|e| {
        let e = FieldError::new("body", format!("内容不符合格式（{e}）"));
        e.with_remedy("请对照接口说明").into()
    })
}

/// What came: about what, in which version, and its faults.
fn read(topic: Topic, body: &str) -> Result<(String, i64, Vec<FieldError>, serde_json::Value)> {
    Ok(match topic {
        Topic::Dict => {
            let list: Shared<CodeLine> = parse(body)?;
            (String::new(), list.ver, code_faults(&list), serde_json::to_value(&list)?)
        }
        Topic::Org => {
            let list: Shared<OrgLine> = parse(body)?;
            (String::new(), list.ver, org_faults(&list), serde_json::to_value(&list)?)
        }
        Topic::Kb => {
            let article: SharedArticle = parse(body)?;
            let faults = article_faults(&article);
            (article.src_no.trim().to_owned(), article.ver, faults, serde_json::to_value(&article)?)
        }
    })
}

/// Hears what a partner published: once for each version, and an older one never.
pub(super) async fn hear(app: &App, ctx: &Ctx, partner: &Partner, e: &Envelope, topic: Topic) -> Result<()> {
    if !topic.comes_from(partner.kind) {
        let text = format!("type：本平台不接收{}发布的{}", partner.kind.cn(), topic.cn());
        return Err(Refusal::state("topic", text).into());
    }
    let (subject, ver, faults, body) = read(topic, &e.body)?;
    if !faults.is_empty() {
        return Err(Refusal::fields(faults).into());
    }
    let world = app.fresh_world().await?;
    db::with_retry!(app.store.db, async |tx| {
        if !store::partner::heard(tx, &app.store.vault, heard_of(partner, e), ctx.now).await? {
            return Ok(());
        }
        let latest = store::partner::latest_proposal(&mut *tx, partner.id, topic, &subject).await?;
        if ver == latest {
            return Ok(());
        }
        if ver < latest {
            let text = format!("ver：{ver}不大于已收到的{latest}，较旧的内容不再接收");
            return Err(Refusal::state("old", text).into());
        }
        let mut new = Proposal {
            id: app.mint.uuid(ctx.now),
            partner_id: partner.id,
            topic,
            subject: subject.clone(),
            ver,
            body: body.clone(),
            state: ProposalState::Open,
            at: ctx.now,
            decided_at: None,
            decided_by: None,
            opinion: None,
            article_id: None,
        };
        let seen = difference(tx, &world, &new).await?;
        if seen.is_nothing() {
            new.state = ProposalState::Taken;
            new.opinion = Some("与本平台一致，无需处理".to_owned());
            // The next version is still of the article this one became.
            new.article_id = seen.article;
            new.decided_at = Some(ctx.now);
        }
        if store::partner::add_proposal(tx, &new).await? && new.state == ProposalState::Open {
            notify(tx, app, ctx, partner, &new, &seen).await?;
        }
        Ok::<(), Error>(())
    })?;
    app.bus.poke();
    Ok(())
}

async fn notify(tx: &mut Tx, app: &App, ctx: &Ctx, partner: &Partner, p: &Proposal, seen: &Difference) -> Result<()> {
    // A whole knowledge base comes piece by piece: the first one is told, the others wait beside it.
    if store::partner::open_proposals(&mut *tx, partner.id, p.topic).await? > 1 {
        return Ok(());
    }
    let role = if p.topic == Topic::Kb { Role::KbAuditor } else { Role::Sysadmin };
    let users: Vec<UserId> = store::appointment::users_of_role(&mut *tx, role, None, ctx.now).await?;
    let (what, n) = (p.topic.cn(), seen.lines.len());
    let body = match p.topic {
        Topic::Kb => {
            format!("{}发布“{}”等知识，请在“知识库 → 上级发布”看清差异后决定是否采纳。", partner.name, seen.title)
        }
        _ => format!("{}发布{what}，有{n}处不同，请在“系统管理 → 平台同步”看清后决定是否采纳。", partner.name),
    };
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, &users, Letter { kind: "sync", title: "平台同步", body: &body, order: None });
    mail.send(tx, app).await
}

/// How what came differs from what there is.
struct Difference {
    title: String,
    lines: Vec<ListChange>,
    texts: Vec<FieldChange>,
    /// The article it was before.
    article: Option<ArticleId>,
    /// 下架.
    ends: bool,
    category: Option<String>,
}

impl Difference {
    fn is_nothing(&self) -> bool {
        self.lines.is_empty() && self.texts.is_empty() && !self.ends
    }
}

async fn difference(tx: &mut Tx, world: &World, p: &Proposal) -> Result<Difference> {
    let none = Difference {
        title: p.topic.cn().to_owned(),
        lines: Vec::new(),
        texts: Vec::new(),
        article: None,
        ends: false,
        category: None,
    };
    Ok(match p.topic {
        Topic::Dict => {
            let list: Shared<CodeLine> = serde_json::from_value(p.body.clone())?;
            let map = store::category::code_map(&mut *tx).await?;
            Difference { lines: code_changes(&world.directory, &map, &list.items), ..none }
        }
        Topic::Org => {
            let list: Shared<OrgLine> = serde_json::from_value(p.body.clone())?;
            let before = orgs_of(tx, p.partner_id).await?;
            Difference { lines: org_changes(&before, &list.items), ..none }
        }
        Topic::Kb => {
            let came: SharedArticle = serde_json::from_value(p.body.clone())?;
            let before = store::partner::taken_proposal(&mut *tx, p.partner_id, Topic::Kb, &p.subject).await?;
            let id = before.and_then(|b| b.article_id);
            let ours = match id {
                Some(id) => store::knowledge::load_article(&mut *tx, id).await?.filter(|a| a.retired.is_none()),
                None => None,
            };
            if came.op == "del" {
                let ends = ours.as_ref().is_some_and(|a| a.current().is_some());
                return Ok(Difference { title: came.title, article: ours.map(|a| a.id), ends, ..none });
            }
            let held = ours.as_ref().and_then(|a| a.current()).map(|r| r.text.clone());
            let known = world.directory.category(&came.category_code).filter(|c| c.active).map(|c| c.code.clone());
            let category = held.as_ref().map(|t| t.category.clone()).or(known);
            let new = article_text(&came, category.as_deref().unwrap_or_default(), p.at);
            let blank = domain::knowledge::ArticleText {
                title: String::new(),
                body: String::new(),
                keywords: String::new(),
                basis: String::new(),
                ..new.clone()
            };
            // Ours keeps where it holds and what our own staff are told.
            let held = held.unwrap_or(blank);
            let new = domain::knowledge::ArticleText { inner: held.inner.clone(), area: held.area.clone(), ..new };
            let changes = new.changes_from(&held).into_iter();
            let texts = changes.map(|(label, parts)| FieldChange { label: label.to_owned(), parts }).collect();
            Difference { title: came.title, article: ours.map(|a| a.id), texts, category, ..none }
        }
    })
}

/// A partner's organisations as taken last.
pub(super) async fn orgs_of(tx: &mut Tx, partner: Uuid) -> Result<Vec<OrgLine>> {
    let taken = store::partner::taken_proposal(&mut *tx, partner, Topic::Org, "").await?;
    match taken {
        Some(p) => Ok(serde_json::from_value::<Shared<OrgLine>>(p.body)?.items),
        None => Ok(Vec::new()),
    }
}

/// 平台同步 of a topic: what waits, or what was decided lately.
pub async fn proposal_list(app: &App, ctx: &Ctx, topic: Topic, open: bool) -> Result<Vec<ProposalView>> {
    ctx.require_ready()?;
    ctx.require(topic.decided_by())?;
    let world = app.fresh_world().await?;
    let partners = store::partner::list_partners(&app.store.db, &app.store.vault).await?;
    let all = store::partner::list_proposals(&app.store.db, topic, open).await?;
    db::with_retry!(app.store.db, async |tx| {
        let mut shown = Vec::new();
        for p in all.clone() {
            let name = partners.iter().find(|o| o.id == p.partner_id).map(|o| o.name.clone()).unwrap_or_default();
            let seen = difference(tx, &world, &p).await?;
            shown.push(view(&world, p, name, seen));
        }
        Ok::<_, Error>(shown)
    })
}

fn view(world: &World, p: Proposal, partner: String, seen: Difference) -> ProposalView {
    let open = p.state == ProposalState::Open;
    let line = |c: ListChange| ProposalChange {
        code: c.code,
        kind: c.kind,
        kind_cn: c.kind.cn().to_owned(),
        was: c.was,
        now: c.now,
        replaces: c.replaces,
    };
    let total = i64::try_from(seen.lines.len()).unwrap_or(i64::MAX);
    ProposalView {
        id: p.id,
        partner,
        topic: p.topic,
        topic_cn: p.topic.cn().to_owned(),
        subject: p.subject,
        title: seen.title,
        ver: p.ver,
        at: p.at,
        state: p.state,
        state_cn: p.state.cn().to_owned(),
        // What was decided is not compared with what there is now.
        changes: if open { seen.lines.into_iter().take(SHOWN).map(line).collect() } else { Vec::new() },
        total: if open { total } else { 0 },
        texts: if open { seen.texts } else { Vec::new() },
        fresh: seen.article.is_none(),
        ends: seen.ends,
        category: seen.category,
        decided_at: p.decided_at,
        decided_by_name: p.decided_by.map(|by| world.user_name(by)),
        opinion: p.opinion,
        article: p.article_id.or(seen.article),
    }
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposalWord {
    /// 采纳; else it is declined.
    pub take: bool,
    #[serde(default)]
    pub opinion: String,
    /// Of 问题分类: the codes whose lines are taken; none given means all.
    #[serde(default)]
    pub codes: Option<Vec<String>>,
    /// Of an article: where it belongs here, when its category there is unknown.
    #[serde(default)]
    pub category: Option<String>,
    /// Of a new article: who keeps it; the centre when none is given.
    #[serde(default)]
    pub owner: Option<OrgId>,
}

/// Takes or declines what came.
pub async fn proposal_decide(app: &App, ctx: &Ctx, id: Uuid, word: &ProposalWord) -> Result<Vec<ProposalView>> {
    ctx.require_ready()?;
    let by = ctx.actor()?.user;
    let found = store::partner::load_proposal(&app.store.db, id).await?;
    let topic = found.map(|p| p.topic).ok_or_else(|| Error::from(Refusal::not_found("同步内容")))?;
    ctx.require(topic.decided_by())?;
    let opinion = word.opinion.trim().to_owned();
    if opinion.chars().count() > 500 || (!word.take && opinion.chars().count() < 2) {
        let e = FieldError::new("opinion", "请填写不采纳的理由");
        return Err(Refusal::fields(vec![e.with_remedy("2至500字，留在本平台备查")]).into());
    }
    let world = app.fresh_world().await?;
    db::with_retry!(app.store.db, async |tx| {
        let found = store::partner::load_proposal(&mut *tx, id).await?;
        let mut p = found.ok_or_else(|| Error::from(Refusal::not_found("同步内容")))?;
        if p.state != ProposalState::Open {
            return Err(Refusal::state("decided", format!("该内容{}，请刷新", p.state.cn())).into());
        }
        p.article_id = match (word.take, topic) {
            (false, _) | (true, Topic::Org) => None,
            (true, Topic::Dict) => take_table(tx, app, ctx, &world, &p, word).await?,
            (true, Topic::Kb) => take_article(tx, app, ctx, &world, &p, word).await?,
        };
        p.state = if word.take { ProposalState::Taken } else { ProposalState::Declined };
        (p.decided_at, p.decided_by) = (Some(ctx.now), Some(by));
        p.opinion = Some(opinion.clone()).filter(|o| !o.is_empty());
        if !store::partner::decide_proposal(tx, &p).await? {
            return Err(Refusal::stale().into());
        }
        let action = if word.take { "sync.take" } else { "sync.decline" };
        let detail = serde_json::json!({ "topic": topic, "partner": p.partner_id, "subject": p.subject, "ver": p.ver });
        audit::record(tx, app, ctx, Entry::new("admin", action, "proposal", id).with(detail)).await
    })?;
    if topic == Topic::Dict {
        app.refresh().await?;
    }
    app.bus.poke();
    proposal_list(app, ctx, topic, true).await
}

/// The lines chosen of a table of 问题分类 become ours.
async fn take_table(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    p: &Proposal,
    word: &ProposalWord,
) -> Result<Option<ArticleId>> {
    let list: Shared<CodeLine> = serde_json::from_value(p.body.clone())?;
    let map = store::category::code_map(&mut *tx).await?;
    let mut chosen = code_changes(&world.directory, &map, &list.items);
    if let Some(codes) = &word.codes {
        chosen.retain(|c| codes.contains(&c.code));
    }
    if chosen.is_empty() {
        return Err(Refusal::invalid("codes", "请选择要采纳的分类").into());
    }
    let (written, replaced) = take_codes(&world.directory, &list.items, &chosen)?;
    store::category::put_categories(tx, &written).await?;
    for (old, new) in &replaced {
        store::category::map_code(tx, old, new).await?;
    }
    let codes: Vec<&str> = written.iter().map(|c| c.code.as_str()).collect();
    let detail = serde_json::json!({ "codes": codes, "replaced": replaced });
    let entry = Entry::new("admin", "category.sync", "proposal", p.id).with(detail);
    seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await?;
    Ok(None)
}

/// An article of theirs becomes one of ours, or the next version of the one it became before.
async fn take_article(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    p: &Proposal,
    word: &ProposalWord,
) -> Result<Option<ArticleId>> {
    let came: SharedArticle = serde_json::from_value(p.body.clone())?;
    let seen = difference(tx, world, p).await?;
    let old = match seen.article {
        Some(id) => store::knowledge::load_article(&mut *tx, id).await?,
        None => None,
    };
    let env = world.env(ctx.now, &*app.mint);
    if came.op == "del" {
        let Some(old) = old else { return Ok(None) };
        let opinion = format!("发布平台已下架。{}", word.opinion.trim());
        let mut next = decide(&old, &ArticleAct::Retire { opinion }, &ctx.by, &env)?;
        store::knowledge::save_article(tx, &mut next, ctx.now).await?;
        crate::knowledge::record(tx, app, ctx, "knowledge.retire", &next).await?;
        return Ok(Some(next.id));
    }
    let category = word.category.clone().filter(|c| !c.is_empty()).or(seen.category).unwrap_or_default();
    let mut text = article_text(&came, &category, ctx.now);
    if let Some(held) = old.as_ref().and_then(|a| a.current()) {
        text.inner.clone_from(&held.text.inner);
        text.area.clone_from(&held.text.area);
    }
    let centre = world.directory.center().map(|c| c.id);
    let owner = old.as_ref().map(|a| a.owner).or(word.owner).or(centre);
    let owner = owner.ok_or_else(|| Refusal::invalid("owner", "请选择维护单位"))?;
    let no = match &old {
        Some(a) => a.no,
        None => store::counter::next_in(tx, "kb.article").await?,
    };
    let mut next = adopt(old.as_ref(), owner, no, &text, UserId(p.partner_id), &ctx.by, &env)?;
    store::knowledge::save_article(tx, &mut next, ctx.now).await?;
    crate::knowledge::record(tx, app, ctx, "knowledge.adopt", &next).await?;
    Ok(Some(next.id))
}
