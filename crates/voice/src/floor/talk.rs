//! Conversations: who answered, who left, hold and mute, and the end of a call.

use kernel::{CallId, LegId, UserId};
use serde_json::json;

use super::call::{Party, Role, Stage};
use super::spoken::{digits, prompt};
use super::step::Step;
use super::timer::CallTimer;
use crate::journal::{Fact, Outcome};
use crate::protocol::{Direction, PartyKind, SeatState};
use crate::switch::Cause;

impl Step<'_> {
    /// A line of the telephone network was answered.
    pub fn answered(&mut self, leg: LegId) {
        let Some(id) = self.f.legs.get(&leg).copied() else { return };
        let Some(call) = self.f.calls.get(&id) else { return };
        let Some(party) = call.by_id(leg).filter(|party| !party.up) else { return };
        let (role, user) = (party.role, party.user);
        let incoming = call.record.direction == Direction::In;
        self.raise(id, leg);
        match role {
            Role::Citizen if incoming => self.greet(id),
            Role::Citizen => self.reached(id),
            Role::Main if self.stage(id) == Stage::Dialling => self.dial_citizen(id),
            Role::Main => self.connected(id, user),
            Role::Consult => self.third_answered(id, "consult_answered", user),
            Role::Join => {
                if let Some(call) = self.call(id) {
                    call.held = false;
                }
                self.third_answered(id, "joined", user);
            }
            Role::Watch(_) => {}
        }
    }

    /// The network plays something before the answer.
    pub fn early(&mut self, leg: LegId) {
        let Some(id) = self.f.legs.get(&leg).copied() else { return };
        let Some(call) = self.call(id) else { return };
        let incoming = call.record.direction == Direction::In;
        let called = |party: &Party| party.user.is_none() && !(incoming && party.role == Role::Citizen);
        if let Some(party) = call.by_leg(leg).filter(|party| !party.up && called(party)) {
            party.early = true;
        }
    }

    fn third_answered(&mut self, id: CallId, kind: &str, user: Option<UserId>) {
        self.disarm(id, CallTimer::Ring);
        if let Some(user) = user {
            self.set_state(user, SeatState::Talking, None);
        }
        self.event(id, kind, user, json!({}));
    }

    /// The seat takes the call that rings in the browser.
    pub fn answer(&mut self, user: UserId, id: CallId) {
        let Some(party) = self.f.calls.get(&id).and_then(|call| call.seat(user)) else { return };
        let (key, role) = (party.id, party.role);
        self.raise(id, key);
        match role {
            Role::Main => self.connected(id, Some(user)),
            _ => self.third_answered(id, "consult_answered", Some(user)),
        }
    }

    /// The party that was to have the citizen answered: an agent, or a department after a blind transfer.
    fn connected(&mut self, id: CallId, user: Option<UserId>) {
        let now = self.now;
        self.leave_queue_answered(id);
        let Some(call) = self.call(id) else { return };
        call.stage = Stage::Talk;
        call.held = false;
        call.front = false;
        let incoming = call.record.direction == Direction::In;
        let first = call.record.answered_at.is_none();
        if let Some(user) = user {
            call.owner = Some(user);
            call.talk_since = Some(now);
            call.record.talk_ended_at = None;
            call.record.agent.get_or_insert(user);
            call.record.last_agent = Some(user);
        }
        if first {
            call.record.answered_at = Some(now);
            let wait = now.millis_since(call.record.queued_at.unwrap_or(now));
            self.came_out(id, Outcome::Answered);
            if incoming {
                self.count_answer(user, wait);
            }
        }
        if let Some(user) = user {
            self.set_state(user, SeatState::Talking, None);
        }
        self.event(id, "answered", user, json!({}));
        if let Some(user) = user.filter(|_| first && incoming) {
            self.say_number(id, user);
        }
    }

    /// 报工号, to the caller alone; the agent hears the caller meanwhile.
    fn say_number(&mut self, id: CallId, user: UserId) {
        let Some(seat) = self.f.seats.get(&user).filter(|_| self.f.settings.say_number) else { return };
        let sounds = digits(&seat.person.number);
        if sounds.is_empty() {
            return;
        }
        self.say(id, sounds.into_iter().chain([prompt("agent.number")]).collect());
        if let Some(call) = self.call(id) {
            call.number_said = call.citizen().map(|citizen| citizen.sound);
        }
    }

    fn count_answer(&mut self, user: Option<UserId>, wait_ms: i64) {
        let limit_ms = i64::from(self.f.settings.service_level_s) * 1000;
        let today = &mut self.f.today;
        today.answered += 1;
        today.wait_ms += wait_ms;
        if wait_ms <= limit_ms {
            today.answered_in_15 += 1;
        }
        if let Some(seat) = user.and_then(|user| self.seat(user)) {
            seat.today.answered += 1;
        }
    }

    fn leave_queue_answered(&mut self, id: CallId) {
        use CallTimer::{Announce, Key, Message, Offer, Overflow, Prompt, Ring};
        for timer in [Announce, Key, Message, Offer, Overflow, Prompt, Ring] {
            self.disarm(id, timer);
        }
    }

    /// A line is over, whatever the reason.
    pub fn ended(&mut self, leg: LegId, cause: Cause, code: Option<u16>) {
        let Some(id) = self.f.legs.get(&leg).copied() else { return };
        let Some(call) = self.f.calls.get(&id) else { return };
        let Some(party) = call.by_id(leg).cloned() else { return };
        if party.role == Role::Citizen {
            return self.citizen_gone(id, leg, cause, code);
        }
        let owned = party.user.is_some() && party.user == call.owner;
        match (party.user, call.stage) {
            (Some(user), Stage::Waiting | Stage::Moving | Stage::Talk) if !party.up && !party.watches() => {
                let reason = if cause == Cause::Declined { super::seat::REJECTED } else { super::seat::NO_ANSWER };
                self.not_taken(id, leg, user, party.role, cause, reason, false);
            }
            (Some(_), Stage::Talk) if owned => self.handset_down(id, &party, cause, code),
            (Some(_), Stage::Dialling) => {
                self.depart(id, leg, (cause, code), false);
                self.end_call(id, cause, "agent");
            }
            _ => {
                self.depart(id, leg, (cause, code), false);
                self.third_gone(id, &party);
            }
        }
    }

    /// The agent's desk phone was hung up.
    fn handset_down(&mut self, id: CallId, party: &Party, cause: Cause, code: Option<u16>) {
        self.depart(id, party.id, (cause, code), false);
        if matches!(cause, Cause::Silent | Cause::Network | Cause::NoMedia) {
            return self.orphaned(id);
        }
        let ask = self.f.calls.get(&id).is_some_and(|call| call.record.direction == Direction::In);
        self.finish_talk(id, "agent", ask);
    }

    /// Somebody who was neither citizen nor owner is gone from the call.
    fn third_gone(&mut self, id: CallId, party: &Party) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let alone = call.owner.is_none() && !call.others().any(|other| other.up);
        let incoming = call.record.direction == Direction::In;
        match call.stage {
            Stage::Moving if party.role == Role::Main => {
                self.disarm(id, CallTimer::Ring);
                self.back(id);
            }
            Stage::Talk if alone => self.finish_talk(id, "department", incoming),
            Stage::Talk if !party.up => self.disarm(id, CallTimer::Ring),
            _ => {}
        }
    }

    fn citizen_gone(&mut self, id: CallId, leg: LegId, cause: Cause, code: Option<u16>) {
        if cause == Cause::Restart {
            self.cut_off(id, cause);
        }
        self.gave_up(id);
        self.depart(id, leg, (cause, code), false);
        let by = match cause {
            Cause::Local | Cause::Restart | Cause::TooLong | Cause::Refused => "system",
            _ => "citizen",
        };
        self.end_call(id, cause, by);
    }

    /// The call is over for everybody.
    pub fn end_call(&mut self, id: CallId, cause: Cause, by: &str) {
        let now = self.now;
        let Some(call) = self.call(id).filter(|call| !call.over()) else { return };
        let outcome = match (call.record.direction, call.record.queued_at) {
            (Direction::In, None) => Outcome::MenuOnly,
            (Direction::In, Some(_)) => Outcome::Abandoned,
            _ => Outcome::NotReached,
        };
        self.cut_off(id, cause);
        self.came_out(id, outcome);
        self.take_out(id);
        let Some(call) = self.call(id) else { return };
        call.stage = Stage::Over;
        call.record.ended_at = Some(now);
        call.record.cause = Some(cause);
        call.record.ended_by.get_or_insert_with(|| by.to_owned());
        let (task, reached) = (call.record.task, call.record.answered_at.is_some());
        let outcome = call.record.outcome;
        let parties: Vec<LegId> = call.parties.iter().map(|party| party.id).collect();
        for key in parties {
            self.depart(id, key, (if cause == Cause::Restart { cause } else { Cause::Local }, None), true);
        }
        if let Some(task) = task.filter(|_| !reached) {
            self.facts.push(Fact::DutyTried { task, call: id, reached, at: now });
        }
        self.f.timers.cancel_call(id);
        self.event(id, "ended", None, json!({ "outcome": outcome, "cause": cause, "by": by }));
    }

    /// 挂断 by an agent.
    pub fn hang_up(&mut self, user: UserId, id: CallId) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let Some(party) = call.seat(user) else { return };
        let (key, stage, incoming) = (party.id, call.stage, call.record.direction == Direction::In);
        if stage == Stage::Dialling {
            return self.end_call(id, Cause::Local, "agent");
        }
        if call.owner == Some(user) {
            return self.finish_talk(id, "agent", incoming);
        }
        let party = party.clone();
        self.depart(id, key, (Cause::Local, None), true);
        self.third_gone(id, &party);
    }

    pub fn hold(&mut self, id: CallId, on: bool, user: UserId) {
        if let Some(call) = self.call(id) {
            call.held = on;
        }
        self.event(id, if on { "held" } else { "resumed" }, Some(user), json!({}));
    }

    pub fn mute(&mut self, user: UserId, on: bool) {
        let Some(seat) = self.seat(user) else { return };
        seat.muted = on;
        if let Some(id) = seat.call {
            self.call(id);
        }
    }

    /// Digits go to everybody of the network who listens.
    pub fn send_digits(&mut self, user: UserId, id: CallId, digits: &str) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let held = call.held;
        let legs: Vec<LegId> = call
            .parties
            .iter()
            .filter(|p| p.up && !p.browser && p.user != Some(user) && p.kind != PartyKind::Supervisor)
            .filter(|p| !(held && p.role == Role::Citizen))
            .map(|p| p.leg)
            .collect();
        for leg in legs {
            self.act(crate::switch::Command::Digits { leg, digits: digits.to_owned() });
        }
    }
}
