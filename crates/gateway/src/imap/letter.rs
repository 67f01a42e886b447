//! A mail as people read it: who, what about, the words, the files. Whatever the bytes are, something is told of them.

use kernel::Ts;
use mail_parser::{Message, MessageParser, MimeHeaders as _, PartType};
use sha2::{Digest as _, Sha256};

use super::bounce::{Bounce, bounce};

/// A mail, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    /// The same mail always has the same, whichever way and however often it comes.
    pub key: String,
    pub sender: String,
    pub name: String,
    pub subject: String,
    pub text: String,
    pub written_at: Option<Ts>,
    /// Message-ID without its brackets.
    pub message_id: Option<String>,
    /// Message-IDs it answers, the nearest first.
    pub answers: Vec<String>,
    /// Written by a program (RFC 3834, or a delivery report).
    pub automatic: bool,
    /// It reports that a mail of ours did not arrive.
    pub bounce: Option<Bounce>,
    pub parts: Vec<Part>,
    pub readable: bool,
}

/// A file that came along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Reads a mail.
#[must_use]
pub fn read(bytes: &[u8]) -> Letter {
    match MessageParser::default().parse(bytes) {
        Some(mail) => of(&mail),
        None => Letter { key: hex(&Sha256::digest(bytes)), ..Letter::default() },
    }
}

fn of(mail: &Message<'_>) -> Letter {
    let from = mail.from().and_then(|a| a.first());
    let text = |value: Option<&str>| value.unwrap_or_default().trim().to_owned();
    let letter = Letter {
        sender: text(from.and_then(|a| a.address.as_deref())),
        name: text(from.and_then(|a| a.name.as_deref())),
        subject: text(mail.subject()),
        text: mail.body_text(0).map(|t| t.trim().to_owned()).unwrap_or_default(),
        written_at: mail.date().map(|d| Ts(d.to_timestamp() * 1000)),
        message_id: mail.message_id().map(str::to_owned),
        answers: answers(mail),
        automatic: automatic(mail),
        bounce: bounce(mail),
        parts: parts(mail),
        readable: true,
        key: String::new(),
    };
    Letter { key: key(&letter), ..letter }
}

/// Out of what the sender wrote, not of what servers on the way added.
fn key(letter: &Letter) -> String {
    let mut digest = Sha256::new();
    let date = letter.written_at.map_or(0, |t| t.0).to_string();
    let id = letter.message_id.as_deref().unwrap_or_default();
    for part in [id, &letter.sender, &letter.subject, &letter.text, &date] {
        digest.update(part.len().to_be_bytes());
        digest.update(part.as_bytes());
    }
    for part in &letter.parts {
        digest.update(Sha256::digest(&part.bytes));
    }
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    kernel::hex_encode(bytes)
}

fn answers(mail: &Message<'_>) -> Vec<String> {
    let list = |value: &mail_parser::HeaderValue<'_>| -> Vec<String> {
        match value {
            mail_parser::HeaderValue::Text(t) => vec![t.to_string()],
            mail_parser::HeaderValue::TextList(l) => l.iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        }
    };
    let mut all = list(mail.in_reply_to());
    all.extend(list(mail.references()).into_iter().rev());
    all.dedup();
    all
}

fn automatic(mail: &Message<'_>) -> bool {
    let said = mail.header_raw("Auto-Submitted").map(str::trim);
    let program = said.is_some_and(|v| !v.to_ascii_lowercase().starts_with("no"));
    let report = mail.root_part().is_content_type("multipart", "report");
    let nobody = mail.header_raw("Return-Path").is_some_and(|v| v.trim() == "<>");
    let marked = mail.header_raw("X-Autoreply").is_some() || mail.header_raw("X-Autorespond").is_some();
    program || report || nobody || marked
}

fn parts(mail: &Message<'_>) -> Vec<Part> {
    let mut all = Vec::new();
    for (n, part) in mail.attachments().enumerate() {
        let bytes = match &part.body {
            PartType::Message(inner) => inner.raw_message().to_vec(),
            _ => part.contents().to_vec(),
        };
        let name = part.attachment_name().map_or_else(|| format!("附件{}", n + 1), str::to_owned);
        all.push(Part { name, bytes });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const GBK: &[u8] = b"From: =?GB18030?B?uN/P/sO3?= <gao@example.com>\r\nSubject: =?GB18030?B?wrfGtg==?=\r\n\
        Date: Sat, 28 Nov 2026 09:00:00 +0800\r\nMessage-ID: <a1@example.com>\r\nIn-Reply-To: <b2@hotline.example>\r\n\
        Content-Type: text/plain; charset=GB18030\r\n\r\n\xc2\xb7\xb5\xc6\xbb\xb5\xc1\xcb\xa1\xa3\r\n";

    #[test]
    fn chinese_is_read_in_the_charset_it_was_written_in() {
        let mail = read(GBK);
        assert_eq!((mail.sender.as_str(), mail.name.as_str()), ("gao@example.com", "高晓梅"));
        assert_eq!(mail.text, "路灯坏了。");
        assert_eq!(mail.answers, ["b2@hotline.example"]);
        assert!(mail.readable && !mail.automatic && mail.written_at.is_some());
    }

    #[test]
    fn what_servers_add_on_the_way_changes_nothing() {
        let again = [b"Received: from relay.example.com; Sat, 28 Nov 2026 09:10:00 +0800\r\n", GBK].concat();
        assert_eq!(read(&again).key, read(GBK).key);
        let other = String::from_utf8_lossy(GBK).replace("gao@", "guo@");
        assert_ne!(read(other.as_bytes()).key, read(GBK).key, "a borrowed Message-ID hides no other mail");
    }

    #[test]
    fn programs_are_known() {
        let auto = [b"Auto-Submitted: auto-replied\r\n", GBK].concat();
        assert!(read(&auto).automatic);
        let person = [b"Auto-Submitted: no\r\n", GBK].concat();
        assert!(!read(&person).automatic);
    }
}
