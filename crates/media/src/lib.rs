//! Media of the call centre: RTP of SIP legs, browser legs, who hears whom, prompts, recording.
//!
//! One thread owns all of it and is never waited for: commands come through a lock-free queue, events leave through a
//! closure. Two legs that hear only each other are relayed packet by packet as they arrive; who hears several is served
//! by a mixer on a 20 ms clock. A second thread writes and reads files.

mod api;
mod browser;
mod dtmf;
mod engine;
mod g711;
mod jitter;
mod latch;
mod player;
mod port;
pub mod prompts;
mod record;
mod rtcp;
mod rtp;
mod sender;
mod stats;
#[cfg(test)]
mod storm_test;
mod tone;
pub mod wav;
#[cfg_attr(not(feature = "webrtc"), path = "web/absent.rs")]
mod web;

pub use api::{MediaCommand, MediaConfig, MediaEvent, MediaSink, Repaired, RtpRemote, WebConfig};
pub use g711::Codec;
pub use port::RtpPort;
pub use prompts::PromptLibrary;

use std::io;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use engine::{Engine, Order};

/// The running media; cheap to clone.
#[derive(Clone)]
pub struct Media {
    shared: Arc<Shared>,
}

struct Shared {
    orders: Sender<Order>,
    waker: Arc<mio::Waker>,
    rtp_ip: IpAddr,
    rtp_ports: RangeInclusive<u16>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Media {
    /// Starts the threads and makes true the headers of recordings that a crash left open; tells which.
    pub fn start(config: MediaConfig, sink: MediaSink) -> io::Result<(Self, Vec<Repaired>)> {
        std::fs::create_dir_all(&config.recordings)?;
        let repaired = record::repair(&config.recordings)?;
        let (orders, inbox) = channel();
        let (rtp_ip, rtp_ports) = (config.rtp_ip, config.rtp_ports.clone());
        let engine = Engine::new(config, sink, orders.clone(), inbox)?;
        let waker = engine.waker();
        let thread = std::thread::Builder::new().name("media".into()).spawn(move || engine.run())?;
        let shared = Shared { orders, waker, rtp_ip, rtp_ports, thread: Mutex::new(Some(thread)) };
        Ok((Self { shared: Arc::new(shared) }, repaired))
    }

    /// Binds a pair of ports now, so that the SDP can name it.
    pub fn open_rtp(&self) -> io::Result<RtpPort> {
        RtpPort::bind(self.shared.rtp_ip, &self.shared.rtp_ports)
    }

    /// Never blocks. After [`Self::stop`] commands are without effect.
    pub fn send(&self, command: MediaCommand) {
        self.order(Order::Command(command));
    }

    /// Prompts from now on; what is being played plays on as it was.
    pub fn replace_prompts(&self, prompts: PromptLibrary) {
        self.order(Order::Prompts(prompts));
    }

    /// Closes the recordings and waits for both threads.
    pub fn stop(&self) {
        self.order(Order::Stop);
        let thread = self.shared.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|t| t.join().is_err()) {
            tracing::error!("the media thread had panicked");
        }
    }

    fn order(&self, order: Order) {
        // The receiver is gone only after a stop.
        if self.shared.orders.send(order).is_ok()
            && let Err(error) = self.shared.waker.wake()
        {
            tracing::error!(%error, "the media thread cannot be woken");
        }
    }
}
