//! The carrier: calls come from here, from a SIP stack of its own in this process.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use kernel::{LegId, SystemClock, SystemMint};
use sip::{Cause, Command, Event, Limits, Sip, SipConfig, Target, Timing, Transport, Trunk, Wish};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::lines::{HERE, Lines};

const HOTLINE: &str = "12345";
/// Callers give up after so long.
const RING_S: u32 = 30;

/// What became of the calls so far.
#[derive(Default)]
pub struct Outcome {
    pub begun: usize,
    pub answered: usize,
    /// From the INVITE to its 200.
    pub setup: Vec<Duration>,
    /// Calls that were not answered, or ended otherwise than by the caller; how, how often.
    pub failed: BTreeMap<String, usize>,
}

struct Open {
    no: u64,
    begun: Instant,
    answered: bool,
    socket: Option<std::net::UdpSocket>,
    /// How long the caller speaks; none until told to end.
    hold: Option<Duration>,
    ends: Option<Instant>,
}

pub struct Carrier {
    sip: Sip,
    events: UnboundedReceiver<(Instant, Event)>,
    lines: Lines,
    open: HashMap<LegId, Open>,
    pub outcome: Outcome,
    next: u64,
}

impl Carrier {
    /// # Errors
    /// When the port is taken.
    pub async fn start(port: u16, platform: u16, lines: Lines) -> Result<Self> {
        let line = Trunk {
            name: "platform".to_owned(),
            transport: Transport::Udp,
            host: HERE.to_string(),
            port: platform,
            allow: Vec::new(),
            inbound: None,
            outbound: None,
            register_s: None,
            dials: true,
            prefix: String::new(),
            probe_s: 0,
        };
        let config = SipConfig {
            udp: Some(SocketAddr::new(HERE, port)),
            tcp: None,
            tls: None,
            authorities: None,
            advertise: None,
            realm: "carrier".to_owned(),
            trunks: vec![line],
            phones: Vec::new(),
            limits: Limits { calls: 100_000, strangers_per_s: 100_000, ..Limits::default() },
            session: Wish { interval_s: 1800, min_s: 90 },
            timing: Timing::default(),
        };
        let (sender, events) = unbounded_channel();
        // Stamped where it is told: what the one who reads them does meanwhile is not measured.
        let sink = Arc::new(move |event| drop(sender.send((Instant::now(), event))));
        let sip = Sip::start(config, Arc::new(SystemClock), Arc::new(SystemMint), sink).await?;
        Ok(Self { sip, events, lines, open: HashMap::new(), outcome: Outcome::default(), next: 0 })
    }

    /// Another citizen calls; hangs up `hold` after the answer, or when told to.
    ///
    /// # Errors
    /// When no socket is left.
    pub fn call(&mut self, hold: Option<Duration>) -> Result<()> {
        let socket = std::net::UdpSocket::bind(SocketAddr::new(HERE, 0)).context("no socket for a caller")?;
        socket.set_nonblocking(true)?;
        let rtp_port = socket.local_addr()?.port();
        let leg = LegId(kernel::Uuid::from_u128(u128::from(self.next) + 1));
        let caller = format!("139{:08}", self.next % 100_000_000);
        let begun = Instant::now();
        self.open.insert(leg, Open { no: self.next, begun, answered: false, socket: Some(socket), hold, ends: None });
        self.next += 1;
        self.outcome.begun += 1;
        self.sip.send(Command::Originate {
            leg,
            to: Target::Number(HOTLINE.to_owned()),
            caller,
            ring_s: RING_S,
            rtp_port,
        });
        Ok(())
    }

    /// Calls that are not over.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    /// Waits for something to happen, and takes it in.
    pub async fn heed(&mut self) {
        if let Some((at, event)) = self.events.recv().await {
            self.take(at, event);
        }
    }

    /// Hangs up whose time has come.
    pub fn hang_up_due(&mut self, now: Instant) {
        for (leg, open) in &mut self.open {
            if open.ends.is_some_and(|ends| ends <= now) {
                open.ends = None;
                // The end is ours from here on.
                open.hold = None;
                self.sip.send(Command::Hangup { leg: *leg, cause: Cause::Local });
            }
        }
    }

    pub fn hang_up_all(&mut self) {
        for open in self.open.values_mut() {
            open.ends = Some(open.begun);
        }
        self.hang_up_due(Instant::now());
    }

    fn take(&mut self, at: Instant, event: Event) {
        match event {
            Event::Media { leg, remote } => {
                if let Some(open) = self.open.get_mut(&leg)
                    && let Some(socket) = open.socket.take()
                {
                    self.lines.begin(open.no, socket, remote.address);
                }
            }
            Event::Answered { leg } => {
                if let Some(open) = self.open.get_mut(&leg) {
                    open.answered = true;
                    open.ends = open.hold.map(|hold| at + hold);
                    self.outcome.answered += 1;
                    self.outcome.setup.push(at.saturating_duration_since(open.begun));
                }
            }
            Event::Ended { leg, cause, code } => {
                let Some(open) = self.open.remove(&leg) else { return };
                self.lines.end(open.no);
                if !(open.answered && cause == Cause::Local) {
                    let code = code.map_or_else(String::new, |code| format!(" {code}"));
                    *self.outcome.failed.entry(format!("{cause:?}{code}")).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    pub async fn stop(&self) {
        self.sip.stop().await;
    }
}
