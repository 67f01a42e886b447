//! 普查: counts over everything there is and things that must not be, for whoever has to prove that nothing is lost. Each
//! statement reads whole tables: for checks by night and for the simulated city, never for a page.

use db::Sql;

use crate::{error::Result, via::Via};

/// Steps of the flow log by code and action.
const FLOW: Sql = Sql::same("SELECT code, action, COUNT(*) FROM flow_log GROUP BY code, action ORDER BY code, action");
const ORDERS: Sql = Sql::same("SELECT state, confidentiality, COUNT(*) FROM orders GROUP BY state, confidentiality");
const LIGHTS: Sql = Sql::same(
    "SELECT c.kind, e.to_light, COUNT(*) FROM light_event e JOIN clock c ON c.id = e.clock_id
     GROUP BY c.kind, e.to_light ORDER BY c.kind, e.to_light",
);
const REQUESTS: Sql = Sql::same("SELECT kind, state, COUNT(*) FROM request GROUP BY kind, state ORDER BY kind, state");
/// Requests that went to a higher tier, by kind.
const ESCALATED: Sql =
    Sql::same("SELECT kind, 'escalated', COUNT(*) FROM request WHERE escalated_n > 0 GROUP BY kind ORDER BY kind");
const SUPERVISIONS: Sql =
    Sql::same("SELECT level, state, COUNT(*) FROM supervision GROUP BY level, state ORDER BY level, state");
/// Rounds the ladder issued, by rung.
const RUNGS: Sql = Sql::same(
    "SELECT CAST(rung_step AS TEXT), level, COUNT(*) FROM supervision WHERE rung_step IS NOT NULL
     GROUP BY rung_step, level ORDER BY rung_step, level",
);
const CARDS: Sql =
    Sql::same("SELECT rule, state, COUNT(*) FROM monitor_card GROUP BY rule, state ORDER BY rule, state");
const CALLBACKS: Sql =
    Sql::same("SELECT outcome, mode, COUNT(*) FROM callback GROUP BY outcome, mode ORDER BY outcome, mode");
const MESSAGES: Sql =
    Sql::same("SELECT template, state, COUNT(*) FROM sms GROUP BY template, state ORDER BY template, state");

/// Ways in which the promise of an order was brought forward, by step.
const EARLIER: Sql = Sql::same(
    "SELECT code, action, COUNT(*) FROM flow_log WHERE due_after < due_before GROUP BY code, action
     ORDER BY code, action",
);

/// No active task without a running clock of its own.
const IDLE_TASKS: Sql = Sql::same(
    "SELECT COUNT(*) FROM task t WHERE t.is_open AND NOT EXISTS (
        SELECT 1 FROM clock c WHERE c.order_id = t.order_id AND c.task_id = t.id AND c.outcome = 'open'
           AND c.kind IN ('task', 'co', 'redo'))",
);
/// Work is under way only where the promise runs.
const PROMISELESS: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o WHERE o.state IN ('dispatched', 'handling', 'center_audit') AND NOT EXISTS (
        SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.kind = 'order' AND c.outcome = 'open')",
);
/// Somebody is timed wherever an order waits, but at the desk that took it in.
const UNTIMED: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o WHERE o.is_open AND o.state NOT IN ('draft', 'registered') AND NOT EXISTS (
        SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.outcome = 'open')",
);
const ENDED_RUNNING: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o WHERE NOT o.is_open AND (
        EXISTS (SELECT 1 FROM clock c WHERE c.order_id = o.id AND c.outcome = 'open')
        OR EXISTS (SELECT 1 FROM task t WHERE t.order_id = o.id AND t.is_open)
        OR EXISTS (SELECT 1 FROM supervision s WHERE s.order_id = o.id AND s.state IN ('issued', 'signed')))",
);
/// Exactly one lead wherever a unit is at work, none elsewhere.
const LEADS: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o WHERE
        (SELECT COUNT(*) FROM task t WHERE t.order_id = o.id AND t.role = 'lead' AND t.is_open)
        <> CASE WHEN o.state IN ('dispatched', 'handling', 'center_audit') THEN 1 ELSE 0 END",
);
/// The due moment on the order is its clock's.
const COPIED_DUE: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o JOIN clock c ON c.order_id = o.id
     WHERE c.kind = 'order' AND c.outcome = 'open' AND (o.due_at IS NULL OR o.due_at <> c.due_at)",
);
/// A light turns once, unless the due moment was moved meanwhile (extension, instruction, pause, another lead).
const LIGHT_TWICE: Sql = Sql::same(
    "SELECT COUNT(*) FROM (
        SELECT e.clock_id FROM light_event e JOIN clock c ON c.id = e.clock_id JOIN orders o ON o.id = e.order_id
        WHERE c.paused_total = 0 AND o.ext_n = 0 AND NOT o.flag_leader_directed
          AND NOT EXISTS (SELECT 1 FROM request r WHERE r.order_id = o.id AND r.kind = 'extension')
          AND NOT EXISTS (SELECT 1 FROM flow_log f WHERE f.order_id = o.id AND f.code = 'K14')
        GROUP BY e.clock_id, e.to_light HAVING COUNT(*) > 1) twice",
);
const LIGHT_SAME: Sql = Sql::same("SELECT COUNT(*) FROM light_event WHERE from_light = to_light");
const NUMBERS: Sql = Sql::same("SELECT COUNT(*) - COUNT(DISTINCT case_no) FROM orders");
/// Merged orders name the one that answers for them, which was not merged itself.
const MERGED: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o LEFT JOIN orders p ON p.id = o.merged_into
     WHERE (o.state = 'merged' AND (p.id IS NULL OR p.merged_into IS NOT NULL))",
);
/// Requests that wait for nobody, or are decided and still wait.
const REQUESTS_LOST: Sql =
    Sql::same("SELECT COUNT(*) FROM request WHERE (state = 'pending') <> (awaiting IS NOT NULL)");
