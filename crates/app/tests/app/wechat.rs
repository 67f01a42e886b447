//! 微信公众号 on both engines: what a person sends within a short time is one piece, once; the order made of it is answered at the
//! same account, and by telephone when WeChat takes no more; secrets stay inside.

use app::inbox::{self, ArrivedFile, InboxQuery};
use app::sms::send::{self, Went};
use app::social::{talk, wechat};
use citizen::{WechatPiece, WechatWhat};
use db::Db;
use domain::inbox::Adapter;
use domain::message::Medium;
use domain::order::{Channel, RegisterForm};
use domain::social::WechatSettings;
use kernel::OrderId;
use store::sms::{Sms, SmsState};

use crate::town::{Town, complaint};

const PHONE: &str = "13805310001";
const PERSON: &str = "oAbCdEfGhIjKlMnOpQrStUvWxYz1";
const AES: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const PNG: &[u8] = include_bytes!("../../../gateway/tests/wechat/lamp.png");

fn settings() -> WechatSettings {
    WechatSettings {
        on: true,
        app_id: "wxb11529c136998cb6".to_owned(),
        secret: "0123456789abcdef0123456789abcdef".to_owned(),
        token: "hotline12345".to_owned(),
        aes_key: AES.to_owned(),
        ..WechatSettings::default()
    }
}

async fn connected(town: &Town) {
    let form = wechat::WechatForm { settings: settings(), reason: "接入公众号".to_owned() };
    wechat::wechat_set(&town.app, &town.ctx("sysadmin"), form).await.unwrap();
}

fn piece(town: &Town, id: &str, what: WechatWhat) -> WechatPiece {
    WechatPiece { id: id.to_owned(), person: PERSON.to_owned(), at: town.app.now(), what }
}

fn text(town: &Town, id: &str, words: &str) -> WechatPiece {
    piece(town, id, WechatWhat::Text { text: words.to_owned() })
}

/// What waits in 待登记.
async fn waiting(town: &Town) -> Vec<inbox::ItemLine> {
    inbox::item_list(&town.app, &town.ctx("agent"), &InboxQuery::default()).await.unwrap().items
}

async fn hand_over(town: &Town, files: &[ArrivedFile]) -> usize {
    let talks = talk::ended_talks(&town.app).await.unwrap();
    for talk in &talks {
        talk::deliver(&town.app, talk, files.to_vec(), Vec::new()).await.unwrap();
    }
    talks.len()
}

/// A message becomes an order.
async fn registered(town: &Town, form: RegisterForm) -> OrderId {
    wechat::take(&town.app, &text(town, "9001", "泉水路路灯不亮")).await.unwrap();
    town.pass(1);
    assert_eq!(hand_over(town, &[]).await, 1);
    let (agent, item) = (town.ctx("agent"), waiting(town).await.remove(0).id);
    inbox::item_claim(&town.app, &agent, item).await.unwrap();
    inbox::item_register(&town.app, &agent, item, form).await.unwrap().id
}

async fn due(town: &Town, medium: Medium) -> Vec<Sms> {
    send::claim(&town.app, medium, 100).await.unwrap()
}

