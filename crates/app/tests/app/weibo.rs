//! 微博 on both engines: a mention is one piece once, what is said in public names nobody and nothing, the token stays inside.

use app::inbox::{self, Arrived, InboxQuery, accept};
use app::sms::send::{self, Went};
use app::social::weibo;
use db::Db;
use domain::inbox::{Adapter, Record};
use domain::message::Medium;
use domain::order::{Channel, Command, DemandType, RegisterForm};
use domain::social::WeiboSettings;
use kernel::OrderId;
use store::sms::{Sms, SmsState};

use crate::town::{Town, complaint};
use crate::walk::{answered, give};

const PHONE: &str = "13805310001";

fn settings() -> WeiboSettings {
    WeiboSettings {
        on: true,
        uid: "1404376560".to_owned(),
        access_token: "2.00secretXYZ".to_owned(),
        since: "2026-11-01".to_owned(),
        ..WeiboSettings::default()
    }
}

async fn connected(town: &Town, settings: WeiboSettings) {
    let form = weibo::WeiboForm { settings, reason: "接入微博".to_owned() };
    weibo::weibo_set(&town.app, &town.ctx("sysadmin"), form).await.unwrap();
}

fn mention(id: i64) -> Arrived {
    let record = Record {
        sender: "1700000001".to_owned(),
        name: "澄湖小高".to_owned(),
        reference: Some(id.to_string()),
        ..Record::default()
    };
    let record = record.with_text("@云12345 泉水路路灯坏了，电话13805310001");
    Arrived { external_id: format!("微博{id}"), record, ..Arrived::default() }
}

/// A mention becomes an order.
async fn registered(town: &Town, id: i64, form: RegisterForm) -> OrderId {
    let place = format!("{id}/0");
    assert!(accept(&town.app, Adapter::Weibo, mention(id), &place).await.unwrap());
    assert!(!accept(&town.app, Adapter::Weibo, mention(id), &place).await.unwrap(), "once");
    let agent = town.ctx("agent");
    let lines = inbox::item_list(&town.app, &agent, &InboxQuery::default()).await.unwrap().items;
    assert_eq!(lines.len(), 1);
    assert!(!lines[0].sender.contains("1700000001") && !lines[0].glance.contains(PHONE));
    let whole = inbox::item_claim(&town.app, &agent, lines[0].id).await.unwrap();
    assert_eq!(whole.channel, Channel::Weibo.code());
    inbox::item_register(&town.app, &agent, lines[0].id, form).await.unwrap().id
}

async fn due(town: &Town, medium: Medium) -> Vec<Sms> {
    send::claim(&town.app, medium, 100).await.unwrap()
}

/// Whether somebody of the reply desk was told so.
async fn told(town: &Town, title: &str) -> bool {
    let page = kernel::Page::default();
    let all =
        store::notification::list_notifications(&town.app.store.db, town.user("reply"), true, &page).await.unwrap();
    all.iter().any(|n| n.title == title)
}

