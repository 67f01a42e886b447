//! Callbacks (回访): written once; a correction is a later record.

use std::sync::LazyLock;

use db::{Db, Json, Sql, Tx};
use domain::callback::Callback;
use kernel::{CallbackId, OrderId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::{self, At, boxes, insert_rows, select},
    via::Via,
};

const TABLE: &str = "callback";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "order_id", "ord", "round", "mode", "reached", "unreached_reason", "contacted", "solved", "process_rating",
    "rating", "dissatisfy_reasons", "opinion", "outcome", "by_user", "at", "corrects", "corrected_at",
];

static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE order_id = $1 ORDER BY ord")));

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("callback.load", LOAD.clone())]
}

#[derive(FromRow)]
struct CallbackRow {
    id: CallbackId,
    order_id: OrderId,
    round: i32,
    mode: String,
    reached: bool,
    unreached_reason: Option<String>,
    contacted: Option<String>,
    solved: Option<String>,
    process_rating: Option<String>,
    rating: Option<String>,
    dissatisfy_reasons: Json<Vec<String>>,
    opinion: Option<String>,
    outcome: String,
    by_user: UserId,
    at: Ts,
    corrects: Option<CallbackId>,
    corrected_at: Option<Ts>,
}

impl TryFrom<CallbackRow> for Callback {
    type Error = StoreError;
    fn try_from(r: CallbackRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Callback {
            mode: at.code("mode", &r.mode)?,
            contacted: at.code_opt("contacted", r.contacted.as_deref())?,
            solved: at.code_opt("solved", r.solved.as_deref())?,
            process_rating: at.code_opt("process_rating", r.process_rating.as_deref())?,
            rating: at.code_opt("rating", r.rating.as_deref())?,
            outcome: at.code("outcome", &r.outcome)?,
            id: r.id,
            order_id: r.order_id,
            round: r.round,
            reached: r.reached,
            unreached_reason: r.unreached_reason,
            dissatisfy_reasons: r.dissatisfy_reasons.0,
            opinion: r.opinion,
            by: r.by_user,
            at: r.at,
            corrects: r.corrects,
            corrected_at: r.corrected_at,
        })
    }
}

/// The callbacks of an order, oldest first.
pub async fn list_callbacks<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Callback>> {
    via.into().all::<CallbackRow>(&LOAD, &[&order]).await?.into_iter().map(Callback::try_from).collect()
}

/// The callbacks of several orders.
pub(crate) async fn of_orders(db: &Db, ids: &[OrderId]) -> Result<Vec<Callback>> {
    let rows: Vec<CallbackRow> = row::of_orders(db, COLUMNS, TABLE, ids).await?;
    rows.into_iter().map(Callback::try_from).collect()
}

pub(crate) async fn insert(tx: &mut Tx, callbacks: &[(usize, &Callback)]) -> Result<()> {
    let rows = callbacks.iter().map(|(ord, c)| {
        boxes![
            c.id,
            c.order_id,
            *ord as i32,
            c.round,
            c.mode.code(),
            c.reached,
            c.unreached_reason.clone(),
            c.contacted.map(|v| v.code()),
            c.solved.map(|v| v.code()),
            c.process_rating.map(|v| v.code()),
            c.rating.map(|v| v.code()),
            Json(c.dissatisfy_reasons.clone()),
            c.opinion.clone(),
            c.outcome.code(),
            c.by,
            c.at,
            c.corrects,
            c.corrected_at
        ]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    Ok(())
}
