//! Messages on both engines: claimed once, tried again, given up, reported on; what citizens answer finds its order once.

use app::sms::hear::{self, Heard};
use app::sms::log::{SmsListQuery, order_messages, sms_list, sms_resend};
use app::sms::send::{self, Went};
use app::sms::template::{TemplateForm, template_history, template_set};
use app::sms::{desk, desk::GatewayForm};
use db::Db;
use domain::callback::{CITIZEN, Rating};
use domain::message::{GatewayKind, GatewaySettings, InboundOutcome, Medium};
use domain::order::OrderState;
use kernel::{Clock, NoticeId, OrderId};
use store::sms::{Inbound, InboundQuery, Sms, SmsState};

use crate::town::Town;
use crate::walk::to_callback;

const PHONE: &str = "13805310001";

fn sms(town: &Town, n: u8, order: Option<OrderId>) -> Sms {
    let now = town.app.now();
    let text = format!("【云12345】第{n}条");
    Sms { order, ..Sms::new(NoticeId::mint(&*town.app.mint, now), "T06", PHONE, text, now) }
}

async fn put(town: &Town, messages: &[Sms]) {
    let app = &town.app;
    let done: app::Result<()> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::sms::insert_sms(tx, &app.store.vault, messages).await?) });
    done.unwrap();
}

async fn now_of(town: &Town, m: &Sms) -> Sms {
    store::sms::load(&town.app.store.db, &town.app.store.vault, m.id).await.unwrap().unwrap()
}

fn failed(why: &str) -> Went {
    Went::Failed { error: why.to_owned() }
}

fn taken(refs: &[&str]) -> Went {
    Went::Taken { refs: refs.iter().map(|r| (*r).to_owned()).collect() }
}

async fn received(town: &Town) -> Vec<Inbound> {
    let q =
        InboundQuery { outcome: String::new(), before: (town.app.now().plus_days(1), kernel::Uuid::max()), limit: 50 };
    store::sms::list_inbound(&town.app.store.db, &town.app.store.vault, &q).await.unwrap()
}

async fn says(town: &Town, phone: &str, text: &str) -> Inbound {
    hear::reply(&town.app, &Heard { phone: phone.to_owned(), text: text.to_owned(), reference: None }).await.unwrap();
    town.clock.set(town.clock.now().plus_millis(1));
    received(town).await.into_iter().next().unwrap()
}

/// Everything that waits is sent and taken.
async fn all_sent(town: &Town) -> Vec<Sms> {
    let batch = send::claim(&town.app, Medium::Sms, 100).await.unwrap();
    for (n, m) in batch.iter().enumerate() {
        send::settle(&town.app, m, &taken(&[&format!("all{n}")]), "t").await.unwrap();
    }
    batch
}

