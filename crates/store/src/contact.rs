//! Contacts with the citizen (联系记录): written once.

use std::sync::LazyLock;

use db::{Db, Sql, Tx};
use domain::contact::Contact;
use kernel::{ContactId, OrderId, TaskId, Ts, UserId};
use sqlx::FromRow;

use crate::{
    error::{Result, StoreError},
    row::{self, At, boxes, insert_rows, select},
    via::Via,
};

const TABLE: &str = "contact";
#[rustfmt::skip]
const COLUMNS: &[&str] =
    &["id", "order_id", "ord", "task_id", "at", "way", "result", "note", "by_user", "recorded_at"];

static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE order_id = $1 ORDER BY ord")));

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("contact.load", LOAD.clone())]
}

#[derive(FromRow)]
struct ContactRow {
    id: ContactId,
    order_id: OrderId,
    task_id: TaskId,
    at: Ts,
    way: String,
    result: String,
    note: Option<String>,
    by_user: UserId,
    recorded_at: Ts,
}

impl TryFrom<ContactRow> for Contact {
    type Error = StoreError;
    fn try_from(r: ContactRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Contact {
            way: at.code("way", &r.way)?,
            result: at.code("result", &r.result)?,
            id: r.id,
            order_id: r.order_id,
            task_id: r.task_id,
            at: r.at,
            note: r.note,
            by: r.by_user,
            recorded_at: r.recorded_at,
        })
    }
}

/// The contacts of an order, oldest first.
pub async fn list_contacts<'a>(via: impl Into<Via<'a>>, order: OrderId) -> Result<Vec<Contact>> {
    via.into().all::<ContactRow>(&LOAD, &[&order]).await?.into_iter().map(Contact::try_from).collect()
}

/// The contacts of several orders.
pub(crate) async fn of_orders(db: &Db, ids: &[OrderId]) -> Result<Vec<Contact>> {
    let rows: Vec<ContactRow> = row::of_orders(db, COLUMNS, TABLE, ids).await?;
    rows.into_iter().map(Contact::try_from).collect()
}

pub(crate) async fn insert(tx: &mut Tx, contacts: &[(usize, &Contact)]) -> Result<()> {
    let rows = contacts.iter().map(|(ord, c)| {
        boxes![
            c.id,
            c.order_id,
            *ord as i32,
            c.task_id,
            c.at,
            c.way.code(),
            c.result.code(),
            c.note.clone(),
            c.by,
            c.recorded_at
        ]
    });
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), "").await?;
    Ok(())
}
