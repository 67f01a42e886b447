//! A carrier that speaks SMPP 3.4 by its octets, written from the specification and not from the library under test.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub const BIND: u32 = 0x09;
pub const SUBMIT: u32 = 0x04;
pub const DELIVER: u32 = 0x05;
pub const UNBIND: u32 = 0x06;
pub const ENQUIRE: u32 = 0x15;
pub const ANSWER: u32 = 0x8000_0000;
pub const BUSY: u32 = 0x58;

/// A unit as it came.
#[derive(Clone, Debug)]
pub struct Unit {
    pub id: u32,
    pub status: u32,
    pub sequence: u32,
    pub body: Vec<u8>,
}

/// The fields of a submit_sm that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub source: String,
    pub to: String,
    pub class: u8,
    pub receipt: u8,
    pub coding: u8,
    pub octets: Vec<u8>,
}

impl Submitted {
    pub fn text(&self) -> String {
        let units: Vec<u16> = self.octets.chunks(2).map(|p| u16::from_be_bytes([p[0], p[1]])).collect();
        String::from_utf16(&units).unwrap()
    }
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn octet(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap();
        self.0 = rest;
        *first
    }
    fn c(&mut self) -> String {
        let end = self.0.iter().position(|b| *b == 0).unwrap();
        let text = String::from_utf8(self.0[..end].to_vec()).unwrap();
        self.0 = &self.0[end + 1..];
        text
    }
}

/// system_id, password and interface_version of a bind.
pub fn bound(unit: &Unit) -> (String, String, u8) {
    let mut c = Cursor(&unit.body);
    let (id, password, _) = (c.c(), c.c(), c.c());
    (id, password, c.octet())
}

pub fn submitted(unit: &Unit) -> Submitted {
    let mut c = Cursor(&unit.body);
    c.c();
    let (_, _) = (c.octet(), c.octet());
    let source = c.c();
    let (_, _) = (c.octet(), c.octet());
    let to = c.c();
    let class = c.octet();
    let (_, _) = (c.octet(), c.octet());
    let (_, _) = (c.c(), c.c());
    let receipt = c.octet();
    let _ = c.octet();
    let coding = c.octet();
    let _ = c.octet();
    let length = usize::from(c.octet());
    assert!(c.0.len() >= length);
    Submitted { source, to, class, receipt, coding, octets: c.0[..length].to_vec() }
}

/// The body of a deliver_sm.
pub fn delivery(from: &str, class: u8, coding: u8, octets: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 1];
    body.extend(from.bytes().chain([0]));
    body.extend([0, 1]);
    body.extend(b"12345\0");
    body.extend([class, 0, 0, 0, 0, 0, 0, coding, 0, u8::try_from(octets.len()).unwrap()]);
    body.extend(octets);
    body
}

pub fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

/// One connection.
pub struct Line {
    pub units: mpsc::UnboundedReceiver<Unit>,
    out: OwnedWriteHalf,
}

impl Line {
    fn of(stream: TcpStream) -> Self {
        let (read, out) = stream.into_split();
        let (tx, units) = mpsc::unbounded_channel();
        tokio::spawn(read_all(read, tx));
        Self { units, out }
    }

    pub async fn put(&mut self, id: u32, status: u32, sequence: u32, body: &[u8]) {
        let length = u32::try_from(16 + body.len()).unwrap();
        let mut octets = Vec::new();
        for word in [length, id, status, sequence] {
            octets.extend(word.to_be_bytes());
        }
        octets.extend(body);
        self.out.write_all(&octets).await.unwrap();
    }

    /// The next unit that is no check of the line; those are answered.
    pub async fn next(&mut self) -> Option<Unit> {
        loop {
            let unit = self.units.recv().await?;
            if unit.id != ENQUIRE {
                return Some(unit);
            }
            self.put(ENQUIRE | ANSWER, 0, unit.sequence, &[]).await;
        }
    }

    /// Takes the bind, or refuses it.
    pub async fn accept(&mut self, status: u32) -> Unit {
        let unit = self.next().await.unwrap();
        assert_eq!(unit.id, BIND);
        let body: &[u8] = if status == 0 { b"SMSC\0" } else { &[] };
        self.put(BIND | ANSWER, status, unit.sequence, body).await;
        unit
    }

    /// Takes the next message under a number, or refuses it. A refusal has no body (§4.4.2).
    pub async fn take(&mut self, status: u32, number: &str) -> Submitted {
        let unit = self.next().await.unwrap();
        assert_eq!(unit.id, SUBMIT);
        let body = if status == 0 { [number.as_bytes(), &[0]].concat() } else { Vec::new() };
        self.put(SUBMIT | ANSWER, status, unit.sequence, &body).await;
        submitted(&unit)
    }
}

async fn read_all(mut read: OwnedReadHalf, tx: mpsc::UnboundedSender<Unit>) {
    let mut head = [0_u8; 16];
    while read.read_exact(&mut head).await.is_ok() {
        let word = |at: usize| u32::from_be_bytes(head[at..at + 4].try_into().unwrap());
        let mut body = vec![0; usize::try_from(word(0)).unwrap() - 16];
        read.read_exact(&mut body).await.unwrap();
        if tx.send(Unit { id: word(4), status: word(8), sequence: word(12), body }).is_err() {
            return;
        }
    }
}

/// The carrier: every connection that comes.
pub struct Carrier {
    listener: TcpListener,
    pub port: u16,
}

impl Carrier {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    pub async fn connection(&self) -> Line {
        Line::of(self.listener.accept().await.unwrap().0)
    }
}
