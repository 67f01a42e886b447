//! Large amounts at once, for measurements and tests: orders as they would have come about over years, written with
//! as few statements as the engines allow, and the least an order could cost ("floor").
//!
//! No flow log is written here, so no chain vouches for such orders: this is not a way to import.

use db::{BoxBind, Db, Dialect, Sql, Tx};
use domain::{case::Case, decision::Grant};
use kernel::OrgId;

use crate::{
    clock,
    error::Result,
    grant, order,
    row::{boxes, insert_new},
    task, text,
    vault::Vault,
};

const LAST_NO: Sql = Sql::same("SELECT COALESCE(MAX(no), 0) FROM orders");
const BUSIEST: Sql = Sql::same(
    "SELECT lead_org FROM orders WHERE lead_org IS NOT NULL GROUP BY lead_org ORDER BY COUNT(*) DESC, lead_org LIMIT 30",
);
const MOVE_ON: Sql = Sql::split(
    "SELECT COALESCE(MAX(no), 0) FROM orders",
    "SELECT setval(pg_get_serial_sequence('orders', 'no'), (SELECT COALESCE(MAX(no), 1) FROM orders))",
);
/// What the platform's own upkeep does nightly; PostgreSQL's autovacuum does it by itself.
const ANALYZE: &str = "ANALYZE";
const TEXT_COLUMNS: &[&str] = &["rowid", "words"];

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![("bulk.last_no", LAST_NO), ("bulk.busiest_leads", BUSIEST), ("bulk.move_on", MOVE_ON)]
}

/// Rows ready to be written. Sealing and cutting text into tokens is most of the work, so it is done apart from the
/// transaction.
pub struct Rows {
    orders: Vec<Vec<BoxBind>>,
    text: Vec<(i64, String)>,
    tasks: Vec<Vec<BoxBind>>,
    clocks: Vec<Vec<BoxBind>>,
    grants: Vec<Vec<BoxBind>>,
}

/// Prepares cases, which get the numbers from `first_no` on.
#[must_use]
pub fn rows(vault: &Vault, dialect: Dialect, first_no: i64, cases: &[(Case, Vec<Grant>)]) -> Rows {
    let mut rows =
        Rows { orders: Vec::new(), text: Vec::new(), tasks: Vec::new(), clocks: Vec::new(), grants: Vec::new() };
    for (no, (case, grants)) in (first_no..).zip(cases) {
        let mut row = boxes![no];
        row.extend(order::row_of_new(&case.order, vault));
        rows.orders.push(row);
        rows.text.push((no, text::words(&case.order, dialect)));
        rows.tasks.extend(case.tasks.iter().enumerate().map(|(ord, t)| task::row_of_new(ord, t)));
        rows.clocks.extend(case.clocks.iter().enumerate().map(|(ord, c)| clock::row_of_new(ord, c)));
        rows.grants.extend(grant::rows_of_new(case, grants));
    }
    rows
}

/// Writes prepared rows; returns how many, of all tables.
pub async fn write(tx: &mut Tx, rows: Rows) -> Result<u64> {
    let columns: Vec<&str> = std::iter::once("no").chain(order::columns_of_new()).collect();
    let mut done = insert_new(tx, "orders", &columns, rows.orders, "").await?;
    done += insert_text(tx, rows.text).await?;
    done += insert_new(tx, "task", &task::columns(), rows.tasks, "").await?;
    done += insert_new(tx, "clock", &clock::columns(), rows.clocks, "").await?;
    done += insert_new(tx, "order_grant", grant::COLUMNS, rows.grants, "").await?;
    Ok(done)
}

async fn insert_text(tx: &mut Tx, text: Vec<(i64, String)>) -> Result<u64> {
    match tx.dialect() {
        Dialect::Lite => {
            let rows = text.into_iter().map(|(no, words)| boxes![no, words]);
            Ok(insert_new(tx, "order_text", TEXT_COLUMNS, rows.collect(), "").await?)
        }
        Dialect::Pg => {
            let mut done = 0;
            for chunk in text.chunks(1000) {
                done += insert_vectors(tx, chunk).await?;
            }
            Ok(done)
        }
    }
}

/// PostgreSQL would take a bare placeholder for a `tsvector`, which the driver cannot bind.
async fn insert_vectors(tx: &mut Tx, rows: &[(i64, String)]) -> Result<u64> {
    let values: Vec<String> =
        (0..rows.len()).map(|r| format!("(${}, CAST(CAST(${} AS TEXT) AS TSVECTOR))", 2 * r + 1, 2 * r + 2)).collect();
    let binds: Vec<BoxBind> = rows.iter().flat_map(|(no, words)| boxes![*no, words.clone()]).collect();
    let sql = Sql::dynamic(format!("INSERT INTO order_text (rowid, words) VALUES {}", values.join(", ")));
    Ok(tx.run(&sql, &crate::row::args(&binds)).await?)
}

