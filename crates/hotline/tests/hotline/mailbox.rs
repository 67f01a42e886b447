//! The running program reads a real mailbox while it is killed again and again: each mail is there once. What does not arrive comes
//! back and is told; a server that is away is waited for.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::sms::mail::{MailForm, mail_set};
use app::{App, inbox};
use domain::authority::Role;
use domain::inbox::Adapter;
use domain::message::{FetchSettings, MailSecurity, MailSettings, Medium};
use kernel::{Mint as _, NoticeId};
use store::sms::{Sms, SmsState};
use testkit::TestDb;

use crate::dovecot::{ACCOUNT, Dovecot, Line, PASSWORD};
use crate::exe;
use crate::push::{ctx_of, open, open_on};
use crate::server::Server;

const PATIENCE: Duration = Duration::from_secs(120);
const MAILS: usize = 10;

fn mail(n: usize) -> Vec<u8> {
    // Some weight, so that death finds the program at work.
    let file = "QUJD".repeat(18) + "\r\n";
    format!(
        "From: citizen{n}@example.com\r\nSubject: lamp {n}\r\nMessage-ID: <m{n}@example.com>\r\n\
         Date: Sat, 28 Nov 2026 09:00:00 +0800\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n路灯坏了 {n}\r\n\
         --b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{}\r\n--b--\r\n",
        file.repeat(20_000)
    )
    .into_bytes()
}

async fn connect(app: &App, server: &Dovecot) {
    let fetch = FetchSettings {
        on: true,
        host: "127.0.0.1".to_owned(),
        port: server.port,
        security: MailSecurity::Plain,
        user: ACCOUNT.to_owned(),
        password: PASSWORD.to_owned(),
        since: "2020-01-01".to_owned(),
        ..FetchSettings::default()
    };
    let form = MailForm {
        settings: MailSettings { fetch, ..MailSettings::default() },
        reason: "接入政务邮箱".to_owned(),
    };
    mail_set(app, &ctx_of(app, Role::Sysadmin), form).await.unwrap();
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn count(app: &App, sql: &'static str) -> usize {
    usize::try_from(app.store.db.scalar::<i64>(sql, &[]).await.unwrap()).unwrap()
}

const KEPT: &str = "SELECT COUNT(*) FROM inbox_item";

fn serve(home: &Path, more: &[&str]) -> Server {
    let data = home.display().to_string();
    Server::start(exe(), &[&["--data", &data, "--portal-listen", "off"], more].concat()).unwrap()
}

#[test]
fn ten_mails_are_kept_once_each_however_often_the_program_dies() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let mut server = Dovecot::start(&Line::Clear);
        let mut program = serve(home.path(), &["--demo", "--demo-orders", "2"]);
        let app = open(home.path()).await;
        for n in 0..MAILS / 2 {
            server.deliver(&mail(n));
        }
        connect(&app, &server).await;
        for (kept, more) in [(1, MAILS / 2..MAILS), (MAILS / 2 + 1, 0..0)] {
            until("mails are taken in", async || count(&app, KEPT).await >= kept).await;
            program.kill().unwrap();
            more.for_each(|n| server.deliver(&mail(n)));
            // The server is away when the program comes back, and comes back later.
            server.halt();
            program = serve(home.path(), &[]);
            until("the lamp turns red", async || {
                let lines = store::inbox::lines(&app.store.db).await.unwrap();
                lines.iter().any(|l| l.adapter == "mail" && !l.good)
            })
            .await;
            server.again();
        }
        until("all are there", async || count(&app, KEPT).await >= MAILS).await;
        until("all are marked as read", async || server.seen() == MAILS).await;
        let before = inbox::position(&app, Adapter::Mail).await.unwrap().unwrap();
        program.kill().unwrap();
        server.renumber();
        program = serve(home.path(), &[]);
        until("the new numbering is known", async || {
            let position = inbox::position(&app, Adapter::Mail).await.unwrap().unwrap();
            position != before && position.ends_with(&format!("/{MAILS}"))
        })
        .await;
        assert_eq!(count(&app, KEPT).await, MAILS, "each once");
        assert_eq!(count(&app, "SELECT COUNT(DISTINCT external_id) FROM inbox_item").await, MAILS);
        assert_eq!(
            count(&app, "SELECT COUNT(*) FROM inbox_file WHERE refusal IS NULL").await,
            MAILS,
            "with their files"
        );
        comes_back(&app, &mut server).await;
        assert_eq!(count(&app, KEPT).await, MAILS, "a report is no piece");
        program.kill().unwrap();
    });
}

