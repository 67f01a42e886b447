//! 话务质检: calls are drawn by risk, scored on a sheet, seen by the agent, and a third person decides appeals.

use std::collections::BTreeMap;

use domain::authority::Permission;
use domain::quality::{self, SampleFacts, SampleRules, ScoreState, appeal_until, check_sheet, total};
use kernel::{CallId, FieldError, Page, Refusal, ScoreId, Ts, Uuid};
use store::quality::{Sample, Score, ScoreFilter, Sheet};
use voice::journal::CallRecord;

use super::list::{lines, may_see, people};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::view::{
    AppealDecision, AppealForm, AppealView, Listing, SampleForm, SampleLine, SampleQuery, SampleResult, ScoreForm,
    ScoreLine, ScoreQuery, ScoreView, SheetForm, SheetView, UserRef,
};
use crate::world::World;
use crate::write::{Letter, Mail};
use crate::{Error, Result};

/// Days one drawing may span.
const DAYS_MOST: i64 = 31;

fn unknown(field: &str, value: &str) -> Error {
    FieldError::new(field, format!("筛选条件“{field}”的值“{value}”无效")).with_remedy("请重新选择筛选条件").into()
}

/// Judges see everybody's scores, agents their own.
fn judges(ctx: &Ctx) -> bool {
    [Permission::CallScore, Permission::CallAppeal, Permission::CallMonitor].iter().any(|p| ctx.require(*p).is_ok())
}

// ---- drawing

/// A page of drawn calls, the newest first.
pub async fn sample_list(app: &App, ctx: &Ctx, query: &SampleQuery) -> Result<Listing<SampleLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::CallScore)?;
    let world = app.fresh_world().await?;
    let scored = match query.state.as_deref().filter(|t| !t.is_empty()).unwrap_or("open") {
        "open" => Some(false),
        "scored" => Some(true),
        "all" => None,
        other => return Err(unknown("state", other)),
    };
    let agent = people("agent", query.agent.as_deref(), ctx.actor()?)?.first().copied();
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (samples, next) = store::quality::list_samples(&app.store.db, scored, agent, &page).await?;
    let mut items = Vec::with_capacity(samples.len());
    for sample in samples {
        let Some(call) = store::call::load_call(&app.store.db, &app.store.vault, sample.call).await? else { continue };
        let score = store::quality::score_of_call(&app.store.db, sample.call).await?;
        items.push(SampleLine {
            call: lines(app, ctx, &world, std::slice::from_ref(&call)).await?.remove(0),
            reasons: sample.reasons,
            scored: sample.scored,
            score_id: score.map(|s| s.id),
            sampled_at: sample.sampled_at,
        });
    }
    Ok(Listing::page(items, next.map(|c| c.encode())))
}

/// Draws among the calls of a period, on demand.
pub async fn sample_draw(app: &App, ctx: &Ctx, form: &SampleForm) -> Result<SampleResult> {
    ctx.require_ready()?;
    ctx.require(Permission::CallScore)?;
    if form.to <= form.from || form.to.millis_since(form.from) > DAYS_MOST * 86_400_000 {
        return Err(Refusal::invalid("to", format!("结束时间须晚于开始时间，且不超过{DAYS_MOST}天")).into());
    }
    draw(app, ctx, form.from, form.to).await
}

/// Draws among the calls begun from `from` to before `until`; calls drawn before stay drawn, with their reasons.
pub async fn draw(app: &App, ctx: &Ctx, from: Ts, until: Ts) -> Result<SampleResult> {
    let world = app.fresh_world().await?;
    let rules = SampleRules::of(&world.params);
    let candidates = store::quality::candidates(&app.store.db, from, until).await?;
    let considered = i64::try_from(candidates.len()).unwrap_or(i64::MAX);
    let drawn = candidates.into_iter().filter_map(|c| {
        let facts = SampleFacts {
            call: c.call,
            at: c.at,
            talk_ms: c.talk_ms,
            hold_ms: c.hold_ms,
            rating: c.rating,
            demand_type: c.demand_type,
            agent_since: c.agent_since,
            transfers: c.transfers,
        };
        let reasons = quality::reasons(&facts, &rules);
        let sample =
            Sample { call: c.call, agent: c.agent, call_at: c.at, reasons, sampled_at: ctx.now, scored: false };
        (!sample.reasons.is_empty()).then_some(sample)
    });
    let drawn: Vec<Sample> = drawn.collect();
    let done: Result<u64> = db::with_retry!(app.store.db, async |tx| {
        let n = store::quality::insert_samples(tx, &drawn).await?;
        let detail = serde_json::json!({ "from": from, "to": until, "considered": considered, "sampled": n });
        audit::record(tx, app, ctx, Entry::new("quality", "quality.draw", "quality", "").with(detail)).await?;
        Ok(n)
    });
    Ok(SampleResult { considered, sampled: i64::try_from(done?).unwrap_or(i64::MAX) })
}

