//! What a bridged, recorded call costs: pairs of telephones on loopback, the processor time of the media thread, and
//! whether a packet was lost.
//!
//!     cargo run --release -p media --example load -- [calls=200] [seconds=20] [mixed]
//!
//! With `mixed` a third party listens to each call, so that it goes through the mixer.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use kernel::{CallId, LegId, RecordingId, Uuid};
use media::{Codec, Media, MediaCommand, MediaConfig, MediaEvent, PromptLibrary, RtpRemote};
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use voice::switch::Edge;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const STEP: Duration = Duration::from_millis(5);
const PACKET: usize = 172;

/// A telephone of the generator.
struct Peer {
    socket: UdpSocket,
    to: SocketAddr,
    sends: bool,
    packet: [u8; PACKET],
    sent: u64,
    received: u64,
    /// The sequence number that should come next, and how many were passed over: relayed packets keep their distances.
    next: Option<u16>,
    lost: u64,
}

/// Counters that the generator leaves behind.
#[derive(Default)]
struct Totals {
    sent: AtomicU64,
    received: AtomicU64,
    lost: AtomicU64,
    /// The generator's own lateness, microseconds: beyond 20 ms its figures say nothing about the media thread.
    late_us: AtomicU64,
    stop: AtomicBool,
}

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |n: usize, default: u64| arguments.get(n).and_then(|a| a.parse().ok()).unwrap_or(default);
    let (calls, seconds) = (number(0, 200), number(1, 20));
    let mixed = arguments.iter().any(|a| a == "mixed");
    let folder = std::env::temp_dir().join(format!("hotline-load-{}", std::process::id()));
    let (told, events) = channel();
    let config = MediaConfig {
        rtp_ports: 20_000..=29_999,
        rtp_ip: LOCAL,
        web: None,
        recordings: folder.clone(),
        prompts: PromptLibrary::default(),
        silence_s: 0,
    };
    let before = resident_kb()?;
    let (media, _) = Media::start(
        config,
        Arc::new(move |event| {
            let _ = told.send(event);
        }),
    )?;
    let peers = (0..calls).map(|call| open_call(&media, call, mixed)).collect::<io::Result<Vec<_>>>()?;
    let totals = Arc::new(Totals::default());
    let ready = Arc::new(Barrier::new(2));
    let generator = {
        let (totals, ready) = (totals.clone(), ready.clone());
        std::thread::spawn(move || generate(peers.into_iter().flatten().collect(), &totals, &ready))
    };
    ready.wait();
    let began = (Instant::now(), cpu_ns("media")?, cpu_ns("recorder")?);
    wait(Duration::from_secs(seconds));
    let took = began.0.elapsed().as_nanos() as f64;
    let cpu = [("media", began.1), ("recorder", began.2)]
        .map(|(name, before)| cpu_ns(name).map(|now| (now - before) as f64 / took * 100.0));
    let [media_cpu, recorder_cpu] = cpu;
    let (media_cpu, recorder_cpu) = (media_cpu?, recorder_cpu?);
    let resident = resident_kb()?.saturating_sub(before);
    totals.stop.store(true, Ordering::Relaxed);
    if generator.join().is_err() {
        return Err(io::Error::other("the generator panicked"));
    }
    let recorded = close(&media, calls, &events);
    media.stop();
    fs::remove_dir_all(&folder)?;

    let (sent, received) = (totals.sent.load(Ordering::Relaxed), totals.received.load(Ordering::Relaxed));
    println!(
        "calls bridged and recorded     {calls}{}",
        if mixed { ", each with a listener in the mixer" } else { "" }
    );
    println!("measured                       {seconds} s");
    println!("media thread                   {media_cpu:.1} % of one core");
    println!("recorder thread                {recorder_cpu:.1} % of one core");
    println!("per call                       {:.3} % of one core", (media_cpu + recorder_cpu) / calls as f64);
    println!("memory per call                {} kB (with the generator's)", resident / calls.max(1));
    println!("packets sent by the telephones {sent}");
    println!("packets received by them       {received}");
    println!("lost                           {}", totals.lost.load(Ordering::Relaxed));
    println!("recordings closed              {} of {calls}, {} to {} ms", recorded.0, recorded.1, recorded.2);
    println!("generator late by at most      {} ms", totals.late_us.load(Ordering::Relaxed) / 1000);
    Ok(())
}

fn leg(call: u64, party: u64) -> LegId {
    LegId(Uuid::from_u128(u128::from(call * 4 + party + 1)))
}

/// Two telephones that hear each other, recorded; with `mixed` a third that hears both.
fn open_call(media: &Media, call: u64, mixed: bool) -> io::Result<Vec<Peer>> {
    let parties = if mixed { 3 } else { 2 };
    let mut peers = Vec::new();
    for party in 0..parties {
        let port = media.open_rtp()?;
        let socket = UdpSocket::bind(SocketAddr::new(LOCAL, 0))?;
        let address = socket.local_addr()?;
        let to = SocketAddr::new(LOCAL, port.port());
        let sends = party < 2;
        let remote = RtpRemote { address, codec: Codec::Pcma, dtmf_pt: Some(101), sends, receives: true };
        media.send(MediaCommand::RtpOpen { leg: leg(call, party), port, remote });
        let mut packet = [0x55; PACKET];
        packet[..2].copy_from_slice(&[0x80, 8]);
        packet[8..12].copy_from_slice(&(call as u32 * 4 + party as u32 + 1).to_be_bytes());
        peers.push(Peer { socket, to, sends, packet, sent: 0, received: 0, next: None, lost: 0 });
    }
    let mut pairs = vec![(0, 1), (1, 0)];
    if mixed {
        pairs.extend([(0, 2), (1, 2)]);
    }
    let edges = pairs.iter().map(|(from, to)| Edge { from: leg(call, *from), to: leg(call, *to) }).collect();
    let id = CallId(Uuid::from_u128(u128::from(call)));
    media.send(MediaCommand::Hear { call: id, edges });
    media.send(MediaCommand::Record {
        recording: RecordingId(Uuid::from_u128(u128::from(call))),
        call: id,
        file: format!("{call}.wav"),
        left: leg(call, 0),
        right: vec![leg(call, 1)],
    });
    Ok(peers)
}

