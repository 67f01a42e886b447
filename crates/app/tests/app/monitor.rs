//! 电子监察 on both engines: every card once, whose it is, and that no order is touched.

use app::monitor::{board_view, card_appeal, card_decide, card_explain, card_issue, card_list, card_of_order};
use app::order::order_view;
use app::view::{CardQuery, PleaForm, RulingForm};
use app::{App, Ctx, notification, reconcile};
use db::Db;
use domain::monitor::{CardLevel, CardState, MonitorNotice};
use domain::order::Command;
use kernel::{CardId, OrderId};

use crate::town::Town;
use crate::walk::{dispatch, give, submitted};

async fn at_work(town: &Town) -> OrderId {
    let id = submitted(town, "13812345678").await;
    let task = give(town, "dispatcher", id, dispatch(town, "housing")).await.tasks[0].id;
    give(town, "housing_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("housing_handler"));
    give(town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "housing_handler", id, Command::Start { task }).await;
    id
}

async fn cards(app: &App, ctx: &Ctx) -> Vec<(CardId, String, CardLevel)> {
    let page = card_list(app, ctx, &CardQuery::default()).await.unwrap();
    page.items.into_iter().map(|l| (l.card.id, l.card.rule, l.card.level)).collect()
}

fn plea(text: &str) -> PleaForm {
    PleaForm { text: text.to_owned() }
}

testkit::both_engines! {
    async fn each_card_is_raised_once_however_often_and_from_wherever_one_looks(db: Db) {
        let town = Town::build(db.clone()).await;
        at_work(&town).await;
        let second = town.other(db).await;
        // Fifteen working days and three more.
        town.pass(24 * 24 + 15);
        for app in [&town.app, &second, &town.app, &second] {
            reconcile::run_once(app).await.unwrap();
            town.clock.set(kernel::Clock::now(&*town.clock).plus_minutes(2));
        }
        let mut rules: Vec<String> =
            cards(&town.app, &town.ctx("monitor")).await.into_iter().map(|(_, rule, _)| rule).collect();
        rules.sort();
        assert_eq!(rules, ["handle_late", "handle_lost"]);
    }

    async fn unit_and_monitor_have_their_say_and_no_order_is_touched(db: Db) {
        let town = Town::build(db).await;
        let id = at_work(&town).await;
        town.pass(24 * 24 + 15);
        reconcile::run_once(&town.app).await.unwrap();
        let before = order_view(&town.app, &town.ctx("leader"), id).await.unwrap();
        let flow = store::flow_log::flow_of(&town.app.store.db, id).await.unwrap().len();
        let all = cards(&town.app, &town.ctx("monitor")).await;
        let (card, ..) = all.iter().find(|(.., level)| *level == CardLevel::Red).cloned().unwrap();
        assert!(cards(&town.app, &town.ctx("water_admin")).await.is_empty(), "not another unit's business");
        assert!(card_explain(&town.app, &town.ctx("water_admin"), card, &plea("与我单位无关的情况")).await.is_err());
        assert!(card_explain(&town.app, &town.ctx("monitor"), card, &plea("监察员不能说明")).await.is_err());
        let view = card_explain(&town.app, &town.ctx("housing_boss"), card, &plea("配件昨日到货，已修复")).await.unwrap();
        assert_eq!((view.state, view.allowed.len()), (CardState::Explained, 0));
        let form = RulingForm { uphold: true, opinion: "应当提前报备".to_owned() };
        let view = card_decide(&town.app, &town.ctx("monitor"), card, &form).await.unwrap();
        assert_eq!(view.state, CardState::Upheld);
        card_appeal(&town.app, &town.ctx("housing_admin"), card, &plea("已经电话报备过两次")).await.unwrap();
        let again = card_decide(&town.app, &town.ctx("monitor"), card, &form).await;
        assert!(again.is_err(), "an appeal is another monitor's");
        let form = RulingForm { uphold: false, opinion: "确有报备记录".to_owned() };
        let view = card_decide(&town.app, &town.ctx("monitor2"), card, &form).await.unwrap();
        assert_eq!(view.state, CardState::Revoked);
        let notice = MonitorNotice { order: id, level: CardLevel::Warning, text: "请说明现场情况".to_owned() };
        assert!(card_issue(&town.app, &town.ctx("supervisor"), &notice).await.is_err());
        card_issue(&town.app, &town.ctx("monitor"), &notice).await.unwrap();
        let board = board_view(&town.app, &town.ctx("monitor"), &CardQuery::default()).await.unwrap();
        assert_eq!((board.counts.red, board.counts.yellow, board.counts.warning, board.revoked), (0, 1, 1, 1));
        assert_eq!(board.orgs[0].org.id, town.org("housing"));
        assert_eq!(card_of_order(&town.app, &town.ctx("housing_boss"), id).await.unwrap().len(), 3);
        let after = order_view(&town.app, &town.ctx("leader"), id).await.unwrap();
        assert_eq!(before.line.version, after.line.version, "a card is about an order, never part of it");
        assert_eq!(store::flow_log::flow_of(&town.app.store.db, id).await.unwrap().len(), flow);
        let pause = Command::Pause { reason: domain::clock::PauseReason::Hearing, note: "监察员不得办理".to_owned() };
        let monitor = town.ctx("monitor");
        let denied = app::order::order_command(&town.app, &monitor, id, after.line.version, pause).await;
        assert!(denied.is_err());
    }

    async fn the_day_before_is_told_once(db: Db) {
        let town = Town::build(db).await;
        at_work(&town).await;
        let digests = async |who: &str| {
            let all = notification::notification_list(&town.app, &town.ctx(who), false, Some(200), None).await.unwrap();
            let mine = all.items.into_iter().filter(|n| n.title == "每日监察通报");
            mine.map(|n| n.body).collect::<Vec<_>>()
        };
        town.pass(24 * 22);
        for day in 1..=2 {
            for _ in 0..3 {
                reconcile::run_once(&town.app).await.unwrap();
            }
            assert_eq!(digests("monitor").await.len(), day, "once a day");
            town.pass(24);
        }
        let newest = digests("monitor").await.swap_remove(0);
        assert!(newest.contains("黄牌1张"), "{newest}");
        assert_eq!(digests("housing_boss").await.len(), 2);
        assert!(digests("water_admin").await.is_empty());
    }
}