// ---- sheets

fn sheet_view(s: &Sheet, world: &World) -> SheetView {
    SheetView {
        id: s.id,
        name: s.name.clone(),
        items: s.items.clone(),
        active: s.active,
        created_by_name: s.created_by.map_or_else(|| "系统".to_owned(), |id| world.user_name(id)),
        created_at: s.created_at,
    }
}

/// Every sheet, those in use first.
pub async fn sheet_list(app: &App, ctx: &Ctx) -> Result<Vec<SheetView>> {
    ctx.require_ready()?;
    if ctx.require(Permission::CallSheet).is_err() {
        ctx.require(Permission::CallScore)?;
    }
    let world = app.fresh_world().await?;
    let sheets = store::quality::list_sheets(&app.store.db).await?;
    Ok(sheets.iter().map(|s| sheet_view(s, &world)).collect())
}

/// A new sheet, or a new version of the one of the same name.
pub async fn sheet_create(app: &App, ctx: &Ctx, form: &SheetForm) -> Result<SheetView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallSheet)?;
    check_sheet(&form.name, &form.items)?;
    let sheet = Sheet {
        id: app.mint.uuid(ctx.now),
        name: form.name.trim().to_owned(),
        items: form.items.clone(),
        active: true,
        created_by: Some(ctx.actor()?.user),
        created_at: ctx.now,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::quality::put_sheet(tx, &sheet).await?;
        let detail = serde_json::json!({ "name": sheet.name, "items": sheet.items.len() });
        audit::record(
            tx,
            app,
            ctx,
            Entry::new("quality", "quality_sheet.create", "quality_sheet", sheet.id).with(detail),
        )
        .await
    });
    done?;
    Ok(sheet_view(&sheet, &app.world()))
}

// ---- scores

/// Scores a call, once; never one's own.
pub async fn score_create(app: &App, ctx: &Ctx, form: &ScoreForm) -> Result<ScoreView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallScore)?;
    let by = ctx.actor()?.user;
    let world = app.fresh_world().await?;
    let call = may_see(app, ctx, form.call).await?;
    let agent = call.last_agent.or(call.agent);
    let agent = agent.ok_or_else(|| Refusal::state("no_agent", "该通话没有话务员接听，不能评分"))?;
    if [call.agent, call.last_agent].contains(&Some(by)) {
        return Err(Refusal::forbidden("不能给本人的通话评分").into());
    }
    let sheet = store::quality::load_sheet(&app.store.db, form.sheet).await?.filter(|s| s.active);
    let sheet = sheet.ok_or_else(|| Refusal::invalid("sheet", "评分表不存在或已停用，请重新选择"))?;
    let outcome = total(&sheet.items, &form.marks)?;
    let comment = form.comment.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let score = Score {
        id: ScoreId::mint(&*app.mint, ctx.now),
        call: call.id,
        agent,
        sheet: sheet.id,
        marks: form.marks.clone(),
        total: outcome.total,
        fatal: outcome.fatal,
        comment,
        scored_by: by,
        scored_at: ctx.now,
        state: ScoreState::Final,
        appeal_until: appeal_until(&world.env(ctx.now, &*app.mint)),
        seen_at: None,
        appeal_reason: None,
        appealed_at: None,
        decided_by: None,
        decided_at: None,
        opinion: None,
        before_total: None,
        version: 1,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        if !store::quality::insert_score(tx, &score).await? {
            return Err(Refusal::conflict("scored", "该通话已评分，不能重复评分").into());
        }
        store::quality::mark_scored(tx, call.id).await?;
        let body = format!(
            "您的一通电话质检得分{}分{}，如有异议请于{}前申诉",
            score.total,
            if score.fatal { "（一票否决）" } else { "" },
            score.appeal_until.format_cn()
        );
        tell(tx, app, ctx, &[agent], "质检评分", &body).await?;
        let detail = serde_json::json!({ "call": call.id, "agent": agent, "total": score.total, "fatal": score.fatal });
        audit::record(tx, app, ctx, Entry::new("quality", "quality.score", "quality_score", score.id).with(detail))
            .await
    });
    done?;
    app.bus.poke();
    view(app, ctx, &world, score).await
}

