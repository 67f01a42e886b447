use db::{Db, Dialect};
use kernel::Page;
use testkit::both_engines;

use super::{Maker, NOW, entry, insert, load, open, save, user};
use crate::{
    Store,
    audit::{self, AuditEntry, AuditFilter, Outcome},
    flow_log::{self, Verdict},
};

/// Switches the guard off, as somebody with the database's own tools might.
async fn tamper(store: &Store, table: &str, sql: &str) {
    let mut tx = store.db.begin().await.unwrap();
    let off = match store.db.dialect() {
        Dialect::Lite => format!("DROP TRIGGER {table}_no_update; DROP TRIGGER {table}_no_delete;"),
        Dialect::Pg => format!("ALTER TABLE {table} DISABLE TRIGGER USER;"),
    };
    tx.batch(&format!("{off} {sql}")).await.unwrap();
    tx.commit().await.unwrap();
}

async fn refused(store: &Store, sql: &'static str) {
    let mut tx = store.db.begin().await.unwrap();
    let e = tx.run(sql, &[]).await.unwrap_err();
    assert!(e.to_string().contains("append-only"), "{sql}: {e}");
}

fn act(n: i64) -> AuditEntry {
    AuditEntry {
        actor: Some(user(7)),
        actor_name: "派单员".to_owned(),
        outcome: if n % 2 == 0 { Outcome::Ok } else { Outcome::Refused },
        object_kind: "order".to_owned(),
        object_id: format!("o{n}"),
        reason: Some("核实".to_owned()),
        detail: serde_json::json!({"b": n, "a": "甲"}),
        ..AuditEntry::system(NOW.plus_minutes(n), "order", "order_dispatch")
    }
}

async fn append(store: &Store, entries: &[AuditEntry]) {
    let mut tx = store.db.begin().await.unwrap();
    audit::append(&mut tx, &store.vault, entries).await.unwrap();
    tx.commit().await.unwrap();
}

/// Three steps of one order.
async fn three_steps(store: &Store) -> kernel::OrderId {
    let case = insert(store, Maker::new().case()).await;
    let before = load(store, case.order.id).await;
    let mut after = before.clone();
    let mut tx = store.db.begin().await.unwrap();
    let steps = [entry(&after.order, "W07", "submit"), entry(&after.order, "W10", "dispatch")];
    flow_log::append_flow(&mut tx, &store.vault, &mut after.order, &steps).await.unwrap();
    crate::case::save_case(&mut tx, &store.vault, &before, &mut after, &[]).await.unwrap();
    tx.commit().await.unwrap();
    case.order.id
}

