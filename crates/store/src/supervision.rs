//! Rounds of supervision (督办).

mod list;

use std::sync::LazyLock;

use db::{BoxBind, Db, Json, Sql, Tx};
use domain::supervision::{Evaluation, Rung, Supervision};
use kernel::{ClockId, OrderId, OrgId, SupervisionId, TaskId, Ts, UserId};
use sqlx::FromRow;

pub use list::{SupervisionFilter, SupervisionLine, SupervisionTab, count, list};

use crate::{
    error::{Result, StoreError},
    row::{self, At, args, boxes, insert_rows, select, update},
    via::Via,
};

const TABLE: &str = "supervision";
const FIXED: &[&str] = &["id", "order_id", "ord", "version"];
#[rustfmt::skip]
const CHANGING: &[&str] = &[
    "round", "level", "trigger_code", "state", "opinion", "cc", "org", "task_id", "clock_id", "due_at", "initiator",
    "initiator_org", "by_leader", "issued_at", "rung_clock", "rung_step", "signed_by", "signed_at", "reply",
    "replied_by", "replied_at", "evaluation", "end_reason", "ended_at",
];

static LOAD: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "WHERE order_id = $1 ORDER BY ord")));
static SAVE: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, CHANGING, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
/// Leads whose own time ran out before a moment and for whom a rung was not climbed yet.
const OVERDUE: Sql = Sql::same(
    "SELECT c.order_id FROM clock c JOIN task t ON t.id = c.task_id
     WHERE c.kind IN ('task', 'redo') AND c.outcome = 'open' AND c.paused_at IS NULL AND c.due_at < $1
       AND t.role = 'lead' AND t.is_open AND t.state <> 'submitted'
       AND NOT EXISTS (SELECT 1 FROM supervision s
                       WHERE s.order_id = c.order_id AND s.rung_clock = c.id AND s.rung_step >= $2)
     ORDER BY c.due_at, c.order_id LIMIT $3",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("supervision.load", LOAD.clone()), ("supervision.save", SAVE.clone()), ("supervision.overdue", OVERDUE)]
}

pub(crate) fn columns() -> Vec<&'static str> {
    [FIXED, CHANGING].concat()
}

#[derive(FromRow)]
struct SupervisionRow {
    id: SupervisionId,
    order_id: OrderId,
    version: i64,
    round: i32,
    level: String,
    trigger_code: String,
    state: String,
    opinion: String,
    cc: Json<Vec<OrgId>>,
    org: Option<OrgId>,
    task_id: Option<TaskId>,
    clock_id: Option<ClockId>,
    due_at: Option<Ts>,
    initiator: Option<UserId>,
    initiator_org: Option<OrgId>,
    by_leader: bool,
    issued_at: Ts,
    rung_clock: Option<ClockId>,
    rung_step: Option<i32>,
    signed_by: Option<UserId>,
    signed_at: Option<Ts>,
    reply: Option<String>,
    replied_by: Option<UserId>,
    replied_at: Option<Ts>,
    evaluation: Option<Json<Evaluation>>,
    end_reason: Option<String>,
    ended_at: Option<Ts>,
}

impl TryFrom<SupervisionRow> for Supervision {
    type Error = StoreError;
    fn try_from(r: SupervisionRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Supervision {
            level: at.code("level", &r.level)?,
            trigger: at.code("trigger_code", &r.trigger_code)?,
            state: at.code("state", &r.state)?,
            id: r.id,
            order_id: r.order_id,
            round: r.round,
            version: r.version,
            opinion: r.opinion,
            cc: r.cc.0,
            org: r.org,
            task_id: r.task_id,
            clock_id: r.clock_id,
            due_at: r.due_at,
            initiator: r.initiator,
            initiator_org: r.initiator_org,
            by_leader: r.by_leader,
            issued_at: r.issued_at,
            rung: r.rung_clock.zip(r.rung_step).map(|(clock, step)| Rung { clock, step }),
            signed_by: r.signed_by,
            signed_at: r.signed_at,
            reply: r.reply,
            replied_by: r.replied_by,
            replied_at: r.replied_at,
            evaluation: r.evaluation.map(|e| e.0),
            end_reason: r.end_reason,
            ended_at: r.ended_at,
        })
    }
}

fn changing(s: &Supervision) -> Vec<BoxBind> {
    boxes![
        s.round,
        s.level.code(),
        s.trigger.code(),
        s.state.code(),
        s.opinion.clone(),
        Json(s.cc.clone()),
        s.org,
        s.task_id,
        s.clock_id,
        s.due_at,
        s.initiator,
        s.initiator_org,
        s.by_leader,
        s.issued_at,
        s.rung.map(|r| r.clock),
        s.rung.map(|r| r.step),
        s.signed_by,
        s.signed_at,
        s.reply.clone(),
        s.replied_by,
        s.replied_at,
        s.evaluation.clone().map(Json),
        s.end_reason.clone(),
        s.ended_at,
    ]
}

/// The rounds of an order, oldest first.
pub async fn list_supervisions<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Supervision>> {
    via.into().all::<SupervisionRow>(&LOAD, &[&order]).await?.into_iter().map(Supervision::try_from).collect()
}

/// The rounds of supervision of several orders.
pub(crate) async fn of_orders(db: &Db, ids: &[OrderId]) -> Result<Vec<Supervision>> {
    let rows: Vec<SupervisionRow> = row::of_orders(db, &columns(), TABLE, ids).await?;
    rows.into_iter().map(Supervision::try_from).collect()
}

/// Orders whose lead has been overdue since before `since` and where no rung from `step` on was climbed for it, the
/// longest overdue first.
pub async fn overdue_leads<'a>(via: impl Into<Via<'a>>, since: Ts, step: i32, limit: u32) -> Result<Vec<OrderId>> {
    let rows = via.into().all::<(OrderId,)>(&OVERDUE, &[&since, &step, &i64::from(limit)]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

pub(crate) async fn insert(tx: &mut Tx, rounds: &[(usize, &Supervision)]) -> Result<()> {
    let rows = rounds.iter().map(|(ord, s)| {
        let mut row = boxes![s.id, s.order_id, *ord as i32, s.version];
        row.extend(changing(s));
        row
    });
    insert_rows(tx, TABLE, &columns(), rows.collect(), "").await?;
    Ok(())
}

pub(crate) async fn save(tx: &mut Tx, before: &Supervision, after: &mut Supervision) -> Result<()> {
    let mut binds = boxes![after.id, before.version];
    binds.extend(changing(after));
    if tx.run(&*SAVE, &args(&binds)).await? == 0 {
        return Err(StoreError::stale(TABLE, after.id));
    }
    after.version = before.version + 1;
    Ok(())
}
