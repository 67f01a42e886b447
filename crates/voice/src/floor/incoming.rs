//! A call comes in: admission, black list, greeting, announcements, menu.

use kernel::{CallId, LegId, Phone, Ts};
use serde_json::json;

use super::call::{Call, Role, Sound, Stage};
use super::spoken::prompt;
use super::step::{NewParty, Step};
use super::timer::CallTimer;
use super::{Caller, Output};
use crate::journal::{CallRecord, Outcome};
use crate::protocol::{Direction, PartyKind};
use crate::switch::{Cause, Command, Rejection, Source};

/// A look-up that takes longer does not keep the caller from the greeting, seconds.
const LOOKUP_S: u32 = 2;
/// Overloaded networks may try again after so many seconds.
const RETRY_AFTER_S: u32 = 5;
/// Window of the admission rate.
const SECOND_MS: i64 = 1000;
/// What marks may add to a caller's priority.
const STANDING: std::ops::RangeInclusive<i32> = -1000..=1000;

pub(super) fn new_record(id: CallId, direction: Direction, number: String, now: Ts) -> CallRecord {
    CallRecord {
        id,
        direction,
        outcome: Outcome::Open,
        number,
        line: String::new(),
        trunk: None,
        skill: None,
        priority: 0,
        started_at: now,
        queued_at: None,
        offered_at: None,
        answered_at: None,
        talk_ended_at: None,
        ended_at: None,
        hold_ms: 0,
        agent: None,
        last_agent: None,
        cause: None,
        ended_by: None,
        rating: None,
        rating_asked: false,
        wrap_up: None,
        note: None,
        order: None,
        task: None,
        joint: None,
        transfers: 0,
        recorded: false,
    }
}

/// The one form of a number. What is no domestic number keeps its digits, foreign ones with 00; a withheld one is empty.
pub(super) fn normal(number: &str) -> String {
    match Phone::parse(number) {
        Ok(phone) => phone.normalised().to_owned(),
        Err(_) => number.trim().replacen('+', "00", 1).chars().filter(char::is_ascii_digit).collect(),
    }
}

