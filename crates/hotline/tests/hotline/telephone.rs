//! A telephone on the network: a citizen's, or the one on an agent's desk. It signs with our own SIP stack, speaks a tone and knows which
//! tones it hears.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kernel::{LegId, Mint as _, Secret, SystemClock, SystemMint, Ts};
use media::Codec;
use sip::{Account, Cause, Command, Event, Limits, Sip, SipConfig, Target, Timing, Transport, Trunk, Wish};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Only a failure waits this long.
pub const PATIENCE: Duration = Duration::from_secs(60);
const FRAME: Duration = Duration::from_millis(20);
/// Samples of a frame.
const PACKET: u32 = 160;
const HEADER: usize = 12;
/// Half a second is listened to at once.
const WINDOW: usize = 4_000;
const RATE: f64 = 8_000.0;
/// Amplitude of what is spoken, full scale 1.
const SPOKEN: f64 = 0.25;
/// Louder than this is there, quieter than a tenth of it is not.
pub const THERE: f64 = 0.1;

/// How strong a tone is in these samples, full scale 1 (Goertzel).
pub fn strength(samples: &[i16], hz: f64) -> f64 {
    let step = 2.0 * std::f64::consts::PI * hz / RATE;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, sample) in (0_u32..).zip(samples) {
        let (sin, cos) = (step * f64::from(n)).sin_cos();
        re += f64::from(*sample) * cos;
        im += f64::from(*sample) * sin;
    }
    re.hypot(im) * 2.0 / samples.len().max(1) as f64 / 32_768.0
}

struct Sound {
    socket: UdpSocket,
    hz: f64,
    to: Mutex<Option<SocketAddr>>,
    heard: Mutex<Vec<i16>>,
    over: AtomicBool,
}

impl Sound {
    fn start(hz: f64) -> Arc<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (to, heard, over) = (Mutex::default(), Mutex::default(), AtomicBool::new(false));
        let sound = Arc::new(Self { socket, hz, to, heard, over });
        let running = Arc::clone(&sound);
        std::thread::spawn(move || running.run());
        sound
    }

    /// Speaks every 20 ms and listens in between.
    fn run(&self) {
        let (mut seq, mut due) = (0, Instant::now());
        while !self.over.load(Ordering::Relaxed) {
            let rest = due.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                self.speak(seq);
                seq = seq.wrapping_add(1);
                due += FRAME;
                continue;
            }
            self.socket.set_read_timeout(Some(rest)).unwrap();
            self.listen();
        }
    }

    fn speak(&self, seq: u16) {
        let Some(to) = *self.to.lock().unwrap() else { return };
        let stamp = u32::from(seq) * PACKET;
        let mut packet = vec![0x80, Codec::Pcma.payload_type()];
        packet.extend_from_slice(&seq.to_be_bytes());
        packet.extend_from_slice(&stamp.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 7]);
        packet.extend((0..PACKET).map(|n| {
            let turns = self.hz * f64::from(stamp + n) / RATE;
            let sample = (turns * std::f64::consts::TAU).sin() * SPOKEN * f64::from(i16::MAX);
            Codec::Pcma.encode(sample as i16)
        }));
        // The other side may be gone already.
        let _ = self.socket.send_to(&packet, to);
    }

    fn listen(&self) {
        let mut buffer = [0; 2048];
        let Ok(length) = self.socket.recv(&mut buffer) else { return };
        if length > HEADER && buffer[1] & 0x7F == Codec::Pcma.payload_type() {
            let mut heard = self.heard.lock().unwrap();
            heard.extend(buffer[HEADER..length].iter().map(|code| Codec::Pcma.decode(*code)));
            let surplus = heard.len().saturating_sub(WINDOW);
            heard.drain(..surplus);
        }
    }
}

/// One telephone with at most one call.
pub struct Telephone {
    sip: Sip,
    events: UnboundedReceiver<Event>,
    sound: Arc<Sound>,
}

