//! An agent at work: a signed-in page's WebSocket that takes every call the moment it rings.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures::{SinkExt as _, StreamExt as _};
use kernel::{Clock as _, SystemClock};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::sync::mpsc::UnboundedSender;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};
use voice::protocol::{PageFrame, SeatCall, SeatCallState, SeatCommand, SeatFrame, SeatState, SeatView};

use super::lines::Lines;

/// A page that says nothing for 45 s is taken for gone.
const PING: Duration = Duration::from_secs(15);
/// How long the voice may take: all softphones come up at once and share two processors with the platform.
const VOICE: Duration = Duration::from_secs(60);

/// What a seat tells.
#[derive(Debug)]
pub enum Told {
    /// Signed in, with a voice, free.
    Ready,
    /// A call rings here: how long ago the floor chose this seat, ms.
    Rang { ms: i64 },
    /// The seat speaks with a citizen, or no longer does.
    Talking { seat: usize, on: bool },
    /// The seat is lost; why.
    Gone { seat: usize, why: String },
}

/// Works until the platform ends it.
pub async fn work(
    base: String,
    login: String,
    password: String,
    seat: usize,
    lines: Lines,
    told: UnboundedSender<Told>,
) {
    let why = match Seat::open(&base, &login, &password, seat, lines, told.clone()).await {
        Ok(mut seat) => {
            seat.run().await.map_or_else(|e| format!("{e:#}"), |()| "the platform closed the connection".to_owned())
        }
        Err(e) => format!("{e:#}"),
    };
    // Whoever listens may have ended before.
    let _ = told.send(Told::Gone { seat, why });
}

struct Seat {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    no: u32,
    seat: usize,
    lines: Lines,
    told: UnboundedSender<Told>,
    seen: HashSet<kernel::CallId>,
    ready: bool,
    talking: bool,
}

impl Seat {
    async fn open(
        base: &str,
        login: &str,
        password: &str,
        seat: usize,
        lines: Lines,
        told: UnboundedSender<Told>,
    ) -> Result<Self> {
        let cookie = cookie(base, login, password).await?;
        let mut request = format!("{}/api/v1/phone", base.replacen("http", "ws", 1)).into_client_request()?;
        request.headers_mut().insert("cookie", cookie.parse()?);
        request.headers_mut().insert("origin", base.parse()?);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        let mut seat = Self { socket, no: 0, seat, lines, told, seen: HashSet::new(), ready: false, talking: false };
        seat.say(SeatCommand::Hello { tab: "bench".to_owned() }).await?;
        let (sdp, up) = seat.lines.offer(seat.seat).await?;
        seat.say(SeatCommand::Offer { sdp }).await?;
        let answer = loop {
            match seat.next().await? {
                Some(SeatFrame::WebAnswer { sdp }) => break sdp,
                Some(SeatFrame::Refused { message, .. } | SeatFrame::Unavailable { message, .. }) => bail!(message),
                Some(_) => {}
                None => bail!("the platform closed the connection"),
            }
        };
        seat.lines.answer(seat.seat, answer);
        tokio::time::timeout(VOICE, up).await.context("the voice did not come up")??;
        seat.say(SeatCommand::SignIn { skills: None }).await?;
        Ok(seat)
    }

    async fn say(&mut self, command: SeatCommand) -> Result<()> {
        self.no += 1;
        let text = serde_json::to_string(&PageFrame { no: self.no, command })?;
        Ok(self.socket.send(Message::text(text)).await?)
    }

    /// The next frame; none at the end.
    async fn next(&mut self) -> Result<Option<SeatFrame>> {
        while let Some(message) = self.socket.next().await {
            if let Message::Text(text) = message? {
                return Ok(Some(serde_json::from_str(&text)?));
            }
        }
        Ok(None)
    }

    async fn run(&mut self) -> Result<()> {
        let mut pings = tokio::time::interval(PING);
        loop {
            tokio::select! {
                _ = pings.tick() => self.say(SeatCommand::Ping).await?,
                frame = self.next() => match frame? {
                    Some(SeatFrame::Seat { seat }) => self.look(&seat).await?,
                    Some(SeatFrame::Refused { code, message, .. }) => bail!("{code}: {message}"),
                    Some(_) => {}
                    None => return Ok(()),
                },
            }
        }
    }

    async fn look(&mut self, seat: &SeatView) -> Result<()> {
        let ringing = |call: &&SeatCall| call.state == SeatCallState::Ringing;
        if let Some(call) = seat.calls.iter().find(ringing).map(|call| call.call)
            && self.seen.insert(call)
        {
            // The state's beginning is the floor's choice; both clocks are this machine's.
            self.tell(Told::Rang { ms: SystemClock.now().0 - seat.since.0 });
            self.say(SeatCommand::Answer { call }).await?;
        }
        let talking = seat.state == SeatState::Talking;
        if talking != self.talking {
            self.talking = talking;
            self.tell(Told::Talking { seat: self.seat, on: talking });
        }
        if seat.state == SeatState::Ready && !std::mem::replace(&mut self.ready, true) {
            self.tell(Told::Ready);
        }
        // Whatever made it busy: there is nobody who would look into it.
        if seat.state == SeatState::Busy && seat.media {
            eprintln!("seat {} became busy: {:?}", self.seat, seat.reason);
            self.say(SeatCommand::Ready).await?;
        }
        Ok(())
    }

    fn tell(&self, told: Told) {
        let _ = self.told.send(told);
    }
}

/// Signs in; the session as a header.
async fn cookie(base: &str, login: &str, password: &str) -> Result<String> {
    let body = json!({ "login": login, "password": password });
    let answer = reqwest::Client::new().post(format!("{base}/api/v1/session")).json(&body).send().await?;
    if !answer.status().is_success() {
        bail!("sign-in of {login} refused: {}", answer.text().await?);
    }
    let set = answer.headers().get("set-cookie").context("a session is a cookie")?.to_str()?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}
