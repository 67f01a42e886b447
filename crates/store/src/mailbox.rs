//! 领导信箱, and how the letters of each stand.

use db::{FromRow, Sql, Tx};
use domain::mailbox::Mailbox;
use kernel::{Ts, UserId, Uuid};

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

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("mailbox.list", LIST), ("mailbox.insert", INSERT), ("mailbox.save", SAVE), ("mailbox.letters", LETTERS)]
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
