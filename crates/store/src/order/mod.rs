//! Orders by themselves; with everything that hangs on them see [`crate::case`].

mod row;

use db::{Sql, Tx};
use domain::order::Order;
use kernel::{OrderId, Ts, UserId};

pub use row::{OPEN_STATES, is_open};

use crate::{
    error::{Result, StoreError},
    row::args,
    vault::Vault,
    via::Via,
};

const FIND_BY_CASE_NO: Sql = Sql::same("SELECT id FROM orders WHERE case_no = $1");
const FIND_BY_QUERY_CODE: Sql = Sql::same("SELECT id FROM orders WHERE query_code_hash = $1");
const FIND_BY_SOURCE: Sql = Sql::same("SELECT id FROM orders WHERE src_sys = $1 AND src_no = $2");
const CLAIM: Sql = Sql::same(
    "UPDATE orders SET claimed_by = $2, claimed_until = $3, updated_at = $4, version = version + 1
     WHERE id = $1 AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until < $4)",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("order.load", row::LOAD.clone()),
        ("order.load_for_change", row::LOAD_FOR_CHANGE.clone()),
        ("order.insert", row::INSERT.clone()),
        ("order.save_progress", row::SAVE_PROGRESS.clone()),
        ("order.save_facts", row::SAVE_FACTS.clone()),
        ("order.find_by_case_no", FIND_BY_CASE_NO),
        ("order.find_by_query_code", FIND_BY_QUERY_CODE),
        ("order.find_by_source", FIND_BY_SOURCE),
        ("order.claim", CLAIM),
    ]
}

/// One order without its tasks and clocks.
pub async fn load_order<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: OrderId) -> Result<Option<Order>> {
    load(via.into(), vault, id, &row::LOAD).await
}

/// As [`load_order`], keeping other writers away until the transaction ends.
pub async fn load_order_for_change(tx: &mut Tx, vault: &Vault, id: OrderId) -> Result<Option<Order>> {
    load(Via::Tx(tx), vault, id, &row::LOAD_FOR_CHANGE).await
}

async fn load(mut via: Via<'_>, vault: &Vault, id: OrderId, sql: &Sql) -> Result<Option<Order>> {
    via.one::<row::OrderRow>(sql, &[&id]).await?.map(|r| r.into_order(vault)).transpose()
}

/// Several orders in the sequence of their keys; unknown ones are left out.
pub async fn load_orders<'a>(via: impl Into<Via<'a>>, vault: &Vault, ids: &[OrderId]) -> Result<Vec<Order>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let padded = padded(ids);
    let rows: Vec<row::OrderRow> = via.into().all(&row::load_many(padded.len()), &args(&padded)).await?;
    let mut orders: Vec<Order> = rows.into_iter().map(|r| r.into_order(vault)).collect::<Result<_>>()?;
    orders.sort_by_key(|o| ids.iter().position(|id| *id == o.id));
    Ok(orders)
}

/// Parameters of an IN list, the last key repeated up to the next power of two: few statement texts, so that the
/// engines keep them prepared.
pub(crate) fn padded(ids: &[OrderId]) -> Vec<db::BoxBind> {
    let last = ids.last().copied();
    let fill = ids.len().next_power_of_two() - ids.len();
    ids.iter().copied().chain(last.into_iter().cycle().take(fill)).map(db::boxed).collect()
}

/// The order with this 工单编号.
pub async fn find_by_case_no<'a>(via: impl Into<Via<'a>>, case_no: &str) -> Result<Option<OrderId>> {
    Ok(via.into().one::<(OrderId,)>(&FIND_BY_CASE_NO, &[&case_no]).await?.map(|(id,)| id))
}

/// The order with this blind index of a 查询码.
pub async fn find_by_query_code<'a>(via: impl Into<Via<'a>>, query_code_hash: &str) -> Result<Option<OrderId>> {
    Ok(via.into().one::<(OrderId,)>(&FIND_BY_QUERY_CODE, &[&query_code_hash]).await?.map(|(id,)| id))
}

/// The order another system already handed in under its own number: repeating an import finds it again.
pub async fn find_by_source<'a>(via: impl Into<Via<'a>>, src_sys: &str, src_no: &str) -> Result<Option<OrderId>> {
    Ok(via.into().one::<(OrderId,)>(&FIND_BY_SOURCE, &[&src_sys, &src_no]).await?.map(|(id,)| id))
}

/// 占用 in one statement: takes the order for `user` until `until` unless another person holds it now. `false` when
/// another does.
pub async fn claim_order(tx: &mut Tx, id: OrderId, user: UserId, until: Ts, now: Ts) -> Result<bool> {
    Ok(tx.run(&CLAIM, &[&id, &user, &until, &now]).await? == 1)
}

/// The columns of a new row, in the order of [`row_of_new`].
pub(crate) fn columns_of_new() -> Vec<&'static str> {
    row::all_columns()
}

pub(crate) fn row_of_new(order: &Order, vault: &Vault) -> Vec<db::BoxBind> {
    let mut binds = crate::row::boxes![order.id, order.version];
    binds.extend(row::facts(order, vault));
    binds.extend(row::progress(order));
    binds
}

/// Writes a new row; returns its number in the text index.
pub(crate) async fn insert_order(tx: &mut Tx, vault: &Vault, order: &Order) -> Result<i64> {
    Ok(tx.scalar(&*row::INSERT, &args(&row_of_new(order, vault))).await?)
}

/// Writes what differs if the row still has the version of `before`, and makes it one more. Returns the number in the
/// text index when facts changed.
pub(crate) async fn save_order(tx: &mut Tx, vault: &Vault, before: &Order, after: &mut Order) -> Result<Option<i64>> {
    let mut binds = crate::row::boxes![after.id, before.version];
    binds.extend(row::progress(after));
    if tx.run(&*row::SAVE_PROGRESS, &args(&binds)).await? == 0 {
        return Err(StoreError::stale("orders", after.id));
    }
    after.version = before.version + 1;
    if !row::facts_differ(before, after) {
        return Ok(None);
    }
    let mut binds = crate::row::boxes![after.id];
    binds.extend(row::facts(after, vault));
    Ok(Some(tx.scalar(&*row::SAVE_FACTS, &args(&binds)).await?))
}
