//! Sends what waits and takes in what citizens and carriers tell, for ever; messages and mails each by themselves. One process
//! at a time speaks with a carrier; the others stand by.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use app::App;
use app::sms::hear::{self, Heard};
use app::sms::letter;
use app::sms::send::{self, Went};
use domain::inbox::Adapter;
use domain::message::{GatewayKind, GatewaySettings, MailSettings, Medium};
use domain::social::{WechatSettings, WeiboSettings};
use futures::{StreamExt as _, stream};
use gateway::smtp::Smtp;
use gateway::wechat::Wechat;
use gateway::weibo::Weibo;
use gateway::{Arrival, File, Gateway, Incoming, LineState, Outcome, Outgoing};
use kernel::Ts;
use store::sms::Sms;
use tokio::sync::mpsc;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// How long a silent process keeps the carrier, milliseconds, and how often a living one says so.
const LEASE_MS: i64 = 60_000;
const RENEW_MS: i64 = 15_000;
/// Messages taken at a time, for each that may be on its way.
const DEEP: usize = 5;
/// What a carrier may tell before it is worked off.
const TOLD: usize = 64;

/// How the carrier of a medium is reached.
#[derive(Clone, PartialEq, Eq)]
enum Settings {
    Sms(Box<GatewaySettings>),
    Mail(Box<MailSettings>),
    Wechat(Box<WechatSettings>),
    Weibo(Box<WeiboSettings>),
}

impl Settings {
    async fn of(app: &App, medium: Medium) -> app::Result<Self> {
        Ok(match medium {
            Medium::Sms => Self::Sms(Box::new(send::settings(app).await?)),
            Medium::Mail => Self::Mail(Box::new(app::sms::mail::settings(app).await?)),
            Medium::Wechat => Self::Wechat(Box::new(app::social::wechat::settings(app).await?)),
            Medium::Weibo => Self::Weibo(Box::new(app::social::weibo::settings(app).await?)),
        })
    }

    fn is_off(&self) -> bool {
        match self {
            Self::Sms(s) => s.kind == GatewayKind::Off,
            Self::Mail(s) => !s.on,
            Self::Wechat(s) => !s.on,
            Self::Weibo(s) => !s.on || !s.answers,
        }
    }

    fn route(&self) -> String {
        match self {
            Self::Sms(s) => s.route(),
            Self::Mail(s) => format!("mail:{}:{}", s.host, s.port),
            Self::Wechat(s) => format!("wechat:{}", s.app_id),
            Self::Weibo(s) => format!("weibo:{}", s.uid),
        }
    }

    fn open(&self, arrivals: mpsc::Sender<Arrival>) -> Result<Option<Box<dyn Gateway>>, String> {
        match self {
            Self::Sms(s) => gateway::open(s, arrivals),
            Self::Mail(s) => Ok(Some(Box::new(Smtp::start(s)?))),
            Self::Wechat(s) => Ok(Some(Box::new(Wechat::new(s)?))),
            Self::Weibo(s) => Ok(Some(Box::new(Weibo::new(s)?))),
        }
    }
}

/// The way in use, and how it was set up.
struct Way {
    settings: Settings,
    gateway: Box<dyn Gateway>,
}

struct Desk {
    medium: Medium,
    way: Option<Way>,
    /// Until when the carrier is this process's.
    renewed: Option<Ts>,
    /// What the lamp was last told, and when.
    shown: Option<(LineState, Ts)>,
}

pub async fn run_forever(app: Arc<App>, medium: Medium) {
    let mut desk = Desk { medium, way: None, renewed: None, shown: None };
    loop {
        match desk.round(&app).await {
            Ok(true) => {}
            Ok(false) => tokio::time::sleep(EVERY).await,
            Err(e) => {
                tracing::error!(error = %e, %medium, "sending messages failed");
                tokio::time::sleep(EVERY).await;
            }
        }
    }
}

impl Desk {
    /// One look; `true` when there is more to do at once.
    async fn round(&mut self, app: &Arc<App>) -> app::Result<bool> {
        let settings = Settings::of(app, self.medium).await?;
        if self.way.as_ref().is_some_and(|w| w.settings != settings) {
            self.way = None;
        }
        if settings.is_off() || !self.holds(app).await? {
            self.way = None;
            return Ok(false);
        }
        if self.way.is_none() {
            self.way = open(app, settings);
        }
        let Some(way) = &self.way else {
            self.show(app, LineState::Down("网关设置无法使用，请检查".to_owned())).await?;
            return Ok(false);
        };
        let more = way.gateway.ready() && deliver(app, self.medium, way).await?;
        let state = way.gateway.state();
        self.show(app, state).await?;
        Ok(more)
    }

