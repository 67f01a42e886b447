//! SMPP 3.4 as a transceiver: one connection that comes back by itself, at the pace the carrier allows.

mod session;
mod words;

use std::time::Duration;

use domain::message::SmppSettings;
use futures::future::BoxFuture;
use futures::{SinkExt as _, StreamExt as _};
use rusmpp::tokio_codec::CommandCodec;
use rusmpp::{Command, CommandStatus, Pdu};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::codec::Framed;

use crate::{Arrival, Gateway, LineState, Outcome, Outgoing, Shown};

/// For connecting, and for the answer to the bind.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pauses before connecting again: the first, and the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);

type Link = Framed<TcpStream, CommandCodec>;

/// A message and who waits for its outcome.
struct Job {
    message: Outgoing,
    done: oneshot::Sender<Outcome>,
}

/// A connection to a carrier. It unbinds when this is dropped.
pub struct Smpp {
    jobs: mpsc::Sender<Job>,
    state: Shown,
    window: usize,
}

impl Smpp {
    /// Begins to connect, within a runtime.
    #[must_use]
    pub fn start(settings: SmppSettings, arrivals: mpsc::Sender<Arrival>) -> Self {
        let window = usize::try_from(settings.window.max(1)).unwrap_or(1);
        let (jobs, waiting) = mpsc::channel(window);
        let state = Shown::unknown();
        tokio::spawn(keep(settings, waiting, arrivals, state.clone()));
        Self { jobs, state, window }
    }

    async fn hand_over(&self, message: &Outgoing) -> Outcome {
        match self.state() {
            LineState::Up => {}
            LineState::Down(why) => return Outcome::Unreached(why),
            LineState::Unknown => return Outcome::Unreached("正在连接短信网关".to_owned()),
        }
        let (done, outcome) = oneshot::channel();
        let job = Job { message: message.clone(), done };
        if self.jobs.send(job).await.is_err() {
            return Outcome::Unreached("短信网关已停用".to_owned());
        }
        // Lost on the way, perhaps after it was taken: that costs a try, or it could go out for ever.
        outcome.await.unwrap_or_else(|_| Outcome::Failed("发送中连接中断".to_owned()))
    }
}

impl Gateway for Smpp {
    fn send<'a>(&'a self, message: &'a Outgoing) -> BoxFuture<'a, Outcome> {
        Box::pin(self.hand_over(message))
    }

    fn state(&self) -> LineState {
        self.state.get()
    }

    fn ready(&self) -> bool {
        self.state() == LineState::Up
    }

    fn window(&self) -> usize {
        self.window
    }
}

/// Connects, speaks, and connects again, until nobody holds the other end.
async fn keep(settings: SmppSettings, mut jobs: mpsc::Receiver<Job>, arrivals: mpsc::Sender<Arrival>, shown: Shown) {
    let mut pause = PAUSE;
    loop {
        let why = match bind(&settings).await {
            Ok(link) => {
                shown.set(LineState::Up);
                pause = PAUSE;
                match session::talk(link, &settings, &mut jobs, &arrivals).await {
                    Some(why) => why,
                    None => return,
                }
            }
            Err(why) => why,
        };
        tracing::warn!(why, "the line to the message gateway is down");
        shown.set(LineState::Down(why.clone()));
        if !rest(&mut jobs, pause, &why).await {
            return;
        }
        pause = (pause * 2).min(LONGEST);
    }
}

/// Waits; what is handed over meanwhile is given back. `false` when nobody holds the other end.
async fn rest(jobs: &mut mpsc::Receiver<Job>, pause: Duration, why: &str) -> bool {
    let over = tokio::time::sleep(pause);
    tokio::pin!(over);
    loop {
        tokio::select! {
            () = &mut over => return true,
            job = jobs.recv() => match job {
                // Who no longer waits needs no answer.
                Some(job) => drop(job.done.send(Outcome::Unreached(why.to_owned()))),
                None => return false,
            },
        }
    }
}

/// Connects and binds.
async fn bind(settings: &SmppSettings) -> Result<Link, String> {
    let to = (settings.host.trim(), settings.port);
    let stream = timeout(PATIENCE, TcpStream::connect(to)).await;
    let stream = stream.map_err(|_| "连接短信网关超时")?.map_err(|e| format!("无法连接短信网关：{}", kind_cn(&e)))?;
    // Small packets that wait for their answer: nothing is gained by gathering them.
    stream.set_nodelay(true).map_err(|e| kind_cn(&e))?;
    let mut link = Framed::new(stream, CommandCodec::new());
    let hello = Command::new(CommandStatus::EsmeRok, 1, words::bind(settings)?);
    link.send(hello).await.map_err(|_| "短信网关断开了连接")?;
    let answer = timeout(PATIENCE, link.next()).await.map_err(|_| "短信网关没有应答登录")?;
    let answer = answer.ok_or("短信网关断开了连接")?.map_err(|e| garbled(&e))?;
    match answer.status() {
        CommandStatus::EsmeRok if matches!(answer.pdu(), Some(Pdu::BindTransceiverResp(_)) | None) => Ok(link),
        CommandStatus::EsmeRok => Err("短信网关的应答不是登录应答".to_owned()),
        status => Err(format!("短信网关拒绝登录：{}", words::status_cn(status))),
    }
}

/// What cannot be read, for people; the log has the particulars.
fn garbled(e: &rusmpp::tokio_codec::DecodeError) -> String {
    tracing::warn!(error = %e, "the message gateway sent something that is no SMPP");
    "短信网关发来无法识别的内容".to_owned()
}

fn kind_cn(e: &std::io::Error) -> &'static str {
    match e.kind() {
        std::io::ErrorKind::ConnectionRefused => "对方拒绝连接",
        std::io::ErrorKind::TimedOut => "超时",
        std::io::ErrorKind::HostUnreachable | std::io::ErrorKind::NetworkUnreachable => "网络不通",
        _ => "地址或网络有误",
    }
}
