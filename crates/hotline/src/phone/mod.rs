//! The call centre beside the web server: which switch, from which configuration, and its way down.

mod config;
mod studio;

pub use config::{PhoneOptions, read as configure};

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::phone::{Orders, Phase, Starter, Switchboard};
use switch::esl::{Esl, Patience};
use switch::{Embedded, EngineKind, SwitchConfig, Transport};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use studio::{Running, Studio};

/// The running call centre of this process.
pub struct Phone {
    orders: watch::Sender<Orders>,
    running: JoinHandle<()>,
    drain: Duration,
}

/// Starts it, unless it is switched off. A switch that cannot start does not keep the platform from starting: it is said,
/// and tried again.
pub fn start(app: &Arc<App>, options: &PhoneOptions, config: SwitchConfig) -> Option<Phone> {
    if options.no_phone {
        println!("话务未启用（--no-phone）");
        return None;
    }
    let running = Running::default();
    app.calls.set_studio(Arc::new(Studio::new(config.prompts.clone(), running.clone())));
    let (orders, obeyed) = watch::channel(Orders::Work);
    let (phase, told) = watch::channel(Phase::StandingBy);
    let web = config.media.web;
    tokio::spawn(announce(told, running.clone(), web));
    let starter = starter(Arc::clone(app), config, running);
    let running = tokio::spawn(app::phone::run(Arc::clone(app), starter, obeyed, phase));
    Some(Phone { orders, running, drain: Duration::from_secs(options.drain_s) })
}

impl Phone {
    /// 平滑停机: no new calls; returns with the last one, or when the time is up, or at once when `hurry` comes.
    pub async fn drain(self, hurry: impl Future<Output = ()>) {
        let Self { orders, mut running, drain } = self;
        orders.send_replace(Orders::Drain { within: drain });
        tokio::select! {
            _ = &mut running => return,
            () = hurry => {}
        }
        orders.send_replace(Orders::Stop);
        // A task that panicked has said so already.
        let _ = running.await;
    }
}

/// Tells the operator what became of the switch; changes only.
async fn announce(mut phase: watch::Receiver<Phase>, running: Running, web: Option<SocketAddr>) {
    let mut before = None;
    while phase.changed().await.is_ok() {
        let now = phase.borrow_and_update().clone();
        if before.as_ref() == Some(&now) {
            continue;
        }
        match &now {
            Phase::Working => {
                let sip = running.port().map_or_else(String::new, |port| format!("，SIP 端口 {port}"));
                let web = web.map_or_else(|| "，未启用浏览器话机".to_owned(), |at| format!("，浏览器语音 {at}"));
                println!("话务已启动{sip}{web}");
            }
            Phase::Failed(why) => println!("话务未能启动：{why}。平台其他功能照常使用，稍后自动重试"),
            Phase::StandingBy => println!("话务由另一个进程承担，本进程待命"),
            Phase::Ended => return,
        }
        before = Some(now);
    }
}

fn starter(app: Arc<App>, config: SwitchConfig, running: Running) -> Starter {
    Box::new(move |sink| {
        let (app, config, running) = (Arc::clone(&app), config.clone(), running.clone());
        Box::pin(async move {
            match config.engine {
                EngineKind::Embedded => embedded(&app, &config, &running, sink).await,
                EngineKind::Freeswitch => freeswitch(&config, sink),
            }
        })
    })
}

async fn embedded(
    app: &App,
    config: &SwitchConfig,
    running: &Running,
    sink: voice::switch::Sink,
) -> Result<Switchboard, String> {
    let (clock, mint) = (Arc::clone(&app.clock), Arc::clone(&app.mint));
    let started = Embedded::start(config, clock, mint, sink).await.map_err(|e| e.to_string())?;
    let switch = started.switch;
    running.set(switch.listens(Transport::Udp), Some(switch.clone()));
    let repaired = started.repaired.into_iter().map(|r| voice::floor::Repaired {
        file: r.file,
        bytes: r.bytes,
        ms: r.ms,
        sha256: r.sha256,
    });
    let (ending, running) = (switch.clone(), running.clone());
    Ok(Switchboard {
        repaired: repaired.collect(),
        switch: Arc::new(switch),
        stop: Box::new(move || {
            Box::pin(async move {
                running.set(None, None);
                ending.stop().await;
            })
        }),
    })
}

fn freeswitch(config: &SwitchConfig, sink: voice::switch::Sink) -> Result<Switchboard, String> {
    let switch = Arc::new(Esl::start(config, Patience::default(), sink).map_err(|e| e.to_string())?);
    let ending = Arc::clone(&switch);
    Ok(Switchboard {
        switch,
        repaired: Vec::new(),
        stop: Box::new(move || Box::pin(async move { ending.stop().await })),
    })
}
