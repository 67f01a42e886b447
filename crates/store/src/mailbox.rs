//! 领导信箱, and how the letters of each stand.

use db::{FromRow, Sql, Tx};
use domain::mailbox::Mailbox;
use kernel::{OrderId, Ts, UserId, Uuid};

use crate::{
    error::{Result, StoreError},
    via::Via,
};

const LIST: Sql = Sql::same("SELECT id, name, leader, about, open, ord, version FROM mailbox ORDER BY ord, name");
const INSERT: Sql = Sql::same(
    "INSERT INTO mailbox (id, name, leader, about, open, ord, at, by_id, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
);
const SAVE: Sql = Sql::same(
    "UPDATE mailbox SET name = $3, leader = $4, about = $5, open = $6, ord = $7, at = $8, by_id = $9, version = version + 1
     WHERE id = $1 AND version = $2",
);
const LETTERS: Sql = Sql::same(
    "SELECT mailbox, COUNT(*), SUM(CASE WHEN is_open THEN 1 ELSE 0 END) FROM orders WHERE mailbox IS NOT NULL
     GROUP BY mailbox ORDER BY mailbox",
);

/// The leader holds a copy of the letter, as an organisation holds one of an order.
const COPY: Sql = Sql::same(
    "INSERT INTO order_grant (order_id, holder, kind, registered_at, is_open)
     SELECT o.id, $2, 'copy', g.registered_at, g.is_open FROM orders o
     JOIN order_grant g ON g.order_id = o.id AND g.holder = o.registered_org AND g.kind = 'registered'
     WHERE o.mailbox = $1 ON CONFLICT (order_id, holder, kind) DO NOTHING",
);
const COPY_ONE: Sql = Sql::same(
    "INSERT INTO order_grant (order_id, holder, kind, registered_at, is_open)
     SELECT order_id, $2, 'copy', registered_at, is_open FROM order_grant WHERE order_id = $1 AND kind = 'registered'
     ON CONFLICT (order_id, holder, kind) DO NOTHING",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("mailbox.list", LIST),
        ("mailbox.insert", INSERT),
        ("mailbox.save", SAVE),
        ("mailbox.letters", LETTERS),
        ("mailbox.copy", COPY),
        ("mailbox.copy_one", COPY_ONE),
    ]
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    leader: UserId,
    about: String,
    open: bool,
    ord: i64,
    version: i64,
}

/// Every box, in the order of the list.
pub async fn list<'a>(via: impl Into<Via<'a>>) -> Result<Vec<Mailbox>> {
    let rows: Vec<Row> = via.into().all(&LIST, &[]).await?;
    let made = |r: Row| Mailbox {
        id: r.id,
        name: r.name,
        leader: r.leader,
        about: r.about,
        open: r.open,
        ord: r.ord,
        version: r.version,
    };
    Ok(rows.into_iter().map(made).collect())
}

pub async fn insert(tx: &mut Tx, m: &Mailbox, by: UserId, now: Ts) -> Result<()> {
    tx.run(&INSERT, &[&m.id, &m.name, &m.leader, &m.about, &m.open, &m.ord, &now, &by]).await?;
    Ok(())
}

/// Writes it if the row still has its version.
pub async fn save(tx: &mut Tx, m: &Mailbox, by: UserId, now: Ts) -> Result<()> {
    let args: [&dyn db::Bind; 9] = [&m.id, &m.version, &m.name, &m.leader, &m.about, &m.open, &m.ord, &now, &by];
    if tx.run(&SAVE, &args).await? == 0 {
        return Err(StoreError::stale("mailbox", m.id));
    }
    Ok(())
}

/// Letters of each box: all of them, and those still at work.
pub async fn letters<'a>(via: impl Into<Via<'a>>) -> Result<Vec<(Uuid, i64, i64)>> {
    Ok(via.into().all(&LETTERS, &[]).await?)
}

/// Lets a leader see a letter written to them, wherever it lies.
pub async fn copy_letter(tx: &mut Tx, letter: OrderId, leader: UserId) -> Result<()> {
    tx.run(&COPY_ONE, &[&letter, &leader]).await?;
    Ok(())
}

/// Lets a leader see every letter of a box. Whose it was before keeps what they have read.
pub async fn copy_letters(tx: &mut Tx, mailbox: Uuid, leader: UserId) -> Result<()> {
    tx.run(&COPY, &[&mailbox, &leader]).await?;
    Ok(())
}
