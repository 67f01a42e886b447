//! Calls that come in: who it is, whether we take it, and our answers.

use std::net::IpAddr;
use std::sync::Arc;

use kernel::LegId;
use rsipstack::dialog::dialog::{Dialog, TransactionHandle};
use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::{Header, Method, Request, StatusCode, typed};
use rsipstack::transaction::transaction::{Transaction, TransactionEvent, TransactionEventSender};

use crate::bindings::Transport;
use crate::call::{Call, Phase, allows_update};
use crate::digest::{Credentials, NonceState, challenge};
use crate::dispatch::{answer, source};
use crate::event::{Cause, Event, Source};
use crate::sdp::{self, Description};
use crate::session_timer::{Asked, Decided, SessionTimer, decide};
use crate::stack::{ALLOW, Shared, lock, open};
use crate::wire::{asked, sdp_headers};

/// What is needed to answer later.
pub(crate) struct Unanswered {
    invite: Request,
    /// The INVITE's own transaction, for answers with headers the stack does not let through.
    answers: TransactionEventSender,
    offer: Option<Description>,
    asked: Asked,
}

/// Who sends a request.
enum Who {
    Known(Source),
    Challenge { stale: bool },
    Stranger,
}

pub(crate) async fn invite(shared: &Arc<Shared>, mut tx: Transaction) {
    let Some(from) = source(&tx) else { return };
    let origin = match identify(shared, &tx.original, from.ip()) {
        Who::Known(origin) => origin,
        Who::Challenge { stale } => return demand(shared, tx, from.ip(), stale).await,
        Who::Stranger => {
            tracing::info!(%from, "a call from a stranger was refused");
            return answer(tx, 403, Vec::new()).await;
        }
    };
    if let Some((code, headers)) = refusal(shared, &tx.original) {
        return answer(tx, code, headers).await;
    }
    if !shared.admit() {
        let after = shared.config.limits.retry_after_s.to_string();
        return answer(tx, 503, vec![Header::RetryAfter(after.into())]).await;
    }
    let offer = Description::parse(&tx.original.body).ok();
    let transport = transport_of(&tx);
    let user = tx.original.uri.user().unwrap_or_default().to_owned();
    let contact = shared.contact(&user, transport);
    let (state_sender, states) = shared.dialogs.new_dialog_state_channel();
    let Ok(dialog) = shared.dialogs.get_or_create_server_invite(&tx, state_sender, None, Some(contact)) else {
        return answer(tx, 400, Vec::new()).await;
    };
    let leg = LegId::mint(&*shared.mint, shared.clock.now());
    let mut call = Call::new(shared.clone(), leg, (dialog.clone(), states), open(shared, leg));
    call.updates = allows_update(&tx.original);
    let caller = caller(&tx.original);
    call.unanswered = Some(Unanswered {
        asked: asked(&tx.original),
        invite: tx.original.clone(),
        answers: tx.tu_sender.clone(),
        offer,
    });
    shared.tell(Event::Incoming { leg, source: origin, from: caller, to: user });
    shared.tasks.spawn(call.run());
    let mut dialog = dialog;
    if let Err(error) = dialog.handle(&mut tx).await {
        tracing::debug!(%error, "incoming call");
    }
}

/// Why an INVITE that is in order as to its sender cannot become a call.
fn refusal(shared: &Shared, invite: &Request) -> Option<(u16, Vec<Header>)> {
    let unknown: Vec<String> = invite
        .header_value("Require")
        .iter()
        .flat_map(|v| v.split(','))
        .map(|t| t.trim().to_owned())
        .filter(|t| !t.is_empty() && !t.eq_ignore_ascii_case("timer"))
        .collect();
    if !unknown.is_empty() {
        return Some((420, vec![Header::Unsupported(unknown.join(", ").into())]));
    }
    if let Decided::TooSmall(least) = decide(asked(invite), shared.config.session) {
        return Some((422, vec![Header::MinSE(least.to_string().into())]));
    }
    if invite.body.is_empty() {
        return None;
    }
    let kind = invite.header_value("Content-Type").unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/sdp") {
        return Some((415, vec![Header::Accept("application/sdp".into())]));
    }
    match Description::parse(&invite.body).and_then(|d| d.agreed()) {
        Ok(_) => None,
        Err(error) => Some((488, vec![Header::Warning(format!("304 hotline \"{error}\"").into())])),
    }
}

fn identify(shared: &Shared, request: &Request, ip: IpAddr) -> Who {
    let config = &shared.config;
    let given = request.authorization_header().and_then(|h| Credentials::parse(h.value()));
    if let Some(credentials) = given {
        return prove(shared, request, &credentials, ip);
    }
    let user = from_user(request);
    let phone = config.phones.iter().any(|p| Some(p.extension.as_str()) == user.as_deref());
    let registered = user.as_deref().is_some_and(|user| {
        lock(&shared.bindings)
            .list(user, shared.now())
            .iter()
            .any(|b| b.source.ip().to_canonical() == ip.to_canonical())
    });
    if phone && registered {
        return Who::Challenge { stale: false };
    }
    if let Some(trunk) = config.trunks.iter().find(|t| t.allow.iter().any(|r| r.contains(ip))) {
        return Who::Known(Source::Trunk(trunk.name.clone()));
    }
    if phone || config.trunks.iter().any(|t| t.inbound.is_some()) {
        return Who::Challenge { stale: false };
    }
    Who::Stranger
}

