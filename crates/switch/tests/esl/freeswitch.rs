//! The peer: a server that greets, checks the password, takes the subscription, answers commands as FreeSWITCH does and
//! tells events in the plain format.

use std::sync::Arc;
use std::time::Duration;

use kernel::{LegId, Secret, Uuid};
use switch::SwitchConfig;
use switch::esl::{Esl, Patience};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use voice::switch::{Cause, Command, Event, Switch};

const LIMIT: Duration = Duration::from_secs(10);

pub struct Peer {
    listener: TcpListener,
    pub switch: Esl,
    events: UnboundedReceiver<Event>,
    pub folder: tempfile::TempDir,
}

/// One connection of the driver, greeted and subscribed.
pub struct Session {
    stream: TcpStream,
    bytes: Vec<u8>,
}

pub const fn leg(n: u128) -> LegId {
    LegId(Uuid::from_u128(n))
}

impl Peer {
    pub async fn start(patience: Patience) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut config = SwitchConfig { recordings: folder.path().to_owned(), ..SwitchConfig::default() };
        config.freeswitch.address = listener.local_addr().unwrap();
        config.freeswitch.password = Secret::new("secret".into());
        let (sender, events) = unbounded_channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let switch = Esl::start(&config, patience, sink).unwrap();
        Self { listener, switch, events, folder }
    }

    /// A peer with the first connection made.
    pub async fn connected() -> (Self, Session) {
        let mut peer = Self::start(Patience::default()).await;
        let session = peer.accept().await;
        assert!(matches!(peer.next().await, Event::Trunk { up: true, .. }));
        (peer, session)
    }

    pub async fn accept(&mut self) -> Session {
        let (stream, _) = tokio::time::timeout(LIMIT, self.listener.accept()).await.unwrap().unwrap();
        let mut session = Session { stream, bytes: Vec::new() };
        session.write("Content-Type: auth/request\n\n").await;
        assert_eq!(session.read().await, "auth secret");
        session.write("Content-Type: command/reply\nReply-Text: +OK accepted\n\n").await;
        let subscribed = session.read().await;
        assert!(subscribed.starts_with("event plain ") && subscribed.contains("CHANNEL_PARK"), "{subscribed}");
        session.write("Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n").await;
        session
    }

    /// A connection before the greeting.
    pub async fn raw(&mut self) -> Session {
        let (stream, _) = tokio::time::timeout(LIMIT, self.listener.accept()).await.unwrap().unwrap();
        Session { stream, bytes: Vec::new() }
    }

    pub fn send(&self, command: Command) {
        self.switch.send(command);
    }

    pub async fn next(&mut self) -> Event {
        tokio::time::timeout(LIMIT, self.events.recv()).await.expect("an event comes").unwrap()
    }

    pub fn silent(&mut self) -> bool {
        self.events.try_recv().is_err()
    }

    pub async fn ended(&mut self, leg: LegId) -> (Cause, Option<u16>) {
        match self.next().await {
            Event::Ended { leg: ended, cause, code } if ended == leg => (cause, code),
            other => panic!("{other:?} instead of the end"),
        }
    }

    /// A call that has come in and was answered.
    pub async fn incoming(&mut self, session: &mut Session, leg: LegId) {
        session.park(leg).await;
        session.expects(&format!("uuid_setvar_multi {leg} park_after_bridge=true;hangup_after_bridge=false")).await;
        assert!(matches!(self.next().await, Event::Incoming { leg: new, .. } if new == leg));
        session.tells("CHANNEL_ANSWER", leg, &[]).await;
        session.expects(&format!("sched_hangup +14400 {leg} ALLOTTED_TIMEOUT")).await;
        assert_eq!(self.next().await, Event::Answered { leg });
    }
}

impl Session {
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
