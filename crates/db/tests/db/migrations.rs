use db::{Db, DbError, Migration, migrate, tables};
use testkit::{TestDb, both_engines, engines};

const ONE: Migration = Migration::new(
    1,
    "base",
    "CREATE TABLE a (id {{serial}}, body {{bytes}});\n\
     --lite:\nCREATE TABLE only_lite (id BIGINT);\n--end\n\
     --pg:\nCREATE TABLE only_pg (id BIGINT);\n--end\n\
     CREATE INDEX a_body ON a (body);",
);
const TWO: Migration = Migration::new(2, "more", "ALTER TABLE a ADD COLUMN note TEXT; CREATE TABLE b (id BIGINT);");

both_engines! {
    async fn migrations_run_once_in_order_and_leave_a_record(db: Db) {
        let done = migrate(&db, &[ONE]).await.unwrap();
        assert_eq!(done.iter().map(|a| a.version).collect::<Vec<_>>(), [1]);
        let done = migrate(&db, &[ONE, TWO]).await.unwrap();
        assert_eq!(done.iter().map(|a| a.name).collect::<Vec<_>>(), ["more"]);
        assert!(migrate(&db, &[ONE, TWO]).await.unwrap().is_empty());
        let own: &str = if db.dialect() == db::Dialect::Lite { "only_lite" } else { "only_pg" };
        assert_eq!(tables(&db).await.unwrap(), ["a", "b", own, "schema_migration"]);
        let record: Vec<(i64, String)> =
            db.all("SELECT version, checksum FROM schema_migration WHERE version > 0 ORDER BY version", &[]).await.unwrap();
        assert_eq!(record, [(1, format!("{:016x}", ONE.checksum)), (2, format!("{:016x}", TWO.checksum))]);
    }

    async fn a_migration_edited_after_it_ran_is_refused(db: Db) {
        migrate(&db, &[ONE, TWO]).await.unwrap();
        let edited = Migration::new(2, "more", "CREATE TABLE b (id BIGINT);");
        let e = migrate(&db, &[ONE, edited]).await.unwrap_err();
        assert!(matches!(e, DbError::Migration { version: 2, .. }), "{e}");
        assert!(e.to_string().contains("被改动"), "{e}");
    }

    async fn a_failing_migration_leaves_nothing_of_itself(db: Db) {
        let broken = Migration::new(2, "broken", "CREATE TABLE half (id BIGINT); INSERT INTO nowhere VALUES (1);");
        let e = migrate(&db, &[ONE, broken]).await.unwrap_err();
        assert!(matches!(e, DbError::Migration { version: 2, .. }) && e.to_string().contains("nowhere"), "{e}");
        assert!(!tables(&db).await.unwrap().contains(&"half".to_owned()));
        assert_eq!(migrate(&db, &[ONE, TWO]).await.unwrap().len(), 1);
    }

    async fn versions_must_ascend_from_one(db: Db) {
        assert!(migrate(&db, &[TWO, ONE]).await.is_err());
        assert!(migrate(&db, &[Migration::new(0, "zero", "SELECT 1")]).await.is_err());
    }
}

/// Two processes: handles that share nothing but the database.
async fn two_start_together(test: TestDb) {
    let second = test.reopen().await;
    let run = |db: Db| tokio::spawn(async move { migrate(&db, &[ONE, TWO]).await });
    let (a, b) = tokio::join!(run(test.db()), run(second));
    let (a, b) = (a.unwrap().unwrap(), b.unwrap().unwrap());
    assert_eq!(a.len() + b.len(), 2, "{a:?} {b:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_starting_together_apply_each_migration_once() {
    for _ in 0..3 {
        for test in engines().await {
            two_start_together(test).await;
        }
    }
}
