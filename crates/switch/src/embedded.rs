//! The embedded switch: SIP signalling and media of this process behind one door.

use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use kernel::{Clock, LegId, Mint};
use media::{Media, MediaCommand, MediaConfig, MediaEvent, PromptLibrary, RtpPort, RtpRemote, WebConfig};
use sip::sdp;
use voice::switch::{Cause, Command, Endpoint, Event, Rejection, Sink, Source, Switch};

use crate::config::{ConfigError, SwitchConfig};

/// Why the switch could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("无法监听信令地址 {address}（{reason}），请检查是否被其他程序占用，或修改 sip 段的监听地址")]
    Listen { address: std::net::SocketAddr, reason: String },
    #[error("信令无法启动（{0}），请检查证书和监听地址")]
    Signalling(String),
    #[error("媒体无法启动（{0}），请检查录音目录权限和 media 段的地址端口")]
    Media(io::Error),
    #[error("提示音目录无法读取（{0}），请检查 prompts 指向的目录")]
    Prompts(io::Error),
}

impl From<sip::StartError> for StartError {
    fn from(error: sip::StartError) -> Self {
        match error {
            sip::StartError::Bind(address, reason) => Self::Listen { address, reason },
            other => Self::Signalling(other.to_string()),
        }
    }
}

/// A switch that runs, and what a crash before had left.
pub struct Started {
    pub switch: Embedded,
    /// Recordings whose headers were made true.
    pub repaired: Vec<media::Repaired>,
}

/// The embedded switch. Cheap to clone; runs until [`Embedded::stop`].
#[derive(Clone)]
pub struct Embedded {
    hub: Arc<Hub>,
}

/// A SIP leg from its first to its last message.
#[derive(Default)]
struct Leg {
    /// Ours until the other side's address is known; the media thread's afterwards.
    port: Option<RtpPort>,
    /// A port was bound: a second answer is without effect.
    bound: bool,
    opened: bool,
    outgoing: bool,
    answered: bool,
    remote: Option<sdp::Remote>,
}

struct Hub {
    legs: Mutex<HashMap<LegId, Leg>>,
    sip: OnceLock<sip::Sip>,
    media: OnceLock<Media>,
    sink: Sink,
}

impl Embedded {
    /// Binds the listeners and starts signalling and media.
    ///
    /// # Errors
    /// A mistake in the configuration, an address in use, a folder that cannot be written.
    pub async fn start(
        config: &SwitchConfig,
        clock: Arc<dyn Clock>,
        mint: Arc<dyn Mint>,
        sink: Sink,
    ) -> Result<Started, StartError> {
        let stack = config.stack()?;
        let (prompts, unusable) = prompts(config.prompts.as_deref()).map_err(StartError::Prompts)?;
        for one in unusable {
            tracing::warn!(file = %one.file, reason = %one.reason, "unusable prompt; the one before stays");
        }
        let hub = Arc::new(Hub { legs: Mutex::default(), sip: OnceLock::new(), media: OnceLock::new(), sink });
        let weak = Arc::downgrade(&hub);
        let (media, repaired) = Media::start(
            media_config(config, prompts),
            Arc::new(move |event| upgrade(&weak, |hub| hub.of_media(event))),
        )
        .map_err(StartError::Media)?;
        let _ = hub.media.set(media);
        let weak = Arc::downgrade(&hub);
        let sink: sip::Sink = Arc::new(move |event| upgrade(&weak, |hub| hub.of_sip(event)));
        match sip::Sip::start(stack, clock, mint, sink).await {
            Ok(sip) => drop(hub.sip.set(sip)),
            Err(error) => {
                hub.stop_media().await;
                return Err(error.into());
            }
        }
        Ok(Started { switch: Self { hub }, repaired })
    }

    /// Port of a listener, for those that were given as 0.
    #[must_use]
    pub fn listens(&self, transport: sip::Transport) -> Option<u16> {
        self.hub.sip.get()?.listens(transport)
    }

    #[must_use]
    pub fn stats(&self) -> sip::Stats {
        self.hub.sip.get().map(sip::Sip::stats).unwrap_or_default()
    }

    /// Reads the folder of prompts again; what is playing plays on. Tells which files are unusable.
    ///
    /// # Errors
    /// When the folder cannot be read; nothing is changed then.
    pub fn reload_prompts(&self, folder: Option<&Path>) -> io::Result<Vec<media::prompts::Unusable>> {
        let (prompts, unusable) = prompts(folder)?;
        if let Some(media) = self.hub.media.get() {
            media.replace_prompts(prompts);
        }
        Ok(unusable)
    }

    /// 平滑停机: no new calls.
    pub fn drain(&self) {
        if let Some(sip) = self.hub.sip.get() {
            sip.drain();
        }
    }

    /// Ends all calls with [`Cause::Restart`], unregisters, closes recordings.
    pub async fn stop(&self) {
        if let Some(sip) = self.hub.sip.get() {
            sip.stop().await;
        }
        self.hub.stop_media().await;
    }
}

impl Switch for Embedded {
    fn send(&self, command: Command) {
        self.hub.command(command);
    }
}

