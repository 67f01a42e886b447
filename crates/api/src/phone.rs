//! The softphone's connection: one WebSocket, one JSON frame per text message, as `voice::protocol` describes them.

use std::sync::Arc;
use std::time::Duration;

use app::phone::{Connection, FORBIDDEN, Frame, OVER};
use app::{App, Ctx, login, phone};
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout};
use voice::protocol::{PageFrame, SeatCommand, SeatFrame};
use wire::{Problem, cookie, origin};

use crate::fault::Answer;
use crate::signed::Signed;
use crate::{Desk, Fault};

/// Longest message of a page, bytes: an SDP offer is a few thousand.
const LONGEST: usize = 256 * 1024;
/// A page that says nothing for so long is gone; it pings every 15 s.
const SILENT: Duration = Duration::from_secs(45);
/// How often the session behind a connection is looked at again. An open softphone keeps its session alive: who waits for
/// calls is at work.
const RECHECK: Duration = Duration::from_secs(20);
/// Commands that may come before the hello.
const EARLY: usize = 16;
/// Longest name of a tab, bytes.
const LONGEST_TAB: usize = 64;
/// Close code of what is no frame.
const NO_FRAME: u16 = 4400;

/// Opens the softphone's connection (WebSocket).
#[utoipa::path(get, path = "/phone", tag = "phone",
    responses((status = 101, description = "WebSocket；文本帧为 JSON，坐席命令与平台帧见 voice::protocol")))]
pub async fn phone_open(
    State(desk): State<Desk>,
    signed: Result<Signed, Fault>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Answer<Response> {
    let upgrade = match (upgrade, &signed) {
        (Ok(upgrade), _) => upgrade.max_message_size(LONGEST).max_frame_size(LONGEST),
        (Err(_), Err(_)) => return Err(signed.err().unwrap_or_else(|| Problem::unauthorised().into())),
        (Err(no), Ok(_)) => return Ok(no.into_response()),
    };
    // A cookie travels with requests of any page, so the page must be ours.
    origin::check_own(&headers)?;
    let token = cookie::get(&headers, cookie::SESSION).unwrap_or_default().to_owned();
    Ok(match signed {
        // A page cannot see the status of a refused upgrade, only a close code.
        Err(_) => upgrade.on_upgrade(|socket| close(socket, OVER)),
        Ok(Signed(ctx)) => upgrade.on_upgrade(move |socket| {
            let session = Session { app: desk.app, ctx, token, checked: Instant::now() };
            serve(socket, session)
        }),
    })
}

/// Whether the floor is at this process: 200, else 503. For the load balancer's choice of where softphones go.
pub async fn phone_health(State(desk): State<Desk>) -> StatusCode {
    if desk.app.phone.is_here() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// Who is at the other end.
struct Session {
    app: Arc<App>,
    ctx: Ctx,
    token: String,
    checked: Instant,
}

impl Session {
    /// `false` when the session is over.
    async fn holds(&mut self) -> bool {
        if self.checked.elapsed() >= RECHECK {
            self.checked = Instant::now();
            match login::session_load(&self.app, &self.token, &self.ctx.ip, &self.ctx.trace_id).await {
                Ok(signed) => self.ctx = Ctx { agent: std::mem::take(&mut self.ctx.agent), ..signed.ctx },
                Err(app::Error::Internal(cause) | app::Error::Away(cause)) => {
                    tracing::warn!(error = %cause, "the session of a softphone could not be looked at");
                }
                Err(_) => return false,
            }
        }
        self.ctx.now = self.app.now();
        true
    }
}

async fn close(mut socket: WebSocket, code: u16) {
    let frame = CloseFrame { code, reason: "".into() };
    // The other end may be gone already.
    let _ = socket.send(Message::Close(Some(frame))).await;
}

async fn serve(mut socket: WebSocket, session: Session) {
    let Some((hello, early)) = hello(&mut socket).await else { return close(socket, NO_FRAME).await };
    let PageFrame { no, command: SeatCommand::Hello { tab } } = hello else { return close(socket, NO_FRAME).await };
    let (connection, frames) = match phone::connect(&session.app, &session.ctx, &tab).await {
        Ok(joined) => joined,
        Err(app::Error::Internal(cause) | app::Error::Away(cause)) => {
            tracing::error!(error = %cause, "a softphone could not join");
            return close(socket, phone::UNAVAILABLE).await;
        }
        Err(_) => return close(socket, FORBIDDEN).await,
    };
    if let Some(connection) = &connection {
        connection.command(&session.ctx, PageFrame { no, command: SeatCommand::Hello { tab } }).await;
        for frame in early {
            connection.command(&session.ctx, frame).await;
        }
    }
    let code = Talk { socket, frames, session, seq: 0 }.run(connection.as_ref()).await;
    tracing::debug!(code, "softphone connection ended");
}

/// Who the page is. What it asks before it has said so waits until then: pages ask from several places at once.
async fn hello(socket: &mut WebSocket) -> Option<(PageFrame, Vec<PageFrame>)> {
    let mut early = Vec::new();
    while early.len() < EARLY {
        let Ok(Some(Ok(Message::Text(text)))) = timeout(SILENT, socket.recv()).await else { return None };
        let frame: PageFrame = serde_json::from_str(&text).ok()?;
        match &frame.command {
            SeatCommand::Hello { tab } if tab.is_empty() || tab.len() > LONGEST_TAB => return None,
            SeatCommand::Hello { .. } => return Some((frame, early)),
            _ => early.push(frame),
        }
    }
    None
}

struct Talk {
    socket: WebSocket,
    frames: Receiver<Frame>,
    session: Session,
    /// Number of the last frame sent.
    seq: u64,
}

#[derive(Serialize)]
struct Numbered<'a> {
    seq: u64,
    #[serde(flatten)]
    frame: &'a SeatFrame,
}

impl Talk {
    /// Until either end leaves; the close code.
    async fn run(mut self, connection: Option<&Connection>) -> u16 {
        let mut heard = Instant::now();
        let code = loop {
            tokio::select! {
                frame = self.frames.recv() => match frame {
                    Some(Frame::Say(frame)) => if !self.say(&frame).await { return 1006 },
                    Some(Frame::Close(code)) => break code,
                    None => break phone::UNAVAILABLE,
                },
                message = self.socket.recv() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => if let Err(code) = self.take(&text, connection).await { break code },
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return 1005,
                        Some(Ok(_)) => {}
                    }
                }
                () = tokio::time::sleep_until(heard + SILENT) => break 1001,
            }
        };
        close(self.socket, code).await;
        code
    }

    async fn say(&mut self, frame: &SeatFrame) -> bool {
        self.seq += 1;
        let text = serde_json::to_string(&Numbered { seq: self.seq, frame }).unwrap_or_default();
        self.socket.send(Message::Text(text.into())).await.is_ok()
    }

    async fn take(&mut self, text: &str, connection: Option<&Connection>) -> Result<(), u16> {
        let frame: PageFrame = serde_json::from_str(text).map_err(|_| NO_FRAME)?;
        if !self.session.holds().await {
            return Err(OVER);
        }
        if let Some(connection) = connection {
            connection.command(&self.session.ctx, frame).await;
        }
        Ok(())
    }
}