/// The highest number of an order.
pub async fn last_no(db: &Db) -> Result<i64> {
    Ok(db.scalar(LAST_NO, &[]).await?)
}

/// After the last row: numbers go on behind the highest, and the planner learns what the tables hold.
pub async fn finish(db: &Db) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.scalar::<i64>(MOVE_ON, &[]).await?;
    tx.batch(ANALYZE).await?;
    Ok(tx.commit().await?)
}

/// How the engine would carry a statement out, a line per step.
pub async fn plan(db: &Db, built: &db::Built) -> Result<Vec<String>> {
    let text = built.sql.text(db.dialect());
    match db.dialect() {
        Dialect::Lite => {
            let sql = Sql::dynamic(format!("EXPLAIN QUERY PLAN {text}"));
            let rows = db.all::<(i64, i64, i64, String)>(&sql, &built.args()).await?;
            Ok(rows.into_iter().map(|(_, _, _, step)| step).collect())
        }
        Dialect::Pg => {
            let sql = Sql::dynamic(format!("EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {text}"));
            Ok(db.all::<(String,)>(&sql, &built.args()).await?.into_iter().map(|(step,)| step).collect())
        }
    }
}

const FLOOR_UP: &str = "CREATE TABLE floor_case (id UUID NOT NULL PRIMARY KEY, no TEXT NOT NULL UNIQUE, title TEXT NOT NULL,
    state TEXT NOT NULL, phone TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX floor_case_state ON floor_case (state, at);
CREATE INDEX floor_case_phone ON floor_case (phone);
CREATE TABLE floor_clock (id UUID NOT NULL PRIMARY KEY, case_id UUID NOT NULL REFERENCES floor_case (id), due BIGINT NOT NULL);
CREATE INDEX floor_clock_case ON floor_clock (case_id);
CREATE INDEX floor_clock_due ON floor_clock (due);
CREATE TABLE floor_log (id UUID NOT NULL PRIMARY KEY, case_id UUID NOT NULL REFERENCES floor_case (id), text TEXT NOT NULL);
CREATE INDEX floor_log_case ON floor_log (case_id);";
const FLOOR_DOWN: &str =
    "DROP TABLE IF EXISTS floor_log; DROP TABLE IF EXISTS floor_clock; DROP TABLE IF EXISTS floor_case;";
const FLOOR_CASE: Sql =
    Sql::same("INSERT INTO floor_case (id, no, title, state, phone, at) VALUES ($1, $2, $3, $4, $5, $6)");
const FLOOR_CLOCK: Sql = Sql::same("INSERT INTO floor_clock (id, case_id, due) VALUES ($1, $2, $3)");
const FLOOR_LOG: Sql = Sql::same("INSERT INTO floor_log (id, case_id, text) VALUES ($1, $2, $3)");

/// Makes the tables of the floor, away with old ones; `false` only takes them away.
pub async fn floor_tables(tx: &mut Tx, make: bool) -> Result<()> {
    tx.batch(FLOOR_DOWN).await?;
    if make {
        tx.batch(FLOOR_UP).await?;
    }
    Ok(())
}

/// The least a filed case could cost: five inserts into three tables with five secondary indexes, and one commit.
pub async fn floor_case(tx: &mut Tx, n: i64) -> db::Result<()> {
    // Ascending like the product's time-ordered keys.
    let key = |part: u128| uuid::Uuid::from_u128((u128::from(n.unsigned_abs()) << 64) | part);
    let id = key(0);
    let (no, phone) = (format!("GD{n:010}"), format!("139{:08}", n * 7919 % 100_000_000));
    tx.run(FLOOR_CASE, &[&id, &no, &"城关区某路路灯不亮，已有三天", &"filed", &phone, &n]).await?;
    for part in 1..=2 {
        tx.run(FLOOR_CLOCK, &[&key(part), &id, &(n * 37 % 1_000_000)]).await?;
    }
    for part in 3..=4 {
        tx.run(FLOOR_LOG, &[&key(part), &id, &"登记工单"]).await?;
    }
    Ok(())
}

/// Organisations by the number of orders they lead, most first.
pub async fn busiest_leads(db: &Db) -> Result<Vec<OrgId>> {
    Ok(db.all::<(OrgId,)>(BUSIEST, &[]).await?.into_iter().map(|(id,)| id).collect())
}