impl Drop for Telephone {
    fn drop(&mut self) {
        self.sound.over.store(true, Ordering::Relaxed);
    }
}

impl Telephone {
    /// Listens on `port`; the platform's is `platform`. With an account it registers.
    pub async fn start(port: u16, platform: u16, account: Option<(&str, &str)>, hz: f64) -> Self {
        let here = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let account = account
            .map(|(user, password)| Account { user: user.to_owned(), password: Secret::new(password.to_owned()) });
        let line = Trunk {
            name: "platform".to_owned(),
            transport: Transport::Udp,
            host: here.ip().to_string(),
            port: platform,
            allow: vec![here.ip().to_string().parse().unwrap()],
            inbound: None,
            register_s: account.is_some().then_some(600),
            outbound: account,
            dials: true,
            prefix: String::new(),
            probe_s: 0,
        };
        let config = SipConfig {
            udp: Some(here),
            tcp: None,
            tls: None,
            authorities: None,
            advertise: None,
            realm: "telephone".to_owned(),
            trunks: vec![line],
            phones: Vec::new(),
            limits: Limits::default(),
            session: Wish { interval_s: 1800, min_s: 90 },
            timing: Timing::default(),
        };
        let (sender, events) = unbounded_channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let sip = Sip::start(config, Arc::new(SystemClock), Arc::new(SystemMint), sink).await.unwrap();
        let mut phone = Self { sip, events, sound: Sound::start(hz) };
        phone.until(|event| matches!(event, Event::Trunk { up: true, .. }).then_some(())).await;
        phone
    }

    fn port(&self) -> u16 {
        self.sound.socket.local_addr().unwrap().port()
    }

    /// Works off events until one is wanted. Where to speak to is taken from those that say so.
    async fn until<T>(&mut self, wanted: impl Fn(&Event) -> Option<T>) -> T {
        let found = async {
            loop {
                let event = self.events.recv().await.expect("the stack runs");
                if let Event::Media { remote, .. } = &event {
                    *self.sound.to.lock().unwrap() = Some(remote.address);
                }
                if let Event::Ended { .. } = &event {
                    *self.sound.to.lock().unwrap() = None;
                }
                if let Some(found) = wanted(&event) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, found).await.expect("the telephone is told in time")
    }

    /// Calls; returns when answered.
    pub async fn call(&mut self, number: &str, caller: &str) -> LegId {
        let leg = LegId(SystemMint.uuid(Ts(0)));
        let to = Target::Number(number.to_owned());
        let (caller, rtp_port) = (caller.to_owned(), self.port());
        self.sip.send(Command::Originate { leg, to, caller, ring_s: 60, rtp_port });
        self.until(|event| matches!(event, Event::Answered { leg: up } if *up == leg).then_some(())).await;
        leg
    }

    /// Waits to be called and rings.
    pub async fn rings(&mut self) -> LegId {
        let leg = self.until(|event| if let Event::Incoming { leg, .. } = event { Some(*leg) } else { None }).await;
        self.sip.send(Command::Ring { leg });
        leg
    }

    pub async fn lift(&mut self, leg: LegId) {
        self.sip.send(Command::Answer { leg, rtp_port: self.port() });
        self.until(|event| matches!(event, Event::Answered { leg: up } if *up == leg).then_some(())).await;
    }

    pub async fn hang_up(&mut self, leg: LegId) {
        self.sip.send(Command::Hangup { leg, cause: Cause::Local });
        self.ended(leg).await;
    }

    pub async fn ended(&mut self, leg: LegId) -> Cause {
        self.until(|event| {
            if let Event::Ended { leg: over, cause, .. } = event { (*over == leg).then_some(*cause) } else { None }
        })
        .await
    }

    /// Waits until this tone is heard.
    pub async fn hears(&self, hz: f64) {
        let begun = Instant::now();
        loop {
            let level = strength(&self.sound.heard.lock().unwrap(), hz);
            if level > THERE {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{hz} Hz is not heard: {level}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