impl Step<'_> {
    pub fn incoming(&mut self, leg: LegId, source: Source, from: &str, to: &str) {
        if self.f.legs.contains_key(&leg) || self.f.seats.contains_key(&kernel::UserId(leg.uuid())) {
            return;
        }
        let trunk = match source {
            Source::Trunk(trunk) => trunk,
            Source::Phone(extension) => return self.dialled_at_phone(leg, &extension, to),
        };
        let id = CallId::mint(self.mint, self.now);
        let admitted = self.admit();
        let mut record = new_record(id, Direction::In, normal(from), self.now);
        record.line = to.to_owned();
        record.trunk = Some(trunk.clone());
        let number = record.number.clone();
        self.f.calls.insert(id, Call::new(record, Stage::Arriving));
        self.event(id, "incoming", None, json!({ "trunk": trunk }));
        let citizen = NewParty {
            role: Role::Citizen,
            kind: PartyKind::Citizen,
            user: None,
            name: "群众".to_owned(),
            number: Some(number.clone()),
        };
        self.join(id, leg, citizen);
        if !admitted {
            return self.refuse(id, Outcome::Overflowed, Rejection::Overloaded { retry_after_s: RETRY_AFTER_S });
        }
        self.act(Command::Ring { leg });
        let limit_s = self.settings().max_call_s;
        self.arm(id, CallTimer::Longest, limit_s);
        self.arm(id, CallTimer::Lookup, LOOKUP_S);
        self.tells.push(Output::WhoIs { call: id, number, incoming: true });
    }

    /// 接入策略.
    fn admit(&mut self) -> bool {
        let since = self.now.plus_millis(-SECOND_MS);
        while self.f.starts.front().is_some_and(|at| *at <= since) {
            self.f.starts.pop_front();
        }
        let within = |limit: u32, n: usize| n < usize::try_from(limit).unwrap_or(usize::MAX);
        let going_on = self.f.calls.values().filter(|call| !call.over()).count();
        let settings = self.settings();
        let admitted = !self.f.draining
            && within(settings.max_calls_per_s, self.f.starts.len())
            && within(settings.max_calls, going_on);
        if admitted {
            self.f.starts.push_back(self.now);
        }
        admitted
    }

    /// Turns an unanswered call away.
    fn refuse(&mut self, id: CallId, outcome: Outcome, why: Rejection) {
        let Some(citizen) = self.f.calls.get(&id).and_then(Call::citizen) else { return };
        let (leg, key) = (citizen.leg, citizen.id);
        self.act(Command::Reject { leg, why });
        self.came_out(id, outcome);
        self.depart(id, key, (Cause::Refused, None), false);
        self.end_call(id, Cause::Refused, "system");
    }

    /// The caller was looked up.
    pub fn known(&mut self, id: CallId, caller: Caller) {
        let Some(call) = self.call(id).filter(|call| !call.over()) else { return };
        let (stage, incoming) = (call.stage, call.record.direction == Direction::In);
        call.card = Some(caller.card);
        call.standing = caller.priority.clamp(*STANDING.start(), *STANDING.end());
        if !incoming {
            return;
        }
        match stage {
            Stage::Arriving if caller.blocked && !call.picked_up => {
                self.refuse(id, Outcome::Blocked, Rejection::Forbidden);
            }
            _ if caller.blocked && (call.before_agent() || stage == Stage::Arriving) => {
                self.came_out(id, Outcome::Blocked);
                self.end_call(id, Cause::Refused, "system");
            }
            Stage::Arriving => self.pick_up(id),
            Stage::Waiting => self.replace(id),
            _ => {}
        }
    }

    /// Answers the line; the greeting begins when the network confirms.
    pub fn pick_up(&mut self, id: CallId) {
        self.disarm(id, CallTimer::Lookup);
        let Some(call) = self.call(id).filter(|call| call.stage == Stage::Arriving && !call.picked_up) else { return };
        call.picked_up = true;
        if let Some(leg) = call.citizen().map(|citizen| citizen.leg) {
            self.act(Command::Answer { leg });
        }
    }

    pub fn greet(&mut self, id: CallId) {
        let settings = self.settings();
        let sounds: Vec<_> = settings.greeting.iter().chain(&settings.announcements).map(prompt).collect();
        self.disarm(id, CallTimer::Lookup);
        if let Some(call) = self.call(id) {
            call.stage = Stage::Greeting;
        }
        self.event(id, "greeting", None, json!({}));
        if sounds.is_empty() {
            self.greeted(id);
        } else {
            self.say(id, sounds);
        }
    }

    fn greeted(&mut self, id: CallId) {
        match self.settings().menu.clone() {
            Some(menu) => {
                if let Some(call) = self.call(id) {
                    call.stage = Stage::Menu { wrong: 0 };
                }
                self.event(id, "menu", None, json!({}));
                self.say(id, menu.prompts.iter().map(prompt).collect());
            }
            None => self.ask_for_person(id, None),
        }
    }

    /// 人工请求.
    fn ask_for_person(&mut self, id: CallId, skill: Option<String>) {
        let default = self.settings().default_skill.clone();
        if let Some(call) = self.call(id) {
            call.record.skill = Some(skill.unwrap_or(default));
        }
        self.disarm(id, CallTimer::Key);
        self.enqueue(id, Vec::new());
    }

    /// A prompt on a line came to its end or was broken off.
    pub fn played(&mut self, leg: LegId, no: crate::switch::PlayNo) {
        let Some(id) = self.f.legs.get(&leg).copied() else { return };
        let Some(call) = self.f.calls.get_mut(&id) else { return };
        let Some(party) = call.by_leg(leg).filter(|party| party.sound == Sound::Prompt(no)) else { return };
        party.sound = Sound::Nothing;
        self.f.touched_calls.insert(id);
        self.prompt_ended(id);
    }

    /// What follows a prompt.
    pub fn prompt_ended(&mut self, id: CallId) {
        self.disarm(id, CallTimer::Prompt);
        let settings = self.settings();
        match self.stage(id) {
            Stage::Greeting => self.greeted(id),
            Stage::Menu { .. } => {
                let wait_s = settings.menu.as_ref().map_or(0, |menu| menu.wait_s);
                self.arm(id, CallTimer::Key, wait_s);
            }
            Stage::Choosing => self.arm(id, CallTimer::Key, super::choice::WAIT_S),
            Stage::Message { recording: false } => self.record_message(id),
            Stage::Rating { .. } => self.arm(id, CallTimer::Key, super::rating::WAIT_S),
            Stage::Leaving => self.end_call(id, Cause::Local, "system"),
            _ => {}
        }
    }

    /// No key came in time.
    pub fn no_key(&mut self, id: CallId) {
        match self.stage(id) {
            Stage::Menu { .. } => self.ask_for_person(id, None),
            Stage::Choosing => self.chose_nothing(id),
            Stage::Rating { .. } => self.leave_with(id, "goodbye"),
            _ => {}
        }
    }

    pub fn digit(&mut self, leg: LegId, digit: char) {
        let Some(id) = self.f.legs.get(&leg).copied() else { return };
        let Some(call) = self.f.calls.get(&id) else { return };
        if call.citizen().is_none_or(|citizen| citizen.leg != leg || !citizen.up) {
            return;
        }
        let (stage, choices) = (call.stage, call.choices);
        if self.settings().emergency_key == Some(digit) && call.before_agent() && !call.emergency {
            return self.emergency(id);
        }
        match stage {
            Stage::Greeting | Stage::Menu { .. } => self.menu_key(id, digit),
            Stage::Waiting if choices => self.choose(id, digit),
            Stage::Choosing => self.choose(id, digit),
            Stage::Message { recording: true } if digit == '#' => self.message_done(id),
            Stage::Rating { .. } => self.rate_key(id, digit),
            _ => {}
        }
    }

    fn menu_key(&mut self, id: CallId, digit: char) {
        let Some(menu) = self.settings().menu.clone() else { return };
        if let Some(skill) = menu.keys.get(&digit) {
            self.event(id, "menu_key", None, json!({ "key": digit, "skill": skill }));
            return self.ask_for_person(id, Some(skill.clone()));
        }
        let Some(Call { stage: Stage::Menu { wrong }, .. }) = self.call(id) else { return };
        *wrong = wrong.saturating_add(1);
        if *wrong >= menu.tries {
            return self.ask_for_person(id, None);
        }
        self.disarm(id, CallTimer::Key);
        self.say(id, std::iter::once(prompt("menu.invalid")).chain(menu.prompts.iter().map(prompt)).collect());
    }

    /// 应急键.
    fn emergency(&mut self, id: CallId) {
        let default = self.settings().default_skill.clone();
        let Some(call) = self.call(id) else { return };
        call.emergency = true;
        let waiting = call.stage == Stage::Waiting;
        call.record.skill.get_or_insert(default);
        self.event(id, "emergency", None, json!({}));
        self.disarm(id, CallTimer::Key);
        if waiting {
            self.replace(id);
            self.say(id, vec![prompt("queue.emergency")]);
        } else {
            self.enqueue(id, vec![prompt("queue.emergency")]);
        }
    }
}