testkit::both_engines! {
    async fn what_is_sent_within_a_short_time_is_one_piece_once(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        let first = text(&town, "1001", "泉水路路灯不亮，三天了。");
        let told = wechat::take(&town.app, &first).await.unwrap();
        assert!(told.as_ref().is_some_and(|w| w.contains("已收到")), "{told:?}");
        assert_eq!(wechat::take(&town.app, &first).await.unwrap(), told, "delivered again, answered alike");
        let picture = piece(&town, "1002", WechatWhat::Picture { media: "m1".to_owned(), url: "http://p".to_owned() });
        assert_eq!(wechat::take(&town.app, &picture).await.unwrap(), None);
        let place = WechatWhat::Place { latitude: "36.65".to_owned(), longitude: "117.12".to_owned(), label: "泉水路12号".to_owned() };
        wechat::take(&town.app, &piece(&town, "1003", place)).await.unwrap();
        let other = WechatPiece { person: "oZ9".to_owned(), ..text(&town, "1004", "小区停水") };
        wechat::take(&town.app, &other).await.unwrap();
        assert!(talk::ended_talks(&town.app).await.unwrap().is_empty(), "more may come");

        town.pass(1);
        let talks = talk::ended_talks(&town.app).await.unwrap();
        assert_eq!(talks.iter().map(|t| t.pieces.len()).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(talk::ended_talks(&town.app).await.unwrap(), talks, "the same, however often it is looked at");
        // The process dies between the piece and the note that it is one: the same piece, once.
        let photo = [ArrivedFile { name: "图片1.png".to_owned(), bytes: PNG.to_vec() }];
        talk::deliver(&town.app, &talks[0], photo.to_vec(), Vec::new()).await.unwrap();
        talk::deliver(&town.app, &talks[0], photo.to_vec(), Vec::new()).await.unwrap();
        assert_eq!(hand_over(&town, &[]).await, 1);
        wechat::take(&town.app, &first).await.unwrap();
        town.pass(1);
        assert_eq!(hand_over(&town, &[]).await, 0, "a message delivered late once more");

        let lines = waiting(&town).await;
        assert_eq!(lines.iter().map(|l| (l.adapter.as_str(), l.files)).collect::<Vec<_>>(), [("wechat", 1), ("wechat", 0)]);
        assert!(lines.iter().all(|l| !l.sender.contains(PERSON)));
        let whole = inbox::item_claim(&town.app, &town.ctx("agent"), lines[0].id).await.unwrap();
        assert_eq!(whole.channel, Channel::Wechat.code());
        assert_eq!(whole.text, "泉水路路灯不亮，三天了。\n（图片1）\n（位置）泉水路12号，纬度36.65，经度117.12");
        assert_eq!(whole.file_list.len(), 1);
        // Words stand in the piece alone, and sealed.
        let left: i64 = town.app.store.db.scalar("SELECT COUNT(*) FROM social_piece WHERE body_enc IS NOT NULL", &[]).await.unwrap();
        assert_eq!(left, 0);
    }

    async fn who_wrote_is_answered_at_the_same_account(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        let order = registered(&town, complaint(PHONE)).await;
        assert!(due(&town, Medium::Sms).await.is_empty(), "one answer, not two");
        let sent = due(&town, Medium::Wechat).await;
        assert_eq!(sent.iter().map(|m| (m.to.as_str(), m.template.as_str(), m.order)).collect::<Vec<_>>(), [(PERSON, "T01", Some(order))]);
        assert!(sent[0].text.contains("查询码") && !sent[0].text.starts_with('【'), "{}", sent[0].text);
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT account_enc FROM order_account LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains(PERSON));
        let shown = app::sms::log::order_messages(&town.app, &town.ctx("reply"), order).await.unwrap();
        assert!(shown.sent.iter().all(|m| m.to == "oAbC****" && m.medium == "wechat"));
        // Who writes again is pointed to the order.
        wechat::take(&town.app, &text(&town, "9002", "还没有修好")).await.unwrap();
        town.pass(1);
        assert_eq!(hand_over(&town, &[]).await, 1);
        assert!(waiting(&town).await[0].is_answer);
    }

    async fn what_wechat_takes_no_more_goes_to_the_telephone(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        registered(&town, complaint(PHONE)).await;
        let late = Went::Elsewhere { error: "群众超过48小时未发消息（45015）".to_owned() };
        let message = due(&town, Medium::Wechat).await.remove(0);
        send::settle(&town.app, &message, &late, "wechat").await.unwrap();
        assert!(due(&town, Medium::Wechat).await.is_empty());
        let sms = due(&town, Medium::Sms).await;
        assert_eq!(sms.iter().map(|m| (m.id, m.to.as_str())).collect::<Vec<_>>(), [(message.id, PHONE)]);
        assert_eq!(sms[0].text, format!("【云12345】{}", message.text));
        let steps = app::sms::log::sms_steps(&town.app, &town.ctx("reply"), message.id).await.unwrap();
        assert!(steps.iter().any(|s| s.what_cn == "改由其他方式发送" && s.note.as_deref().is_some_and(|n| n.contains("45015"))));
    }

    async fn without_a_telephone_a_person_is_told(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        registered(&town, complaint("053112345678")).await;
        let late = Went::Elsewhere { error: "主动回复次数已达上限（45047）".to_owned() };
        let message = due(&town, Medium::Wechat).await.remove(0);
        send::settle(&town.app, &message, &late, "wechat").await.unwrap();
        let ended = store::sms::load(&town.app.store.db, &town.app.store.vault, message.id).await.unwrap().unwrap();
        assert_eq!(ended.state, SmsState::Failed);
        let page = kernel::Page::default();
        let told = store::notification::list_notifications(&town.app.store.db, town.user("reply"), true, &page).await.unwrap();
        assert!(told.iter().any(|n| n.title == "微信未送达"), "{told:?}");
    }

    async fn secrets_go_in_and_never_come_out(db: Db) {
        let town = Town::build(db).await;
        assert!(wechat::wechat_view(&town.app, &town.ctx("agent")).await.is_err());
        assert!(wechat::door(&town.app).await.unwrap().is_none());
        connected(&town).await;
        let view = wechat::wechat_view(&town.app, &town.ctx("sysadmin")).await.unwrap();
        let shown = serde_json::to_string(&view).unwrap();
        for secret in ["0123456789abcdef", "hotline12345", AES] {
            assert!(!shown.contains(secret), "{secret}");
        }
        assert!(view.callback.starts_with("https://") && view.callback.ends_with("/wechat"));
        let door = wechat::door(&town.app).await.unwrap().unwrap();
        assert!(!serde_json::to_string(&door).unwrap().contains("0123456789abcdef"), "the AppSecret stays inside");
        // Left as shown they stay; sent to another address the AppSecret is asked for.
        let form = |s| wechat::WechatForm { settings: s, reason: "更换令牌".to_owned() };
        let kept = WechatSettings { token: "another99".to_owned(), ..view.settings.clone() };
        wechat::wechat_set(&town.app, &town.ctx("sysadmin"), form(kept)).await.unwrap();
        let now = wechat::settings(&town.app).await.unwrap();
        assert_eq!(now, WechatSettings { token: "another99".to_owned(), ..settings() });
        let moved = WechatSettings { api: "https://relay.example.cn".to_owned(), ..view.settings };
        let why = wechat::wechat_set(&town.app, &town.ctx("sysadmin"), form(moved)).await.unwrap_err();
        assert!(why.refusal().unwrap().fields.iter().any(|f| f.field == "secret"));
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT settings_enc FROM channel_setting LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("hotline12345"));
    }

    async fn the_lamp_tells_how_the_account_goes(db: Db) {
        let town = Town::build(db).await;
        let lamp = async || {
            let all = inbox::channel_health(&town.app, &town.ctx("sysadmin")).await.unwrap();
            all.into_iter().find(|c| c.adapter == "wechat").map(|c| (c.state, c.error)).unwrap()
        };
        assert_eq!(lamp().await, ("off".to_owned(), None));
        connected(&town).await;
        assert_eq!(lamp().await, ("unknown".to_owned(), None));
        let why = "AppSecret 不正确（40125）";
        inbox::line(&town.app, Adapter::Wechat, false, Some(why)).await.unwrap();
        assert_eq!(lamp().await, ("down".to_owned(), Some(why.to_owned())));
        inbox::line(&town.app, Adapter::Wechat, true, None).await.unwrap();
        assert_eq!(lamp().await.0, "up");
    }
}
