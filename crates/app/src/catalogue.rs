//! 派单目录: looking rules up, changing them with a preview of what the change would have meant, and their history.

use std::collections::BTreeSet;

use db::Tx;
use domain::authority::{Permission, scope_filter};
use domain::catalogue::{Change, RuleForm, changed, effect, end, put};
use domain::decision::Ruling;
use domain::directory::CatalogueRule;
use kernel::{OrderId, Refusal, Ts};
use store::catalogue::{Because, RuleFilter, RuleRecord, Standing};

use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::order::lines;
use crate::view::{CatalogueEffect, CatalogueQuery, Listing, RuleChange, RuleEnd, RulePreview, RuleView, ShiftView};
use crate::world::World;
use crate::{Result, audit};

/// Rules on one page; more are found by narrowing the question.
const SHOWN: u32 = 300;
/// Orders a preview looks at.
const LOOKED_AT: u32 = 20_000;
/// Days a preview looks back, unless asked for more or less.
const DAYS: i64 = 30;
const MOST_DAYS: i64 = 366;
/// Orders named under one shift.
const NAMED: usize = 5;

/// Rules that fit, by category, area and beginning.
pub async fn catalogue_list(app: &App, ctx: &Ctx, query: &CatalogueQuery) -> Result<Listing<RuleView>> {
    may(ctx, Permission::CatalogueRead)?;
    let world = app.fresh_world().await?;
    let filled = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    let standing = match query.standing.as_deref().unwrap_or("current") {
        "current" | "" => Standing::Current,
        "coming" => Standing::Coming,
        "ended" => Standing::Ended,
        "all" => Standing::All,
        other => return Err(Refusal::invalid("standing", format!("没有“{other}”这个规则状态")).into()),
    };
    let org = filled(&query.org).map(|t| t.parse()).transpose();
    let org = org.map_err(|_| Refusal::invalid("org", "承办单位无效，请从列表中选择"))?;
    let region = filled(&query.region).map(|r| domain::directory::region_prefix(&r).to_owned());
    let filter = RuleFilter { category: filled(&query.category), region, org, standing };
    let mut rows = store::catalogue::list_records(&app.store, &filter, ctx.now, SHOWN + 1).await?;
    let capped = rows.len() > SHOWN as usize;
    rows.truncate(SHOWN as usize);
    let mut listing = Listing::page(rows.iter().map(|r| view(r, &world, ctx.now)).collect(), None);
    listing.total = i64::try_from(rows.len()).ok();
    listing.total_capped = Some(capped);
    Ok(listing)
}

/// Every version of the rule, the newest first.
pub async fn catalogue_history(app: &App, ctx: &Ctx, id: i64) -> Result<Vec<RuleView>> {
    may(ctx, Permission::CatalogueRead)?;
    let world = app.fresh_world().await?;
    let rule = store::catalogue::find_rule(&app.store.db, id).await?.ok_or_else(|| Refusal::not_found("派单规则"))?;
    let versions = store::catalogue::history(&app.store.db, rule.series).await?;
    Ok(versions.iter().map(|r| view(r, &world, ctx.now)).collect())
}

/// How many of the orders sent out lately would have gone elsewhere, from whom to whom. Nothing is saved.
pub async fn catalogue_preview(app: &App, ctx: &Ctx, form: &RulePreview) -> Result<CatalogueEffect> {
    may(ctx, Permission::CatalogueRead)?;
    let world = app.fresh_world().await?;
    let change = match &form.rule {
        Some(rule) => planned(app, ctx, &world, form.replaces, rule).await?.0,
        None => {
            let id = form.replaces.ok_or_else(|| Refusal::invalid("replaces", "请指明要终止的规则"))?;
            end(&standing_rule(app, id).await?.rule, None, ctx.now)?
        }
    };
    let days = form.days.unwrap_or(DAYS).clamp(1, MOST_DAYS);
    let since = ctx.now.plus_days(-days);
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let concerned: Vec<CatalogueRule> = world
        .directory
        .catalogue()
        .iter()
        .filter(|r| Some(r.id) == change.ends)
        .chain(change.rule.as_ref())
        .cloned()
        .collect();
    let past = store::catalogue::dispatched(&app.store, &concerned, &scope, since, ctx.now, LOOKED_AT).await?;
    let after = world.directory.with_catalogue(changed(world.directory.catalogue(), &change));
    let found = effect(&past, &world.directory, &after, change.at);
    let mut shifts = Vec::new();
    for s in &found.shifts {
        let ids: Vec<OrderId> = s.orders.iter().take(NAMED).copied().collect();
        let named = store::search::order_lines(&app.store.db, &app.store.vault, &ids).await?;
        shifts.push(ShiftView {
            from: s.from.map(|id| world.org(id)),
            to: s.to.map(|id| world.org(id)),
            n: s.n,
            already: s.already,
            orders: lines(&named, &world, ctx.now),
        });
    }
    Ok(CatalogueEffect {
        days,
        since,
        looked_at: found.looked_at,
        capped: past.len() >= LOOKED_AT as usize,
        moved: found.moved,
        shifts,
    })
}

/// A new rule, or the next version of one.
pub async fn catalogue_put(app: &App, ctx: &Ctx, form: &RuleChange) -> Result<RuleView> {
    may(ctx, Permission::CatalogueEdit)?;
    let world = app.fresh_world().await?;
    reason(&form.reason)?;
    let (change, action) = planned(app, ctx, &world, form.replaces, &form.rule).await?;
    let id = save(app, ctx, &change, action, &form.reason).await?;
    found(app, ctx, id).await
}

