//! 剔除与申诉: what units asked of the assessment, with its evidence, who decided, and what it takes out.

use std::collections::BTreeMap;

use domain::appraisal::share;
use domain::attachment::Purpose;
use domain::authority::{OrderFacts, Permission, masks, scope_filter};
use domain::request::{RequestKind, RequestState};
use kernel::{OrderId, OrgId, Page, Refusal};
use store::request::JudgedFilter;

use super::effect::both_ways;
use super::{basis, period};
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order;
use crate::present::request_view;
use crate::view::{JudgedLine, JudgedQuery, Listing};

fn coded<T: std::str::FromStr>(field: &str, text: Option<&str>) -> Result<Option<T>> {
    let text = text.filter(|t| !t.is_empty());
    let parsed = text.map(|t| t.parse().map_err(|_| Refusal::invalid(field, format!("“{t}”不是有效的取值"))));
    Ok(parsed.transpose()?)
}

/// A page, the newest first.
pub async fn judged_list(app: &App, ctx: &Ctx, query: &JudgedQuery) -> Result<Listing<JudgedLine>> {
    ctx.require_ready()?;
    ctx.require(Permission::Report)?;
    let actor = ctx.actor()?;
    let (from, until) = period(query.from, query.until, ctx.now)?;
    let world = app.fresh_world().await?;
    let org = query.org.as_deref().filter(|t| !t.is_empty());
    let org = org.map(|t| t.parse::<OrgId>().map_err(|_| Refusal::invalid("org", "单位无效"))).transpose()?;
    let filter = JudgedFilter {
        from,
        until,
        kind: coded::<RequestKind>("kind", query.kind.as_deref())?,
        state: coded::<RequestState>("state", query.state.as_deref())?,
        orgs: org.map(|o| world.directory.subtree(o)).unwrap_or_default(),
    };
    let scope = scope_filter(actor, &world.directory);
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let (rows, next) = store::request::list_judged(&app.store, &filter, &scope, &page).await?;
    let ids: Vec<OrderId> = rows.iter().map(|r| r.order.order.id).collect();
    let papers = store::attachment::count_of_purpose(&app.store, Purpose::Appraisal, &ids).await?;
    let papers: BTreeMap<OrderId, i64> = papers.into_iter().collect();
    // The whole time an order can count in: its share does not depend on the page's period.
    let ever = basis(&world, kernel::Ts(0), kernel::Ts(i64::MAX), ctx.now);
    let mut items = Vec::with_capacity(rows.len());
    let cases = store::case::load_cases(&app.store.db, &app.store.vault, &ids).await?;
    for row in &rows {
        let id = row.order.order.id;
        let Some(case) = cases.iter().find(|c| c.order.id == id) else { continue };
        let taken = both_ways(case, row.request.id).map(|(with, without)| {
            let ours = |o: OrgId| world.directory.is_within(o, row.request.applied_org);
            share(&with, ours, &ever).minus(&share(&without, ours, &ever))
        });
        items.push(JudgedLine {
            request: request_view(&row.request, case, masks(actor, &OrderFacts::of(case, &[])), &world, ctx.now),
            order: order::line(&row.order, &world, ctx.now),
            evidence: papers.get(&id).copied().unwrap_or(0),
            taken: taken.unwrap_or_default(),
        });
    }
    Ok(Listing::page(items, next.map(|cursor| cursor.encode())))
}