async fn tell(tx: &mut db::Tx, app: &App, ctx: &Ctx, to: &[kernel::UserId], title: &str, body: &str) -> Result<()> {
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, to, Letter { kind: "quality", title, body, order: None });
    mail.send(tx, app).await
}

fn passed(score: &Score, world: &World) -> bool {
    !score.fatal && i64::from(score.total) >= world.params.int("quality.pass")
}

fn score_line(s: &Score, sheet: &str, world: &World) -> ScoreLine {
    let user = |id| UserRef { id, name: world.user_name(id) };
    ScoreLine {
        id: s.id,
        call_id: s.call,
        agent: user(s.agent),
        sheet_name: sheet.to_owned(),
        total: s.total,
        fatal: s.fatal,
        passed: passed(s, world),
        scored_by: user(s.scored_by),
        scored_at: s.scored_at,
        state: s.state,
        state_cn: s.state.cn().to_owned(),
        seen_at: s.seen_at,
        appeal_until: s.appeal_until,
    }
}

/// A page of scores; agents see their own.
pub async fn score_list(app: &App, ctx: &Ctx, query: &ScoreQuery) -> Result<Listing<ScoreLine>> {
    ctx.require_ready()?;
    if !judges(ctx) {
        ctx.require(Permission::CallHandle)?;
    }
    let actor = ctx.actor()?;
    let world = app.fresh_world().await?;
    let asked = people("agent", query.agent.as_deref(), actor)?.first().copied();
    let state = match query.state.as_deref().filter(|t| !t.is_empty()) {
        None => None,
        Some(text) => Some(text.parse().map_err(|_| unknown("state", text))?),
    };
    let agent = if judges(ctx) { asked } else { Some(actor.user) };
    let filter = ScoreFilter { from: query.from, until: query.to, agent, state };
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (scores, next) = store::quality::list_scores(&app.store.db, &filter, &page).await?;
    let sheets: BTreeMap<Uuid, String> =
        store::quality::list_sheets(&app.store.db).await?.into_iter().map(|s| (s.id, s.name)).collect();
    let name = |s: &Score| sheets.get(&s.sheet).cloned().unwrap_or_default();
    Ok(Listing::page(scores.iter().map(|s| score_line(s, &name(s), &world)).collect(), next.map(|c| c.encode())))
}

async fn seen(app: &App, ctx: &Ctx, id: ScoreId) -> Result<Score> {
    let none = || Error::from(Refusal::not_found("质检评分"));
    let score = store::quality::load_score(&app.store.db, id).await?.ok_or_else(none)?;
    if ctx.by.user() == Some(score.agent) || judges(ctx) { Ok(score) } else { Err(none()) }
}

/// One score. The agent's first look is noted.
pub async fn score_view(app: &App, ctx: &Ctx, id: ScoreId) -> Result<ScoreView> {
    ctx.require_ready()?;
    let world = app.fresh_world().await?;
    let mut score = seen(app, ctx, id).await?;
    if ctx.by.user() == Some(score.agent) && score.seen_at.is_none() {
        score = change(app, ctx, id, "quality.seen", |s| {
            s.seen_at = s.seen_at.or(Some(ctx.now));
            Ok(())
        })
        .await?;
    }
    view(app, ctx, &world, score).await
}

