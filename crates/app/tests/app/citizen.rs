//! The citizen's side on both engines: filed once, found by three ways and locked against guessing, rated, withdrawn,
//! taken up again, followed, published.

use std::sync::Arc;

use app::attachment::{attachment_add, attachment_list};
use app::citizen::{CoreDesk, PublicationForm, enclosed, publication_list, publication_save};
use app::order::order_list;
use app::view::AttachmentForm;
use citizen::{
    Act, Caller, Choice, CodeAsk, Desk, Draft, Fault, Form, Matter, MatterKey, Person, PhotoNew, PublicationKind,
    Query, Receipt, RecordKind, Submitted,
};
use db::Db;
use domain::attachment::{LONGEST_REPLY, Purpose};
use domain::message::Medium;
use domain::order::{Command, OrderState};
use kernel::{Clock, NoticeId, OrderId, TaskId};
use store::sms::Sms;

use crate::town::Town;
use crate::walk::{contacted, dispatch, give, handling};

const KEY: &str = "0123456789abcdef0123456789abcdef";
const PHONE: &str = "13812345678";

fn desk(town: &Town) -> CoreDesk {
    CoreDesk { app: Arc::clone(&town.app) }
}

fn from(ip: &str) -> Caller {
    Caller { ip: ip.to_owned(), agent: "test".to_owned(), trace: "t".to_owned(), person: None }
}

fn form() -> Form {
    Form {
        kind: "complaint".to_owned(),
        category: "020300".to_owned(),
        content: "泉水路路灯已经三天不亮，晚上出行不便，请尽快维修。".to_owned(),
        area: "990101001000".to_owned(),
        address: "泉水路12号".to_owned(),
        name: "王晓明".to_owned(),
        phone: PHONE.to_owned(),
        id_no: "11010519491231002X".to_owned(),
        publish: true,
        consent: true,
        ..Form::default()
    }
}

/// The digits of the newest message with a code.
async fn code(town: &Town) -> String {
    let queued = store::sms::list_queued(&town.app.store.db, &town.app.store.vault, 500).await.unwrap();
    let text = queued.iter().rev().find(|m| m.template == "T34").expect("a code was sent").text.clone();
    text.split("验证码").nth(1).unwrap().chars().filter(char::is_ascii_digit).take(6).collect()
}

async fn codes_sent(town: &Town) -> usize {
    let queued = store::sms::list_queued(&town.app.store.db, &town.app.store.vault, 500).await.unwrap();
    queued.iter().filter(|m| m.template == "T34").count()
}

fn message(fault: Fault) -> String {
    match fault {
        Fault::Refused(r) => r.message,
        Fault::Broken(b) => panic!("{b}"),
    }
}

async fn filed(town: &Town, key: &str, form: Form) -> Receipt {
    let desk = desk(town);
    desk.draft_save(key, &Draft { form, ..Draft::default() }).await.unwrap();
    desk.code_send(CodeAsk::Draft { key: key.to_owned() }, &from("10.1.1.1")).await.unwrap();
    let code = code(town).await;
    match desk.submit(key, &code, Choice::New, &from("10.1.1.1")).await.unwrap() {
        Submitted::Filed(receipt) => receipt,
        Submitted::Ask(_) => panic!("nothing to ask"),
    }
}

async fn own(town: &Town, receipt: &Receipt) -> (MatterKey, Matter) {
    let query = Query::Code { code: receipt.query_code.clone() };
    let found = desk(town).find(query, &from("10.1.1.1")).await.unwrap();
    let matter = desk(town).matter(found[0].key).await.unwrap();
    (found[0].key, matter)
}

fn id_of(key: MatterKey) -> OrderId {
    match key {
        MatterKey::Own(id) => OrderId(id),
        MatterKey::Follow(_) => panic!("a follower's key"),
    }
}

