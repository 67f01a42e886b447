//! 外呼: the agent first, then the number; with the rules against toll fraud.

use std::collections::{BTreeMap, VecDeque};

use kernel::{CallId, CallTaskId, Date, LegId, OrderId, Refusal, Ts, UserId};
use serde_json::json;

use super::Output;
use super::call::{Call, Role, Stage};
use super::incoming::{new_record, normal};
use super::step::{NewParty, Step};
use super::timer::CallTimer;
use crate::journal::{CallRecord, Fact, Outcome};
use crate::protocol::{Direction, PartyKind, SeatState};
use crate::switch::{Command, Rejection};

const HOUR_MS: i64 = 3_600_000;

/// Outgoing calls so far, for the limits.
#[derive(Debug, Default)]
pub(super) struct Dialled {
    by_seat: BTreeMap<UserId, VecDeque<Ts>>,
    by_number: BTreeMap<String, u32>,
    day: Option<Date>,
}

impl Dialled {
    pub fn note(&mut self, user: UserId, number: &str, at: Ts) {
        self.new_day(at);
        self.by_seat.entry(user).or_default().push_back(at);
        *self.by_number.entry(number.to_owned()).or_default() += 1;
    }

    fn new_day(&mut self, now: Ts) {
        if self.day != Some(now.date()) {
            self.day = Some(now.date());
            self.by_number.clear();
        }
    }

    fn in_hour(&self, user: UserId, now: Ts) -> usize {
        let since = now.plus_millis(-HOUR_MS);
        self.by_seat.get(&user).map_or(0, |calls| calls.iter().filter(|at| **at > since).count())
    }

    fn on_day(&self, number: &str, now: Ts) -> u32 {
        if self.day == Some(now.date()) { self.by_number.get(number).copied().unwrap_or(0) } else { 0 }
    }

    /// Forgets what no limit looks at any more.
    pub fn prune(&mut self, now: Ts) {
        let since = now.plus_millis(-HOUR_MS);
        for calls in self.by_seat.values_mut() {
            while calls.front().is_some_and(|at| *at <= since) {
                calls.pop_front();
            }
        }
        self.by_seat.retain(|_, calls| !calls.is_empty());
    }
}

impl Step<'_> {
    /// Checks a number against the rules and the limits; gives its normal form.
    pub fn may_dial(&self, user: UserId, number: &str) -> Result<String, Refusal> {
        let rules = &self.f.settings.dialling;
        let dialled = rules.check(number).map_err(|not| Refusal::state("number_refused", not.text()))?;
        let number = normal(&dialled);
        let within = |limit: u32, n: usize| limit == 0 || n < usize::try_from(limit).unwrap_or(usize::MAX);
        if !within(rules.per_seat_hour, self.f.dialled.in_hour(user, self.now)) {
            return Err(Refusal::state("seat_limit", "本座席一小时内外呼次数已达上限，请稍后再拨或联系班长"));
        }
        let today = usize::try_from(self.f.dialled.on_day(&number, self.now)).unwrap_or(usize::MAX);
        let department = self.f.settings.departments.contains_key(&number);
        if !department && !within(rules.per_number_day, today) {
            return Err(Refusal::state("number_limit", "该号码今日外呼次数已达上限，请改日再拨"));
        }
        Ok(number)
    }

    fn new_outgoing(&mut self, user: UserId, number: &str, order: Option<OrderId>, task: Option<CallTaskId>) -> CallId {
        let id = CallId::mint(self.mint, self.now);
        let record = CallRecord {
            line: self.f.settings.hotline.clone(),
            agent: Some(user),
            last_agent: Some(user),
            order,
            task,
            ..new_record(id, Direction::Out, number.to_owned(), self.now)
        };
        self.f.dialled.note(user, number, self.now);
        self.f.today.outbound += 1;
        self.f.calls.insert(id, Call::new(record, Stage::Dialling));
        self.event(id, "dialled", Some(user), json!({}));
        self.tells.push(Output::WhoIs { call: id, number: number.to_owned(), incoming: false });
        self.keep_busy(user);
        self.set_state(user, SeatState::Dialling, None);
        let limit_s = self.settings().max_call_s;
        self.arm(id, CallTimer::Longest, limit_s);
        self.arm_dial(id);
        id
    }

    /// From the page. `number` is in its normal form.
    pub fn dial(&mut self, user: UserId, number: &str, order: Option<OrderId>, task: Option<CallTaskId>) {
        let id = self.new_outgoing(user, number, order, task);
        self.join_seat(id, user, Role::Main, None);
        let Some(party) = self.f.calls.get(&id).and_then(|call| call.seat(user)) else { return };
        let (key, browser) = (party.id, party.browser);
        if browser {
            self.raise(id, key);
            self.dial_citizen(id);
        }
    }

    /// From the keys of the seat's desk phone.
    pub fn dialled_at_phone(&mut self, leg: LegId, extension: &str, to: &str) {
        let works = |s: &&super::seat::Seat| s.person.phone.as_deref() == Some(extension) && s.session.is_some();
        let user = self.f.seats.values().find(works).map(|s| s.person.user);
        let allowed = user.and_then(|user| {
            self.permit(user, "dial").ok()?;
            self.may_dial(user, to).ok().map(|number| (user, number))
        });
        let Some((user, number)) = allowed else {
            return self.act(Command::Reject { leg, why: Rejection::Forbidden });
        };
        let id = self.new_outgoing(user, &number, None, None);
        let name = self.f.seats.get(&user).map(|seat| seat.person.name.clone()).unwrap_or_default();
        self.join(id, leg, NewParty { role: Role::Main, kind: PartyKind::Agent, user: Some(user), name, number: None });
        if let Some(seat) = self.seat(user) {
            seat.call = Some(id);
        }
        self.act(Command::Answer { leg });
    }

    /// The agent is on the line: the number is called.
    pub fn dial_citizen(&mut self, id: CallId) {
        let Some(call) = self.f.calls.get(&id).filter(|call| call.citizen().is_none()) else { return };
        let number = call.record.number.clone();
        let new = NewParty {
            role: Role::Citizen,
            kind: PartyKind::Citizen,
            user: None,
            name: "群众".to_owned(),
            number: Some(number.clone()),
        };
        self.originate(id, &number, new);
        self.arm_dial(id);
    }

    /// The called party answered.
    pub fn reached(&mut self, id: CallId) {
        let now = self.now;
        self.disarm(id, CallTimer::Ring);
        let Some(call) = self.call(id) else { return };
        let user = call.record.agent;
        call.stage = Stage::Talk;
        call.owner = user;
        call.talk_since = Some(now);
        call.record.answered_at = Some(now);
        let task = call.record.task;
        self.came_out(id, Outcome::Answered);
        if let Some(user) = user {
            self.set_state(user, SeatState::Talking, None);
        }
        if let Some(task) = task {
            self.facts.push(Fact::DutyTried { task, call: id, reached: true, at: now });
            self.f.today.missed_open = self.f.today.missed_open.saturating_sub(1);
        }
        self.event(id, "answered", user, json!({}));
    }
}
