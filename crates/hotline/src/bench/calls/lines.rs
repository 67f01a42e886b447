//! The telephones on both ends: callers speak RTP, agents' softphones WebRTC. One thread sends and receives for all of them and counts
//! what is missing in what arrives.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token, Waker};
use tokio::sync::oneshot;

use super::softphone::Softphone;

pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Telephones take turns, a quarter of them every 5 ms: each sends every 20 ms.
const STEP: Duration = Duration::from_millis(5);
const TURNS: usize = 4;
const WAKE: Token = Token(usize::MAX);
/// A-law samples of 20 ms.
pub const SAMPLES: usize = 160;
/// Silence is as long as speech on the line.
pub const SILENCE: u8 = 0xD5;
const HEADER: usize = 12;
const PCMA: u8 = 8;
const MTU: usize = 2048;

/// Packets of all telephones since the start.
#[derive(Default)]
pub struct Counts {
    pub sent: AtomicU64,
    pub received: AtomicU64,
    /// Gaps in the numbers of what was received: relayed packets keep their distances.
    pub lost: AtomicU64,
    /// How late this thread itself was at most, µs, since last asked: beyond 20 ms its figures say nothing about the platform.
    late_us: AtomicU64,
    stop: AtomicBool,
}

/// Counts at a moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Packets {
    pub sent: u64,
    pub received: u64,
    pub lost: u64,
}

impl Packets {
    pub const fn since(self, before: Self) -> Self {
        Self {
            sent: self.sent - before.sent,
            received: self.received - before.received,
            lost: self.lost.saturating_sub(before.lost),
        }
    }
}

/// Finds gaps in one stream.
#[derive(Default)]
pub struct Heard {
    next: Option<u16>,
}

impl Heard {
    pub fn packet(&mut self, seq: u16, counts: &Counts) {
        counts.received.fetch_add(1, Ordering::Relaxed);
        let ahead = self.next.map_or(0, |next| seq.wrapping_sub(next).cast_signed());
        if ahead < 0 {
            // Overtaken, not lost.
            let _ = counts.lost.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| Some(n.saturating_sub(1)));
            return;
        }
        counts.lost.fetch_add(u64::from(ahead.unsigned_abs()), Ordering::Relaxed);
        self.next = Some(seq.wrapping_add(1));
    }
}

enum Order {
    Offer { seat: usize, offer: oneshot::Sender<Result<String>>, up: oneshot::Sender<()> },
    Answer { seat: usize, sdp: String },
    Begin { call: u64, socket: UdpSocket, to: SocketAddr },
    End { call: u64 },
}

/// The running telephones; cheap to clone.
#[derive(Clone)]
pub struct Lines {
    orders: Sender<Order>,
    waker: Arc<Waker>,
    counts: Arc<Counts>,
}

impl Lines {
    /// # Errors
    /// When the system gives no poll or no thread.
    pub fn start() -> Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKE)?);
        let (orders, inbox) = channel();
        let counts = Arc::new(Counts::default());
        let mut exchange = Exchange {
            poll,
            inbox,
            counts: Arc::clone(&counts),
            places: Vec::new(),
            seats: HashMap::new(),
            calls: HashMap::new(),
        };
        std::thread::Builder::new().name("telephones".into()).spawn(move || {
            if let Err(error) = exchange.run() {
                eprintln!("the telephones stopped: {error:#}");
            }
        })?;
        Ok(Self { orders, waker, counts })
    }

    fn order(&self, order: Order) {
        // The thread is gone only after it has said why.
        let _ = self.orders.send(order);
        let _ = self.waker.wake();
    }

    /// The offer of a seat's softphone, and who is told when its voice is up.
    ///
    /// # Errors
    /// When no socket is left.
    pub async fn offer(&self, seat: usize) -> Result<(String, oneshot::Receiver<()>)> {
        let (offer, offered) = oneshot::channel();
        let (up, is_up) = oneshot::channel();
        self.order(Order::Offer { seat, offer, up });
        Ok((offered.await.context("the telephones stopped")??, is_up))
    }

    /// The platform's answer to that offer.
    pub fn answer(&self, seat: usize, sdp: String) {
        self.order(Order::Answer { seat, sdp });
    }

    /// A caller's telephone sends to the platform from now on.
    pub fn begin(&self, call: u64, socket: std::net::UdpSocket, to: SocketAddr) {
        self.order(Order::Begin { call, socket: UdpSocket::from_std(socket), to });
    }

    pub fn end(&self, call: u64) {
        self.order(Order::End { call });
    }

    pub fn packets(&self) -> Packets {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Packets { sent: of(&self.counts.sent), received: of(&self.counts.received), lost: of(&self.counts.lost) }
    }

    /// The greatest lateness since last asked, ms.
    pub fn late_ms(&self) -> u64 {
        self.counts.late_us.swap(0, Ordering::Relaxed) / 1000
    }

    pub fn stop(&self) {
        self.counts.stop.store(true, Ordering::Relaxed);
        let _ = self.waker.wake();
    }
}

enum Phone {
    Caller(Box<Caller>),
    Seat(Box<Softphone>),
}

/// A caller's telephone.
struct Caller {
    socket: UdpSocket,
    to: SocketAddr,
    packet: [u8; HEADER + SAMPLES],
    heard: Heard,
}

