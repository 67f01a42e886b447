use db::{Db, DbError, FromRow};
use testkit::{TestDb, both_engines};

use crate::fixture::schema;

const DDL: &str = "CREATE TABLE parent (id BIGINT NOT NULL PRIMARY KEY, no TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CONSTRAINT parent_state_check CHECK (state IN ('a', 'b')));
CREATE TABLE child (id BIGINT NOT NULL PRIMARY KEY, parent_id BIGINT NOT NULL REFERENCES parent (id));";
const PARENT: &str = "INSERT INTO parent (id, no, state) VALUES ($1, $2, $3)";

// Slow enough to be abandoned before it ends.
const MANY_PARENTS: &str = "INSERT INTO parent (id, no, state)
    WITH RECURSIVE g (i) AS (SELECT CAST($1 AS BIGINT) UNION ALL SELECT i + 1 FROM g WHERE i < 20000)
    SELECT i, CAST(i AS TEXT), 'a' FROM g";

#[derive(Debug, FromRow)]
#[expect(dead_code, reason = "only its decoding matters")]
struct ParentRow {
    id: i64,
    no: i64,
}

async fn parents(db: &Db) -> i64 {
    db.scalar("SELECT count(*) FROM parent", &[]).await.unwrap()
}

/// Runs one statement that must fail, in a transaction of its own.
async fn refused(db: &Db, id: i64, no: &str, state: &str) -> DbError {
    db.begin().await.unwrap().run(PARENT, &[&id, &no, &state]).await.unwrap_err()
}

