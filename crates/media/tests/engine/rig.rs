//! A running engine, telephones around it, and measuring of what they hear.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use kernel::{CallId, LegId, RecordingId, Uuid};
use media::{Codec, Media, MediaCommand, MediaConfig, MediaEvent, PromptLibrary, Repaired, RtpRemote};
use voice::switch::Edge;

/// No wait in a test is longer.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Level of a tone at its source: RMS of full scale.
pub const SPOKEN: f64 = 0.2;
const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

pub fn leg(n: u128) -> LegId {
    LegId(Uuid::from_u128(n))
}

pub fn call(n: u128) -> CallId {
    CallId(Uuid::from_u128(n))
}

pub fn recording(n: u128) -> RecordingId {
    RecordingId(Uuid::from_u128(n))
}

pub fn edges(pairs: &[(u128, u128)]) -> Vec<Edge> {
    pairs.iter().map(|(from, to)| Edge { from: leg(*from), to: leg(*to) }).collect()
}

pub struct Rig {
    pub media: Media,
    pub folder: PathBuf,
    pub repaired: Vec<Repaired>,
    events: Receiver<MediaEvent>,
    temporary: Option<tempfile::TempDir>,
    _turn: MutexGuard<'static, ()>,
}

/// One engine at a time: telephones keep time only where nothing else takes the processor.
static TURN: Mutex<()> = Mutex::new(());

impl Rig {
    pub fn start() -> Self {
        Self::with(PromptLibrary::shipped(), 0)
    }

    pub fn with(prompts: PromptLibrary, silence_s: u32) -> Self {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = temporary.path().to_owned();
        let mut rig = Self::over(folder, prompts, silence_s);
        rig.temporary = Some(temporary);
        rig
    }

    /// On a folder that is there.
    pub fn over(folder: PathBuf, prompts: PromptLibrary, silence_s: u32) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let (told, events) = channel();
        let config = MediaConfig {
            rtp_ports: 20_000..=29_999,
            rtp_ip: LOCAL,
            web: None,
            recordings: folder.clone(),
            prompts,
            silence_s,
        };
        let sink = Arc::new(move |event| {
            let _ = told.send(event);
        });
        let (media, repaired) = Media::start(config, sink).expect("media start");
        Self { media, folder, repaired, events, temporary: None, _turn: turn }
    }

    /// A telephone on leg `n` that speaks a tone of so many hertz; 0 for silence.
    pub fn phone(&self, n: u128, hz: u32, codec: Codec) -> Phone {
        let port = self.media.open_rtp().expect("a port");
        let phone = Phone::start(SocketAddr::new(LOCAL, port.port()), hz, codec);
        self.media.send(MediaCommand::RtpOpen { leg: leg(n), port, remote: phone.remote() });
        phone
    }

    pub fn hear(&self, pairs: &[(u128, u128)]) {
        self.media.send(MediaCommand::Hear { call: call(1), edges: edges(pairs) });
    }

    /// The first event that the function picks; others are passed over.
    pub fn event<T>(&self, pick: impl FnMut(MediaEvent) -> Option<T>) -> T {
        self.event_within(PATIENCE, pick).expect("the event came in time")
    }

    pub fn event_within<T>(&self, limit: Duration, mut pick: impl FnMut(MediaEvent) -> Option<T>) -> Option<T> {
        let until = Instant::now() + limit;
        loop {
            let event = self.events.recv_timeout(until.saturating_duration_since(Instant::now())).ok()?;
            if let Some(picked) = pick(event) {
                return Some(picked);
            }
        }
    }

    /// Events told until now.
    pub fn drain(&self) -> Vec<MediaEvent> {
        self.events.try_iter().collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.media.stop();
        drop(self.temporary.take());
    }
}

/// A packet as a telephone got it.
#[derive(Clone, Debug)]
pub struct Heard {
    pub payload_type: u8,
    pub seq: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Vec<u8>,
}

