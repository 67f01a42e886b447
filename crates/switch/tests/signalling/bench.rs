//! A stack with its events on one side, real sipp on the other.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use kernel::{LegId, Secret, SystemClock, SystemMint};
use sip::{Account, Command, Event, Limits, Phone, Sip, SipConfig, Target, Timing, Transport, Trunk, Wish};
use tokio::process::Child;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Nothing here takes longer than this; a test that waits for it has failed.
const LIMIT: Duration = Duration::from_secs(25);
pub const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
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

pub fn free_port() -> u16 {
    UdpSocket::bind((HOME, 0)).unwrap().local_addr().unwrap().port()
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

/// Starts sipp with a scenario of this folder.
pub fn sipp(scenario: &str, arguments: &[&str]) -> Sipp {
    let folder = tempfile::tempdir().unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sipp").join(scenario).with_extension("xml");
    let child = tokio::process::Command::new("sipp")
        .args(["-sf", file.to_str().unwrap(), "-i", "127.0.0.1", "-m", "1", "-nostdin"])
        .args([
            "-timeout",
            "25",
            "-timeout_error",
            "-trace_err",
            "-error_file",
            "errors",
            "-trace_msg",
            "-message_file",
        ])
        .arg("messages")
        .args(arguments)
        .current_dir(folder.path())
        .env("TERM", "dumb")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("sipp is installed (Debian package sip-tester)");
    Sipp { child, folder, scenario: scenario.into() }
}

/// sipp as a caller of the stack on `port`.
pub fn caller(scenario: &str, port: u16, more: &[&str]) -> Sipp {
    let (to, from, media) = (format!("127.0.0.1:{port}"), free_port().to_string(), free_port().to_string());
    let mut arguments = vec![to.as_str(), "-p", &from, "-mp", &media, "-d", "300"];
    arguments.extend(more);
    sipp(scenario, &arguments)
}

/// sipp as the carrier or the called party on `port`.
pub fn called(scenario: &str, port: u16) -> Sipp {
    let (port, media) = (port.to_string(), free_port().to_string());
    sipp(scenario, &["-p", &port, "-mp", &media])
}

pub struct Sipp {
    child: Child,
    folder: tempfile::TempDir,
    scenario: String,
}

impl Sipp {
    /// Waits for the end; the scenario must have passed.
    pub async fn passes(self) {
        let output = tokio::time::timeout(LIMIT + Duration::from_secs(5), self.child.wait_with_output())
            .await
            .expect("sipp ends")
            .unwrap();
        let read = |name: &str| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        assert!(
            output.status.success(),
            "{}: {}\n{}\n{}\n{}",
            self.scenario,
            output.status,
            String::from_utf8_lossy(&output.stderr),
            read("errors"),
            read("messages"),
        );
    }
}
