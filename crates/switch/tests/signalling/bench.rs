//! A stack with its events on one side, real sipp on the other.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kernel::{LegId, Secret, SystemClock, SystemMint};
use sip::{Account, Command, Event, Limits, Phone, Sip, SipConfig, Target, Timing, Transport, Trunk, Wish};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::sipp::LIMIT;
pub use crate::sipp::{HOME, called, caller, free_port};

/// A port that nobody listens to is enough where only signalling is looked at.
pub const RTP: u16 = 40_000;

pub struct Bench {
    pub sip: Sip,
    events: UnboundedReceiver<Event>,
    pub port: u16,
}

/// UDP only, one carrier at the same machine's `port`, one desk phone.
pub fn config(port: u16) -> SipConfig {
    SipConfig {
        udp: Some(SocketAddr::new(HOME, 0)),
        tcp: None,
        tls: None,
        authorities: None,
        advertise: None,
        realm: "hotline".into(),
        trunks: vec![line("line", port)],
        phones: vec![Phone { extension: "8001".into(), password: Secret::new("secret".into()) }],
        limits: Limits::default(),
        session: Wish { interval_s: 1800, min_s: 2 },
        timing: Timing::default(),
    }
}

pub fn line(name: &str, port: u16) -> Trunk {
    Trunk {
        name: name.into(),
        transport: Transport::Udp,
        host: "127.0.0.1".into(),
        port,
        allow: vec!["127.0.0.1".parse().unwrap()],
        inbound: None,
        outbound: None,
        register_s: None,
        dials: true,
        prefix: String::new(),
        probe_s: 0,
    }
}

pub fn account(user: &str, password: &str) -> Account {
    Account { user: user.into(), password: Secret::new(password.into()) }
}

impl Bench {
    pub async fn start(config: SipConfig) -> Self {
        let (sender, events) = unbounded_channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let sip = Sip::start(config, Arc::new(SystemClock), Arc::new(SystemMint), sink).await.unwrap();
        let port = [Transport::Udp, Transport::Tcp, Transport::Tls].into_iter().find_map(|t| sip.listens(t)).unwrap();
        let mut bench = Self { sip, events, port };
        // Trunks that do not register say at once that they can be used.
        while let Ok(Event::Trunk { up: true, .. }) = bench.events.try_recv() {}
        bench
    }

    pub async fn next(&mut self) -> Event {
        tokio::time::timeout(LIMIT, self.events.recv()).await.expect("an event comes").expect("the stack runs")
    }

    pub async fn incoming(&mut self) -> LegId {
        match self.next().await {
            Event::Incoming { leg, .. } => leg,
            other => panic!("{other:?} instead of a call"),
        }
    }

    /// Rings, answers, and waits until the caller has acknowledged.
    pub async fn take(&mut self) -> LegId {
        let leg = self.incoming().await;
        self.sip.send(Command::Ring { leg });
        self.sip.send(Command::Answer { leg, rtp_port: RTP });
        loop {
            match self.next().await {
                Event::Media { .. } => {}
                Event::Answered { leg: answered } if answered == leg => return leg,
                other => panic!("{other:?} instead of the answer"),
            }
        }
    }

    pub fn call(&self, n: u128) -> LegId {
        let leg = LegId(kernel::Uuid::from_u128(n));
        self.sip.send(Command::Originate {
            leg,
            to: Target::Number("13900000000".into()),
            caller: "12345".into(),
            ring_s: 30,
            rtp_port: RTP,
        });
        leg
    }

    /// The next event must be the end of this leg.
    pub async fn ended(&mut self, leg: LegId) -> (sip::Cause, Option<u16>) {
        match self.next().await {
            Event::Ended { leg: ended, cause, code } if ended == leg => (cause, code),
            other => panic!("{other:?} instead of the end"),
        }
    }

    /// Everything is forgotten: no call, no dialog; and no event came that nobody asked for.
    pub async fn comes_to_rest(mut self) {
        let forgotten = async {
            while self.sip.stats().dialogs > 0 || self.sip.stats().calls > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(LIMIT, forgotten).await.is_err() {
            panic!("left over: {:?}", self.sip.stats());
        }
        assert!(self.events.try_recv().is_err(), "an event too many");
        self.sip.stop().await;
    }
}
