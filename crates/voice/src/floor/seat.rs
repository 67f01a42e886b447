//! 座席: who works, in which state, and with which tab.

use std::collections::BTreeSet;

use kernel::{CallId, LegId, SessionId, Ts, UserId};
use serde_json::json;

use super::call::{Role, Stage};
use super::step::Step;
use super::timer::{SeatTimer, Timer};
use super::{Person, seat_leg};
use crate::journal::{Fact, SeatSpan};
use crate::protocol::{LineQuality, SeatFrame, SeatState, Supervision};
use crate::switch::{Cause, Command};

/// Reason codes the platform gives.
pub(super) const NO_ANSWER: &str = "no_answer";
pub(super) const MEDIA_LOST: &str = "media_lost";
pub(super) const REJECTED: &str = "rejected";
pub(super) const FORCED: &str = "forced";

/// A seat's figures of the day.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SeatToday {
    pub answered: u32,
    pub talk_ms: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub person: Person,
    /// Desk phone as it was last set; [`Person::phone`] is the one in use.
    assigned: Option<String>,
    /// Open pages.
    pub tabs: BTreeSet<String>,
    /// The page that owns the softphone.
    pub tab: Option<String>,
    pub state: SeatState,
    pub reason: Option<String>,
    pub since: Ts,
    pub until: Option<Ts>,
    /// The sign-in.
    pub session: Option<SessionId>,
    /// Skills chosen at sign-in; `None` for all that are granted.
    chosen: Option<Vec<String>>,
    /// Skills served now, with their levels; none while signed out.
    pub serving: Vec<(String, u8)>,
    /// Media of the browser flow; the desk phone is registered.
    pub media: bool,
    /// Number of the page's last offer, to refuse it when it fails.
    pub offer: u32,
    pub muted: bool,
    pub quality: Option<LineQuality>,
    /// Ringing, dialling, talking or watched here.
    pub call: Option<CallId>,
    /// Being wrapped up.
    pub wrap: Option<CallId>,
    /// 示忙 after the call, with its reason.
    pub next: Option<String>,
    /// Signed out by a supervisor when the call ends.
    pub leaves: bool,
    /// Last call's end, or sign-in: who is idle longest is first.
    pub idle_since: Ts,
    pub supervising: Option<(UserId, Supervision)>,
    pub watching: bool,
    /// How many wait, as the page knows it.
    pub told_waiting: u32,
    pub today: SeatToday,
}

impl Seat {
    fn new(person: Person, now: Ts) -> Self {
        Self {
            assigned: person.phone.clone(),
            person,
            tabs: BTreeSet::new(),
            tab: None,
            state: SeatState::SignedOut,
            reason: None,
            since: now,
            until: None,
            session: None,
            chosen: None,
            serving: Vec::new(),
            media: false,
            offer: 0,
            muted: false,
            quality: None,
            call: None,
            wrap: None,
            next: None,
            leaves: false,
            idle_since: now,
            supervising: None,
            watching: false,
            told_waiting: 0,
            today: SeatToday::default(),
        }
    }

    fn serve(&mut self) {
        let chosen = |skill: &String| self.chosen.as_ref().is_none_or(|chosen| chosen.contains(skill));
        let granted = self.person.skills.iter().filter(|(skill, _)| self.session.is_some() && chosen(skill));
        self.serving = granted.cloned().collect();
    }

    /// Page and media are there.
    pub fn can_work(&self) -> bool {
        self.media && self.tab.is_some()
    }

    /// The browser's media are gone: who is connected to this seat hears music. A desk phone's line ends instead.
    pub fn deaf(&self) -> bool {
        !self.media && self.person.phone.is_none()
    }

    pub fn serves(&self, skill: &str) -> bool {
        self.serving.iter().any(|(served, _)| served == skill)
    }
}

