//! 知识库 of the demonstration: articles brought to where they stand by the people who keep them, some uses, some
//! searches in vain, and a correction ticket.

use std::collections::HashMap;

use domain::authority::{Actor, Role};
use domain::env::By;
use domain::knowledge::{Article, ArticleAct, ArticleText, FixForm, FixKind, create, decide, raise};
use kernel::{OrgId, Ts};
use serde::Deserialize;
use store::knowledge::Usage;

use super::cast::Cast;
use super::rows::read;
use crate::ctx::App;
use crate::world::World;
use crate::{Error, Result};

const ARTICLES: &str = include_str!("../../seed/demo/knowledge.csv");
/// What was looked for in vain: words, how often, and whether something was shown.
const MISSED: &[(&str, u32, i32)] = &[
    ("电动自行车上牌", 6, 0),
    ("高龄津贴标准", 5, 0),
    ("犬只登记", 3, 0),
    ("不动产证加名字", 4, 0),
    ("公积金贷款提前还款", 3, 1),
    ("医保断缴补缴", 2, 1),
];

#[derive(Deserialize)]
struct Row {
    owner_code: String,
    category_code: String,
    region_code: String,
    public: String,
    state: String,
    days_ago: i64,
    review_in: i64,
    title: String,
    keywords: String,
    body: String,
    inner: String,
    basis: String,
}

/// Who does what for one department.
struct Keepers<'a> {
    author: &'a Actor,
    confirms: &'a Actor,
    audits: &'a Actor,
}

fn keepers<'a>(cast: &'a Cast, world: &World, owner: OrgId) -> Option<Keepers<'a>> {
    let of = |role, not: &[kernel::UserId]| cast.of_org(role, owner, &world.directory, not).filter(|a| a.org == owner);
    let author = of(Role::KbEditor, &[]).or_else(|| of(Role::UnitAdmin, &[]))?;
    let confirms = of(Role::UnitLeader, &[author.user]).or_else(|| of(Role::UnitAdmin, &[author.user]))?;
    Some(Keepers { author, confirms, audits: cast.any(Role::KbAuditor, 0)? })
}

fn by(actor: &Actor) -> By {
    By::Person(actor.clone())
}

fn text(row: &Row, at: Ts) -> ArticleText {
    ArticleText {
        title: row.title.clone(),
        body: row.body.clone(),
        inner: row.inner.clone(),
        category: row.category_code.clone(),
        area: row.region_code.clone(),
        keywords: row.keywords.clone(),
        basis: row.basis.clone(),
        public: row.public == "1",
        valid_from: Ts::start_of(at.date()),
        valid_to: None,
    }
}

/// The article as it stands, by the rules.
fn play(app: &App, world: &World, no: i64, row: &Row, owner: OrgId, k: &Keepers, now: Ts) -> Result<(Article, Ts)> {
    let at = now.plus_days(-row.days_ago).plus_minutes(-30);
    let env = world.env(at, &*app.mint);
    let opinion = String::new;
    let mut article = create(owner, no, &text(row, at), &by(k.author), &env)?;
    if row.state == "draft" {
        return Ok((article, at));
    }
    article = decide(&article, &ArticleAct::Submit, &by(k.author), &env)?;
    if row.state == "dept_confirm" {
        return Ok((article, at));
    }
    article = decide(&article, &ArticleAct::Confirm { opinion: opinion() }, &by(k.confirms), &env)?;
    if row.state == "center_audit" {
        return Ok((article, at));
    }
    article = decide(&article, &ArticleAct::Publish { opinion: opinion() }, &by(k.audits), &env)?;
    article.review_due = Some(Ts::end_of(now.plus_days(row.review_in).date()));
    Ok((article, at))
}

/// Older articles were read through again within the last weeks, one in three after its date.
fn reviewed(
    app: &App,
    world: &World,
    article: &Article,
    row: &Row,
    k: &Keepers,
    now: Ts,
) -> Result<Option<(Article, Ts)>> {
    if article.current().is_none() || row.days_ago < 62 || row.review_in < 0 {
        return Ok(None);
    }
    let at = now.plus_days(-row.days_ago / 6);
    let act = ArticleAct::Review { opinion: String::new() };
    let mut next = decide(article, &act, &by(k.confirms), &world.env(at, &*app.mint))?;
    next.review_due = article.review_due;
    Ok(Some((next, at)))
}

/// Writes them.
pub async fn load(
    tx: &mut db::Tx,
    app: &App,
    world: &World,
    cast: &Cast,
    orgs: &HashMap<String, OrgId>,
    now: Ts,
) -> Result<()> {
    let agents = cast.all(Role::Agent);
    let Some(agent) = agents.first() else { return Ok(()) };
    let answered = store::publication::candidates(&mut *tx, &app.store.vault, Ts(0), 200).await?;
    let mut first = None;
    for row in read::<Row>("knowledge.csv", ARTICLES)? {
        let owner = orgs.get(&row.owner_code).copied();
        let owner =
            owner.ok_or_else(|| Error::broken(format_args!("seed/demo: no organisation {}", row.owner_code)))?;
        let Some(k) = keepers(cast, world, owner) else {
            return Err(Error::broken(format_args!("seed/demo: nobody keeps the articles of {}", row.owner_code)));
        };
        let no = store::counter::next_in(tx, "kb.article").await?;
        let (mut article, at) = play(app, world, no, &row, owner, &k, now)?;
        store::knowledge::save_article(tx, &mut article, at).await?;
        if let Some((mut read, at)) = reviewed(app, world, &article, &row, &k, now)? {
            article.review_due = Some(at.plus_days(if row.days_ago % 3 == 0 { -2 } else { 4 }));
            store::knowledge::save_article(tx, &mut article, at).await?;
            read.version = article.version;
            article = read;
            store::knowledge::save_article(tx, &mut article, at).await?;
        }
        let Some(current) = article.current() else { continue };
        for order in answered.iter().filter(|o| o.category == row.category_code) {
            let usage = Usage {
                id: app.mint.uuid(now),
                article: article.id,
                revision: current.no,
                order: order.id,
                round: order.round,
                user: order.registered_by.unwrap_or(agent.user),
                at: order.reply_at.unwrap_or(order.registered_at),
            };
            store::knowledge::insert_use(tx, &usage).await?;
        }
        first.get_or_insert(article);
    }
    for (n, (words, times, hits)) in MISSED.iter().enumerate() {
        for time in 0..*times {
            let who = &agents[(n + time as usize) % agents.len()];
            let at = now.plus_hours(-(i64::from(time) * 29 + 5 * i64::try_from(n).unwrap_or(0) + 2));
            store::knowledge::put_search(tx, app.mint.uuid(at), Some(who.user), words, *hits, None, at).await?;
        }
    }
    if let Some(article) = first {
        let form = FixForm {
            kind: FixKind::Outdated,
            text: "来电人称今年起租房提取额度已提高到每月2000元，请核实并更新。".to_owned(),
            order: None,
        };
        let fix = raise(&article, &form, &by(agent), &world.env(now.plus_days(-2), &*app.mint))?;
        store::knowledge::insert_fix(tx, &fix).await?;
    }
    Ok(())
}