const FLOW_HEADS: Sql = Sql::same(
    "SELECT COUNT(*) FROM orders o WHERE o.flow_seq <>
        (SELECT COUNT(*) FROM flow_log f WHERE f.order_id = o.id)",
);
/// A card is raised once for a rule and its subject.
const CARDS_TWICE: Sql =
    Sql::same("SELECT COUNT(*) FROM (SELECT rule FROM monitor_card GROUP BY rule, subject HAVING COUNT(*) > 1) twice");

/// What must not be, each with its name in words; every count is nought in a sound database.
const BROKEN: &[(&str, &str, &Sql)] = &[
    ("census.idle_tasks", "在办任务无运行中的时限", &IDLE_TASKS),
    ("census.promiseless", "在办工单无办理时限", &PROMISELESS),
    ("census.untimed", "待办工单无人计时", &UNTIMED),
    ("census.ended_running", "已结束工单仍有时限、任务或督办", &ENDED_RUNNING),
    ("census.leads", "主办任务不是恰好一个", &LEADS),
    ("census.copied_due", "工单到期时间与时限不一致", &COPIED_DUE),
    ("census.light_twice", "同一时限同一灯色重复记录", &LIGHT_TWICE),
    ("census.light_same", "灯色未变却有记录", &LIGHT_SAME),
    ("census.numbers", "工单编号重复", &NUMBERS),
    ("census.merged", "并单去向缺失或多层", &MERGED),
    ("census.requests_lost", "申请无审批人或结案仍待审", &REQUESTS_LOST),
    ("census.flow_heads", "流转记录条数与工单不一致", &FLOW_HEADS),
    ("census.cards_twice", "监察牌重复", &CARDS_TWICE),
];

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let counts = [
        ("census.flow", FLOW),
        ("census.orders", ORDERS),
        ("census.lights", LIGHTS),
        ("census.requests", REQUESTS),
        ("census.escalated", ESCALATED),
        ("census.supervisions", SUPERVISIONS),
        ("census.rungs", RUNGS),
        ("census.cards", CARDS),
        ("census.callbacks", CALLBACKS),
        ("census.messages", MESSAGES),
        ("census.earlier", EARLIER),
    ];
    counts.into_iter().chain(BROKEN.iter().map(|(name, _, sql)| (*name, (*sql).clone()))).collect()
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Code and action of the flow log.
    Flow,
    /// State and confidentiality.
    Orders,
    /// Kind of clock and the light it turned to.
    Lights,
    /// Kind and state.
    Requests,
    /// Kind; how many climbed a tier.
    Escalated,
    /// Level and state.
    Supervisions,
    /// Rung of the ladder, from 0, and level.
    Rungs,
    /// Rule and state.
    Cards,
    /// Outcome and mode.
    Callbacks,
    /// Template and state.
    Messages,
    /// Code and action of steps after which an order was due earlier.
    Earlier,
}

/// A line of a count: two codes and how many.
pub type Line = (String, String, i64);

/// Counts one subject.
pub async fn count<'a>(via: impl Into<Via<'a>>, subject: Subject) -> Result<Vec<Line>> {
    let sql = match subject {
        Subject::Flow => &FLOW,
        Subject::Orders => &ORDERS,
        Subject::Lights => &LIGHTS,
        Subject::Requests => &REQUESTS,
        Subject::Escalated => &ESCALATED,
        Subject::Supervisions => &SUPERVISIONS,
        Subject::Rungs => &RUNGS,
        Subject::Cards => &CARDS,
        Subject::Callbacks => &CALLBACKS,
        Subject::Messages => &MESSAGES,
        Subject::Earlier => &EARLIER,
    };
    Ok(via.into().all(sql, &[]).await?)
}

/// Everything that must not be, with how often it is.
pub async fn broken<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(&'static str, i64)>> {
    let mut via = via.into();
    let mut found = Vec::new();
    for (_, what, sql) in BROKEN {
        found.push((*what, via.scalar::<i64>(sql, &[]).await?));
    }
    Ok(found)
}