fn prove(shared: &Shared, request: &Request, credentials: &Credentials, ip: IpAddr) -> Who {
    let method = request.method.to_string();
    let phone = shared.config.phones.iter().find(|p| p.extension == credentials.username);
    let trunk = shared
        .config
        .trunks
        .iter()
        .find_map(|t| t.inbound.as_ref().filter(|a| a.user == credentials.username).map(|a| (t, a)));
    let (password, origin) = match (phone, trunk) {
        (Some(phone), _) => (phone.password.expose(), Source::Phone(phone.extension.clone())),
        (None, Some((trunk, account))) => (account.password.expose(), Source::Trunk(trunk.name.clone())),
        (None, None) => return Who::Stranger,
    };
    if !credentials.proves(&method, password) {
        return Who::Challenge { stale: false };
    }
    match shared.nonces.state(credentials, shared.clock.now(), ip) {
        NonceState::Fresh => Who::Known(origin),
        NonceState::Stale => Who::Challenge { stale: true },
        NonceState::Foreign => Who::Challenge { stale: false },
    }
}

/// 401 with a fresh nonce.
pub(crate) async fn demand(shared: &Shared, tx: Transaction, ip: IpAddr, stale: bool) {
    let nonce = shared.nonces.issue(shared.clock.now(), ip);
    let header = Header::WwwAuthenticate(challenge(&shared.config.realm, &nonce, stale).into());
    answer(tx, 401, vec![header]).await;
}

/// Whether a phone proves its password; `Err(stale)` when it must be asked.
pub(crate) fn phone_proves(shared: &Shared, request: &Request, extension: &str, ip: IpAddr) -> Result<(), bool> {
    let given = request.authorization_header().and_then(|h| Credentials::parse(h.value())).ok_or(false)?;
    match prove(shared, request, &given, ip) {
        Who::Known(Source::Phone(proved)) if proved == extension => Ok(()),
        Who::Challenge { stale } => Err(stale),
        _ => Err(false),
    }
}

pub(crate) fn transport_of(tx: &Transaction) -> Transport {
    match tx.connection.as_ref().map(rsipstack::transport::SipConnection::transport) {
        Some(rsipstack::sip::Transport::Tcp) => Transport::Tcp,
        Some(rsipstack::sip::Transport::Tls) => Transport::Tls,
        _ => Transport::Udp,
    }
}

fn from_user(request: &Request) -> Option<String> {
    let from = request.from_header().ok()?.typed().ok()?;
    from.uri.user().map(str::to_owned)
}

/// The caller's number: what the carrier asserts goes before what the telephone claims.
fn caller(request: &Request) -> String {
    let asserted = request.header_value("P-Asserted-Identity").and_then(|v| {
        let user = typed::From::parse(v.split(',').next()?.trim()).ok()?.uri.user()?.to_owned();
        (!user.is_empty()).then_some(user)
    });
    asserted.or_else(|| from_user(request)).unwrap_or_else(|| "anonymous".to_owned())
}

impl Call {
    pub(crate) fn ring(&mut self) {
        if self.phase == Phase::Ringing
            && self.unanswered.is_some()
            && let Err(error) = self.dialog.ringing(Some(vec![Header::Allow(ALLOW.into())]), None)
        {
            tracing::debug!(%error, "180 not sent");
        }
    }

    pub(crate) fn answer(&mut self, rtp_port: u16) {
        if self.phase != Phase::Ringing {
            return;
        }
        let Some(unanswered) = self.unanswered.take() else { return };
        self.local.port = rtp_port;
        let described = match &unanswered.offer {
            Some(offer) => offer.answer(&self.local).map(|(text, remote)| (text, Some(remote))),
            None => Ok((sdp::offer(&self.local), None)),
        };
        let Ok((text, remote)) = described else {
            self.unanswered = Some(unanswered);
            return self.reject(488, None, Cause::NoMedia);
        };
        let mut headers = vec![Header::Allow(ALLOW.into()), Header::Supported("timer".into())];
        headers.extend(self.agree_timer(unanswered.asked));
        if remote.is_none() {
            self.answer_in_ack = unanswered.invite.cseq_header().and_then(rsipstack::sip::CSeq::seq).ok();
        }
        self.sent.clone_from(&text);
        self.phase = Phase::Answering;
        if let Some(remote) = remote {
            self.media(remote);
        }
        if let Err(error) = self.dialog.accept(Some(sdp_headers(headers)), Some(text.into_bytes())) {
            tracing::debug!(%error, "200 not sent");
            // After a CANCEL that crossed our answer its news is on the way here; anything else is a fault.
            if !self.dialog.state().is_terminated() {
                self.end(Cause::Network, None);
                self.close();
            }
        }
    }

