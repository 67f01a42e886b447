//! 并案 on both engines: the writer takes the followers along in the same transaction, everybody is answered, and it can
//! be undone.

use app::joint::{event_list, event_reply, event_suggest, event_view};
use app::order::{order_flow, order_register, order_view};
use app::view::{BatchReply, BatchReplyItem, JointQuery};
use db::Db;
use domain::clock::ClockKind;
use domain::order::{Command, OrderState};
use kernel::OrderId;

use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, submitted};

fn join(lead: OrderId) -> Command {
    Command::Join { lead, reason: "同一路段路灯不亮".to_owned() }
}

/// Three citizens tell of the same lamps.
async fn event(town: &Town) -> Vec<OrderId> {
    let mut all = Vec::new();
    for n in 0..3 {
        all.push(submitted(town, &format!("1381234567{n}")).await);
        town.pass(1);
    }
    for id in &all[1..] {
        give(town, "dispatcher", *id, join(all[0])).await;
    }
    all
}

testkit::both_engines! {
    async fn one_task_answers_many_and_each_citizen_gets_their_own_words(db: Db) {
        let town = Town::build(db).await;
        let all = event(&town).await;
        let seen = event_view(&town.app, &town.ctx("dispatcher"), all[2]).await.unwrap();
        assert_eq!((seen.lead, seen.members.len(), seen.members[0].leading, seen.may_join), (all[0], 3, true, true));
        let listed = event_list(&town.app, &town.ctx("dispatcher"), &JointQuery::default()).await.unwrap();
        assert_eq!((listed.items.len(), listed.items[0].total), (1, 3));

        let view = give(&town, "dispatcher", all[0], dispatch(&town, "water")).await;
        let task = view.tasks[0].id;
        give(&town, "water_admin", all[0], Command::Sign { task }).await;
        give(&town, "water_admin", all[0], Command::Start { task }).await;
        for id in &all[1..] {
            let one = order_view(&town.app, &town.ctx("water_admin"), *id).await.unwrap();
            assert_eq!((one.line.state, one.tasks.len(), one.line.joint_lead), (OrderState::Handling, 0, Some(all[0])));
            assert!(one.clocks.iter().any(|c| c.kind == ClockKind::Order && c.stop_at.is_none()), "its own promise");
            let flow = order_flow(&town.app, &town.ctx("leader"), *id).await.unwrap();
            assert!(flow.iter().any(|l| l.action_cn == "派单" && l.opinion.as_deref().unwrap().contains("并案主单")));
        }
        // The unit sees the whole event; nobody else's unit sees any of it.
        assert_eq!(event_view(&town.app, &town.ctx("water_admin"), all[0]).await.unwrap().members.len(), 3);
        assert!(event_view(&town.app, &town.ctx("housing_admin"), all[0]).await.is_err());
        assert!(event_list(&town.app, &town.ctx("housing_admin"), &JointQuery::default()).await.unwrap().items.is_empty());

        handled_without_reply(&town, all[0], task).await;
        let seen = event_view(&town.app, &town.ctx("reply"), all[0]).await.unwrap();
        assert!(seen.members.iter().all(|m| m.may_reply && m.order.state == OrderState::PendingReply && m.reply.is_some()));
        let item = |m: &app::view::JointMember| BatchReplyItem {
            order: m.order.id,
            version: m.order.version,
            reply: format!("您好，您反映的问题（{}）已修复。", m.order.case_no),
        };
        let mut items: Vec<BatchReplyItem> = seen.members.iter().map(item).collect();
        items[1].version -= 1;
        let form = BatchReply { channel: "sms".to_owned(), items };
        assert!(event_reply(&town.app, &town.ctx("agent"), all[0], &form).await.is_err());
        let results = event_reply(&town.app, &town.ctx("reply"), all[0], &form).await.unwrap();
        let sent: Vec<bool> = results.iter().map(|r| r.refused.is_none()).collect();
        assert_eq!(sent, [true, false, true], "one that changed meanwhile does not hold up the others");
        let own = order_view(&town.app, &town.ctx("reply"), all[2]).await.unwrap();
        assert_eq!(own.line.state, OrderState::PendingCallback);
        assert!(own.reply.unwrap().contains(&own.line.case_no), "each citizen their own words");
        let messages = store::sms::list_of_order(&town.app.store.db, &town.app.store.vault, all[2]).await.unwrap();
        assert!(messages.iter().any(|m| m.template == "T12" && m.to == "13812345672"));
    }

    async fn what_was_put_together_can_be_taken_apart(db: Db) {
        let town = Town::build(db).await;
        let all = event(&town).await;
        give(&town, "dispatcher", all[0], dispatch(&town, "water")).await;
        let view = give(&town, "leader", all[1], Command::Leave { reason: "并非同一路段".to_owned() }).await;
        assert_eq!((view.line.state, view.line.joint_lead), (OrderState::PendingDispatch, None));
        give(&town, "dispatcher", all[1], dispatch(&town, "housing")).await;
        assert!(order_view(&town.app, &town.ctx("housing_admin"), all[1]).await.is_ok());
        let seen = event_view(&town.app, &town.ctx("dispatcher"), all[0]).await.unwrap();
        assert_eq!(seen.members.len(), 2);
        // The leading order given back: those that follow wait with it.
        let task = order_view(&town.app, &town.ctx("leader"), all[0]).await.unwrap().tasks[0].id;
        let view = give(&town, "water_admin", all[0], crate::acceptance::give_back(task)).await;
        give(&town, "dispatcher", all[0], crate::acceptance::decide(view.requests[0].id, true, false)).await;
        let behind = order_view(&town.app, &town.ctx("leader"), all[2]).await.unwrap();
        assert_eq!((behind.line.state, behind.line.lead_org), (OrderState::PendingDispatch, None));
    }

    async fn different_people_at_one_place_are_proposed_and_one_person_is_not(db: Db) {
        let town = Town::build(db).await;
        for n in 0..3 {
            submitted(&town, &format!("1381234567{n}")).await;
            town.pass(1);
        }
        let mut other = complaint("13912345678");
        other.title = "噪声扰民".to_owned();
        other.content = "楼下餐馆油烟机整夜运转，噪声很大，无法休息。".to_owned();
        other.address = Some("澄湖区花园路9号".to_owned());
        let id = order_register(&town.app, &town.ctx("agent"), other).await.unwrap().id;
        give(&town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
        let found = event_suggest(&town.app, &town.ctx("dispatcher")).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].orders.len(), 3);
        assert!(!found[0].reasons.is_empty() && found[0].orders.iter().all(|o| o.id != id));
        assert!(event_suggest(&town.app, &town.ctx("agent")).await.is_err());
    }
}

/// Until the centre has agreed to the answer.
async fn handled_without_reply(town: &Town, id: OrderId, task: kernel::TaskId) {
    let contact = Command::Contact {
        task,
        at: town.app.now(),
        way: domain::contact::ContactWay::Phone,
        result: domain::contact::ContactResult::Reached,
        note: None,
    };
    give(town, "water_admin", id, contact).await;
    give(town, "water_admin", id, Command::SubmitUnit { task, form: crate::walk::handling() }).await;
    give(town, "water_boss", id, Command::UnitApprove { task, opinion: None }).await;
    give(town, "auditor", id, Command::CenterAccept { opinion: None, reply: None }).await;
}
