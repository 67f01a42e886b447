//! 评价与考核: rates of a period by unit, with their numerators and denominators (§1.5). A unit's figures hold those of
//! everything below it; no unit is ranked.

mod anomaly;
mod effect;
mod file;
mod judged;
mod received;

use std::collections::{BTreeMap, BTreeSet};

use domain::appraisal::Basis;
use domain::authority::{Permission, Reach, ScopeFilter, scope_filter};
use domain::indicator::OrderSums;
use kernel::{OrgId, Refusal, Ts};
use store::knowledge::{Reviews, reviews};

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{AppraisalQuery, AppraisalRow, AppraisalView};
use crate::world::World;

pub use anomaly::anomaly_list;
pub use effect::request_effect;
pub use file::appraisal_export;
pub use judged::judged_list;
pub use received::{received, received_export};

/// Days looked back unless asked otherwise, and at most.
const DAYS: i64 = 30;
const MOST_DAYS: i64 = 366;
const HOUR_MS: i64 = 3_600_000;

/// The period asked for.
fn period(from: Option<i64>, until: Option<i64>, now: Ts) -> Result<(Ts, Ts)> {
    let until = until.map_or(now, Ts);
    let from = from.map_or(until.plus_days(-DAYS), Ts);
    if from >= until || from < until.plus_days(-MOST_DAYS) {
        return Err(Refusal::invalid("from", format!("统计期间须在1天至{MOST_DAYS}天之间")).into());
    }
    Ok((from, until))
}

fn basis(world: &World, from: Ts, until: Ts, now: Ts) -> Basis {
    Basis { from, until, now, respond_ms: world.params.int("eval.respond_h") * HOUR_MS }
}

/// The figures of a period within the caller's data scope.
pub async fn appraisal(app: &App, ctx: &Ctx, query: &AppraisalQuery) -> Result<AppraisalView> {
    ctx.require_ready()?;
    ctx.require(Permission::Report)?;
    let (from, until) = period(query.from, query.until, ctx.now)?;
    let world = app.fresh_world().await?;
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let mut own = store::appraisal::sums(&app.store, &scope, &basis(&world, from, until, ctx.now)).await?;
    for r in knowledge(app, &scope, from, until.min(ctx.now)).await? {
        let sums = OrderSums { kb_due: r.due, kb_ontime: r.ontime, ..OrderSums::default() };
        own.push((r.owner, sums));
    }
    let weight = percent(world.params.number("eval.partial_weight"));
    let min_n = world.params.int("eval.min_n");
    let wanted = query.group.as_deref().filter(|g| !g.is_empty());
    let rolled = rolled_up(&own, &world.directory);
    let mut rows: Vec<AppraisalRow> = rolled
        .into_iter()
        .filter_map(|(id, sums)| {
            let org = world.directory.org(id)?;
            let fits = !org.group.is_empty() && wanted.is_none_or(|g| g == org.group);
            fits.then(|| AppraisalRow {
                org: world.org(id),
                group: org.group.clone(),
                sums,
                rates: sums.rates(weight),
                few: sums.due < min_n,
            })
        })
        .collect();
    rows.sort_by(|a, b| (&a.group, &a.org.name).cmp(&(&b.group, &b.org.name)));
    let groups: BTreeSet<String> = world.directory.orgs().map(|o| o.group.clone()).filter(|g| !g.is_empty()).collect();
    let total = own.iter().fold(OrderSums::default(), |sum, (_, s)| sum.plus(s));
    Ok(AppraisalView {
        from,
        until,
        groups: groups.into_iter().collect(),
        min_n,
        rows,
        total,
        total_rates: total.rates(weight),
    })
}

/// 知识复审 of the units in reach: an article belongs to a unit, not to an order.
async fn knowledge(app: &App, scope: &ScopeFilter, from: Ts, until: Ts) -> Result<Vec<Reviews>> {
    let units: Option<&[OrgId]> = match &scope.reach {
        Reach::All => None,
        Reach::Nothing | Reach::Own => Some(&[]),
        Reach::Orgs(orgs) | Reach::Region { orgs, .. } => Some(orgs),
    };
    Ok(reviews(&app.store, units, from, until).await?)
}

/// A share of 0 to 1 as whole per cent.
fn percent(share: f64) -> i64 {
    (0..=100_i32).find(|p| f64::from(*p) + 1e-9 >= share * 100.0).map_or(100, i64::from)
}

/// Every unit's own figures are also those of each unit above it.
fn rolled_up(own: &[(OrgId, OrderSums)], directory: &domain::directory::Directory) -> BTreeMap<OrgId, OrderSums> {
    let mut all: BTreeMap<OrgId, OrderSums> = BTreeMap::new();
    for (org, sums) in own {
        let mut at = Some(*org);
        let mut passed = BTreeSet::new();
        while let Some(id) = at.filter(|id| passed.insert(*id)) {
            let held = all.entry(id).or_default();
            *held = held.plus(sums);
            at = directory.org(id).and_then(|o| o.parent);
        }
    }
    all
}
