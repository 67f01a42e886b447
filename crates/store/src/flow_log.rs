//! The flow log (流转记录): one append-only hash chain per order. For the record that is hashed see `canon.rs`.

use std::sync::LazyLock;

use db::{Sql, Tx};
use domain::{authority::Role, flow::FlowEntry, order::Order};
use kernel::{OrderId, OrgId, TaskId, Ts, UserId};
use serde_json::{Value, json};
use sqlx::FromRow;

use crate::{
    canon,
    error::{Result, StoreError},
    row::{At, boxes, insert_rows, select},
    vault::Vault,
    via::Via,
};

const TABLE: &str = "flow_log";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "order_id", "seq", "task_id", "code", "action", "from_state", "to_state", "actor", "actor_name", "actor_role",
    "actor_org", "on_behalf_of", "at", "opinion", "reason_code", "fields", "due_before", "due_after", "prev_hash",
    "hash",
];

static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE order_id = $1 ORDER BY seq")));
const HEAD: Sql = Sql::same("SELECT flow_seq, flow_hash FROM orders WHERE id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("flow_log.load", LOAD.clone()), ("flow_log.head", HEAD)]
}

#[derive(FromRow)]
struct FlowRow {
    order_id: OrderId,
    seq: i64,
    task_id: Option<TaskId>,
    code: String,
    action: String,
    from_state: String,
    to_state: String,
    actor: Option<UserId>,
    actor_name: String,
    actor_role: Option<String>,
    actor_org: Option<OrgId>,
    on_behalf_of: Option<UserId>,
    at: Ts,
    opinion: Option<String>,
    reason_code: Option<String>,
    fields: String,
    due_before: Option<Ts>,
    due_after: Option<Ts>,
    prev_hash: String,
    hash: String,
}

/// A written entry with its place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowLine {
    pub seq: i64,
    pub hash: String,
    pub entry: FlowEntry,
}

/// What a check of a chain found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Whole, with so many records.
    Intact { records: i64 },
    /// The first record that does not follow from the one before, and why.
    Broken { seq: i64, reason: String },
}

/// The record of an entry as it is hashed.
fn record(e: &FlowEntry, seq: i64, fields: &str, prev_hash: &str) -> Vec<Value> {
    vec![
        json!("flow/1"),
        json!(e.order_id),
        json!(seq),
        json!(e.task_id),
        json!(e.code),
        json!(e.action),
        json!(e.from),
        json!(e.to),
        json!(e.actor),
        json!(e.actor_name),
        json!(e.actor_role.map(Role::code)),
        json!(e.actor_org),
        json!(e.on_behalf_of),
        json!(e.at),
        json!(e.opinion),
        json!(e.reason_code),
        json!(fields),
        json!(e.due_before),
        json!(e.due_after),
        json!(prev_hash),
    ]
}

/// Appends entries to the chain of `order` and moves its head (`flow_seq`, `flow_hash`) in memory; the head is stored
/// when the order itself is inserted or saved, which must follow in the same transaction.
pub async fn append_flow(tx: &mut Tx, vault: &Vault, order: &mut Order, entries: &[FlowEntry]) -> Result<()> {
    let mut rows = Vec::with_capacity(entries.len());
    for e in entries {
        let seq = order.flow_seq + 1;
        let fields = canon::canonical(&e.fields);
        let prev = std::mem::take(&mut order.flow_hash);
        let hash = canon::link(vault, &prev, record(e, seq, &fields, &prev));
        rows.push(boxes![
            e.order_id,
            seq,
            e.task_id,
            e.code.clone(),
            e.action.clone(),
            e.from.clone(),
            e.to.clone(),
            e.actor,
            e.actor_name.clone(),
            e.actor_role.map(Role::code),
            e.actor_org,
            e.on_behalf_of,
            e.at,
            e.opinion.clone(),
            e.reason_code.clone(),
            fields,
            e.due_before,
            e.due_after,
            prev,
            hash.clone(),
        ]);
        (order.flow_seq, order.flow_hash) = (seq, hash);
    }
    insert_rows(tx, TABLE, COLUMNS, rows, "").await?;
    Ok(())
}

async fn rows(via: &mut Via<'_>, order: OrderId) -> Result<Vec<FlowRow>> {
    Ok(via.all(&LOAD, &[&order]).await?)
}

fn line(r: FlowRow) -> Result<FlowLine> {
    let row = format!("{}#{}", r.order_id, r.seq);
    let at = At { table: TABLE, row: &row };
    let entry = FlowEntry {
        actor_role: at.code_opt("actor_role", r.actor_role.as_deref())?,
        fields: at.json("fields", &r.fields)?,
        order_id: r.order_id,
        task_id: r.task_id,
        code: r.code,
        action: r.action,
        from: r.from_state,
        to: r.to_state,
        actor: r.actor,
        actor_name: r.actor_name,
        actor_org: r.actor_org,
        on_behalf_of: r.on_behalf_of,
        at: r.at,
        opinion: r.opinion,
        reason_code: r.reason_code,
        due_before: r.due_before,
        due_after: r.due_after,
    };
    Ok(FlowLine { seq: r.seq, hash: r.hash, entry })
}

/// The flow log of an order, oldest first.
pub async fn flow_of<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<FlowLine>> {
    rows(&mut via.into(), order).await?.into_iter().map(line).collect()
}

/// Checks every record of an order's chain against its predecessor, and the last against the head kept in the order.
pub async fn verify_flow<'a>(via: impl Into<Via<'a>>, vault: &Vault, order: OrderId) -> Result<Verdict> {
    let mut via = via.into();
    let head: Option<(i64, String)> = via.one(&HEAD, &[&order]).await?;
    let mut at = (0, String::new());
    for row in rows(&mut via, order).await? {
        let (seq, fields, prev_hash, hash) = (row.seq, row.fields.clone(), row.prev_hash.clone(), row.hash.clone());
        if seq != at.0 + 1 {
            return Ok(Verdict::Broken { seq, reason: format!("缺少第 {} 条记录", at.0 + 1) });
        }
        let entry = match line(row) {
            Ok(line) => line.entry,
            Err(StoreError::Corrupt { reason, .. }) => return Ok(Verdict::Broken { seq, reason }),
            Err(e) => return Err(e),
        };
        if prev_hash != at.1 || canon::link(vault, &at.1, record(&entry, seq, &fields, &prev_hash)) != hash {
            return Ok(Verdict::Broken { seq, reason: "内容与校验值不符".to_owned() });
        }
        at = (seq, hash);
    }
    match head {
        Some(head) if head != at => {
            Ok(Verdict::Broken { seq: at.0 + 1, reason: "末尾记录与工单登记的链头不符".to_owned() })
        }
        _ => Ok(Verdict::Intact { records: at.0 }),
    }
}
