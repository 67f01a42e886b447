//! One call, one task: the only owner of its state. It hears the stack (dialog states), the outside (commands) and time, and
//! makes sure that the call is told as ended once and that the stack forgets it.

use std::sync::Arc;
use std::time::Duration;

use kernel::LegId;
use rsipstack::dialog::dialog::{DialogState, DialogStateReceiver, TerminatedReason};
use rsipstack::dialog::invitation::InviteAsyncResult;
use rsipstack::dialog::invite_dialog::InviteDialog;
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{Header, Response};
use rsipstack::transaction::key::TransactionRole;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};

use crate::event::{Cause, Event};
use crate::inbound::Unanswered;
use crate::outbound::Attempts;
use crate::sdp::{self, Description, Local, Remote};
use crate::session_timer::{Due, SessionTimer, accepted};
use crate::stack::{Shared, lock};
use crate::wire::{expires, min_se, sdp_headers};

/// What reaches a call.
#[derive(Debug)]
pub(crate) enum Msg {
    Ring,
    Answer {
        rtp_port: u16,
    },
    Reject {
        code: u16,
        retry_after_s: Option<u32>,
    },
    Hangup {
        cause: Cause,
    },
    /// Our INVITE came to its end.
    Invited(Box<InviteAsyncResult>),
    /// Our refresh of the session timer was answered, or not.
    Refreshed {
        by_update: bool,
        answer: Option<Box<Response>>,
    },
    /// BYE or CANCEL is done with.
    Farewell,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// No final answer yet.
    Ringing,
    /// We answered 200 and wait for the ACK.
    Answering,
    Up,
    /// Told as ended; the last messages are on their way.
    Closing,
    Closed,
}

/// A call that nobody answers or refuses for so long is refused: carriers give up after three minutes as well.
const LONGEST_RINGING: Duration = Duration::from_secs(180);
/// The last messages get this long, then the call is forgotten anyway.
const CLOSING: Duration = Duration::from_secs(40);

pub(crate) struct Call {
    pub shared: Arc<Shared>,
    pub leg: LegId,
    pub dialog: InviteDialog,
    pub states: DialogStateReceiver,
    mailbox: UnboundedReceiver<Msg>,
    pub mail: UnboundedSender<Msg>,
    pub local: Local,
    /// The description we sent last.
    pub sent: String,
    pub remote: Option<Remote>,
    pub phase: Phase,
    pub timer: Option<SessionTimer>,
    /// The other side understands UPDATE.
    pub updates: bool,
    pub refreshing: bool,
    /// After a glare or a refusal: when to try the refresh again.
    pub refresh_at: Option<Duration>,
    /// CSeq of an INVITE whose 200 carried our offer; its ACK brings the answer.
    pub answer_in_ack: Option<u32>,
    began: Duration,
    up_since: Option<Duration>,
    close_by: Option<Duration>,
    told: bool,
    /// BYE as soon as the ACK is here (RFC 3261 §15: not before).
    bye_on_ack: bool,
    /// Of an incoming call, until we answer.
    pub unanswered: Option<Unanswered>,
    /// Of an outgoing call.
    pub attempts: Option<Attempts>,
}

impl Call {
    pub fn new(
        shared: Arc<Shared>,
        leg: LegId,
        (dialog, states): (InviteDialog, DialogStateReceiver),
        (mail, mailbox): (UnboundedSender<Msg>, UnboundedReceiver<Msg>),
    ) -> Self {
        let local = Local { session: shared.random() >> 1, version: 1, address: shared.address, port: 0 };
        Self {
            began: shared.now(),
            shared,
            leg,
            dialog,
            states,
            mailbox,
            mail,
            local,
            sent: String::new(),
            remote: None,
            phase: Phase::Ringing,
            timer: None,
            updates: false,
            refreshing: false,
            refresh_at: None,
            answer_in_ack: None,
            up_since: None,
            close_by: None,
            told: false,
            bye_on_ack: false,
            unanswered: None,
            attempts: None,
        }
    }

    pub async fn run(mut self) {
        while self.phase != Phase::Closed {
            let wake = self.shared.started + self.wake().min(Duration::from_secs(86_400 * 365));
            tokio::select! {
                Some(msg) = self.mailbox.recv() => self.message(msg),
                Some(state) = self.states.recv() => self.state(state).await,
                () = tokio::time::sleep_until(wake) => self.time(),
            }
        }
        self.end(Cause::Network, None);
        self.shared.dialogs.remove_dialog(&self.dialog.id());
    }

    /// Tells the end, once.
    pub fn end(&mut self, cause: Cause, code: Option<u16>) {
        if !self.told {
            self.told = true;
            lock(&self.shared.legs).remove(&self.leg);
            self.shared.tell(Event::Ended { leg: self.leg, cause, code });
        }
    }

    pub fn close(&mut self) {
        self.phase = Phase::Closed;
    }

