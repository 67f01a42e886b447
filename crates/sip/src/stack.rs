//! The running stack: listeners, what all calls share, and the doors in and out.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use kernel::{Clock, LegId, Mint};
use rsipstack::EndpointBuilder;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{self as rsip, Host, HostWithPort, Method, Param, Scheme, Uri};
use rsipstack::transaction::CallIdFormat;
use rsipstack::transaction::endpoint::{EndpointInnerRef, EndpointOption};
use rsipstack::transport::tcp_listener::TcpListenerConnection;
use rsipstack::transport::tls::{TlsConfig, TlsListenerConnection};
use rsipstack::transport::udp::UdpConnection;
use rsipstack::transport::{SipAddr, TransportLayer};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::bindings::{Bindings, Transport};
use crate::bucket::TokenBucket;
use crate::call::Msg;
use crate::config::SipConfig;
use crate::digest::Nonces;
use crate::event::{Cause, Command, Event, Sink};
use crate::guard::Guard;
use crate::{dispatch, outbound, registrar, trunk};

/// Methods we serve.
pub(crate) const ALLOW: &str = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK, REGISTER";

/// Why the stack could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("cannot listen on {0}: {1}")]
    Bind(SocketAddr, String),
    #[error("no listener is configured")]
    NoListener,
    #[error("the stack refused to start: {0}")]
    Stack(String),
}

/// Sizes for tests and the operations page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Legs that were not told as ended.
    pub calls: usize,
    /// Dialogs the stack remembers.
    pub dialogs: usize,
    /// Transactions in progress.
    pub transactions: usize,
}

/// What all tasks share.
pub(crate) struct Shared {
    pub config: SipConfig,
    pub endpoint: EndpointInnerRef,
    pub dialogs: Arc<DialogLayer>,
    /// Address in Contact and SDP.
    pub address: IpAddr,
    pub legs: Mutex<HashMap<LegId, UnboundedSender<Msg>>>,
    pub bucket: Mutex<TokenBucket>,
    pub bindings: Arc<Mutex<Bindings>>,
    pub trunks: Vec<trunk::State>,
    pub nonces: Nonces,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<dyn Mint>,
    pub started: Instant,
    pub draining: AtomicBool,
    /// Cancelled when the stop begins: registrations end, probes stop.
    pub farewell: CancellationToken,
    pub tasks: TaskTracker,
    sink: Sink,
}

/// A poisoned lock only means that a task died in the middle of a map operation; the map itself is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Monotonic time.
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    /// An unpredictable number, e.g. of an SDP session.
    pub fn random(&self) -> u32 {
        let mut bytes = [0; 4];
        self.mint.bytes(&mut bytes);
        u32::from_be_bytes(bytes)
    }

    /// Our URI on a transport.
    pub fn contact(&self, user: &str, transport: Transport) -> Uri {
        let port = self.port(transport);
        let params = match transport {
            Transport::Udp => Vec::new(),
            Transport::Tcp => vec![Param::Transport(rsip::Transport::Tcp)],
            Transport::Tls => vec![Param::Transport(rsip::Transport::Tls)],
        };
        Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(rsip::Auth { user: user.to_owned(), password: None }),
            host_with_port: HostWithPort { host: Host::IpAddr(self.address), port: port.map(Into::into) },
            params,
            headers: Vec::new(),
        }
    }

    fn port(&self, transport: Transport) -> Option<u16> {
        let wanted = wire(transport);
        let listens = self.endpoint.transport_layer.get_listen_addrs();
        listens
            .iter()
            .find(|a| a.r#type == Some(wanted))
            .or_else(|| listens.first())
            .and_then(|a| a.addr.port.as_ref().map(|p| p.value()))
    }

    /// Whether another call may begin; takes its place in the rate.
    pub fn admit(&self) -> bool {
        !self.draining.load(Ordering::Relaxed)
            && lock(&self.legs).len() < self.config.limits.calls
            && lock(&self.bucket).take(self.now()).is_ok()
    }
}

