//! Calls we place: through trunks, the next one when one is out of order, or to a registered desk phone.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use kernel::LegId;
use rsipstack::dialog::authenticate::Credential;
use rsipstack::dialog::dialog::DialogStateReceiver;
use rsipstack::dialog::invitation::{InviteAsyncResult, InviteOption};
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::{Auth, Header, Host, HostWithPort, Param, Response, Scheme, Uri};
use rsipstack::transport::SipAddr;
use tokio::sync::mpsc::UnboundedSender;

use crate::bindings::Transport;
use crate::call::{Call, Msg, Phase};
use crate::config::{Account, Trunk};
use crate::event::{Cause, Event, Target};
use crate::sdp::{self, Description};
use crate::stack::{ALLOW, Shared, lock, open, wire};
use crate::wire::{is_dialable, min_se};

/// How often a carrier may ask for a longer session interval before we give up.
const MOST_422: u8 = 2;

/// One way to the called party.
pub(crate) struct Route {
    callee: Uri,
    caller: Uri,
    contact: Uri,
    destination: SipAddr,
    account: Option<Account>,
    asserted: Option<String>,
}

/// The ways that are left, and how the present one goes.
pub(crate) struct Attempts {
    now: Route,
    later: VecDeque<Route>,
    pub ring_by: Duration,
    /// An answer came, even if provisional: the network is there.
    heard: bool,
    rang: bool,
    interval_s: u32,
    refusals: u8,
    /// The INVITE has no final answer yet.
    pub pending: bool,
    /// The CANCEL is done; the INVITE's end is still to come.
    pub farewell: bool,
}

pub(crate) fn start(shared: &Arc<Shared>, leg: LegId, to: Target, caller: String, ring_s: u32, rtp_port: u16) {
    let caller = if is_dialable(&caller) { caller } else { "anonymous".to_owned() };
    let refused = |cause| shared.tell(Event::Ended { leg, cause, code: None });
    let busy = lock(&shared.legs).len() >= shared.config.limits.calls;
    if busy || shared.draining.load(std::sync::atomic::Ordering::Relaxed) {
        return refused(Cause::Refused);
    }
    let mut ways = match routes(shared, &to, &caller) {
        Ok(ways) => ways,
        Err(cause) => return refused(cause),
    };
    let Some(first) = ways.pop_front() else { return refused(Cause::Refused) };
    let mail = open(shared, leg);
    let interval_s = shared.config.session.interval_s;
    let local = sdp::Local { session: shared.random() >> 1, version: 1, address: shared.address, port: rtp_port };
    let offer = sdp::offer(&local);
    let line = match invite(shared, &first, &offer, interval_s, None, &mail.0) {
        Ok(line) => line,
        Err(error) => {
            tracing::warn!(%error, "outgoing call");
            lock(&shared.legs).remove(&leg);
            return refused(Cause::Network);
        }
    };
    let mut call = Call::new(shared.clone(), leg, line, mail);
    call.local = local;
    call.sent = offer;
    call.attempts = Some(Attempts {
        now: first,
        later: ways,
        ring_by: shared.now() + Duration::from_secs(u64::from(ring_s)),
        heard: false,
        rang: false,
        interval_s,
        refusals: 0,
        pending: true,
        farewell: false,
    });
    shared.tasks.spawn(call.run());
}

/// Sends an INVITE; its final answer comes as [`Msg::Invited`].
fn invite(
    shared: &Arc<Shared>,
    route: &Route,
    offer: &str,
    interval_s: u32,
    call_id: Option<String>,
    mail: &UnboundedSender<Msg>,
) -> Result<(InviteDialog, DialogStateReceiver), rsipstack::Error> {
    let mut headers = vec![
        Header::Allow(ALLOW.into()),
        Header::Supported("timer".into()),
        Header::SessionExpires(interval_s.to_string().into()),
        Header::MinSE(shared.config.session.min_s.to_string().into()),
    ];
    if let Some(asserted) = &route.asserted {
        headers.push(Header::PAssertedIdentity(asserted.as_str().into()));
    }
    let option = InviteOption {
        caller: route.caller.clone(),
        callee: route.callee.clone(),
        destination: Some(route.destination.clone()),
        contact: route.contact.clone(),
        content_type: Some("application/sdp".into()),
        offer: Some(offer.as_bytes().to_vec()),
        credential: route.account.as_ref().map(credential),
        headers: Some(headers),
        call_id,
        ..InviteOption::default()
    };
    let (sender, states) = shared.dialogs.new_dialog_state_channel();
    let (dialog, task) = shared.dialogs.do_invite_async(option, sender)?;
    let mail = mail.clone();
    shared.tasks.spawn(async move {
        let result = task.await.unwrap_or_else(|e| Err(rsipstack::Error::Error(e.to_string())));
        let _ = mail.send(Msg::Invited(Box::new(result)));
    });
    Ok((dialog, states))
}

pub(crate) fn credential(account: &Account) -> Credential {
    Credential { username: account.user.clone(), password: account.password.expose().clone(), ..Credential::default() }
}

