//! Group commit on SQLite: exactly what was acknowledged is on disk, whatever happens to the callers.

use std::collections::BTreeSet;
use std::pin::pin;

use db::{Db, DbError, Group, OpenOptions, Tx};
use futures::poll;
use testkit::TestDb;
use tokio::task::JoinHandle;

use crate::fixture::schema;

const DDL: &str = "CREATE TABLE part (tx BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (tx, n));
CREATE TABLE owner (id BIGINT NOT NULL PRIMARY KEY);
CREATE TABLE owned (id BIGINT NOT NULL PRIMARY KEY,
    owner_id BIGINT NOT NULL REFERENCES owner (id) DEFERRABLE INITIALLY DEFERRED);";
const PARTS: i64 = 5;

async fn part(tx: &mut Tx, of: i64, n: i64) -> Result<(), DbError> {
    tx.run("INSERT INTO part (tx, n) VALUES ($1, $2)", &[&of, &n]).await.map(|_| ())
}

async fn parts(tx: &mut Tx, of: i64) -> Result<(), DbError> {
    for n in 0..PARTS {
        part(tx, of, n).await?;
    }
    Ok(())
}

/// What a fresh connection finds: transaction number and how many of its parts.
async fn stored(test: &TestDb) -> Vec<(i64, i64)> {
    let fresh = test.reopen().await;
    let found = fresh.all("SELECT tx, count(*) FROM part GROUP BY tx ORDER BY tx", &[]).await.unwrap();
    let healthy: String = fresh.scalar("PRAGMA integrity_check", &[]).await.unwrap();
    assert_eq!(healthy, "ok");
    fresh.close().await;
    found
}