impl Caller {
    fn new(call: u64, socket: UdpSocket, to: SocketAddr) -> Self {
        let mut packet = [SILENCE; HEADER + SAMPLES];
        packet[..HEADER].fill(0);
        packet[..2].copy_from_slice(&[0x80, PCMA]);
        #[expect(clippy::cast_possible_truncation, reason = "any number that differs from the neighbours'")]
        packet[8..HEADER].copy_from_slice(&(call as u32 + 1).to_be_bytes());
        Self { socket, to, packet, heard: Heard::default() }
    }

    fn speak(&mut self, counts: &Counts) {
        let [_, _, a, b, c, d, e, f, ..] = self.packet;
        let seq = u16::from_be_bytes([a, b]).wrapping_add(1);
        let stamp = u32::from_be_bytes([c, d, e, f]).wrapping_add(160);
        self.packet[2..4].copy_from_slice(&seq.to_be_bytes());
        self.packet[4..8].copy_from_slice(&stamp.to_be_bytes());
        counts.sent.fetch_add(u64::from(self.socket.send_to(&self.packet, self.to).is_ok()), Ordering::Relaxed);
    }

    fn listen(&mut self, counts: &Counts) {
        let mut buffer = [0; MTU];
        while let Ok(length) = self.socket.recv(&mut buffer) {
            // The port next to another telephone's is where that one's control packets go.
            if length > HEADER && buffer[1] & 0x7F == PCMA {
                self.heard.packet(u16::from_be_bytes([buffer[2], buffer[3]]), counts);
            }
        }
    }
}

struct Exchange {
    poll: Poll,
    inbox: Receiver<Order>,
    counts: Arc<Counts>,
    places: Vec<Option<Phone>>,
    seats: HashMap<usize, usize>,
    calls: HashMap<u64, usize>,
}

impl Exchange {
    fn run(&mut self) -> Result<()> {
        let mut events = Events::with_capacity(1024);
        let (mut due, mut turn) = (Instant::now(), 0);
        while !self.counts.stop.load(Ordering::Relaxed) {
            let now = Instant::now();
            while due <= now {
                let late = u64::try_from((now - due).as_micros()).unwrap_or(u64::MAX);
                self.counts.late_us.fetch_max(late, Ordering::Relaxed);
                self.speak(turn, now);
                turn = (turn + 1) % TURNS;
                due += STEP;
            }
            self.poll.poll(&mut events, Some(due.saturating_duration_since(Instant::now())))?;
            for event in &events {
                if event.token() == WAKE {
                    while let Ok(order) = self.inbox.try_recv() {
                        self.obey(order)?;
                    }
                } else {
                    self.listen(event.token().0);
                }
            }
        }
        Ok(())
    }

    fn speak(&mut self, turn: usize, now: Instant) {
        for (place, phone) in self.places.iter_mut().enumerate() {
            match phone {
                Some(Phone::Caller(caller)) if place % TURNS == turn => caller.speak(&self.counts),
                Some(Phone::Seat(seat)) => seat.tick(place % TURNS == turn, now, &self.counts),
                _ => {}
            }
        }
    }

    fn listen(&mut self, place: usize) {
        match self.places.get_mut(place) {
            Some(Some(Phone::Caller(caller))) => caller.listen(&self.counts),
            Some(Some(Phone::Seat(seat))) => seat.listen(&self.counts),
            _ => {}
        }
    }

    fn obey(&mut self, order: Order) -> Result<()> {
        match order {
            Order::Offer { seat, offer, up } => {
                let made = Softphone::offer(up);
                let sdp = made.and_then(|(mut phone, sdp)| {
                    let place = self.place();
                    self.poll.registry().register(phone.socket(), Token(place), Interest::READABLE)?;
                    self.places[place] = Some(Phone::Seat(Box::new(phone)));
                    self.seats.insert(seat, place);
                    Ok(sdp)
                });
                // Whoever asked may have given up.
                let _ = offer.send(sdp);
            }
            Order::Answer { seat, sdp } => {
                if let Some(Some(Phone::Seat(phone))) = self.seats.get(&seat).map(|place| &mut self.places[*place]) {
                    phone.answered(&sdp)?;
                }
            }
            Order::Begin { call, mut socket, to } => {
                let place = self.place();
                self.poll.registry().register(&mut socket, Token(place), Interest::READABLE)?;
                self.places[place] = Some(Phone::Caller(Box::new(Caller::new(call, socket, to))));
                self.calls.insert(call, place);
            }
            Order::End { call } => {
                if let Some(place) = self.calls.remove(&call) {
                    self.places[place] = None;
                }
            }
        }
        Ok(())
    }

    /// A place nobody has.
    fn place(&mut self) -> usize {
        let free = self.places.iter().position(Option::is_none);
        free.unwrap_or_else(|| {
            self.places.push(None);
            self.places.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_counted_and_the_overtaken_are_not() {
        let (counts, mut heard) = (Counts::default(), Heard::default());
        for seq in [65_534, 65_535, 2, 1, 3] {
            heard.packet(seq, &counts);
        }
        let seen = (counts.received.load(Ordering::Relaxed), counts.lost.load(Ordering::Relaxed));
        assert_eq!(seen, (5, 1), "0 is missing, 1 came late");
    }
}