async fn started(town: &Town, id: OrderId) -> TaskId {
    let view = give(town, "dispatcher", id, dispatch(town, "water")).await;
    let task = view.tasks[0].id;
    give(town, "water_admin", id, Command::Sign { task }).await;
    let handler = Some(town.user("water_admin"));
    give(town, "water_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
    give(town, "water_admin", id, Command::Start { task }).await;
    task
}

async fn answered(town: &Town, id: OrderId) {
    let task = started(town, id).await;
    crate::walk::handled(town, id, task).await;
}

testkit::both_engines! {
    async fn a_form_is_filed_once_however_often_the_button_is_pressed(db: Db) {
        let town = Town::build(db).await;
        let desk = desk(&town);
        desk.draft_save(KEY, &Draft { form: form(), ..Draft::default() }).await.unwrap();
        let photo = PhotoNew { name: "灯.jpg".to_owned(), mime: "image/jpeg".to_owned(), bytes: vec![1, 2, 3] };
        let line = desk.photo_add(KEY, photo.clone()).await.unwrap();
        assert_eq!(desk.photo_add(KEY, photo.clone()).await.unwrap(), line, "the same photo twice is one");
        assert_eq!(desk.photo(KEY, &line.id).await.unwrap(), photo);

        let wrong = desk.submit(KEY, "000000", Choice::New, &from("a")).await.unwrap_err();
        assert!(message(wrong).contains("验证码已失效"), "no code was sent yet");
        desk.code_send(CodeAsk::Draft { key: KEY.to_owned() }, &from("a")).await.unwrap();
        let again = desk.code_send(CodeAsk::Draft { key: KEY.to_owned() }, &from("a")).await.unwrap_err();
        assert!(message(again).contains("刚刚发送过"));
        let right = code(&town).await;
        let guess = if right == "123456" { "654321" } else { "123456" };
        let wrong = desk.submit(KEY, guess, Choice::New, &from("a")).await.unwrap_err();
        assert!(message(wrong).contains("验证码不正确"));

        let caller = from("a");
        let press = || desk.submit(KEY, &right, Choice::New, &caller);
        let receipt = match press().await.unwrap() {
            Submitted::Filed(receipt) => receipt,
            Submitted::Ask(_) => panic!("nothing to ask"),
        };
        // Four more presses at once, as from a shaky line.
        let (a, b, c, d) = tokio::join!(press(), press(), press(), press());
        for again in [a, b, c, d] {
            assert_eq!(again.unwrap(), Submitted::Filed(receipt.clone()));
        }
        let all = order_list(&town.app, &town.ctx("leader"), &app::view::OrderQuery::default()).await.unwrap();
        assert_eq!(all.items.len(), 1, "one order");
        assert!(kernel::case_no_valid(receipt.case_no.as_deref().unwrap()));
        assert_eq!(receipt.sent_to.as_deref(), Some("138****5678"));

        let (key, matter) = own(&town, &receipt).await;
        assert_eq!(matter.photos, 1);
        assert_eq!(matter.status, "待受理", "it went to the dispatcher by itself");
        assert!(matter.can.add && matter.can.withdraw && !matter.can.rate);
        let photos = app::attachment::attachment_list(&town.app, &town.ctx("dispatcher"), id_of(key)).await.unwrap();
        assert_eq!(photos.len(), 1);
    }

    async fn two_first_presses_at_the_same_moment_make_one_matter(db: Db) {
        let town = Town::build(db).await;
        let desk = desk(&town);
        let nobody = Form { anonymous: true, ..form() };
        desk.draft_save(KEY, &Draft { form: nobody, ..Draft::default() }).await.unwrap();
        let caller = from("a");
        let press = || desk.submit(KEY, "", Choice::New, &caller);
        let (a, b) = tokio::join!(press(), press());
        assert_eq!(a.unwrap(), b.unwrap(), "the same receipt");
        let all = order_list(&town.app, &town.ctx("leader"), &app::view::OrderQuery::default()).await.unwrap();
        assert_eq!(all.items.len(), 1);
    }

    async fn guessing_codes_locks_the_address_and_tells_nothing(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let desk = desk(&town);
        let guess = |code: &str| desk.find(Query::Code { code: code.to_owned() }, Box::leak(Box::new(from("6.6.6.6"))));
        for n in 0..4 {
            let told = message(guess(&format!("111111111{n}")).await.unwrap_err());
            assert_eq!(told, "没有找到匹配的诉求，请核对后重试");
        }
        assert!(message(guess("1111111119").await.unwrap_err()).contains("已暂停"), "the fifth locks");
        let right = guess(&receipt.query_code).await.unwrap_err();
        assert!(message(right).contains("已暂停"), "even the right code has to wait");
        let elsewhere = Query::Code { code: receipt.query_code.clone() };
        assert_eq!(desk.find(elsewhere, &from("7.7.7.7")).await.unwrap().len(), 1, "other addresses go on");
        town.clock.set(town.clock.now().plus_minutes(16));
        assert_eq!(guess(&receipt.query_code).await.unwrap().len(), 1, "and so does this one after a quarter of an hour");
    }

    async fn number_with_phone_and_person_need_the_code_that_was_sent(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (desk, no) = (desk(&town), receipt.case_no.clone().unwrap());
        let sent = codes_sent(&town).await;
        let stranger = CodeAsk::Number { case_no: no.clone(), phone: "13900000000".to_owned() };
        let told = desk.code_send(stranger, &from("b")).await.unwrap();
        let mine = desk.code_send(CodeAsk::Number { case_no: no.clone(), phone: PHONE.to_owned() }, &from("b")).await.unwrap();
        assert_eq!(told, mine, "the answer does not tell whether number and phone belong together");
        assert_eq!(codes_sent(&town).await, sent + 1, "one code went out");

        let otp = code(&town).await;
        let other = Query::Person { id_no: "11010519491231002X".to_owned(), name: "王晓明".to_owned(), otp: otp.clone() };
        assert!(desk.find(other, &from("b")).await.is_err(), "a code for one way opens no other");
        let query = Query::Number { case_no: no.clone(), phone: PHONE.to_owned(), otp };
        assert_eq!(desk.find(query.clone(), &from("b")).await.unwrap()[0].case_no, no);
        assert!(desk.find(query, &from("b")).await.is_err(), "a code is good once");

        town.clock.set(town.clock.now().plus_minutes(2));
        let person = |name: &str| CodeAsk::Person { id_no: "11010519491231002x".to_owned(), name: name.to_owned() };
        desk.code_send(person("别人"), &from("b")).await.unwrap();
        assert_eq!(codes_sent(&town).await, sent + 1);
        desk.code_send(person("王晓明"), &from("b")).await.unwrap();
        let query = Query::Person { id_no: "11010519491231002x".to_owned(), name: "王晓明".to_owned(), otp: code(&town).await };
        assert_eq!(desk.find(query, &from("b")).await.unwrap().len(), 1);
    }

    async fn the_page_tells_who_has_it_and_until_when_and_nothing_personal(db: Db) {
        let town = Town::build(db).await;
        let text = "我叫王晓明，电话13812345678，泉水路路灯三天不亮。";
        let receipt = filed(&town, KEY, Form { content: text.to_owned(), ..form() }).await;
        let (key, _) = own(&town, &receipt).await;
        give(&town, "dispatcher", id_of(key), dispatch(&town, "housing")).await;
        let (_, m) = own(&town, &receipt).await;
        assert_eq!(m.holder.as_ref().unwrap().name, "housing单位");
        let due = m.due.as_ref().unwrap();
        assert_eq!(due.at.format_cn(), "2026-12-15 23:59");
        assert!(due.sentences.iter().any(|s| s.contains("15个工作日")), "{:?}", due.sentences);
        assert!(!m.content.contains("13812345678"), "{}", m.content);
        assert_eq!(m.steps.len(), 5);
        let course: Vec<&str> = m.course.iter().map(|n| n.text.as_str()).collect();
        assert_eq!(course, ["诉求已登记", "已交housing单位办理"]);
    }

    async fn a_report_does_not_tell_where_it_went(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, Form { kind: "report".to_owned(), ..form() }).await;
        let (key, _) = own(&town, &receipt).await;
        give(&town, "dispatcher", id_of(key), dispatch(&town, "housing")).await;
        let (_, m) = own(&town, &receipt).await;
        assert_eq!(m.holder.unwrap().name, "承办单位");
        assert!(!format!("{:?}", m.course).contains("housing"));
        assert!(!m.can.withdraw, "a report is not withdrawn");
    }

    async fn papers_go_with_the_answer_to_whom_it_was_given(db: Db) {
        let town = Town::build(db).await;
        let desk = desk(&town);
        let receipt = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &receipt).await;
        let id = id_of(key);
        let add = async |who: &str, purpose: Purpose, name: &str| {
            let form = AttachmentForm { purpose, name: name.to_owned() };
            attachment_add(&town.app, &town.ctx(who), id, &form, name.as_bytes().to_vec()).await.unwrap()
        };
        let task = started(&town, id).await;
        let report = add("water_admin", Purpose::Reply, "检测报告.txt").await;
        add("water_admin", Purpose::Handle, "内部派工单.txt").await;
        give(&town, "water_admin", id, contacted(&town, task)).await;
        give(&town, "water_admin", id, Command::SubmitUnit { task, form: handling() }).await;
        assert_eq!(own(&town, &receipt).await.1.reply, None, "nothing leaves before the answer does");
        assert!(desk.paper(key, report.id.0).await.is_err());
        give(&town, "water_boss", id, Command::UnitApprove { task, opinion: None }).await;
        give(&town, "auditor", id, Command::CenterAccept { opinion: None, reply: None }).await;
        let sent = add("reply", Purpose::Reply, "水质说明.txt").await;
        let reply = Command::UnifiedReply { channel: "phone".to_owned(), reply: "您好，泉水路路灯已修复。".to_owned() };
        give(&town, "reply", id, reply).await;
        add("water_admin", Purpose::Reply, "后来补传.txt").await;

        let papers = own(&town, &receipt).await.1.reply.unwrap().papers;
        let named: Vec<(&str, i64)> = papers.iter().map(|p| (p.name.as_str(), p.size)).collect();
        assert_eq!(named, [("检测报告.txt", 16), ("水质说明.txt", 16)]);
        let file = desk.paper(key, report.id.0).await.unwrap();
        assert_eq!((file.name.as_str(), file.bytes.as_slice()), ("检测报告.txt", "检测报告.txt".as_bytes()));
        assert!(file.mime.starts_with("text/plain"), "{}", file.mime);
        assert!(desk.paper(key, sent.id.0).await.is_ok());
        let inside = attachment_list(&town.app, &town.ctx("water_admin"), id).await.unwrap();
        for other in inside.iter().filter(|a| a.id != report.id && a.id != sent.id) {
            assert!(desk.paper(key, other.id.0).await.is_err(), "{}", other.name);
        }
        assert!(desk.paper(MatterKey::Follow(id.0), report.id.0).await.is_err());

        let letter = enclosed(&town.app, id).await.unwrap();
        let with: Vec<&str> = letter.files.iter().map(|f| f.name.as_str()).collect();
        assert_eq!((with, letter.left), (vec!["检测报告.txt", "水质说明.txt"], 0), "a letter carries the same");

        let long = AttachmentForm { purpose: Purpose::Reply, name: "录像.txt".to_owned() };
        let bytes = vec![b'a'; usize::try_from(LONGEST_REPLY).unwrap() + 1];
        let refused = attachment_add(&town.app, &town.ctx("water_admin"), id, &long, bytes).await.unwrap_err();
        assert!(refused.refusal().unwrap().message.contains("最大20MB"), "{refused}");
    }

    async fn what_a_letter_cannot_carry_is_named_in_it(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let id = id_of(own(&town, &receipt).await.0);
        let task = started(&town, id).await;
        for (name, long) in [("录像.txt", 8 << 20), ("说明.txt", 10)] {
            let form = AttachmentForm { purpose: Purpose::Reply, name: name.to_owned() };
            attachment_add(&town.app, &town.ctx("water_admin"), id, &form, vec![b'a'; long]).await.unwrap();
        }
        crate::walk::handled(&town, id, task).await;
        let letter = enclosed(&town.app, id).await.unwrap();
        assert_eq!((letter.files.len(), letter.files[0].name.as_str(), letter.left), (1, "说明.txt", 1));
        let mail = |template: &str| Sms {
            medium: Medium::Mail,
            order: Some(id),
            ..Sms::new(NoticeId::mint(&*town.app.mint, town.app.now()), template, "li@example.com", String::new(), town.app.now())
        };
        let (files, words) = app::sms::letter::enclosed(&town.app, &mail("T12")).await.unwrap();
        assert!(files.len() == 1 && words.unwrap().contains("另有1份附件"));
        let (files, words) = app::sms::letter::enclosed(&town.app, &mail("T06")).await.unwrap();
        assert!(files.is_empty() && words.is_none(), "only an answer carries its papers");
    }

    async fn of_a_report_no_paper_tells_who_handled_it(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, Form { kind: "report".to_owned(), ..form() }).await;
        let (key, _) = own(&town, &receipt).await;
        let id = id_of(key);
        let task = started(&town, id).await;
        let form = AttachmentForm { purpose: Purpose::Reply, name: "报告.txt".to_owned() };
        let paper = attachment_add(&town.app, &town.ctx("water_admin"), id, &form, b"a".to_vec()).await.unwrap();
        crate::walk::handled(&town, id, task).await;
        assert!(own(&town, &receipt).await.1.reply.unwrap().papers.is_empty());
        assert!(desk(&town).paper(key, paper.id.0).await.is_err());
    }

    async fn an_unhappy_rating_goes_to_the_callback_desk_and_counts_once(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &receipt).await;
        answered(&town, id_of(key)).await;
        let (_, m) = own(&town, &receipt).await;
        assert!(m.can.rate && m.reply.is_some(), "{m:?}");
        let rate = |result: &str, reasons: &[&str]| Act::Rate {
            contacted: "no".to_owned(),
            solved: "unsolved".to_owned(),
            process: "dissat".to_owned(),
            result: result.to_owned(),
            reasons: reasons.iter().map(|r| (*r).to_owned()).collect(),
            opinion: "仍然不亮".to_owned(),
        };
        let (desk, caller) = (desk(&town), from("c"));
        let incomplete = desk.act(key, "1", rate("dissat", &[]), &caller).await.unwrap_err();
        assert!(message(incomplete).contains("不满意的原因"));
        let first = desk.act(key, "1", rate("dissat", &["02"]), &caller).await.unwrap();
        assert_eq!(desk.act(key, "1", rate("dissat", &["02"]), &caller).await.unwrap(), first, "pressed twice");
        assert!(desk.act(key, "1", rate("sat", &[]), &caller).await.is_err(), "a rating cannot be changed");
        let (_, m) = own(&town, &receipt).await;
        assert!(!m.can.rate);
        assert_eq!(m.rated.as_deref(), Some("不满意"));
        let told = app::notification::notification_list(&town.app, &town.ctx("callback"), true, None, None).await.unwrap();
        assert!(told.items.iter().any(|n| n.body.contains("不满意")), "{:?}", told.items);
    }

    async fn a_closed_matter_is_taken_up_again_when_the_leader_agrees(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &receipt).await;
        answered(&town, id_of(key)).await;
        let happy = Act::Rate {
            contacted: "yes".to_owned(), solved: "solved".to_owned(), process: "sat".to_owned(), result: "sat".to_owned(),
            reasons: Vec::new(), opinion: String::new(),
        };
        let (desk, caller) = (desk(&town), from("c"));
        desk.act(key, "1", happy, &caller).await.unwrap();
        let (_, m) = own(&town, &receipt).await;
        assert_eq!(m.status, "已办结");
        assert!(m.can.redo);
        desk.act(key, "2", Act::Redo { reason: "修好一天又不亮了".to_owned() }, &caller).await.unwrap();
        let (_, m) = own(&town, &receipt).await;
        assert!(!m.can.redo, "asked once");
        let view = app::order::order_view(&town.app, &town.ctx("leader"), id_of(key)).await.unwrap();
        let request = view.requests.iter().find(|r| r.kind == domain::request::RequestKind::Redo).unwrap();
        let yes = Command::Decide { request: request.id, approve: true, opinion: Some("同意".to_owned()), designate: false };
        let view = give(&town, "leader", id_of(key), yes).await;
        assert_eq!(view.line.state, OrderState::Handling);
        let (_, m) = own(&town, &receipt).await;
        assert_eq!(m.round, 2);
    }

    async fn a_contact_that_never_was_is_contested_once_and_put_right(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (key, m) = own(&town, &receipt).await;
        assert!(m.records.is_empty(), "nobody has called yet");
        answered(&town, id_of(key)).await;
        let (_, m) = own(&town, &receipt).await;
        let record = m.records[0].clone();
        assert_eq!((record.kind, record.open, record.said[0].value.as_str()), (RecordKind::Contact, true, "reached"));
        let object = |said: &[(&str, &str)], reason: &str| Act::Contest {
            record: record.id,
            said: said.iter().map(|(f, v)| ((*f).to_owned(), (*v).to_owned())).collect(),
            reason: reason.to_owned(),
        };
        let (desk, caller) = (desk(&town), from("c"));
        for (bad, why) in [
            (object(&[], "没有人打过电话"), "实际情况"),
            (object(&[("contact_result", "maybe")], "没有人打过电话"), "没有这种选项"),
            (object(&[("content", "另一件事")], "没有人打过电话"), "没有这种选项"),
            (object(&[("contact_result", "none")], "没"), "实际情况"),
            (object(&[("contact_result", "reached")], "没有人打过电话"), "与原记录相同"),
        ] {
            assert!(message(desk.act(key, "1", bad, &caller).await.unwrap_err()).contains(why), "{why}");
        }
        let none = object(&[("contact_result", "none")], "一直没有人打过电话，也没有人上门");
        let first = desk.act(key, "1", none.clone(), &caller).await.unwrap();
        assert_eq!(desk.act(key, "1", none.clone(), &caller).await.unwrap(), first, "pressed twice");
        assert!(desk.act(key, "2", none, &caller).await.is_err(), "once for each record");
        let (_, m) = own(&town, &receipt).await;
        assert_eq!((m.records[0].open, m.records[0].objection.as_ref().unwrap().stand.as_str()), (false, "等待核实"));
        assert!(m.course.iter().any(|n| n.text.contains("异议")));

        let view = app::order::order_view(&town.app, &town.ctx("leader"), id_of(key)).await.unwrap();
        let asked = view.requests.iter().find(|r| r.kind == domain::request::RequestKind::Correction).unwrap();
        assert_eq!((asked.applied_by_name.as_str(), asked.contact.is_some()), ("诉求人", true));
        let effect = app::appraisal::request_effect(&town.app, &town.ctx("leader"), id_of(key), asked.id).await.unwrap();
        let change = effect.changes.iter().find(|c| c.name.contains("响应")).unwrap();
        assert_eq!((change.before.num, change.after.num), (1, 0));
        let yes = Command::Decide { request: asked.id, approve: true, opinion: Some("已核对".to_owned()), designate: false };
        let view = give(&town, "leader", id_of(key), yes).await;
        assert_eq!(view.contacts.iter().map(|c| (c.result.code(), c.in_force)).collect::<Vec<_>>(), [("reached", false), ("none", true)]);
        let seen = crate::appraisal::figures(&town, "supervisor").await;
        assert_eq!(seen.total, crate::appraisal::by_hand(&town, &[id_of(key)]).await, "sums and rules agree");
        let (_, m) = own(&town, &receipt).await;
        let now = &m.records[0];
        assert_eq!((now.corrected, now.said[0].word.as_str()), (true, "未联系"));
        assert_eq!(now.objection.as_ref().unwrap().stand, "已更正");
    }

    async fn a_refused_objection_tells_why_and_an_own_rating_is_not_contested(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &receipt).await;
        answered(&town, id_of(key)).await;
        let told = crate::acceptance::rated(domain::callback::Rating::Sat, domain::callback::Solved::Solved);
        give(&town, "callback", id_of(key), Command::Callback(told)).await;
        let (_, m) = own(&town, &receipt).await;
        let record = m.records.iter().find(|r| r.kind == RecordKind::Answer).unwrap();
        let said = [("result".to_owned(), "dissat".to_owned()), ("solved".to_owned(), "unsolved".to_owned())];
        let act = Act::Contest { record: record.id, said: said.into(), reason: "我说的是不满意".to_owned() };
        desk(&town).act(key, "1", act, &from("c")).await.unwrap();
        let view = app::order::order_view(&town.app, &town.ctx("leader"), id_of(key)).await.unwrap();
        let asked = view.requests.iter().find(|r| r.kind == domain::request::RequestKind::Correction).unwrap();
        let why = "录音中您明确表示满意，来电号码13812345678";
        let no = Command::Decide { request: asked.id, approve: false, opinion: Some(why.to_owned()), designate: false };
        give(&town, "leader", id_of(key), no).await;
        let (_, m) = own(&town, &receipt).await;
        let raised = m.records.iter().find_map(|r| r.objection.clone()).unwrap();
        assert_eq!(raised.stand, "经核实不予更正");
        let reason = raised.reason.unwrap();
        assert!(reason.contains("明确表示满意") && !reason.contains(PHONE), "{reason}");
    }

    async fn facts_are_added_and_a_withdrawal_needs_the_code(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &receipt).await;
        let (desk, caller) = (desk(&town), from("c"));
        desk.act(key, "1", Act::Add { text: "今晚又有两盏不亮".to_owned() }, &caller).await.unwrap();
        let (_, m) = own(&town, &receipt).await;
        assert!(m.content.contains("今晚又有两盏不亮"));
        let withdraw = |otp: &str| Act::Withdraw { reason: "已经修好".to_owned(), otp: otp.to_owned() };
        assert!(desk.act(key, "2", withdraw("123456"), &caller).await.is_err());
        desk.code_send(CodeAsk::Matter { key }, &caller).await.unwrap();
        let otp = code(&town).await;
        desk.act(key, "2", withdraw(&otp), &caller).await.unwrap();
        desk.act(key, "2", withdraw(&otp), &caller).await.unwrap();
        let (_, m) = own(&town, &receipt).await;
        assert_eq!(m.status, "已撤回");
        assert!(!m.can.anything());
    }

    async fn who_is_signed_in_withdraws_the_own_matter_without_a_code_and_no_other(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &receipt).await;
        let desk = desk(&town);
        let act = || Act::Withdraw { reason: "已经修好".to_owned(), otp: String::new() };
        let signed = |name: &str, phone: &str| Caller { person: Person::of_claims(name, phone, ""), ..from("c") };
        for stranger in [from("c"), signed("李明", PHONE), signed("王晓明", "13900000000")] {
            assert!(desk.act(key, "1", act(), &stranger).await.is_err(), "{stranger:?}");
        }
        desk.act(key, "2", act(), &signed("王 晓明", PHONE)).await.unwrap();
        let (_, m) = own(&town, &receipt).await;
        assert_eq!(m.explained, "您已撤回该诉求。");
        assert_eq!(codes_sent(&town).await, 1, "only the one for filing");
    }

    async fn a_known_matter_is_followed_instead_and_its_answer_told(db: Db) {
        let town = Town::build(db).await;
        let first = filed(&town, KEY, form()).await;
        let (key, _) = own(&town, &first).await;
        let desk = desk(&town);
        let neighbour = Form { phone: "13900001111".to_owned(), name: "李四".to_owned(), id_no: String::new(), ..form() };
        let known = desk.similar(&neighbour).await.unwrap();
        assert_eq!(known.len(), 1, "the same lamp");
        assert!(known[0].own.is_none() && !format!("{known:?}").contains("王晓明"), "{known:?}");
        let second = "f".repeat(32);
        desk.draft_save(&second, &Draft { form: neighbour, ..Draft::default() }).await.unwrap();
        desk.code_send(CodeAsk::Draft { key: second.clone() }, &from("d")).await.unwrap();
        let otp = code(&town).await;
        let choice = Choice::Follow(known[0].handle.clone());
        let Submitted::Filed(receipt) = desk.submit(&second, &otp, choice, &from("d")).await.unwrap() else { panic!("asked") };
        assert!(receipt.following && receipt.case_no.is_none());
        let found = desk.find(Query::Code { code: receipt.query_code.clone() }, &from("d")).await.unwrap();
        let seen = desk.matter(found[0].key).await.unwrap();
        assert!(seen.follower && seen.content.is_empty() && seen.case_no.is_empty() && !seen.can.anything());
        assert!(desk.act(found[0].key, "1", Act::Add { text: "我也是".to_owned() }, &from("d")).await.is_err());
        assert_eq!(app::citizen::tell_followers(&town.app).await.unwrap(), 0);
        answered(&town, id_of(key)).await;
        assert_eq!(app::citizen::tell_followers(&town.app).await.unwrap(), 1);
        assert_eq!(app::citizen::tell_followers(&town.app).await.unwrap(), 0, "told once");
    }

    async fn the_own_earlier_matter_is_asked_about_only_after_the_number_is_proved(db: Db) {
        let town = Town::build(db).await;
        filed(&town, KEY, form()).await;
        let desk = desk(&town);
        let second = "e".repeat(32);
        desk.draft_save(&second, &Draft { form: form(), ..Draft::default() }).await.unwrap();
        assert!(desk.submit(&second, "000000", Choice::Open, &from("a")).await.is_err());
        town.clock.set(town.clock.now().plus_minutes(2));
        desk.code_send(CodeAsk::Draft { key: second.clone() }, &from("a")).await.unwrap();
        let otp = code(&town).await;
        let Submitted::Ask(own) = desk.submit(&second, &otp, Choice::Open, &from("a")).await.unwrap() else { panic!("filed") };
        assert!(own[0].own.is_some());
        let filed = desk.submit(&second, "", Choice::New, &from("a")).await.unwrap();
        assert!(matches!(filed, Submitted::Filed(_)), "the number stays proved");
    }

    async fn answers_are_published_by_a_person_and_only_with_consent(db: Db) {
        let town = Town::build(db).await;
        let receipt = filed(&town, KEY, form()).await;
        let silent = filed_quiet(&town).await;
        let (key, _) = own(&town, &receipt).await;
        for id in [id_of(key), silent] {
            answered(&town, id).await;
            let happy = domain::order::CallbackForm {
                mode: domain::callback::CallbackMode::Phone, reached: true, unreached_reason: None,
                contacted: Some(domain::callback::Contacted::Yes), solved: Some(domain::callback::Solved::Solved),
                process_rating: Some(domain::callback::Rating::Sat), rating: Some(domain::callback::Rating::Sat),
                dissatisfy_reasons: Vec::new(), opinion: None, unreasonable: false, give_up: false,
            };
            give(&town, "callback", id, Command::Callback(happy)).await;
        }
        let list = publication_list(&town.app, &town.ctx("leader")).await.unwrap();
        assert_eq!(list.candidates.len(), 1, "only the one whose citizen agreed");
        let c = &list.candidates[0];
        let form = |order, body: &str| PublicationForm {
            id: None, kind: "reply".to_owned(), state: "published".to_owned(), order_id: Some(order),
            title: c.title.clone(), question: c.question.clone(), body: body.to_owned(), version: 0,
        };
        let leader = town.ctx("leader");
        assert!(publication_save(&town.app, &leader, form(silent, &c.body)).await.is_err(), "no consent");
        assert!(publication_save(&town.app, &leader, form(id_of(key), "请联系13812345678")).await.is_err(), "a number in it");
        assert!(publication_save(&town.app, &town.ctx("agent"), form(id_of(key), &c.body)).await.is_err());
        let made = publication_save(&town.app, &leader, form(id_of(key), &c.body)).await.unwrap();
        let page = desk(&town).publications(PublicationKind::Reply, 0).await.unwrap();
        assert_eq!(page.items.len(), 1);
        assert!(desk(&town).publication(&page.items[0].id).await.unwrap().is_some());
        let down = PublicationForm { id: made.id, state: "withdrawn".to_owned(), version: made.version, ..form(id_of(key), &c.body) };
        publication_save(&town.app, &leader, down).await.unwrap();
        assert!(desk(&town).publication(&page.items[0].id).await.unwrap().is_none(), "taken down");
    }
}

/// Another citizen's matter, who did not agree to publication.
async fn filed_quiet(town: &Town) -> OrderId {
    let key = "d".repeat(32);
    let form = Form { phone: "13700000000".to_owned(), publish: false, ..form() };
    let receipt = filed(town, &key, form).await;
    id_of(own(town, &receipt).await.0)
}
