//! What pages see: the seat after every change, the floor at most twice a second.

use kernel::{Ts, UserId, mask_phone};

use super::Tally;
use super::call::{Call, Party, Role, Stage};
use super::seat::Seat;
use super::step::Step;
use super::timer::Timer;
use crate::protocol::{
    FloorView, PartyView, QueueView, SeatCall, SeatCallState, SeatFrame, SeatLine, SeatState, SeatView, Supervised,
    Supervision,
};

/// Least time between two views of the floor, ms.
const VIEW_EVERY_MS: i64 = 500;
/// Without any change the view is sent again, ms.
const VIEW_AGAIN_MS: i64 = 5_000;
/// Least time between two counts of waiting callers, ms.
const WAITING_EVERY_MS: i64 = 1_000;

impl Step<'_> {
    /// Tells whom it concerns.
    pub fn show(&mut self) {
        if std::mem::take(&mut self.f.queues_changed) && !self.f.timers.armed(Timer::Waiting) {
            self.f.timers.arm(Timer::Waiting, self.now.plus_millis(WAITING_EVERY_MS));
        }
        for user in std::mem::take(&mut self.f.touched_seats) {
            let Some(seat) = self.f.seats.get(&user).filter(|seat| seat.tab.is_some()) else { continue };
            let view = self.seat_view(seat);
            let waiting = view.waiting;
            self.tell(user, SeatFrame::Seat { seat: Box::new(view) });
            if let Some(seat) = self.f.seats.get_mut(&user) {
                seat.told_waiting = waiting;
            }
        }
        self.show_floor();
    }

    /// [`Timer::Waiting`].
    pub fn count_waiting(&mut self) {
        let changed: Vec<UserId> = self
            .f
            .seats
            .values()
            .filter(|seat| seat.session.is_some() && self.waiting_for(seat) != seat.told_waiting)
            .map(|seat| seat.person.user)
            .collect();
        self.f.touched_seats.extend(changed);
    }

    fn waiting_for(&self, seat: &Seat) -> u32 {
        let waiting =
            seat.serving.iter().filter_map(|(skill, _)| self.f.queues.get(skill)).map(super::queue::Queue::len);
        u32::try_from(waiting.sum::<usize>()).unwrap_or(u32::MAX)
    }

    fn seat_view(&self, seat: &Seat) -> SeatView {
        let user = seat.person.user;
        let watched = seat.state == SeatState::Supervising;
        let ids = seat.call.iter().chain(&seat.wrap);
        let calls =
            ids.filter_map(|id| self.f.calls.get(id)).filter(|_| !watched).map(|call| self.seat_call(seat, call));
        SeatView {
            user,
            name: seat.person.name.clone(),
            state: seat.state,
            reason: seat.reason.clone(),
            since: seat.since,
            until: seat.until,
            skills: seat.serving.iter().map(|(skill, _)| skill.clone()).collect(),
            granted: seat.person.skills.iter().map(|(skill, _)| skill.clone()).collect(),
            phone: seat.person.phone.clone(),
            media: seat.media,
            muted: seat.muted,
            quality: seat.quality,
            calls: calls.collect(),
            supervising: seat.supervising.map(|(target, mode)| Supervised {
                user: target,
                name: self.f.seats.get(&target).map(|seat| seat.person.name.clone()).unwrap_or_default(),
                mode,
            }),
            waiting: self.waiting_for(seat),
            allowed: self.allowed(user),
            now: self.now,
        }
    }

    fn seat_call(&self, seat: &Seat, call: &Call) -> SeatCall {
        let record = &call.record;
        let here = seat.call == Some(record.id);
        let mine = call.seat(seat.person.user);
        let state = match (here, call.stage, mine.is_some_and(|party| party.up)) {
            (false, ..) => SeatCallState::WrapUp,
            (true, Stage::Dialling, _) => SeatCallState::Dialling,
            (true, _, false) => SeatCallState::Ringing,
            (true, _, true) => call.talk_state(),
        };
        let shown = call.parties.iter().filter(|p| !p.watches() || p.role == Role::Watch(Supervision::Barge));
        let until = record.offered_at.or(record.answered_at).or(record.ended_at).unwrap_or(self.now);
        SeatCall {
            call: record.id,
            direction: record.direction,
            state,
            number: record.number.clone(),
            card: call.card.clone(),
            called: record.line.clone(),
            skill: record.skill.clone(),
            waited_ms: record.queued_at.map_or(0, |queued| until.millis_since(queued).max(0)),
            since: mine.map_or(seat.since, |party| party.answered_at.unwrap_or(party.started_at)),
            answered_at: record.answered_at,
            order: record.order,
            parties: shown.map(|party| party_view(call, party)).collect(),
            recording: call.recording_state(),
            task: record.task,
        }
    }

    fn show_floor(&mut self) {
        let watchers: Vec<UserId> =
            self.f.seats.values().filter(|seat| seat.watching && seat.tab.is_some()).map(|s| s.person.user).collect();
        if watchers.is_empty() {
            self.f.told_floor = None;
            self.f.timers.cancel(Timer::Watch);
            return;
        }
        let every_ms = if self.f.changed { VIEW_EVERY_MS } else { VIEW_AGAIN_MS };
        let due = self.f.told_floor.map_or(self.now, |told| told.plus_millis(every_ms));
        if due > self.now {
            return self.f.timers.arm(Timer::Watch, due);
        }
        self.f.told_floor = Some(self.now);
        self.f.changed = false;
        self.f.timers.arm(Timer::Watch, self.now.plus_millis(VIEW_AGAIN_MS));
        let floor = self.floor_view();
        for user in watchers {
            self.tell(user, SeatFrame::Floor { floor: Box::new(floor.clone()) });
        }
    }

    fn floor_view(&self) -> FloorView {
        let stage = |wanted: fn(Stage) -> bool| {
            u32::try_from(self.f.calls.values().filter(|call| wanted(call.stage)).count()).unwrap_or(u32::MAX)
        };
        let skills = self.f.settings.queues.keys().chain(self.f.queues.keys());
        let skills: std::collections::BTreeSet<&String> = skills.chain([&self.f.settings.default_skill]).collect();
        let at_work = self.f.seats.values().filter(|seat| seat.session.is_some() || seat.call.is_some());
        FloorView {
            now: self.now,
            queues: skills.into_iter().map(|skill| self.queue_view(skill)).collect(),
            seats: at_work.map(|seat| self.seat_line(seat)).collect(),
            in_menu: stage(|stage| {
                !matches!(stage, Stage::Waiting | Stage::Talk | Stage::Moving | Stage::Dialling | Stage::Over)
            }),
            talking: stage(|stage| matches!(stage, Stage::Talk | Stage::Moving)),
            today: self.f.today,
            trunks: self.f.trunks.values().cloned().collect(),
        }
    }

    fn queue_view(&self, skill: &str) -> QueueView {
        let queue = self.f.queues.get(skill);
        let mut view = QueueView {
            skill: skill.to_owned(),
            waiting: queue.map_or(0, |queue| u32::try_from(queue.len()).unwrap_or(u32::MAX)),
            longest_ms: queue.and_then(super::queue::Queue::oldest).map_or(0, |since| self.now.millis_since(since)),
            ready: 0,
            talking: 0,
            busy: 0,
        };
        for seat in self.f.seats.values().filter(|seat| seat.serves(skill)) {
            match seat.state {
                SeatState::Ready => view.ready += 1,
                SeatState::Talking | SeatState::Ringing | SeatState::Dialling => view.talking += 1,
                SeatState::Busy | SeatState::WrapUp | SeatState::Supervising => view.busy += 1,
                SeatState::SignedOut => {}
            }
        }
        view
    }

    fn seat_line(&self, seat: &Seat) -> SeatLine {
        let call = seat.call.and_then(|id| self.f.calls.get(&id));
        SeatLine {
            user: seat.person.user,
            name: seat.person.name.clone(),
            state: seat.state,
            reason: seat.reason.clone(),
            since: seat.since,
            skills: seat.serving.iter().map(|(skill, _)| skill.clone()).collect(),
            media: seat.media,
            call: seat.call,
            number: call.map(|call| mask_phone(&call.record.number)),
            answered: seat.today.answered,
            talk_ms: seat.today.talk_ms,
        }
    }

    /// A new day begins its own figures.
    pub fn new_day(&mut self) {
        let day = self.now.date();
        if self.f.day == Some(day) {
            return;
        }
        if self.f.day.is_some() {
            let missed_open = self.f.today.missed_open;
            self.f.today = Tally { missed_open, ..Tally::default() };
            for seat in self.f.seats.values_mut() {
                seat.today = super::seat::SeatToday::default();
            }
            self.f.seats.retain(|_, seat| seat.session.is_some() || !seat.tabs.is_empty() || seat.call.is_some());
            let now = self.now;
            self.f.dialled.prune(now);
        }
        self.f.day = Some(day);
    }
}

fn party_view(call: &Call, party: &Party) -> PartyView {
    let since: Ts = party.answered_at.unwrap_or(party.started_at);
    PartyView {
        leg: party.id,
        kind: party.kind,
        name: party.name.clone(),
        ringing: !party.up,
        held: call.held && party.role == Role::Citizen,
        since,
    }
}
