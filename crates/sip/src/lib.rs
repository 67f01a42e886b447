//! SIP behind our own types: trunks of carriers, desk phones, calls in and out (RFC 3261, 3264, 3311, 4028). The rules —
//! SDP, digest, session timers, rates, bindings — are plain values with time as a parameter; the driver around `rsipstack`
//! runs each call in its own task and tells what happens by [`Event`].

mod bindings;
mod bucket;
mod call;
mod config;
mod digest;
mod dispatch;
mod event;
mod guard;
mod inbound;
mod net;
mod outbound;
mod registrar;
pub mod sdp;
mod session_timer;
mod stack;
mod trunk;
mod wire;

pub use bindings::Transport;
pub use bucket::TokenBucket;
pub use config::{Account, Limits, Phone, SipConfig, Timing, TlsListen, Trunk};
pub use event::{Cause, Command, Event, Sink, Source, Target};
pub use net::{NotARange, Range};
pub use session_timer::{Refresher, SessionExpires, SessionTimer, Wish};
pub use stack::{Sip, StartError, Stats};
