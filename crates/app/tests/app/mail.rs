//! Mail on both engines: who wrote by mail is answered by mail, the staff are told what they chose, secrets stay inside.

use app::sms::log::{SmsListQuery, order_messages, sms_list};
use app::sms::mail::{self, MailForm, MailTestForm, OwnMailForm};
use app::sms::send::{self, Went};
use app::sms::{desk, log};
use db::Db;
use domain::message::{MailChoice, MailSettings, Medium};
use domain::order::{Channel, Command, RegisterForm};
use kernel::NoticeId;
use store::sms::{Sms, SmsState};

use crate::town::{Town, complaint};
use crate::walk::{answered, dispatch, give, submitted, submitted_as};

const PHONE: &str = "13805310001";
const ADDRESS: &str = "wangxiaoming@example.com";

async fn connected(town: &Town) {
    let settings = MailSettings {
        on: true,
        host: "mail.example.gov.cn".to_owned(),
        from: "12345@example.gov.cn".to_owned(),
        user: "12345".to_owned(),
        password: "s3cret".to_owned(),
        ..MailSettings::default()
    };
    let form = MailForm { settings, reason: "接入政务邮箱".to_owned() };
    mail::mail_set(&town.app, &town.ctx("sysadmin"), form).await.unwrap();
}

fn letter() -> RegisterForm {
    let mut form = complaint(PHONE);
    form.channel = Some(Channel::Mail);
    form.requester.email = Some(ADDRESS.to_owned());
    form
}

async fn waiting(town: &Town, medium: Medium) -> Vec<Sms> {
    send::claim(&town.app, medium, 100).await.unwrap()
}

async fn chooses(town: &Town, who: &str, address: &str, choice: MailChoice) {
    let form = OwnMailForm { address: address.to_owned(), choice };
    mail::own_mail_set(&town.app, &town.ctx(who), &form).await.unwrap();
}