fn upgrade(hub: &Weak<Hub>, then: impl FnOnce(&Hub)) {
    if let Some(hub) = hub.upgrade() {
        then(&hub);
    }
}

fn prompts(folder: Option<&Path>) -> io::Result<(PromptLibrary, Vec<media::prompts::Unusable>)> {
    let shipped = PromptLibrary::shipped();
    match folder {
        Some(folder) if folder.is_dir() => shipped.with_folder(folder),
        _ => Ok((shipped, Vec::new())),
    }
}

fn media_config(config: &SwitchConfig, prompts: PromptLibrary) -> MediaConfig {
    let (first, last) = config.media.rtp_ports;
    let web = config.media.web.map(|bind| WebConfig {
        bind,
        announce: if config.media.announce.is_empty() { vec![bind.ip()] } else { config.media.announce.clone() },
    });
    MediaConfig {
        rtp_ports: first..=last,
        rtp_ip: config.media.rtp_ip,
        web,
        recordings: config.recordings.clone(),
        prompts,
        silence_s: config.silence_s,
    }
}

impl Hub {
    fn legs(&self) -> MutexGuard<'_, HashMap<LegId, Leg>> {
        self.legs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sip(&self, command: sip::Command) {
        if let Some(sip) = self.sip.get() {
            sip.send(command);
        }
    }

    fn media(&self, command: MediaCommand) {
        if let Some(media) = self.media.get() {
            media.send(command);
        }
    }

    fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    async fn stop_media(&self) {
        if let Some(media) = self.media.get().cloned()
            && let Err(error) = tokio::task::spawn_blocking(move || media.stop()).await
        {
            tracing::error!(%error, "media did not stop in order");
        }
    }

    fn command(&self, command: Command) {
        match command {
            Command::Ring { leg } => self.sip(sip::Command::Ring { leg }),
            Command::Answer { leg } => self.answer(leg),
            Command::Reject { leg, why } => {
                let (code, retry_after_s) = refusal(why);
                self.sip(sip::Command::Reject { leg, code, retry_after_s });
            }
            Command::Originate { leg, to, caller, ring_s, call } => {
                tracing::debug!(%call, %leg, "outgoing leg");
                self.originate(leg, to, caller, ring_s);
            }
            Command::Hangup { leg } => {
                if self.legs().contains_key(&leg) {
                    self.sip(sip::Command::Hangup { leg, cause: sip::Cause::Local });
                } else {
                    self.media(MediaCommand::Detach { leg });
                }
            }
            Command::Digits { leg, digits } => self.media(MediaCommand::Digits { leg, digits }),
            Command::WebOffer { leg, sdp } => self.media(MediaCommand::WebOffer { leg, sdp }),
            Command::WebClose { leg } => self.media(MediaCommand::WebClose { leg }),
            Command::Play { leg, no, sounds, repeat } => self.media(MediaCommand::Play { leg, no, sounds, repeat }),
            Command::Quiet { leg } => self.media(MediaCommand::Quiet { leg }),
            Command::Hear { call, edges } => self.media(MediaCommand::Hear { call, edges }),
            Command::Record { recording, call, file, left, right } => {
                self.media(MediaCommand::Record { recording, call, file, left, right });
            }
            Command::RecordSides { recording, right } => self.media(MediaCommand::RecordSides { recording, right }),
            Command::RecordPause { recording, on } => self.media(MediaCommand::RecordPause { recording, on }),
            Command::RecordStop { recording } => self.media(MediaCommand::RecordStop { recording }),
        }
    }

    fn answer(&self, leg: LegId) {
        let port = {
            let mut legs = self.legs();
            let Some(held) = legs.get_mut(&leg).filter(|l| !l.bound && !l.outgoing) else { return };
            match self.bind() {
                Some(port) => {
                    let number = port.port();
                    held.port = Some(port);
                    held.bound = true;
                    Some(number)
                }
                None => None,
            }
        };
        self.sip(match port {
            Some(rtp_port) => sip::Command::Answer { leg, rtp_port },
            None => sip::Command::Reject { leg, code: 503, retry_after_s: Some(10) },
        });
    }

    fn originate(&self, leg: LegId, to: Endpoint, caller: String, ring_s: u32) {
        let Some(port) = self.bind() else {
            return self.tell(Event::Ended { leg, cause: Cause::Network, code: None });
        };
        let rtp_port = port.port();
        self.legs().insert(leg, Leg { port: Some(port), bound: true, outgoing: true, ..Leg::default() });
        let to = match to {
            Endpoint::Number(number) => sip::Target::Number(number),
            Endpoint::Phone(extension) => sip::Target::Phone(extension),
        };
        self.sip(sip::Command::Originate { leg, to, caller, ring_s, rtp_port });
    }

    fn bind(&self) -> Option<RtpPort> {
        match self.media.get()?.open_rtp() {
            Ok(port) => Some(port),
            Err(error) => {
                tracing::error!(%error, "no media port for a call");
                None
            }
        }
    }

