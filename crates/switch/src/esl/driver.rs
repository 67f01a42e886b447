//! The connection: password, subscription, commands out, events in, and again when it is lost.

use std::collections::VecDeque;
use std::io;
use std::iter;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kernel::hex_encode;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use voice::switch::{Command, Event, Sink, Switch};

use super::state::{Closed, Outcome, Send, State, Tag};
use super::wire::{self, Message, Reader};
use crate::config::{ConfigError, FreeswitchSection, SwitchConfig};

/// Name of the "trunk" that stands for the event socket itself in [`Event::Trunk`].
const LINK: &str = "freeswitch";
/// Commands kept for a link that is down.
const BACKLOG: usize = 10_000;

/// How long the driver waits.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before the first new attempt; doubles up to `longest_wait`.
    pub first_wait: Duration,
    pub longest_wait: Duration,
    /// For the greeting and the answer to the password.
    pub greeting: Duration,
    /// FreeSWITCH says something every 20 s (HEARTBEAT); longer silence is a dead link.
    pub silence: Duration,
    /// Calls are given up when the link is down for longer.
    pub grace: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(10),
            greeting: Duration::from_secs(5),
            silence: Duration::from_secs(60),
            grace: Duration::from_secs(20),
        }
    }
}

enum Order {
    Command(Command),
    Stop,
}

/// FreeSWITCH behind the common contract.
pub struct Esl {
    orders: UnboundedSender<Order>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Esl {
    /// Begins to connect; a link that cannot be made is told as [`Event::Trunk`] and tried again for ever.
    ///
    /// # Errors
    /// A mistake in the configuration.
    pub fn start(config: &SwitchConfig, patience: Patience, sink: Sink) -> Result<Self, ConfigError> {
        config.check()?;
        let (orders, inbox) = unbounded_channel();
        let driver = Driver {
            state: State::new(config.freeswitch.clone(), config.max_call_s, config.silence_s),
            config: config.freeswitch.clone(),
            recordings: config.recordings.clone(),
            patience,
            sink,
            inbox,
            backlog: Vec::new(),
            was_up: None,
        };
        Ok(Self { orders, task: Mutex::new(Some(tokio::spawn(driver.run()))) })
    }

    /// Ends all calls, waits for the link to say so, closes it.
    pub async fn stop(&self) {
        let _ = self.orders.send(Order::Stop);
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the event socket's task ended badly");
        }
    }
}

impl Switch for Esl {
    fn send(&self, command: Command) {
        let _ = self.orders.send(Order::Command(command));
    }
}

struct Driver {
    state: State,
    config: FreeswitchSection,
    recordings: PathBuf,
    patience: Patience,
    sink: Sink,
    inbox: UnboundedReceiver<Order>,
    /// What was asked while the link was down.
    backlog: Vec<Send>,
    was_up: Option<bool>,
}

/// What an answer is awaited for.
enum Awaited {
    Api(Tag),
    Reply,
}

struct Link {
    socket: TcpStream,
    reader: Reader,
    awaited: VecDeque<Awaited>,
}

enum Over {
    Stopped,
    Lost(String),
}

impl Driver {
    async fn run(mut self) {
        let mut wait = self.patience.first_wait;
        let mut down_since = Instant::now();
        loop {
            let reason = match self.connect().await {
                Ok(link) => {
                    wait = self.patience.first_wait;
                    self.link_is(true, String::new());
                    let over = self.talk(link).await;
                    down_since = Instant::now();
                    match over {
                        Over::Stopped => return,
                        Over::Lost(reason) => reason,
                    }
                }
                Err(error) => error.to_string(),
            };
            self.link_is(false, reason);
            if self.pause(wait, down_since).await {
                return;
            }
            wait = (wait * 2).min(self.patience.longest_wait);
        }
    }

    fn link_is(&mut self, up: bool, reason: String) {
        if self.was_up != Some(up) {
            self.was_up = Some(up);
            (self.sink)(Event::Trunk { trunk: LINK.to_owned(), up, reason });
        }
    }

    async fn connect(&self) -> io::Result<Link> {
        let greeting = async {
            let socket = TcpStream::connect(self.config.address).await?;
            socket.set_nodelay(true)?;
            let mut link = Link { socket, reader: Reader::default(), awaited: VecDeque::new() };
            match link.read().await? {
                Message::AuthRequest => {}
                _ => return Err(io::Error::other("no greeting")),
            }
            link.write(&wire::auth(self.config.password.expose())).await?;
            match link.read().await? {
                Message::Reply(text) if text.starts_with("+OK") => {}
                Message::Reply(text) => return Err(io::Error::other(text)),
                _ => return Err(io::Error::other("the password was not answered")),
            }
            link.awaited.push_back(Awaited::Reply);
            link.write(&wire::subscribe()).await?;
            Ok(link)
        };
        tokio::time::timeout(self.patience.greeting, greeting).await?
    }

