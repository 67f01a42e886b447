//! One complaint from the call to the archive.

use app::order::{order_command, order_flow, order_register, order_view};
use app::view::{OrderView, StepState};
use db::Db;
use domain::callback::{CallbackMode, Contacted, Rating, Solved};
use domain::contact::{ContactResult, ContactWay};
use domain::order::{CallbackForm, Command, HandleResult, HandlingForm, OrderState, RegisterForm};
use domain::task::TaskState;
use kernel::{Clock, OrderId};
use store::flow_log::Verdict;

use crate::town::{Town, complaint};

/// Registers a complaint and brings it before the dispatcher.
pub async fn submitted(town: &Town, phone: &str) -> OrderId {
    submitted_as(town, complaint(phone)).await
}

pub async fn submitted_as(town: &Town, form: RegisterForm) -> OrderId {
    let made = order_register(&town.app, &town.ctx("agent"), form).await.unwrap();
    give(town, "agent", made.id, Command::Submit { urgency: None, suggested_org: None }).await;
    made.id
}

/// Gives a command on the present version.
pub async fn give(town: &Town, who: &str, id: OrderId, cmd: Command) -> OrderView {
    let now = store::order::load_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap().unwrap();
    let action = cmd.action();
    order_command(&town.app, &town.ctx(who), id, now.version, cmd)
        .await
        .unwrap_or_else(|e| panic!("{who} {action}: {e}"))
}

pub fn dispatch(town: &Town, lead: &str) -> Command {
    Command::Dispatch {
        lead: town.org(lead),
        co: Vec::new(),
        advice: Some("请核实修复".to_owned()),
        due_at: None,
        urgency: None,
    }
}

pub fn handling() -> HandlingForm {
    HandlingForm {
        claim_true: Some(true),
        beyond_duty: false,
        result: HandleResult::Solved,
        unsolved_reason: None,
        handling_note: "已派员更换灯具并恢复照明，现场测试正常。".to_owned(),
        public_reply: "您好，泉水路路灯已于当日修复，感谢您的监督。".to_owned(),
        legal_basis: None,
        override_reason: None,
    }
}

pub fn satisfied() -> CallbackForm {
    CallbackForm {
        mode: CallbackMode::Phone,
        reached: true,
        unreached_reason: None,
        contacted: Some(Contacted::Yes),
        solved: Some(Solved::Solved),
        process_rating: Some(Rating::Sat),
        rating: Some(Rating::Sat),
        dissatisfy_reasons: Vec::new(),
        opinion: None,
        unreasonable: false,
        give_up: false,
    }
}

/// Brings a complaint to where the callback agent has it.
pub async fn to_callback(town: &Town, phone: &str) -> OrderId {
    let id = submitted(town, phone).await;
    answered(town, id).await;
    id
}

