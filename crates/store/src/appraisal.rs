//! 考核数据: plain sums of a period by the unit that led, from which every rate is made (§1.5). What is left out (剔除,
//! returned, recalled, reassigned, ended with the order) is counted beside what is judged.

use domain::{authority::ScopeFilter, indicator::OrderSums};
use kernel::{OrgId, Ts};
use sqlx::FromRow;

use crate::{
    Store,
    error::Result,
    search::{Where, check},
};

/// A unit's sums of one kind.
#[derive(FromRow)]
struct WorkRow {
    org: OrgId,
    dispatched: i64,
    returned: i64,
    left_out: i64,
    due: i64,
    close_ontime: i64,
    overdue: i64,
}

#[derive(FromRow)]
struct SignRow {
    org: OrgId,
    due: i64,
    ontime: i64,
}

#[derive(FromRow)]
struct VoiceRow {
    org: OrgId,
    attempted: i64,
    reached: i64,
    contact_yes: i64,
    contact_told: i64,
    solved: i64,
    partial: i64,
    unsolved: i64,
    process_sat: i64,
    process_rated: i64,
    result_sat: i64,
    result_rated: i64,
}

#[derive(FromRow)]
struct ReturnRow {
    org: OrgId,
    asked: i64,
    refused: i64,
}

/// The period as two marks, and whose orders count.
fn period(scope: &ScopeFilter, from: Ts, until: Ts) -> Option<(Where, String, String)> {
    let mut w = Where::default();
    if !check(&mut w, scope) {
        return None;
    }
    let (from, until) = (w.bind(from), w.bind(until));
    Some((w, from, until))
}

/// Sums by leading unit: timeliness by due date, volumes by dispatch, the citizen's word by the date of the callback.
pub async fn sums(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts, now: Ts) -> Result<Vec<(OrgId, OrderSums)>> {
    let mut all: Vec<(OrgId, OrderSums)> = Vec::new();
    for row in work(store, scope, from, until, now).await? {
        let s = at(&mut all, row.org);
        (s.dispatched, s.returned, s.left_out) = (row.dispatched, row.returned, row.left_out);
        (s.due, s.close_ontime, s.overdue) = (row.due, row.close_ontime, row.overdue);
    }
    for row in signed(store, scope, from, until).await? {
        let s = at(&mut all, row.org);
        (s.sign_due, s.sign_ontime) = (row.due, row.ontime);
    }
    for row in voices(store, scope, from, until).await? {
        let s = at(&mut all, row.org);
        (s.attempted, s.reached) = (row.attempted, row.reached);
        (s.contact_yes, s.contact_told) = (row.contact_yes, row.contact_told);
        (s.solved, s.partial, s.unsolved) = (row.solved, row.partial, row.unsolved);
        (s.process_sat, s.process_rated) = (row.process_sat, row.process_rated);
        (s.result_sat, s.result_rated) = (row.result_sat, row.result_rated);
    }
    for row in returns(store, scope, from, until).await? {
        let s = at(&mut all, row.org);
        (s.return_asked, s.return_refused) = (row.asked, row.refused);
    }
    Ok(all)
}

fn at(all: &mut Vec<(OrgId, OrderSums)>, org: OrgId) -> &mut OrderSums {
    let place = all.iter().position(|(o, _)| *o == org).unwrap_or_else(|| {
        all.push((org, OrderSums::default()));
        all.len() - 1
    });
    &mut all[place].1
}

/// 剔除: never judged.
const OUT: &str = "(t.state IN ('returned', 'recalled', 'superseded', 'voided') OR o.exempt IS NOT NULL)";

