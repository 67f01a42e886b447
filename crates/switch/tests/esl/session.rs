//! FreeSWITCH's end of the event socket: greets, checks the password, takes the subscription, answers commands as FreeSWITCH does and
//! tells events in the plain format.

use std::time::Duration;

use kernel::LegId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub const LIMIT: Duration = Duration::from_secs(10);
/// `show registrations` where no phone is registered.
pub const NO_PHONES: &str = "\n0 total.\n";

/// One connection of the driver.
pub struct Session {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Session {
    /// The driver's next connection, before the greeting.
    pub async fn raw(listener: &TcpListener) -> Self {
        let (stream, _) = tokio::time::timeout(LIMIT, listener.accept()).await.expect("it connects").unwrap();
        Self::new(stream)
    }

    /// The driver's next connection, greeted and subscribed; `registrations` is what it hears of the phones that are there.
    pub async fn accept(listener: &TcpListener, registrations: &str) -> Self {
        Self::raw(listener).await.greeted(registrations).await
    }

    pub fn new(stream: TcpStream) -> Self {
        Self { stream, bytes: Vec::new() }
    }

    pub async fn greeted(self, registrations: &str) -> Self {
        let mut session = self;
        session.write("Content-Type: auth/request\n\n").await;
        assert_eq!(session.read().await, "auth secret");
        session.write("Content-Type: command/reply\nReply-Text: +OK accepted\n\n").await;
        let subscribed = session.read().await;
        assert!(subscribed.starts_with("event plain ") && subscribed.contains("CHANNEL_PARK"), "{subscribed}");
        session.write("Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n").await;
        session.expects_answered("show registrations", registrations).await;
        session
    }

    pub async fn write(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next command, without the empty line that ends it.
    pub async fn read(&mut self) -> String {
        let whole = async {
            loop {
                if let Some(end) = self.bytes.windows(2).position(|w| w == b"\n\n") {
                    let text = String::from_utf8(self.bytes[..end].to_vec()).unwrap();
                    self.bytes.drain(..end + 2);
                    return text;
                }
                let mut buffer = [0; 4096];
                let n = self.stream.read(&mut buffer).await.unwrap();
                assert_ne!(n, 0, "the driver closed the link");
                self.bytes.extend_from_slice(&buffer[..n]);
            }
        };
        tokio::time::timeout(LIMIT, whole).await.expect("a command comes")
    }

    /// The next command must be this API call; it succeeds.
    pub async fn expects(&mut self, line: &str) {
        self.expects_answered(line, "+OK\n").await;
    }

    pub async fn expects_answered(&mut self, line: &str, answer: &str) {
        assert_eq!(self.read().await, format!("api {line}"));
        self.write(&format!("Content-Type: api/response\nContent-Length: {}\n\n{answer}", answer.len())).await;
    }

    /// The next command must be a background job of this number.
    pub async fn expects_job(&mut self, line: &str, job: LegId) {
        assert_eq!(self.read().await, format!("bgapi {line}\nJob-UUID: {job}"));
        self.write(&format!("Content-Type: command/reply\nReply-Text: +OK Job-UUID: {job}\nJob-UUID: {job}\n\n")).await;
    }

    /// The next command must run this application; gives the number of the run.
    pub async fn expects_run(&mut self, leg: LegId, application: &str, argument: &str) -> String {
        let text = self.read().await;
        let head = format!(
            "sendmsg {leg}\ncall-command: execute\nexecute-app-name: {application}\nexecute-app-arg: {argument}\nEvent-UUID: "
        );
        let run = text.strip_prefix(&head).unwrap_or_else(|| panic!("{text}\ninstead of\n{head}")).to_owned();
        self.write("Content-Type: command/reply\nReply-Text: +OK\n\n").await;
        run
    }

    /// Tells an event; values are percent-encoded as FreeSWITCH does.
    pub async fn tells(&mut self, name: &str, leg: LegId, more: &[(&str, &str)]) {
        self.tells_with(name, Some(leg), more, "").await;
    }

    pub async fn tells_with(&mut self, name: &str, leg: Option<LegId>, more: &[(&str, &str)], body: &str) {
        let encode = |value: &str| -> String {
            value
                .bytes()
                .map(|b| {
                    if b.is_ascii_alphanumeric() || b"-_.".contains(&b) {
                        char::from(b).to_string()
                    } else {
                        format!("%{b:02X}")
                    }
                })
                .collect()
        };
        let mut text = match name.split_once("::") {
            Some(_) => format!("Event-Name: CUSTOM\nEvent-Subclass: {}\n", encode(name)),
            None => format!("Event-Name: {name}\n"),
        };
        if let Some(leg) = leg {
            text.push_str(&format!("Unique-ID: {leg}\n"));
        }
        for (name, value) in more {
            text.push_str(&format!("{name}: {}\n", encode(value)));
        }
        if body.is_empty() {
            text.push('\n');
        } else {
            text.push_str(&format!("Content-Length: {}\n\n{body}", body.len()));
        }
        self.write(&format!("Content-Length: {}\nContent-Type: text/event-plain\n\n{text}", text.len())).await;
    }

    /// A call from outside comes to rest.
    pub async fn park(&mut self, leg: LegId) {
        let more = [
            ("Call-Direction", "inbound"),
            ("Answer-State", "ringing"),
            ("Caller-Caller-ID-Number", "13800000000"),
            ("Caller-Destination-Number", "12345"),
            ("variable_sofia_profile_name", "external"),
        ];
        self.tells("CHANNEL_PARK", leg, &more).await;
    }

    pub async fn hangs_up(&mut self, leg: LegId, cause: &str, more: &[(&str, &str)]) {
        let mut all = vec![("Hangup-Cause", cause)];
        all.extend(more);
        self.tells("CHANNEL_HANGUP_COMPLETE", leg, &all).await;
    }
}
