use db::{Db, DbError};
use futures::{StreamExt, TryStreamExt};
use testkit::both_engines;

use crate::fixture::schema;

async fn thousands(db: &Db) {
    schema(db, "CREATE TABLE line (id BIGINT NOT NULL PRIMARY KEY, text TEXT NOT NULL)").await;
    let mut tx = db.begin().await.unwrap();
    for i in 0..5000i64 {
        tx.run("INSERT INTO line (id, text) VALUES ($1, $2)", &[&i, &"一行"]).await.unwrap();
    }
    tx.commit().await.unwrap();
}

const LINES: &str = "SELECT id, text FROM line WHERE id >= $1 ORDER BY id";

both_engines! {
    async fn a_stream_yields_every_row_in_order_from_another_task(db: Db) {
        thousands(&db).await;
        let stream = db.stream::<(i64, String)>(LINES, &[&10i64]);
        let sum = tokio::spawn(async move {
            stream.try_fold((10, 0), |(next, sum), (id, _)| async move {
                assert_eq!(id, next);
                Ok((next + 1, sum + id))
            }).await
        }).await.unwrap().unwrap();
        assert_eq!(sum, (5000, (10..5000).sum::<i64>()));
    }

    async fn a_stream_dropped_early_gives_its_connection_back(db: Db) {
        thousands(&db).await;
        // More often than there are connections.
        for _ in 0..12 {
            let mut stream = db.stream::<(i64, String)>(LINES, &[&0i64]);
            assert_eq!(stream.next().await.unwrap().unwrap().0, 0);
        }
        assert_eq!(db.scalar::<i64>("SELECT count(*) FROM line", &[]).await.unwrap(), 5000);
    }

    async fn a_stream_reports_a_bad_statement_and_a_bad_row(db: Db) {
        thousands(&db).await;
        let mut bad = db.stream::<(i64,)>("SELECT nope FROM line", &[]);
        assert!(matches!(bad.next().await, Some(Err(DbError::Statement(_)))));
        let mut bad = db.stream::<(i64, i64)>(LINES, &[&0i64]);
        assert!(matches!(bad.next().await, Some(Err(DbError::Decode { .. }))));
    }

    async fn a_reader_does_not_see_unfinished_work(db: Db) {
        thousands(&db).await;
        let mut tx = db.begin().await.unwrap();
        tx.run("DELETE FROM line", &[]).await.unwrap();
        assert_eq!(db.scalar::<i64>("SELECT count(*) FROM line", &[]).await.unwrap(), 5000);
        tx.commit().await.unwrap();
        assert_eq!(db.scalar::<i64>("SELECT count(*) FROM line", &[]).await.unwrap(), 0);
    }
}
