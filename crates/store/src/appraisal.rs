//! 考核数据: plain sums of a period by the unit that led, from which every rate is made (§1.5). What is left out (剔除,
//! returned, recalled, reassigned, ended with the order) is counted beside what is judged.

use db::Sql;
use domain::{
    appraisal::{Basis, Rated},
    authority::ScopeFilter,
    callback::{CITIZEN, RatedItem},
    indicator::OrderSums,
};
use kernel::{CallbackId, OrderId, OrgId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    Store,
    error::{Result, StoreError},
    row::At,
    search::{Where, check},
};

/// A unit's sums of one kind.
#[derive(FromRow)]
struct WorkRow {
    org: OrgId,
    dispatched: i64,
    returned: i64,
    left_out: i64,
    exempt: i64,
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
    contested: i64,
}

#[derive(FromRow)]
struct RespondRow {
    org: OrgId,
    due: i64,
    ontime: i64,
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
pub async fn sums(store: &Store, scope: &ScopeFilter, b: &Basis) -> Result<Vec<(OrgId, OrderSums)>> {
    let (from, until) = (b.from, b.until);
    let mut all: Vec<(OrgId, OrderSums)> = Vec::new();
    for row in work(store, scope, b).await? {
        let s = at(&mut all, row.org);
        (s.dispatched, s.returned) = (row.dispatched, row.returned);
        (s.left_out, s.exempt) = (row.left_out, row.exempt);
        (s.due, s.close_ontime, s.overdue) = (row.due, row.close_ontime, row.overdue);
    }
    for row in signed(store, scope, from, until).await? {
        let s = at(&mut all, row.org);
        (s.sign_due, s.sign_ontime) = (row.due, row.ontime);
    }
    for row in responses(store, scope, b).await? {
        let s = at(&mut all, row.org);
        (s.respond_due, s.respond_ontime) = (row.due, row.ontime);
    }
    for row in voices(store, scope, from, until).await? {
        let s = at(&mut all, row.org);
        (s.attempted, s.reached) = (row.attempted, row.reached);
        (s.contact_yes, s.contact_told) = (row.contact_yes, row.contact_told);
        (s.solved, s.partial, s.unsolved) = (row.solved, row.partial, row.unsolved);
        (s.process_sat, s.process_rated) = (row.process_sat, row.process_rated);
        (s.result_sat, s.result_rated) = (row.result_sat, row.result_rated);
        s.contested = row.contested;
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

async fn work(store: &Store, scope: &ScopeFilter, b: &Basis) -> Result<Vec<WorkRow>> {
    let Some((mut w, from, until)) = period(scope, b.from, b.until) else { return Ok(Vec::new()) };
    let now = w.bind(b.now);
    let sent = format!("t.dispatched_at >= {from} AND t.dispatched_at < {until}");
    let due = format!("t.due_at >= {from} AND t.due_at < {until}");
    let judged = format!("{due} AND NOT {OUT}");
    let text = format!(
        "SELECT t.org,
                COUNT(*) FILTER (WHERE {sent}) AS dispatched,
                COUNT(*) FILTER (WHERE {sent} AND t.state = 'returned') AS returned,
                COUNT(*) FILTER (WHERE {due} AND {OUT}) AS left_out,
                COUNT(*) FILTER (WHERE {due} AND o.exempt IS NOT NULL) AS exempt,
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

/// 响应率: of the orders with somebody to reach, those where it was done in time, by the unit or by one below it.
async fn responses(store: &Store, scope: &ScopeFilter, b: &Basis) -> Result<Vec<RespondRow>> {
    let earlier = |at: Ts| Ts(at.0 - b.respond_ms);
    let Some((mut w, from, until)) = period(scope, earlier(b.from), earlier(b.until)) else { return Ok(Vec::new()) };
    let span = w.bind(b.respond_ms);
    let reached = format!(
        "EXISTS (SELECT 1 FROM contact k JOIN task kt ON kt.id = k.task_id
                 WHERE k.order_id = t.order_id AND (kt.id = t.id OR kt.parent = t.id) AND k.result = 'reached'
                   AND k.at <= t.dispatched_at + {span})"
    );
    let text = format!(
        "SELECT org, COUNT(*) AS due, COUNT(*) FILTER (WHERE ok) AS ontime
         FROM (SELECT t.org, {reached} AS ok FROM task t JOIN orders o ON o.id = t.order_id
               WHERE t.role = 'lead' AND t.dispatched_at >= {from} AND t.dispatched_at < {until} AND NOT {OUT}
                 AND NOT o.anonymous AND NOT o.no_reply_wanted AND o.confidentiality = 'none' AND {}) asked
         GROUP BY org",
        w.text()
    );
    let built = w.finish(&text);
    Ok(store.db.all(&built.sql, &built.args()).await?)
}

/// In force: no later record puts the answer right (更正).
const IN_FORCE: &str =
    "NOT EXISTS (SELECT 1 FROM callback k WHERE k.corrects = COALESCE(b.corrects, b.id) AND k.ord > b.ord)";

/// The citizen's word, without the items a unit contested with success.
async fn voices(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts) -> Result<Vec<VoiceRow>> {
    let Some((w, from, until)) = period(scope, from, until) else { return Ok(Vec::new()) };
    let glad = "IN ('very_sat', 'sat', 'basic')";
    let counts = |item: RatedItem| format!("COALESCE(x.items, '') NOT LIKE '%{}%'", item.code());
    let (contacted, solved) = (counts(RatedItem::Contacted), counts(RatedItem::Solved));
    let (process, result) = (counts(RatedItem::Process), counts(RatedItem::Result));
    let text = format!(
        "SELECT o.lead_org AS org,
                COUNT(DISTINCT b.order_id) AS attempted,
                COUNT(DISTINCT CASE WHEN b.reached THEN b.order_id END) AS reached,
                COUNT(*) FILTER (WHERE b.contacted = 'yes' AND {contacted}) AS contact_yes,
                COUNT(*) FILTER (WHERE b.contacted IN ('yes', 'no') AND {contacted}) AS contact_told,
                COUNT(*) FILTER (WHERE b.solved = 'solved' AND {solved}) AS solved,
                COUNT(*) FILTER (WHERE b.solved = 'partial' AND {solved}) AS partial,
                COUNT(*) FILTER (WHERE b.solved = 'unsolved' AND {solved}) AS unsolved,
                COUNT(*) FILTER (WHERE b.process_rating {glad} AND {process}) AS process_sat,
                COUNT(*) FILTER (WHERE b.process_rating <> 'none' AND {process}) AS process_rated,
                COUNT(*) FILTER (WHERE b.rating {glad} AND {result}) AS result_sat,
                COUNT(*) FILTER (WHERE b.rating <> 'none' AND {result}) AS result_rated,
                COUNT(*) FILTER (WHERE x.id IS NOT NULL) AS contested
         FROM callback b JOIN orders o ON o.id = b.order_id
              LEFT JOIN request x ON x.callback = COALESCE(b.corrects, b.id) AND x.kind = 'contest' AND x.state = 'approved'
         WHERE b.at >= {from} AND b.at < {until} AND o.lead_org IS NOT NULL AND o.exempt IS NULL AND {IN_FORCE} AND {}
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

/// Milliseconds before an answer in which the conversation it comes from must have begun.
const CALL_BEFORE_MS: i64 = 2 * 3_600_000;

#[derive(FromRow)]
struct RatedRow {
    id: CallbackId,
    order_id: OrderId,
    org: Option<OrgId>,
    handler: Option<UserId>,
    by_user: UserId,
    mode: String,
    rating: Option<String>,
    opinion: Option<String>,
    at: Ts,
    number: Option<Vec<u8>>,
    called: bool,
}

impl TryFrom<RatedRow> for Rated {
    type Error = StoreError;
    fn try_from(r: RatedRow) -> Result<Self> {
        let at = At { table: "callback", row: &r.id };
        Ok(Rated {
            mode: at.code("mode", &r.mode)?,
            rating: at.code_opt("rating", r.rating.as_deref())?,
            id: r.id,
            order: r.order_id,
            org: r.org,
            handler: r.handler,
            by: r.by_user,
            by_staff: r.by_user != CITIZEN,
            opinion: r.opinion,
            at: r.at,
            number: r.number,
            called: r.called,
        })
    }
}

/// The answers of citizens within a period, oldest first, as many as are looked at for patterns.
pub async fn ratings(store: &Store, scope: &ScopeFilter, from: Ts, until: Ts, most: u32) -> Result<Vec<Rated>> {
    let Some((mut w, from, until)) = period(scope, from, until) else { return Ok(Vec::new()) };
    let (before, most) = (w.bind(CALL_BEFORE_MS), w.bind(i64::from(most)));
    let text = format!(
        "SELECT b.id, b.order_id, o.lead_org AS org, b.by_user, b.mode, b.rating, b.opinion, b.at, o.phone_idx AS number,
                (SELECT t.handler FROM task t WHERE t.order_id = b.order_id AND t.role = 'lead' AND t.round = b.round
                 ORDER BY t.ord DESC LIMIT 1) AS handler,
                (EXISTS (SELECT 1 FROM call c WHERE c.order_id = b.order_id AND c.answered_at IS NOT NULL
                          AND c.started_at BETWEEN b.at - {before} AND b.at)
                 OR EXISTS (SELECT 1 FROM call c WHERE c.agent = b.by_user AND c.answered_at IS NOT NULL
                          AND c.started_at BETWEEN b.at - {before} AND b.at
                          AND c.number_idx IN (o.phone_idx, o.contact_phone_idx))) AS called
         FROM callback b JOIN orders o ON o.id = b.order_id
         WHERE b.reached AND b.at >= {from} AND b.at < {until} AND {IN_FORCE} AND {} ORDER BY b.at, b.id LIMIT {most}",
        w.text()
    );
    let built = w.finish(&text);
    let rows: Vec<RatedRow> = store.db.all(&built.sql, &built.args()).await?;
    rows.into_iter().map(Rated::try_from).collect()
}

/// Any conversation at all within a period: whether the platform would know of one.
const HELD: Sql = Sql::same(
    "SELECT COUNT(*) FROM (SELECT 1 FROM call WHERE direction = 'out' AND answered_at IS NOT NULL AND started_at >= $1
        AND started_at < $2 LIMIT 1) held",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("appraisal.held", HELD)]
}

/// Citizens were called over this platform within the period.
pub async fn calls_held(store: &Store, from: Ts, until: Ts) -> Result<bool> {
    Ok(store.db.scalar::<i64>(&HELD, &[&from, &until]).await? > 0)
}