    /// Whether this process has the carrier.
    async fn holds(&mut self, app: &App) -> app::Result<bool> {
        let now = app.now();
        if self.renewed.is_some_and(|at| now.0 - at.0 < RENEW_MS) {
            return Ok(true);
        }
        let until = now.plus_millis(LEASE_MS);
        let held = send::hold_line(app, self.medium, until).await?;
        self.renewed = held.then_some(now);
        Ok(held)
    }

    async fn show(&mut self, app: &App, state: LineState) -> app::Result<()> {
        let now = app.now();
        if self.shown.as_ref().is_some_and(|(s, at)| *s == state && now.0 - at.0 < RENEW_MS) {
            return Ok(());
        }
        match &state {
            LineState::Unknown => return Ok(()),
            LineState::Up => send::line(app, self.medium, true, None).await?,
            LineState::Down(why) => send::line(app, self.medium, false, Some(why)).await?,
        }
        self.shown = Some((state, now));
        Ok(())
    }
}

fn open(app: &Arc<App>, settings: Settings) -> Option<Way> {
    let (arrivals, told) = mpsc::channel(TOLD);
    match settings.open(arrivals) {
        Ok(gateway) => {
            tokio::spawn(listen(Arc::clone(app), told, settings.route()));
            gateway.map(|gateway| Way { settings, gateway })
        }
        Err(e) => {
            tracing::error!(error = e, "the message gateway cannot be used");
            None
        }
    }
}

/// Sends a handful; `true` when there may be more.
async fn deliver(app: &App, medium: Medium, way: &Way) -> app::Result<bool> {
    let window = way.gateway.window();
    let batch = send::claim(app, medium, window * DEEP).await?;
    let full = batch.len() == window * DEEP;
    let gone = OnceLock::new();
    let route = way.settings.route();
    let results = stream::iter(batch).map(|sms| one(app, way, &gone, &route, sms)).buffer_unordered(window);
    let results: Vec<app::Result<()>> = results.collect().await;
    results.into_iter().collect::<app::Result<Vec<()>>>()?;
    Ok(full && gone.get().is_none())
}

async fn one(app: &App, way: &Way, gone: &OnceLock<String>, route: &str, sms: Sms) -> app::Result<()> {
    // Nobody is there: the rest need not wait for the same answer.
    let outcome = if let Some(why) = gone.get() {
        Outcome::Unreached(why.clone())
    } else {
        let (to, subject) = (sms.to.clone(), sms.subject.clone());
        let thread = thread(app, &sms).await?;
        let (papers, more) = letter::enclosed(app, &sms).await?;
        let files = papers.into_iter().map(|p| File { name: p.name, mime: p.mime, bytes: p.bytes }).collect();
        let text = sms.text.clone() + more.as_deref().unwrap_or_default();
        let message = Outgoing { id: sms.id.to_string(), to, subject, text, thread, files };
        way.gateway.send(&message).await
    };
    let went = match outcome {
        Outcome::Taken(refs) => Went::Taken { refs },
        Outcome::Refused(error) => Went::Refused { error },
        Outcome::Failed(error) => Went::Failed { error },
        Outcome::Elsewhere(error) => Went::Elsewhere { error },
        Outcome::Unreached(error) => {
            // Only the first counts: they are of one moment.
            let _ = gone.set(error.clone());
            Went::Unreached { error }
        }
    };
    send::settle(app, &sms, &went, route).await
}

/// The citizen's own mails about the order: an answer stands beneath them in their mail program.
async fn thread(app: &App, sms: &Sms) -> app::Result<Vec<String>> {
    match sms.order.filter(|_| sms.medium == Medium::Mail && sms.user.is_none()) {
        Some(order) => app::inbox::thread_of(app, Adapter::Mail, order).await,
        None => Ok(Vec::new()),
    }
}

/// Takes in what a carrier tells; it has its acknowledgement when that is kept.
async fn listen(app: Arc<App>, mut told: mpsc::Receiver<Arrival>, route: String) {
    while let Some(Arrival { what, kept }) = told.recv().await {
        let done = match what {
            Incoming::Report { reference, good, error } => {
                send::report(&app, &route, &reference, good, error.as_deref()).await
            }
            Incoming::Reply { phone, text, reference } => {
                hear::reply(&app, &Heard { phone, text, reference }).await.map(drop)
            }
        };
        // What the rules refuse would be refused again: only a broken database is worth another delivery.
        let keep = match done {
            Ok(()) => true,
            Err(e) => {
                tracing::error!(error = %e, "what the carrier told could not be taken in");
                e.refusal().is_some()
            }
        };
        // The line may have broken meanwhile; then it is delivered again.
        let _ = kept.send(keep);
    }
}
