//! 渠道来信 on both engines: each piece kept once, worked on by one person, with three ways out and no other.

use app::inbox::{
    self, AddForm, Arrived, ArrivedFile, Bounced, DiscardForm, InboxQuery, ItemLine, accept, blank, item_add,
    item_claim, item_counts, item_discard, item_file, item_list, item_register, item_release, item_reopen, item_view,
};
use app::order::{order_flow, order_view};
use app::sms::mail::{self, MailForm};
use app::sms::send::{self, Went};
use app::view::AttachmentQuery;
use app::{Error, attachment, sms};
use db::Db;
use domain::inbox::{Adapter, DiscardReason, Record};
use domain::message::{FetchSettings, MailSettings, Medium};
use domain::order::{Channel, Confidentiality, RegisterForm};
use kernel::{Ts, Uuid};
use store::sms::SmsState;

use crate::town::{Town, complaint};
use crate::walk::submitted_as;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\0\0\0\x0cIDATx\x9cc\xf8\xcf\xc0\0\0\x03\x01\x01\0\xc9\xfe\x92\xef\0\0\0\0IEND\xaeB`\x82";
const CITIZEN: &str = "gaoxiaomei@example.com";

fn piece(key: &str, subject: &str, text: &str) -> Arrived {
    Arrived {
        external_id: key.to_owned(),
        place: format!("INBOX/7/{key}"),
        record: Record {
            sender: CITIZEN.to_owned(),
            name: "高晓梅".to_owned(),
            subject: subject.to_owned(),
            reference: Some(format!("{key}@example.com")),
            ..Record::default()
        }
        .with_text(text),
        written_at: Some(Ts(1_795_000_000_000)),
        ..Arrived::default()
    }
}

async fn take(town: &Town, arrived: Arrived, position: &str) -> bool {
    accept(&town.app, Adapter::Mail, arrived, position).await.unwrap()
}

async fn list(town: &Town, who: &str, state: &str) -> Vec<ItemLine> {
    let query = InboxQuery { state: Some(state.to_owned()), ..InboxQuery::default() };
    item_list(&town.app, &town.ctx(who), &query).await.unwrap().items
}

async fn only(town: &Town) -> ItemLine {
    let mut all = list(town, "agent", "waiting").await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}

async fn db_texts(town: &Town, sql: &'static str) -> Vec<String> {
    let rows: Vec<(String,)> = town.app.store.db.all(sql, &[]).await.unwrap();
    rows.into_iter().map(|(t,)| t).collect()
}

fn letter_form() -> RegisterForm {
    let mut form = complaint("13805310001");
    form.requester.phone = None;
    form.requester.email = Some(CITIZEN.to_owned());
    form
}

fn code<T: std::fmt::Debug>(done: Result<T, Error>) -> String {
    done.unwrap_err().refusal().expect("refused by a rule").code.to_string()
}

async fn connected(town: &Town) {
    let fetch = FetchSettings {
        on: true,
        host: "imap.example.gov.cn".to_owned(),
        user: "12345@example.gov.cn".to_owned(),
        password: "imap-s3cret".to_owned(),
        since: "2026-11-01".to_owned(),
        ..FetchSettings::default()
    };
    let settings = MailSettings {
        on: true,
        host: "mail.example.gov.cn".to_owned(),
        from: "12345@example.gov.cn".to_owned(),
        user: "12345".to_owned(),
        password: "smtp-s3cret".to_owned(),
        fetch,
        ..MailSettings::default()
    };
    let form = MailForm { settings, reason: "接入政务邮箱".to_owned() };
    mail::mail_set(&town.app, &town.ctx("sysadmin"), form).await.unwrap();
}

testkit::both_engines! {
    async fn a_piece_is_kept_once_however_often_it_comes(db: Db) {
        let town = Town::build(db).await;
        assert!(take(&town, piece("m1", "路灯", "路灯坏了"), "7/1").await);
        // The process died after keeping and before marking: the same comes again.
        assert!(!take(&town, piece("m1", "路灯", "路灯坏了"), "7/1").await);
        assert!(take(&town, piece("m2", "井盖", "井盖坏了"), "7/2").await);
        assert_eq!(inbox::position(&town.app, Adapter::Mail).await.unwrap().as_deref(), Some("7/2"));
        // The mailbox was moved: other numbers, the same mails.
        assert!(!take(&town, piece("m1", "路灯", "路灯坏了"), "9/1").await);
        assert!(!take(&town, piece("m2", "井盖", "井盖坏了"), "9/2").await);
        assert_eq!(inbox::position(&town.app, Adapter::Mail).await.unwrap().as_deref(), Some("9/2"));
        let subjects: Vec<_> = list(&town, "agent", "waiting").await.into_iter().map(|i| i.subject).collect();
        assert_eq!(subjects, ["路灯", "井盖"], "the oldest first");
        // Nothing on record tells who wrote.
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT record_enc FROM inbox_item LIMIT 1", &[]).await.unwrap();
        assert!(!String::from_utf8_lossy(&raw).contains("gaoxiaomei"));
    }

    async fn what_cannot_be_kept_is_brought_again(db: Db) {
        let town = Town::build(db).await;
        crate::attachments::set(&town, "attachment.clamd", serde_json::json!("127.0.0.1:1")).await;
        let mut with_file = piece("m1", "照片", "见附件");
        with_file.files.push(ArrivedFile { name: "现场.png".to_owned(), bytes: PNG.to_vec() });
        let refused = accept(&town.app, Adapter::Mail, with_file, "7/1").await;
        assert_eq!(code(refused), "scanner");
        assert_eq!(inbox::position(&town.app, Adapter::Mail).await.unwrap(), None, "not gone past");
        assert!(list(&town, "agent", "waiting").await.is_empty());
    }

    async fn only_what_all_pieces_wait_for_is_general(db: Db) {
        let town = Town::build(db).await;
        let refused = |code: &'static str| Error::Refused(kernel::Refusal::state(code, "不可用"));
        assert!(["scanner", "file_store"].into_iter().all(|c| inbox::is_general(&refused(c))));
        assert!(!inbox::is_general(&refused("stale")) && !inbox::is_general(&Error::broken("this one")));
        // A text the engine itself refuses is the statement's own fault; a database that is gone is nobody's.
        let sql = db::Sql::same("INSERT INTO inbox_item (id) VALUES ($1)");
        let own: Result<(), Error> = db::with_retry!(town.app.store.db, async |tx| {
            tx.run(&sql, &[&Uuid::nil()]).await?;
            Ok(())
        });
        assert!(!inbox::is_general(&own.unwrap_err()));
        town.app.store.db.close().await;
        let away = accept(&town.app, Adapter::Mail, piece("m1", "路灯", "路灯坏了"), "7/1").await;
        assert!(inbox::is_general(&away.unwrap_err()));
    }

    async fn a_piece_waits_until_its_files_can_be_kept(db: Db) {
        let town = Town::build(db).await;
        let mut with_file = piece("m1", "照片", "见附件");
        with_file.files.push(ArrivedFile { name: "现场.png".to_owned(), bytes: PNG.to_vec() });
        // No folder can be made where a file is.
        let folder = town.app.settings.recordings.join("files");
        std::fs::create_dir_all(folder.parent().unwrap()).unwrap();
        std::fs::write(&folder, b"").unwrap();
        let refused = accept(&town.app, Adapter::Mail, with_file.clone(), "7/1").await;
        assert_eq!(code(refused), "file_store");
        assert_eq!(inbox::position(&town.app, Adapter::Mail).await.unwrap(), None, "not gone past");
        std::fs::remove_file(&folder).unwrap();
        assert!(take(&town, with_file, "7/1").await);
        assert_eq!(only(&town).await.files, 1);
    }

    async fn one_agent_works_on_a_piece_and_registers_it_with_its_files(db: Db) {
        let town = Town::build(db).await;
        let (app, agent) = (&town.app, town.ctx("agent"));
        let mut arrived = piece("m1", "路灯坏了，电话13805310001", "鼓角街道泉水路路灯坏了三天。\n> 电话13805310001");
        arrived.files.push(ArrivedFile { name: "现场.png".to_owned(), bytes: PNG.to_vec() });
        arrived.files.push(ArrivedFile { name: "现场.jpg".to_owned(), bytes: b"MZ\x90\0 a program".to_vec() });
        take(&town, arrived, "7/1").await;
        let line = only(&town).await;
        assert_eq!((line.sender.as_str(), line.files), ("高*梅（g****@example.com）", 2));
        assert!(!line.subject.contains("13805310001") && !line.glance.contains("13805310001"), "{line:?}");
        assert!(item_view(app, &agent, line.id).await.is_err(), "nobody reads it without taking it");
        for stranger in ["dispatcher", "housing_admin", "sysadmin"] {
            assert!(item_list(app, &town.ctx(stranger), &InboxQuery::default()).await.is_err(), "{stranger}");
            assert!(item_claim(app, &town.ctx(stranger), line.id).await.is_err(), "{stranger}");
        }
        let view = item_claim(app, &agent, line.id).await.unwrap();
        assert_eq!((view.address.as_str(), view.channel.as_str()), (CITIZEN, Channel::Mail.code()));
        assert_eq!(view.own_words, "鼓角街道泉水路路灯坏了三天。");
        assert!(view.file_list[0].refusal.is_none() && view.file_list[1].refusal.is_some(), "a disguise is not kept");
        let small = AttachmentQuery { form: Some("thumb".to_owned()) };
        assert!(!item_file(app, &agent, line.id, 0, &small).await.unwrap().bytes.is_empty());
        assert!(item_file(app, &agent, line.id, 1, &small).await.is_err());
        assert_eq!(code(item_claim(app, &town.ctx("agent2"), line.id).await), "item_claimed");
        assert!(item_view(app, &town.ctx("agent2"), line.id).await.is_err());
        assert!(item_file(app, &town.ctx("agent2"), line.id, 0, &small).await.is_err());
        let counts = item_counts(app, &agent).await.unwrap();
        assert_eq!((counts.waiting, counts.mine), (1, 1));
        // A coffee too long: somebody else may take it, and the first can no longer settle it.
        town.pass(1);
        item_claim(app, &town.ctx("agent2"), line.id).await.unwrap();
        let agent = town.ctx("agent");
        assert_eq!(code(item_register(app, &agent, line.id, letter_form()).await), "item_claimed");
        item_release(app, &town.ctx("agent2"), line.id).await.unwrap();
        item_claim(app, &agent, line.id).await.unwrap();
        let made = item_register(app, &agent, line.id, letter_form()).await.unwrap();
        assert!(made.query_code.len() >= 6);
        let order = order_view(app, &agent, made.id).await.unwrap();
        assert_eq!(order.line.channel, Channel::Mail, "whatever the form said");
        let files = attachment::attachment_list(app, &agent, made.id).await.unwrap();
        assert_eq!(files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>(), ["现场.png"]);
        assert_eq!(code(item_register(app, &agent, line.id, letter_form()).await), "item_settled", "once");
        let done = list(&town, "agent", "registered").await;
        assert_eq!((done.len(), done[0].order_id), (1, Some(made.id)));
        assert!(item_view(app, &agent, line.id).await.is_ok() && item_view(app, &town.ctx("leader"), line.id).await.is_ok());
        assert!(item_view(app, &town.ctx("agent2"), line.id).await.is_err(), "no business of a colleague's");
        // The file outlives the clearing of what nobody needs.
        town.pass(24 * 4);
        attachment::clear(app).await.unwrap();
        let whole = AttachmentQuery { form: None };
        let leader = town.ctx("leader");
        assert_eq!(item_file(app, &leader, line.id, 0, &whole).await.unwrap().bytes, PNG);
    }

    async fn a_piece_is_set_aside_with_a_reason_and_can_be_brought_back(db: Db) {
        let town = Town::build(db).await;
        let (app, agent) = (&town.app, town.ctx("agent"));
        take(&town, piece("m1", "推广", "低价代开"), "7/1").await;
        let id = only(&town).await.id;
        let form = |reason, note: &str| DiscardForm { reason, note: note.to_owned() };
        assert_eq!(code(item_discard(app, &agent, id, &form(DiscardReason::Spam, "")).await), "item_unclaimed");
        item_claim(app, &agent, id).await.unwrap();
        assert!(item_discard(app, &agent, id, &form(DiscardReason::Other, "")).await.is_err(), "other needs words");
        item_discard(app, &agent, id, &form(DiscardReason::Spam, "代开发票广告")).await.unwrap();
        let gone = list(&town, "agent2", "discarded").await;
        assert_eq!(gone[0].reason_cn.as_deref(), Some("广告或垃圾邮件"));
        assert!(item_reopen(app, &town.ctx("agent2"), id).await.is_err(), "not by just anybody");
        item_reopen(app, &town.ctx("leader"), id).await.unwrap();
        assert_eq!(only(&town).await.id, id);
        assert_eq!(code(item_reopen(app, &town.ctx("leader"), id).await), "item_not_discarded");
    }

    async fn handled_pieces_are_cleared_when_their_time_is_over(db: Db) {
        let town = Town::build(db).await;
        let app = &town.app;
        let with_file = |key: &str, subject: &str, bytes: &[u8]| {
            let mut p = piece(key, subject, "路灯坏了");
            p.files.push(ArrivedFile { name: "高晓梅.txt".to_owned(), bytes: bytes.to_vec() });
            p
        };
        take(&town, with_file("m1", "登记", b"goes to the order"), "7/1").await;
        take(&town, with_file("m2", "推广", b"goes nowhere"), "7/2").await;
        take(&town, piece("m3", "等待", "路灯坏了"), "7/3").await;
        let ids: Vec<Uuid> = list(&town, "agent", "waiting").await.iter().map(|i| i.id).collect();
        for id in &ids[..2] {
            item_claim(app, &town.ctx("agent"), *id).await.unwrap();
        }
        let made = item_register(app, &town.ctx("agent"), ids[0], letter_form()).await.unwrap();
        let spam = DiscardForm { reason: DiscardReason::Spam, note: String::new() };
        item_discard(app, &town.ctx("agent"), ids[1], &spam).await.unwrap();
        let digests: Vec<String> = db_texts(&town, "SELECT digest FROM inbox_file ORDER BY digest").await;
        town.pass(24 * 180);
        assert_eq!(blank(app).await.unwrap(), 0, "the last day is kept whole");
        town.pass(1);
        crate::attachments::set(&town, "retention.inbox_days", serde_json::json!(36500)).await;
        assert_eq!(blank(app).await.unwrap(), 0, "a hundred years");
        crate::attachments::set(&town, "retention.inbox_days", serde_json::json!(180)).await;
        assert_eq!(blank(app).await.unwrap(), 2);
        assert_eq!(blank(app).await.unwrap(), 0, "once");
        let audited = "SELECT COUNT(*) FROM audit_log WHERE action = 'inbox.blank'";
        assert_eq!(app.store.db.scalar::<i64>(audited, &[]).await.unwrap(), 1);
        // What became of it stays, and nothing else.
        let (registered, gone) = (list(&town, "leader", "registered").await, list(&town, "leader", "discarded").await);
        for line in registered.iter().chain(&gone) {
            assert_eq!((line.sender.as_str(), line.subject.as_str(), line.glance.as_str(), line.files), ("", "", "", 0));
            assert_eq!(line.blanked_at, Some(app.now()));
            assert!(line.done_by_name.is_some() && line.done_at.is_some());
            let view = item_view(app, &town.ctx("leader"), line.id).await.unwrap();
            assert!(view.address.is_empty() && view.name.is_empty() && view.text.is_empty() && view.file_list.is_empty());
            let file = item_file(app, &town.ctx("leader"), line.id, 0, &AttachmentQuery { form: None }).await;
            assert_eq!(code(file), "gone");
        }
        assert_eq!(registered[0].order_id, Some(made.id));
        assert_eq!(inbox::thread_of(app, Adapter::Mail, made.id).await.unwrap(), ["m1@example.com"]);
        // It is not worked on again, and not taken in again.
        for id in &ids[..2] {
            assert_eq!(code(item_reopen(app, &town.ctx("leader"), *id).await), "item_blanked");
            assert_eq!(code(item_claim(app, &town.ctx("agent"), *id).await), "item_blanked");
            assert_eq!(code(item_register(app, &town.ctx("agent"), *id, letter_form()).await), "item_blanked");
            let form = AddForm { supplement: "补充一些情况".to_owned() };
            assert_eq!(code(item_add(app, &town.ctx("agent"), *id, &form).await), "item_blanked");
        }
        assert!(!take(&town, piece("m2", "推广", "路灯坏了"), "9/2").await);
        let waiting = only(&town).await;
        assert_eq!((waiting.id, waiting.subject.as_str()), (ids[2], "等待"));
        // The order keeps its file; the other goes.
        attachment::clear(app).await.unwrap();
        let kept: Vec<bool> = digests.iter().map(|d| app.settings.files.get(d).is_ok()).collect();
        assert_eq!(kept.iter().filter(|k| **k).count(), 1, "{kept:?}");
        assert_eq!(attachment::attachment_list(app, &town.ctx("agent"), made.id).await.unwrap().len(), 1);
        let place = "SELECT COUNT(*) FROM inbox_item WHERE place <> ''";
        assert_eq!(app.store.db.scalar::<i64>(place, &[]).await.unwrap(), 1);
    }

    async fn a_backlog_is_cleared_over_rounds(db: Db) {
        let town = Town::build(db).await;
        for n in 0..101 {
            let out = Arrived { automatic: true, ..piece(&format!("m{n}"), "外出", "我在休假") };
            take(&town, out, &format!("7/{n}")).await;
        }
        town.pass(24 * 181);
        let rounds = [blank(&town.app).await.unwrap(), blank(&town.app).await.unwrap(), blank(&town.app).await.unwrap()];
        assert_eq!(rounds, [100, 1, 0]);
    }

    async fn programs_answers_wait_for_nobody(db: Db) {
        let town = Town::build(db).await;
        let out = Arrived { automatic: true, ..piece("m1", "外出", "我在休假") };
        take(&town, out, "7/1").await;
        assert!(list(&town, "agent", "waiting").await.is_empty());
        let aside = list(&town, "agent", "discarded").await;
        assert_eq!(aside[0].reason_cn.as_deref(), Some("自动回复或退信"));
        let id = aside[0].id;
        assert_eq!(item_view(&town.app, &town.ctx("agent2"), id).await.unwrap().text, "我在休假", "everybody may look");
        item_reopen(&town.app, &town.ctx("agent2"), id).await.unwrap();
        assert_eq!(only(&town).await.id, id);
    }

    async fn an_answer_is_added_to_the_order_it_answers(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        let app = &town.app;
        take(&town, piece("m1", "路灯", "路灯坏了"), "7/1").await;
        let first = only(&town).await.id;
        item_claim(app, &town.ctx("agent"), first).await.unwrap();
        let made = item_register(app, &town.ctx("agent"), first, letter_form()).await.unwrap();
        let sent = send::claim(app, Medium::Mail, 100).await.unwrap();
        let told = sent.iter().find(|m| m.template == "T01").unwrap();
        assert!(told.text.contains("可直接回复本邮件") && !told.text.contains("请勿直接回复"), "{}", told.text);
        assert_eq!(inbox::thread_of(app, Adapter::Mail, made.id).await.unwrap(), ["m1@example.com"]);
        // By In-Reply-To, and by the number in the subject.
        let mut reply = piece("m2", "回复：受理告知", "又坏了一盏。");
        reply.answers = vec![Uuid::from_u128(5), told.id.0];
        reply.files.push(ArrivedFile { name: "二.png".to_owned(), bytes: PNG.to_vec() });
        take(&town, reply, "7/2").await;
        let mut other = piece("m3", &format!("关于{}", made.case_no), "请尽快。");
        other.record.sender = "somebody@example.com".to_owned();
        take(&town, other, "7/3").await;
        let waiting = list(&town, "agent2", "waiting").await;
        assert!(waiting.iter().all(|i| i.is_answer), "{waiting:?}");
        // An agent who did not register the order adds it all the same.
        let agent = town.ctx("agent2");
        let view = item_claim(app, &agent, waiting[0].id).await.unwrap();
        let about = view.about.unwrap();
        assert_eq!((about.case_no.as_str(), about.may_open), (made.case_no.as_str(), false));
        assert!(view.remarks.is_empty());
        let stranger = item_claim(app, &agent, waiting[1].id).await.unwrap();
        assert!(stranger.remarks.iter().any(|r| r.contains("核实身份")), "{:?}", stranger.remarks);
        let form = AddForm { supplement: "又坏了一盏路灯。".to_owned() };
        let added = item_add(app, &agent, waiting[0].id, &form).await.unwrap();
        assert_eq!(added.order_id, made.id);
        let order = order_view(app, &town.ctx("agent"), made.id).await.unwrap();
        assert!(order.content.contains("又坏了一盏路灯。"));
        assert!(order_flow(app, &town.ctx("agent"), made.id).await.unwrap().iter().any(|f| f.action == "amend"));
        assert_eq!(attachment::attachment_list(app, &town.ctx("agent"), made.id).await.unwrap().len(), 1);
        assert_eq!(inbox::thread_of(app, Adapter::Mail, made.id).await.unwrap().len(), 2);
    }

    async fn a_sealed_order_is_neither_named_nor_added_to(db: Db) {
        let town = Town::build(db).await;
        let mut form = complaint("13805310001");
        form.confidentiality = Some(Confidentiality::Sealed);
        let sealed = app::order::order_register(&town.app, &town.ctx("agent"), form).await.unwrap();
        take(&town, piece("m1", &format!("关于{}", sealed.case_no), "请保密"), "7/1").await;
        let id = only(&town).await.id;
        let view = item_claim(&town.app, &town.ctx("agent2"), id).await.unwrap();
        assert!(view.about.is_none());
        let form = AddForm { supplement: "补充一些情况".to_owned() };
        assert!(item_add(&town.app, &town.ctx("agent2"), id, &form).await.is_err());
    }

    async fn a_mail_that_comes_back_has_failed_and_somebody_rings_up(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        let app = &town.app;
        let mut form = letter_form();
        form.channel = Some(Channel::Mail);
        let order = submitted_as(&town, form).await;
        let sent = send::claim(app, Medium::Mail, 100).await.unwrap();
        let one = sent.iter().find(|m| m.order == Some(order)).unwrap();
        send::settle(app, one, &Went::Taken { refs: vec![one.id.to_string()] }, "m").await.unwrap();
        let report = |id| Bounced { messages: vec![id], why: "退信：收件地址不存在（5.1.1）".to_owned() };
        assert!(!inbox::bounced(app, Adapter::Mail, &report(Uuid::from_u128(9)), "7/1").await.unwrap(), "none of ours");
        assert_eq!(inbox::position(app, Adapter::Mail).await.unwrap(), None);
        for _ in 0..2 {
            assert!(inbox::bounced(app, Adapter::Mail, &report(one.id.0), "7/1").await.unwrap());
        }
        assert_eq!(inbox::position(app, Adapter::Mail).await.unwrap().as_deref(), Some("7/1"));
        let now = store::sms::load(&app.store.db, &app.store.vault, one.id).await.unwrap().unwrap();
        assert_eq!((now.state, now.error.as_deref()), (SmsState::Failed, Some("退信：收件地址不存在（5.1.1）")));
        let page = kernel::Page::default();
        let told = store::notification::list_notifications(&app.store.db, town.user("reply"), true, &page).await.unwrap();
        assert_eq!(told.iter().filter(|n| n.title == "邮件未送达").count(), 1, "once");
        assert!(list(&town, "agent", "waiting").await.is_empty() && list(&town, "agent", "discarded").await.is_empty());
    }

    async fn the_list_is_paged_and_filtered(db: Db) {
        let town = Town::build(db).await;
        for n in 0..7 {
            take(&town, piece(&format!("m{n}"), &format!("第{n}封"), "正文"), &format!("7/{n}")).await;
        }
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let query = InboxQuery { limit: Some(3), after, adapter: Some("mail".to_owned()), ..InboxQuery::default() };
            let page = item_list(&town.app, &town.ctx("agent"), &query).await.unwrap();
            seen.extend(page.items.iter().map(|i| i.subject.clone()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..7).map(|n| format!("第{n}封")).collect::<Vec<_>>());
        let first = list(&town, "agent", "waiting").await[0].id;
        item_claim(&town.app, &town.ctx("agent"), first).await.unwrap();
        let mine = InboxQuery { mine: Some(true), ..InboxQuery::default() };
        let of = async |who: &str| item_list(&town.app, &town.ctx(who), &mine).await.unwrap().items.len();
        assert_eq!((of("agent").await, of("agent2").await), (1, 0));
        let bad = InboxQuery { state: Some("nonsense".to_owned()), ..InboxQuery::default() };
        assert!(item_list(&town.app, &town.ctx("agent"), &bad).await.is_err());
    }

    async fn the_lamp_tells_how_a_channel_goes(db: Db) {
        let town = Town::build(db).await;
        let health = async |who: &str| inbox::channel_health(&town.app, &town.ctx(who)).await;
        assert!(health("agent").await.is_err());
        let one = health("leader").await.unwrap().remove(0);
        assert_eq!((one.adapter.as_str(), one.state.as_str(), one.lag_ms), ("mail", "off", None));
        connected(&town).await;
        assert_eq!(health("sysadmin").await.unwrap()[0].state, "unknown");
        inbox::line(&town.app, Adapter::Mail, true, None).await.unwrap();
        take(&town, piece("m1", "路灯", "路灯坏了"), "7/1").await;
        let one = health("sysadmin").await.unwrap().remove(0);
        assert_eq!((one.state.as_str(), one.waiting, one.lag_ms), ("up", 1, Some(0)));
        town.pass(1);
        inbox::line(&town.app, Adapter::Mail, false, Some("收信服务器不接受账号或密码")).await.unwrap();
        let one = health("sysadmin").await.unwrap().remove(0);
        assert_eq!((one.state.as_str(), one.lag_ms), ("down", Some(3_600_000)));
        assert_eq!(one.error.as_deref(), Some("收信服务器不接受账号或密码"));
        assert_eq!(one.since, Some(town.app.now()), "since it broke, not since it worked");
        let left = Arrived { external_id: format!("{}INBOX/7/2", inbox::UNTAKEN), ..piece("x", "来信未能收取", "") };
        take(&town, left, "7/2").await;
        let untaken = async || inbox::untaken(&town.app, Adapter::Mail).await.unwrap();
        assert_eq!((untaken().await, inbox::untaken(&town.app, Adapter::Weibo).await.unwrap()), (1, 0));
        inbox::line(&town.app, Adapter::Mail, true, Some("1封邮件未能收取")).await.unwrap();
        let one = health("sysadmin").await.unwrap().remove(0);
        assert_eq!((one.state.as_str(), one.state_cn.as_str(), one.lag_ms), ("partial", "部分未收", Some(0)));
        let seen_to = list(&town, "agent", "waiting").await.into_iter().find(|i| i.subject == "来信未能收取").unwrap().id;
        item_claim(&town.app, &town.ctx("agent"), seen_to).await.unwrap();
        let form = DiscardForm { reason: DiscardReason::Other, note: "已在邮箱中查看".to_owned() };
        item_discard(&town.app, &town.ctx("agent"), seen_to, &form).await.unwrap();
        assert_eq!(untaken().await, 0, "a person has seen to it");
    }

    async fn the_password_of_the_mailbox_stays_inside_and_at_its_server(db: Db) {
        let town = Town::build(db).await;
        connected(&town).await;
        let (app, admin) = (&town.app, town.ctx("sysadmin"));
        let view = mail::mail_view(app, &admin).await.unwrap();
        assert_eq!(view.settings.fetch.password, sms::desk::KEPT);
        let again = MailForm { settings: MailSettings { from_name: "热线".to_owned(), ..view.settings.clone() }, reason: "改名称".to_owned() };
        assert!(mail::mail_set(app, &admin, again.clone()).await.is_err(), "a reason of four characters");
        mail::mail_set(app, &admin, MailForm { reason: "修改名称".to_owned(), ..again }).await.unwrap();
        let kept = mail::settings(app).await.unwrap();
        assert_eq!((kept.password.as_str(), kept.fetch.password.as_str()), ("smtp-s3cret", "imap-s3cret"));
        let mut moved = view.settings;
        moved.fetch.host = "evil.example.com".to_owned();
        let why = mail::mail_set(app, &admin, MailForm { settings: moved.clone(), reason: "更换服务器".to_owned() }).await.unwrap_err();
        assert_eq!(why.refusal().unwrap().fields[0].field, "fetch.password");
        assert!(mail::mail_fetch_test(app, &admin, moved).await.is_err(), "nor by a trial");
        assert_eq!(code(mail::mail_fetch_test(app, &admin, kept).await), "no_mailbox", "this process reads none");
        assert!(mail::mail_fetch_test(app, &town.ctx("agent"), MailSettings::default()).await.is_err());
    }
}
