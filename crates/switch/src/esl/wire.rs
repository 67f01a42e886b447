//! The bytes of FreeSWITCH's event socket (`mod_event_socket`): header blocks ended by an empty line, a body when
//! `Content-Length` says so, and inside the body of an event the same once more with percent-encoded values. Any bytes give
//! messages or an error.

use std::fmt::Write as _;

use kernel::Uuid;

/// A header block longer than this is no event socket.
const MOST_HEAD: usize = 64 * 1024;
const MOST_BODY: usize = 16 * 1024 * 1024;

/// The other side does not speak the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an event socket")]
pub struct NotEsl;

/// Headers in order; names are compared without case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    fn parse(text: &str, decode: bool) -> Self {
        let pairs = text.lines().filter_map(|line| line.split_once(':'));
        Self(
            pairs
                .map(|(name, value)| {
                    let value = value.trim();
                    (name.trim().to_owned(), if decode { percent_decode(value) } else { value.to_owned() })
                })
                .collect(),
        )
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    fn length(&self) -> Result<usize, NotEsl> {
        match self.get("Content-Length") {
            None => Ok(0),
            Some(text) => text.parse().ok().filter(|n| *n <= MOST_BODY).ok_or(NotEsl),
        }
    }
}

/// One thing the server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// It wants the password.
    AuthRequest,
    /// Answer to `auth`, `event`, `bgapi`, `sendmsg`: the `Reply-Text`.
    Reply(String),
    /// Answer to `api`.
    Api(String),
    Event(Event),
    /// It closes, or refuses our address.
    Disconnect,
    /// Logs and whatever else.
    Other,
}

/// An event in the plain format.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    pub headers: Headers,
    pub body: String,
}

impl Event {
    fn parse(text: &str) -> Self {
        let (head, rest) = text.split_once("\n\n").unwrap_or((text, ""));
        Self { headers: Headers::parse(head, true), body: rest.to_owned() }
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.get(name)
    }

    /// `CHANNEL_ANSWER`, or the subclass of a `CUSTOM` event.
    #[must_use]
    pub fn name(&self) -> &str {
        match self.get("Event-Name") {
            Some("CUSTOM") => self.get("Event-Subclass").unwrap_or_default(),
            Some(name) => name,
            None => "",
        }
    }

    /// The channel it is about.
    #[must_use]
    pub fn channel(&self) -> Option<Uuid> {
        self.get("Unique-ID")?.parse().ok()
    }
}

/// Collects bytes and gives messages.
#[derive(Debug, Default)]
pub struct Reader {
    bytes: Vec<u8>,
}

impl Reader {
    pub fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// The next whole message.
    ///
    /// # Errors
    /// When what was fed cannot be the protocol.
    pub fn message(&mut self) -> Result<Option<Message>, NotEsl> {
        // Empty lines between messages are allowed.
        let blank = self.bytes.iter().take_while(|b| matches!(b, b'\n' | b'\r')).count();
        self.bytes.drain(..blank);
        let Some(end) = self.bytes.windows(2).position(|w| w == b"\n\n") else {
            return if self.bytes.len() > MOST_HEAD { Err(NotEsl) } else { Ok(None) };
        };
        if end > MOST_HEAD {
            return Err(NotEsl);
        }
        let head = Headers::parse(&String::from_utf8_lossy(&self.bytes[..end]), false);
        let length = head.length()?;
        let begin = end + 2;
        if self.bytes.len() < begin + length {
            return Ok(None);
        }
        let body = String::from_utf8_lossy(&self.bytes[begin..begin + length]).into_owned();
        self.bytes.drain(..begin + length);
        Ok(Some(match head.get("Content-Type") {
            Some("auth/request") => Message::AuthRequest,
            Some("command/reply") => Message::Reply(head.get("Reply-Text").unwrap_or_default().to_owned()),
            Some("api/response") => Message::Api(body),
            Some("text/event-plain") => Message::Event(Event::parse(&body)),
            Some("text/disconnect-notice" | "text/rude-rejection") => Message::Disconnect,
            Some(_) => Message::Other,
            None => return Err(NotEsl),
        }))
    }
}

