//! Trunks: registration with the carrier, OPTIONS probes, and whether a trunk can be used.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rsipstack::dialog::registration::Registration;
use rsipstack::sip::{Auth, Method, Scheme, SipMessage, Uri, typed};
use rsipstack::transaction::key::{TransactionKey, TransactionRole};
use rsipstack::transaction::make_tag;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::SipAddr;

use crate::config::Trunk;
use crate::event::Event;
use crate::outbound::{credential, host, params};
use crate::stack::{Shared, wire};

/// A probe without an answer for so long has failed; two failures in a row make the trunk unusable.
const PATIENCE: Duration = Duration::from_secs(5);
const FAILURES: u32 = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// Whether a trunk may be used.
pub(crate) struct State {
    registered: AtomicBool,
    answers: AtomicBool,
}

impl State {
    pub fn new(trunk: &Trunk) -> Self {
        Self { registered: AtomicBool::new(trunk.register_s.is_none()), answers: AtomicBool::new(true) }
    }

    pub fn is_up(&self) -> bool {
        self.registered.load(Ordering::Relaxed) && self.answers.load(Ordering::Relaxed)
    }
}

pub(crate) fn start(shared: &Arc<Shared>) {
    for (at, trunk) in shared.config.trunks.iter().enumerate() {
        match trunk.register_s {
            Some(seconds) => drop(shared.tasks.spawn(register(shared.clone(), at, seconds))),
            None => told(shared, at, String::new()),
        }
        if trunk.probe_s > 0 {
            shared.tasks.spawn(probe(shared.clone(), at));
        }
    }
}

fn told(shared: &Shared, at: usize, reason: String) {
    let trunk = shared.config.trunks[at].name.clone();
    shared.tell(Event::Trunk { trunk, up: shared.trunks[at].is_up(), reason });
}

/// Stores one side of the state and tells when that changed whether the trunk is usable.
fn set(shared: &Shared, at: usize, which: impl Fn(&State) -> &AtomicBool, value: bool, reason: String) {
    let state = &shared.trunks[at];
    let before = state.is_up();
    let changed = which(state).swap(value, Ordering::Relaxed) != value;
    if before != state.is_up() || (changed && !value) {
        told(shared, at, reason);
    }
}

/// Registers, refreshes at three quarters of what was granted, tries again ever more seldom, unregisters at the stop.
async fn register(shared: Arc<Shared>, at: usize, seconds: u32) {
    let trunk = &shared.config.trunks[at];
    let account = trunk.outbound.as_ref();
    let mut registration = Registration::new(shared.endpoint.clone(), account.map(credential));
    let user = account.map_or_else(String::new, |a| a.user.clone());
    let uri = shared.contact(&user, trunk.transport);
    registration.contact = Some(typed::Contact { display_name: None, uri, params: Vec::new() });
    let server = Uri { auth: None, ..address(trunk) };
    let mut failures = 0_u32;
    let mut first = true;
    loop {
        let (wait, ok, reason) = match registration.register(server.clone(), Some(seconds)).await {
            Ok(response) if response.status_code.code() == 200 => {
                failures = 0;
                let granted = registration.granted_expires.filter(|g| *g > 0).unwrap_or(seconds);
                (Duration::from_millis(u64::from(granted) * 750), true, String::new())
            }
            Ok(response) => (backoff(failures), false, format!("{} REGISTER", response.status_code.code())),
            Err(error) => (backoff(failures), false, error.to_string()),
        };
        if ok {
            set(&shared, at, |s| &s.registered, true, reason);
        } else {
            failures += 1;
            // The very first failure is a change nobody was told before.
            if first {
                told(&shared, at, reason.clone());
            }
            set(&shared, at, |s| &s.registered, false, reason);
        }
        first = false;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = shared.farewell.cancelled() => break,
        }
    }
    if shared.trunks[at].registered.load(Ordering::Relaxed) {
        let _ = registration.register(server, Some(0)).await;
    }
}

fn backoff(failures: u32) -> Duration {
    Duration::from_secs(2_u64 << failures.min(6)).min(LONGEST_WAIT)
}

fn address(trunk: &Trunk) -> Uri {
    Uri {
        scheme: Some(Scheme::Sip),
        auth: trunk.outbound.as_ref().map(|a| Auth { user: a.user.clone(), password: None }),
        host_with_port: host(trunk),
        params: params(trunk.transport),
        headers: Vec::new(),
    }
}

/// Asks the carrier every few seconds whether he is there. Any answer but 408 and 503 says yes.
async fn probe(shared: Arc<Shared>, at: usize) {
    let every = Duration::from_secs(u64::from(shared.config.trunks[at].probe_s));
    let mut failures = 0;
    loop {
        let code = ask(&shared, &shared.config.trunks[at]).await;
        match code {
            Some(code) if !matches!(code, 408 | 503) => {
                failures = 0;
                set(&shared, at, |s| &s.answers, true, String::new());
            }
            _ => failures += 1,
        }
        if failures >= FAILURES {
            let reason = code.map_or_else(|| "OPTIONS unanswered".to_owned(), |c| format!("{c} OPTIONS"));
            set(&shared, at, |s| &s.answers, false, reason);
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = shared.farewell.cancelled() => return,
        }
    }
}

async fn ask(shared: &Shared, trunk: &Trunk) -> Option<u16> {
    let destination = SipAddr::new(wire(trunk.transport), host(trunk));
    let listens = shared.endpoint.transport_layer.get_listen_addrs();
    let here = listens.iter().find(|a| a.r#type == Some(wire(trunk.transport))).or(listens.first())?.clone();
    let via = shared.endpoint.get_via(Some(SipAddr { r#type: Some(wire(trunk.transport)), ..here }), None).ok()?;
    let uri = Uri { auth: None, ..address(trunk) };
    let to = typed::To { display_name: None, uri: uri.clone(), params: Vec::new() };
    let from = typed::From {
        display_name: None,
        uri: Uri { params: Vec::new(), ..shared.contact("probe", trunk.transport) },
        params: Vec::new(),
    }
    .with_tag(make_tag());
    let mut request = shared.endpoint.make_request(Method::Options, uri, via, from, to, 1, None);
    request.headers.push(shared_contact(shared, trunk));
    let key = TransactionKey::from_request(&request, TransactionRole::Client).ok()?;
    let mut tx = Transaction::new_client(key, request, shared.endpoint.clone(), None);
    tx.destination = Some(destination);
    let answer = async {
        tx.send().await.ok()?;
        while let Some(message) = tx.receive().await {
            if let SipMessage::Response(response) = message
                && response.status_code.code() >= 200
            {
                return Some(response.status_code.code());
            }
        }
        None
    };
    tokio::time::timeout(PATIENCE, answer).await.ok().flatten()
}

fn shared_contact(shared: &Shared, trunk: &Trunk) -> rsipstack::sip::Header {
    typed::Contact { display_name: None, uri: shared.contact("probe", trunk.transport), params: Vec::new() }.into()
}

#[cfg(test)]
mod tests {
    use super::backoff;

    #[test]
    fn tries_ever_more_seldom() {
        let waits: Vec<u64> = (0..9).map(|n| backoff(n).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 120, 120, 120]);
    }
}
