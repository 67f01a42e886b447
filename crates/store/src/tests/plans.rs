//! The commonest questions go in by an index on SQLite; on PostgreSQL a small table is rightly read whole, so there
//! only the statements are tried.

use domain::{callback::Rating, light::Light, order::OrderState};
use kernel::Ts;
use testkit::{TestDb, block};

use super::{NOW, everything, of_orgs, open, org, user};
use crate::search::{Claimed, OrderFilter, Period, Queue, Sort, SortBy, explainable};

fn questions() -> Vec<(OrderFilter, Sort)> {
    let d = OrderFilter::default;
    let text = |t: &str| Some(t.to_owned());
    let by = |by, desc| Sort { by, desc };
    let newest = Sort::default();
    vec![
        (d(), newest),
        (OrderFilter { case_no: text("99010020261124010000013"), ..d() }, newest),
        (OrderFilter { phone: text("13812345678"), ..d() }, newest),
        (OrderFilter { phone: text("13812345678"), ..d() }, by(SortBy::UpdatedAt, true)),
        (OrderFilter { keyword: text("路灯"), ..d() }, newest),
        (OrderFilter { name: text("张三"), ..d() }, by(SortBy::Urgency, false)),
        (OrderFilter { ratings: vec![Rating::Dissat], ..d() }, newest),
        (OrderFilter { states: vec![OrderState::Closed, OrderState::Archived], ..d() }, newest),
        (OrderFilter { states: vec![OrderState::Handling], ..d() }, by(SortBy::DueAt, false)),
        (OrderFilter { lights: vec![Light::Red], ..d() }, by(SortBy::DueAt, false)),
        (OrderFilter { queue: Some(Queue::Dispatch), ..d() }, by(SortBy::Urgency, false)),
        (OrderFilter { lead_orgs: vec![org(2)], states: vec![OrderState::Closed], ..d() }, newest),
        (OrderFilter { registered: Period { from: Some(Ts(1)), until: Some(NOW) }, ..d() }, newest),
        (OrderFilter { categories: vec!["01".to_owned()], regions: vec!["9901".to_owned()], ..d() }, newest),
        (
            OrderFilter { claimed: Some(Claimed::Mine(user(1))), queue: Some(Queue::Dispatch), ..d() },
            by(SortBy::DueAt, false),
        ),
        (d(), by(SortBy::UpdatedAt, true)),
    ]
}

#[test]
fn the_commonest_questions_go_in_by_an_index() {
    block(async {
        let test = TestDb::sqlite().await;
        let store = open(test.db()).await;
        for (filter, sort) in questions() {
            for scope in [everything(), of_orgs(&[1, 2])] {
                let built = explainable(&store, &filter, &scope, sort, NOW).await.unwrap().unwrap();
                let text = format!("EXPLAIN QUERY PLAN {}", built.sql.text(db::Dialect::Lite));
                let plan: Vec<(i64, i64, i64, String)> =
                    store.db.all(db::Sql::dynamic(text.clone()), &built.args()).await.unwrap();
                let lines: Vec<&str> = plan.iter().map(|(_, _, _, step)| step.as_str()).collect();
                let scans: Vec<&&str> = lines
                    .iter()
                    .filter(|l| l.starts_with("SCAN") && !l.contains("USING") && !l.contains("VIRTUAL TABLE"))
                    .filter(|l| ["SCAN o", "SCAN g", "SCAN orders", "SCAN order_grant"].contains(*l))
                    .collect();
                assert!(scans.is_empty(), "{filter:?}\n{text}\n{}", lines.join("\n"));
            }
        }
    });
}

#[test]
fn the_commonest_questions_run_on_postgres() {
    block(async {
        let test = TestDb::postgres().await;
        let store = open(test.db()).await;
        for (filter, sort) in questions() {
            for scope in [everything(), of_orgs(&[1, 2])] {
                let built = explainable(&store, &filter, &scope, sort, NOW).await.unwrap().unwrap();
                assert!(store.db.all::<(kernel::OrderId,)>(&built.sql, &built.args()).await.unwrap().is_empty());
            }
        }
    });
}

/// What is left of a table that only grows is found without reading it whole, however small it is.
#[test]
fn handled_pieces_past_their_time_are_found_by_their_index() {
    block(async {
        let found = crate::inbox::statements().into_iter().find(|(name, _)| *name == "inbox_item.past");
        let sql = found.expect("the statement is listed").1;
        let test = TestDb::sqlite().await;
        let store = open(test.db()).await;
        let text = format!("EXPLAIN QUERY PLAN {}", sql.text(db::Dialect::Lite));
        let plan: Vec<(i64, i64, i64, String)> = store.db.all(db::Sql::dynamic(text), &[&NOW, &100_i64]).await.unwrap();
        assert!(plan.iter().any(|(.., step)| step.contains("inbox_item_handled")), "{plan:?}");
        assert!(plan.iter().all(|(.., step)| !step.starts_with("SCAN") && !step.contains("TEMP B-TREE")), "{plan:?}");
        let test = TestDb::postgres().await;
        let store = open(test.db()).await;
        let text = format!("EXPLAIN {}", sql.text(db::Dialect::Pg));
        let plan: Result<Vec<(String,)>, db::DbError> = db::with_retry!(store.db, async |tx| {
            tx.run("SET LOCAL enable_seqscan = off", &[]).await?;
            tx.all(db::Sql::dynamic(text.clone()), &[&NOW, &100_i64]).await
        });
        let plan = plan.unwrap();
        assert!(plan.iter().any(|(step,)| step.contains("Index Scan using inbox_item_handled")), "{plan:?}");
        assert!(plan.iter().all(|(step,)| !step.contains("Sort")), "{plan:?}");
    });
}
