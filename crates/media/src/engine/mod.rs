//! The media thread: sockets, a 5 ms clock, commands. Everything it owns is reached from here only, so there is no lock.

mod browser;
mod clock;
mod digits;
mod hear;
mod inbound;
mod leg;
mod recordings;
mod report;

use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};
use std::time::{Duration, Instant};

use kernel::{CallId, LegId, RecordingId};
use mio::{Events, Interest, Poll, Token, Waker};
use voice::switch::{Edge, PlayNo, Sound};

use crate::api::{MediaCommand, MediaConfig, MediaEvent, MediaSink, RtpRemote};
use crate::player::Player;
use crate::port::{RtpPort, random_u32};
use crate::prompts::PromptLibrary;
use crate::record::{Disk, Recording};
use crate::web::Hub;
use leg::{Leg, Legs, Line, RtpLine};

/// Legs take turns in four steps of the clock, so that not all send at once.
const STEP: Duration = Duration::from_millis(5);
const PHASES: usize = 4;
/// After a standstill longer than this the clock does not make up for lost time.
const STANDSTILL: Duration = Duration::from_millis(500);
/// Datagrams read from one socket before others have their turn.
const BURST: usize = 64;

const WAKE: Token = Token(0);
const WEB: Token = Token(1);

/// What reaches the thread.
pub enum Order {
    Command(MediaCommand),
    Prompts(PromptLibrary),
    /// A file was read for a player; empty when it could not be.
    Loaded {
        leg: LegId,
        no: PlayNo,
        place: usize,
        samples: Arc<[u8]>,
    },
    RecordingFailed {
        recording: RecordingId,
    },
    Stop,
}

pub struct Engine {
    poll: Poll,
    waker: Arc<Waker>,
    inbox: Receiver<Order>,
    sink: MediaSink,
    /// The beginning of time for reports.
    epoch: Instant,
    silence: Option<Duration>,
    prompts: PromptLibrary,
    disk: Disk,
    hub: Option<Hub>,
    legs: Legs,
    /// Edges as declared, by call; and by listener.
    calls: HashMap<CallId, Vec<Edge>>,
    hearing: HashMap<LegId, Vec<(CallId, LegId)>>,
    recordings: Vec<Option<Recording>>,
    recording_of: HashMap<RecordingId, usize>,
    /// Browser legs that have something to send.
    dirty: Vec<usize>,
    /// Sockets that were not read to their end.
    unread: Vec<Token>,
}

impl Engine {
    pub fn new(
        config: MediaConfig,
        sink: MediaSink,
        orders: Sender<Order>,
        inbox: Receiver<Order>,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let mut hub = config.web.as_ref().map(Hub::start).transpose()?;
        if let Some(hub) = &mut hub {
            poll.registry().register(hub.socket(), WEB, Interest::READABLE)?;
        }
        let back = waker.clone();
        let disk = Disk::start(config.recordings, sink.clone(), move |order| {
            // Nobody listens any more only while stopping.
            if orders.send(order).is_ok() {
                let _ = back.wake();
            }
        })?;
        Ok(Self {
            poll,
            waker,
            inbox,
            sink,
            epoch: Instant::now(),
            silence: (config.silence_s > 0).then(|| Duration::from_secs(u64::from(config.silence_s))),
            prompts: config.prompts,
            disk,
            hub,
            legs: Legs::default(),
            calls: HashMap::new(),
            hearing: HashMap::new(),
            recordings: Vec::new(),
            recording_of: HashMap::new(),
            dirty: Vec::with_capacity(64),
            unread: Vec::with_capacity(64),
        })
    }

    pub fn waker(&self) -> Arc<Waker> {
        self.waker.clone()
    }

