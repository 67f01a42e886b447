//! A case: an order with its tasks, clocks, requests, contacts, callbacks, links and supervision rounds, read whole and written by
//! difference.

use std::collections::HashMap;

use db::{Db, Tx};
use domain::{case::Case, decision::Grant};
use kernel::OrderId;

use crate::{
    callback, clock, contact,
    error::{Result, StoreError},
    grant, link, order, request, supervision, task, text,
    vault::Vault,
    via::Via,
};

/// The case of an order.
pub async fn load_case<'a>(via: impl Into<Via<'a>>, vault: &Vault, id: OrderId) -> Result<Option<Case>> {
    let mut via = via.into();
    let order = order::load_order(&mut via, vault, id).await?;
    match order {
        Some(order) => Ok(Some(children(via, vault, order).await?)),
        None => Ok(None),
    }
}

/// As [`load_case`], keeping other writers of this order away until the transaction ends.
pub async fn load_case_for_change(tx: &mut Tx, vault: &Vault, id: OrderId) -> Result<Option<Case>> {
    match order::load_order_for_change(tx, vault, id).await? {
        Some(order) => Ok(Some(children(Via::Tx(tx), vault, order).await?)),
        None => Ok(None),
    }
}

/// The cases of several orders, in the order asked for, with as many queries as for one; those that do not exist are
/// left out.
pub async fn load_cases(db: &Db, vault: &Vault, ids: &[OrderId]) -> Result<Vec<Case>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let orders = order::load_orders(db, vault, ids).await?;
    let mut tasks = sorted(task::of_orders(db, ids).await?, |t| t.order_id);
    let mut clocks = sorted(clock::of_orders(db, ids).await?, |c| c.order_id);
    let mut requests = sorted(request::of_orders(db, vault, ids).await?, |r| r.order_id);
    let mut contacts = sorted(contact::of_orders(db, ids).await?, |c| c.order_id);
    let mut callbacks = sorted(callback::of_orders(db, ids).await?, |c| c.order_id);
    let mut links = sorted(link::of_orders(db, ids).await?, |l| l.order_id);
    let mut supervisions = sorted(supervision::of_orders(db, ids).await?, |s| s.order_id);
    let case = |order: domain::order::Order| Case {
        tasks: tasks.remove(&order.id).unwrap_or_default(),
        clocks: clocks.remove(&order.id).unwrap_or_default(),
        requests: requests.remove(&order.id).unwrap_or_default(),
        contacts: contacts.remove(&order.id).unwrap_or_default(),
        callbacks: callbacks.remove(&order.id).unwrap_or_default(),
        links: links.remove(&order.id).unwrap_or_default(),
        supervisions: supervisions.remove(&order.id).unwrap_or_default(),
        order,
    };
    Ok(orders.into_iter().map(case).collect())
}

/// Children by their order.
fn sorted<T>(items: Vec<T>, of: impl Fn(&T) -> OrderId) -> HashMap<OrderId, Vec<T>> {
    let mut all: HashMap<OrderId, Vec<T>> = HashMap::new();
    for item in items {
        all.entry(of(&item)).or_default().push(item);
    }
    all
}

async fn children(mut via: Via<'_>, vault: &Vault, order: domain::order::Order) -> Result<Case> {
    Ok(Case {
        tasks: task::list_tasks(&mut via, order.id).await?,
        clocks: clock::list_clocks(&mut via, order.id).await?,
        requests: request::list_requests(&mut via, vault, order.id).await?,
        contacts: contact::list_contacts(&mut via, order.id).await?,
        callbacks: callback::list_callbacks(&mut via, order.id).await?,
        links: link::list_links(&mut via, order.id).await?,
        supervisions: supervision::list_supervisions(&mut via, order.id).await?,
        order,
    })
}

/// Writes a new case with its text index and grants; `grants` are those of the decision, registrar, registering
/// organisation and task holders get theirs besides. Call [`crate::flow_log::append_flow`] first, so that the order
/// carries the head of its chain.
pub async fn insert_case(tx: &mut Tx, vault: &Vault, case: &Case, grants: &[Grant]) -> Result<()> {
    let no = order::insert_order(tx, vault, &case.order).await?;
    text::insert(tx, no, &case.order).await?;
    task::insert(tx, &numbered(&case.tasks)).await?;
    clock::insert(tx, &numbered(&case.clocks)).await?;
    request::insert(tx, vault, &numbered(&case.requests)).await?;
    contact::insert(tx, &numbered(&case.contacts)).await?;
    callback::insert(tx, &numbered(&case.callbacks)).await?;
    link::insert(tx, &numbered(&case.links)).await?;
    supervision::insert(tx, &numbered(&case.supervisions)).await?;
    grant::of_new(tx, case, grants).await
}

