//! What the passage of time brings about, once, however many processes look.

use app::order::order_view;
use app::view::OrderQuery;
use app::{jobs, notification, reconcile};
use db::Db;
use domain::light::Light;
use domain::order::{Command, OrderState};
use kernel::{JobId, OrderId};
use store::job::NewJob;
use store::sms::SmsState;

use crate::town::Town;
use crate::walk::{dispatch, give, submitted};

/// Light events of the promise to the citizen.
async fn promised_lights(town: &Town, id: OrderId) -> Vec<Light> {
    let view = order_view(&town.app, &town.ctx("leader"), id).await.unwrap();
    let promise = view.clocks.iter().find(|c| c.kind_cn == "工单办理").unwrap().id;
    let events = store::clock::list_light_events(&town.app.store.db, id).await.unwrap();
    events.into_iter().filter(|e| e.clock == promise).map(|e| e.to).collect()
}

async fn told(town: &Town, who: &str, template: &str) -> usize {
    let all = notification::notification_list(&town.app, &town.ctx(who), false, Some(200), None).await.unwrap();
    all.items.iter().filter(|n| n.kind == template).count()
}

/// Rounds until one does nothing more.
async fn settle(town: &Town) {
    for _ in 0..5 {
        reconcile::run_once(&town.app).await.unwrap();
    }
}

async fn at_work(town: &Town) -> (OrderId, kernel::TaskId) {
    let id = submitted(town, "13812345678").await;
    let task = give(town, "dispatcher", id, dispatch(town, "housing")).await.tasks[0].id;
    give(town, "housing_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("housing_handler"));
    give(town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "housing_handler", id, Command::Start { task }).await;
    (id, task)
}

testkit::both_engines! {
    async fn acceptance_02_a_lamp_turns_yellow_and_red_once_and_people_are_told_once(db: Db) {
        let town = Town::build(db).await;
        let (id, _) = at_work(&town).await;
        settle(&town).await;
        assert_eq!(promised_lights(&town, id).await, []);
        town.pass(24 * 19);
        settle(&town).await;
        assert_eq!(promised_lights(&town, id).await, [Light::Yellow]);
        let warned = told(&town, "housing_boss", "T32").await;
        town.pass(24 * 5);
        settle(&town).await;
        assert_eq!(promised_lights(&town, id).await, [Light::Yellow, Light::Red]);
        assert!(told(&town, "supervisor", "T33").await > 0);
        let red = told(&town, "supervisor", "T33").await;
        settle(&town).await;
        assert_eq!((told(&town, "housing_boss", "T32").await, told(&town, "supervisor", "T33").await), (warned, red));
        let query = OrderQuery { light: Some("red".to_owned()), ..OrderQuery::default() };
        let found = app::order::order_list(&town.app, &town.ctx("leader"), &query).await.unwrap();
        assert_eq!(found.items[0].id, id);
        assert!(found.items[0].remaining_cn.starts_with("逾期"), "{}", found.items[0].remaining_cn);
    }

    async fn an_extension_applied_for_in_time_keeps_the_red_lamp_off(db: Db) {
        let town = Town::build(db).await;
        let (id, task) = at_work(&town).await;
        let cmd = Command::ExtensionApply {
            task,
            reason_code: "04".to_owned(),
            reason: "雨雪天气无法施工，需延期".to_owned(),
            basis: None,
            days: 5,
        };
        give(&town, "housing_handler", id, cmd).await;
        town.pass(24 * 24);
        settle(&town).await;
        assert!(!promised_lights(&town, id).await.contains(&Light::Red));
        let request = order_view(&town.app, &town.ctx("housing_boss"), id).await.unwrap().requests[0].id;
        let decide = |approve| Command::Decide { request, approve, opinion: Some("理由不充分".to_owned()), designate: false };
        // The unit's leader let it lie, so the decision went up.
        give(&town, "supervisor", id, decide(false)).await;
        settle(&town).await;
        assert!(!promised_lights(&town, id).await.contains(&Light::Red), "held until the decision");
        town.pass(1);
        settle(&town).await;
        assert!(promised_lights(&town, id).await.contains(&Light::Red), "refused, the delay counts");
    }

    async fn an_order_at_rest_is_archived_after_the_quiet_days(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        give(&town, "leader", id, Command::Withdraw { reason: "诉求人表示问题已解决".to_owned() }).await;
        town.pass(24 * 6);
        settle(&town).await;
        let state = async || order_view(&town.app, &town.ctx("leader"), id).await.unwrap().line.state;
        assert_eq!(state().await, OrderState::Withdrawn);
        town.pass(24 * 2);
        settle(&town).await;
        assert_eq!(state().await, OrderState::Archived);
    }

    async fn messages_of_the_night_go_out_in_the_morning(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        town.pass(13);
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let state = async || {
            let all = store::sms::list_of_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap();
            all.into_iter().find(|m| m.template == "T06").unwrap().state
        };
        settle(&town).await;
        assert_eq!(state().await, SmsState::Held);
        town.pass(10);
        settle(&town).await;
        assert_eq!(state().await, SmsState::Queued);
    }

    async fn only_one_process_keeps_time_and_each_job_is_done_once(db: Db) {
        let town = Town::build(db.clone()).await;
        let other = town.other(db).await;
        assert!(reconcile::run_once(&town.app).await.unwrap().is_some());
        assert!(reconcile::run_once(&other).await.unwrap().is_none(), "the other stands by");
        town.pass(1);
        assert!(reconcile::run_once(&other).await.unwrap().is_some(), "a lease that ran out is taken over");
        let now = town.app.now();
        let job = |n: u64| NewJob {
            id: JobId::mint(&*town.app.mint, now),
            kind: "purge".to_owned(),
            payload: serde_json::json!({ "n": n }),
            run_at: now,
            dedup: None,
            created_at: now,
        };
        let done: Result<(), app::Error> = db::with_retry!(town.app.store.db, async |tx| {
            for n in 0..10 {
                store::job::enqueue(tx, &job(n)).await?;
            }
            Ok(())
        });
        done.unwrap();
        let mut worked = 0;
        loop {
            let (a, b) = tokio::join!(jobs::run_once(&town.app), jobs::run_once(&other));
            let round = a.unwrap() + b.unwrap();
            if round == 0 {
                break;
            }
            worked += round;
        }
        // Two more than ours, planned by the reconciler: the day's clearing and the day's draw of calls to be scored.
        assert_eq!(worked, 12);
    }
}
