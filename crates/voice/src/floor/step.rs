//! One step of the floor: what happened is worked off, then music, edges and recordings are put right, then everything
//! is given back in the order writing, acting, telling.

use kernel::{CallId, LegId, Mint, RecordingId, Ts, UserId};
use serde_json::{Value, json};

use super::call::{Call, Party, Role, Sound, Stage};
use super::seat::Seat;
use super::timer::{CallTimer, SeatTimer, Timer};
use super::{Floor, Output, seat_leg};
use crate::journal::{CallEvent, Fact, LegRecord};
use crate::protocol::{PartyKind, SeatFrame};
use crate::settings::Settings;
use crate::switch::{self, Cause, Command, Endpoint};

/// Longest sequence of prompts; an end that is never told does not keep a call.
const PROMPT_LIMIT_S: u32 = 180;

pub(super) struct Step<'a> {
    pub f: &'a mut Floor,
    pub now: Ts,
    pub mint: &'a dyn Mint,
    pub facts: Vec<Fact>,
    pub acts: Vec<Command>,
    pub tells: Vec<Output>,
}

/// A party about to be added.
pub(super) struct NewParty {
    pub role: Role,
    pub kind: PartyKind,
    pub user: Option<UserId>,
    pub name: String,
    pub number: Option<String>,
}

impl<'a> Step<'a> {
    pub fn new(f: &'a mut Floor, now: Ts, mint: &'a dyn Mint) -> Self {
        Self { f, now, mint, facts: Vec::new(), acts: Vec::new(), tells: Vec::new() }
    }

    pub fn settings(&self) -> std::sync::Arc<Settings> {
        std::sync::Arc::clone(&self.f.settings)
    }

    /// The call, to be changed: it and its seats are put right at the end of the step.
    pub fn call(&mut self, id: CallId) -> Option<&mut Call> {
        let call = self.f.calls.get_mut(&id)?;
        self.f.touched_calls.insert(id);
        Some(call)
    }

    /// The seat, to be changed: its page is told at the end of the step.
    pub fn seat(&mut self, user: UserId) -> Option<&mut Seat> {
        let seat = self.f.seats.get_mut(&user)?;
        self.f.touched_seats.insert(user);
        Some(seat)
    }

    pub fn stage(&self, id: CallId) -> Stage {
        self.f.calls.get(&id).map_or(Stage::Over, |call| call.stage)
    }

    pub fn after_s(&self, seconds: u32) -> Ts {
        self.now.plus_millis(i64::from(seconds) * 1000)
    }

    pub fn arm(&mut self, id: CallId, timer: CallTimer, seconds: u32) {
        let at = self.after_s(seconds);
        self.f.timers.arm(Timer::Call(id, timer), at);
    }

    pub fn disarm(&mut self, id: CallId, timer: CallTimer) {
        self.f.timers.cancel(Timer::Call(id, timer));
    }

    pub fn arm_seat(&mut self, user: UserId, timer: SeatTimer, seconds: u32) {
        let at = self.after_s(seconds);
        self.f.timers.arm(Timer::Seat(user, timer), at);
    }

    pub fn act(&mut self, command: Command) {
        self.acts.push(command);
    }

    /// To the page that owns the person's softphone.
    pub fn tell(&mut self, user: UserId, frame: SeatFrame) {
        if let Some(tab) = self.f.seats.get(&user).and_then(|seat| seat.tab.clone()) {
            self.tells.push(Output::Tell { user, tab, frame });
        }
    }

    pub fn event(&mut self, id: CallId, kind: &str, user: Option<UserId>, data: Value) {
        let at = self.now;
        let Some(call) = self.call(id) else { return };
        call.seq += 1;
        let event = CallEvent { call: id, seq: call.seq, at, kind: kind.to_owned(), user, data };
        self.facts.push(Fact::Event(event));
    }

    /// Prompts for the citizen; what comes after them depends on the call's stage.
    pub fn say(&mut self, id: CallId, sounds: Vec<switch::Sound>) {
        self.f.play = self.f.play.wrapping_add(1);
        let no = self.f.play;
        let Some(call) = self.call(id) else { return };
        let Some(citizen) = call.parties.iter_mut().find(|party| party.role == Role::Citizen) else { return };
        citizen.sound = Sound::Prompt(no);
        let leg = citizen.leg;
        self.act(Command::Play { leg, no, sounds, repeat: false });
        self.arm(id, CallTimer::Prompt, PROMPT_LIMIT_S);
    }