fn percent_decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match code.and_then(|c| u8::from_str_radix(std::str::from_utf8(c).ok()?, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A command without line breaks inside: nothing we put into one can become a second command.
fn line(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect()
}

#[must_use]
pub fn auth(password: &str) -> String {
    format!("auth {}\n\n", line(password))
}

#[must_use]
pub fn api(command: &str) -> String {
    format!("api {}\n\n", line(command))
}

#[must_use]
pub fn bgapi(command: &str, job: Uuid) -> String {
    format!("bgapi {}\nJob-UUID: {job}\n\n", line(command))
}

/// Runs an application on a channel; its end is told by `CHANNEL_EXECUTE_COMPLETE` with this `Application-UUID`.
#[must_use]
pub fn execute(channel: Uuid, application: &str, argument: &str, run: Uuid) -> String {
    let mut text = format!("sendmsg {channel}\ncall-command: execute\nexecute-app-name: {}\n", line(application));
    if !argument.is_empty() {
        let _ = writeln!(text, "execute-app-arg: {}", line(argument));
    }
    let _ = write!(text, "Event-UUID: {run}\n\n");
    text
}

#[must_use]
pub fn subscribe() -> String {
    "event plain CHANNEL_PARK CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_ANSWER CHANNEL_HANGUP_COMPLETE \
     CHANNEL_EXECUTE_COMPLETE DTMF RECORD_STOP BACKGROUND_JOB HEARTBEAT CUSTOM conference::maintenance sofia::gateway_state \
     sofia::register sofia::unregister sofia::expire\n\n"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8], piece: usize) -> Vec<Message> {
        let (mut reader, mut found) = (Reader::default(), Vec::new());
        for part in bytes.chunks(piece) {
            reader.feed(part);
            while let Some(message) = reader.message().unwrap() {
                found.push(message);
            }
        }
        found
    }

    const TALK: &str = "Content-Type: auth/request\n\nContent-Type: command/reply\nReply-Text: +OK accepted\n\n\
        Content-Type: api/response\nContent-Length: 4\n\n+OK\n\
        Content-Length: 85\nContent-Type: text/event-plain\n\n\
        Event-Name: CUSTOM\nEvent-Subclass: sofia%3A%3Aregister\nfrom-user: 8001%20x%zz%\n\nbody\n\n\n\n\n\n\
        Content-Type: text/disconnect-notice\nContent-Length: 3\n\nBye";

    #[test]
    fn a_talk_is_read_in_any_pieces() {
        let whole = all(TALK.as_bytes(), TALK.len());
        assert_eq!(whole.len(), 5);
        assert_eq!(whole[0], Message::AuthRequest);
        assert_eq!(whole[1], Message::Reply("+OK accepted".into()));
        assert_eq!(whole[2], Message::Api("+OK\n".into()));
        let Message::Event(event) = &whole[3] else { panic!("{:?}", whole[3]) };
        assert_eq!(event.name(), "sofia::register");
        assert_eq!(event.get("FROM-USER"), Some("8001 x%zz%"));
        assert!(event.body.starts_with("body"));
        assert_eq!(whole[4], Message::Disconnect);
        for piece in 1..TALK.len() {
            assert_eq!(all(TALK.as_bytes(), piece), whole, "in pieces of {piece}");
        }
    }

    #[test]
    fn other_protocols_are_noticed() {
        for text in ["HTTP/1.1 400 Bad Request\n\n", "Content-Type: api/response\nContent-Length: -1\n\n"] {
            let mut reader = Reader::default();
            reader.feed(text.as_bytes());
            assert_eq!(reader.message(), Err(NotEsl), "{text}");
        }
        let mut reader = Reader::default();
        reader.feed(&[b'x'; MOST_HEAD + 1]);
        assert_eq!(reader.message(), Err(NotEsl));
    }

    #[test]
    fn nothing_inside_a_command_begins_another() {
        let sent = api("uuid_kill x\n\napi hupall");
        assert_eq!(sent, "api uuid_kill xapi hupall\n\n");
        let sent = execute(Uuid::from_u128(1), "playback", "a\nb", Uuid::from_u128(2));
        assert_eq!(sent.matches("\n\n").count(), 1);
    }

    proptest! {
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400), piece in 1usize..50) {
            let mut reader = Reader::default();
            'all: for part in bytes.chunks(piece) {
                reader.feed(part);
                loop {
                    match reader.message() {
                        Ok(Some(_)) => {}
                        Ok(None) => break,
                        Err(NotEsl) => break 'all,
                    }
                }
            }
        }
    }
}
