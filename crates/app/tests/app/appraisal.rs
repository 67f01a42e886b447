//! 评价与考核 on both engines: every figure is traced to the orders it was made of.

use app::appraisal::{anomaly_list, appraisal, appraisal_export, judged_list, request_effect};
use app::attachment::attachment_add;
use app::order::order_command;
use app::view::{AppraisalExportForm, AppraisalQuery, AttachmentForm, JudgedQuery};
use db::Db;
use domain::appraisal::{AnomalyRule, Basis, share};
use domain::attachment::Purpose;
use domain::callback::{Contacted, RatedItem, Rating, Solved};
use domain::indicator::{OrderSums, Rate};
use domain::order::Command;
use domain::request::ContestGround;
use futures::StreamExt as _;
use kernel::{Clock as _, OrderId, Ts};

use crate::acceptance::{at_water, decide, rated};
use crate::town::Town;
use crate::walk::{dispatch, give, handled, submitted};

const PERIOD: (i64, i64) = (-100, 40);

fn days(town: &Town) -> (Ts, Ts) {
    (town.app.now().plus_days(PERIOD.0), town.app.now().plus_days(PERIOD.1))
}

/// The same sums, made order by order by the rule instead of the database.
pub async fn by_hand(town: &Town, orders: &[OrderId]) -> OrderSums {
    let (from, until) = days(town);
    let b = Basis { from, until, now: town.app.now(), respond_ms: 24 * 3_600_000 };
    let mut sum = OrderSums::default();
    for id in orders {
        let case = store::case::load_case(&town.app.store.db, &town.app.store.vault, *id).await.unwrap().unwrap();
        sum = sum.plus(&share(&case, |_| true, &b));
    }
    sum
}

async fn evidence(town: &Town, id: OrderId) {
    let form = AttachmentForm { purpose: Purpose::Appraisal, name: "通话记录.txt".to_owned() };
    attachment_add(&town.app, &town.ctx("water_admin"), id, &form, "联系诉求人的通话记录".as_bytes().to_vec())
        .await
        .unwrap();
}

pub async fn figures(town: &Town, who: &str) -> app::view::AppraisalView {
    let until = Some(town.app.now().plus_days(40).0);
    let from = Some(town.app.now().plus_days(-100).0);
    appraisal(&town.app, &town.ctx(who), &AppraisalQuery { from, until, group: None }).await.unwrap()
}

