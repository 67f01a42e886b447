//! The demonstration city.

use std::collections::BTreeSet;
use std::sync::Mutex;

use app::demo::demo_load;
use app::login::{LoginForm, session_open};
use app::view::{CallQuery, FloorQuery, OrderQuery};
use db::Db;
use domain::light::Light;
use kernel::Secret;

use crate::office::Office;

async fn lines(office: &Office, query: OrderQuery) -> Vec<app::view::OrderLine> {
    let query = OrderQuery { limit: Some(200), ..query };
    app::order::order_list(&office.app, &office.ctx("teamleader01").await, &query).await.unwrap().items
}

async fn played(db: Db, limit: usize) -> (Office, app::demo::DemoLoaded) {
    let office = Office::open(db).await;
    let heard = Mutex::new(Vec::new());
    let hear = |done: usize, all: usize| heard.lock().unwrap().push((done, all));
    let loaded = demo_load(&office.app, Some(limit), &hear).await.unwrap().expect("an empty platform takes it");
    assert_eq!(loaded.refused, Vec::<String>::new(), "the rules allow every story");
    assert_eq!(heard.into_inner().unwrap().last(), Some(&(limit, limit)));
    (office, loaded)
}

/// Plausible figures, nobody in two conversations at once, and something to hear.
async fn a_month_on_the_telephone(office: &Office, loaded: &app::demo::DemoLoaded) {
    let ctx = office.ctx("teamleader01").await;
    let now = office.app.now();
    let query = FloorQuery { from: Some(now.plus_days(-31)), to: Some(now), by: Some("agent".to_owned()) };
    let report = app::call::report::floor_report(&office.app, &ctx, &query).await.unwrap();
    let (sums, rates) = (&report.sum.sums, &report.sum.rates);
    assert!(loaded.calls > 1_000 && sums.offered == sums.answered + sums.abandoned, "{sums:?}");
    assert!(rates.conn_rate.value.is_some_and(|v| (90.0..100.0).contains(&v)), "{rates:?}");
    assert!(rates.asa.value.is_some_and(|v| (3.0..20.0).contains(&v)), "{rates:?}");
    assert!(report.agents.iter().all(|a| a.talking_ms <= a.signed_ms), "{:?}", report.agents);
    let recorded = CallQuery { limit: Some(200), ..CallQuery::default() };
    let calls = app::call::call_list(&office.app, &ctx, &recorded).await.unwrap().items;
    let heard = calls.iter().flat_map(|c| &c.recordings).find(|r| r.playable).expect("some can be heard");
    let check = app::call::recording_verify(&office.app, &ctx, heard.id).await.unwrap();
    assert!(check.intact, "{check:?}");
}

testkit::both_engines! {
    async fn sixty_orders_cover_the_states_and_every_chain_holds(db: Db) {
        let (office, loaded) = played(db, 60).await;
        assert_eq!((loaded.orders, loaded.users), (60, 289));
        let all = lines(&office, OrderQuery::default()).await;
        let states: BTreeSet<&str> = all.iter().map(|o| o.state.code()).collect();
        assert!(states.len() >= 10, "{states:?}");
        let lights: BTreeSet<Light> = all.iter().map(|o| o.light).collect();
        for wanted in [Light::Green, Light::Yellow, Light::Red] {
            assert!(lights.contains(&wanted), "{wanted} in {lights:?}");
        }
        assert!(all.iter().all(|o| o.registered_at < office.app.now()));
        let report = app::verify::verify_all(&office.app).await.unwrap();
        assert!(report.ok, "{:?}", report.first_bad);
        assert_eq!(report.chains[0].chains, 60);
        assert!(report.chains[0].entries > 400, "{report:?}");
        let queued = store::sms::list_queued(&office.app.store.db, &office.app.store.vault, 10).await.unwrap();
        assert!(queued.is_empty(), "nobody outside is written to");
        a_month_on_the_telephone(&office, &loaded).await;
        assert!(demo_load(&office.app, None, &|_, _| {}).await.unwrap().is_none(), "it is loaded once");
    }

    async fn everyone_signs_in_with_the_shared_password(db: Db) {
        let (office, loaded) = played(db, 5).await;
        for login in ["agent01", "dispatcher01", "auditor01", "callback01", "sysadmin01"] {
            let form = LoginForm { login: login.to_owned(), password: Secret::new(loaded.password.clone()) };
            let opened = session_open(&office.app, &form, "10.0.0.1", "t").await.unwrap();
            assert!(!opened.view.must_change_password, "{login}");
        }
    }
}

/// The whole city, once: what a visitor sees. Prints how long it took.
#[test]
fn the_whole_city_is_told_without_a_refused_step() {
    testkit::block(async {
        let test = testkit::TestDb::sqlite().await;
        let office = Office::open(test.db()).await;
        let begun = std::time::Instant::now();
        let loaded = demo_load(&office.app, None, &|_, _| {}).await.unwrap().expect("loaded");
        println!("{} orders in {:?}", loaded.orders, begun.elapsed());
        assert_eq!(loaded.refused, Vec::<String>::new());
        assert!(app::verify::verify_all(&office.app).await.unwrap().ok);
        let flag = Some(true);
        let wanted = [
            (5, OrderQuery { returned: flag, ..OrderQuery::default() }),
            (10, OrderQuery { extended: flag, ..OrderQuery::default() }),
            (5, OrderQuery { round2: flag, ..OrderQuery::default() }),
        ];
        let pending = ["return", "extension", "redo"];
        let pending = pending.map(|kind| (2, OrderQuery { pending: Some(kind.to_owned()), ..OrderQuery::default() }));
        let lights = ["green", "yellow", "red"];
        let lights = lights.map(|light| (2, OrderQuery { light: Some(light.to_owned()), ..OrderQuery::default() }));
        let states = domain::order::OrderState::ALL.iter().filter(|s| s.code() != "draft");
        let states = states.map(|s| (1, OrderQuery { state: Some(s.code().to_owned()), ..OrderQuery::default() }));
        let mut missing = Vec::new();
        for (least, query) in wanted.into_iter().chain(pending).chain(lights).chain(states) {
            let there = lines(&office, query.clone()).await.len();
            if there < least {
                missing.push(format!("{there} of {least} for {}", serde_json::to_string(&query).unwrap()));
            }
        }
        for action in ["order.pause", "order.instruct", "order.reassign", "order.center_send_back", "order.link"] {
            let filter = store::audit::AuditFilter { action: Some(action.to_owned()), ..Default::default() };
            let there =
                store::audit::list_audit(&office.app.store.db, &filter, &kernel::Page::first(10)).await.unwrap();
            if there.is_empty() {
                missing.push(action.to_owned());
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    });
}

/// Loaded on a Saturday before dawn, on a Monday as the office opens, in the middle of a long holiday.
#[test]
fn the_stories_fit_the_rules_whenever_they_are_told() {
    testkit::block(async {
        for now in ["2026-11-28T03:10:00+08:00", "2026-11-30T08:31:00+08:00", "2026-10-05T20:00:00+08:00"] {
            let test = testkit::TestDb::sqlite().await;
            let office = Office::open_at(test.db(), kernel::Ts::parse_iso(now).unwrap()).await;
            let loaded = demo_load(&office.app, None, &|_, _| {}).await.unwrap().expect("loaded");
            assert_eq!(loaded.refused, Vec::<String>::new(), "{now}");
        }
    });
}