/// Brings a submitted complaint to its answer.
pub async fn answered(town: &Town, id: OrderId) {
    let task = give(town, "dispatcher", id, dispatch(town, "housing")).await.tasks[0].id;
    give(town, "housing_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("housing_handler"));
    give(town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "housing_handler", id, Command::Start { task }).await;
    give(town, "housing_handler", id, contacted(town, task)).await;
    give(town, "housing_handler", id, Command::SubmitUnit { task, form: handling() }).await;
    give(town, "housing_boss", id, Command::UnitApprove { task, opinion: Some("同意".to_owned()) }).await;
    give(town, "auditor", id, Command::CenterAccept { opinion: None, reply: None }).await;
    let reply =
        Command::UnifiedReply { channel: "phone".to_owned(), reply: "您好，泉水路路灯已修复。".to_owned() };
    give(town, "reply", id, reply).await;
}

pub fn contacted(town: &Town, task: kernel::TaskId) -> Command {
    let (way, result) = (ContactWay::Phone, ContactResult::Reached);
    Command::Contact { task, at: town.clock.now(), way, result, note: None }
}

/// From the started task to the answer sent, so that the callback is due.
pub async fn handled(town: &Town, id: OrderId, task: kernel::TaskId) {
    give(town, "water_admin", id, contacted(town, task)).await;
    give(town, "water_admin", id, Command::SubmitUnit { task, form: handling() }).await;
    give(town, "water_boss", id, Command::UnitApprove { task, opinion: Some("同意".to_owned()) }).await;
    give(town, "auditor", id, Command::CenterAccept { opinion: None, reply: None }).await;
    let reply =
        Command::UnifiedReply { channel: "phone".to_owned(), reply: "您好，泉水路路灯已修复。".to_owned() };
    give(town, "reply", id, reply).await;
}

async fn chains_are_whole(town: &Town, id: OrderId) {
    let store = &town.app.store;
    let verdict = store::flow_log::verify_flow(&store.db, &store.vault, id).await.unwrap();
    assert!(matches!(verdict, Verdict::Intact { records } if records > 0), "{verdict:?}");
    for chain in 0..store::audit::CHAINS {
        let verdict = store::audit::verify_chain(&store.db, &store.vault, chain).await.unwrap();
        assert!(matches!(verdict, Verdict::Intact { .. }), "{verdict:?}");
    }
}

testkit::both_engines! {
    async fn acceptance_04_complaint_walks_from_the_call_to_the_archive(db: Db) {
        let town = Town::build(db).await;
        let made = order_register(&town.app, &town.ctx("agent"), complaint("13812345678")).await.unwrap();
        assert!(kernel::case_no_valid(&made.case_no), "{}", made.case_no);
        assert!(kernel::query_code_valid(&made.query_code));
        let id = made.id;
        give(&town, "agent", id, Command::Submit { urgency: None, suggested_org: None }).await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        assert_eq!(view.line.state, OrderState::Dispatched);
        // Fifteen working days of a complaint, explained day by day.
        let order_clock = view.clocks.iter().find(|c| c.kind_cn == "工单办理").unwrap();
        assert_eq!(order_clock.due_at.format_cn(), "2026-12-15 23:59");
        assert!(order_clock.sentences.iter().any(|s| s.contains("15个工作日")), "{:?}", order_clock.sentences);
        let task = view.tasks[0].id;

        town.pass(2);
        give(&town, "housing_admin", id, Command::Sign { task }).await;
        let handler = Some(town.user("housing_handler"));
        give(&town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
        let view = give(&town, "housing_handler", id, Command::Start { task }).await;
        assert_eq!(view.tasks[0].state, TaskState::Working);
        assert_eq!(view.requester.phone.as_deref(), Some("13812345678"), "the handler must be able to call");
        town.pass(1);
        let contact = Command::Contact { task, at: town.clock.now(), way: ContactWay::Phone, result: ContactResult::Reached, note: None };
        give(&town, "housing_handler", id, contact).await;
        give(&town, "housing_handler", id, Command::SubmitUnit { task, form: handling() }).await;
        give(&town, "housing_boss", id, Command::UnitApprove { task, opinion: Some("同意".to_owned()) }).await;
        give(&town, "auditor", id, Command::CenterAccept { opinion: None, reply: None }).await;
        let reply = Command::UnifiedReply { channel: "phone".to_owned(), reply: "您好，泉水路路灯已修复。".to_owned() };
        let view = give(&town, "reply", id, reply).await;
        assert_eq!(view.line.state, OrderState::PendingCallback);
        let view = give(&town, "callback", id, Command::Callback(satisfied())).await;
        assert_eq!(view.line.state, OrderState::Closed);
        assert_eq!(view.public_status, "已办结");
        assert!(view.steps.iter().all(|s| s.state == StepState::Done), "{:?}", view.steps);

        town.pass(8 * 24);
        let view = give(&town, "archivist", id, Command::Archive).await;
        assert_eq!(view.line.state, OrderState::Archived);
        assert!(view.clocks.iter().all(|c| c.stop_at.is_some()), "no clock runs in the archive");
        let flow = order_flow(&town.app, &town.ctx("leader"), id).await.unwrap();
        assert_eq!(flow.first().unwrap().code, "W02");
        assert!(flow.iter().all(|l| !l.action_cn.is_empty() && l.action_cn != l.action), "{:?}", flow.iter().map(|l| &l.action_cn).collect::<Vec<_>>());
        chains_are_whole(&town, id).await;
    }

    async fn what_the_log_vouches_for_cannot_be_rewritten(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        let mut tx = town.app.store.db.begin().await.unwrap();
        let forged = tx.run("UPDATE flow_log SET opinion = 'x' WHERE seq = 1", &[]).await;
        assert!(forged.is_err(), "the log is append-only");
        drop(tx);
        let seen = order_view(&town.app, &town.ctx("leader"), id).await.unwrap();
        assert_eq!(seen.line.state, OrderState::PendingDispatch);
    }

    async fn the_unit_is_told_and_the_citizen_is_written_to(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let told = app::notification::notification_list(&town.app, &town.ctx("housing_admin"), true, None, None).await.unwrap();
        assert_eq!(told.unread, 1);
        assert_eq!(told.items[0].kind, "T05");
        assert!(told.items[0].body.contains("2026-12-15"), "{}", told.items[0].body);
        let messages = store::sms::list_of_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap();
        let welcome = messages.iter().find(|m| m.template == "T01").unwrap();
        assert!(welcome.text.contains("查询码"), "{}", welcome.text);
        assert!(!welcome.text.contains('{'), "{}", welcome.text);
        assert_eq!(welcome.to, "13812345678");
        assert!(messages.iter().any(|m| m.template == "T06" && m.text.contains("housing单位")));
    }

    async fn citizens_are_not_written_to_at_night(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, "13812345678").await;
        town.pass(13);
        give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        let messages = store::sms::list_of_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap();
        let state = |t: &str| messages.iter().find(|m| m.template == t).unwrap().state;
        assert_eq!(state("T06"), store::sms::SmsState::Held);
        assert_eq!(state("T01"), store::sms::SmsState::Queued);
    }
}
