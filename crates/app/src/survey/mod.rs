//! 群众评议 on the desk: surveys written, published and closed, the windows and departments they rate. The citizen's side is
//! `citizen::survey`.

mod answer;
mod export;
mod result;

use std::collections::BTreeSet;

use db::Tx;
use domain::authority::{Permission, Scope};
use domain::survey::{Point, Survey, SurveyAct, SurveyState, allowed, create, decide, open_to, replaced, revise};
use kernel::{Mint, OrgId, PointId, Refusal, SurveyId, Ts};

pub use answer::{answer_list, exclude, words};
pub use export::survey_export;
pub use result::survey_results;

use crate::ctx::{App, Ctx};
use crate::view::{
    Coded, PointForm, PointView, SurveyActForm, SurveyNew, SurveyRow, SurveyVersion, SurveyView, UserRef,
};
use crate::world::World;
use crate::{Error, Result, audit};

/// Versions listed.
const LISTED: i64 = 300;
/// Letters of an address: none that are mistaken for another or make words.
const LETTERS: &[u8] = b"23456789bcdfghjkmnpqrstvwxz";
const CODE_LENGTH: usize = 7;

fn no_survey() -> Error {
    Refusal::not_found("问卷").into()
}

/// The organisations whose ratings the caller may see; `None`: all.
fn own_orgs(ctx: &Ctx, world: &World) -> Result<Option<BTreeSet<OrgId>>> {
    let actor = ctx.actor()?;
    if actor.scope == Scope::All {
        return Ok(None);
    }
    Ok(Some(world.directory.subtree(actor.org).into_iter().chain([actor.org]).collect()))
}

/// A survey with those it rates, as far as the caller may see them.
struct Seen {
    survey: Survey,
    /// Every point of the series.
    points: Vec<Point>,
    orgs: Option<BTreeSet<OrgId>>,
}

impl Seen {
    fn sees(&self, point: &Point) -> bool {
        self.orgs.as_ref().is_none_or(|own| own.contains(&point.org))
    }

    /// The points the caller may know of.
    fn own(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|p| self.sees(p))
    }

    fn name(&self, point: Option<PointId>) -> Option<String> {
        self.points.iter().find(|p| Some(p.id) == point).map(|p| p.name.clone())
    }
}

/// Refuses what is not there or none of the caller's business: units see published surveys that rate them.
async fn seen(app: &App, ctx: &Ctx, world: &World, id: SurveyId) -> Result<Seen> {
    ctx.require_ready()?;
    ctx.require(Permission::SurveyRead)?;
    let survey = store::survey::load_survey(&app.store.db, id).await?.ok_or_else(no_survey)?;
    let points = store::survey::points(&app.store.db, survey.series).await?;
    let seen = Seen { survey, points, orgs: own_orgs(ctx, world)? };
    if seen.orgs.is_some() && (seen.survey.state == SurveyState::Draft || seen.own().next().is_none()) {
        return Err(no_survey());
    }
    Ok(seen)
}

fn state_cn(s: &Survey, now: Ts) -> &'static str {
    match s.state {
        SurveyState::Published if s.text.opens_at.is_some_and(|t| now < t) => "未开始",
        SurveyState::Published if s.text.closes_at.is_some_and(|t| now >= t) => "已截止",
        SurveyState::Published => "进行中",
        state => state.cn(),
    }
}

fn row(s: &Survey, counts: Option<(i64, i64)>, now: Ts) -> SurveyRow {
    SurveyRow {
        id: s.id,
        title: s.text.title.clone(),
        kind: s.kind,
        kind_cn: s.kind.cn().to_owned(),
        no: s.no,
        state: s.state,
        state_cn: state_cn(s, now).to_owned(),
        opens_at: s.text.opens_at,
        closes_at: s.text.closes_at,
        quota: s.text.quota,
        answers: counts.map(|(all, excluded)| all - excluded),
        excluded: counts.map(|(_, excluded)| excluded),
        changed_at: s.changed_at,
    }
}

/// Every version the caller may see, the last touched first.
pub async fn survey_list(app: &App, ctx: &Ctx) -> Result<Vec<SurveyRow>> {
    ctx.require_ready()?;
    ctx.require(Permission::SurveyRead)?;
    let world = app.fresh_world().await?;
    let own = own_orgs(ctx, &world)?;
    let all = store::survey::list_surveys(&app.store.db, LISTED).await?;
    let counts = store::survey::counts(&app.store.db).await?;
    let rated = store::survey::rated_orgs(&app.store.db).await?;
    let visible = |s: &&Survey| {
        own.as_ref().is_none_or(|own| {
            let rates = rated.get(&s.series).is_some_and(|orgs| orgs.iter().any(|o| own.contains(o)));
            rates && s.state != SurveyState::Draft
        })
    };
    let count = |s: &Survey| own.is_none().then(|| counts.get(&s.id).copied().unwrap_or_default());
    Ok(all.iter().filter(visible).map(|s| row(s, count(s), ctx.now)).collect())
}

