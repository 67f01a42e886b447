//! 异常评价: patterns among the answers of a period, each with the orders it was made of.

use std::collections::BTreeMap;

use domain::appraisal::{Anomaly, AnomalyRule, Limits, Rated, anomalies};
use domain::authority::{Permission, scope_filter};
use kernel::{CallbackId, OrderId};
use store::search::order_lines;

use super::period;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{AnomalyAnswer, AnomalyList, AnomalyView, AppraisalQuery};
use crate::world::World;

/// Answers looked at, of one period.
const MOST: u32 = 20_000;
/// Answers shown with one pattern.
const SHOWN: usize = 50;

/// The patterns within the caller's data scope.
pub async fn anomaly_list(app: &App, ctx: &Ctx, query: &AppraisalQuery) -> Result<AnomalyList> {
    ctx.require_ready()?;
    ctx.require(Permission::Report)?;
    let (from, until) = period(query.from, query.until, ctx.now)?;
    let world = app.fresh_world().await?;
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let earlier = from.plus_millis(-until.millis_since(from));
    let told = store::appraisal::ratings(&app.store, &scope, from, until, MOST).await?;
    let before = store::appraisal::ratings(&app.store, &scope, earlier, from, MOST).await?;
    let count = |key| usize::try_from(world.params.int(key)).unwrap_or(usize::MAX);
    let limits = Limits {
        burst_ms: world.params.int("eval.burst_s") * 1000,
        least: count("eval.anomaly_n"),
        min_n: count("eval.min_n"),
        has_calls: store::appraisal::calls_held(&app.store, from, until).await?,
    };
    let found = anomalies(&told, &before, &limits);
    let by_id: BTreeMap<CallbackId, &Rated> = told.iter().map(|r| (r.id, r)).collect();
    let mut ids: Vec<OrderId> = found
        .iter()
        .flat_map(|a| a.answers.iter().take(SHOWN))
        .filter_map(|id| by_id.get(id).map(|r| r.order))
        .collect();
    ids.sort();
    ids.dedup();
    let lines = order_lines(&app.store.db, &app.store.vault, &ids).await?;
    let names: BTreeMap<OrderId, (String, String)> =
        lines.into_iter().map(|l| (l.order.id, (l.order.case_no, l.order.title))).collect();
    let answer = |r: &Rated| {
        let (case_no, title) = names.get(&r.order).cloned().unwrap_or_default();
        AnomalyAnswer {
            order: r.order,
            case_no,
            title,
            at: r.at,
            mode_cn: r.mode.cn().to_owned(),
            rating: r.rating,
            opinion: r.opinion.clone(),
            by_name: world.user_name(r.by),
            handler_name: r.handler.map(|h| world.user_name(h)),
        }
    };
    let items = found.iter().map(|a| AnomalyView {
        rule: a.rule,
        rule_cn: a.rule.cn().to_owned(),
        org: a.org.map(|o| world.org(o)),
        sentence: sentence(a, &world),
        n: i64::try_from(a.answers.len()).unwrap_or(i64::MAX),
        answers: a.answers.iter().take(SHOWN).filter_map(|id| by_id.get(id).map(|r| answer(r))).collect(),
    });
    Ok(AnomalyList {
        from,
        until,
        looked_at: i64::try_from(told.len()).unwrap_or(i64::MAX),
        has_calls: limits.has_calls,
        items: items.collect(),
    })
}

/// Why it was found, in one sentence.
fn sentence(a: &Anomaly, world: &World) -> String {
    let n = a.answers.len();
    let who = a.person.map(|p| world.user_name(p)).unwrap_or_default();
    let seconds = a.span_ms / 1000;
    match a.rule {
        AnomalyRule::Burst => format!("{who}在{seconds}秒内登记了{n}件回访评价"),
        AnomalyRule::HandlerBurst => format!("经办人{who}的{n}件评价集中在{seconds}秒内作出"),
        AnomalyRule::NoCall => format!("{who}登记的{n}件电话回访，回访前两小时内没有与诉求人的通话"),
        AnomalyRule::SameWords => format!("{n}件回访的意见文字完全相同"),
        AnomalyRule::OneNumber => format!("同一号码对该单位的{n}件工单作出评价"),
        AnomalyRule::AllPerfect => {
            let before = a.before.unwrap_or(0);
            format!("{n}件评价全部满意，上一周期满意率为{}.{:02}%", before / 100, before % 100)
        }
    }
}
