//! From standing by to owning the floor and back.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use voice::floor::{Repaired, Restored};
use voice::protocol::SeatFrame;
use voice::switch::{Sink, Switch};

use super::lease::{self, Heir};
use super::owner::{End, In, Owner};
use super::{Line, State};
use crate::Result;
use crate::call;
use crate::ctx::App;

/// How often a process that stands by asks for the floor.
const ASK: Duration = Duration::from_secs(2);
/// How long after a failed start the switch is tried again.
const AGAIN: Duration = Duration::from_secs(15);

/// What the floor is to do, from the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Orders {
    #[default]
    Work,
    /// 平滑停机: no new calls, and an end with the last one, or when the time is up.
    Drain { within: Duration },
    /// An end now.
    Stop,
}

/// What the floor does, for whoever starts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Another process has the floor.
    StandingBy,
    /// The switch did not start; why, in Chinese.
    Failed(String),
    Working,
    Ended,
}

type Later<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A running switch.
pub struct Switchboard {
    pub switch: Arc<dyn Switch>,
    /// Recordings a crash had left open.
    pub repaired: Vec<Repaired>,
    /// Ends it; all its events are told by then.
    pub stop: Box<dyn FnOnce() -> Later<()> + Send>,
}

/// Starts the switch; the error is Chinese and says what to do.
pub type Starter = Box<dyn Fn(Sink) -> Later<Result<Switchboard, String>> + Send + Sync>;

/// Runs the call centre of this process until told to stop. Returns when everything is written.
pub async fn run(app: Arc<App>, start: Starter, mut orders: watch::Receiver<Orders>, phase: watch::Sender<Phase>) {
    app.phone.set(State::away("starting", "话务平台正在启动，请稍候"));
    while *orders.borrow() == Orders::Work {
        let next = match lease::succeed(&app).await {
            Ok(Some(heir)) => own(&app, &start, heir, &orders, &phase).await,
            Ok(None) => {
                phase.send_replace(Phase::StandingBy);
                let message = "话务由另一个服务进程承担或正在接管，请稍候，页面会自动重新连接";
                app.phone.set(State::away("elsewhere", message));
                ASK
            }
            Err(e) => {
                tracing::error!(error = %e, "the lease of the floor cannot be asked for");
                ASK
            }
        };
        let _ = tokio::time::timeout(next, orders.wait_for(|orders| *orders != Orders::Work)).await;
    }
    app.phone.set(State::away("off", "话务平台正在停机，请稍候"));
    phase.send_replace(Phase::Ended);
}

/// Owns the floor as long as it may; how long to wait before asking again.
async fn own(
    app: &Arc<App>,
    start: &Starter,
    heir: Heir,
    orders: &watch::Receiver<Orders>,
    phase: &watch::Sender<Phase>,
) -> Duration {
    let (inputs, events) = mpsc::unbounded_channel();
    let line = Line { inputs };
    let sink = line.clone();
    let started = start(Arc::new(move |event| {
        sink.send(In::Switch(event));
    }))
    .await;
    let Switchboard { switch, repaired, stop } = match started {
        Ok(board) => board,
        Err(why) => {
            tracing::error!(why, "the switch did not start");
            app.phone.set(State::away("failed", format!("话务未能启动：{why}")));
            phase.send_replace(Phase::Failed(why));
            give_back(app).await;
            return AGAIN;
        }
    };
    let settings = Arc::new(call::phone_settings(&app.world(), app.now()));
    let mut owner = Owner::new(app, switch, line.clone(), settings);
    match left_open(app, heir, repaired).await {
        Ok(left) => owner.restore(left).await,
        Err(e) => {
            tracing::error!(error = %e, "what was left open cannot be read; the floor does not start");
            stop().await;
            give_back(app).await;
            return ASK;
        }
    }
    app.phone.set(State::Here(line.clone()));
    phase.send_replace(Phase::Working);
    let obeying = tokio::spawn(obey(orders.clone(), line));
    let end = owner.run(events).await;
    obeying.abort();
    let (code, message) = match end {
        End::Drained => ("off", "话务平台正在停机，请稍候"),
        End::Lost => ("elsewhere", "话务已由另一个服务进程承担，请稍候，页面会自动重新连接"),
    };
    app.phone.set(State::away(code, message));
    if end == End::Lost {
        tracing::error!("another process has the floor; calls of this one are ended");
    }
    owner.close_pages(&SeatFrame::Unavailable { code: code.to_owned(), message: message.to_owned() });
    stop().await;
    if end == End::Drained {
        give_back(app).await;
    }
    ASK
}

async fn give_back(app: &App) {
    if let Err(e) = lease::release(app).await {
        tracing::warn!(error = %e, "the lease of the floor was not given back; it runs out by itself");
    }
}

async fn left_open(app: &App, heir: Heir, repaired: Vec<Repaired>) -> Result<Restored> {
    let open = call::unfinished(app).await?;
    Ok(Restored {
        calls: open.calls,
        seats: open.seats,
        recordings: open.recordings,
        repaired,
        today: call::today(app).await?,
        dialled: call::dialled_today(app).await?,
        alive_until: heir.alive_until,
    })
}

/// Hands orders on to the floor.
async fn obey(mut orders: watch::Receiver<Orders>, line: Line) {
    let told = orders.wait_for(|orders| *orders != Orders::Work).await.map(|orders| *orders);
    if let Ok(Orders::Drain { within }) = told {
        line.send(In::Drain);
        let at_once = orders.wait_for(|orders| *orders == Orders::Stop);
        let _ = tokio::time::timeout(within, at_once).await;
    }
    line.send(In::Stop);
}