    /// Says a last sentence and hangs up.
    pub fn leave_with(&mut self, id: CallId, prompt: &str) {
        if let Some(call) = self.call(id) {
            call.stage = Stage::Leaving;
        }
        self.disarm(id, CallTimer::Key);
        self.say(id, vec![switch::Sound::Prompt(prompt.to_owned())]);
    }

    pub fn write_leg(&mut self, id: CallId, party: &Party, end: Option<(Cause, Option<u16>)>) {
        self.facts.push(Fact::Leg(LegRecord {
            id: party.id,
            call: id,
            kind: party.kind,
            user: party.user,
            number: party.number.clone(),
            started_at: party.started_at,
            answered_at: party.answered_at,
            ended_at: end.map(|_| self.now),
            cause: end.map(|(cause, _)| cause),
            code: end.and_then(|(_, code)| code),
        }));
    }

    /// Adds a party whose line exists or is to be called.
    pub fn join(&mut self, id: CallId, leg: LegId, new: NewParty) {
        let party = Party {
            leg,
            id: leg,
            role: new.role,
            kind: new.kind,
            user: new.user,
            watching: None,
            number: new.number,
            name: new.name,
            up: false,
            early: false,
            browser: false,
            sound: Sound::Nothing,
            started_at: self.now,
            answered_at: None,
        };
        self.f.legs.insert(leg, id);
        self.add(id, party);
    }

    /// Adds a seat: its browser line is there, its desk phone is called.
    pub fn join_seat(&mut self, id: CallId, user: UserId, role: Role, watching: Option<UserId>) {
        let Some(seat) = self.f.seats.get(&user) else { return };
        let (name, phone) = (seat.person.name.clone(), seat.person.phone.clone());
        let kind = if matches!(role, Role::Watch(_)) { PartyKind::Supervisor } else { PartyKind::Agent };
        let key = LegId::mint(self.mint, self.now);
        let leg = if phone.is_some() { key } else { seat_leg(user) };
        if let Some(extension) = phone {
            self.f.legs.insert(leg, id);
            let caller = self.shown_to_seat(id);
            let ring_s = self.settings().ring_s;
            self.act(Command::Originate { leg, call: id, to: Endpoint::Phone(extension), caller, ring_s });
        }
        let party = Party {
            leg,
            id: key,
            role,
            kind,
            user: Some(user),
            watching,
            number: None,
            name,
            up: false,
            early: false,
            browser: leg != key,
            sound: Sound::Nothing,
            started_at: self.now,
            answered_at: None,
        };
        if let Some(seat) = self.seat(user) {
            seat.call = Some(id);
        }
        self.add(id, party);
    }

    fn add(&mut self, id: CallId, party: Party) {
        self.write_leg(id, &party, None);
        if let Some(call) = self.call(id) {
            call.parties.push(party);
        }
    }

    /// The number a desk phone shows: the citizen's.
    fn shown_to_seat(&self, id: CallId) -> String {
        self.f.calls.get(&id).map(|call| call.record.number.clone()).unwrap_or_default()
    }

    /// Calls a number of the public network.
    pub fn originate(&mut self, id: CallId, number: &str, new: NewParty) {
        let settings = self.settings();
        let leg = LegId::mint(self.mint, self.now);
        self.join(id, leg, new);
        self.act(Command::Originate {
            leg,
            call: id,
            to: Endpoint::Number(number.to_owned()),
            caller: settings.hotline.clone(),
            ring_s: settings.dial_s,
        });
    }

    /// The party answered. `None` when it had already.
    pub fn raise(&mut self, id: CallId, key: LegId) -> Option<Party> {
        let now = self.now;
        let party = self.call(id)?.parties.iter_mut().find(|party| party.id == key && !party.up)?;
        party.up = true;
        party.early = false;
        party.answered_at = Some(now);
        let party = party.clone();
        self.write_leg(id, &party, None);
        Some(party)
    }