/// A telephone: sends 20 ms of its tone on time, keeps what it gets.
pub struct Phone {
    pub address: SocketAddr,
    pub codec: Codec,
    shared: Arc<Shared>,
    pub rtcp: UdpSocket,
    peer: SocketAddr,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    heard: Mutex<Vec<Heard>>,
    news: Condvar,
    stop: AtomicBool,
    /// Says nothing, not even packets.
    mute: AtomicBool,
    hz: AtomicU32,
    /// Digits to send: event code plus one; 0 none.
    digit: AtomicU32,
    /// Sends frames of constant level that count up instead of a tone.
    counting: AtomicBool,
}

impl Phone {
    fn start(peer: SocketAddr, hz: u32, codec: Codec) -> Self {
        let (socket, rtcp) = pair();
        let address = socket.local_addr().expect("bound");
        let shared = Arc::new(Shared {
            heard: Mutex::default(),
            news: Condvar::new(),
            stop: AtomicBool::new(false),
            mute: AtomicBool::new(false),
            hz: AtomicU32::new(hz),
            digit: AtomicU32::new(0),
            counting: AtomicBool::new(false),
        });
        let inner = shared.clone();
        let thread = std::thread::spawn(move || speak(&socket, peer, codec, &inner));
        Self { address, codec, shared, rtcp, peer, thread: Some(thread) }
    }

    pub fn remote(&self) -> RtpRemote {
        RtpRemote { address: self.address, codec: self.codec, dtmf_pt: Some(101), sends: true, receives: true }
    }

    pub fn mute(&self, on: bool) {
        self.shared.mute.store(on, Ordering::Relaxed);
    }

    pub fn count(&self) {
        self.shared.counting.store(true, Ordering::Relaxed);
    }

    /// Presses a key: an event of 100 ms with three ends.
    pub fn press(&self, code: u8) {
        self.shared.digit.store(u32::from(code) + 1, Ordering::Relaxed);
    }

    pub fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.shared.heard.lock().expect("lock").clone()
    }

    /// Waits until what was heard fulfils the condition; looks again at each packet.
    pub fn wait(&self, what: &str, condition: impl Fn(&[Heard]) -> bool) {
        let until = Instant::now() + PATIENCE;
        let mut heard = self.shared.heard.lock().expect("lock");
        while !condition(&heard) {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "waited in vain for: {what} ({} packets heard)", heard.len());
            heard = self.shared.news.wait_timeout(heard, left).expect("lock").0;
        }
    }

    /// Waits until so many more packets came.
    pub fn listen(&self, packets: usize) {
        let from = self.heard().len();
        self.wait("packets", |heard| heard.len() >= from + packets);
    }

    /// Waits until exactly these tones are heard in the last 200 ms at the level at which they are spoken.
    pub fn hears(&self, tones: &[u32], among: &[u32]) {
        let codec = self.codec;
        self.wait(&format!("tones {tones:?}"), |heard| {
            let Some(sound) = last_sound(heard, codec, 10) else { return false };
            among.iter().all(|hz| {
                let level = goertzel(&sound, *hz);
                if tones.contains(hz) { (SPOKEN * 0.85..SPOKEN * 1.15).contains(&level) } else { level < SPOKEN * 0.03 }
            })
        });
    }

    /// Where this telephone's peer sends from.
    pub fn clear(&self) {
        self.shared.heard.lock().expect("lock").clear();
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the telephone's thread");
        }
    }
}

/// Sockets on an even port and the next.
fn pair() -> (UdpSocket, UdpSocket) {
    loop {
        let rtp = UdpSocket::bind((LOCAL, 0)).expect("a port");
        let port = rtp.local_addr().expect("bound").port();
        if port.is_multiple_of(2)
            && let Ok(rtcp) = UdpSocket::bind((LOCAL, port + 1))
        {
            return (rtp, rtcp);
        }
    }
}

/// The level of frame `n` of a telephone that counts: eight levels far apart.
pub fn counted(n: u32) -> i16 {
    (n % 8) as i16 * 2000 - 7000
}

