//! Requests (申请) that wait for somebody's approval.

mod list;

use std::sync::LazyLock;

use db::{BoxBind, Db, Json, Sql, Tx};
use domain::request::{Request, StepDecision};
use kernel::{CallId, CallbackId, OrderId, OrgId, RequestId, TaskId, Ts, UserId};
use sqlx::FromRow;

pub use list::{JudgedFilter, RequestFilter, RequestLine, count, list, list_judged};

use crate::{
    error::{Result, StoreError},
    row::{self, At, args, boxes, insert_rows, select, update},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "request";
const FIXED: &[&str] = &["id", "order_id", "ord", "version"];
#[rustfmt::skip]
const CHANGING: &[&str] = &[
    "task_id", "kind", "state", "reason_code", "reason", "basis", "suggested_org", "days", "target", "until_at",
    "applied_by", "applied_org", "applied_at", "step", "awaiting", "decisions", "decided_at", "disputed", "due_at",
    "escalate_at", "escalated_n", "callback", "items", "corrections_enc", "call_id",
];

static LOAD: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "WHERE order_id = $1 ORDER BY ord")));
static SAVE: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, CHANGING, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
const ORDER_OF: Sql = Sql::same("SELECT order_id FROM request WHERE id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("request.load", LOAD.clone()), ("request.save", SAVE.clone()), ("request.order_of", ORDER_OF)]
}

fn columns() -> Vec<&'static str> {
    [FIXED, CHANGING].concat()
}

#[derive(FromRow)]
struct RequestRow {
    id: RequestId,
    order_id: OrderId,
    version: i64,
    task_id: Option<TaskId>,
    kind: String,
    state: String,
    reason_code: String,
    reason: String,
    basis: Option<String>,
    suggested_org: Option<OrgId>,
    days: Option<i64>,
    target: Option<OrderId>,
    until_at: Option<Ts>,
    applied_by: UserId,
    applied_org: OrgId,
    applied_at: Ts,
    step: i32,
    awaiting: Option<String>,
    decisions: Json<Vec<StepDecision>>,
    decided_at: Option<Ts>,
    disputed: Option<String>,
    due_at: Option<Ts>,
    escalate_at: Option<Ts>,
    escalated_n: i32,
    callback: Option<CallbackId>,
    items: String,
    corrections_enc: Option<Vec<u8>>,
    call_id: Option<CallId>,
}

impl RequestRow {
    fn open(self, vault: &Vault) -> Result<Request> {
        let r = self;
        let at = At { table: TABLE, row: &r.id };
        let corrections = vault.open_opt(TABLE, r.id, "corrections_enc", r.corrections_enc.as_deref())?;
        let read = |text: String| {
            let broken = |e: serde_json::Error| StoreError::corrupt(TABLE, "corrections_enc", r.id, e.to_string());
            serde_json::from_str(&text).map_err(broken)
        };
        Ok(Request {
            kind: at.code("kind", &r.kind)?,
            state: at.code("state", &r.state)?,
            awaiting: at.code_opt("awaiting", r.awaiting.as_deref())?,
            disputed: at.code_opt("disputed", r.disputed.as_deref())?,
            items: r.items.split(',').filter(|t| !t.is_empty()).map(|t| at.code("items", t)).collect::<Result<_>>()?,
            callback: r.callback,
            corrections: corrections.map(read).transpose()?.unwrap_or_default(),
            call: r.call_id,
            id: r.id,
            order_id: r.order_id,
            version: r.version,
            task_id: r.task_id,
            reason_code: r.reason_code,
            reason: r.reason,
            basis: r.basis,
            suggested_org: r.suggested_org,
            days: r.days,
            target: r.target,
            until: r.until_at,
            applied_by: r.applied_by,
            applied_org: r.applied_org,
            applied_at: r.applied_at,
            step: r.step,
            decisions: r.decisions.0,
            decided_at: r.decided_at,
            due_at: r.due_at,
            escalate_at: r.escalate_at,
            escalated_n: r.escalated_n,
        })
    }
}

/// What is contested may be personal: an address, a citizen's words.
fn sealed(r: &Request, vault: &Vault) -> Result<Option<Vec<u8>>> {
    if r.corrections.is_empty() {
        return Ok(None);
    }
    let text = serde_json::to_string(&r.corrections)
        .map_err(|e| StoreError::corrupt(TABLE, "corrections_enc", r.id, e.to_string()))?;
    Ok(Some(vault.seal(TABLE, r.id, "corrections_enc", &text)))
}

fn changing(r: &Request, vault: &Vault) -> Result<Vec<BoxBind>> {
    Ok(boxes![
        r.task_id,
        r.kind.code(),
        r.state.code(),
        r.reason_code.clone(),
        r.reason.clone(),
        r.basis.clone(),
        r.suggested_org,
        r.days,
        r.target,
        r.until,
        r.applied_by,
        r.applied_org,
        r.applied_at,
        r.step,
        r.awaiting.map(|a| a.code()),
        Json(r.decisions.clone()),
        r.decided_at,
        r.disputed.map(|d| d.code()),
        r.due_at,
        r.escalate_at,
        r.escalated_n,
        r.callback,
        r.items.iter().map(|i| i.code()).collect::<Vec<_>>().join(","),
        sealed(r, vault)?,
        r.call,
    ])
}

/// The order a request belongs to.
pub async fn order_of<'a>(via: impl Into<Via<'a>>, id: RequestId) -> Result<Option<OrderId>> {
    Ok(via.into().one::<(OrderId,)>(&ORDER_OF, &[&id]).await?.map(|(id,)| id))
}

/// The requests of an order, oldest first.
pub async fn list_requests<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Vec<Request>> {
    via.into().all::<RequestRow>(&LOAD, &[&order]).await?.into_iter().map(|r| r.open(vault)).collect()
}

/// The requests of several orders.
pub(crate) async fn of_orders(db: &Db, vault: &Vault, ids: &[OrderId]) -> Result<Vec<Request>> {
    let rows: Vec<RequestRow> = row::of_orders(db, &columns(), TABLE, ids).await?;
    rows.into_iter().map(|r| r.open(vault)).collect()
}

pub(crate) async fn insert(tx: &mut Tx, vault: &Vault, requests: &[(usize, &Request)]) -> Result<()> {
    let rows = requests.iter().map(|(ord, r)| {
        let mut row = boxes![r.id, r.order_id, *ord as i32, r.version];
        row.extend(changing(r, vault)?);
        Ok(row)
    });
    insert_rows(tx, TABLE, &columns(), rows.collect::<Result<_>>()?, "").await?;
    Ok(())
}

pub(crate) async fn save(tx: &mut Tx, vault: &Vault, before: &Request, after: &mut Request) -> Result<()> {
    let mut binds = boxes![after.id, before.version];
    binds.extend(changing(after, vault)?);
    if tx.run(&*SAVE, &args(&binds)).await? == 0 {
        return Err(StoreError::stale(TABLE, after.id));
    }
    after.version = before.version + 1;
    Ok(())
}
