//! The floor: what the database alone takes to make the smallest case durable, in the same run and on the same disk.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use db::{Db, DbError, OpenOptions};

use super::load::percentile;
use super::table::{Table, ms};

/// Commit rates of five bare inserts at each concurrency.
///
/// # Errors
/// When the database cannot be written.
pub async fn measure(url: &str, concurrencies: &[usize], span: Duration) -> Result<Table> {
    let db = Db::open(url, OpenOptions { connections: 16, ..OpenOptions::default() }).await?;
    let mut tx = db.begin().await?;
    store::bulk::floor_tables(&mut tx, true).await?;
    tx.commit().await?;
    let mut table = Table::new(&["并发", "提交/秒", "p50 毫秒", "p99 毫秒", "最长 毫秒"]);
    let next = Arc::new(AtomicI64::new(1));
    for writers in concurrencies {
        let took = run(&db, &next, *writers, span).await?;
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = took.len() as f64 / span.as_secs_f64();
        let at = |share| ms(percentile(&took, share));
        table.row(&[writers.to_string(), format!("{rate:.0}"), at(0.5), at(0.99), at(1.0)]);
    }
    let mut tx = db.begin().await?;
    store::bulk::floor_tables(&mut tx, false).await?;
    tx.commit().await?;
    db.close().await;
    Ok(table)
}

async fn run(db: &Db, next: &Arc<AtomicI64>, writers: usize, span: Duration) -> Result<Vec<Duration>> {
    let start = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..writers {
        let (db, next) = (db.clone(), Arc::clone(next));
        tasks.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while start.elapsed() < span {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let begun = Instant::now();
                db::with_retry!(db, async |tx| { store::bulk::floor_case(tx, n).await })?;
                took.push(begun.elapsed());
            }
            Ok::<_, DbError>(took)
        }));
    }
    let mut took = Vec::new();
    for task in tasks {
        took.extend(task.await.context("a writer panicked")??);
    }
    if took.is_empty() {
        bail!("nothing was committed within {span:?}");
    }
    took.sort();
    Ok(took)
}