fn routes(shared: &Shared, to: &Target, caller: &str) -> Result<VecDeque<Route>, Cause> {
    match to {
        Target::Number(number) if !is_dialable(number) => Err(Cause::NoSuchNumber),
        Target::Number(number) => {
            let mut trunks: Vec<(&Trunk, bool)> = shared
                .config
                .trunks
                .iter()
                .zip(&shared.trunks)
                .filter(|(trunk, _)| trunk.dials)
                .map(|(trunk, state)| (trunk, state.is_up()))
                .collect();
            trunks.sort_by_key(|(_, up)| !up);
            Ok(trunks.into_iter().map(|(trunk, _)| through(shared, trunk, number, caller)).collect())
        }
        Target::Phone(extension) => {
            let bindings = lock(&shared.bindings);
            let binding = bindings.find(extension, shared.now()).ok_or(Cause::NoAnswer)?;
            let callee = Uri::try_from(binding.uri.as_str()).map_err(|_| Cause::Network)?;
            let contact = shared.contact(caller, binding.transport);
            Ok(VecDeque::from([Route {
                callee,
                caller: Uri { params: Vec::new(), ..contact.clone() },
                contact,
                destination: SipAddr::new(wire(binding.transport), binding.source.into()),
                account: None,
                asserted: None,
            }]))
        }
    }
}

fn through(shared: &Shared, trunk: &Trunk, number: &str, caller: &str) -> Route {
    let there = host(trunk);
    let contact_user = trunk.outbound.as_ref().map_or(caller, |a| a.user.as_str());
    let contact = shared.contact(contact_user, trunk.transport);
    let from_host = if trunk.outbound.is_some() { there.clone() } else { contact.host_with_port.clone() };
    let caller_uri = Uri {
        scheme: Some(Scheme::Sip),
        auth: Some(Auth { user: caller.to_owned(), password: None }),
        host_with_port: from_host,
        params: Vec::new(),
        headers: Vec::new(),
    };
    Route {
        callee: Uri {
            scheme: Some(Scheme::Sip),
            auth: Some(Auth { user: format!("{}{number}", trunk.prefix), password: None }),
            host_with_port: there.clone(),
            params: params(trunk.transport),
            headers: Vec::new(),
        },
        asserted: Some(format!("<{caller_uri}>")),
        caller: caller_uri,
        contact,
        destination: SipAddr::new(wire(trunk.transport), there),
        account: trunk.outbound.clone(),
    }
}

pub(crate) fn host(trunk: &Trunk) -> HostWithPort {
    let host = trunk.host.parse().map_or_else(|_| Host::Domain(trunk.host.clone().into()), Host::IpAddr);
    HostWithPort { host, port: Some(trunk.port.into()) }
}

pub(crate) fn params(transport: Transport) -> Vec<Param> {
    match transport {
        Transport::Udp => Vec::new(),
        other => vec![Param::Transport(wire(other))],
    }
}

impl Call {
    /// A provisional answer to our INVITE.
    pub(crate) fn early(&mut self, response: &Response) {
        let Some(attempts) = self.attempts.as_mut().filter(|_| self.phase == Phase::Ringing) else { return };
        attempts.heard = true;
        if response.status_code.code() == 180 && !std::mem::replace(&mut attempts.rang, true) {
            self.shared.tell(Event::Ringing { leg: self.leg });
        }
        if response.body.is_empty() {
            return;
        }
        if let Ok(remote) = Description::parse(&response.body).and_then(|d| d.agreed()) {
            let first = self.remote.is_none();
            self.media(remote);
            if first {
                self.shared.tell(Event::EarlyMedia { leg: self.leg });
            }
        }
    }

    /// Our INVITE is over.
    pub(crate) fn invited(&mut self, result: InviteAsyncResult) {
        let Some(attempts) = self.attempts.as_mut() else { return };
        attempts.pending = false;
        if self.phase == Phase::Closing && attempts.farewell {
            return self.close();
        }
        let (code, least) = match &result {
            Ok((_, Some(response))) => (Some(response.status_code.code()), min_se(response)),
            Ok((_, None)) => (None, None),
            Err(error) => {
                tracing::info!(%error, "outgoing call failed");
                (None, None)
            }
        };
        if code.is_some_and(|c| (200..300).contains(&c)) {
            return;
        }
        if self.phase == Phase::Closing {
            return;
        }
        if self.again(code, least) {
            return;
        }
        let heard = self.attempts.as_ref().is_some_and(|a| a.heard);
        self.end(code.map_or(Cause::Network, |c| Cause::of_code(c, heard)), code);
        self.close();
    }

    /// Tries once more where that makes sense: a longer session interval, or the next trunk.
    fn again(&mut self, code: Option<u16>, least: Option<u32>) -> bool {
        let Some(attempts) = self.attempts.as_mut() else { return false };
        let mut call_id = None;
        match (code, least) {
            (Some(422), Some(least)) if attempts.refusals < MOST_422 => {
                // The same call, asked again (RFC 4028 §7.4).
                call_id = Some(self.dialog.id().call_id);
                attempts.refusals += 1;
                attempts.interval_s = attempts.interval_s.max(least);
            }
            // Out of order or out of reach; whoever rang was reached.
            (None | Some(408 | 500 | 502 | 503 | 504), _) if !attempts.rang => match attempts.later.pop_front() {
                Some(next) => {
                    attempts.now = next;
                    attempts.heard = false;
                }
                None => return false,
            },
            _ => return false,
        }
        match invite(&self.shared, &attempts.now, &self.sent, attempts.interval_s, call_id, &self.mail) {
            Ok((dialog, states)) => {
                attempts.pending = true;
                self.remote = None;
                self.shared.dialogs.remove_dialog(&self.dialog.id());
                self.dialog = dialog;
                self.states = states;
                true
            }
            Err(error) => {
                tracing::warn!(%error, "outgoing call");
                false
            }
        }
    }
}
