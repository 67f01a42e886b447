//! Tasks (任务) and the lists of the department console.

mod list;

use std::sync::LazyLock;

use db::{BoxBind, Db, Json, Sql, Tx};
use domain::{
    evidence::Evidence,
    reply_gate::{Earlier, GateRecord},
    task::Task,
};
use kernel::{OrderId, OrgId, TaskId, Ts, UserId};
use sqlx::FromRow;

pub use list::{TaskCounts, TaskFilter, TaskLine, TaskTab, count, list};

use crate::{
    error::{Result, StoreError},
    row::{self, At, args, boxes, insert_rows, select, update},
    via::Via,
};

const TABLE: &str = "task";
#[rustfmt::skip]
const FIXED: &[&str] = &["id", "order_id", "ord", "version"];
#[rustfmt::skip]
const CHANGING: &[&str] = &[
    "org", "role", "round", "state", "is_open", "parent", "handler", "advice", "dispatched_by", "dispatched_at",
    "signed_at", "submitted_at", "ended_at", "due_at", "warn_at", "supervise_due", "claim_true", "beyond_duty", "result",
    "unsolved_reason", "handling_note", "public_reply", "legal_basis", "gate", "unit_opinion",
    "evidence", "defect", "send_back_n",
];

static LOAD: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "WHERE order_id = $1 ORDER BY ord")));
static SAVE: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, CHANGING, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
/// Answers of a unit to other orders, the newest first.
const EARLIER: Sql = Sql::same(
    "SELECT o.case_no, t.public_reply FROM task t JOIN orders o ON o.id = t.order_id
     WHERE t.org = $1 AND t.order_id <> $2 AND t.dispatched_at >= $3 AND t.public_reply IS NOT NULL
     ORDER BY t.dispatched_at DESC, t.id DESC LIMIT $4",
);
const ORDER_OF: Sql = Sql::same("SELECT order_id FROM task WHERE id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("task.load", LOAD.clone()),
        ("task.save", SAVE.clone()),
        ("task.order_of", ORDER_OF),
        ("task.earlier", EARLIER),
    ]
}

pub(crate) fn columns() -> Vec<&'static str> {
    [FIXED, CHANGING].concat()
}

#[derive(FromRow)]
struct TaskRow {
    id: TaskId,
    order_id: OrderId,
    version: i64,
    org: OrgId,
    role: String,
    round: i32,
    state: String,
    parent: Option<TaskId>,
    handler: Option<UserId>,
    advice: Option<String>,
    dispatched_by: Option<UserId>,
    dispatched_at: Ts,
    signed_at: Option<Ts>,
    submitted_at: Option<Ts>,
    ended_at: Option<Ts>,
    due_at: Option<Ts>,
    warn_at: Option<Ts>,
    supervise_due: Option<Ts>,
    claim_true: Option<bool>,
    beyond_duty: Option<bool>,
    result: Option<String>,
    unsolved_reason: Option<String>,
    handling_note: Option<String>,
    public_reply: Option<String>,
    legal_basis: Option<String>,
    gate: Option<Json<GateRecord>>,
    unit_opinion: Option<String>,
    evidence: Option<Json<Evidence>>,
    defect: Option<String>,
    send_back_n: i32,
}

impl TryFrom<TaskRow> for Task {
    type Error = StoreError;
    fn try_from(r: TaskRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Task {
            role: at.code("role", &r.role)?,
            state: at.code("state", &r.state)?,
            result: at.code_opt("result", r.result.as_deref())?,
            defect: at.code_opt("defect", r.defect.as_deref())?,
            id: r.id,
            order_id: r.order_id,
            version: r.version,
            org: r.org,
            round: r.round,
            parent: r.parent,
            handler: r.handler,
            advice: r.advice,
            dispatched_by: r.dispatched_by,
            dispatched_at: r.dispatched_at,
            signed_at: r.signed_at,
            submitted_at: r.submitted_at,
            ended_at: r.ended_at,
            due_at: r.due_at,
            warn_at: r.warn_at,
            supervise_due: r.supervise_due,
            claim_true: r.claim_true,
            beyond_duty: r.beyond_duty,
            unsolved_reason: r.unsolved_reason,
            handling_note: r.handling_note,
            public_reply: r.public_reply,
            legal_basis: r.legal_basis,
            gate: r.gate.map(|g| g.0),
            unit_opinion: r.unit_opinion,
            evidence: r.evidence.map(|e| e.0),
            send_back_n: r.send_back_n,
        })
    }
}

fn changing(t: &Task) -> Vec<BoxBind> {
    boxes![
        t.org,
        t.role.code(),
        t.round,
        t.state.code(),
        !t.state.is_terminal(),
        t.parent,
        t.handler,
        t.advice.clone(),
        t.dispatched_by,
        t.dispatched_at,
        t.signed_at,
        t.submitted_at,
        t.ended_at,
        t.due_at,
        t.warn_at,
        t.supervise_due,
        t.claim_true,
        t.beyond_duty,
        t.result.map(|r| r.code()),
        t.unsolved_reason.clone(),
        t.handling_note.clone(),
        t.public_reply.clone(),
        t.legal_basis.clone(),
        t.gate.clone().map(Json),
        t.unit_opinion.clone(),
        t.evidence.clone().map(Json),
        t.defect.map(|d| d.code()),
        t.send_back_n,
    ]
}

/// The order a task belongs to.
pub async fn order_of<'a>(via: impl Into<Via<'a>>, id: TaskId) -> Result<Option<OrderId>> {
    Ok(via.into().one::<(OrderId,)>(&ORDER_OF, &[&id]).await?.map(|(id,)| id))
}

/// The last `limit` answers a unit has given to other orders since a moment.
pub async fn earlier_answers<'a>(
    via: impl Into<Via<'a>>,
    org: OrgId,
    not: OrderId,
    since: Ts,
    limit: u32,
) -> Result<Vec<Earlier>> {
    let rows: Vec<(String, String)> = via.into().all(&EARLIER, &[&org, &not, &since, &i64::from(limit)]).await?;
    Ok(rows.into_iter().map(|(case_no, text)| Earlier { case_no, text }).collect())
}

/// The tasks of an order, oldest first.
pub async fn list_tasks<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Task>> {
    via.into().all::<TaskRow>(&LOAD, &[&order]).await?.into_iter().map(Task::try_from).collect()
}

/// The tasks of several orders.
pub(crate) async fn of_orders(db: &Db, ids: &[OrderId]) -> Result<Vec<Task>> {
    let rows: Vec<TaskRow> = row::of_orders(db, &columns(), TABLE, ids).await?;
    rows.into_iter().map(Task::try_from).collect()
}

/// The columns of [`columns`] for the child at place `ord` of its order.
pub(crate) fn row_of_new(ord: usize, t: &Task) -> Vec<BoxBind> {
    let mut row = boxes![t.id, t.order_id, ord as i32, t.version];
    row.extend(changing(t));
    row
}

pub(crate) async fn insert(tx: &mut Tx, tasks: &[(usize, &Task)]) -> Result<()> {
    let rows = tasks.iter().map(|(ord, t)| row_of_new(*ord, t));
    insert_rows(tx, TABLE, &columns(), rows.collect(), "").await?;
    Ok(())
}

pub(crate) async fn save(tx: &mut Tx, before: &Task, after: &mut Task) -> Result<()> {
    let mut binds = boxes![after.id, before.version];
    binds.extend(changing(after));
    if tx.run(&*SAVE, &args(&binds)).await? == 0 {
        return Err(StoreError::stale(TABLE, after.id));
    }
    after.version = before.version + 1;
    Ok(())
}