fn url(app: &App, code: &str) -> String {
    let base = &app.settings.public_url;
    let scheme = if base.contains("://") { "" } else { "https://" };
    format!("{scheme}{}/s/{code}", base.trim_end_matches('/'))
}

fn user(world: &World, id: Option<kernel::UserId>) -> Option<UserRef> {
    id.map(|id| UserRef { id, name: world.user_name(id) })
}

async fn view(app: &App, ctx: &Ctx, world: &World, seen: Seen) -> Result<SurveyView> {
    let s = &seen.survey;
    let versions = store::survey::versions(&app.store.db, s.series).await?;
    let counts = store::survey::counts(&app.store.db).await?;
    let point = |p: &Point| PointView {
        id: p.id,
        org: world.org(p.org),
        name: p.name.clone(),
        url: url(app, &p.code),
        closed_at: p.closed_at,
    };
    let version = |v: &Survey| SurveyVersion {
        id: v.id,
        no: v.no,
        state_cn: state_cn(v, ctx.now).to_owned(),
        published_at: v.published_at,
    };
    let drafted = versions.iter().any(|v| v.state == SurveyState::Draft);
    let acts = allowed(s, &ctx.by).into_iter().filter(|(code, _)| *code != "revise" || !drafted);
    let counts = seen.orgs.is_none().then(|| counts.get(&s.id).copied().unwrap_or_default());
    let open = |v: &&Survey| seen.orgs.is_none() || v.state != SurveyState::Draft;
    Ok(SurveyView {
        row: row(s, counts, ctx.now),
        version: s.version,
        text: s.text.clone(),
        url: url(app, &s.code),
        points: seen.own().map(point).collect(),
        versions: versions.iter().filter(open).map(version).collect(),
        author: UserRef { id: s.author, name: world.user_name(s.author) },
        published_by: user(world, s.published_by),
        published_at: s.published_at,
        closed_by: user(world, s.closed_by),
        closed_at: s.closed_at,
        closed_reason: s.closed_reason.clone(),
        allowed: acts.map(|(code, cn)| Coded { code: code.to_owned(), cn: cn.to_owned() }).collect(),
        points_open: s.kind.has_points() && ctx.require(Permission::SurveyEdit).is_ok(),
    })
}

/// One version.
pub async fn survey_view(app: &App, ctx: &Ctx, id: SurveyId) -> Result<SurveyView> {
    let world = app.fresh_world().await?;
    let seen = seen(app, ctx, &world, id).await?;
    view(app, ctx, &world, seen).await
}

/// An address nobody has and nobody guesses by counting.
async fn fresh_code(tx: &mut Tx, mint: &dyn Mint) -> Result<String> {
    loop {
        let mut dice = [0_u8; CODE_LENGTH];
        mint.bytes(&mut dice);
        let code: String = dice.iter().map(|d| char::from(LETTERS[usize::from(*d) % LETTERS.len()])).collect();
        if !store::survey::code_used(&mut *tx, &code).await? {
            return Ok(code);
        }
    }
}

async fn record(tx: &mut Tx, app: &App, ctx: &Ctx, action: &str, s: &Survey) -> Result<()> {
    let detail = serde_json::json!({ "kind": s.kind, "no": s.no, "state": s.state });
    audit::record(tx, app, ctx, audit::Entry::new("survey", action, "survey", s.id).with(detail)).await
}

/// 新建: a draft.
pub async fn survey_create(app: &App, ctx: &Ctx, form: &SurveyNew) -> Result<SurveyView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let done: Result<Survey> = db::with_retry!(app.store.db, async |tx| {
        let code = fresh_code(tx, &*app.mint).await?;
        let mut survey = create(form.kind, code, &form.text, &ctx.by, &world.env(ctx.now, &*app.mint))?;
        store::survey::save_survey(tx, &mut survey).await?;
        record(tx, app, ctx, "survey.create", &survey).await?;
        Ok(survey)
    });
    survey_view(app, ctx, done?.id).await
}

