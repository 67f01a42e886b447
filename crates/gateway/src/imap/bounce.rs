//! 退信: delivery reports (RFC 3464), told apart from what people write.

use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};

/// A report that a mail did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// Message-IDs of the mails it may be about, the one it returns first.
    pub about: Vec<String>,
    /// In words for the desk, without the address.
    pub why: String,
}

/// What a report says, if it is one and says that delivery has failed; a warning that it takes longer is none.
pub fn bounce(mail: &Message<'_>) -> Option<Bounce> {
    let root = mail.root_part();
    let kind = root.content_type()?;
    let report = root.is_content_type("multipart", "report");
    if !report || kind.attribute("report-type").is_none_or(|t| !t.eq_ignore_ascii_case("delivery-status")) {
        return None;
    }
    let status = mail.parts.iter().find(|p| p.is_content_type("message", "delivery-status"))?;
    let text = String::from_utf8_lossy(status.contents());
    let field = |name: &str| field(&text, name);
    if !field("Action")?.eq_ignore_ascii_case("failed") {
        return None;
    }
    Some(Bounce { about: returned(mail), why: reason(field("Status").unwrap_or_default()) })
}

/// The value of a field; lines of several recipients stand in one text, the first counts.
fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = text.lines().filter_map(|l| l.split_once(':'));
    lines.find(|(n, _)| n.trim().eq_ignore_ascii_case(name)).map(|(_, v)| v.trim())
}

/// Message-IDs of the mail that comes back, whole or only its headers.
fn returned(mail: &Message<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for part in &mail.parts {
        match &part.body {
            PartType::Message(inner) => found.extend(inner.message_id().map(str::to_owned)),
            _ if part.is_content_type("text", "rfc822-headers") => {
                let headers = MessageParser::default().parse_headers(part.contents());
                found.extend(headers.and_then(|h| h.message_id().map(str::to_owned)));
            }
            _ => {}
        }
    }
    found
}

/// Longest code of RFC 3463: one digit, twice up to three.
const CODE: usize = 9;

/// The code of RFC 3463 in words. Whatever else stands there, bytes a database refuses among it, comes from outside and is left out.
fn reason(status: &str) -> String {
    let end = status.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(status.len());
    let code = if end > CODE { "" } else { &status[..end] };
    let mut parts = code.split('.').skip(1);
    let word = match (parts.next(), parts.next()) {
        (Some("1"), Some("1" | "2" | "3" | "6" | "10")) => "收件地址不存在",
        (Some("2"), Some("1")) => "对方邮箱已停用",
        (Some("2"), Some("2")) => "对方邮箱已满",
        (Some("2"), Some("3")) | (Some("3"), Some("4")) => "邮件过大",
        (Some("4"), _) => "对方邮件服务器无法到达",
        (Some("7"), _) => "邮件被对方拒收",
        _ => "邮件未能送达",
    };
    if code.is_empty() { format!("退信：{word}") } else { format!("退信：{word}（{code}）") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(action: &str, original: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example.gov.cn\r\nTo: 12345@example.gov.cn\r\nSubject: Undelivered Mail\r\n\
             Message-ID: <dsn1@mx.example.gov.cn>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.gov.cn\r\n\r\n\
             Final-Recipient: rfc822; li@example.com\r\nAction: {action}\r\nStatus: 5.1.1\r\n\r\n\
             --b\r\n{original}\r\n--b--\r\n"
        )
    }

    fn read(text: &str) -> Option<Bounce> {
        bounce(&MessageParser::default().parse(text.as_bytes()).unwrap())
    }

    const WHOLE: &str =
        "Content-Type: message/rfc822\r\n\r\nMessage-ID: <a1@example.gov.cn>\r\nSubject: x\r\n\r\nbody\r\n";
    const HEADERS: &str = "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <a1@example.gov.cn>\r\nSubject: x\r\n";

    #[test]
    fn a_report_names_the_mail_that_comes_back_and_why() {
        for original in [WHOLE, HEADERS] {
            let found = read(&report("failed", original)).unwrap();
            assert_eq!(found.about, ["a1@example.gov.cn"]);
            assert_eq!(found.why, "退信：收件地址不存在（5.1.1）");
        }
        assert_eq!(read(&report("delayed", WHOLE)), None, "it may still arrive");
        assert_eq!(read("Subject: a person\r\n\r\nwords\r\n"), None);
    }

    #[test]
    fn codes_are_put_in_words() {
        assert_eq!(reason("5.2.2 (mailbox full)"), "退信：对方邮箱已满（5.2.2）");
        assert_eq!(reason("5.7.26"), "退信：邮件被对方拒收（5.7.26）");
        assert_eq!(reason(""), "退信：邮件未能送达");
        assert_eq!(reason("5.2.2\0"), "退信：对方邮箱已满（5.2.2）");
        assert_eq!(reason(&"5.2.2".repeat(9)), "退信：邮件未能送达");
    }
}
