//! What agreeing to be left out of assessment, to a contest or to a correction would do to the unit's figures.

use domain::appraisal::{moments, share};
use domain::authority::{Permission, scope_filter};
use domain::callback::Callback;
use domain::case::Case;
use domain::correction::restated;
use domain::indicator::{OrderRates, OrderSums};
use domain::request::{Request, RequestKind, RequestState};
use kernel::{CallbackId, OrderId, OrgId, Refusal, RequestId, Ts};

use super::{basis, percent};
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::order::require_seen;
use crate::view::{EffectView, RateChange};

/// The order as it counts once the request is agreed to, and as it counts when it is not.
pub(super) fn both_ways(case: &Case, id: RequestId) -> Option<(Case, Case)> {
    let asked = case.request(id)?;
    let (mut with, mut without) = (case.clone(), case.clone());
    let agreed = |c: &mut Case, state| {
        if let Some(r) = c.requests.iter_mut().find(|r| r.id == id) {
            r.state = state;
        }
    };
    match asked.kind {
        RequestKind::Exempt => {
            with.order.exempt = None;
            without.order.exempt = Some(asked.reason_code.clone());
        }
        RequestKind::Contest => {
            agreed(&mut with, RequestState::Pending);
            agreed(&mut without, RequestState::Approved);
        }
        RequestKind::Correction => {
            let wrong = asked.callback?;
            let made = |c: &Callback| asked.decided_at.is_some() && c.corrected_at == asked.decided_at;
            match asked.state {
                RequestState::Approved => with.callbacks.retain(|c| !made(c)),
                _ => {
                    let old = case.callbacks.iter().find(|c| c.id == wrong)?;
                    let at = case.order.updated_at;
                    // Only counted, never kept: the record itself is made by the decision.
                    without.callbacks.push(restated(old, CallbackId(asked.id.uuid()), &asked.corrections, at));
                }
            }
        }
        _ => return None,
    }
    Some((with, without))
}

/// The calendar months in which the order counts.
fn months(case: &Case, request: &Request) -> Option<(Ts, Ts)> {
    let contested = case.callbacks.iter().filter(|c| request.callback == Some(c.id)).map(|c| c.at);
    let of_answer = matches!(request.kind, RequestKind::Contest | RequestKind::Correction);
    let times: Vec<Ts> = if of_answer { contested.collect() } else { moments(case) };
    let (first, last) = (times.iter().min()?, times.iter().max()?);
    Some((Ts::start_of(first.date().first_of_month()), Ts::start_of(last.date().last_of_month()).plus_days(1)))
}

/// Every rate of the unit that would change, before and after.
pub async fn request_effect(app: &App, ctx: &Ctx, id: OrderId, request: RequestId) -> Result<EffectView> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let world = app.fresh_world().await?;
    let case = require_seen(app, ctx, &world, id).await?;
    let asked = case.request(request).ok_or_else(|| Refusal::not_found("申请"))?;
    let (with, without) = both_ways(&case, request)
        .ok_or_else(|| Refusal::invalid("request", "只有剔除、评价申诉和回访更正影响考核指标"))?;
    // Whose figures: of a correction, which the centre asks for, the unit that led.
    let of_unit = asked.kind != RequestKind::Correction;
    let org = case.order.lead_org.filter(|_| !of_unit).unwrap_or(asked.applied_org);
    let Some((from, until)) = months(&case, asked) else {
        return Ok(EffectView { org: world.org(org), from: ctx.now, until: ctx.now, changes: Vec::new() });
    };
    let over = basis(&world, from, until, ctx.now);
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let units = world.directory.subtree(org);
    let ours = |o: OrgId| units.contains(&o);
    let all = store::appraisal::sums(&app.store, &scope, &over).await?;
    let now = all.iter().filter(|(o, _)| ours(*o)).fold(OrderSums::default(), |sum, (_, s)| sum.plus(s));
    let rest = now.minus(&share(&case, ours, &over));
    let weight = percent(world.params.number("eval.partial_weight"));
    let rates = |c: &Case| rest.plus(&share(c, ours, &over)).rates(weight);
    Ok(EffectView { org: world.org(org), from, until, changes: changes(&rates(&with), &rates(&without)) })
}

fn changes(before: &OrderRates, after: &OrderRates) -> Vec<RateChange> {
    let named = before.named().into_iter().zip(after.named());
    named
        .filter(|((_, b), (_, a))| (b.num, b.den) != (a.num, a.den))
        .map(|((name, before), (_, after))| RateChange { name: name.to_owned(), before, after })
        .collect()
}