testkit::both_engines! {
    async fn figures_tell_their_parts_and_leave_out_what_is_not_judged(db: Db) {
        let town = Town::build(db).await;
        let (id, task) = at_water(&town, "13812345678").await;
        handled(&town, id, task).await;
        give(&town, "callback", id, Command::Callback(rated(Rating::Sat, Solved::Solved))).await;
        let (id, task) = at_water(&town, "13812345679").await;
        handled(&town, id, task).await;
        give(&town, "callback", id, Command::Callback(rated(Rating::Dissat, Solved::Unsolved))).await;
        // Given back and agreed to: sent out, but never judged.
        let lost = submitted(&town, "13812345670").await;
        let task = give(&town, "dispatcher", lost, dispatch(&town, "water")).await.tasks[0].id;
        let view = give(&town, "water_admin", lost, crate::acceptance::give_back(task)).await;
        give(&town, "dispatcher", lost, crate::acceptance::decide(view.requests[0].id, true, false)).await;

        let seen = figures(&town, "supervisor").await;
        let water = seen.rows.iter().find(|r| r.org.id == town.org("water")).unwrap();
        assert_eq!((water.sums.dispatched, water.sums.due, water.sums.left_out), (3, 2, 1));
        assert_eq!(water.rates.close_ontime, Rate { num: 2, den: 2, value: Some(100.0) });
        assert_eq!(water.rates.sign_ontime, Rate { num: 2, den: 2, value: Some(100.0) });
        assert_eq!(water.rates.return_rate, Rate { num: 1, den: 3, value: Some(33.33) });
        assert_eq!(water.rates.bad_return_rate, Rate { num: 0, den: 1, value: Some(0.0) });
        assert_eq!(water.rates.solve_rate, Rate { num: 1, den: 2, value: Some(50.0) });
        assert_eq!(water.rates.satisfy_rate, Rate { num: 1, den: 2, value: Some(50.0) });
        assert_eq!(water.rates.contact_rate, Rate { num: 2, den: 2, value: Some(100.0) });
        assert!(water.few, "two orders are not to be compared with anybody's");
        // A unit's figures hold those of everything below it; the whole counts each order once.
        let gov = seen.rows.iter().find(|r| r.org.id == town.org("gov")).unwrap();
        assert_eq!((gov.sums, seen.total), (water.sums, water.sums));
        // A unit sees its own share only, and nobody without the permission sees any.
        assert_eq!(figures(&town, "housing_boss").await.total.dispatched, 0);
        assert!(appraisal(&town.app, &town.ctx("agent"), &AppraisalQuery::default()).await.is_err());
        let upside = AppraisalQuery { from: Some(10), until: Some(5), group: None };
        assert!(appraisal(&town.app, &town.ctx("supervisor"), &upside).await.is_err());
    }

    async fn a_contest_needs_papers_shows_its_effect_and_takes_only_the_contested_item_out(db: Db) {
        let town = Town::build(db).await;
        let mut all = Vec::new();
        for n in 0..3 {
            let (id, task) = at_water(&town, &format!("1381234567{n}")).await;
            handled(&town, id, task).await;
            let mut form = rated(if n == 0 { Rating::Dissat } else { Rating::Sat }, Solved::Solved);
            form.contacted = Some(if n == 0 { Contacted::No } else { Contacted::Yes });
            give(&town, "callback", id, Command::Callback(form)).await;
            all.push(id);
            town.pass(1);
        }
        let seen = figures(&town, "supervisor").await;
        assert_eq!(seen.total, by_hand(&town, &all).await);
        assert_eq!(seen.total_rates.respond_rate, Rate { num: 3, den: 3, value: Some(100.0) });
        assert_eq!(seen.total_rates.contact_rate, Rate { num: 2, den: 3, value: Some(66.67) });

        let id = all[0];
        let order = app::order::order_view(&town.app, &town.ctx("water_admin"), id).await.unwrap();
        let contest = Command::Contest {
            callback: order.callbacks[0].id,
            items: vec![RatedItem::Contacted],
            ground: ContestGround::C3,
            reason: "办理期间已两次电话联系诉求人，附通话记录。".to_owned(),
        };
        let bare = order_command(&town.app, &town.ctx("water_admin"), id, order.line.version, contest.clone()).await;
        assert_eq!(bare.unwrap_err().refusal().unwrap().fields[0].field, "evidence");
        evidence(&town, id).await;
        let view = give(&town, "water_admin", id, contest).await;
        let request = view.requests.iter().find(|r| r.kind.code() == "contest").unwrap().id;
        let effect = request_effect(&town.app, &town.ctx("water_boss"), id, request).await.unwrap();
        let change = effect.changes.iter().map(|c| (c.name.as_str(), c.before.num, c.before.den, c.after.num, c.after.den));
        assert_eq!(change.collect::<Vec<_>>(), [("联系率", 2, 3, 2, 2)]);
        give(&town, "water_boss", id, decide(request, true, false)).await;
        assert_eq!(figures(&town, "supervisor").await.total_rates.contact_rate.den, 3, "not agreed to yet");
        give(&town, "supervisor", id, decide(request, true, false)).await;
        let seen = figures(&town, "supervisor").await;
        assert_eq!(seen.total_rates.contact_rate, Rate { num: 2, den: 2, value: Some(100.0) });
        assert_eq!((seen.total.contested, seen.total.result_rated), (1, 3), "the rest of the answer counts");
        assert_eq!(seen.total, by_hand(&town, &all).await);

        town.pass(1);
        // The list tells evidence, both deciders and what was taken out.
        let list = judged_list(&town.app, &town.ctx("supervisor"), &JudgedQuery::default()).await.unwrap();
        let line = &list.items[0];
        assert_eq!((line.evidence, line.request.decisions.len(), line.taken.contact_told), (1, 2, 1));
        assert_eq!(line.request.reason_cn, "已联系诉求人且有记录");
        assert!(judged_list(&town.app, &town.ctx("agent"), &JudgedQuery::default()).await.is_err());
    }

    async fn an_exclusion_leaves_every_rate_and_stays_in_the_volumes(db: Db) {
        let town = Town::build(db).await;
        let mut all = Vec::new();
        for n in 0..2 {
            let (id, task) = at_water(&town, &format!("1381234567{n}")).await;
            handled(&town, id, task).await;
            let solved = if n == 0 { Solved::Solved } else { Solved::Partial };
            give(&town, "callback", id, Command::Callback(rated(Rating::Basic, solved))).await;
            all.push(id);
        }
        let apply = Command::Exempt { code: "E3".to_owned(), reason: "管网改造属历史遗留，已列入计划".to_owned() };
        let view = give(&town, "water_admin", all[1], apply).await;
        let request = view.requests.last().unwrap().id;
        let effect = request_effect(&town.app, &town.ctx("supervisor"), all[1], request).await.unwrap();
        let due = effect.changes.iter().find(|c| c.name == "按时办结率").unwrap();
        assert_eq!((due.before.num, due.before.den, due.after.num, due.after.den), (2, 2, 1, 1));
        let solve = effect.changes.iter().find(|c| c.name == "解决率").unwrap();
        assert_eq!((solve.before.value, solve.after.value), (Some(50.0), Some(100.0)));
        give(&town, "water_boss", all[1], decide(request, true, false)).await;
        give(&town, "supervisor", all[1], decide(request, true, false)).await;
        let seen = figures(&town, "supervisor").await;
        assert_eq!((seen.total.dispatched, seen.total.due, seen.total.exempt), (2, 1, 1));
        assert_eq!(seen.total, by_hand(&town, &all).await);
        // Taken out already: the same question now tells what it took.
        let again = request_effect(&town.app, &town.ctx("supervisor"), all[1], request).await.unwrap();
        assert_eq!(again.changes, effect.changes);

        let (from, until) = days(&town);
        let form = AppraisalExportForm {
            from: from.0,
            until: until.0,
            group: None,
            format: "csv".to_owned(),
            purpose: "月度考核通报".to_owned(),
        };
        let mut file = appraisal_export(&town.app, &town.ctx("supervisor"), &form).await.unwrap();
        let mut bytes = Vec::new();
        while let Some(chunk) = file.body.next().await {
            bytes.extend(chunk.unwrap());
        }
        let text = String::from_utf8(bytes).unwrap();
        let water = text.lines().find(|l| l.contains("water单位")).unwrap();
        assert!(text.contains("按时办结率分子") && water.contains("样本不足"), "{text}");
        assert!(appraisal_export(&town.app, &town.ctx("water_boss"), &form).await.is_err(), "no right to export");
        let unnamed = AppraisalExportForm { purpose: String::new(), ..form };
        assert!(appraisal_export(&town.app, &town.ctx("supervisor"), &unnamed).await.is_err());
    }

    async fn answers_written_down_within_seconds_and_in_equal_words_are_pointed_out(db: Db) {
        let town = Town::build(db).await;
        let mut due = Vec::new();
        for n in 0..3 {
            let (id, task) = at_water(&town, &format!("1381234567{n}")).await;
            handled(&town, id, task).await;
            due.push(id);
        }
        let query = AppraisalQuery::default();
        town.pass(1);
        assert!(anomaly_list(&town.app, &town.ctx("supervisor"), &query).await.unwrap().items.is_empty());
        for id in due {
            give(&town, "callback", id, Command::Callback(rated(Rating::Sat, Solved::Solved))).await;
            town.clock.set(town.clock.now().plus_millis(9_000));
        }
        let seen = anomaly_list(&town.app, &town.ctx("supervisor"), &query).await.unwrap();
        let found: Vec<_> = seen.items.iter().map(|a| (a.rule, a.n)).collect();
        assert_eq!(found, [(AnomalyRule::Burst, 3), (AnomalyRule::HandlerBurst, 3), (AnomalyRule::SameWords, 3)]);
        assert_eq!(seen.items[0].sentence, "姓callback在18秒内登记了3件回访评价");
        assert!(!seen.has_calls && seen.items[0].answers.iter().all(|a| !a.case_no.is_empty()));
        assert!(anomaly_list(&town.app, &town.ctx("callback"), &query).await.is_err());
    }
}