impl Step<'_> {
    /// A page was opened, or what is known of the person changed (`tab` empty).
    pub fn arrived(&mut self, mut person: Person) {
        let user = person.user;
        let registered = person.phone.as_ref().is_some_and(|phone| self.f.phones.contains(phone));
        self.unindex(user);
        let now = self.now;
        let seat = self.f.seats.entry(user).or_insert_with(|| {
            let mut seat = Seat::new(person.clone(), now);
            seat.media = registered;
            seat
        });
        if !person.tab.is_empty() {
            seat.tabs.insert(person.tab.clone());
        }
        let in_use = seat.person.phone.clone();
        seat.assigned = std::mem::replace(&mut person.phone, in_use);
        seat.person = person;
        seat.serve();
        if !seat.person.may_monitor {
            seat.watching = false;
        }
        if seat.state == SeatState::Ready {
            self.f.ready_seats.push(user);
        }
        self.f.touched_seats.insert(user);
        self.index(user);
        self.change_phone(user);
        self.recheck(user);
    }

    /// Whoever is neither at work nor in a call takes the telephone that was set for them.
    fn change_phone(&mut self, user: UserId) {
        let Some(seat) = self.f.seats.get(&user) else { return };
        if seat.assigned == seat.person.phone || seat.session.is_some() || seat.call.is_some() {
            return;
        }
        let registered = seat.assigned.as_ref().is_some_and(|phone| self.f.phones.contains(phone));
        if seat.person.phone.is_none() {
            self.act(Command::WebClose { leg: seat_leg(user) });
        }
        if let Some(seat) = self.seat(user) {
            seat.person.phone.clone_from(&seat.assigned);
            seat.media = registered;
            seat.quality = None;
        }
    }

    /// A page takes the softphone. A page that comes back under its own name still has its media.
    pub fn hello(&mut self, user: UserId, tab: &str) {
        let Some(seat) = self.seat(user) else { return };
        seat.tabs.insert(tab.to_owned());
        let before = seat.tab.replace(tab.to_owned());
        if let Some(before) = before.filter(|before| before != tab) {
            if seat.person.phone.is_none() {
                seat.media = false;
            }
            let frame = SeatFrame::Replaced;
            self.tells.push(super::Output::Tell { user, tab: before, frame });
        }
        self.recheck(user);
    }

    /// A page's connection was lost.
    pub fn page_left(&mut self, user: UserId, tab: &str) {
        let Some(seat) = self.seat(user) else { return };
        seat.tabs.remove(tab);
        if seat.tab.as_deref() == Some(tab) {
            seat.tab = None;
            seat.watching = false;
            self.recheck(user);
        }
        self.drop_empty(user);
    }

    /// Seats nobody sits at are kept for their figures until the day ends.
    fn drop_empty(&mut self, user: UserId) {
        let empty =
            self.f.seats.get(&user).is_some_and(|s| s.session.is_none() && s.tabs.is_empty() && s.call.is_none());
        if empty {
            self.act(Command::WebClose { leg: seat_leg(user) });
            if let Some(seat) = self.seat(user) {
                seat.media = seat.person.phone.is_some() && seat.media;
                self.f.timers.cancel(Timer::Seat(user, SeatTimer::Return));
            }
        }
    }

    pub fn media_changed(&mut self, user: UserId, up: bool) {
        let Some(seat) = self.seat(user) else { return };
        if seat.person.phone.is_some() {
            return;
        }
        seat.media = up;
        if !up {
            seat.quality = None;
        }
        self.recheck(user);
    }

    pub fn phone_changed(&mut self, extension: &str, registered: bool) {
        if registered {
            self.f.phones.insert(extension.to_owned());
        } else {
            self.f.phones.remove(extension);
        }
        let users: Vec<UserId> = self
            .f
            .seats
            .values()
            .filter(|s| s.person.phone.as_deref() == Some(extension))
            .map(|s| s.person.user)
            .collect();
        for user in users {
            if let Some(seat) = self.seat(user) {
                seat.media = registered;
            }
            self.recheck(user);
        }
    }

    /// Page or media came or went.
    pub fn recheck(&mut self, user: UserId) {
        let Some(seat) = self.f.seats.get(&user) else { return };
        let (state, works, call) = (seat.state, seat.can_work(), seat.call);
        let lost = state == SeatState::Busy && seat.reason.as_deref() == Some(MEDIA_LOST);
        let needed = seat.session.is_some() || call.is_some();
        if let Some(id) = call {
            self.call(id);
        }
        if works {
            self.f.timers.cancel(Timer::Seat(user, SeatTimer::Return));
            if lost {
                self.rest(user);
            }
            return;
        }
        if needed && !self.f.timers.armed(Timer::Seat(user, SeatTimer::Return)) {
            let return_s = self.settings().return_s;
            self.arm_seat(user, SeatTimer::Return, return_s);
        }
        match state {
            SeatState::Ready => self.rest(user),
            SeatState::Ringing => self.withdraw(user, Cause::NoMedia, MEDIA_LOST),
            SeatState::Supervising => self.supervise_end(user),
            _ => {}
        }
    }

    /// [`SeatTimer::Return`] passed.
    pub fn not_returned(&mut self, user: UserId) {
        let Some(seat) = self.f.seats.get(&user) else { return };
        if seat.can_work() {
            return;
        }
        let (gone, call) = (seat.tab.is_none(), seat.call);
        // The page is away but both still speak: nobody is cut off.
        if call.is_some() && !seat.deaf() {
            let return_s = self.settings().return_s.max(1);
            self.arm_seat(user, SeatTimer::Return, return_s);
            return;
        }
        if gone {
            self.leave_work(user);
            self.drop_empty(user);
        } else if let Some(id) = call {
            self.agent_lost(id, user);
        }
    }

    /// Signs a seat out whatever is going on at it: a citizen goes back to the front of the queue, and is not told that
    /// this seat would come to help.
    pub fn leave_work(&mut self, user: UserId) {
        self.unindex(user);
        let Some(seat) = self.seat(user) else { return };
        seat.serving.clear();
        match (seat.state, seat.call) {
            (SeatState::Ringing, _) => self.withdraw(user, Cause::Local, FORCED),
            (SeatState::Supervising, _) => self.supervise_end(user),
            (_, Some(id)) => self.agent_lost(id, user),
            _ => {}
        }
        self.sign_out(user);
    }

    /// The agent's line is gone for good: the citizen goes back to the front.
    pub fn agent_lost(&mut self, id: CallId, user: UserId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let Some(party) = call.seat(user) else { return };
        let (key, owner, stage) = (party.id, call.owner == Some(user), call.stage);
        self.depart(id, key, (Cause::NoMedia, None), true);
        match stage {
            Stage::Talk if owner => self.orphaned(id),
            Stage::Dialling => self.end_call(id, Cause::NoMedia, "system"),
            _ => {}
        }
    }

    pub fn sign_in(&mut self, user: UserId, skills: Option<&[String]>) {
        let session = SessionId::mint(self.mint, self.now);
        let now = self.now;
        let Some(seat) = self.seat(user) else { return };
        seat.chosen = skills.map(<[String]>::to_vec);
        seat.session = Some(session);
        seat.serve();
        seat.idle_since = now;
        seat.next = None;
        self.rest(user);
        self.recheck(user);
    }

    pub fn sign_out(&mut self, user: UserId) {
        let Some(seat) = self.seat(user) else { return };
        seat.next = None;
        seat.leaves = false;
        self.end_wrap(user);
        self.set_state(user, SeatState::SignedOut, None);
        if let Some(seat) = self.seat(user) {
            seat.session = None;
            seat.serving.clear();
        }
        self.f.timers.cancel(Timer::Seat(user, SeatTimer::Return));
        self.change_phone(user);
    }

    /// Where a seat goes with nothing at it.
    pub fn rest(&mut self, user: UserId) {
        let Some(seat) = self.seat(user) else { return };
        if seat.session.is_none() {
            self.set_state(user, SeatState::SignedOut, None);
        } else if let Some(reason) = seat.next.take() {
            self.set_state(user, SeatState::Busy, Some(reason));
        } else if seat.can_work() {
            self.set_state(user, SeatState::Ready, None);
        } else {
            self.set_state(user, SeatState::Busy, Some(MEDIA_LOST.to_owned()));
        }
    }

    /// A call left the seat. `spoke`: it had the citizen, so there is something to wrap up.
    pub fn free_seat(&mut self, user: UserId, id: CallId, spoke: bool) {
        let now = self.now;
        let Some(seat) = self.seat(user) else { return };
        if seat.call != Some(id) {
            return;
        }
        seat.call = None;
        seat.muted = false;
        seat.supervising = None;
        seat.quality = None;
        let (signed_in, was, leaves) = (seat.session.is_some(), seat.state, seat.leaves);
        if was == SeatState::Talking {
            seat.idle_since = now;
        }
        let wrap_up_s = self.settings().wrap_up_s;
        if leaves {
            self.sign_out(user);
        } else if spoke && signed_in && wrap_up_s > 0 {
            self.begin_wrap(user, id, wrap_up_s);
        } else {
            self.rest(user);
        }
        self.change_phone(user);
        self.recheck(user);
    }

    fn begin_wrap(&mut self, user: UserId, id: CallId, seconds: u32) {
        let until = self.after_s(seconds);
        if let Some(seat) = self.seat(user) {
            seat.wrap = Some(id);
        }
        self.set_state(user, SeatState::WrapUp, None);
        if let Some(seat) = self.seat(user) {
            seat.until = Some(until);
        }
        self.f.timers.arm(Timer::Seat(user, SeatTimer::WrapUp), until);
    }

    /// The last call needs nothing more.
    pub fn end_wrap(&mut self, user: UserId) {
        let wrapped = self.seat(user).and_then(|seat| seat.wrap.take());
        if let Some(id) = wrapped {
            self.call(id);
        }
        self.f.timers.cancel(Timer::Seat(user, SeatTimer::WrapUp));
    }

    pub fn set_state(&mut self, user: UserId, state: SeatState, reason: Option<String>) {
        self.unindex(user);
        let now = self.now;
        let Some(seat) = self.seat(user) else { return };
        if seat.state == state && seat.reason == reason {
            self.index(user);
            return;
        }
        let before = SeatSpan {
            session: seat.session.unwrap_or(SessionId(kernel::Uuid::nil())),
            user,
            state: seat.state,
            reason: seat.reason.take(),
            from: seat.since,
            to: Some(now),
        };
        seat.state = state;
        seat.reason.clone_from(&reason);
        seat.since = now;
        seat.until = None;
        if let Some(session) = seat.session {
            // A state that lasted no time leaves no trace: the next one takes its key.
            if before.state != SeatState::SignedOut && before.from < now {
                self.facts.push(Fact::Seat(before.clone()));
            }
            if state != SeatState::SignedOut {
                self.facts.push(Fact::Seat(SeatSpan { session, user, state, reason, from: now, to: None }));
            } else if before.from == now {
                self.facts.push(Fact::Seat(before));
            }
        }
        if state != SeatState::WrapUp {
            self.end_wrap(user);
        }
        if state == SeatState::Ready {
            self.f.ready_seats.push(user);
        }
        self.index(user);
    }

    /// Takes the seat out of those who are free.
    fn unindex(&mut self, user: UserId) {
        let Some(seat) = self.f.seats.get(&user) else { return };
        for (skill, level) in &seat.serving {
            if let Some(free) = self.f.free.get_mut(skill) {
                free.remove(&(*level, seat.idle_since, user));
            }
        }
    }

    fn index(&mut self, user: UserId) {
        let Some(seat) = self.f.seats.get(&user).filter(|seat| seat.state == SeatState::Ready) else { return };
        for (skill, level) in &seat.serving {
            self.f.free.entry(skill.clone()).or_default().insert((*level, seat.idle_since, user));
        }
    }

    /// 强插、密语、监听 ends.
    pub fn supervise_end(&mut self, user: UserId) {
        let Some(id) = self.f.seats.get(&user).filter(|s| s.state == SeatState::Supervising).and_then(|s| s.call)
        else {
            return;
        };
        let key = self.f.calls.get(&id).and_then(|call| call.seat(user)).map(|party| party.id);
        if let Some(key) = key {
            self.depart(id, key, (Cause::Local, None), true);
        }
    }

    /// Supervisors leave with whom they watched.
    pub fn sweep_watchers(&mut self) {
        let touched: Vec<CallId> = self.f.touched_calls.iter().copied().collect();
        for id in touched {
            let Some(call) = self.f.calls.get(&id) else { continue };
            let talk = call.stage == Stage::Talk;
            let there = |user: Option<UserId>| user.and_then(|user| call.seat(user)).is_some_and(|party| party.up);
            let gone: Vec<_> =
                call.parties.iter().filter(|p| p.watches() && !(talk && there(p.watching))).map(|p| p.id).collect();
            for key in gone {
                self.depart(id, key, (Cause::Local, None), true);
            }
        }
    }

    /// Of the seat's own line.
    pub fn quality(&mut self, leg: LegId, quality: LineQuality) {
        let phone = self.f.legs.get(&leg).and_then(|id| self.f.calls.get(id)).and_then(|call| call.by_id(leg)?.user);
        if let Some(seat) = self.seat(phone.unwrap_or(UserId(leg.uuid()))) {
            seat.quality = Some(quality);
        }
    }

    /// The page's offer cannot be met.
    pub fn web_failed(&mut self, user: UserId, reason: &str) {
        let Some(no) = self.f.seats.get(&user).map(|seat| seat.offer) else { return };
        let message = format!("语音通道建立失败：{reason}，请检查浏览器麦克风权限和网络后重试");
        self.tell(user, SeatFrame::Refused { no, code: "media_failed".to_owned(), message });
        self.media_changed(user, false);
    }

    pub fn supervise(&mut self, user: UserId, target: UserId, mode: Supervision) {
        let Some(id) = self.f.seats.get(&target).and_then(|seat| seat.call) else { return };
        let mine = self.f.calls.get(&id).and_then(|call| call.seat(user)).map(|party| party.id);
        if let Some(key) = mine {
            if let Some(party) = self.call(id).and_then(|c| c.parties.iter_mut().find(|p| p.id == key)) {
                party.role = Role::Watch(mode);
            }
        } else {
            self.supervise_end(user);
            self.end_wrap(user);
            self.keep_busy(user);
            self.set_state(user, SeatState::Supervising, None);
            self.join_seat(id, user, Role::Watch(mode), Some(target));
            let key = self.f.calls.get(&id).and_then(|call| call.seat(user)).filter(|p| p.browser).map(|p| p.id);
            if let Some(key) = key {
                self.raise(id, key);
            }
        }
        if let Some(seat) = self.seat(user) {
            seat.supervising = Some((target, mode));
        }
        self.event(id, "supervised", Some(user), json!({ "mode": mode, "seat": target }));
    }

    /// A busy seat is busy again after what it does now.
    pub fn keep_busy(&mut self, user: UserId) {
        if let Some(seat) = self.seat(user).filter(|seat| seat.state == SeatState::Busy) {
            seat.next = seat.reason.clone().filter(|reason| reason != MEDIA_LOST);
        }
    }
}