    /// Takes a party out of the call. `hang`: we end it; else its line is gone already.
    pub fn depart(&mut self, id: CallId, key: LegId, end: (Cause, Option<u16>), hang: bool) -> Option<Party> {
        let call = self.call(id)?;
        let at = call.parties.iter().position(|party| party.id == key)?;
        let party = call.parties.remove(at);
        let owned = party.user.is_some() && party.user == call.owner;
        if owned {
            self.stop_talk(id);
            if let Some(call) = self.call(id) {
                call.owner = None;
            }
        }
        if hang || party.browser {
            if party.browser && party.sound != Sound::Nothing {
                self.act(Command::Quiet { leg: party.leg });
            }
            self.act(Command::Hangup { leg: party.leg });
        }
        if !party.browser {
            self.f.legs.remove(&party.leg);
        }
        self.write_leg(id, &party, Some(end));
        self.event(id, "left", party.user, json!({ "leg": party.id, "kind": party.kind, "cause": end.0 }));
        if let Some(user) = party.user {
            self.free_seat(user, id, owned && party.up);
        }
        Some(party)
    }

    /// Everybody but the citizen leaves.
    pub fn clear_others(&mut self, id: CallId, cause: Cause) {
        let Some(call) = self.f.calls.get(&id) else { return };
        let keys: Vec<LegId> = call.parties.iter().filter(|p| p.role != Role::Citizen).map(|p| p.id).collect();
        for key in keys {
            self.depart(id, key, (cause, None), true);
        }
    }

    /// The agent who had the citizen does no more: talk time is counted.
    fn stop_talk(&mut self, id: CallId) {
        let now = self.now;
        let Some(call) = self.call(id) else { return };
        let Some(since) = call.talk_since.take() else { return };
        let (ms, owner, skill) = (now.millis_since(since).max(0), call.owner, call.record.skill.clone());
        call.record.talk_ended_at = Some(now);
        self.f.today.talk_ms += ms;
        if let Some(seat) = owner.and_then(|user| self.seat(user)) {
            seat.today.talk_ms += ms;
        }
        let wrap_ms = i64::from(self.f.settings.wrap_up_s) * 1000;
        if let Some(queue) = skill.and_then(|skill| self.f.queues.get_mut(&skill)) {
            queue.handled(ms + wrap_ms);
        }
    }

    pub fn new_recording(&self) -> (RecordingId, String) {
        let id = RecordingId::mint(self.mint, self.now);
        let day = self.now.date();
        (id, format!("{:04}/{:02}/{:02}/{id}.wav", day.year(), day.month(), day.day()))
    }

    /// Puts everything right and gives it back.
    pub fn finish(mut self) -> Vec<Output> {
        self.pump();
        self.sweep_watchers();
        self.check_drained();
        self.pump();
        let touched = std::mem::take(&mut self.f.touched_calls);
        for id in &touched {
            self.settle(*id);
        }
        self.f.touched_calls.clear();
        let mut out = Vec::new();
        for id in &touched {
            let Some(call) = self.f.calls.get_mut(id) else { continue };
            if call.written.as_ref() != Some(&call.record) {
                call.written = Some(call.record.clone());
                out.push(Output::Write(Fact::Call(Box::new(call.record.clone()))));
            }
            let at_seats: Vec<UserId> = call.parties.iter().filter_map(|party| party.user).collect();
            self.f.touched_seats.extend(at_seats);
        }
        out.extend(self.facts.drain(..).map(Output::Write));
        out.extend(self.acts.drain(..).map(Output::Switch));
        self.f.changed |= !out.is_empty() || !self.f.touched_seats.is_empty();
        self.show();
        self.forget(&touched);
        out.append(&mut self.tells);
        out
    }

    /// Calls that are over live on while a seat wraps them up.
    fn forget(&mut self, touched: &std::collections::BTreeSet<CallId>) {
        for id in touched {
            let over = self.f.calls.get(id).is_some_and(Call::over);
            if over && !self.f.seats.values().any(|seat| seat.wrap == Some(*id)) {
                self.f.calls.remove(id);
            }
        }
    }
}
