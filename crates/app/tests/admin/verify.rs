//! Tampering is found.

use app::verify::verify_all;
use db::{Db, Dialect, Sql};

use crate::steps::dispatched;
use crate::town::Town;

/// As somebody with the keys to the database would.
async fn tamper(db: &Db, table: &str, sql: &str) {
    let mut tx = db.begin().await.unwrap();
    let open = match tx.dialect() {
        Dialect::Lite => format!("DROP TRIGGER {table}_no_update; DROP TRIGGER {table}_no_delete;"),
        Dialect::Pg => format!("ALTER TABLE {table} DISABLE TRIGGER USER;"),
    };
    tx.batch(&open).await.unwrap();
    assert!(tx.run(Sql::dynamic(sql.to_owned()), &[]).await.unwrap() > 0);
    tx.commit().await.unwrap();
}

async fn town(db: Db) -> Town {
    let town = Town::build(db).await;
    dispatched(&town, "housing").await;
    let report = verify_all(&town.app).await.unwrap();
    assert!(report.ok && report.first_bad.is_none());
    assert!(report.chains[0].chains == 1 && report.chains[0].entries >= 4, "{report:?}");
    town
}

testkit::both_engines! {
    async fn a_changed_step_is_found(db: Db) {
        let town = town(db.clone()).await;
        tamper(&db, "flow_log", "UPDATE flow_log SET opinion = '改过的意见' WHERE seq = 2").await;
        let report = verify_all(&town.app).await.unwrap();
        let bad = report.first_bad.unwrap();
        assert!(!report.ok && bad.chain.starts_with("flow:") && bad.seq == 2, "{bad:?}");
        assert_eq!(report.chains[0].bad, 1);
    }

    async fn a_changed_state_is_found(db: Db) {
        let town = town(db.clone()).await;
        let mut tx = db.begin().await.unwrap();
        tx.run(Sql::same("UPDATE orders SET state = 'closed'"), &[]).await.unwrap();
        tx.commit().await.unwrap();
        let bad = verify_all(&town.app).await.unwrap().first_bad.unwrap();
        assert!(bad.why.contains("已办结"), "{bad:?}");
    }

    async fn a_removed_audit_record_is_found(db: Db) {
        let town = town(db.clone()).await;
        tamper(&db, "audit_log", "DELETE FROM audit_log WHERE action = 'order.dispatch'").await;
        let report = verify_all(&town.app).await.unwrap();
        assert!(report.first_bad.unwrap().chain.starts_with("audit:"));
    }
}