/// Ends a rule without a successor.
pub async fn catalogue_end(app: &App, ctx: &Ctx, id: i64, form: &RuleEnd) -> Result<RuleView> {
    may(ctx, Permission::CatalogueEdit)?;
    reason(&form.reason)?;
    let change = end(&standing_rule(app, id).await?.rule, form.at, ctx.now)?;
    let id = save(app, ctx, &change, "catalogue.end", &form.reason).await?;
    found(app, ctx, id).await
}

async fn save(app: &App, ctx: &Ctx, change: &Change, action: &str, reason: &str) -> Result<i64> {
    let saved: Result<i64> = db::with_retry!(app.store.db, async |tx| {
        let why = Because { reason: reason.trim(), by: ctx.by.user(), at: ctx.now, ruling: None };
        let id = store::catalogue::carry_out(tx, change, why).await?.ok_or_else(Refusal::stale)?;
        store::counter::next_in(tx, snapshot::DIRECTORY).await?;
        let entry = Entry::new("admin", action, "catalogue_rule", id).because(reason.trim()).with(detail(change));
        audit::record(tx, app, ctx, entry).await?;
        Ok(id)
    });
    let id = saved?;
    app.refresh().await?;
    Ok(id)
}

async fn found(app: &App, ctx: &Ctx, id: i64) -> Result<RuleView> {
    Ok(view(&standing_rule(app, id).await?, &app.world(), ctx.now))
}

/// The rulings of a consultation, in the transaction of its conclusion.
pub(crate) async fn write_rulings(tx: &mut Tx, ctx: &Ctx, order: OrderId, rulings: &[Ruling]) -> Result<()> {
    for ruling in rulings {
        let why = Because { reason: &ruling.reason, by: ctx.by.user(), at: ctx.now, ruling: Some(order) };
        store::catalogue::carry_out(tx, &ruling.change, why).await?.ok_or_else(Refusal::stale)?;
        store::counter::next_in(tx, snapshot::DIRECTORY).await?;
    }
    Ok(())
}

fn may(ctx: &Ctx, permission: Permission) -> Result<()> {
    ctx.require_ready()?;
    ctx.require(permission)
}

fn reason(text: &str) -> Result<(), Refusal> {
    let n = text.trim().chars().count();
    if (4..=500).contains(&n) { Ok(()) } else { Err(Refusal::invalid("reason", "请填写修改原因，4至500字")) }
}

async fn standing_rule(app: &App, id: i64) -> Result<RuleRecord> {
    let rule = store::catalogue::find_rule(&app.store.db, id).await?;
    Ok(rule.ok_or_else(|| Refusal::not_found("派单规则"))?)
}

async fn planned(
    app: &App,
    ctx: &Ctx,
    world: &World,
    replaces: Option<i64>,
    form: &RuleForm,
) -> Result<(Change, &'static str)> {
    let old = match replaces {
        Some(id) => Some(standing_rule(app, id).await?.rule),
        None => None,
    };
    let known = form.region.is_empty() || world.regions.get(&form.region).is_some();
    let change = put(form, old.as_ref(), known, &world.directory, ctx.now)?;
    Ok((change, if old.is_some() { "catalogue.revise" } else { "catalogue.create" }))
}

fn detail(change: &Change) -> serde_json::Value {
    let rule = change.rule.as_ref();
    serde_json::json!({
        "ends": change.ends, "at": change.at, "category": rule.map(|r| &r.category), "region": rule.map(|r| &r.region),
        "lead": rule.map(|r| r.lead), "co": rule.map(|r| &r.co),
    })
}

/// `全市`, `澄湖区鼓角街道`.
pub(crate) fn area_cn(region: &str, world: &World) -> String {
    if region.is_empty() { "全市".to_owned() } else { world.regions.path_cn(region) }
}

fn view(r: &RuleRecord, world: &World, now: Ts) -> RuleView {
    let rule = &r.rule;
    let (standing, standing_cn) = match rule.valid_to {
        Some(t) if t <= now || t <= rule.valid_from => ("ended", "已失效"),
        _ if rule.valid_from > now => ("coming", "待生效"),
        _ => ("current", "现行"),
    };
    let people: BTreeSet<_> = std::iter::once(rule.lead).chain(rule.co.iter().copied()).collect();
    RuleView {
        id: rule.id,
        series: r.series,
        revision: r.revision,
        category: rule.category.clone(),
        category_path: world.category_path(&rule.category),
        dept_duty_only: domain::routing::dept_duty_only(&rule.category, &world.directory),
        region: rule.region.clone(),
        region_cn: area_cn(&rule.region, world),
        lead: world.org(rule.lead),
        co: rule.co.iter().map(|id| world.org(*id)).collect(),
        gone: people
            .iter()
            .filter(|id| world.directory.org(**id).is_none_or(|o| !o.active))
            .map(|id| world.org(*id))
            .collect(),
        legal_basis: rule.legal_basis.clone(),
        valid_from: rule.valid_from,
        valid_to: rule.valid_to,
        standing: standing.to_owned(),
        standing_cn: standing_cn.to_owned(),
        reason: r.reason.clone(),
        made_by_name: r.made_by.map(|id| world.user_name(id)),
        made_at: r.made_at,
        ruling: r.ruling,
        ended_by_name: r.ended_by.map(|id| world.user_name(id)),
        end_reason: r.end_reason.clone(),
    }
}
