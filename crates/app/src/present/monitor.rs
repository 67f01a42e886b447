//! Cards and rules of the monitoring in words.

use domain::authority::Actor;
use domain::env::{By, Env};
use domain::monitor::{Card, CardState, Metric, Plea, Rule, Ruling, appeal, explain, minutes_cn, rule_on};

use kernel::UserId;

use super::span_cn;
use crate::view::{CardView, PleaView, RuleLine, RulingView};
use crate::world::World;

/// Long enough for every rule about texts: asks what would be allowed, not whether a text is good.
const ANY_TEXT: &str = "按规定办理";

/// A card for one viewer.
pub fn card_view(c: &Card, told: i32, viewer: &Actor, monitors: &[UserId], world: &World, env: &Env) -> CardView {
    let plea = |p: &Plea| PleaView { text: p.text.clone(), by_name: world.user_name(p.by), at: p.at };
    let ruling = |r: &Ruling| RulingView {
        uphold: r.uphold,
        opinion: r.opinion.clone(),
        by_name: world.user_name(r.by),
        at: r.at,
    };
    CardView {
        id: c.id,
        version: c.version,
        rule: c.rule.clone(),
        rule_name: c.rule_name.clone(),
        metric: c.metric,
        metric_cn: c.metric.map_or("监察通知", Metric::cn).to_owned(),
        basis: c.basis.clone(),
        level: c.level,
        level_cn: c.level.cn().to_owned(),
        state: c.state,
        state_cn: c.state.cn().to_owned(),
        org: world.org(c.org),
        task_id: c.task_id,
        minutes: c.minutes,
        over_cn: if c.minutes > 0 { minutes_cn(c.minutes) } else { String::new() },
        facts: c.facts.clone(),
        raised_at: c.raised_at,
        raised_by_name: c.raised_by.map_or_else(|| "系统".to_owned(), |id| world.user_name(id)),
        told,
        explain_due: c.explain_due,
        explain_late: c.state == CardState::Open && env.now > c.explain_due,
        explanation: c.explanation.as_ref().map(plea),
        ruling: c.ruling.as_ref().map(ruling),
        appeal: c.appeal.as_ref().map(plea),
        final_ruling: c.final_ruling.as_ref().map(ruling),
        allowed: allowed(c, viewer, monitors, env),
    }
}

fn allowed(c: &Card, viewer: &Actor, monitors: &[UserId], env: &Env) -> Vec<String> {
    let by = By::Person(viewer.clone());
    let steps = [
        ("explain", explain(c, ANY_TEXT, &by, env).is_ok()),
        ("appeal", appeal(c, ANY_TEXT, &by, env).is_ok()),
        ("decide", rule_on(c, true, ANY_TEXT, monitors, &by, env).is_ok()),
    ];
    steps.iter().filter(|(_, may)| *may).map(|(step, _)| (*step).to_owned()).collect()
}

/// A rule as the board explains it.
pub fn rule_line(r: &Rule) -> RuleLine {
    let counted = matches!(r.metric, Metric::SentBack | Metric::BadReturn);
    let threshold_cn = match r.metric {
        Metric::Listed | Metric::Fraud => "发生即计".to_owned(),
        Metric::Rounds => format!("第{}轮起", r.count),
        _ if counted => format!("达到{}次", r.count),
        Metric::DueSoon if r.after.qty == 0 => "到达预警点".to_owned(),
        _ if r.after.qty == 0 => "到期即计".to_owned(),
        _ => format!("超过{}", span_cn(r.after)),
    };
    RuleLine {
        code: r.code.clone(),
        name: r.name.clone(),
        metric_cn: r.metric.cn().to_owned(),
        level: r.level,
        level_cn: r.level.cn().to_owned(),
        threshold_cn,
        basis: r.basis.clone(),
        active: r.active,
    }
}
