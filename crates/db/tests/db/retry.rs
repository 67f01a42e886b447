use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use db::{Db, DbError, OpenOptions, Tx};
use testkit::{TestDb, both_engines};
use tokio::sync::Barrier;

use crate::fixture::schema;

const DDL: &str = "CREATE TABLE counter (id BIGINT NOT NULL PRIMARY KEY, n BIGINT NOT NULL);
INSERT INTO counter (id, n) VALUES (1, 0), (2, 0);";
const ADD: &str = "UPDATE counter SET n = n + $1 WHERE id = $2";

/// A caller's own error, as use cases have.
#[derive(Debug)]
enum Refusal {
    No(&'static str),
    Db(DbError),
}

impl From<DbError> for Refusal {
    fn from(e: DbError) -> Self {
        Refusal::Db(e)
    }
}

async fn add(tx: &mut Tx, by: i64, id: i64) -> Result<(), DbError> {
    assert_eq!(tx.run(ADD, &[&by, &id]).await?, 1);
    Ok(())
}

async fn count(db: &Db, id: i64) -> i64 {
    db.scalar("SELECT n FROM counter WHERE id = $1", &[&id]).await.unwrap()
}

both_engines! {
    async fn work_is_committed_and_its_value_returned(db: Db) {
        schema(&db, DDL).await;
        // Spawned with borrowed values inside: the future must be Send, as a web handler's is.
        let task = { let db = db.clone(); tokio::spawn(async move {
            let name = "甲".to_owned();
            let by = 3i64;
            db::with_retry!(db, async |tx| {
                add(tx, by, 1).await?;
                let n: i64 = tx.scalar("SELECT n FROM counter WHERE id = $1", &[&1i64]).await?;
                Ok::<_, Refusal>((n, name.as_str().len()))
            })
        })};
        assert_eq!(task.await.unwrap().unwrap(), (3, 3));
        assert_eq!(count(&db, 1).await, 3);
    }

    async fn a_refusal_rolls_back_and_is_not_repeated(db: Db) {
        schema(&db, DDL).await;
        let mut runs = 0;
        let done: Result<(), Refusal> = db::with_retry!(db, async |tx| {
            runs += 1;
            add(tx, 5, 1).await?;
            Err(Refusal::No("已签收"))
        });
        assert!(matches!(done, Err(Refusal::No("已签收"))));
        assert_eq!((runs, count(&db, 1).await), (1, 0));
    }

    async fn an_ordinary_database_error_is_not_repeated(db: Db) {
        schema(&db, DDL).await;
        let mut runs = 0;
        let done: Result<(), Refusal> = db::with_retry!(db, async |tx| {
            runs += 1;
            tx.run("INSERT INTO counter (id, n) VALUES ($1, 0)", &[&1i64]).await?;
            Ok(())
        });
        assert!(matches!(done, Err(Refusal::Db(e)) if e.is_unique_violation()));
        assert_eq!(runs, 1);
    }

    async fn concurrent_increments_all_arrive(db: Db) {
        schema(&db, DDL).await;
        let tasks: Vec<_> = (0..40).map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db::with_retry!(db, async |tx| { add(tx, 1, 1).await }) })
        }).collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(count(&db, 1).await, 40);
    }
}

const SERIALISATION: &str = "DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$";

#[tokio::test]
async fn a_serialisation_failure_is_tried_again_and_only_the_last_attempt_counts() {
    let db = TestDb::postgres().await;
    schema(&db, DDL).await;
    let mut runs = 0;
    let done: Result<i32, DbError> = db::with_retry!(db, async |tx| {
        runs += 1;
        add(tx, 1, 1).await?;
        if runs < 3 {
            tx.batch(SERIALISATION).await?;
        }
        Ok(runs)
    });
    assert_eq!((done.unwrap(), count(&db, 1).await), (3, 1));
}

#[tokio::test]
async fn retries_end_after_five_attempts() {
    let db = TestDb::postgres().await;
    let mut runs = 0;
    let done: Result<(), DbError> = db::with_retry!(db, async |tx| {
        runs += 1;
        tx.batch(SERIALISATION).await
    });
    assert!(done.unwrap_err().is_retryable());
    assert_eq!(runs, 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_deadlock_is_resolved_by_a_second_attempt() {
    let test = TestDb::postgres().await;
    schema(&test, DDL).await;
    let both_hold_one = Arc::new(Barrier::new(2));
    let attempts = Arc::new(AtomicU32::new(0));
    let run = |first: i64, second: i64| {
        let (db, barrier, attempts) = (test.db(), Arc::clone(&both_hold_one), Arc::clone(&attempts));
        tokio::spawn(async move {
            db::with_retry!(db, async |tx| {
                add(tx, 1, first).await?;
                if attempts.fetch_add(1, Ordering::SeqCst) < 2 {
                    barrier.wait().await;
                }
                add(tx, 1, second).await
            })
        })
    };
    let (a, b) = tokio::join!(run(1, 2), run(2, 1));
    a.unwrap().unwrap();
    b.unwrap().unwrap();
    assert_eq!((count(&test, 1).await, count(&test, 2).await), (2, 2));
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_file_locked_by_another_process_is_retried_then_reported() {
    let test = TestDb::sqlite().await;
    schema(&test, DDL).await;
    let opts = OpenOptions { busy_timeout: Duration::ZERO, ..OpenOptions::default() };
    let other = Db::open(test.url(), opts).await.unwrap();
    let holder = test.begin().await.unwrap();
    let mut runs = 0;
    let done: Result<(), DbError> = db::with_retry!(other, async |tx| {
        runs += 1;
        add(tx, 1, 1).await
    });
    assert!(done.unwrap_err().is_retryable());
    assert_eq!(runs, 0);
    holder.rollback().await.unwrap();
    db::with_retry!(other, async |tx| { add(tx, 1, 1).await }).unwrap();
    assert_eq!(count(&test, 1).await, 1);
}
