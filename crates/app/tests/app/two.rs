//! Two processes on one database.

use app::intake::deadline_preview;
use app::snapshot;
use app::view::DeadlineForm;
use db::Db;
use domain::order::{DemandType, Urgency};
use store::param::ParamValue;

use crate::town::{Town, ctx_of};

async fn stated_due(app: &app::App, by: domain::env::By) -> String {
    let form = DeadlineForm {
        demand_type: DemandType::Consult,
        category: None,
        urgency: Urgency::U3,
        dispatched_at: None,
        limit_at: None,
    };
    deadline_preview(app, &ctx_of(app, by), &form).await.unwrap().handle.due_at.format_cn()
}

async fn change_reaches_the_other(one: Db, two: Db) {
    let town = Town::build(one).await;
    let other = town.other(two).await;
    let by = town.ctx("agent").by;
    assert_eq!(stated_due(&other, by.clone()).await, "2026-12-01 23:59");
    let value = ParamValue {
        id: 0,
        key: "sla.handle.consult".to_owned(),
        value: serde_json::json!({ "qty": 3, "unit": "work_day" }),
        effective_from: town.app.now(),
        by: None,
        reason: "测试".to_owned(),
        recorded_at: town.app.now(),
    };
    let done: Result<(), app::Error> = db::with_retry!(town.app.store.db, async |tx| {
        store::param::insert_param(tx, &value).await?;
        store::counter::next_in(tx, snapshot::PARAM).await?;
        Ok(())
    });
    done.unwrap();
    other.refresh_if_changed().await.unwrap();
    assert_eq!(stated_due(&other, by).await, "2026-11-27 23:59");
}

#[test]
fn a_changed_parameter_reaches_the_other_process_on_postgresql() {
    testkit::block(async {
        let test = testkit::TestDb::postgres().await;
        change_reaches_the_other(test.db(), test.reopen().await).await;
    });
}

#[test]
fn a_changed_parameter_reaches_the_other_handle_on_sqlite() {
    testkit::block(async {
        let test = testkit::TestDb::sqlite().await;
        change_reaches_the_other(test.db(), test.db()).await;
    });
}
