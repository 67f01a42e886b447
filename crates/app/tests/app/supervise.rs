//! 督办 on both engines: whose desk it lies on, who sees it, and the ladder that climbs by itself.

use app::order::order_view;
use app::supervision::{supervision_counts, supervision_list};
use app::view::{SupervisionQuery, TaskQuery};
use app::{home, reconcile, task};
use db::Db;
use domain::order::{Command, EvaluateForm, SuperviseForm};
use domain::supervision::{SuperviseLevel, SuperviseState, SuperviseTrigger, SuperviseVerdict, VerifyWay};
use kernel::{OrderId, SupervisionId};

use crate::town::Town;
use crate::walk::{dispatch, give, submitted};

async fn at_work(town: &Town, phone: &str) -> OrderId {
    let id = submitted(town, phone).await;
    let task = give(town, "dispatcher", id, dispatch(town, "housing")).await.tasks[0].id;
    give(town, "housing_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("housing_handler"));
    give(town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "housing_handler", id, Command::Start { task }).await;
    id
}

fn issue(level: SuperviseLevel) -> Command {
    Command::SuperviseIssue(SuperviseForm {
        level,
        trigger: SuperviseTrigger::S4,
        opinion: "诉求人再次来电，请尽快到场并反馈".to_owned(),
        due_at: None,
        cc: Vec::new(),
    })
}

async fn rounds(town: &Town, who: &str, tab: &str) -> Vec<SupervisionId> {
    let query = SupervisionQuery { tab: Some(tab.to_owned()), ..SupervisionQuery::default() };
    let page = supervision_list(&town.app, &town.ctx(who), &query).await.unwrap();
    page.items.iter().map(|l| l.round.id).collect()
}

/// Orders on the handler's list, top first.
async fn todo(town: &Town) -> Vec<OrderId> {
    let query = TaskQuery { tab: Some("todo".to_owned()), ..TaskQuery::default() };
    let page = task::task_list(&town.app, &town.ctx("housing_handler"), &query).await.unwrap();
    page.items.iter().map(|l| l.order.id).collect()
}

testkit::both_engines! {
    async fn a_round_stands_on_top_of_the_handlers_list_until_it_is_answered(db: Db) {
        let town = Town::build(db).await;
        let first = at_work(&town, "13812345678").await;
        town.pass(24);
        let later = at_work(&town, "13812345679").await;
        assert_eq!(todo(&town).await, [first, later], "by due time");
        let view = give(&town, "supervisor", later, issue(SuperviseLevel::Urge)).await;
        let round = &view.supervisions[0];
        assert_eq!((round.round, round.light.code(), view.line.urge_n), (1, "green", 1));
        assert_eq!(todo(&town).await, [later, first], "supervised work stands on top");
        let pinned = home::home_view(&town.app, &town.ctx("housing_handler")).await.unwrap().pinned;
        assert_eq!(pinned[0].round.id, round.id);
        assert!(home::home_view(&town.app, &town.ctx("water_admin")).await.unwrap().pinned.is_empty());
        assert_eq!(rounds(&town, "housing_boss", "waiting").await, [round.id]);
        assert_eq!(rounds(&town, "water_admin", "all").await, [], "another unit does not see it");
        let reply = "已安排人员今日下午到场抢修。".to_owned();
        give(&town, "housing_handler", later, Command::SuperviseReply { supervision: round.id, reply }).await;
        assert_eq!(todo(&town).await, [first, later]);
        let form = EvaluateForm { verdict: SuperviseVerdict::Done, score: 95, comment: "已电话核实".to_owned(), way: VerifyWay::Phone };
        let view = give(&town, "supervisor", later, Command::SuperviseEvaluate { supervision: round.id, form }).await;
        assert_eq!(view.supervisions[0].state, SuperviseState::Closed);
        let counts = supervision_counts(&town.app, &town.ctx("supervisor"), &SupervisionQuery::default()).await.unwrap();
        assert_eq!((counts["waiting"], counts["replied"], counts["ended"]), (0, 0, 1));
    }

    async fn pages_of_the_ledger_neither_repeat_nor_lose_a_round(db: Db) {
        let town = Town::build(db).await;
        let mut made = Vec::new();
        for n in 0..5 {
            let id = at_work(&town, &format!("1381234560{n}")).await;
            made.push(give(&town, "supervisor", id, issue(SuperviseLevel::Normal)).await.supervisions[0].id);
            town.pass(1);
        }
        for (tab, newest_first) in [("waiting", false), ("all", true)] {
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let query = SupervisionQuery { tab: Some(tab.to_owned()), limit: Some(2), after, ..SupervisionQuery::default() };
                let page = supervision_list(&town.app, &town.ctx("supervisor"), &query).await.unwrap();
                seen.extend(page.items.iter().map(|l| l.round.id));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let expected: Vec<_> = if newest_first { made.iter().rev().copied().collect() } else { made.clone() };
            assert_eq!(seen, expected, "{tab}");
        }
    }

    async fn acceptance_23_the_ladder_climbs_by_itself_and_each_rung_once(db: Db) {
        let town = Town::build(db).await;
        let id = at_work(&town, "13812345678").await;
        let levels = async || {
            let view = order_view(&town.app, &town.ctx("supervisor"), id).await.unwrap();
            view.supervisions.iter().map(|s| s.level).collect::<Vec<_>>()
        };
        reconcile::run_once(&town.app).await.unwrap();
        assert_eq!(levels().await, []);
        // Fifteen working days, to the end of 15 December.
        town.pass(24 * 21 + 15);
        for _ in 0..3 {
            reconcile::run_once(&town.app).await.unwrap();
        }
        assert_eq!(levels().await, [SuperviseLevel::Urge]);
        town.pass(24 * 2);
        for _ in 0..3 {
            reconcile::run_once(&town.app).await.unwrap();
        }
        assert_eq!(levels().await, [SuperviseLevel::Urge, SuperviseLevel::Normal]);
        town.pass(24 * 30);
        for _ in 0..3 {
            reconcile::run_once(&town.app).await.unwrap();
        }
        let view = order_view(&town.app, &town.ctx("supervisor"), id).await.unwrap();
        let states: Vec<_> = view.supervisions.iter().map(|s| (s.level, s.state)).collect();
        let (closed, issued) = (SuperviseState::Closed, SuperviseState::Issued);
        assert_eq!(
            states,
            [(SuperviseLevel::Urge, closed), (SuperviseLevel::Normal, closed), (SuperviseLevel::Listed, issued)]
        );
        assert!(view.supervisions.iter().all(|s| s.automatic && s.initiator_name == "系统"));
    }
}