testkit::both_engines! {
    async fn what_is_said_in_public_names_nobody_and_nothing(db: Db) {
        let town = Town::build(db).await;
        connected(&town, settings()).await;
        let order = registered(&town, 5001, RegisterForm { publishable: Some(true), ..complaint(PHONE) }).await;
        let case = store::order::load_order(&town.app.store.db, &town.app.store.vault, order).await.unwrap().unwrap();
        let said = due(&town, Medium::Weibo).await;
        assert_eq!(said.iter().map(|m| (m.to.as_str(), m.template.as_str(), m.order)).collect::<Vec<_>>(), [("5001", "T01", Some(order))]);
        let own = due(&town, Medium::Sms).await;
        assert!(own.iter().any(|m| m.to == PHONE && m.text.contains("查询码")), "what only the citizen may read goes to them");
        give(&town, "agent", order, Command::Submit { urgency: None, suggested_org: None }).await;
        answered(&town, order).await;
        let answer = due(&town, Medium::Weibo).await;
        assert_eq!(answer.iter().map(|m| m.template.as_str()).collect::<Vec<_>>(), ["T12"]);
        let tail = &case.case_no[case.case_no.len() - 7..];
        for words in said.iter().chain(&answer).map(|m| m.text.as_str()) {
            assert!(words.chars().count() <= 140, "{} characters", words.chars().count());
            assert!(words.contains(tail) && !words.contains(&case.case_no), "{words}");
            for secret in ["王晓明", PHONE, "泉水路", "路灯", "修复", case.title.as_str()] {
                assert!(!words.contains(secret), "{secret}: {words}");
            }
        }
        let shown = app::sms::log::order_messages(&town.app, &town.ctx("reply"), order).await.unwrap();
        assert!(shown.sent.iter().any(|m| m.medium == "weibo"));
        // Another comment beneath their own post is about the same matter.
        assert_eq!(weibo::order_below(&town.app, 5001).await.unwrap(), Some(order));
        assert_eq!(weibo::order_below(&town.app, 5002).await.unwrap(), None);
    }

    async fn nothing_is_said_of_reports_and_secrets_nor_when_switched_off(db: Db) {
        let town = Town::build(db).await;
        connected(&town, settings()).await;
        registered(&town, 5001, RegisterForm { demand_type: Some(DemandType::Report), ..complaint(PHONE) }).await;
        let secret = domain::order::Confidentiality::KeepSecret;
        registered(&town, 5002, RegisterForm { confidentiality: Some(secret), ..complaint("13805310002") }).await;
        assert!(due(&town, Medium::Weibo).await.is_empty());
        connected(&town, WeiboSettings { answers: false, ..settings() }).await;
        registered(&town, 5003, complaint("13805310003")).await;
        assert!(due(&town, Medium::Weibo).await.is_empty());
        assert_eq!(due(&town, Medium::Sms).await.iter().filter(|m| m.template == "T01").count(), 3, "each has the message");
    }

    async fn a_comment_that_cannot_stand_there_is_told_to_a_person_only_without_a_telephone(db: Db) {
        let town = Town::build(db).await;
        connected(&town, settings()).await;
        let gone = Went::Refused { error: "原微博已删除（20101）".to_owned() };
        registered(&town, 5001, complaint(PHONE)).await;
        let comment = due(&town, Medium::Weibo).await.remove(0);
        send::settle(&town.app, &comment, &gone, "weibo").await.unwrap();
        assert!(!told(&town, "微博评论未发表").await, "the telephone has it");
        registered(&town, 5002, complaint("053112345678")).await;
        let comment = due(&town, Medium::Weibo).await.remove(0);
        send::settle(&town.app, &comment, &gone, "weibo").await.unwrap();
        let ended = store::sms::load(&town.app.store.db, &town.app.store.vault, comment.id).await.unwrap().unwrap();
        assert_eq!(ended.state, SmsState::Failed);
        assert!(told(&town, "微博评论未发表").await);
    }

    async fn the_token_goes_in_and_never_comes_out(db: Db) {
        let town = Town::build(db).await;
        assert!(weibo::weibo_view(&town.app, &town.ctx("agent")).await.is_err());
        assert!(weibo::weibo_test(&town.app, &town.ctx("agent"), settings()).await.is_err());
        connected(&town, settings()).await;
        let view = weibo::weibo_view(&town.app, &town.ctx("sysadmin")).await.unwrap();
        assert!(!serde_json::to_string(&view).unwrap().contains("secretXYZ"));
        connected(&town, WeiboSettings { answers: false, ..view.settings.clone() }).await;
        assert_eq!(weibo::settings(&town.app).await.unwrap(), WeiboSettings { answers: false, ..settings() });
        let moved = WeiboSettings { api: "https://relay.example.cn".to_owned(), ..view.settings };
        let form = weibo::WeiboForm { settings: moved.clone(), reason: "改走出口".to_owned() };
        let why = weibo::weibo_set(&town.app, &town.ctx("sysadmin"), form).await.unwrap_err();
        assert!(why.refusal().unwrap().fields.iter().any(|f| f.field == "access_token"));
        let why = weibo::weibo_test(&town.app, &town.ctx("sysadmin"), moved).await.unwrap_err();
        assert!(why.refusal().unwrap().fields.iter().any(|f| f.field == "access_token"), "nor in a test");
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT settings_enc FROM channel_setting LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("secretXYZ"));
        let lamp = inbox::channel_health(&town.app, &town.ctx("sysadmin")).await.unwrap();
        assert!(lamp.iter().any(|c| c.adapter == "weibo" && c.state == "unknown"));
    }
}
