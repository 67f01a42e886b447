use db::{Db, Filter, boxed, placeholders};
use testkit::both_engines;

use crate::fixture::schema;

const DDL: &str =
    "CREATE TABLE item (id BIGINT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, at BIGINT NOT NULL, note TEXT)";

async fn items(db: &Db) {
    schema(db, DDL).await;
    let mut tx = db.begin().await.unwrap();
    for i in 0..30i64 {
        let kind = ["a", "b", "c"][(i % 3) as usize];
        let note = (i % 2 == 0).then(|| format!("第{i}项"));
        tx.run("INSERT INTO item (id, kind, at, note) VALUES ($1, $2, $3, $4)", &[&i, &kind, &(i / 10), &note])
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

both_engines! {
    async fn a_composed_filter_finds_what_the_plain_statement_finds(db: Db) {
        items(&db).await;
        let mut f = Filter::after(vec![boxed(100i64)]);
        f.push_in("kind", vec![boxed("a"), boxed("b")]);
        f.push("at >= ", boxed(1i64)).push_raw("note IS NOT NULL");
        f.push("(note LIKE {} OR kind = {})", boxed("第1%"));
        f.push_all("(at, id) < ({}, {})", vec![boxed(2i64), boxed(0i64)]);
        let built = f.finish("SELECT id + $1 FROM item", "ORDER BY id DESC LIMIT {}", vec![boxed(2i64)]);
        let found: Vec<(i64,)> = db.all(&built.sql, &built.args()).await.unwrap();
        assert_eq!(found, [(118,), (116,)]);
    }

    async fn a_value_is_never_read_as_sql(db: Db) {
        items(&db).await;
        let mut f = Filter::new();
        f.push("kind = ", boxed("a' OR '1'='1".to_owned()));
        let built = f.finish("SELECT count(*) FROM item", "", vec![]);
        assert_eq!(db.scalar::<i64>(&built.sql, &built.args()).await.unwrap(), 0);
    }

    async fn an_empty_list_finds_nothing_and_an_empty_filter_everything(db: Db) {
        items(&db).await;
        let mut f = Filter::new();
        f.push_in("id", vec![]);
        let built = f.finish("SELECT count(*) FROM item", "", vec![]);
        assert_eq!(db.scalar::<i64>(&built.sql, &built.args()).await.unwrap(), 0);
        let built = Filter::new().finish("SELECT count(*) FROM item", "", vec![]);
        assert_eq!(db.scalar::<i64>(&built.sql, &built.args()).await.unwrap(), 30);
    }

    async fn placeholders_fit_a_built_statement(db: Db) {
        items(&db).await;
        let sql = db::Sql::dynamic(format!("SELECT count(*) FROM item WHERE id IN ({})", placeholders(1, 3)));
        assert_eq!(db.scalar::<i64>(&sql, &[&1i64, &2i64, &99i64]).await.unwrap(), 2);
    }
}
