//! One page's connection: commands in, frames out. How it travels is the API's business.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::authority::Permission;
use kernel::UserId;
use serde_json::json;
use tokio::sync::mpsc;
use voice::protocol::{PageFrame, SeatCommand, SeatFrame};

use super::Line;
use super::owner::In;
use super::pages::BEHIND;
use crate::audit::{Entry, record};
use crate::call;
use crate::ctx::{App, Ctx};
use crate::{Error, Result};

/// Close code: the session is over.
pub const OVER: u16 = 4401;
/// Close code: the person may not use a telephone.
pub const FORBIDDEN: u16 = 4403;
/// Close code: no call centre at this process now.
pub const UNAVAILABLE: u16 = 4503;

/// What goes to the page.
#[derive(Clone, Debug, PartialEq)]
pub enum Frame {
    Say(Box<SeatFrame>),
    /// The last thing: end the connection with this code.
    Close(u16),
}

static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// A page that said hello.
#[derive(Debug)]
pub struct Connection {
    app: Arc<App>,
    line: Line,
    user: UserId,
    tab: String,
    no: u64,
    out: mpsc::Sender<Frame>,
}

/// Joins a page to the floor. Frames for it come out of the receiver, whose end is the end of the connection.
///
/// # Errors
/// Whoever may not use a telephone is refused. [`SeatFrame::Unavailable`] comes as a frame, not as an error.
pub async fn connect(app: &Arc<App>, ctx: &Ctx, tab: &str) -> Result<(Option<Connection>, mpsc::Receiver<Frame>)> {
    let person = call::person(app, ctx, tab).await?;
    let (out, frames) = mpsc::channel(BEHIND);
    let line = match app.phone.line() {
        Ok(line) => line,
        Err(frame) => {
            let _ = out.try_send(Frame::Say(Box::new(frame)));
            let _ = out.try_send(Frame::Close(UNAVAILABLE));
            return Ok((None, frames));
        }
    };
    let no = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
    let connection = Connection { app: Arc::clone(app), user: person.user, tab: tab.to_owned(), no, out, line };
    connection.send(In::Open { person, no, out: connection.out.clone() });
    Ok((Some(connection), frames))
}

impl Connection {
    fn send(&self, input: In) {
        if !self.line.send(input) {
            let _ = self.out.try_send(Frame::Close(UNAVAILABLE));
        }
    }

    fn say(&self, frame: SeatFrame) {
        // A page that is behind is let go by the floor.
        let _ = self.out.try_send(Frame::Say(Box::new(frame)));
    }

    /// Passes a page's command on. What needs the database is done here, so that the floor never waits for it.
    pub async fn command(&self, ctx: &Ctx, frame: PageFrame) {
        let PageFrame { no, command } = frame;
        match self.prepare(ctx, command).await {
            Ok(command) => {
                let (user, tab) = (self.user, self.tab.clone());
                self.send(In::Page { user, tab, no, command });
            }
            Err(Error::Refused(refusal)) => {
                self.say(SeatFrame::Refused { no, code: refusal.code.into_owned(), message: refusal.message });
            }
            Err(e) => {
                tracing::error!(error = %e, "a softphone's command failed");
                let message = "系统繁忙，请稍后重试".to_owned();
                self.say(SeatFrame::Refused { no, code: "internal".to_owned(), message });
            }
        }
    }

    /// The session behind the connection is over.
    pub fn expired(&self) {
        let _ = self.out.try_send(Frame::Close(OVER));
    }

    async fn prepare(&self, ctx: &Ctx, command: SeatCommand) -> Result<SeatCommand> {
        match command {
            SeatCommand::Dial { number, order, task } => {
                let number = call::dial_number(&self.app, ctx, &number, order, task).await?;
                Ok(SeatCommand::Dial { number, order, task })
            }
            SeatCommand::Supervise { user, mode } => {
                self.audit(ctx, "phone.supervise", user, json!({ "mode": mode })).await?;
                Ok(command)
            }
            SeatCommand::Force { user, to } => {
                self.audit(ctx, "phone.force", user, json!({ "to": to })).await?;
                Ok(command)
            }
            // The tab a connection speaks for is that of its first hello.
            SeatCommand::Hello { .. } => Ok(SeatCommand::Hello { tab: self.tab.clone() }),
            other => Ok(other),
        }
    }

    /// Listening in and forcing leave a record even when the floor then refuses: somebody tried.
    async fn audit(&self, ctx: &Ctx, action: &str, target: UserId, detail: serde_json::Value) -> Result<()> {
        ctx.require(Permission::CallMonitor)?;
        let done: Result<()> = db::with_retry!(self.app.store.db, async |tx| {
            let entry = Entry::new("call", action, "user", target).with(detail.clone());
            record(tx, &self.app, ctx, entry).await
        });
        done
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let tab = std::mem::take(&mut self.tab);
        self.line.send(In::Close { user: self.user, tab, no: self.no });
    }
}