testkit::both_engines! {
    async fn a_message_is_tried_with_growing_pauses_and_given_up_and_a_person_is_told(db: Db) {
        let town = Town::build(db).await;
        let order = to_callback(&town, PHONE).await;
        all_sent(&town).await;
        let m = sms(&town, 1, Some(order));
        put(&town, std::slice::from_ref(&m)).await;
        for (n, pause) in [30, 120, 480].into_iter().enumerate() {
            let batch = send::claim(&town.app, Medium::Sms, 9).await.unwrap();
            assert_eq!(batch.iter().map(|m| m.id).collect::<Vec<_>>(), [m.id], "try {n}");
            send::settle(&town.app, &batch[0], &failed("网关返回 HTTP 500"), "t").await.unwrap();
            assert!(send::claim(&town.app, Medium::Sms, 9).await.unwrap().is_empty(), "not before its pause is over");
            town.clock.set(town.clock.now().plus_millis(pause * 1000));
        }
        let last = send::claim(&town.app, Medium::Sms, 9).await.unwrap();
        send::settle(&town.app, &last[0], &failed("网关返回 HTTP 500"), "t").await.unwrap();
        let ended = now_of(&town, &m).await;
        assert_eq!((ended.state, ended.tries), (SmsState::Failed, 4));
        let page = kernel::Page::default();
        let told = store::notification::list_notifications(&town.app.store.db, town.user("reply"), true, &page).await.unwrap();
        assert!(told.iter().any(|n| n.body.contains("未能送达诉求人，请电话告知")));
        // Sent again by a person, although the same was made before.
        let again = sms_resend(&town.app, &town.ctx("reply"), m.id).await.unwrap();
        let batch = all_sent(&town).await;
        assert_eq!(batch.iter().map(|m| m.id.0).collect::<Vec<_>>(), [again]);
        assert!(sms_resend(&town.app, &town.ctx("reply"), NoticeId(again)).await.is_err(), "that one went");
    }

    async fn waiting_for_a_gateway_costs_no_try_but_ends_with_the_message_s_life(db: Db) {
        let town = Town::build(db).await;
        let m = sms(&town, 1, None);
        let code = Sms { template: "T34".to_owned(), ..sms(&town, 2, None) };
        put(&town, &[m.clone(), code.clone()]).await;
        for _ in 0..6 {
            for one in send::claim(&town.app, Medium::Sms, 9).await.unwrap() {
                send::settle(&town.app, &one, &Went::Unreached { error: "无法连接".to_owned() }, "t").await.unwrap();
            }
            town.clock.set(town.clock.now().plus_minutes(2));
        }
        assert_eq!((now_of(&town, &m).await.state, now_of(&town, &m).await.tries), (SmsState::Queued, 0));
        assert_eq!(now_of(&town, &code).await.state, SmsState::Expired, "a code is good for five minutes");
        let events = store::sms::events_of(&town.app.store.db, m.id).await.unwrap();
        assert_eq!(events.iter().map(|e| e.what.as_str()).collect::<Vec<_>>(), ["wait"], "told once, not every time");
        town.pass(48);
        assert!(send::claim(&town.app, Medium::Sms, 9).await.unwrap().is_empty());
        assert_eq!(now_of(&town, &m).await.state, SmsState::Expired);
    }

    async fn the_very_same_goes_once_in_a_day_and_nothing_goes_by_night(db: Db) {
        let town = Town::build(db).await;
        let order = to_callback(&town, PHONE).await;
        all_sent(&town).await;
        let one = sms(&town, 1, Some(order));
        let two = Sms { id: NoticeId::mint(&*town.app.mint, town.app.now()), ..one.clone() };
        let other = sms(&town, 2, Some(order));
        put(&town, &[one.clone(), two.clone(), other.clone()]).await;
        let went: Vec<_> = all_sent(&town).await.iter().map(|m| m.id).collect();
        assert_eq!(went.len(), 2, "{went:?}");
        assert!(went.contains(&other.id));
        let ended = now_of(&town, &two).await;
        assert_eq!(ended.error.as_deref(), Some("时段内已发过相同内容"));
        // 09:30 and 12 hours: after nine in the evening.
        town.pass(12);
        let late = sms(&town, 3, Some(order));
        put(&town, std::slice::from_ref(&late)).await;
        assert!(send::claim(&town.app, Medium::Sms, 9).await.unwrap().is_empty());
        assert_eq!(now_of(&town, &late).await.state, SmsState::Held);
    }

    async fn reports_of_all_parts_make_it_arrived_whichever_comes_first(db: Db) {
        let town = Town::build(db).await;
        let (one, two) = (sms(&town, 1, None), sms(&town, 2, None));
        put(&town, &[one.clone(), two.clone()]).await;
        let batch = send::claim(&town.app, Medium::Sms, 9).await.unwrap();
        // A quick carrier reports before its own answer was noted.
        send::report(&town.app, "t", "A1", true, None).await.unwrap();
        send::settle(&town.app, &batch[0], &taken(&["A1", "A2"]), "t").await.unwrap();
        assert_eq!(now_of(&town, &one).await.state, SmsState::Sent);
        send::report(&town.app, "other", "A2", true, None).await.unwrap();
        assert_eq!(now_of(&town, &one).await.state, SmsState::Sent, "another gateway's number");
        send::report(&town.app, "t", "A2", true, None).await.unwrap();
        assert_eq!(now_of(&town, &one).await.state, SmsState::Delivered);
        send::settle(&town.app, &batch[1], &taken(&["B1", "B2"]), "t").await.unwrap();
        send::report(&town.app, "t", "B2", false, Some("空号")).await.unwrap();
        let bad = now_of(&town, &two).await;
        assert_eq!((bad.state, bad.error.as_deref()), (SmsState::Failed, Some("空号")));
    }

    async fn a_rating_by_message_counts_once_for_the_order_it_was_asked_for(db: Db) {
        let town = Town::build(db).await;
        let order = to_callback(&town, PHONE).await;
        let app = &town.app;
        assert_eq!(says(&town, PHONE, "1").await.outcome, InboundOutcome::Unknown, "nothing was sent to this number yet");
        assert!(all_sent(&town).await.iter().any(|m| m.template == "T12"), "the answer invites to rate");
        let got = says(&town, "+8613805310001", "１，谢谢").await;
        assert_eq!((got.outcome, got.order, got.note.as_deref()), (InboundOutcome::Rated, Some(order), Some("满意")));
        let case = store::case::load_case(&app.store.db, &app.store.vault, order).await.unwrap().unwrap();
        assert_eq!((case.order.state, case.order.rating), (OrderState::Closed, Some(Rating::Sat)));
        let record = case.callbacks.last().unwrap();
        assert_eq!((record.by, record.solved, record.opinion.as_deref()), (CITIZEN, None, Some("谢谢")));
        let second = says(&town, PHONE, "3").await;
        assert_eq!(second.outcome, InboundOutcome::Told, "rated already: a person looks at it");
        let case = store::case::load_case(&app.store.db, &app.store.vault, order).await.unwrap().unwrap();
        assert_eq!(case.order.rating, Some(Rating::Sat));
        let shown = order_messages(app, &town.ctx("callback"), order).await.unwrap();
        assert_eq!(shown.received.len(), 2);
        assert_eq!(shown.received[0].phone, "138****0001");
        assert!(shown.sent.iter().all(|m| !m.to.contains("3805310")));
    }

    async fn an_unhappy_rating_waits_for_a_call_and_words_become_a_supplement(db: Db) {
        let town = Town::build(db).await;
        let order = to_callback(&town, PHONE).await;
        all_sent(&town).await;
        let app = &town.app;
        assert_eq!(says(&town, PHONE, "不满意！没人来").await.outcome, InboundOutcome::Rated);
        let case = store::case::load_case(&app.store.db, &app.store.vault, order).await.unwrap().unwrap();
        assert_eq!((case.order.state, case.order.rating), (OrderState::PendingCallback, Some(Rating::Dissat)));
        assert_eq!(says(&town, PHONE, "1").await.outcome, InboundOutcome::Told, "one rating a round");
        let words = says(&town, PHONE, "3天了还没修好").await;
        assert!(matches!(words.outcome, InboundOutcome::Added | InboundOutcome::Told), "{words:?}");
        assert_eq!(words.order, Some(order));
        assert_eq!(says(&town, "13900000000", "你好").await.outcome, InboundOutcome::Unknown);
        assert_eq!(says(&town, PHONE, "ＴＤ").await.outcome, InboundOutcome::Stopped);
        assert!(store::sms::is_stopped(&app.store.db, &app.store.vault, PHONE).await.unwrap());
        assert_eq!(says(&town, PHONE, "恢复").await.outcome, InboundOutcome::Resumed);
        assert!(!store::sms::is_stopped(&app.store.db, &app.store.vault, PHONE).await.unwrap());
    }

    async fn the_same_reply_of_the_carrier_is_taken_once(db: Db) {
        let town = Town::build(db).await;
        let heard = Heard { phone: PHONE.to_owned(), text: "你好".to_owned(), reference: Some("R1".to_owned()) };
        assert!(hear::reply(&town.app, &heard).await.unwrap());
        assert!(!hear::reply(&town.app, &heard).await.unwrap());
        assert_eq!(received(&town).await.len(), 1);
    }

    async fn the_gateway_is_the_administrator_s_and_its_secrets_stay_inside(db: Db) {
        let town = Town::build(db).await;
        let app = &town.app;
        let mut settings = GatewaySettings { kind: GatewayKind::Http, ..GatewaySettings::default() };
        settings.http.url = "http://10.0.0.1/send".to_owned();
        settings.http.headers = "X-Key: s3cret".to_owned();
        let form = GatewayForm { settings, reason: "接入运营商".to_owned() };
        assert!(desk::gateway_set(app, &town.ctx("agent"), form.clone()).await.is_err());
        let view = desk::gateway_set(app, &town.ctx("sysadmin"), form).await.unwrap();
        assert_eq!(view.settings.http.headers, desk::KEPT);
        let inside = send::settings(app).await.unwrap();
        assert_eq!((inside.http.headers.as_str(), inside.callback_secret.len()), ("X-Key: s3cret", 32));
        let raw: Vec<u8> = app.store.db.scalar("SELECT settings_enc FROM sms_gateway LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("s3cret"));
        // The gateway calls back: with the wrong secret nothing is taken.
        let m = sms(&town, 1, None);
        put(&town, std::slice::from_ref(&m)).await;
        let batch = send::claim(app, Medium::Sms, 9).await.unwrap();
        send::settle(app, &batch[0], &taken(&[&m.id.to_string()]), "http").await.unwrap();
        let call = vec![vec![("msgid".to_owned(), m.id.to_string()), ("status".to_owned(), "DELIVRD".to_owned())]];
        assert!(hear::callback(app, "0123456789abcdef0123456789abcdef", &call).await.is_err());
        hear::callback(app, &inside.callback_secret, &call).await.unwrap();
        assert_eq!(now_of(&town, &m).await.state, SmsState::Delivered);
        // Who runs the system sees the log without texts and orders.
        let lines = sms_list(app, &town.ctx("sysadmin"), &SmsListQuery::default()).await.unwrap();
        assert!(lines.items.iter().all(|l| l.text.is_none() && l.order_id.is_none()));
        assert!(sms_list(app, &town.ctx("water_boss"), &SmsListQuery::default()).await.is_err());
    }

    async fn a_template_changes_from_the_next_message_on_and_keeps_its_versions(db: Db) {
        let town = Town::build(db).await;
        let app = &town.app;
        let form = |text: &str| TemplateForm { text: text.to_owned(), reason: "统一用语".to_owned() };
        let admin = town.ctx("sysadmin");
        assert!(template_set(app, &town.ctx("leader"), "T12", &form("{no}已办结")).await.is_err());
        assert!(template_set(app, &admin, "T12", &form("{name}您好，已办结")).await.is_err());
        let line = template_set(app, &admin, "T12", &form("诉求{no}已答复：{reply60}。回1满意2基本满意3不满意")).await.unwrap();
        to_callback(&town, PHONE).await;
        let batch = send::claim(app, Medium::Sms, 50).await.unwrap();
        let told = batch.iter().find(|m| m.template == "T12").unwrap();
        assert!(told.text.starts_with("【云12345】诉求") && told.text.ends_with("回1满意2基本满意3不满意"), "{}", told.text);
        assert_eq!(told.version, line.version);
        let history = template_history(app, &admin, "T12").await.unwrap();
        assert_eq!(history.len(), 2);
        assert_eq!(history[1].version, 0);
    }
}

async fn once_between_two(one: Db, two: Db) {
    let town = Town::build(one).await;
    let other = town.other(two).await;
    let messages: Vec<Sms> = (0..60).map(|n| sms(&town, n, None)).collect();
    put(&town, &messages).await;
    let (a, b) = tokio::join!(send::claim(&town.app, Medium::Sms, 60), send::claim(&other, Medium::Sms, 60));
    let (a, b) = (a.unwrap(), b.unwrap());
    let mut ids: Vec<_> = a.iter().chain(&b).map(|m| m.id).collect();
    assert_eq!(ids.len(), 60, "{} and {}", a.len(), b.len());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 60);
    // The process that has them dies; the other takes them over when their time is up, and nothing is lost.
    assert!(send::claim(&other, Medium::Sms, 60).await.unwrap().is_empty());
    town.clock.set(town.clock.now().plus_minutes(3));
    assert_eq!(send::claim(&other, Medium::Sms, 60).await.unwrap().len(), 60);
}

#[test]
fn two_processes_on_postgresql_never_send_the_same_and_one_that_dies_loses_nothing() {
    testkit::block(async {
        let test = testkit::TestDb::postgres().await;
        once_between_two(test.db(), test.reopen().await).await;
    });
}

#[test]
fn two_handles_on_sqlite_never_send_the_same_and_one_that_dies_loses_nothing() {
    testkit::block(async {
        let test = testkit::TestDb::sqlite().await;
        once_between_two(test.db(), test.db()).await;
    });
}
