//! Who may see an order (§6.3): organisations, and the persons who registered it or are assigned to it.

use std::collections::BTreeSet;

use db::{BoxBind, Sql, Tx};
use domain::{
    authority::OrderFacts,
    case::Case,
    decision::{Grant, GrantKind},
    task::{Task, TaskRole},
};
use kernel::{OrderId, OrgId, UserId};
use uuid::Uuid;

use crate::{
    error::Result,
    order::is_open,
    row::{At, args, boxes, insert_rows},
    via::Via,
};

/// Kinds of holders that are persons, beside [`GrantKind`].
const REGISTRAR: &str = "registrar";
const HANDLER: &str = "handler";

pub(crate) const COLUMNS: &[&str] = &["order_id", "holder", "kind", "registered_at", "is_open"];
const GRANTED: Sql = Sql::same(
    "SELECT DISTINCT holder FROM order_grant WHERE order_id = $1 AND kind NOT IN ('registrar', 'handler') ORDER BY holder",
);
const END_HANDLER: Sql = Sql::same("DELETE FROM order_grant WHERE order_id = $1 AND holder = $2 AND kind = 'handler'");

const SET_OPEN: Sql = Sql::same("UPDATE order_grant SET is_open = $2 WHERE order_id = $1");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("grant.granted_orgs", GRANTED), ("grant.end_handler", END_HANDLER), ("grant.set_open", SET_OPEN)]
}

/// The organisations that may see an order, for [`domain::authority::OrderFacts`].
pub async fn granted_orgs<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<OrgId>> {
    Ok(via.into().all::<(OrgId,)>(&GRANTED, &[&order]).await?.into_iter().map(|(id,)| id).collect())
}

/// Number of an order, and what decides who may see it and hear its calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenOrder {
    pub id: OrderId,
    pub case_no: String,
    pub facts: OrderFacts,
}

type Brief = (OrderId, String, Option<UserId>, OrgId, String, String);

/// The same of several orders, in three statements.
pub async fn seen_orders<'a>(via: impl Into<Via<'a>>, ids: &[OrderId]) -> Result<Vec<SeenOrder>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut via = via.into();
    let list = db::placeholders(1, ids.len());
    let binds: Vec<BoxBind> = ids.iter().map(|id| db::boxed(*id) as BoxBind).collect();
    let text = format!(
        "SELECT id, case_no, registered_by, registered_org, region, confidentiality FROM orders WHERE id IN ({list})"
    );
    let briefs: Vec<Brief> = via.all(&Sql::dynamic(text), &args(&binds)).await?;
    let text = format!(
        "SELECT DISTINCT order_id, holder FROM order_grant WHERE order_id IN ({list})
           AND kind NOT IN ('registrar', 'handler') ORDER BY order_id, holder"
    );
    let granted: Vec<(OrderId, OrgId)> = via.all(&Sql::dynamic(text), &args(&binds)).await?;
    let text = format!("SELECT order_id, org, handler FROM task WHERE order_id IN ({list}) ORDER BY order_id, ord");
    let tasks: Vec<(OrderId, OrgId, Option<UserId>)> = via.all(&Sql::dynamic(text), &args(&binds)).await?;
    let seen = |(id, case_no, registered_by, registered_org, region, confidentiality): Brief| {
        let confidentiality = At { table: "orders", row: &id }.code("confidentiality", &confidentiality)?;
        let tasks: Vec<_> = tasks.iter().filter(|t| t.0 == id).map(|t| (t.1, t.2)).collect();
        let mut granted_orgs: Vec<OrgId> = granted.iter().filter(|g| g.0 == id).map(|g| g.1).collect();
        granted_orgs.extend(tasks.iter().map(|t| t.0));
        granted_orgs.sort();
        granted_orgs.dedup();
        let facts = OrderFacts { registered_by, registered_org, granted_orgs, tasks, region, confidentiality };
        Ok(SeenOrder { id, case_no, facts })
    };
    briefs.into_iter().map(seen).collect()
}

/// Lets further organisations see an order. Repeating it changes nothing.
pub async fn add(tx: &mut Tx, order: &domain::order::Order, grants: &[Grant]) -> Result<()> {
    let wanted = grants.iter().map(|g| (g.org.uuid(), g.kind.code())).collect();
    insert(tx, rows(order, wanted)).await
}

fn of_task(task: &Task) -> (Uuid, &'static str) {
    let kind = match task.role {
        TaskRole::Lead => GrantKind::Lead,
        TaskRole::Co => GrantKind::Co,
        TaskRole::Child => GrantKind::Child,
    };
    (task.org.uuid(), kind.code())
}

fn handlers(tasks: &[Task]) -> BTreeSet<UserId> {
    tasks.iter().filter_map(|t| t.handler).collect()
}

/// Rows for everyone who sees a fresh case.
pub(crate) fn rows_of_new(case: &Case, grants: &[Grant]) -> Vec<Vec<BoxBind>> {
    let mut wanted: BTreeSet<(Uuid, &str)> = grants.iter().map(|g| (g.org.uuid(), g.kind.code())).collect();
    wanted.insert((case.order.registered_org.uuid(), GrantKind::Registered.code()));
    wanted.extend(case.order.registered_by.map(|u| (u.uuid(), REGISTRAR)));
    wanted.extend(case.tasks.iter().map(of_task));
    wanted.extend(handlers(&case.tasks).iter().map(|u| (u.uuid(), HANDLER)));
    rows(&case.order, wanted)
}

/// Lets everyone see a fresh case who may.
pub(crate) async fn of_new(tx: &mut Tx, case: &Case, grants: &[Grant]) -> Result<()> {
    insert(tx, rows_of_new(case, grants)).await
}

/// What a step adds: new tasks, new handlers and the grants it decided. A person no longer assigned loses the order.
pub(crate) async fn of_change(tx: &mut Tx, before: &Case, after: &Case, grants: &[Grant]) -> Result<()> {
    let mut wanted: BTreeSet<(Uuid, &str)> = grants.iter().map(|g| (g.org.uuid(), g.kind.code())).collect();
    let known: BTreeSet<(Uuid, &str)> = before.tasks.iter().map(of_task).collect();
    wanted.extend(after.tasks.iter().map(of_task).filter(|t| !known.contains(t)));
    let (old, new) = (handlers(&before.tasks), handlers(&after.tasks));
    wanted.extend(new.difference(&old).map(|u| (u.uuid(), HANDLER)));
    for gone in old.difference(&new) {
        tx.later(&END_HANDLER, &[&after.order.id, gone]).await?;
    }
    let open = is_open(after.order.state);
    if open != is_open(before.order.state) {
        tx.later(&SET_OPEN, &[&after.order.id, &open]).await?;
    }
    insert(tx, rows(&after.order, wanted)).await
}

fn rows(order: &domain::order::Order, wanted: BTreeSet<(Uuid, &'static str)>) -> Vec<Vec<BoxBind>> {
    let open = is_open(order.state);
    wanted.into_iter().map(|(holder, kind)| boxes![order.id, holder, kind, order.registered_at, open]).collect()
}

async fn insert(tx: &mut Tx, rows: Vec<Vec<BoxBind>>) -> Result<()> {
    insert_rows(tx, "order_grant", COLUMNS, rows, "ON CONFLICT (order_id, holder, kind) DO NOTHING").await?;
    Ok(())
}
