//! What a rule finds in one case. The caller may hand in any case at any time: what is not there is not found.

use kernel::{OrgId, TaskId, Ts};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rule::{Metric, Rule};
use crate::{
    case::Case,
    clock::{Clock, ClockKind},
    env::Env,
    order::{Confidentiality, Defect, decide::is_held},
    request::{RequestKind, RequestState},
    supervision::SuperviseLevel,
    task::{Task, TaskRole, TaskState},
};

/// One row of the evidence, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Fact {
    pub label: String,
    pub value: String,
}

/// Something a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The clock, task, request or round it is about: one card each.
    pub subject: Uuid,
    pub task: Option<TaskId>,
    /// The unit that answers for it.
    pub org: OrgId,
    /// Minutes beyond the limit at this moment; 0 for counts.
    pub minutes: i64,
    pub facts: Vec<Fact>,
}

fn fact(label: &str, value: impl Into<String>) -> Fact {
    Fact { label: label.to_owned(), value: value.into() }
}

/// Everything the rule finds in the case now. Sealed matters are not for monitors.
#[must_use]
pub fn judge(rule: &Rule, case: &Case, env: &Env) -> Vec<Finding> {
    if case.order.confidentiality == Confidentiality::Sealed || case.order.exempt.is_some() {
        return Vec::new();
    }
    match rule.metric {
        Metric::Sign => clocks(rule, case, env, &[ClockKind::Accept]),
        Metric::DueSoon | Metric::Handle => clocks(rule, case, env, &[ClockKind::Task, ClockKind::Redo]),
        Metric::Co => clocks(rule, case, env, &[ClockKind::Co]),
        Metric::Dispatch => clocks(rule, case, env, &[ClockKind::Dispatch]),
        Metric::Reply => clocks(rule, case, env, &[ClockKind::UnifiedReply]),
        Metric::Callback => clocks(rule, case, env, &[ClockKind::Callback]),
        Metric::ReturnDecide => clocks(rule, case, env, &[ClockKind::ReturnDecide]),
        Metric::Supervise => clocks(rule, case, env, &[ClockKind::Supervise]),
        Metric::SentBack => tasks(
            case,
            |t| i64::from(t.send_back_n) >= rule.count,
            |t| fact("退回补正", format!("{}次，达到{}次", t.send_back_n, rule.count)),
        ),
        Metric::Fraud => tasks(case, |t| t.defect == Some(Defect::D6), |_| fact("退回缺陷", Defect::D6.cn())),
        Metric::Rounds => tasks(
            case,
            |t| t.role == TaskRole::Lead && i64::from(t.round) >= rule.count,
            |t| fact("办理轮次", format!("第{}轮，达到{}轮", t.round, rule.count)),
        ),
        Metric::BadReturn => tasks(
            case,
            |t| refused(case, t) >= rule.count,
            |t| fact("退回申请被驳回", format!("{}次，达到{}次", refused(case, t), rule.count)),
        ),
        Metric::Listed => listed(case),
    }
}

fn refused(case: &Case, task: &Task) -> i64 {
    let all = case.requests.iter().filter(|r| r.kind == RequestKind::Return && r.task_id == Some(task.id));
    i64::try_from(all.filter(|r| r.state == RequestState::Rejected).count()).unwrap_or(i64::MAX)
}

/// What the unit hands in is out of its hands: its clock runs on until the centre accepts, but nobody is late by it.
fn is_out_of_hands(rule: &Rule, clock: &Clock, case: &Case) -> bool {
    let state = clock.task_id.and_then(|id| case.task(id)).map(|t| t.state);
    match rule.metric {
        Metric::DueSoon | Metric::Handle => state == Some(TaskState::Submitted),
        // Who applies for return has answered (R3).
        Metric::Sign => state == Some(TaskState::ReturnPending),
        _ => false,
    }
}

fn clocks(rule: &Rule, case: &Case, env: &Env, kinds: &[ClockKind]) -> Vec<Finding> {
    let running = case.clocks.iter().filter(|c| kinds.contains(&c.kind) && c.is_open() && c.paused_at.is_none());
    running.filter(|c| !is_out_of_hands(rule, c, case)).filter_map(|c| clock(rule, c, case, env)).collect()
}

fn clock(rule: &Rule, c: &Clock, case: &Case, env: &Env) -> Option<Finding> {
    let soon = rule.metric == Metric::DueSoon;
    let from = if soon { c.warn_at } else { c.due_at };
    let limit = match rule.after.qty {
        0 => from,
        n => env.calendar.add(from, n, rule.after.unit, env.params.cutoff()).due,
    };
    let past = env.now > limit && !(soon && env.now > c.due_at) && !is_held(case, c, env);
    if !past {
        return None;
    }
    let task = c.task_id.and_then(|id| case.task(id));
    // What waits at the centre is the centre's, also where a unit's task is concerned.
    let centre = matches!(rule.metric, Metric::Dispatch | Metric::Reply | Metric::Callback | Metric::ReturnDecide);
    let org = match task.filter(|_| !centre) {
        Some(task) => task.org,
        None => env.directory.center()?.id,
    };
    let minutes = env.now.millis_since(from) / 60_000;
    let mut facts = vec![
        fact("时限", c.kind.cn()),
        fact("起算", c.start_at.format_cn()),
        fact("到期", c.due_at.format_cn()),
        fact(if soon { "已过预警点" } else { "超时" }, minutes_cn(minutes)),
    ];
    facts.extend(task.and_then(|t| t.signed_at).map(|at| fact("签收", at.format_cn())));
    facts.extend(task.map(|t| fact("任务状态", t.state.cn())));
    Some(Finding { subject: c.id.uuid(), task: c.task_id, org, minutes, facts })
}

/// `3天4小时5分钟`, without what is nothing.
#[must_use]
pub fn minutes_cn(minutes: i64) -> String {
    let parts = [(minutes / 1440, "天"), (minutes % 1440 / 60, "小时"), (minutes % 60, "分钟")];
    let text: String = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}")).collect();
    if text.is_empty() { "不足1分钟".to_owned() } else { text }
}

fn tasks(case: &Case, hit: impl Fn(&Task) -> bool, tell: impl Fn(&Task) -> Fact) -> Vec<Finding> {
    let finding = |t: &Task| {
        let mut facts = vec![tell(t), fact("任务状态", t.state.cn())];
        facts.extend(t.due_at.map(|at: Ts| fact("办理期限", at.format_cn())));
        Finding { subject: t.id.uuid(), task: Some(t.id), org: t.org, minutes: 0, facts }
    };
    case.active_tasks().filter(|t| hit(t)).map(finding).collect()
}

fn listed(case: &Case) -> Vec<Finding> {
    let sharp = case.supervisions.iter().filter(|s| s.state.is_open() && s.level >= SuperviseLevel::Listed);
    sharp
        .filter_map(|s| {
            let facts = vec![
                fact("督办", format!("第{}轮 {}", s.round, s.level.cn())),
                fact("事由", s.trigger.cn()),
                fact("下发", s.issued_at.format_cn()),
            ];
            Some(Finding { subject: s.id.uuid(), task: s.task_id, org: s.org?, minutes: 0, facts })
        })
        .collect()
}