    /// Starts the session timer as asked, and gives the headers that say so.
    fn agree_timer(&mut self, asked: Asked) -> Vec<Header> {
        let Decided::Agreed { expires, require, refresher } = decide(asked, self.shared.config.session) else {
            return Vec::new();
        };
        self.timer = Some(SessionTimer::start(expires.interval_s, refresher, self.shared.now()));
        let mut headers = vec![Header::SessionExpires(expires.text().into())];
        if require {
            headers.push(Header::Require("timer".into()));
        }
        headers
    }

    /// A final refusal of an incoming call.
    pub(crate) fn reject(&mut self, code: u16, retry_after_s: Option<u32>, cause: Cause) {
        if self.phase != Phase::Ringing {
            return;
        }
        let Some(unanswered) = self.unanswered.take() else { return };
        let status = StatusCode::from(code);
        let mut response = self.shared.endpoint.make_response(&unanswered.invite, status.clone(), None);
        if let Ok(to) = unanswered.invite.to_header() {
            response.headers.unique_push(to.with_tag(self.dialog.id().local_tag.into()).into());
        }
        if let Some(after) = retry_after_s {
            response.headers.push(Header::RetryAfter(after.to_string().into()));
        }
        let _ = unanswered.answers.send(TransactionEvent::Respond(response));
        // Marks the dialog as over; its own answer comes second and is dropped.
        let _ = self.dialog.reject(Some(status), None);
        self.end(cause, Some(code));
        self.close();
    }

    /// re-INVITE or UPDATE: hold, another address, a refresh of the session timer.
    pub(crate) async fn renegotiate(&mut self, request: &Request, handle: &TransactionHandle) {
        let (code, headers, body) = self.reconsider(request);
        if let Err(error) = handle.respond(StatusCode::from(code), Some(headers), body).await {
            tracing::debug!(%error, "answer within a call not sent");
        }
    }

    fn reconsider(&mut self, request: &Request) -> (u16, Vec<Header>, Option<Vec<u8>>) {
        let invite = request.method == Method::Invite;
        if self.phase != Phase::Up {
            return (481, Vec::new(), None);
        }
        // Glare (RFC 3261 §14.2): our own request is under way.
        if self.refreshing {
            return (491, Vec::new(), None);
        }
        if let Decided::TooSmall(least) = decide(asked(request), self.shared.config.session) {
            return (422, vec![Header::MinSE(least.to_string().into())], None);
        }
        let described = if !request.body.is_empty() {
            match Description::parse(&request.body).and_then(|d| self.describe(&d)) {
                Ok(text) => Some(text),
                Err(_) => return (488, Vec::new(), None),
            }
        } else if invite {
            self.local.version += 1;
            self.answer_in_ack = request.cseq_header().and_then(rsipstack::sip::CSeq::seq).ok();
            self.sent = sdp::offer(&self.local);
            Some(self.sent.clone())
        } else {
            None
        };
        self.retarget(request);
        let mut headers = vec![Header::Allow(ALLOW.into()), Header::Supported("timer".into())];
        headers.extend(self.agree_timer(asked(request)));
        self.refresh_at = None;
        match described {
            Some(text) => (200, sdp_headers(headers), Some(text.into_bytes())),
            None => (200, headers, None),
        }
    }

    /// The other side moved: what we send goes to its new Contact (RFC 3261 §12.2).
    pub(crate) fn retarget(&self, message: &impl HeadersExt) {
        let Ok(contacts) = message.typed_contact_headers() else { return };
        if let (Some(contact), Ok(header)) = (contacts.first(), message.contact_header()) {
            Dialog::Invite(self.dialog.clone()).set_remote_target(contact.uri.clone(), Some(header.clone()));
        }
    }

    /// Our answer to a new offer; the version grows only when the text differs.
    fn describe(&mut self, offer: &Description) -> Result<String, sdp::SdpError> {
        let (mut text, remote) = offer.answer(&self.local)?;
        if text != self.sent {
            self.local.version += 1;
            (text, _) = offer.answer(&self.local)?;
            self.sent.clone_from(&text);
        }
        self.media(remote);
        Ok(text)
    }

    /// `Signal=5` of `application/dtmf-relay`, or a bare digit of `application/dtmf`.
    pub(crate) async fn info(&mut self, request: &Request, handle: &TransactionHandle) {
        let kind = request.header_value("Content-Type").unwrap_or_default().to_ascii_lowercase();
        let body = String::from_utf8_lossy(&request.body);
        let signal = if kind.starts_with("application/dtmf-relay") {
            body.lines()
                .find_map(|l| l.split_once('=').filter(|(n, _)| n.trim().eq_ignore_ascii_case("signal")))
                .map(|(_, v)| v.trim().to_owned())
        } else if kind.starts_with("application/dtmf") {
            Some(body.trim().to_owned())
        } else {
            None
        };
        let digit = signal.and_then(|s| match s.as_bytes() {
            [b] if b.is_ascii_digit() || b"*#ABCD".contains(b) => Some(char::from(*b)),
            _ => None,
        });
        let _ = handle.reply(StatusCode::from(if digit.is_some() { 200 } else { 415 })).await;
        if let Some(digit) = digit {
            self.shared.tell(Event::Digit { leg: self.leg, digit });
        }
    }
}