/// 保存, 发布, 结束. Publishing a version ends the one before.
pub async fn survey_act(app: &App, ctx: &Ctx, id: SurveyId, form: &SurveyActForm) -> Result<SurveyView> {
    ctx.require_ready()?;
    ctx.require(Permission::SurveyRead)?;
    let world = app.fresh_world().await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let before = store::survey::load_survey(&mut *tx, id).await?.ok_or_else(no_survey)?;
        if before.version != form.version {
            return Err(Refusal::stale().into());
        }
        let points = store::survey::points(&mut *tx, before.series).await?;
        let mut next = decide(&before, &form.command, &points, &ctx.by, &world.env(ctx.now, &*app.mint))?;
        if matches!(form.command, SurveyAct::Publish) {
            let versions = store::survey::versions(&mut *tx, before.series).await?;
            for old in versions.iter().filter(|v| v.state == SurveyState::Published) {
                store::survey::save_survey(tx, &mut replaced(old, &next)).await?;
            }
        }
        store::survey::save_survey(tx, &mut next).await?;
        record(tx, app, ctx, &format!("survey.{}", form.command.code()), &next).await
    });
    done?;
    survey_view(app, ctx, id).await
}

/// 修订: the draft of the next version.
pub async fn survey_revise(app: &App, ctx: &Ctx, id: SurveyId) -> Result<SurveyView> {
    ctx.require_ready()?;
    ctx.require(Permission::SurveyRead)?;
    let world = app.fresh_world().await?;
    let done: Result<Survey> = db::with_retry!(app.store.db, async |tx| {
        let before = store::survey::load_survey(&mut *tx, id).await?.ok_or_else(no_survey)?;
        let versions = store::survey::versions(&mut *tx, before.series).await?;
        if versions.iter().any(|v| v.state == SurveyState::Draft) {
            return Err(Refusal::conflict("drafted", "新版本的草稿已经存在，请在草稿上修改").into());
        }
        let no = versions.last().map_or(1, |v| v.no + 1);
        let mut next = revise(&before, no, &ctx.by, &world.env(ctx.now, &*app.mint))?;
        store::survey::save_survey(tx, &mut next).await?;
        record(tx, app, ctx, "survey.revise", &next).await?;
        Ok(next)
    });
    survey_view(app, ctx, done?.id).await
}

/// 删除草稿.
pub async fn survey_discard(app: &App, ctx: &Ctx, id: SurveyId) -> Result<()> {
    ctx.require_ready()?;
    db::with_retry!(app.store.db, async |tx| {
        let survey = store::survey::load_survey(&mut *tx, id).await?.ok_or_else(no_survey)?;
        open_to(&survey, "discard", &ctx.by)?;
        store::survey::discard_survey(tx, &survey).await?;
        record(tx, app, ctx, "survey.discard", &survey).await
    })
}

/// 评价对象: a window or department more, renamed, or closed. Its printed code stays good over versions.
pub async fn point_save(app: &App, ctx: &Ctx, id: SurveyId, form: &PointForm) -> Result<SurveyView> {
    ctx.require_ready()?;
    ctx.require(Permission::SurveyEdit)?;
    let world = app.fresh_world().await?;
    let org = world.directory.org(form.org).filter(|o| o.active);
    let org = org.ok_or_else(|| Error::from(Refusal::invalid("org", "请选择部门")))?;
    let name = Some(form.name.trim()).filter(|n| !n.is_empty()).unwrap_or(&org.name).to_owned();
    if name.chars().count() > 40 {
        return Err(Refusal::invalid("name", "名称不超过40字").into());
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let survey = store::survey::load_survey(&mut *tx, id).await?.ok_or_else(no_survey)?;
        if !survey.kind.has_points() {
            return Err(Refusal::state("no_points", "问卷调查没有评价对象").into());
        }
        let points = store::survey::points(&mut *tx, survey.series).await?;
        let twin = points.iter().any(|p| Some(p.id) != form.id && p.org == form.org && p.name == name);
        if twin {
            return Err(Refusal::invalid("name", "该评价对象已经存在，请换一个名称").into());
        }
        let before = form.id.map(|id| points.iter().find(|p| p.id == id).cloned());
        let point = match before {
            None => Point {
                id: PointId::mint(&*app.mint, ctx.now),
                series: survey.series,
                code: fresh_code(tx, &*app.mint).await?,
                org: form.org,
                name: name.clone(),
                closed_at: None,
            },
            Some(None) => return Err(Refusal::not_found("评价对象").into()),
            // Answers were given about a department: it stays what it is.
            Some(Some(p)) => {
                Point { closed_at: form.closed.then(|| p.closed_at.unwrap_or(ctx.now)), name: name.clone(), ..p }
            }
        };
        store::survey::save_point(tx, &point, ctx.now).await?;
        let detail = serde_json::json!({ "survey": survey.id, "org": point.org, "closed": point.closed_at.is_some() });
        audit::record(tx, app, ctx, audit::Entry::new("survey", "survey.point", "survey_point", point.id).with(detail))
            .await
    });
    done?;
    survey_view(app, ctx, id).await
}