both_engines! {
    async fn one_failed_statement_ends_the_transaction(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        tx.run(PARENT, &[&1i64, &"x", &"a"]).await.unwrap();
        let e = tx.run(PARENT, &[&2i64, &"x", &"a"]).await.unwrap_err();
        assert!(e.is_unique_violation() && !e.is_retryable(), "{e}");
        assert!(matches!(tx.run(PARENT, &[&3i64, &"y", &"a"]).await, Err(DbError::Aborted)));
        assert!(matches!(tx.commit().await, Err(DbError::Aborted)));
        assert_eq!(parents(&db).await, 0);
    }

    async fn writes_put_off_come_before_what_follows_them(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        tx.later(PARENT, &[&1i64, &"$1 costs", &"a"]).await.unwrap();
        tx.later(PARENT, &[&2i64, &"y", &"b"]).await.unwrap();
        let seen: Vec<(i64, String)> =
            tx.all("SELECT id, no FROM parent WHERE state <> $1 OR id = $2 ORDER BY id", &[&"b", &2i64]).await.unwrap();
        assert_eq!(seen, [(1, "$1 costs".to_owned()), (2, "y".to_owned())]);
        tx.later(PARENT, &[&3i64, &"z", &"a"]).await.unwrap();
        assert_eq!(tx.run("UPDATE parent SET state = $1 WHERE state = $2", &[&"b", &"a"]).await.unwrap(), 2);
        tx.later("DELETE FROM parent WHERE id = $1", &[&1i64]).await.unwrap();
        let bare = db::Sql::split("DELETE FROM parent WHERE id = ? AND no = ?", "DELETE FROM parent WHERE id = $1 AND no = $2");
        tx.later(&bare, &[&2i64, &"another"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(parents(&db).await, 2);
        let mut tx = db.begin().await.unwrap();
        tx.later(PARENT, &[&4i64, &"w", &"a"]).await.unwrap();
        tx.rollback().await.unwrap();
        assert_eq!(parents(&db).await, 2);
    }

    async fn a_write_put_off_fails_the_transaction(db: Db) {
        schema(&db, DDL).await;
        for ask in [false, true] {
            let mut tx = db.begin().await.unwrap();
            let mut done = tx.later(PARENT, &[&1i64, &"x", &"a"]).await;
            if done.is_ok() {
                done = tx.later(PARENT, &[&1i64, &"y", &"a"]).await;
            }
            if done.is_ok() && ask {
                done = tx.one::<(i64,)>("SELECT id FROM parent", &[]).await.map(drop);
            }
            let e = match done {
                Ok(()) => tx.commit().await.unwrap_err(),
                Err(e) => {
                    assert!(matches!(tx.commit().await, Err(DbError::Aborted)));
                    e
                }
            };
            assert_eq!(e.constraint().as_deref(), Some("parent_pkey"), "{e}");
            assert_eq!(parents(&db).await, 0);
        }
    }

    async fn a_violated_constraint_has_the_same_name_everywhere(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        tx.run(PARENT, &[&1i64, &"x", &"a"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(refused(&db, 2, "x", "a").await.constraint().as_deref(), Some("parent_no_key"));
        assert_eq!(refused(&db, 1, "y", "a").await.constraint().as_deref(), Some("parent_pkey"));
        let check = refused(&db, 3, "z", "c").await;
        assert!(check.is_check_violation());
        assert_eq!(check.constraint().as_deref(), Some("parent_state_check"));
    }

    async fn a_broken_reference_is_noticed_even_when_the_row_is_returned(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        let sql = "INSERT INTO child (id, parent_id) VALUES ($1, $2) RETURNING id";
        let e = tx.one::<(i64,)>(sql, &[&1i64, &404i64]).await.unwrap_err();
        assert!(e.is_foreign_key_violation(), "{e}");
    }

    async fn a_row_that_does_not_fit_names_the_type_and_the_column(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        tx.run(PARENT, &[&1i64, &"x", &"a"]).await.unwrap();
        tx.commit().await.unwrap();
        let e = db.all::<ParentRow>("SELECT id, no FROM parent", &[]).await.unwrap_err();
        assert!(e.to_string().contains("ParentRow") && e.to_string().contains("no"), "{e}");
        let e = db.one::<ParentRow>("SELECT id FROM parent", &[]).await.unwrap_err();
        assert!(matches!(e, DbError::Decode { ref column, .. } if column == "no"), "{e}");
    }

    async fn a_scalar_without_a_row_is_an_error_that_shows_the_statement(db: Db) {
        schema(&db, DDL).await;
        let e = db.scalar::<i64>("SELECT id FROM parent", &[]).await.unwrap_err();
        assert!(matches!(e, DbError::NoRow { .. }) && e.to_string().contains("FROM parent"));
    }

    async fn rollback_and_drop_leave_nothing(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        tx.run(PARENT, &[&1i64, &"x", &"a"]).await.unwrap();
        tx.rollback().await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.run(PARENT, &[&1i64, &"x", &"a"]).await.unwrap();
        drop(tx);
        let mut tx = db.begin().await.unwrap();
        let n: i64 = tx.scalar("SELECT count(*) FROM parent", &[]).await.unwrap();
        assert_eq!(n, 0);
        tx.run(PARENT, &[&1i64, &"x", &"a"]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(parents(&db).await, 1);
    }

    async fn a_statement_abandoned_half_way_ends_the_transaction(db: Db) {
        schema(&db, DDL).await;
        let mut tx = db.begin().await.unwrap();
        {
            let mut running = std::pin::pin!(tx.run(MANY_PARENTS, &[&1i64]));
            assert!(futures::poll!(&mut running).is_pending());
        }
        assert!(matches!(tx.run(PARENT, &[&2i64, &"y", &"a"]).await, Err(DbError::Aborted)));
        assert!(matches!(tx.commit().await, Err(DbError::Aborted)));
        let tx = db.begin().await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(parents(&db).await, 0);
    }

    async fn a_closed_database_says_so(db: Db) {
        schema(&db, DDL).await;
        db.close().await;
        assert!(matches!(db.begin().await, Err(DbError::Closed)));
        assert!(matches!(db.all::<(i64,)>("SELECT id FROM parent", &[]).await, Err(DbError::Closed)));
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let db = TestDb::sqlite().await;
    schema(&db, DDL).await;
    let e = db.all::<(i64,)>("INSERT INTO parent (id, no, state) VALUES (1, 'x', 'a') RETURNING id", &[]).await;
    assert!(e.is_err());
    assert_eq!(parents(&db).await, 0);
}

#[tokio::test]
async fn an_address_of_neither_engine_is_refused_with_the_remedy() {
    for url in ["mysql://u:p@h/d", "sqlite::memory:"] {
        let e = Db::open(url, db::OpenOptions::default()).await.unwrap_err().to_string();
        assert!(e.contains("sqlite://") && !e.contains("u:p@"), "{e}");
    }
}