#[test]
fn a_mail_the_server_cannot_read_is_told_and_those_behind_it_are_taken_in() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        let mut server = Dovecot::start(&Line::Clear);
        let mut program = serve(home.path(), &["--demo", "--demo-orders", "2"]);
        let app = open(home.path()).await;
        server.deliver(&mail(0));
        server.deliver_broken();
        server.deliver(&mail(1));
        connect(&app, &server).await;
        until("all are there", async || count(&app, KEPT).await == 3).await;
        let unread = "SELECT COUNT(*) FROM inbox_item WHERE external_id LIKE 'unread:%'";
        assert_eq!(count(&app, unread).await, 1);
        // Another process begins at the last mail and gives up as well, once.
        program.kill().unwrap();
        server.deliver(&mail(2));
        program = serve(home.path(), &[]);
        until("the next is there", async || count(&app, KEPT).await == 4).await;
        assert_eq!(count(&app, unread).await, 1);
        program.kill().unwrap();
    });
}

/// A message of ours goes to a citizen.
async fn sent(app: &App) -> NoticeId {
    let id = NoticeId(app.mint.uuid(app.now()));
    let sent = Sms {
        medium: Medium::Mail,
        state: SmsState::Sent,
        ..Sms::new(id, "TEST", "gone@example.com", "答复".to_owned(), app.now())
    };
    let done: app::Result<()> = db::with_retry!(app.store.db, async |tx| {
        Ok(store::sms::insert_sms(tx, &app.store.vault, std::slice::from_ref(&sent)).await?)
    });
    done.unwrap();
    id
}

/// As servers write it.
const STATUS: &str = "\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.2.2\r\n";
/// The same with a NUL behind the code: no server passes one on as it is, but encoded it comes through.
const STATUS_NUL: &str = "\r\nContent-Transfer-Encoding: base64\r\n\r\nUmVwb3J0aW5nLU1UQTogZG5zOyBteA0KDQpBY3Rp\
                          b246IGZhaWxlZA0KU3RhdHVzOiA1LjIuMgANCg==\r\n";
/// A letter with NUL in subject and words.
const LETTER_NUL: &[u8] =
    b"From: nul@example.com\r\nSubject: =?utf-8?B?bnVsIAAgdGhlcmU=?=\r\nMessage-ID: <n1@example.com>\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nd29yZHMgACB3b3Jkcw0K\r\n";

fn report(id: NoticeId, status: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example.gov.cn\r\nSubject: Undelivered\r\nMessage-ID: <{id}.d@mx.example.gov.cn>\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n\
         --b\r\nContent-Type: message/delivery-status{status}\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{id}@example.gov.cn>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    )
}

fn answer(id: NoticeId, n: usize) -> Vec<u8> {
    format!(
        "From: citizen@example.com\r\nSubject: answer {n}\r\nMessage-ID: <a{n}@example.com>\r\n\
         In-Reply-To: <{id}@example.gov.cn>\r\nDate: Sat, 28 Nov 2026 09:00:00 +0800\r\n\r\nwords {n}\r\n"
    )
    .into_bytes()
}

const UNTAKEN: &str = "SELECT COUNT(*) FROM inbox_item WHERE external_id LIKE 'unread:%'";

/// What the lamp says, and whether it is good.
async fn lamp(app: &App) -> (bool, Option<String>) {
    let lines = store::inbox::lines(&app.store.db).await.unwrap();
    lines.into_iter().find(|l| l.adapter == "mail").map_or((false, None), |l| (l.good, l.error))
}