    /// The thread's life. Returns when told to stop.
    pub fn run(mut self) {
        let mut events = Events::with_capacity(1024);
        let mut due = Instant::now();
        let mut phase = 0;
        let mut stopped = false;
        while !stopped {
            let now = Instant::now();
            if self.is_idle() {
                due = now;
            }
            let wait = match due.saturating_duration_since(now) {
                _ if !self.unread.is_empty() => Some(Duration::ZERO),
                _ if self.is_idle() => None,
                wait => Some(wait),
            };
            if let Err(error) = self.poll.poll(&mut events, wait)
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "media sockets cannot be waited for");
                break;
            }
            for token in std::mem::take(&mut self.unread) {
                self.readable(token);
            }
            for event in &events {
                if event.token() == WAKE {
                    stopped |= self.obey();
                } else {
                    self.readable(event.token());
                }
            }
            self.drive_browsers();
            due = self.turn_clock(due, &mut phase);
        }
        self.end();
    }

    fn is_idle(&self) -> bool {
        self.legs.is_empty() && self.recording_of.is_empty()
    }

    fn turn_clock(&mut self, mut due: Instant, phase: &mut usize) -> Instant {
        let now = Instant::now();
        if now.saturating_duration_since(due) > STANDSTILL {
            tracing::warn!(ms = (now - due).as_millis() as u64, "the media clock stood still");
            due = now;
        }
        while due <= now {
            self.tick(*phase, now);
            *phase = (*phase + 1) % PHASES;
            due += STEP;
        }
        due
    }

    fn readable(&mut self, token: Token) {
        if token == WEB {
            self.read_browsers();
        } else if let Some(n) = token.0.checked_sub(2) {
            if n % 2 == 0 { self.read_rtp(n / 2) } else { self.read_rtcp(n / 2) }
        }
    }

    /// Carries out what has been ordered; true when the thread is to end.
    fn obey(&mut self) -> bool {
        while let Ok(order) = self.inbox.try_recv() {
            match order {
                Order::Command(command) => self.carry_out(command),
                Order::Prompts(prompts) => self.prompts = prompts,
                Order::Loaded { leg, no, place, samples } => {
                    if let Some(player) = self.legs.find(leg).and_then(|i| self.legs[i].player.as_mut())
                        && player.no == no
                    {
                        player.loaded(place, samples);
                    }
                }
                Order::RecordingFailed { recording } => self.forget_recording(recording),
                Order::Stop => return true,
            }
        }
        false
    }

    fn carry_out(&mut self, command: MediaCommand) {
        let now = Instant::now();
        match command {
            MediaCommand::RtpOpen { leg, port, remote } => {
                if let Err(error) = self.rtp_open(leg, port, remote, now) {
                    tracing::error!(%error, %leg, "a leg's sockets cannot be used");
                }
            }
            MediaCommand::RtpUpdate { leg, remote } => self.rtp_update(leg, remote, now),
            MediaCommand::Close { leg } | MediaCommand::WebClose { leg } => self.close(leg, now),
            MediaCommand::Digits { leg, digits } => {
                if let Some(i) = self.legs.find(leg) {
                    digits.chars().for_each(|d| self.legs[i].digits_out.push(d));
                }
            }
            MediaCommand::WebOffer { leg, sdp } => self.web_offer(leg, &sdp, now),
            MediaCommand::Detach { leg } => self.detach(leg, now),
            MediaCommand::Play { leg, no, sounds, repeat } => self.play(leg, no, sounds, repeat, now),
            MediaCommand::Quiet { leg } => {
                if let Some(i) = self.legs.find(leg) {
                    self.end_play(i, false, now);
                }
            }
            MediaCommand::Hear { call, edges } => self.hear(call, edges, now),
            MediaCommand::Record { recording, call: _, file, left, right } => {
                self.record(recording, file, left, right, now);
            }
            MediaCommand::RecordSides { recording, right } => self.record_sides(recording, right),
            MediaCommand::RecordPause { recording, on } => self.record_pause(recording, on),
            MediaCommand::RecordStop { recording } => self.record_stop(recording, now),
        }
    }

    fn tell(&self, event: MediaEvent) {
        (self.sink)(event);
    }

    fn rtp_open(&mut self, id: LegId, port: RtpPort, remote: RtpRemote, now: Instant) -> io::Result<()> {
        self.close(id, now);
        let mut line = RtpLine::new(port, remote, random_u32()?);
        let i = self.legs.vacant();
        let registry = self.poll.registry();
        registry.register(&mut line.rtp, Token(2 + 2 * i), Interest::READABLE)?;
        registry.register(&mut line.rtcp, Token(3 + 2 * i), Interest::READABLE)?;
        self.settle(i, Leg::new(id, Line::Rtp(Box::new(line)), now)?, now);
        Ok(())
    }

    /// A new leg takes its place among those who hear, are heard and are recorded.
    fn settle(&mut self, i: usize, leg: Leg, now: Instant) {
        let id = leg.id;
        self.legs.put(i, leg);
        self.tap_leg(i);
        self.rewire(i, now);
        for listener in self.listeners_of(id) {
            self.rewire(listener, now);
        }
    }

    fn rtp_update(&mut self, id: LegId, remote: RtpRemote, now: Instant) {
        let Some(i) = self.legs.find(id) else { return };
        let leg = &mut self.legs[i];
        if let Line::Rtp(line) = &mut leg.line {
            if remote.sends && !line.remote.sends {
                leg.heard = now;
            }
            line.latch.rename(remote.address);
            line.remote = remote;
        }
    }

    fn close(&mut self, id: LegId, now: Instant) {
        let Some(i) = self.legs.find(id) else { return };
        self.detach(id, now);
        if let Some(mut leg) = self.legs.take(i) {
            match &mut leg.line {
                Line::Rtp(line) => {
                    if line.latch.refused() > 0 {
                        tracing::warn!(leg = %id, packets = line.latch.refused(), "packets of strangers were refused");
                    }
                    // Sockets that are dropped leave the poll by themselves; this only says so.
                    let _ = self.poll.registry().deregister(&mut line.rtp);
                    let _ = self.poll.registry().deregister(&mut line.rtcp);
                }
                Line::Web(line) => self.web_gone(i, line),
            }
        }
    }

    /// Takes the leg out of all hearing and recording and stops what is played to it.
    fn detach(&mut self, id: LegId, now: Instant) {
        let Some(i) = self.legs.find(id) else { return };
        let heard_it = self.listeners_of(id);
        self.forget_edges(id);
        for listener in heard_it {
            self.rewire(listener, now);
        }
        self.end_play(i, false, now);
        self.rewire(i, now);
        self.legs[i].taps.clear();
        self.forget_sides(id);
    }

    fn play(&mut self, id: LegId, no: PlayNo, sounds: Vec<Sound>, repeat: bool, now: Instant) {
        let Some(i) = self.legs.find(id) else { return };
        let (player, files) = Player::new(no, sounds, repeat, &self.prompts);
        if let Some(old) = self.legs[i].player.replace(player) {
            self.tell(MediaEvent::Played { leg: id, no: old.no, whole: false });
        }
        for (place, file) in files {
            self.disk.send(crate::record::DiskOrder::Load { leg: id, no, place, file });
        }
        self.rewire(i, now);
    }

    fn end_play(&mut self, i: usize, whole: bool, now: Instant) {
        let leg = &mut self.legs[i];
        if let Some(player) = leg.player.take() {
            let event = MediaEvent::Played { leg: leg.id, no: player.no, whole };
            self.tell(event);
            self.rewire(i, now);
        }
    }

    fn end(mut self) {
        let now = Instant::now();
        for id in self.recording_of.keys().copied().collect::<Vec<_>>() {
            self.record_stop(id, now);
        }
        self.disk.stop();
    }
}