    fn message(&mut self, msg: Msg) {
        match msg {
            Msg::Ring => self.ring(),
            Msg::Answer { rtp_port } => self.answer(rtp_port),
            Msg::Reject { code, retry_after_s } => self.reject(code, retry_after_s, Cause::Local),
            Msg::Hangup { cause } => self.hang_up(cause),
            Msg::Invited(result) => self.invited(*result),
            Msg::Refreshed { by_update, answer } => self.refreshed(by_update, answer.map(|a| *a)),
            Msg::Farewell => self.farewell(),
        }
    }

    /// Ends the call from our side, whatever its state.
    pub fn hang_up(&mut self, cause: Cause) {
        match self.phase {
            Phase::Closing | Phase::Closed => {}
            Phase::Ringing if self.unanswered.is_some() => {
                self.reject(if cause == Cause::Stopping { 503 } else { 603 }, None, cause);
            }
            Phase::Answering => {
                self.end(cause, None);
                self.bye_on_ack = true;
                self.closing();
            }
            Phase::Ringing | Phase::Up => {
                self.end(cause, None);
                self.closing();
                self.say_bye();
            }
        }
    }

    fn closing(&mut self) {
        self.phase = Phase::Closing;
        self.close_by = Some(self.shared.now() + CLOSING);
    }

    /// BYE, or CANCEL while our INVITE is unanswered.
    fn say_bye(&mut self) {
        let (dialog, mail) = (self.dialog.clone(), self.mail.clone());
        self.shared.tasks.spawn(async move {
            if let Err(error) = dialog.hangup().await {
                tracing::debug!(%error, "farewell was not answered");
            }
            let _ = mail.send(Msg::Farewell);
        });
    }

    fn farewell(&mut self) {
        if self.phase == Phase::Closing {
            match &mut self.attempts {
                // A CANCEL is answered before the INVITE it ends.
                Some(attempts) if attempts.pending => attempts.farewell = true,
                _ => self.close(),
            }
        }
    }

    async fn state(&mut self, state: DialogState) {
        match state {
            DialogState::Calling(_) | DialogState::Trying(_) | DialogState::WaitAck(..) => {}
            DialogState::Early(_, response) => self.early(&response),
            DialogState::Confirmed(_, response) => self.confirmed(&response),
            DialogState::Updated(_, request, handle) => self.renegotiate(&request, &handle).await,
            DialogState::Info(_, request, handle) => self.info(&request, &handle).await,
            DialogState::Options(_, _, handle) => {
                let _ = handle.respond(200_u16.into(), Some(crate::dispatch::capabilities()), None).await;
            }
            // We are no transfer target of carriers, and nobody reads messages here.
            DialogState::Refer(_, _, handle) => drop(handle.reply(603_u16.into()).await),
            DialogState::Notify(_, _, handle)
            | DialogState::Message(_, _, handle)
            | DialogState::Publish(_, _, handle) => drop(handle.reply(501_u16.into()).await),
            DialogState::Terminated(_, reason) => self.terminated(&reason),
        }
    }

    fn confirmed(&mut self, response: &Response) {
        match self.phase {
            Phase::Ringing if self.attempts.is_some() => self.answered_by_them(response),
            Phase::Answering => {
                self.up();
                self.answer_from_ack();
                self.shared.tell(Event::Answered { leg: self.leg });
            }
            Phase::Up => self.answer_from_ack(),
            Phase::Closing if self.bye_on_ack => {
                self.bye_on_ack = false;
                self.say_bye();
            }
            _ => {}
        }
    }

    fn up(&mut self) {
        self.phase = Phase::Up;
        self.up_since = Some(self.shared.now());
    }

    /// The called party answered our INVITE.
    fn answered_by_them(&mut self, response: &Response) {
        self.updates = allows_update(response);
        let agreed = if response.body.is_empty() {
            self.remote.ok_or(sdp::SdpError::NoAudio)
        } else {
            Description::parse(&response.body).and_then(|d| d.agreed())
        };
        self.up();
        match agreed {
            Ok(remote) => self.media(remote),
            Err(error) => {
                tracing::info!(%error, "an answer without usable media");
                return self.hang_up(Cause::NoMedia);
            }
        }
        self.timer = accepted(expires(response))
            .map(|(interval_s, refresher)| SessionTimer::start(interval_s, refresher, self.shared.now()));
        self.shared.tell(Event::Answered { leg: self.leg });
    }

    /// When our 200 carried the offer, the ACK carries the answer.
    fn answer_from_ack(&mut self) {
        let Some(seq) = self.answer_in_ack else { return };
        let Some(ack) = self.dialog.last_remote_ack() else { return };
        if ack.cseq_header().and_then(rsipstack::sip::CSeq::seq) != Ok(seq) {
            return;
        }
        self.answer_in_ack = None;
        match Description::parse(&ack.body).and_then(|d| d.agreed()) {
            Ok(remote) => self.media(remote),
            Err(error) => {
                tracing::info!(%error, "an ACK without usable media");
                self.hang_up(Cause::NoMedia);
            }
        }
    }

    /// Tells where the other side's media are, when that is new.
    pub fn media(&mut self, remote: Remote) {
        if self.remote != Some(remote) {
            self.remote = Some(remote);
            self.shared.tell(Event::Media { leg: self.leg, remote });
        }
    }