testkit::both_engines! {
    async fn who_wrote_by_mail_is_answered_by_mail_with_the_whole_answer(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        let order = submitted_as(&town, letter()).await;
        answered(&town, order).await;
        assert!(waiting(&town, Medium::Sms).await.is_empty(), "one answer, not two");
        let mails = waiting(&town, Medium::Mail).await;
        assert!(mails.iter().all(|m| m.to == ADDRESS && m.order == Some(order) && m.user.is_none()));
        let first = mails.iter().find(|m| m.template == "T01").unwrap();
        assert!(first.text.contains("查询码"), "{}", first.text);
        let answer = mails.iter().find(|m| m.template == "T12").unwrap();
        assert!(answer.text.contains("您好，泉水路路灯已修复。") && !answer.text.contains("满意请回1"), "{}", answer.text);
        assert!(answer.subject.as_deref().unwrap().starts_with("【云12345】统一回复（"), "{:?}", answer.subject);
        // Nothing on record tells who wrote.
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT phone_enc FROM sms WHERE medium = 'mail' LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("wang"));
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT email_enc FROM orders LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("wang"));
        let shown = order_messages(&town.app, &town.ctx("reply"), order).await.unwrap();
        assert!(shown.sent.iter().any(|m| m.medium == "mail" && m.to == "w****@example.com"));
        assert!(shown.sent.iter().all(|m| !m.to.contains("wang")));
        // A mail wakes nobody: it goes by night too.
        town.pass(12);
        let one = Sms { medium: Medium::Mail, order: Some(order), ..Sms::new(NoticeId::mint(&*town.app.mint, town.app.now()), "T06", ADDRESS, "夜".to_owned(), town.app.now()) };
        let done: app::Result<()> = db::with_retry!(town.app.store.db, async |tx| {
            Ok(store::sms::insert_sms(tx, &town.app.store.vault, std::slice::from_ref(&one)).await?)
        });
        done.unwrap();
        assert!(waiting(&town, Medium::Mail).await.iter().any(|m| m.id == one.id));
        // It does not arrive: somebody is to ring up.
        send::settle(&town.app, &one, &Went::Refused { error: "收件地址不存在或拒收（550）".to_owned() }, "m").await.unwrap();
        let page = kernel::Page::default();
        let told = store::notification::list_notifications(&town.app.store.db, town.user("reply"), true, &page).await.unwrap();
        assert!(told.iter().any(|n| n.title == "邮件未送达"), "{told:?}");
    }

    async fn without_a_mail_server_the_telephone_is_the_way(db: Db) {
        let town = Town::build(db).await;
        let order = submitted_as(&town, letter()).await;
        answered(&town, order).await;
        assert!(waiting(&town, Medium::Mail).await.is_empty());
        let sms = waiting(&town, Medium::Sms).await;
        assert!(sms.iter().any(|m| m.template == "T12" && m.to == PHONE));
    }

    async fn the_staff_are_told_by_mail_what_they_chose(db: Db) {
        let town = Town::build(db).await;
        let refused = mail::own_mail_set(&town.app, &town.ctx("dispatcher"), &OwnMailForm { address: "nonsense".to_owned(), choice: MailChoice::All }).await;
        assert!(refused.is_err());
        chooses(&town, "dispatcher", "paidan@example.gov.cn", MailChoice::All).await;
        submitted(&town, PHONE).await;
        assert!(waiting(&town, Medium::Mail).await.is_empty(), "there is no server: nothing piles up");
        connected(&town).await;
        chooses(&town, "housing_admin", "zhuguan@example.gov.cn", MailChoice::Urgent).await;
        let hello = waiting(&town, Medium::Mail).await;
        assert_eq!(hello.iter().map(|m| (m.to.as_str(), m.template.as_str())).collect::<Vec<_>>(), [("zhuguan@example.gov.cn", "MAIL")], "a new address is written to at once");
        let order = submitted(&town, PHONE).await;
        give(&town, "dispatcher", order, dispatch(&town, "housing")).await;
        let told = waiting(&town, Medium::Mail).await;
        let of = |who: &str| told.iter().filter(|m| m.user == Some(town.user(who))).count();
        assert!(told.iter().all(|m| m.order.is_none() && !m.text.contains("王晓明") && !m.text.contains(PHONE)));
        assert_eq!(of("housing_admin"), 0, "a dispatch is not urgent");
        chooses(&town, "housing_admin", "z****@example.gov.cn", MailChoice::All).await;
        assert!(waiting(&town, Medium::Mail).await.is_empty(), "the same address, left as shown");
        let order = submitted(&town, PHONE).await;
        give(&town, "dispatcher", order, dispatch(&town, "housing")).await;
        let told = waiting(&town, Medium::Mail).await;
        let mine: Vec<_> = told.iter().filter(|m| m.user == Some(town.user("housing_admin"))).collect();
        assert_eq!(mine.iter().map(|m| (m.to.as_str(), m.template.as_str())).collect::<Vec<_>>(), [("zhuguan@example.gov.cn", "T05")]);
        assert!(mine[0].text.contains("请登录工作台处理"), "{}", mine[0].text);
        // Colleagues' mails are no business of the desk; the administrator sees that they went, and to whom.
        let desk = sms_list(&town.app, &town.ctx("reply"), &SmsListQuery::default()).await.unwrap();
        assert!(desk.items.iter().all(|m| m.user_name.is_none()));
        assert!(log::sms_steps(&town.app, &town.ctx("reply"), mine[0].id).await.is_err());
        let by_mail = SmsListQuery { medium: Some("mail".to_owned()), ..SmsListQuery::default() };
        let all = sms_list(&town.app, &town.ctx("sysadmin"), &by_mail).await.unwrap();
        assert!(all.items.iter().any(|m| m.user_name.is_some() && m.text.is_none() && m.to == "z****@example.gov.cn"));
        chooses(&town, "housing_admin", "", MailChoice::Off).await;
        let own = mail::own_mail(&town.app, &town.ctx("housing_admin")).await.unwrap();
        assert_eq!((own.address, own.choice), (None, MailChoice::Off));
    }

    async fn the_mail_server_is_the_administrator_s_and_its_password_stays_inside(db: Db) {
        let town = Town::build(db).await;
        let (app, admin) = (&town.app, town.ctx("sysadmin"));
        let test = MailTestForm { address: "ceshi@example.gov.cn".to_owned() };
        assert!(mail::mail_test(app, &admin, &test).await.is_err(), "there is no server yet");
        connected(&town).await;
        let view = mail::mail_view(app, &admin).await.unwrap();
        assert_eq!((view.settings.password.as_str(), view.line.state.as_str()), (desk::KEPT, "unknown"));
        assert!(mail::mail_view(app, &town.ctx("agent")).await.is_err());
        let again = MailForm { settings: MailSettings { port: 2525, ..view.settings.clone() }, reason: "调整端口".to_owned() };
        mail::mail_set(app, &admin, again).await.unwrap();
        assert_eq!(mail::settings(app).await.unwrap().password, "s3cret");
        let elsewhere = MailForm { settings: MailSettings { host: "10.9.9.9".to_owned(), ..view.settings }, reason: "更换服务器".to_owned() };
        assert!(mail::mail_set(app, &admin, elsewhere).await.is_err(), "the password is not given to another server");
        let raw: Vec<u8> = app.store.db.scalar("SELECT settings_enc FROM mail_server LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("s3cret"));
        mail::mail_test(app, &admin, &test).await.unwrap();
        let mails = waiting(&town, Medium::Mail).await;
        send::settle(app, &mails[0], &Went::Taken { refs: vec![mails[0].id.to_string()] }, "m").await.unwrap();
        let sent = store::sms::load(&app.store.db, &app.store.vault, mails[0].id).await.unwrap().unwrap();
        assert_eq!((sent.state, sent.to.as_str()), (SmsState::Sent, "ceshi@example.gov.cn"));
    }

    async fn an_order_may_have_no_number_when_it_has_an_address(db: Db) {
        let town = Town::build(db).await;
        let mut form = letter();
        form.requester.phone = None;
        form.requester.email = Some("not an address".to_owned());
        let why = app::order::order_register(&town.app, &town.ctx("agent"), form.clone()).await.unwrap_err();
        assert!(why.refusal().unwrap().fields.iter().any(|f| f.field == "requester.email"));
        form.requester.email = Some(ADDRESS.to_owned());
        let made = app::order::order_register(&town.app, &town.ctx("agent"), form).await.unwrap();
        give(&town, "agent", made.id, Command::Submit { urgency: None, suggested_org: None }).await;
        let view = app::order::order_view(&town.app, &town.ctx("dispatcher"), made.id).await.unwrap();
        assert_eq!(view.requester.email.as_deref(), Some("w****@example.com"));
    }
}