    async fn talk(&mut self, mut link: Link) -> Over {
        let phones = Send::Api("show registrations".to_owned(), Tag::Phones);
        let channels = Send::Api("show channels".to_owned(), Tag::Channels);
        for ask in iter::once(phones).chain((!self.state.is_empty()).then_some(channels)) {
            if let Err(error) = link.send(&ask).await {
                return Over::Lost(error.to_string());
            }
        }
        for late in std::mem::take(&mut self.backlog) {
            if let Err(error) = link.send(&late).await {
                return Over::Lost(error.to_string());
            }
        }
        let mut farewell: Option<Instant> = None;
        loop {
            if farewell.is_some_and(|until| self.state.is_empty() || Instant::now() >= until) {
                let rest = self.state.abandon();
                self.apply_down(rest);
                return Over::Stopped;
            }
            let deadline = farewell.unwrap_or_else(|| Instant::now() + self.patience.silence);
            let outcome = tokio::select! {
                order = self.inbox.recv(), if farewell.is_none() => match order {
                    Some(Order::Command(command)) => self.state.command(command),
                    Some(Order::Stop) | None => {
                        farewell = Some(Instant::now() + self.patience.greeting);
                        self.state.kill_all()
                    }
                },
                message = link.read() => match message {
                    Ok(Message::Disconnect) => return Over::Lost("FreeSWITCH closed the link".to_owned()),
                    Ok(message) => self.message(&mut link, &message),
                    Err(error) => return Over::Lost(error.to_string()),
                },
                () = tokio::time::sleep_until(deadline) => match farewell {
                    Some(_) => Outcome::default(),
                    None => return Over::Lost("silence".to_owned()),
                },
            };
            for send in self.tell(outcome) {
                if let Err(error) = link.send(&send).await {
                    return Over::Lost(error.to_string());
                }
            }
        }
    }

    fn message(&mut self, link: &mut Link, message: &Message) -> Outcome {
        match message {
            Message::Event(event) => self.state.event(event),
            Message::Api(text) => match link.awaited.pop_front() {
                Some(Awaited::Api(tag)) => self.state.reply(tag, text),
                _ => Outcome::default(),
            },
            Message::Reply(_) => {
                link.awaited.pop_front();
                Outcome::default()
            }
            Message::AuthRequest | Message::Disconnect | Message::Other => Outcome::default(),
        }
    }

    /// Tells what there is to tell; what is left is to be sent.
    fn tell(&self, outcome: Outcome) -> Vec<Send> {
        for event in outcome.tell {
            (self.sink)(event);
        }
        for closed in outcome.closed {
            let (sink, folder) = (self.sink.clone(), self.recordings.clone());
            tokio::task::spawn_blocking(move || sink(measured(&folder, closed)));
        }
        outcome.send
    }

    fn apply_down(&mut self, outcome: Outcome) {
        let sends = self.tell(outcome);
        let room = BACKLOG.saturating_sub(self.backlog.len());
        self.backlog.extend(sends.into_iter().take(room));
    }

    /// Waits before the next attempt; true when told to stop. What is asked meanwhile is sent later, but nobody is called
    /// later: that fails at once.
    async fn pause(&mut self, wait: Duration, down_since: Instant) -> bool {
        let until = Instant::now() + wait;
        let grace = down_since + self.patience.grace;
        loop {
            if Instant::now() >= grace && !self.state.is_empty() {
                let all = self.state.abandon();
                self.apply_down(all);
                self.backlog.clear();
            }
            tokio::select! {
                () = tokio::time::sleep_until(until) => return false,
                order = self.inbox.recv() => match order {
                    Some(Order::Command(Command::Originate { leg, .. })) => {
                        (self.sink)(Event::Ended { leg, cause: voice::switch::Cause::Network, code: None });
                    }
                    Some(Order::Command(command)) => {
                        let outcome = self.state.command(command);
                        self.apply_down(outcome);
                    }
                    Some(Order::Stop) | None => {
                        let all = self.state.abandon();
                        self.apply_down(all);
                        return true;
                    }
                },
            }
        }
    }
}

impl Link {
    async fn read(&mut self) -> io::Result<Message> {
        let mut buffer = [0; 16 * 1024];
        loop {
            if let Some(message) = self.reader.message().map_err(io::Error::other)? {
                return Ok(message);
            }
            match self.socket.read(&mut buffer).await? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                n => self.reader.feed(&buffer[..n]),
            }
        }
    }

    async fn write(&mut self, text: &str) -> io::Result<()> {
        self.socket.write_all(text.as_bytes()).await
    }

    async fn send(&mut self, send: &Send) -> io::Result<()> {
        let (text, awaited) = match send {
            Send::Api(line, tag) => (wire::api(line), Awaited::Api(*tag)),
            Send::Background(line, job) => (wire::bgapi(line, *job), Awaited::Reply),
            Send::Execute { leg, application, argument, run } => {
                (wire::execute(leg.uuid(), application, argument, *run), Awaited::Reply)
            }
        };
        self.awaited.push_back(awaited);
        self.write(&text).await
    }
}

/// Size and hash of a recording that FreeSWITCH has closed, read through the shared folder.
fn measured(folder: &Path, closed: Closed) -> Event {
    let hash = || -> io::Result<(u64, String)> {
        let mut file = std::fs::File::open(folder.join(&closed.file))?;
        let mut hasher = Sha256::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match io::Read::read(&mut file, &mut buffer)? {
                0 => return Ok((bytes, hex_encode(&hasher.finalize()))),
                n => {
                    hasher.update(&buffer[..n]);
                    bytes += n as u64;
                }
            }
        }
    };
    match hash() {
        Ok((bytes, sha256)) => Event::Recorded { recording: closed.recording, bytes, ms: closed.ms, sha256 },
        Err(error) => Event::NotRecorded {
            recording: closed.recording,
            reason: format!("录音文件 {} 无法读取（{error}），请检查与 FreeSWITCH 共享的录音目录", closed.file),
        },
    }
}
