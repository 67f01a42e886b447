//! The mailbox against a real IMAP server on this machine, in clear and encrypted.

#[cfg(test)]
mod dovecot;
#[cfg(test)]
#[expect(dead_code, reason = "its mail server is for the sending side")]
#[path = "../smtp/server.rs"]
mod server;

#[cfg(test)]
mod tests {
    use domain::message::{FetchSettings, MailSecurity};
    use gateway::imap::{LARGEST, Letter, Mailbox, read};
    use kernel::Date;

    use crate::dovecot::{ACCOUNT, Dovecot, Line, PASSWORD};
    use crate::server::Certificate;

    const GBK: &[u8] = b"From: =?GB18030?B?uN/P/sO3?= <gao@example.com>\r\nSubject: =?GB18030?B?wrfGtg==?=\r\n\
        Date: Sat, 28 Nov 2026 09:00:00 +0800\r\nMessage-ID: <a1@example.com>\r\n\
        Content-Type: text/plain; charset=GB18030\r\n\r\n\xc2\xb7\xb5\xc6\xbb\xb5\xc1\xcb\xa1\xa3\r\n";
    const QUOTED: &[u8] =
        b"From: li@example.com\r\nSubject: =?utf-8?Q?=E4=BA=95=E7=9B=96?=\r\nMessage-ID: <a2@example.com>\r\n\
        Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        =E4=BA=95=E7=9B=96=E7=\r\n=A0=B4=E4=BA=86\r\n";
    const HTML: &[u8] = b"From: wang@example.com\r\nSubject: x\r\nMessage-ID: <a3@example.com>\r\n\
        Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        PHA+5Zmq6Z+z5omw5rCRPC9wPjxzY3JpcHQ+YWxlcnQoMSk8L3NjcmlwdD4=\r\n";
    /// A program that calls itself a photo.
    const DISGUISED: &[u8] = b"From: zhao@example.com\r\nSubject: photo\r\nMessage-ID: <a4@example.com>\r\n\
        Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nsee\r\n--b\r\n\
        Content-Type: image/jpeg; name=\"photo.jpg\"\r\nContent-Disposition: attachment; filename=\"photo.jpg\"\r\n\
        Content-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAAEAAAA\r\n--b--\r\n";

    fn settings(server: &Dovecot, security: MailSecurity) -> FetchSettings {
        FetchSettings {
            on: true,
            host: "localhost".to_owned(),
            port: server.port,
            security,
            user: ACCOUNT.to_owned(),
            password: PASSWORD.to_owned(),
            since: "2026-01-01".to_owned(),
            ..FetchSettings::default()
        }
    }

    fn since() -> Date {
        "2000-01-01".parse().unwrap()
    }

    async fn letters(mailbox: &mut Mailbox, after: u32) -> Vec<(u32, Letter)> {
        let mut all = Vec::new();
        for uid in mailbox.news(after, since()).await.unwrap() {
            let lying = mailbox.fetch(uid).await.unwrap().unwrap();
            all.push((uid, read(&lying.bytes)));
        }
        all
    }

    #[tokio::test]
    async fn mails_are_read_whatever_their_charset_and_stay_where_they_are() {
        let mut server = Dovecot::start(&Line::Clear);
        for mail in [GBK, QUOTED, HTML, DISGUISED] {
            server.deliver(mail);
        }
        let mut mailbox = Mailbox::open(&settings(&server, MailSecurity::Plain), "").await.unwrap();
        assert_eq!(mailbox.total(), 4);
        let all = letters(&mut mailbox, 0).await;
        let texts: Vec<_> = all.iter().map(|(_, l)| l.text.as_str()).collect();
        assert_eq!(texts[..2], ["路灯坏了。", "井盖破了"]);
        assert!(texts[2].contains("噪音扰民") && !texts[2].contains('<'), "{}", texts[2]);
        assert_eq!(all[1].1.subject, "井盖");
        let file = &all[3].1.parts[0];
        assert_eq!(
            (file.name.as_str(), &file.bytes[..2]),
            ("photo.jpg", b"MZ".as_slice()),
            "its bytes tell what it is"
        );
        assert_eq!(server.seen(), 0, "looking changes nothing");
        mailbox.seen(all[0].0).await.unwrap();
        assert_eq!(server.seen(), 1);
        let last = all[3].0;
        assert!(mailbox.news(last, since()).await.unwrap().is_empty());
        server.deliver(QUOTED);
        mailbox.refresh().await.unwrap();
        assert_eq!(mailbox.news(last, since()).await.unwrap(), [last + 1], "seen without opening anew");
        assert!(mailbox.news(0, "2099-01-01".parse().unwrap()).await.unwrap().is_empty(), "none since then");
    }