/// Writes what differs between the case as loaded and the case as decided. Every changed row is compared by version
/// and its version in `after` set to the new one; the order's version rises with any change at all. Call
/// [`crate::flow_log::append_flow`] first.
///
/// # Errors
/// [`StoreError::Stale`] when another transaction was faster; nothing may be committed then.
/// [`StoreError::Corrupt`] when `after` lacks a child that `before` has: cases only grow.
pub async fn save_case(tx: &mut Tx, vault: &Vault, before: &Case, after: &mut Case, grants: &[Grant]) -> Result<()> {
    if before != after
        && let Some(no) = order::save_order(tx, vault, &before.order, &mut after.order).await?
    {
        let told = |o: &domain::order::Order| (o.title.clone(), o.content.clone(), o.wish.clone());
        if told(&before.order) != told(&after.order) {
            text::replace(tx, no, &after.order).await?;
        }
    }
    let new = changed(&before.tasks, &mut after.tasks, "task", |t| t.id.uuid())?;
    task::insert(tx, &new.fresh(&after.tasks)).await?;
    for (old, at) in new.pairs {
        task::save(tx, old, &mut after.tasks[at]).await?;
    }
    let new = changed(&before.clocks, &mut after.clocks, "clock", |c| c.id.uuid())?;
    clock::insert(tx, &new.fresh(&after.clocks)).await?;
    for (old, at) in new.pairs {
        clock::save(tx, old, &mut after.clocks[at]).await?;
    }
    let new = changed(&before.requests, &mut after.requests, "request", |r| r.id.uuid())?;
    request::insert(tx, vault, &new.fresh(&after.requests)).await?;
    for (old, at) in new.pairs {
        request::save(tx, vault, old, &mut after.requests[at]).await?;
    }
    let new = changed(&before.supervisions, &mut after.supervisions, "supervision", |s| s.id.uuid())?;
    supervision::insert(tx, &new.fresh(&after.supervisions)).await?;
    for (old, at) in new.pairs {
        supervision::save(tx, old, &mut after.supervisions[at]).await?;
    }
    save_records(tx, before, after).await?;
    grant::of_change(tx, before, after, grants).await
}

/// The lists without versions.
async fn save_records(tx: &mut Tx, before: &Case, after: &mut Case) -> Result<()> {
    let new = changed(&before.contacts, &mut after.contacts, "contact", |c| c.id.uuid())?;
    new.refuse_changes("contact")?;
    contact::insert(tx, &new.fresh(&after.contacts)).await?;
    let new = changed(&before.callbacks, &mut after.callbacks, "callback", |c| c.id.uuid())?;
    new.refuse_changes("callback")?;
    callback::insert(tx, &new.fresh(&after.callbacks)).await?;
    let new = changed(&before.links, &mut after.links, "link", |l| l.id.uuid())?;
    link::insert(tx, &new.fresh(&after.links)).await?;
    for (_, at) in &new.pairs {
        link::save(tx, &after.links[*at]).await?;
    }
    Ok(())
}

fn numbered<T>(items: &[T]) -> Vec<(usize, &T)> {
    items.iter().enumerate().collect()
}

/// How a list of children changed.
struct Changes<'b, T> {
    /// Places of new children in `after`.
    fresh: Vec<usize>,
    /// Changed children as they were, with their places in `after`.
    pairs: Vec<(&'b T, usize)>,
}

impl<T> Changes<'_, T> {
    fn fresh<'a>(&self, after: &'a [T]) -> Vec<(usize, &'a T)> {
        self.fresh.iter().map(|at| (*at, &after[*at])).collect()
    }

    fn refuse_changes(&self, table: &'static str) -> Result<()> {
        match self.pairs.first() {
            None => Ok(()),
            Some((_, at)) => Err(StoreError::corrupt(table, "*", at, "记录写入后不得修改")),
        }
    }
}

fn changed<'b, T: PartialEq>(
    before: &'b [T],
    after: &mut [T],
    table: &'static str,
    key: impl Fn(&T) -> uuid::Uuid,
) -> Result<Changes<'b, T>> {
    let mut changes = Changes { fresh: Vec::new(), pairs: Vec::new() };
    let mut kept = 0;
    for (at, item) in after.iter().enumerate() {
        match before.iter().find(|old| key(old) == key(item)) {
            None => changes.fresh.push(at),
            Some(old) => {
                kept += 1;
                if old != item {
                    changes.pairs.push((old, at));
                }
            }
        }
    }
    if kept < before.len() {
        return Err(StoreError::corrupt(table, "*", before.len(), "子记录不得删除"));
    }
    Ok(changes)
}