/// What one of many concurrent callers does; true when its work was acknowledged.
async fn act(db: Db, i: i64) -> bool {
    let mut tx = db.begin().await.unwrap();
    match i % 5 {
        0 | 1 => {
            parts(&mut tx, i).await.unwrap();
            tx.commit().await.is_ok()
        }
        2 => {
            parts(&mut tx, i).await.unwrap();
            tx.rollback().await.unwrap();
            false
        }
        3 => {
            part(&mut tx, i, 0).await.unwrap();
            part(&mut tx, i, 1).await.unwrap();
            // Dropped in flight, or just done: either way without a commit.
            let _ = poll!(pin!(part(&mut tx, i, 2)));
            false
        }
        _ => {
            part(&mut tx, i, 0).await.unwrap();
            assert!(part(&mut tx, i, 0).await.unwrap_err().is_unique_violation());
            assert!(tx.commit().await.is_err());
            false
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_the_acknowledged_transactions_are_in_the_file() {
    let test = TestDb::sqlite().await;
    schema(&test, DDL).await;
    let tasks: Vec<_> = (0..200).map(|i| (i, tokio::spawn(act(test.db(), i)))).collect();
    let mut acknowledged = Vec::new();
    for (i, task) in tasks {
        if task.await.unwrap() {
            acknowledged.push((i, PARTS));
        }
    }
    assert_eq!(acknowledged.len(), 80);
    assert_eq!(stored(&test).await, acknowledged);
    // The connection is not left inside anything.
    assert!(act(test.db(), 1000).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn callers_killed_anywhere_lose_nothing_acknowledged_and_leave_nothing_half() {
    let test = TestDb::sqlite().await;
    schema(&test, DDL).await;
    let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let tasks: Vec<JoinHandle<()>> = (0..300i64)
        .map(|i| {
            let (db, said) = (test.db(), said.clone());
            tokio::spawn(async move {
                let mut tx = db.begin().await.unwrap();
                parts(&mut tx, i).await.unwrap();
                tx.commit().await.unwrap();
                said.send(i).unwrap();
            })
        })
        .collect();
    drop(said);
    let mut acknowledged = BTreeSet::new();
    // Every third caller is killed at whatever point it has reached as the others report.
    let mut victims = tasks.iter().skip(1).step_by(3);
    while let Some(i) = heard.recv().await {
        acknowledged.insert(i);
        if let Some(victim) = victims.next_back() {
            victim.abort();
        }
    }
    for task in tasks {
        assert!(task.await.map_or_else(|e| e.is_cancelled(), |()| true));
    }
    // Clean-up of the killed ones is queued before this one.
    assert!(act(test.db(), 1000).await);
    let found = stored(&test).await;
    assert!(found.iter().all(|(_, n)| *n == PARTS), "{found:?}");
    let found: BTreeSet<i64> = found.into_iter().map(|(i, _)| i).collect();
    assert!(acknowledged.len() >= 200 && acknowledged.is_subset(&found));
}

/// Two transactions in one group: the first has released its work and waits for the second.
async fn pair(test: &TestDb, id: i64) -> (JoinHandle<Result<(), DbError>>, Tx) {
    let mut first = test.begin().await.unwrap();
    parts(&mut first, id).await.unwrap();
    let mut second = pin!(test.begin());
    assert!(poll!(&mut second).is_pending());
    let first = tokio::spawn(first.commit());
    let second = second.await.unwrap();
    assert!(!first.is_finished(), "the first must wait for the shared COMMIT");
    (first, second)
}

/// However slow the machine, a group waits for its members here.
async fn ready() -> TestDb {
    let test = TestDb::sqlite().await;
    schema(&test, DDL).await;
    test.grouping(Group { max_age: std::time::Duration::MAX, ..Group::default() }).await
}

#[tokio::test]
async fn two_members_are_acknowledged_together() {
    let test = ready().await;
    let (first, mut second) = pair(&test, 1).await;
    parts(&mut second, 2).await.unwrap();
    assert_eq!(test.scalar::<i64>("SELECT count(*) FROM part", &[]).await.unwrap(), 0);
    second.commit().await.unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(stored(&test).await, [(1, PARTS), (2, PARTS)]);
}

#[tokio::test]
async fn a_member_that_rolls_back_or_fails_or_vanishes_takes_only_its_own_work() {
    for end in 0..4 {
        let test = ready().await;
        let (first, mut second) = pair(&test, 1).await;
        part(&mut second, 2, 0).await.unwrap();
        match end {
            0 => second.rollback().await.unwrap(),
            1 => drop(second),
            2 => assert!(part(&mut second, 2, 0).await.unwrap_err().is_unique_violation()),
            _ => std::thread::spawn(move || drop(second)).join().unwrap(),
        }
        first.await.unwrap().unwrap();
        assert_eq!(stored(&test).await, [(1, PARTS)], "end {end}");
        assert!(act(test.db(), 5).await);
    }
}

#[tokio::test]
async fn a_failing_commit_is_reported_to_every_member() {
    let test = ready().await;
    let (first, mut second) = pair(&test, 1).await;
    parts(&mut second, 2).await.unwrap();
    // Only COMMIT notices a deferred reference.
    second.run("INSERT INTO owned (id, owner_id) VALUES (1, 404)", &[]).await.unwrap();
    let e = second.commit().await.unwrap_err();
    assert!(e.is_foreign_key_violation(), "{e}");
    assert!(matches!(first.await.unwrap(), Err(DbError::Commit(_))));
    assert_eq!(stored(&test).await, []);
    assert!(act(test.db(), 5).await);
}

#[tokio::test]
async fn when_sqlite_itself_rolls_everything_back_no_member_is_acknowledged() {
    let test = ready().await;
    schema(&test, "CREATE TRIGGER poison BEFORE INSERT ON owner BEGIN SELECT RAISE(ROLLBACK, 'poison'); END").await;
    let (first, mut second) = pair(&test, 1).await;
    parts(&mut second, 2).await.unwrap();
    assert!(second.run("INSERT INTO owner (id) VALUES (1)", &[]).await.is_err());
    assert!(matches!(part(&mut second, 2, 9).await, Err(DbError::Aborted)));
    assert!(matches!(first.await.unwrap(), Err(DbError::Commit(_))));
    assert_eq!(stored(&test).await, []);
    assert!(act(test.db(), 5).await);
}

#[tokio::test]
async fn a_waiter_or_a_committer_that_goes_away_holds_up_nobody() {
    let test = ready().await;
    // A waiter leaves the queue just before its turn.
    let mut first = test.begin().await.unwrap();
    parts(&mut first, 1).await.unwrap();
    {
        let mut waiter = pin!(test.begin());
        assert!(poll!(&mut waiter).is_pending());
    }
    first.commit().await.unwrap();
    // The caller of a commit disappears while it waits for the group.
    let (first, mut second) = pair(&test, 3).await;
    first.abort();
    parts(&mut second, 4).await.unwrap();
    second.commit().await.unwrap();
    assert_eq!(stored(&test).await, [(1, PARTS), (3, PARTS), (4, PARTS)]);
}

#[tokio::test]
async fn closing_lets_the_current_transaction_finish() {
    let test = ready().await;
    let mut tx = test.begin().await.unwrap();
    parts(&mut tx, 1).await.unwrap();
    let db = test.db();
    let closing = tokio::spawn(async move { db.close().await });
    tx.commit().await.unwrap();
    closing.await.unwrap();
    assert!(matches!(test.begin().await, Err(DbError::Closed)));
    assert_eq!(stored(&test).await, [(1, PARTS)]);
}

#[tokio::test]
async fn a_full_group_commits_while_others_still_wait() {
    for max_txs in [1, 2] {
        let test = ready().await;
        let group = Group { max_txs, max_age: std::time::Duration::MAX };
        let db = Db::open(test.url(), OpenOptions { group, ..OpenOptions::default() }).await.unwrap();
        let mut members = Vec::new();
        for id in 0..max_txs as i64 {
            let mut tx = db.begin().await.unwrap();
            parts(&mut tx, id).await.unwrap();
            let mut next = pin!(db.begin());
            assert!(poll!(&mut next).is_pending());
            members.push(tokio::spawn(tx.commit()));
            if id + 1 == max_txs as i64 {
                // The next transaction is open and unfinished, and yet everybody before it is acknowledged.
                let open = next.await.unwrap();
                for member in members.drain(..) {
                    member.await.unwrap().unwrap();
                }
                open.rollback().await.unwrap();
            }
        }
        assert_eq!(stored(&test).await.len(), max_txs);
    }
}

#[tokio::test]
async fn waiting_for_the_writer_ends_in_a_clear_error() {
    let test = ready().await;
    let opts = OpenOptions { acquire_timeout: std::time::Duration::from_millis(20), ..OpenOptions::default() };
    let db = Db::open(test.url(), opts).await.unwrap();
    let held = db.begin().await.unwrap();
    assert!(matches!(db.begin().await, Err(DbError::Busy)));
    held.rollback().await.unwrap();
    db.begin().await.unwrap().commit().await.unwrap();
}