both_engines! {
    async fn the_flow_log_is_a_chain(db: Db) {
        let store = open(db).await;
        let id = three_steps(&store).await;
        let lines = flow_log::flow_of(&store.db, id).await.unwrap();
        let codes: Vec<&str> = lines.iter().map(|l| l.entry.code.as_str()).collect();
        assert_eq!(codes, ["W02", "W07", "W10"]);
        assert_eq!(lines[0].entry.fields, serde_json::json!({"渠道": "01", "n": 1.1, "a": [1, null]}));
        assert_eq!(flow_log::verify_flow(&store.db, &store.vault, id).await.unwrap(), Verdict::Intact { records: 3 });
        assert_eq!(load(&store, id).await.order.flow_hash, lines[2].hash);
    }

    async fn an_altered_flow_entry_is_noticed(db: Db) {
        let store = open(db).await;
        let id = three_steps(&store).await;
        tamper(&store, "flow_log", "UPDATE flow_log SET opinion = '情况不属实' WHERE seq = 2").await;
        let verdict = flow_log::verify_flow(&store.db, &store.vault, id).await.unwrap();
        assert!(matches!(verdict, Verdict::Broken { seq: 2, .. }), "{verdict:?}");
    }

    async fn a_flow_entry_cut_off_the_end_is_noticed(db: Db) {
        let store = open(db).await;
        let id = three_steps(&store).await;
        tamper(&store, "flow_log", "DELETE FROM flow_log WHERE seq = 3").await;
        let verdict = flow_log::verify_flow(&store.db, &store.vault, id).await.unwrap();
        assert!(matches!(verdict, Verdict::Broken { seq: 3, .. }), "{verdict:?}");
    }

    async fn logs_refuse_update_and_delete(db: Db) {
        let store = open(db).await;
        three_steps(&store).await;
        append(&store, &[act(1)]).await;
        refused(&store, "UPDATE flow_log SET opinion = NULL").await;
        refused(&store, "DELETE FROM flow_log").await;
        refused(&store, "UPDATE audit_log SET detail = ''").await;
        refused(&store, "DELETE FROM audit_log").await;
    }

    async fn the_audit_log_is_a_chain(db: Db) {
        let store = open(db).await;
        append(&store, &[act(1), act(2)]).await;
        append(&store, &[act(3)]).await;
        append(&store, &[AuditEntry::system(NOW, "job", "archive")]).await;
        append(&store, &[]).await;
        let verdict = audit::verify_chain(&store.db, &store.vault, 7).await.unwrap();
        assert_eq!(verdict, Verdict::Intact { records: 3 });
        assert_eq!(audit::verify_chain(&store.db, &store.vault, 0).await.unwrap(), Verdict::Intact { records: 1 });
        assert_eq!(audit::verify_chain(&store.db, &store.vault, 5).await.unwrap(), Verdict::Intact { records: 0 });
        assert_eq!(audit::head(&store.db, 7).await.unwrap().0, 3);
        let list = |filter: AuditFilter, page: Page| {
            let db = store.db.clone();
            async move { audit::list_audit(&db, &filter, &page).await.unwrap() }
        };
        let first = list(AuditFilter::default(), Page::first(3)).await;
        assert_eq!(first.iter().map(|l| l.entry.object_id.as_str()).collect::<Vec<_>>(), ["o3", "o2", "o1"]);
        assert_eq!(first[0].entry, act(3));
        let next = list(AuditFilter::default(), Page::after(3, audit::audit_cursor(&first[2]))).await;
        assert_eq!(next.iter().map(|l| l.entry.action.as_str()).collect::<Vec<_>>(), ["archive"]);
        let refusals = AuditFilter { outcome: Some(Outcome::Refused), actor: Some(user(7)), ..Default::default() };
        assert_eq!(list(refusals, Page::first(9)).await.len(), 2);
    }

    async fn acceptance_19_an_altered_or_missing_audit_record_is_noticed(db: Db) {
        let store = open(db).await;
        append(&store, &[act(1), act(2), act(3)]).await;
        tamper(&store, "audit_log", "UPDATE audit_log SET actor_name = '别人' WHERE seq = 2").await;
        let check = || audit::verify_chain(&store.db, &store.vault, 7);
        assert!(matches!(check().await.unwrap(), Verdict::Broken { seq: 2, .. }));
        let mut tx = store.db.begin().await.unwrap();
        tx.run("DELETE FROM audit_log WHERE seq >= 2", &[]).await.unwrap();
        tx.commit().await.unwrap();
        assert!(matches!(check().await.unwrap(), Verdict::Broken { seq: 2, .. }));
    }

    async fn concurrent_audit_writers_leave_one_whole_chain(db: Db) {
        let store = open(db).await;
        let tasks: Vec<_> = (0..4).map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                for n in 0..10 {
                    append(&store, &[act(n)]).await;
                }
            })
        }).collect();
        for task in tasks {
            task.await.unwrap();
        }
        let verdict = audit::verify_chain(&store.db, &store.vault, 7).await.unwrap();
        assert_eq!(verdict, Verdict::Intact { records: 40 });
    }

    async fn a_stale_save_leaves_no_flow_entry(db: Db) {
        let store = open(db).await;
        let before = insert(&store, Maker::new().case()).await;
        let mut fast = before.clone();
        fast.order.urge_n = 1;
        save(&store, &before, &mut fast).await.unwrap();
        let mut slow = before.clone();
        let mut tx = store.db.begin().await.unwrap();
        let step = [entry(&slow.order, "W07", "submit")];
        flow_log::append_flow(&mut tx, &store.vault, &mut slow.order, &step).await.unwrap();
        let e = crate::case::save_case(&mut tx, &store.vault, &before, &mut slow, &[]).await.unwrap_err();
        assert!(e.is_stale());
        tx.rollback().await.unwrap();
        let verdict = flow_log::verify_flow(&store.db, &store.vault, before.order.id).await.unwrap();
        assert_eq!(verdict, Verdict::Intact { records: 1 });
    }
}