    #[tokio::test]
    async fn the_line_is_encrypted_before_the_password_is_told() {
        let certificate = Certificate::of("localhost");
        let (cert, key) = (certificate.cert(), certificate.key());
        for (line, security) in
            [(Line::Starttls(cert, key), MailSecurity::Starttls), (Line::Tls(cert, key), MailSecurity::Tls)]
        {
            let mut server = Dovecot::start(&line);
            server.deliver(GBK);
            let right = settings(&server, security);
            let mut mailbox = Mailbox::open(&right, &certificate.pem()).await.unwrap();
            assert_eq!(letters(&mut mailbox, 0).await[0].1.name, "高晓梅", "{security}");
            let why = Mailbox::open(&right, "").await.err().unwrap();
            assert!(why.contains("证书不受信任"), "{security}: {why}");
            let wrong = FetchSettings { password: "guess".to_owned(), ..right };
            let why = Mailbox::open(&wrong, &certificate.pem()).await.err().unwrap();
            assert_eq!(why, "收信服务器不接受账号或密码", "{security}");
        }
    }

    #[tokio::test]
    async fn a_server_without_encryption_is_not_told_the_password_in_clear() {
        let server = Dovecot::start(&Line::Clear);
        let why = Mailbox::open(&settings(&server, MailSecurity::Starttls), "").await.err().unwrap();
        assert!(why.contains("不支持所选的加密"), "{why}");
        let lost = FetchSettings { folder: "Nowhere".to_owned(), ..settings(&server, MailSecurity::Plain) };
        assert_eq!(Mailbox::open(&lost, "").await.err().unwrap(), "收信服务器拒绝打开文件夹");
    }

    #[tokio::test]
    async fn a_server_that_was_away_is_read_on_from_where_one_was() {
        let mut server = Dovecot::start(&Line::Clear);
        server.deliver(GBK);
        let settings = settings(&server, MailSecurity::Plain);
        let mut mailbox = Mailbox::open(&settings, "").await.unwrap();
        let (validity, last) = (mailbox.validity(), letters(&mut mailbox, 0).await[0].0);
        server.halt();
        // Its children are told to end too, and do so in their own time.
        while mailbox.refresh().await.is_ok() {}
        assert_eq!(Mailbox::open(&settings, "").await.err().unwrap(), "无法连接收信服务器");
        server.deliver(QUOTED);
        server.again();
        let mut mailbox = Mailbox::open(&settings, "").await.unwrap();
        assert_eq!(mailbox.validity(), validity);
        let news = letters(&mut mailbox, last).await;
        assert_eq!(news.iter().map(|(_, l)| l.subject.as_str()).collect::<Vec<_>>(), ["井盖"]);
    }

    #[tokio::test]
    async fn a_mail_the_server_cannot_give_is_still_said_to_be_there() {
        let mut server = Dovecot::start(&Line::Clear);
        server.deliver_broken();
        let mut mailbox = Mailbox::open(&settings(&server, MailSecurity::Plain), "").await.unwrap();
        let uid = mailbox.news(0, since()).await.unwrap()[0];
        assert!(!matches!(mailbox.fetch(uid).await, Ok(Some(_))));
        let mut mailbox = Mailbox::open(&settings(&server, MailSecurity::Plain), "").await.unwrap();
        assert!(mailbox.lies(uid).await.unwrap());
        assert!(!mailbox.lies(uid + 1).await.unwrap());
    }

    #[tokio::test]
    async fn mails_of_another_numbering_are_the_same_mails() {
        let mut server = Dovecot::start(&Line::Clear);
        server.deliver(GBK);
        let settings = settings(&server, MailSecurity::Plain);
        let mut mailbox = Mailbox::open(&settings, "").await.unwrap();
        let before = (mailbox.validity(), letters(&mut mailbox, 0).await.remove(0).1.key);
        drop(mailbox);
        server.renumber();
        let mut mailbox = Mailbox::open(&settings, "").await.unwrap();
        assert_ne!(mailbox.validity(), before.0);
        assert_eq!(letters(&mut mailbox, 0).await.remove(0).1.key, before.1);
    }

    #[tokio::test]
    async fn a_large_mail_is_read_whole_and_of_a_huge_one_its_head() {
        let mut server = Dovecot::start(&Line::Clear);
        for size in [12 << 20, usize::try_from(LARGEST).unwrap() + 1] {
            let head = b"From: li@example.com\r\nSubject: large\r\nMessage-ID: <l@example.com>\r\n\
                Content-Type: application/octet-stream; name=\"a.bin\"\r\n\r\n";
            let line = [b"x".repeat(76), b"\r\n".to_vec()].concat();
            server.deliver(&[head.to_vec(), line.repeat(size / line.len() + 1)].concat());
        }
        let mut mailbox = Mailbox::open(&settings(&server, MailSecurity::Plain), "").await.unwrap();
        let uids = mailbox.news(0, since()).await.unwrap();
        let whole = mailbox.fetch(uids[0]).await.unwrap().unwrap();
        assert!(!whole.too_large && whole.bytes.len() > 12 << 20);
        let head = mailbox.fetch(uids[1]).await.unwrap().unwrap();
        assert!(head.too_large && head.bytes.len() < 1000);
        assert_eq!(read(&head.bytes).subject, "large", "somebody learns of it");
        assert!(mailbox.fetch(9999).await.unwrap().is_none(), "removed meanwhile");
    }
}
