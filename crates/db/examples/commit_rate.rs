//! Durable transactions per second, with and without group commit.
//!
//! `cargo run --release -p db --example commit_rate -- [seconds per line] [url …]`; without an address, SQLite files in
//! a temporary directory under the current one, so that the disk measured is the one you stand on.
//! One transaction files a case: five inserts into three tables with five secondary indexes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use db::{Db, DbError, Group, OpenOptions, Sql, Tx};
use uuid::Uuid;

const DDL: &str = "DROP TABLE IF EXISTS bench_log; DROP TABLE IF EXISTS bench_clock; DROP TABLE IF EXISTS bench_case;
CREATE TABLE bench_case (id UUID NOT NULL PRIMARY KEY, no TEXT NOT NULL UNIQUE, title TEXT NOT NULL, state TEXT NOT NULL,
    phone TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX bench_case_state ON bench_case (state, at);
CREATE INDEX bench_case_phone ON bench_case (phone);
CREATE TABLE bench_clock (id UUID NOT NULL PRIMARY KEY, case_id UUID NOT NULL REFERENCES bench_case (id), due BIGINT NOT NULL);
CREATE INDEX bench_clock_case ON bench_clock (case_id);
CREATE INDEX bench_clock_due ON bench_clock (due);
CREATE TABLE bench_log (id UUID NOT NULL PRIMARY KEY, case_id UUID NOT NULL REFERENCES bench_case (id), text TEXT NOT NULL);
CREATE INDEX bench_log_case ON bench_log (case_id);";
const CASE: Sql = Sql::same("INSERT INTO bench_case (id, no, title, state, phone, at) VALUES ($1, $2, $3, $4, $5, $6)");
const CLOCK: Sql = Sql::same("INSERT INTO bench_clock (id, case_id, due) VALUES ($1, $2, $3)");
const LOG: Sql = Sql::same("INSERT INTO bench_log (id, case_id, text) VALUES ($1, $2, $3)");

/// Ascending like the product's time-ordered keys.
fn key(n: i64, part: u128) -> Uuid {
    Uuid::from_u128(((n as u128) << 64) | part)
}

async fn file_case(tx: &mut Tx, n: i64) -> Result<(), DbError> {
    let id = key(n, 0);
    let (no, phone) = (format!("GD{n:010}"), format!("139{:08}", n * 7919 % 100_000_000));
    tx.run(CASE, &[&id, &no, &"城关区某路路灯不亮，已有三天", &"filed", &phone, &n]).await?;
    for part in 1..=2 {
        tx.run(CLOCK, &[&key(n, part), &id, &(n * 37 % 1_000_000)]).await?;
    }
    for part in 3..=4 {
        tx.run(LOG, &[&key(n, part), &id, &"登记工单"]).await?;
    }
    Ok(())
}

/// One measured line: rate, median, 99th percentile and worst latency in milliseconds.
async fn measure(db: &Db, next: &Arc<AtomicI64>, writers: usize, span: Duration) -> String {
    let start = Instant::now();
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (db, next) = (db.clone(), Arc::clone(next));
            tokio::spawn(async move {
                let mut took = Vec::new();
                while start.elapsed() < span {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let begun = Instant::now();
                    db::with_retry!(db, async |tx| { file_case(tx, n).await })?;
                    took.push(begun.elapsed());
                }
                Ok::<_, DbError>(took)
            })
        })
        .collect();
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.expect("writer task").unwrap_or_else(|e| panic!("{e}")));
    }
    took.sort();
    let rate = took.len() as f64 / start.elapsed().as_secs_f64();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("{rate:8.0} tx/s   p50 {:7.2} ms   p99 {:7.2} ms   worst {:7.2} ms", at(0.5), at(0.99), at(1.0))
}

async fn bench(label: &str, url: &str, group: Group, span: Duration) -> Result<(), DbError> {
    let db = Db::open(url, OpenOptions { connections: 16, group, ..OpenOptions::default() }).await?;
    let mut tx = db.begin().await?;
    tx.batch(DDL).await?;
    tx.commit().await?;
    let next = Arc::new(AtomicI64::new(1));
    measure(&db, &next, 4, span / 4).await;
    for writers in [1, 4, 16, 64] {
        println!("{label:<18} {writers:>3} writers {}", measure(&db, &next, writers, span).await);
    }
    db.close().await;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), DbError> {
    let mut args = std::env::args().skip(1);
    let span = Duration::from_secs(args.next().and_then(|s| s.parse().ok()).unwrap_or(3));
    let urls: Vec<String> = args.collect();
    if urls.is_empty() {
        let dir = tempfile::tempdir_in(".").expect("temporary directory here");
        let alone = Group { max_txs: 1, ..Group::default() };
        for (i, (label, group)) in [("sqlite alone", alone), ("sqlite grouped", Group::default())].iter().enumerate() {
            bench(label, &format!("sqlite://{}/{i}.db", dir.path().display()), *group, span).await?;
        }
    }
    for url in urls {
        bench(url.split(':').next().unwrap_or(""), &url, Group::default(), span).await?;
    }
    Ok(())
}