pub(crate) const fn wire(transport: Transport) -> rsip::Transport {
    match transport {
        Transport::Udp => rsip::Transport::Udp,
        Transport::Tcp => rsip::Transport::Tcp,
        Transport::Tls => rsip::Transport::Tls,
    }
}

/// The stack. Dropping it without [`Sip::stop`] ends the listeners at once.
pub struct Sip {
    shared: Arc<Shared>,
    token: CancellationToken,
}

impl Sip {
    /// Binds all listeners and begins to serve, register and probe.
    ///
    /// # Errors
    /// When an address cannot be bound or a certificate cannot be read.
    pub async fn start(
        config: SipConfig,
        clock: Arc<dyn Clock>,
        mint: Arc<dyn Mint>,
        sink: Sink,
    ) -> Result<Self, StartError> {
        install_provider();
        let token = CancellationToken::new();
        let layer = TransportLayer::new(token.clone());
        let bound = listen(&config, &layer, &token).await?;
        let bindings = Arc::new(Mutex::new(Bindings::default()));
        let started = Instant::now();
        let guard = Guard::new(&config, bindings.clone(), started);
        let seen = guard.dialogs.clone();
        let t1 = config.timing.t1;
        let endpoint = EndpointBuilder::new()
            .with_user_agent("Hotline")
            .with_cancel_token(token.clone())
            .with_transport_layer(layer)
            .with_transport_inspector(Box::new(guard))
            .with_option(EndpointOption {
                t1,
                t1x64: t1 * 64,
                callid_format: CallIdFormat::Uuid,
                ..EndpointOption::default()
            })
            .with_allows(vec![Method::Invite, Method::Ack, Method::Cancel, Method::Bye, Method::Options])
            .build();
        let incoming = endpoint.incoming_transactions().map_err(|e| StartError::Stack(e.to_string()))?;
        let dialogs = Arc::new(DialogLayer::new(endpoint.inner.clone()));
        let _ = seen.set(dialogs.clone());
        let mut key = [0; 32];
        mint.bytes(&mut key);
        let shared = Arc::new(Shared {
            address: config.advertise.unwrap_or(bound),
            trunks: config.trunks.iter().map(trunk::State::new).collect(),
            bucket: Mutex::new(TokenBucket::new(config.limits.calls_per_s, config.limits.burst, Duration::ZERO)),
            endpoint: endpoint.inner.clone(),
            dialogs,
            bindings,
            nonces: Nonces::new(key),
            legs: Mutex::default(),
            clock,
            mint,
            started,
            draining: AtomicBool::new(false),
            farewell: token.child_token(),
            tasks: TaskTracker::new(),
            sink,
            config,
        });
        tokio::spawn(async move {
            if let Err(error) = endpoint.inner.serve().await {
                tracing::error!(%error, "SIP endpoint ended");
            }
        });
        tokio::spawn(dispatch::run(shared.clone(), incoming));
        tokio::spawn(registrar::expire(shared.clone()));
        trunk::start(&shared);
        Ok(Self { shared, token })
    }

    /// Never blocks; what comes of it is told by events.
    pub fn send(&self, command: Command) {
        let (leg, msg) = match command {
            Command::Originate { leg, to, caller, ring_s, rtp_port } => {
                outbound::start(&self.shared, leg, to, caller, ring_s, rtp_port);
                return;
            }
            Command::Ring { leg } => (leg, Msg::Ring),
            Command::Answer { leg, rtp_port } => (leg, Msg::Answer { rtp_port }),
            Command::Reject { leg, code, retry_after_s } => (leg, Msg::Reject { code, retry_after_s }),
            Command::Hangup { leg, cause } => (leg, Msg::Hangup { cause }),
        };
        if let Some(call) = lock(&self.shared.legs).get(&leg) {
            let _ = call.send(msg);
        }
    }

