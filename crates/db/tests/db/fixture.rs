use db::Db;

/// Creates tables from portable DDL.
pub async fn schema(db: &Db, ddl: &str) {
    let ddl = db::render(ddl, db.dialect()).unwrap();
    let mut tx = db.begin().await.unwrap();
    tx.batch(&ddl).await.unwrap();
    tx.commit().await.unwrap();
}
