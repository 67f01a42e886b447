//! What the stack is told at start.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use kernel::Secret;

use crate::bindings::Transport;
use crate::net::Range;
use crate::session_timer::Wish;

/// Everything.
#[derive(Debug)]
pub struct SipConfig {
    pub udp: Option<SocketAddr>,
    pub tcp: Option<SocketAddr>,
    pub tls: Option<TlsListen>,
    /// PEM of the authorities that outgoing TLS connections are checked against.
    pub authorities: Option<Vec<u8>>,
    /// Address that carriers see, in Via, Contact and SDP; the bound one when none.
    pub advertise: Option<IpAddr>,
    /// Realm of our digest challenges.
    pub realm: String,
    pub trunks: Vec<Trunk>,
    pub phones: Vec<Phone>,
    pub limits: Limits,
    pub session: Wish,
    pub timing: Timing,
}

/// TLS for incoming connections.
#[derive(Debug)]
pub struct TlsListen {
    pub bind: SocketAddr,
    /// Certificate chain, PEM.
    pub certificate: Vec<u8>,
    /// PKCS #8 or PKCS #1, PEM.
    pub key: Secret<Vec<u8>>,
}

/// A carrier's line (中继).
#[derive(Debug)]
pub struct Trunk {
    pub name: String,
    pub transport: Transport,
    /// Name or address of the carrier's proxy, and its port.
    pub host: String,
    pub port: u16,
    /// Calls from these addresses are this trunk's, without a password.
    pub allow: Vec<Range>,
    /// Calls that prove this are this trunk's, from any address.
    pub inbound: Option<Account>,
    /// For outgoing calls and registration.
    pub outbound: Option<Account>,
    /// Register with `outbound`, asking for so many seconds.
    pub register_s: Option<u32>,
    /// Takes outgoing calls.
    pub dials: bool,
    /// Put before each called number.
    pub prefix: String,
    /// OPTIONS every so many seconds; 0 never.
    pub probe_s: u32,
}

/// Name and password of a digest.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: String,
    pub password: Secret<String>,
}

/// A SIP desk phone that may register.
#[derive(Debug)]
pub struct Phone {
    pub extension: String,
    pub password: Secret<String>,
}

/// 接入策略 of the stack itself; the floor has its own.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Incoming calls started per second, and how many at once after a pause.
    pub calls_per_s: u32,
    pub burst: u32,
    /// Calls at once, both directions.
    pub calls: usize,
    /// Requests per second from one address that is neither a carrier's nor a registered phone's.
    pub strangers_per_s: u32,
    /// Seconds in `Retry-After` of a 503.
    pub retry_after_s: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { calls_per_s: 50, burst: 100, calls: 2000, strangers_per_s: 5, retry_after_s: 10 }
    }
}

/// Durations of the driver. Only tests change the first.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// T1 of RFC 3261; an answer without ACK ends after 64 times this (32 s).
    pub t1: Duration,
    /// Longest call.
    pub longest_call: Duration,
    /// How long a stop waits for the other sides' answers.
    pub stop: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            t1: Duration::from_millis(500),
            longest_call: Duration::from_secs(4 * 3600),
            stop: Duration::from_secs(3),
        }
    }
}