async fn view(app: &App, ctx: &Ctx, world: &World, score: Score) -> Result<ScoreView> {
    let db = &app.store.db;
    let sheet = store::quality::load_sheet(db, score.sheet).await?;
    let sheet = sheet.ok_or_else(|| Error::broken("a score without its sheet"))?;
    let call = call_of(app, score.call).await?;
    let sample = store::quality::load_sample(db, score.call).await?;
    let me = ctx.by.user();
    let appeal = score.appeal_reason.clone().map(|reason| AppealView {
        reason,
        at: score.appealed_at,
        decided_at: score.decided_at,
        decided_by_name: score.decided_by.map(|id| world.user_name(id)),
        opinion: score.opinion.clone(),
        before: score.before_total,
        after: score.total,
    });
    let may_appeal =
        me.is_some_and(|me| quality::may_appeal(score.agent, score.state, score.appeal_until, me, ctx.now).is_ok());
    let decides = ctx.require(Permission::CallAppeal).is_ok();
    let may_decide =
        decides && me.is_some_and(|me| quality::may_decide(score.agent, score.scored_by, score.state, me).is_ok());
    Ok(ScoreView {
        line: score_line(&score, &sheet.name, world),
        call: lines(app, ctx, world, std::slice::from_ref(&call)).await?.remove(0),
        sheet: sheet_view(&sheet, world),
        marks: score.marks,
        comment: score.comment,
        reasons: sample.map(|s| s.reasons).unwrap_or_default(),
        appeal,
        may_appeal,
        may_decide,
    })
}

async fn call_of(app: &App, id: CallId) -> Result<CallRecord> {
    let call = store::call::load_call(&app.store.db, &app.store.vault, id).await?;
    call.ok_or_else(|| Error::broken("a score without its call"))
}

/// Changes one score under lock and records it.
async fn change(
    app: &App,
    ctx: &Ctx,
    id: ScoreId,
    action: &str,
    edit: impl Fn(&mut Score) -> Result<()>,
) -> Result<Score> {
    db::with_retry!(app.store.db, async |tx| {
        let score = store::quality::load_score_for_change(tx, id).await?;
        let mut score = score.ok_or_else(|| Refusal::not_found("质检评分"))?;
        edit(&mut score)?;
        if !store::quality::save_score(tx, &score).await? {
            return Err(Refusal::stale().into());
        }
        score.version += 1;
        let detail = serde_json::json!({ "state": score.state, "total": score.total });
        audit::record(tx, app, ctx, Entry::new("quality", action, "quality_score", id).with(detail)).await?;
        Ok::<Score, Error>(score)
    })
}

fn words(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if (4..=500).contains(&text.chars().count()) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::invalid(field, "请写明理由，4至500字").into())
    }
}

/// 申诉 within the time for it.
pub async fn score_appeal(app: &App, ctx: &Ctx, id: ScoreId, form: &AppealForm) -> Result<ScoreView> {
    ctx.require_ready()?;
    let by = ctx.actor()?.user;
    let reason = words("reason", &form.reason)?;
    seen(app, ctx, id).await?;
    let score = change(app, ctx, id, "quality.appeal", |s| {
        quality::may_appeal(s.agent, s.state, s.appeal_until, by, ctx.now)?;
        s.state = ScoreState::Appealed;
        s.appeal_reason = Some(reason.clone());
        s.appealed_at = Some(ctx.now);
        Ok(())
    })
    .await?;
    let world = app.fresh_world().await?;
    view(app, ctx, &world, score).await
}

/// 复核 of an appeal by a third person.
pub async fn score_decide(app: &App, ctx: &Ctx, id: ScoreId, form: &AppealDecision) -> Result<ScoreView> {
    ctx.require_ready()?;
    ctx.require(Permission::CallAppeal)?;
    let by = ctx.actor()?.user;
    let opinion = words("opinion", &form.opinion)?;
    let total = match (form.uphold, form.total) {
        (true, _) => None,
        (false, Some(total)) if (0..=100).contains(&total) => Some(total),
        (false, _) => return Err(Refusal::invalid("total", "改分时请填写0至100之间的得分").into()),
    };
    let score = change(app, ctx, id, "quality.decide", |s| {
        quality::may_decide(s.agent, s.scored_by, s.state, by)?;
        s.state = if total.is_some() { ScoreState::Revised } else { ScoreState::Upheld };
        s.before_total = total.map(|_| s.total);
        s.total = total.unwrap_or(s.total);
        s.decided_by = Some(by);
        s.decided_at = Some(ctx.now);
        s.opinion = Some(opinion.clone());
        Ok(())
    })
    .await?;
    let body = format!("您的质检申诉已复核：{}，得分{}分", score.state.cn(), score.total);
    db::with_retry!(app.store.db, async |tx| {
        tell(tx, app, ctx, &[score.agent, score.scored_by], "质检申诉结果", &body).await
    })?;
    app.bus.poke();
    let world = app.fresh_world().await?;
    view(app, ctx, &world, score).await
}
