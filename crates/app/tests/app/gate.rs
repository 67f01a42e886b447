//! 答复质量关 on both engines: what stops an answer, what lets it go, and what the auditor sees.

use app::order::{order_command, order_view, reply_check};
use app::view::ReplyCheckForm;
use db::Db;
use domain::contact::{ContactResult, ContactWay};
use domain::order::{Command, HandleResult, HandlingForm};
use domain::reply_gate::GateRule;
use kernel::{Clock, OrderId, TaskId};

use crate::town::Town;
use crate::walk::{dispatch, give, submitted};

const ANSWER: &str =
    "经核实，泉水路路灯因电缆被挖断熄灭，我局已于11月23日更换电缆六十米并恢复照明，现场测试亮度正常，今后按月巡查。";

async fn at_work(town: &Town, phone: &str) -> (OrderId, TaskId) {
    let id = submitted(town, phone).await;
    let task = give(town, "dispatcher", id, dispatch(town, "housing")).await.tasks[0].id;
    give(town, "housing_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("housing_handler"));
    give(town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "housing_handler", id, Command::Start { task }).await;
    let (way, result) = (ContactWay::Phone, ContactResult::Reached);
    give(town, "housing_handler", id, Command::Contact { task, at: town.clock.now(), way, result, note: None }).await;
    (id, task)
}

fn form(reply: &str, reason: Option<&str>) -> HandlingForm {
    HandlingForm {
        claim_true: Some(true),
        beyond_duty: false,
        result: HandleResult::Solved,
        unsolved_reason: None,
        handling_note: "现场核实后更换电缆，路灯恢复照明。".to_owned(),
        public_reply: reply.to_owned(),
        legal_basis: None,
        override_reason: reason.map(str::to_owned),
    }
}

/// The field that refused.
async fn refused(town: &Town, id: OrderId, task: TaskId, form: HandlingForm) -> String {
    let version = order_view(&town.app, &town.ctx("housing_handler"), id).await.unwrap().line.version;
    let cmd = Command::SubmitUnit { task, form };
    let error = order_command(&town.app, &town.ctx("housing_handler"), id, version, cmd).await.unwrap_err();
    error.refusal().unwrap().fields[0].field.clone()
}

testkit::both_engines! {
    async fn a_poor_answer_stays_until_it_is_mended_or_a_reason_is_given(db: Db) {
        let town = Town::build(db).await;
        let (id, task) = at_work(&town, "13812345678").await;
        let vague = "路灯问题将协调相关部门尽快处理，感谢理解。";
        let ask = ReplyCheckForm { task: Some(task), form: Some(form(vague, None)), text: None };
        let hits = reply_check(&town.app, &town.ctx("housing_handler"), id, &ask).await.unwrap();
        let words: Vec<_> = hits.iter().map(|h| (h.rule, h.found.as_str(), h.start)).collect();
        assert_eq!(words, [(GateRule::Vague, "相关部门", 7), (GateRule::Vague, "尽快", 11)]);
        assert_eq!(refused(&town, id, task, form(vague, None)).await, "form.override_reason");
        let private = "已与王晓明核对，路灯已于11月23日修复并恢复照明。";
        assert_eq!(refused(&town, id, task, form(private, Some("经本人同意"))).await, "form.public_reply");
        let reason = "工期由供电公司确定，暂无准确日期";
        let cmd = Command::SubmitUnit { task, form: form(vague, Some(reason)) };
        give(&town, "housing_handler", id, cmd).await;
        let seen = order_view(&town.app, &town.ctx("auditor"), id).await.unwrap();
        let gate = seen.tasks[0].gate.as_ref().unwrap();
        assert_eq!((gate.hits.len(), gate.reason.as_deref()), (2, Some(reason)));
        let flow = app::order::order_flow(&town.app, &town.ctx("auditor"), id).await.unwrap();
        let step = flow.iter().find(|l| l.code == "K05").unwrap();
        assert_eq!(step.opinion.as_deref(), Some(reason));
    }

    async fn an_answer_given_to_somebody_else_before_is_recognised(db: Db) {
        let town = Town::build(db).await;
        let (first, task) = at_work(&town, "13812345678").await;
        let view = give(&town, "housing_handler", first, Command::SubmitUnit { task, form: form(ANSWER, None) }).await;
        assert!(view.tasks[0].gate.as_ref().unwrap().hits.is_empty(), "{:?}", view.tasks[0].gate);
        let (second, task) = at_work(&town, "13812345679").await;
        let copied = ANSWER.replace("六十米", "八十米");
        let ask = ReplyCheckForm { task: Some(task), form: Some(form(&copied, None)), text: None };
        let hits = reply_check(&town.app, &town.ctx("housing_handler"), second, &ask).await.unwrap();
        assert_eq!(hits[0].rule, GateRule::Reused);
        assert!(hits[0].remedy.contains(&view.line.case_no), "{}", hits[0].remedy);
        let text = ReplyCheckForm { task: None, form: None, text: Some("路灯联系13812345678即可。".to_owned()) };
        let hits = reply_check(&town.app, &town.ctx("auditor"), second, &text).await.unwrap();
        assert_eq!(hits[0].rule, GateRule::Personal);
        assert!(reply_check(&town.app, &town.ctx("water_admin"), second, &text).await.is_err(), "not theirs to see");
    }
}
