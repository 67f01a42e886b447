//! The first look at each message: strangers that knock too often are not heard, before anything is allocated for them.

use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};

use rsipstack::dialog::DialogId;
use rsipstack::dialog::dialog_layer::DialogLayer;
use rsipstack::sip::{Request, SipMessage};
use rsipstack::transaction::endpoint::TransportEventInspector;
use rsipstack::transaction::key::TransactionRole;
use rsipstack::transport::{SipAddr, TransportEvent};
use tokio::time::Instant;

use crate::bindings::Bindings;
use crate::bucket::Buckets;
use crate::config::SipConfig;
use crate::net::Range;
use crate::stack::lock;

/// Addresses remembered at once.
const MOST: usize = 20_000;

pub(crate) struct Guard {
    friends: Vec<Range>,
    bindings: Arc<Mutex<Bindings>>,
    strangers: Mutex<Buckets<IpAddr>>,
    pub dialogs: Arc<OnceLock<Arc<DialogLayer>>>,
    started: Instant,
}

impl Guard {
    pub fn new(config: &SipConfig, bindings: Arc<Mutex<Bindings>>, started: Instant) -> Self {
        let rate = config.limits.strangers_per_s;
        Self {
            friends: config.trunks.iter().flat_map(|t| t.allow.iter().copied()).collect(),
            bindings,
            strangers: Mutex::new(Buckets::new(rate, rate.saturating_mul(4), MOST)),
            dialogs: Arc::default(),
            started,
        }
    }

    /// Answers to our own requests always pass, and so does what belongs to a call.
    fn passes(&self, message: &SipMessage, from: &SipAddr) -> bool {
        let SipMessage::Request(request) = message else { return true };
        let Ok(source) = from.get_socketaddr() else { return false };
        if self.friends.iter().any(|r| r.contains(source.ip())) || self.knows(source) || self.in_dialog(request) {
            return true;
        }
        lock(&self.strangers).take(source.ip(), self.started.elapsed())
    }

    fn knows(&self, source: SocketAddr) -> bool {
        lock(&self.bindings).knows(source, self.started.elapsed())
    }

    fn in_dialog(&self, request: &Request) -> bool {
        let Ok(id) = DialogId::try_from((request, TransactionRole::Server)) else { return false };
        !id.local_tag.is_empty() && self.dialogs.get().is_some_and(|all| all.get_dialog(&id).is_some())
    }
}

/// Written out because the trait is an `async_trait` and this is its only use.
impl TransportEventInspector for Guard {
    fn handle<'life0, 'async_trait>(
        &'life0 self,
        event: TransportEvent,
    ) -> Pin<Box<dyn Future<Output = Option<TransportEvent>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let passes = match &event {
            TransportEvent::Incoming(message, _, from) => self.passes(message, from),
            _ => true,
        };
        Box::pin(async move { passes.then_some(event) })
    }
}