/// Sends and receives until told to stop, then receives what is on its way.
fn generate(mut peers: Vec<Peer>, totals: &Totals, ready: &Barrier) -> io::Result<()> {
    let mut poll = Poll::new()?;
    for (n, peer) in peers.iter_mut().enumerate() {
        poll.registry().register(&mut peer.socket, Token(n), Interest::READABLE)?;
    }
    let mut events = Events::with_capacity(1024);
    let (mut due, mut phase) = (Instant::now(), 0);
    let warm = Instant::now() + Duration::from_secs(2);
    let mut warming = true;
    let mut end = None;
    while end.is_none_or(|end| Instant::now() < end) {
        let now = Instant::now();
        if warming && now >= warm {
            // Silence that was sent before the first voice is no part of the count.
            peers.iter_mut().for_each(|p| (p.sent, p.received, p.next) = (0, 0, None));
            warming = false;
            ready.wait();
        }
        if end.is_none() && totals.stop.load(Ordering::Relaxed) {
            end = Some(now + Duration::from_millis(60));
        }
        while due <= now {
            totals.late_us.fetch_max((now - due).as_micros() as u64, Ordering::Relaxed);
            if end.is_none() {
                peers.iter_mut().skip(phase).step_by(4).filter(|p| p.sends).for_each(Peer::speak);
            }
            phase = (phase + 1) % 4;
            due += STEP;
        }
        poll.poll(&mut events, Some(due.saturating_duration_since(Instant::now())))?;
        for event in &events {
            let peer = &mut peers[event.token().0];
            let mut buffer = [0; 1500];
            while peer.socket.recv(&mut buffer).is_ok() {
                // The port next to another telephone's is where that one's control packets go.
                if (192..=223).contains(&buffer[1]) {
                    continue;
                }
                peer.listen(u16::from_be_bytes([buffer[2], buffer[3]]), warming);
            }
        }
    }
    totals.sent.store(peers.iter().map(|p| p.sent).sum(), Ordering::Relaxed);
    totals.lost.store(peers.iter().map(|p| p.lost).sum(), Ordering::Relaxed);
    totals.received.store(peers.iter().map(|p| p.received).sum(), Ordering::Relaxed);
    Ok(())
}

impl Peer {
    fn speak(&mut self) {
        let seq = u16::from_be_bytes([self.packet[2], self.packet[3]]).wrapping_add(1);
        let ts = u32::from_be_bytes([self.packet[4], self.packet[5], self.packet[6], self.packet[7]]).wrapping_add(160);
        self.packet[2..4].copy_from_slice(&seq.to_be_bytes());
        self.packet[4..8].copy_from_slice(&ts.to_be_bytes());
        self.sent += u64::from(self.socket.send_to(&self.packet, self.to).is_ok());
    }
}

impl Peer {
    fn listen(&mut self, seq: u16, warming: bool) {
        if warming {
            return;
        }
        self.received += 1;
        let ahead = self.next.map_or(0, |next| seq.wrapping_sub(next) as i16);
        if ahead < 0 {
            // Overtaken, not lost.
            self.lost = self.lost.saturating_sub(1);
            return;
        }
        self.lost += ahead as u64;
        self.next = Some(seq.wrapping_add(1));
    }
}

/// Stops the recordings: how many were closed, the shortest and the longest, milliseconds.
fn close(media: &Media, calls: u64, events: &Receiver<MediaEvent>) -> (usize, u64, u64) {
    for call in 0..calls {
        media.send(MediaCommand::RecordStop { recording: RecordingId(Uuid::from_u128(u128::from(call))) });
    }
    let mut lengths = HashMap::new();
    while lengths.len() < calls as usize {
        match events.recv_timeout(Duration::from_secs(30)) {
            Ok(MediaEvent::Recorded { recording, ms, .. }) => {
                lengths.insert(recording, ms);
            }
            Ok(MediaEvent::NotRecorded { reason, .. }) => println!("not recorded: {reason}"),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    let shortest = lengths.values().min().copied().unwrap_or_default();
    (lengths.len(), shortest, lengths.values().max().copied().unwrap_or_default())
}

/// The passing of time is what is measured here.
fn wait(time: Duration) {
    let (_keep, never) = channel::<()>();
    let _ = never.recv_timeout(time);
}

/// Time on a processor of the thread of that name, nanoseconds.
fn cpu_ns(name: &str) -> io::Result<u64> {
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if fs::read_to_string(task.join("comm"))?.trim() == name {
            let spent = fs::read_to_string(task.join("schedstat"))?;
            return Ok(spent.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or_default());
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("no thread {name}")))
}

fn resident_kb() -> io::Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse().unwrap_or_default())
}
