//! The mail side against a real mail server on this machine, in clear and encrypted.

#[cfg(test)]
mod server;

#[cfg(test)]
mod tests {
    use domain::message::{MailSecurity, MailSettings};
    use gateway::smtp::Smtp;
    use gateway::{File, Gateway, LineState, Outcome, Outgoing};

    use crate::server::{Certificate, MailServer};

    fn settings(server: &MailServer, security: MailSecurity) -> MailSettings {
        MailSettings {
            on: true,
            host: "localhost".to_owned(),
            port: server.port,
            security,
            from: "12345@example.gov.cn".to_owned(),
            ..MailSettings::default()
        }
    }

    fn mail(to: &str) -> Outgoing {
        Outgoing {
            id: "0192f0c1".to_owned(),
            to: to.to_owned(),
            subject: Some("关于“路灯不亮”的答复".to_owned()),
            text: "您好：\n\n路灯已修复。\n.\n“完”\n".to_owned(),
            thread: vec!["first@example.com".to_owned(), "bad one".to_owned(), "again@example.com".to_owned()],
            files: Vec::new(),
        }
    }

    async fn settled(smtp: &Smtp) -> LineState {
        loop {
            match smtp.state() {
                LineState::Unknown => tokio::task::yield_now().await,
                state => return state,
            }
        }
    }

    #[tokio::test]
    async fn a_mail_arrives_as_it_was_written() {
        let mut server = MailServer::start(&[]);
        let smtp = Smtp::start(&settings(&server, MailSecurity::Plain)).unwrap();
        assert_eq!(settled(&smtp).await, LineState::Up, "looked at before the first mail");
        let sent = smtp.send(&mail("li@example.com")).await;
        assert_eq!(sent, Outcome::Taken(vec!["0192f0c1".to_owned()]));
        let got = server.next().await;
        assert_eq!(got["subject"], "关于“路灯不亮”的答复");
        assert_eq!(got["body"], "您好：\n\n路灯已修复。\n.\n“完”\n");
        assert_eq!(got["from"], "12345政务服务便民热线 <12345@example.gov.cn>");
        assert_eq!(got["envelope"], serde_json::json!(["12345@example.gov.cn", "li@example.com"]));
        assert_eq!(got["message-id"], "<0192f0c1@example.gov.cn>");
        assert_eq!(got["auto-submitted"], "auto-generated");
        assert_eq!(got["in-reply-to"], "<again@example.com>");
        assert_eq!(
            got["references"], "<first@example.com> <again@example.com>",
            "what would break a header is left out"
        );
        assert_eq!(got.get("reply-to"), None, "nobody reads answers");
        assert_eq!((&got["tls"], &got["account"]), (&false.into(), &false.into()));
    }

    #[tokio::test]
    async fn papers_go_with_it_under_their_chinese_names() {
        let mut server = MailServer::start(&[]);
        let smtp = Smtp::start(&settings(&server, MailSecurity::Plain)).unwrap();
        let file = |name: &str, mime: &str, bytes: &[u8]| File {
            name: name.to_owned(),
            mime: mime.to_owned(),
            bytes: bytes.to_vec(),
        };
        let files = vec![
            file(
                "关于“水质”的检测报告（第三方出具，二〇二六年十一月）.pdf",
                "application/pdf",
                b"%PDF-1.7\r\n\x00\xff",
            ),
            file("换行\r\nBcc: x@example.com.txt", "not a type", b"a"),
        ];
        let sent = smtp.send(&Outgoing { files, ..mail("li@example.com") }).await;
        assert!(matches!(sent, Outcome::Taken(_)), "{sent:?}");
        let got = server.next().await;
        assert_eq!(got["body"], "您好：\n\n路灯已修复。\n.\n“完”\n");
        assert_eq!(
            got["files"],
            serde_json::json!([
                [
                    "关于“水质”的检测报告（第三方出具，二〇二六年十一月）.pdf",
                    "application/pdf",
                    "255044462d312e370d0a00ff"
                ],
                ["换行  Bcc: x@example.com.txt", "application/octet-stream", "61"],
            ])
        );
        assert_eq!(got.get("bcc"), None);
    }

    #[tokio::test]
    async fn the_line_is_encrypted_before_the_password_is_told() {
        let certificate = Certificate::of("localhost");
        for (mode, security) in [("--starttls", MailSecurity::Starttls), ("--tls", MailSecurity::Tls)] {
            let mut server =
                MailServer::start(&[mode, certificate.cert(), certificate.key(), "--account", "12345", "s3cret"]);
            let right = MailSettings {
                user: "12345".to_owned(),
                password: "s3cret".to_owned(),
                authority: certificate.pem(),
                ..settings(&server, security)
            };
            let smtp = Smtp::start(&right).unwrap();
            assert!(matches!(smtp.send(&mail("li@example.com")).await, Outcome::Taken(_)), "{mode}");
            let got = server.next().await;
            assert_eq!((&got["tls"], &got["account"]), (&true.into(), &true.into()), "{mode}");

            let wrong = Smtp::start(&MailSettings { password: "guess".to_owned(), ..right.clone() }).unwrap();
            let why = "邮件服务器不接受账号或密码（535）";
            assert_eq!(wrong.send(&mail("li@example.com")).await, Outcome::Unreached(why.to_owned()), "{mode}");
            assert_eq!(settled(&wrong).await, LineState::Down(why.to_owned()));

            let stranger = Smtp::start(&MailSettings { authority: String::new(), ..right }).unwrap();
            let sent = stranger.send(&mail("li@example.com")).await;
            assert!(matches!(&sent, Outcome::Unreached(why) if why.contains("证书不受信任")), "{mode}: {sent:?}");
        }
    }

    #[tokio::test]
    async fn a_server_without_encryption_is_not_spoken_to_in_clear() {
        let server = MailServer::start(&[]);
        let asked = MailSettings {
            user: "12345".to_owned(),
            password: "s3cret".to_owned(),
            ..settings(&server, MailSecurity::Starttls)
        };
        let smtp = Smtp::start(&asked).unwrap();
        let sent = smtp.send(&mail("li@example.com")).await;
        assert!(matches!(&sent, Outcome::Unreached(why) if why.contains("不支持所选的加密")), "{sent:?}");
    }

    #[tokio::test]
    async fn what_the_server_says_decides_whether_it_is_tried_again() {
        let mut server = MailServer::start(&[]);
        let smtp = Smtp::start(&settings(&server, MailSecurity::Plain)).unwrap();
        let unknown = "收件地址不存在或拒收（550）".to_owned();
        assert_eq!(smtp.send(&mail("nobody@example.com")).await, Outcome::Refused(unknown));
        let full = "对方邮箱已满或邮件过大（452）".to_owned();
        assert_eq!(smtp.send(&mail("full@example.com")).await, Outcome::Failed(full));
        let later = "对方邮箱暂时不收信（451）".to_owned();
        assert_eq!(smtp.send(&mail("later@example.com")).await, Outcome::Failed(later));
        assert!(matches!(smtp.send(&mail("later@example.com")).await, Outcome::Taken(_)));
        assert_eq!(server.next().await["envelope"][1], "later@example.com");
        assert_eq!(smtp.state(), LineState::Up, "a bad address says nothing of the line");
        drop(server);
        let gone = smtp.send(&mail("li@example.com")).await;
        assert!(matches!(&gone, Outcome::Unreached(_)), "{gone:?}");
        assert!(matches!(smtp.state(), LineState::Down(_)));
    }
}