    fn of_sip(&self, event: sip::Event) {
        match event {
            sip::Event::Incoming { leg, source, from, to } => {
                self.legs().insert(leg, Leg::default());
                let source = match source {
                    sip::Source::Trunk(name) => Source::Trunk(name),
                    sip::Source::Phone(extension) => Source::Phone(extension),
                };
                self.tell(Event::Incoming { leg, source, from, to });
            }
            sip::Event::Ringing { leg } => self.tell(Event::Ringing { leg }),
            sip::Event::EarlyMedia { leg } => self.tell(Event::EarlyMedia { leg }),
            sip::Event::Media { leg, remote } => self.remote(leg, remote),
            sip::Event::Answered { leg } => {
                self.answered(leg);
                self.tell(Event::Answered { leg });
            }
            sip::Event::Digit { leg, digit } => self.tell(Event::Digit { leg, digit }),
            sip::Event::Ended { leg, cause, code } => {
                let held = self.legs().remove(&leg);
                if held.is_some_and(|l| l.opened) {
                    self.media(MediaCommand::Close { leg });
                }
                self.tell(Event::Ended { leg, cause: of_cause(cause), code });
            }
            sip::Event::Phone { extension, registered } => self.tell(Event::Phone { extension, registered }),
            sip::Event::Trunk { trunk, up, reason } => self.tell(Event::Trunk { trunk, up, reason }),
        }
    }

    /// Media of the other side are known, or changed.
    fn remote(&self, leg: LegId, remote: sdp::Remote) {
        let command = {
            let mut legs = self.legs();
            let Some(held) = legs.get_mut(&leg) else { return };
            held.remote = Some(remote);
            let remote = rtp(remote, held);
            match held.port.take() {
                Some(port) => {
                    held.opened = true;
                    MediaCommand::RtpOpen { leg, port, remote }
                }
                None => MediaCommand::RtpUpdate { leg, remote },
            }
        };
        self.media(command);
    }

    /// From now on we may send to a party we called.
    fn answered(&self, leg: LegId) {
        let update = {
            let mut legs = self.legs();
            let Some(held) = legs.get_mut(&leg) else { return };
            held.answered = true;
            held.remote.filter(|_| held.outgoing).map(|remote| rtp(remote, held))
        };
        if let Some(remote) = update {
            self.media(MediaCommand::RtpUpdate { leg, remote });
        }
    }

    fn of_media(&self, event: MediaEvent) {
        let told = match event {
            MediaEvent::Digit { leg, digit } => Event::Digit { leg, digit },
            MediaEvent::Played { leg, no, whole } => Event::Played { leg, no, whole },
            MediaEvent::WebAnswer { leg, sdp } => Event::WebAnswer { leg, sdp },
            MediaEvent::WebFailed { leg, reason } => Event::WebFailed { leg, reason },
            MediaEvent::WebUp { leg } => Event::WebUp { leg },
            MediaEvent::WebDown { leg } => Event::WebDown { leg },
            MediaEvent::Recorded { recording, bytes, ms, sha256 } => Event::Recorded { recording, bytes, ms, sha256 },
            MediaEvent::NotRecorded { recording, reason } => Event::NotRecorded { recording, reason },
            MediaEvent::Quality { leg, loss_permille, jitter_ms, rtt_ms } => {
                Event::Quality { leg, loss_permille, jitter_ms, rtt_ms }
            }
            MediaEvent::Silent { leg } => {
                return self.sip(sip::Command::Hangup { leg, cause: sip::Cause::Silent });
            }
        };
        self.tell(told);
    }
}

fn rtp(remote: sdp::Remote, leg: &Leg) -> RtpRemote {
    RtpRemote {
        address: remote.address,
        codec: match remote.codec {
            sdp::Codec::Pcma => media::Codec::Pcma,
            sdp::Codec::Pcmu => media::Codec::Pcmu,
        },
        dtmf_pt: remote.dtmf_pt,
        sends: remote.sends,
        receives: remote.receives && (leg.answered || !leg.outgoing),
    }
}

const fn refusal(why: Rejection) -> (u16, Option<u32>) {
    match why {
        Rejection::Busy => (486, None),
        Rejection::Forbidden => (403, None),
        Rejection::NotFound => (404, None),
        Rejection::Overloaded { retry_after_s } => (503, Some(retry_after_s)),
    }
}

const fn of_cause(cause: sip::Cause) -> Cause {
    match cause {
        sip::Cause::Remote => Cause::Remote,
        sip::Cause::Local => Cause::Local,
        sip::Cause::Cancelled => Cause::Cancelled,
        sip::Cause::Busy => Cause::Busy,
        sip::Cause::Declined => Cause::Declined,
        sip::Cause::NoAnswer => Cause::NoAnswer,
        sip::Cause::NoSuchNumber => Cause::NoSuchNumber,
        sip::Cause::NoMedia => Cause::NoMedia,
        sip::Cause::Silent => Cause::Silent,
        sip::Cause::TooLong => Cause::TooLong,
        sip::Cause::Network => Cause::Network,
        sip::Cause::Refused => Cause::Refused,
        sip::Cause::Stopping => Cause::Restart,
    }
}