fn speak(socket: &UdpSocket, peer: SocketAddr, codec: Codec, shared: &Shared) {
    let ssrc = 0x5000_0000 | u32::from(socket.local_addr().expect("bound").port());
    let (mut n, mut seq) = (0u32, 100u16);
    let mut event: Option<(u8, u32, u16)> = None;
    let mut due = Instant::now();
    while !shared.stop.load(Ordering::Relaxed) {
        gather(socket, due, shared);
        due += Duration::from_millis(20);
        let timestamp = 5000 + n * 160;
        let pressed = shared.digit.swap(0, Ordering::Relaxed);
        if pressed > 0 {
            event = Some((pressed as u8 - 1, timestamp, 0));
        }
        let mut send = |payload_type: u8, marker: bool, timestamp: u32, payload: &[u8]| {
            let packet = packet(payload_type, marker, seq, timestamp, ssrc, payload);
            seq = seq.wrapping_add(1);
            let _ = socket.send_to(&packet, peer);
        };
        if let Some((code, began, duration)) = &mut event {
            *duration += 160;
            let over = *duration >= 800;
            let [high, low] = duration.to_be_bytes();
            for _ in 0..if over { 3 } else { 1 } {
                send(101, *duration == 160, *began, &[*code, if over { 0x8A } else { 0x0A }, high, low]);
            }
            if over {
                event = None;
            }
        } else if !shared.mute.load(Ordering::Relaxed) {
            let hz = shared.hz.load(Ordering::Relaxed);
            let counting = shared.counting.load(Ordering::Relaxed);
            let payload: Vec<u8> =
                (0..160).map(|k| codec.encode(if counting { counted(n) } else { tone(hz, n * 160 + k) })).collect();
            send(codec.payload_type(), n == 0, timestamp, &payload);
        }
        n += 1;
    }
}

/// Takes what comes until it is time to send.
fn gather(socket: &UdpSocket, due: Instant, shared: &Shared) {
    let mut buffer = [0u8; 1500];
    loop {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return;
        }
        socket.set_read_timeout(Some(left)).expect("a timeout");
        let Ok(n) = socket.recv(&mut buffer) else { continue };
        let b = &buffer[..n];
        let heard = Heard {
            payload_type: b[1] & 0x7F,
            seq: u16::from_be_bytes([b[2], b[3]]),
            timestamp: u32::from_be_bytes([b[4], b[5], b[6], b[7]]),
            ssrc: u32::from_be_bytes([b[8], b[9], b[10], b[11]]),
            payload: b[12..].to_vec(),
        };
        shared.heard.lock().expect("lock").push(heard);
        shared.news.notify_all();
    }
}

pub fn packet(payload_type: u8, marker: bool, seq: u16, timestamp: u32, ssrc: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![0x80, payload_type | if marker { 0x80 } else { 0 }];
    out.extend(seq.to_be_bytes());
    out.extend(timestamp.to_be_bytes());
    out.extend(ssrc.to_be_bytes());
    out.extend(payload);
    out
}

/// Sample `n` of a tone at level [`SPOKEN`].
pub fn tone(hz: u32, n: u32) -> i16 {
    let angle = f64::from(n % 8000) * f64::from(hz) / 8000.0 * std::f64::consts::TAU;
    (angle.sin() * SPOKEN * 2f64.sqrt() * 32_768.0) as i16
}

/// Linear sound of the last packets, of full scale.
pub fn last_sound(heard: &[Heard], codec: Codec, packets: usize) -> Option<Vec<f64>> {
    let last = heard.len().checked_sub(packets)?;
    Some(
        heard[last..]
            .iter()
            .filter(|h| h.payload_type == codec.payload_type())
            .flat_map(|h| h.payload.iter().map(|c| f64::from(codec.decode(*c)) / 32_768.0))
            .collect(),
    )
}

/// RMS of one frequency in the sound, of full scale.
pub fn goertzel(sound: &[f64], hz: u32) -> f64 {
    let w = f64::from(hz) / 8000.0 * std::f64::consts::TAU;
    let (mut a, mut b) = (0.0, 0.0);
    for sample in sound {
        (a, b) = (sample + 2.0 * w.cos() * a - b, a);
    }
    let power = a * a + b * b - 2.0 * w.cos() * a * b;
    (2.0 * power).sqrt() / sound.len().max(1) as f64
}

/// RMS of all of it.
pub fn rms(sound: &[f64]) -> f64 {
    (sound.iter().map(|s| s * s).sum::<f64>() / sound.len().max(1) as f64).sqrt()
}
