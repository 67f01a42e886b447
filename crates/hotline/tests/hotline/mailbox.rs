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

use crate::dovecot::{ACCOUNT, Dovecot, Line, PASSWORD};
use crate::exe;
use crate::push::{ctx_of, open};
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

/// A mail of ours is returned by the citizen's server.
async fn comes_back(app: &Arc<App>, server: &mut Dovecot) {
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
    let report = format!(
        "From: MAILER-DAEMON@mx.example.gov.cn\r\nSubject: Undelivered\r\nMessage-ID: <d1@mx.example.gov.cn>\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nsorry\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{id}@example.gov.cn>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    );
    server.deliver(report.as_bytes());
    let told = async || store::sms::load(&app.store.db, &app.store.vault, id).await.unwrap().unwrap();
    until("the mail has failed", async || told().await.state == SmsState::Failed).await;
    assert_eq!(told().await.error.as_deref(), Some("退信：对方邮箱已满（5.2.2）"));
}
