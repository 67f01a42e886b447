//! Rows of lists: orders with the few facts a row shows beside them.

use std::collections::BTreeMap;

use db::{BoxBind, Sql, placeholders};
use domain::{clock::ClockKind, order::Order, request::RequestKind};
use kernel::{OrderId, Ts, UserId};

use crate::{
    error::Result,
    order::{load_orders, padded},
    row::{At, args},
    vault::Vault,
    via::Via,
};

/// One row. The order is whole and in clear: mask it before it leaves the building.
#[derive(Clone, Debug, PartialEq)]
pub struct OrderLine {
    pub order: Order,
    /// The person who has the lead task now.
    pub handler: Option<UserId>,
    /// Kinds of requests waiting for a decision.
    pub pending: Vec<RequestKind>,
    /// Orders linked to this one as the same matter, in either direction.
    pub repeat_n: i64,
    /// The running clock of the step the order waits in at the centre, the next to end.
    pub stage: Option<Stage>,
}

/// A running clock of dispatch, reply or callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    pub kind: ClockKind,
    pub due_at: Ts,
    pub warn_at: Ts,
}

/// Condition on `clock c`: a running clock of a step at the centre.
pub(super) const STEP: &str =
    "c.outcome = 'open' AND c.paused_at IS NULL AND c.kind IN ('dispatch', 'unified_reply', 'callback')";

/// Rows for these orders, in their sequence; unknown ones are left out.
pub async fn order_lines<'a>(via: impl Into<Via<'a>>, vault: &Vault, ids: &[OrderId]) -> Result<Vec<OrderLine>> {
    let mut via = via.into();
    let orders = load_orders(&mut via, vault, ids).await?;
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let binds = padded(ids);
    let list = placeholders(1, binds.len());
    let text = format!(
        "SELECT order_id, handler FROM task WHERE order_id IN ({list}) AND role = 'lead' AND is_open
           AND handler IS NOT NULL ORDER BY order_id, ord"
    );
    let handlers: BTreeMap<OrderId, UserId> =
        via.all::<(OrderId, UserId)>(&Sql::dynamic(text), &args(&binds)).await?.into_iter().collect();
    let text =
        format!("SELECT order_id, kind FROM request WHERE order_id IN ({list}) AND state = 'pending' ORDER BY ord");
    let mut pending: BTreeMap<OrderId, Vec<RequestKind>> = BTreeMap::new();
    for (id, kind) in via.all::<(OrderId, String)>(&Sql::dynamic(text), &args(&binds)).await? {
        let kind = At { table: "request", row: &id }.code("kind", &kind)?;
        pending.entry(id).or_default().push(kind);
    }
    let text = format!(
        "SELECT id, COUNT(*) FROM (
            SELECT order_id AS id, other_id AS far FROM link
             WHERE order_id IN ({list}) AND kind IN ('repeat', 'same_event') AND ended_at IS NULL
            UNION SELECT other_id, order_id FROM link
             WHERE other_id IN ({list}) AND kind IN ('repeat', 'same_event') AND ended_at IS NULL
            UNION SELECT merged_into, id FROM orders WHERE merged_into IN ({list})) same GROUP BY id"
    );
    let repeats: BTreeMap<OrderId, i64> =
        via.all::<(OrderId, i64)>(&Sql::dynamic(text), &args(&binds)).await?.into_iter().collect();
    let stages = stages(&mut via, &binds).await?;
    Ok(orders
        .into_iter()
        .map(|order| OrderLine {
            handler: handlers.get(&order.id).copied(),
            pending: pending.remove(&order.id).unwrap_or_default(),
            repeat_n: repeats.get(&order.id).copied().unwrap_or(0),
            stage: stages.get(&order.id).copied(),
            order,
        })
        .collect())
}

async fn stages(via: &mut Via<'_>, binds: &[BoxBind]) -> Result<BTreeMap<OrderId, Stage>> {
    let list = placeholders(1, binds.len());
    let text = format!(
        "SELECT c.order_id, c.kind, c.due_at, c.warn_at FROM clock c
          WHERE c.order_id IN ({list}) AND {STEP} ORDER BY c.due_at DESC"
    );
    let mut stages = BTreeMap::new();
    let rows = via.all::<(OrderId, String, Ts, Ts)>(&Sql::dynamic(text), &args(binds)).await?;
    for (id, kind, due_at, warn_at) in rows {
        let kind = At { table: "clock", row: &id }.code("kind", &kind)?;
        stages.insert(id, Stage { kind, due_at, warn_at });
    }
    Ok(stages)
}