/// Two mails side by side answer a message whose row is damaged; before them lie a report and a letter with bytes that PostgreSQL takes
/// in no text.
async fn what_cannot_be_kept_is_told(home: &Path, more: &[&str], app: impl AsyncFn() -> Arc<App>) {
    let mut server = Dovecot::start(&Line::Clear);
    let mut program = serve(home, &[more, &["--demo", "--demo-orders", "2"]].concat());
    let app = app().await;
    let (returned, damaged) = (sent(&app).await, sent(&app).await);
    let spoilt = app.store.db.clone();
    let done: app::Result<()> = db::with_retry!(spoilt, async |tx| {
        let sql = db::Sql::same("UPDATE sms SET text_enc = phone_enc WHERE id = $1");
        tx.run(&sql, &[&damaged]).await?;
        Ok(())
    });
    done.unwrap();
    server.deliver(report(returned, STATUS_NUL).as_bytes());
    server.deliver(LETTER_NUL);
    server.deliver(&answer(damaged, 1));
    server.deliver(&answer(damaged, 2));
    server.deliver(&mail(0));
    connect(&app, &server).await;
    // While it is tried the lamp is red, with the reason.
    until("the lamp says why", async || {
        lamp(&app).await == (false, Some("平台不能保存这封邮件，原因见运行日志".to_owned()))
    })
    .await;
    until("those behind are read", async || count(&app, KEPT).await == 4).await;
    assert_eq!(count(&app, UNTAKEN).await, 2, "both are told");
    until("three are marked as read, the others are left alone", async || server.seen() == 3).await;
    let told = "2封邮件未能收取，已列入渠道来信，请到邮箱中查看";
    until("the lamp counts them", async || lamp(&app).await == (true, Some(told.to_owned()))).await;
    let failed = store::sms::load(&app.store.db, &app.store.vault, returned).await.unwrap().unwrap();
    assert_eq!(failed.error.as_deref(), Some("退信：对方邮箱已满（5.2.2）"));
    // Another process begins at the last mail, and tells nothing twice.
    program.kill().unwrap();
    server.deliver(&mail(1));
    program = serve(home, more);
    until("the next is there", async || count(&app, KEPT).await == 5).await;
    assert_eq!(count(&app, UNTAKEN).await, 2);
    program.kill().unwrap();
}

#[test]
fn a_mail_we_cannot_keep_is_told_and_those_behind_it_are_taken_in_on_sqlite() {
    testkit::block(async {
        let home = tempfile::tempdir().unwrap();
        what_cannot_be_kept_is_told(home.path(), &[], async || open(home.path()).await).await;
    });
}

#[test]
fn a_mail_we_cannot_keep_is_told_and_those_behind_it_are_taken_in_on_postgres() {
    testkit::block(async {
        let (home, db) = (tempfile::tempdir().unwrap(), TestDb::postgres().await);
        let url = db.url();
        what_cannot_be_kept_is_told(home.path(), &["--database", url], async || open_on(home.path(), url).await).await;
    });
}

/// Enough that a process is killed in the middle of them.
const MANY: usize = 60;

#[test]
fn two_processes_on_one_mailbox_keep_every_mail_once_whoever_is_killed() {
    testkit::block(async {
        let (home, db) = (tempfile::tempdir().unwrap(), TestDb::postgres().await);
        let data = ["--database", db.url()];
        let server = {
            let mut server = Dovecot::start(&Line::Clear);
            (0..MANY).for_each(|n| server.deliver(&mail(n)));
            server
        };
        let a = serve(home.path(), &[&data[..], &["--demo", "--demo-orders", "2"]].concat());
        let b = serve(home.path(), &data);
        let app = open_on(home.path(), db.url()).await;
        connect(&app, &server).await;
        until("some are in", async || count(&app, KEPT).await >= 5).await;
        let first = count(&app, KEPT).await;
        assert!(first < MANY, "killed in the middle of {MANY}, not after it: {first}");
        // Whichever reads: one dies, the other goes on alone, and another comes for the one that died.
        a.kill().unwrap();
        let c = serve(home.path(), &data);
        let more = (first + 10).min(MANY);
        until("another process goes on", async || count(&app, KEPT).await >= more).await;
        b.kill().unwrap();
        until("all are there", async || count(&app, KEPT).await >= MANY).await;
        until("all are marked as read", async || server.seen() == MANY).await;
        assert_eq!(count(&app, KEPT).await, MANY, "each once");
        assert_eq!(count(&app, "SELECT COUNT(DISTINCT external_id) FROM inbox_item").await, MANY);
        assert_eq!(
            count(&app, "SELECT COUNT(*) FROM inbox_file WHERE refusal IS NULL").await,
            MANY,
            "with their files"
        );
        assert_eq!(count(&app, UNTAKEN).await, 0, "a death is no fault of the mail");
        c.kill().unwrap();
    });
}

/// A mail of ours is returned by the citizen's server.
async fn comes_back(app: &Arc<App>, server: &mut Dovecot) {
    let id = sent(app).await;
    server.deliver(report(id, STATUS).as_bytes());
    let told = async || store::sms::load(&app.store.db, &app.store.vault, id).await.unwrap().unwrap();
    until("the mail has failed", async || told().await.state == SmsState::Failed).await;
    assert_eq!(told().await.error.as_deref(), Some("退信：对方邮箱已满（5.2.2）"));
}