    /// Address of a listener, e.g. when its port was given as 0.
    #[must_use]
    pub fn listens(&self, transport: Transport) -> Option<u16> {
        let wanted = wire(transport);
        let all = self.shared.endpoint.transport_layer.get_listen_addrs();
        all.iter().find(|a| a.r#type == Some(wanted)).and_then(|a| a.addr.port.as_ref().map(|p| p.value()))
    }

    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            calls: lock(&self.shared.legs).len(),
            dialogs: self.shared.dialogs.len(),
            transactions: self.shared.endpoint.get_stats().running_transactions,
        }
    }

    /// Takes no more calls; those that are go on.
    pub fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
    }

    /// Ends every call with [`Cause::Stopping`], unregisters, waits a little for the answers and closes.
    pub async fn stop(&self) {
        self.drain();
        self.shared.farewell.cancel();
        let calls: Vec<_> = lock(&self.shared.legs).values().cloned().collect();
        for call in calls {
            let _ = call.send(Msg::Hangup { cause: Cause::Stopping });
        }
        self.shared.tasks.close();
        let _ = tokio::time::timeout(self.shared.config.timing.stop, self.shared.tasks.wait()).await;
        self.token.cancel();
    }
}

impl Drop for Sip {
    fn drop(&mut self) {
        self.token.cancel();
    }
}

/// Registers a new call; its messages arrive at the receiver.
pub(crate) fn open(shared: &Shared, leg: LegId) -> (UnboundedSender<Msg>, tokio::sync::mpsc::UnboundedReceiver<Msg>) {
    let (sender, receiver) = unbounded_channel();
    lock(&shared.legs).insert(leg, sender.clone());
    (sender, receiver)
}

/// rustls asks for one process-wide choice when more than one provider is linked in.
fn install_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only when the program chose before us, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// Binds the listeners; gives the address of the first.
async fn listen(config: &SipConfig, layer: &TransportLayer, token: &CancellationToken) -> Result<IpAddr, StartError> {
    let external = |bind: SocketAddr| config.advertise.map(|ip| SocketAddr::new(ip, bind.port()));
    let mut first = None;
    if let Some(bind) = config.udp {
        let udp = UdpConnection::create_connection(bind, external(bind), Some(token.child_token()))
            .await
            .map_err(|e| StartError::Bind(bind, e.to_string()))?;
        first = first.or_else(|| address(udp.get_addr()));
        layer.add_transport(udp.into());
    }
    if let Some(bind) = config.tcp {
        free(bind)?;
        let tcp = TcpListenerConnection::new(bind, external(bind))
            .await
            .map_err(|e| StartError::Bind(bind, e.to_string()))?;
        first = first.or_else(|| address(tcp.get_addr()));
        layer.add_transport(tcp.into());
    }
    if let Some(tls) = &config.tls {
        free(tls.bind)?;
        let files = TlsConfig {
            cert: Some(tls.certificate.clone()),
            key: Some(tls.key.expose().clone()),
            ..TlsConfig::default()
        };
        let listener = TlsListenerConnection::new(tls.bind, external(tls.bind), files)
            .await
            .map_err(|e| StartError::Bind(tls.bind, e.to_string()))?;
        first = first.or_else(|| address(listener.get_addr()));
        layer.add_transport(listener.into());
    }
    layer.set_tls_config(TlsConfig { ca_certs: config.authorities.clone(), ..TlsConfig::default() });
    first.ok_or(StartError::NoListener)
}

/// The stack binds its stream listeners later and only logs a failure; so look now.
fn free(bind: SocketAddr) -> Result<(), StartError> {
    std::net::TcpListener::bind(bind).map(drop).map_err(|e| StartError::Bind(bind, e.to_string()))
}

fn address(of: &SipAddr) -> Option<IpAddr> {
    match of.addr.host {
        Host::IpAddr(ip) => Some(ip),
        Host::Domain(_) => None,
    }
}