async fn work(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts, now: Ts) -> Result<Vec<WorkRow>> {
    let Some((mut w, from, until)) = period(scope, from, until) else { return Ok(Vec::new()) };
    let now = w.bind(now);
    let sent = format!("t.dispatched_at >= {from} AND t.dispatched_at < {until}");
    let due = format!("t.due_at >= {from} AND t.due_at < {until}");
    let judged = format!("{due} AND NOT {OUT}");
    let text = format!(
        "SELECT t.org,
                COUNT(*) FILTER (WHERE {sent}) AS dispatched,
                COUNT(*) FILTER (WHERE {sent} AND t.state = 'returned') AS returned,
                COUNT(*) FILTER (WHERE {due} AND {OUT}) AS left_out,
                COUNT(*) FILTER (WHERE {judged}) AS due,
                COUNT(*) FILTER (WHERE {judged} AND t.state = 'accepted' AND t.submitted_at <= t.due_at) AS close_ontime,
                COUNT(*) FILTER (WHERE {judged} AND COALESCE(t.submitted_at, {now}) > t.due_at) AS overdue
         FROM task t JOIN orders o ON o.id = t.order_id
         WHERE t.role = 'lead' AND (({sent}) OR ({due})) AND {} GROUP BY t.org",
        w.text()
    );
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}

async fn signed(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts) -> Result<Vec<SignRow>> {
    let Some((w, from, until)) = period(scope, from, until) else { return Ok(Vec::new()) };
    let text = format!(
        "SELECT t.org, COUNT(*) AS due, COUNT(*) FILTER (WHERE c.outcome = 'ontime') AS ontime
         FROM clock c JOIN task t ON t.id = c.task_id JOIN orders o ON o.id = c.order_id
         WHERE c.kind = 'accept' AND c.due_at >= {from} AND c.due_at < {until} AND c.outcome <> 'void'
           AND t.role = 'lead' AND o.exempt IS NULL AND {} GROUP BY t.org",
        w.text()
    );
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}

async fn voices(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts) -> Result<Vec<VoiceRow>> {
    let Some((w, from, until)) = period(scope, from, until) else { return Ok(Vec::new()) };
    let glad = "IN ('very_sat', 'sat', 'basic')";
    let text = format!(
        "SELECT o.lead_org AS org,
                COUNT(DISTINCT b.order_id) AS attempted,
                COUNT(DISTINCT CASE WHEN b.reached THEN b.order_id END) AS reached,
                COUNT(*) FILTER (WHERE b.contacted = 'yes') AS contact_yes,
                COUNT(*) FILTER (WHERE b.contacted IN ('yes', 'no')) AS contact_told,
                COUNT(*) FILTER (WHERE b.solved = 'solved') AS solved,
                COUNT(*) FILTER (WHERE b.solved = 'partial') AS partial,
                COUNT(*) FILTER (WHERE b.solved = 'unsolved') AS unsolved,
                COUNT(*) FILTER (WHERE b.process_rating {glad}) AS process_sat,
                COUNT(*) FILTER (WHERE b.process_rating IS NOT NULL AND b.process_rating <> 'none') AS process_rated,
                COUNT(*) FILTER (WHERE b.rating {glad}) AS result_sat,
                COUNT(*) FILTER (WHERE b.rating IS NOT NULL AND b.rating <> 'none') AS result_rated
         FROM callback b JOIN orders o ON o.id = b.order_id
         WHERE b.at >= {from} AND b.at < {until} AND o.lead_org IS NOT NULL AND o.exempt IS NULL AND {}
         GROUP BY o.lead_org",
        w.text()
    );
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}

async fn returns(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts) -> Result<Vec<ReturnRow>> {
    let Some((w, from, until)) = period(scope, from, until) else { return Ok(Vec::new()) };
    let text = format!(
        "SELECT r.applied_org AS org, COUNT(*) AS asked, COUNT(*) FILTER (WHERE r.state = 'rejected') AS refused
         FROM request r JOIN orders o ON o.id = r.order_id
         WHERE r.kind = 'return' AND r.applied_at >= {from} AND r.applied_at < {until} AND {} GROUP BY r.applied_org",
        w.text()
    );
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}