    fn terminated(&mut self, reason: &TerminatedReason) {
        let server = self.dialog.role() == TransactionRole::Server;
        if self.attempts.as_ref().is_some_and(|a| a.pending) {
            // The result of the INVITE tells more and always comes.
            return;
        }
        let theirs = matches!((server, reason), (true, TerminatedReason::UacBye) | (false, TerminatedReason::UasBye));
        let cause = match reason {
            _ if theirs => Cause::Remote,
            TerminatedReason::UacCancel => Cause::Cancelled,
            TerminatedReason::UacBye | TerminatedReason::UasBye => Cause::Local,
            _ => Cause::Network,
        };
        self.end(cause, None);
        if self.phase == Phase::Closing && !theirs && !self.bye_on_ack {
            // Our own BYE; its task reports the end.
            return;
        }
        self.close();
    }

    fn ring_by(&self) -> Duration {
        self.attempts.as_ref().map_or(self.began + LONGEST_RINGING, |a| a.ring_by)
    }

    /// The next moment at which something is due.
    fn wake(&self) -> Duration {
        let longest = self.up_since.map(|at| at + self.shared.config.timing.longest_call);
        let timer = self.timer.filter(|_| self.phase == Phase::Up).map(|t| match self.refresh_at {
            Some(at) => at.min(t.wake(true)),
            None => t.wake(self.refreshing),
        });
        let ring = Some(self.ring_by()).filter(|_| self.phase == Phase::Ringing);
        [longest.filter(|_| self.phase == Phase::Up), timer, ring, self.close_by]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(Duration::MAX)
    }

    fn time(&mut self) {
        let now = self.shared.now();
        if self.close_by.is_some_and(|at| now >= at) {
            return self.close();
        }
        if self.phase == Phase::Ringing {
            if now < self.ring_by() {
                return;
            }
            return match self.unanswered {
                Some(_) => self.reject(480, None, Cause::NoAnswer),
                None => self.hang_up(Cause::NoAnswer),
            };
        }
        if self.phase != Phase::Up {
            return;
        }
        if self.up_since.is_some_and(|at| now >= at + self.shared.config.timing.longest_call) {
            return self.hang_up(Cause::TooLong);
        }
        match self.timer.map(|t| t.due(now)) {
            Some(Due::Expired) => self.hang_up(Cause::TooLong),
            Some(Due::Refresh) if !self.refreshing && self.refresh_at.is_none_or(|at| now >= at) => self.refresh(),
            _ => {}
        }
    }

    /// Shows that we are alive: UPDATE where understood, else re-INVITE with the description unchanged.
    fn refresh(&mut self) {
        let Some(timer) = self.timer else { return };
        self.refreshing = true;
        self.refresh_at = None;
        let wish = self.shared.config.session;
        let headers = vec![
            Header::Supported("timer".into()),
            Header::SessionExpires(format!("{};refresher=uac", timer.interval_s).into()),
            Header::MinSE(wish.min_s.to_string().into()),
        ];
        let (dialog, mail, by_update, body) = (self.dialog.clone(), self.mail.clone(), self.updates, self.sent.clone());
        self.shared.tasks.spawn(async move {
            let answer = if by_update {
                dialog.update(Some(headers), None).await
            } else {
                dialog.reinvite(Some(sdp_headers(headers)), Some(body.into_bytes())).await
            };
            let answer = answer.ok().flatten().map(Box::new);
            let _ = mail.send(Msg::Refreshed { by_update, answer });
        });
    }

    fn refreshed(&mut self, by_update: bool, answer: Option<Response>) {
        self.refreshing = false;
        let now = self.shared.now();
        if self.phase != Phase::Up {
            return;
        }
        let Some(answer) = answer else { return self.hang_up(Cause::Network) };
        match answer.status_code.code() {
            200..=299 => {
                self.retarget(&answer);
                self.timer = accepted(expires(&answer)).map(|(s, who)| SessionTimer::start(s, who, now));
                if !by_update && let Ok(remote) = Description::parse(&answer.body).and_then(|d| d.agreed()) {
                    self.media(remote);
                }
            }
            // RFC 4028 §10: the call is gone on the other side.
            408 | 481 => self.hang_up(Cause::Network),
            405 | 501 if by_update => {
                self.updates = false;
                self.refresh();
            }
            422 => {
                if let (Some(timer), Some(least)) = (&mut self.timer, min_se(&answer)) {
                    timer.interval_s = timer.interval_s.max(least);
                }
                self.refresh_at = Some(now + Duration::from_secs(1));
            }
            // RFC 3261 §14.1: both sides asked at once; wait a different time than the other side does.
            491 => self.refresh_at = Some(now + Duration::from_millis(2100 + u64::from(self.shared.random() % 1900))),
            _ => self.refresh_at = Some(now + Duration::from_secs(5)),
        }
    }
}

pub(crate) fn allows_update(message: &impl HeadersExt) -> bool {
    message.header_value("Allow").is_some_and(|v| v.split(',').any(|m| m.trim().eq_ignore_ascii_case("UPDATE")))
}
