//! One day on the floor: citizens call, whoever has waited longest answers, some give up, and are called back.

use std::collections::BTreeMap;

use kernel::{CallId, CallTaskId, LegId, Mint, OrderId, SessionId, Ts, UserId};
use serde_json::json;
use voice::journal::{CallDuty, CallEvent, CallRecord, DutyKind, Fact, LegRecord, Outcome, SeatSpan};
use voice::protocol::{Direction, PartyKind, SeatState};
use voice::switch::Cause;

/// Numbers that follow from a seed: the same demonstration every time.
pub struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// From `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.next() % width).unwrap_or(0)
    }

    /// One of the values, of which there is at least one.
    pub fn pick<'v, T>(&mut self, values: &'v [T]) -> &'v T {
        let last = i64::try_from(values.len()).unwrap_or(1) - 1;
        &values[usize::try_from(self.between(0, last)).unwrap_or(0)]
    }

    pub fn percent(&mut self, share: i64) -> bool {
        self.between(0, 99) < share
    }
}

/// Somebody who answers, from and until when today.
#[derive(Clone, Debug)]
pub struct Shift {
    pub user: UserId,
    pub skills: Vec<String>,
    pub from: Ts,
    pub until: Ts,
}

/// A citizen who will call.
#[derive(Clone, Debug)]
pub struct Arrival {
    pub call: CallId,
    pub at: Ts,
    pub number: String,
    pub skill: String,
    /// The order registered in this call, and by whom.
    pub order: Option<(OrderId, UserId)>,
}

/// An agent during the day.
struct Seat {
    shift: Shift,
    session: SessionId,
    free: Ts,
    /// Answered, ended and tidied up.
    calls: Vec<(Ts, Ts, Ts, Ts)>,
}

/// The floor of one day.
pub struct Day<'a> {
    pub mint: &'a dyn Mint,
    pub dice: &'a mut Dice,
    pub line: &'a str,
    /// Nothing happens later.
    pub now: Ts,
    pub facts: Vec<Fact>,
    seats: Vec<Seat>,
    missed: Vec<(CallTaskId, String, Ts)>,
}

const SECOND: i64 = 1_000;

impl<'a> Day<'a> {
    pub fn new(mint: &'a dyn Mint, dice: &'a mut Dice, line: &'a str, now: Ts, shifts: Vec<Shift>) -> Self {
        let seat = |shift: Shift| Seat {
            session: SessionId::mint(mint, shift.from),
            free: shift.from,
            calls: Vec::new(),
            shift,
        };
        let seats = shifts.into_iter().map(seat).collect();
        Self { mint, dice, line, now, facts: Vec::new(), seats, missed: Vec::new() }
    }

    /// All calls of the day in their order, then the calls back and the times of the seats.
    pub fn run(mut self, mut arrivals: Vec<Arrival>) -> Vec<Fact> {
        arrivals.sort_by_key(|a| a.at);
        for arrival in arrivals {
            self.arrive(&arrival);
        }
        for (task, number, at) in std::mem::take(&mut self.missed) {
            self.call_back(task, &number, at);
        }
        for seat in std::mem::take(&mut self.seats) {
            self.times(&seat);
        }
        self.facts
    }

    fn arrive(&mut self, a: &Arrival) {
        let mut c = blank(a, self.line);
        let greeted = a.at.plus_millis(self.dice.between(5, 8) * SECOND);
        if a.order.is_none() && self.dice.percent(3) {
            c.outcome = Outcome::MenuOnly;
            return self.end(c, greeted, Cause::Remote, "citizen");
        }
        c.queued_at = Some(greeted);
        let patience = if self.dice.percent(2) { 3 } else { self.dice.between(25, 150) };
        let gives_up = greeted.plus_millis(patience * SECOND);
        match self.seat_for(a, greeted) {
            Some(i) if a.order.is_some() || self.seats[i].free < gives_up => self.answer(c, i, a, greeted),
            _ => self.give_up(c, greeted, gives_up),
        }
    }

    /// Who is free first among those who serve the skill; the registrar of an order, if on duty.
    fn seat_for(&self, a: &Arrival, at: Ts) -> Option<usize> {
        let on_duty = |s: &Seat| s.shift.from <= at && at < s.shift.until;
        if let Some((_, user)) = a.order {
            return self.seats.iter().position(|s| s.shift.user == user);
        }
        let serves = |s: &Seat| s.shift.skills.contains(&a.skill);
        let able = |(_, s): &(usize, &Seat)| on_duty(s) && serves(s);
        self.seats.iter().enumerate().filter(able).min_by_key(|(_, s)| s.free).map(|(i, _)| i)
    }

    fn answer(&mut self, mut c: CallRecord, i: usize, a: &Arrival, queued: Ts) {
        let at_once = queued.plus_millis(self.dice.between(0, 1) * SECOND);
        // The time of an order is given: its call does not wait for the seat, nor does it fill a seat off duty.
        let (free, shift) = (self.seats[i].free, &self.seats[i].shift);
        let offered = if a.order.is_some() { at_once } else { at_once.max(free) };
        let seated = offered >= free && offered < shift.until;
        let answered = offered.plus_millis(self.dice.between(2, 7) * SECOND);
        let talk = self.dice.between(40, 260) + if self.dice.percent(6) { 600 } else { 0 };
        let hold = if self.dice.percent(18) { self.dice.between(5, 90) } else { 0 };
        let parted = answered.plus_millis((talk + hold) * SECOND);
        if parted > self.now {
            return;
        }
        let user = self.seats[i].shift.user;
        c.outcome = Outcome::Answered;
        (c.offered_at, c.answered_at, c.talk_ended_at) = (Some(offered), Some(answered), Some(parted));
        (c.agent, c.last_agent, c.hold_ms) = (Some(user), Some(user), hold * SECOND);
        (c.recorded, c.rating_asked) = (true, true);
        c.rating = self.dice.percent(62).then(|| *self.dice.pick(&[5, 5, 5, 5, 4, 4, 3, 2, 1]));
        c.order = a.order.map(|(id, _)| id);
        let wrap_up = if c.order.is_some() { "1" } else { self.dice.pick(&["2", "2", "3", "4", "7", "9"]) };
        c.wrap_up = Some(wrap_up.to_owned());
        let wrapped = parted.plus_millis(self.dice.between(12, 50) * SECOND);
        if seated {
            self.seats[i].free = wrapped;
            self.seats[i].calls.push((offered, answered, parted, wrapped));
        }
        self.legs(&c, user, offered, answered, parted);
        self.event(&c, 3, offered, "offered", Some(user));
        self.event(&c, 4, answered, "answered", Some(user));
        let ended = parted.plus_millis(self.dice.between(3, 12) * SECOND);
        if c.rating.is_some() {
            self.event(&c, 5, ended, "rated", None);
        }
        self.end(c, ended, Cause::Remote, "citizen");
    }

    fn give_up(&mut self, mut c: CallRecord, queued: Ts, at: Ts) {
        let leaves = self.dice.percent(15);
        c.outcome = if leaves { Outcome::CallbackBooked } else { Outcome::Abandoned };
        let waited = at.millis_since(queued);
        if waited >= 5 * SECOND && at < self.now {
            let id = CallTaskId::mint(self.mint, at);
            self.facts.push(Fact::Duty(CallDuty {
                id,
                kind: if leaves { DutyKind::Booked } else { DutyKind::Missed },
                call: c.id,
                number: c.number.clone(),
                skill: c.skill.clone(),
                created_at: at,
                due_at: at.plus_minutes(30),
                recording: None,
            }));
            self.missed.push((id, c.number.clone(), at));
        }
        self.end(c, at, Cause::Cancelled, "citizen");
    }

    /// Most are called back in time, some late; the last of the day are still to be called.
    fn call_back(&mut self, task: CallTaskId, number: &str, missed: Ts) {
        let late = self.dice.percent(6);
        let began = missed.plus_minutes(if late { self.dice.between(40, 120) } else { self.dice.between(4, 26) });
        if missed.plus_minutes(55) > self.now || began.plus_minutes(10) > self.now || self.seats.is_empty() {
            return;
        }
        let i = usize::try_from(self.dice.between(0, self.seats.len() as i64 - 1)).unwrap_or(0);
        let user = self.seats[i].shift.user;
        let reached = self.dice.percent(82);
        let a = Arrival {
            call: CallId::mint(self.mint, began),
            at: began,
            number: number.to_owned(),
            skill: "public".to_owned(),
            order: None,
        };
        let answered = began.plus_millis(self.dice.between(8, 20) * SECOND);
        let parted = answered.plus_millis(if reached { self.dice.between(30, 150) * SECOND } else { 0 });
        let mut c = CallRecord {
            direction: Direction::Out,
            skill: None,
            agent: Some(user),
            last_agent: Some(user),
            task: Some(task),
            recorded: reached,
            outcome: if reached { Outcome::Answered } else { Outcome::NotReached },
            answered_at: reached.then_some(answered),
            talk_ended_at: reached.then_some(parted),
            ..blank(&a, self.line)
        };
        c.wrap_up = Some("8".to_owned());
        self.legs(&c, user, began, answered, parted);
        let cause = if reached { Cause::Remote } else { Cause::NoAnswer };
        self.end(c, parted, cause, if reached { "citizen" } else { "system" });
        self.facts.push(Fact::DutyTried { task, call: a.call, reached, at: parted });
    }

    fn end(&mut self, mut c: CallRecord, at: Ts, cause: Cause, by: &str) {
        if at > self.now {
            // It would end tomorrow: as if it had never rung.
            self.facts.retain(|f| match f {
                Fact::Leg(l) => l.call != c.id,
                Fact::Event(e) => e.call != c.id,
                Fact::Duty(d) => d.call != c.id,
                _ => true,
            });
            return;
        }
        (c.ended_at, c.cause, c.ended_by) = (Some(at), Some(cause), Some(by.to_owned()));
        let first = if c.direction == Direction::Out { "outgoing" } else { "incoming" };
        self.event(&c, 1, c.started_at, first, None);
        if let Some(queued) = c.queued_at {
            self.event(&c, 2, queued, "queued", None);
        }
        self.event(&c, 9, at, "ended", None);
        self.facts.push(Fact::Call(Box::new(c)));
    }

    fn event(&mut self, c: &CallRecord, seq: i32, at: Ts, kind: &str, user: Option<UserId>) {
        let data = match c.skill.as_deref().filter(|_| kind == "queued") {
            Some(skill) => json!({ "skill": skill }),
            None => json!({}),
        };
        self.facts.push(Fact::Event(CallEvent { call: c.id, seq, at, kind: kind.to_owned(), user, data }));
    }

    fn legs(&mut self, c: &CallRecord, user: UserId, rang: Ts, answered: Ts, parted: Ts) {
        let citizen = LegRecord {
            id: LegId::mint(self.mint, c.started_at),
            call: c.id,
            kind: PartyKind::Citizen,
            user: None,
            number: Some(c.number.clone()),
            started_at: c.started_at,
            answered_at: Some(answered),
            ended_at: Some(parted),
            cause: Some(Cause::Remote),
            code: None,
        };
        let agent = LegRecord {
            id: LegId::mint(self.mint, rang),
            kind: PartyKind::Agent,
            user: Some(user),
            number: None,
            started_at: rang,
            ..citizen.clone()
        };
        self.facts.extend([Fact::Leg(citizen), Fact::Leg(agent)]);
    }

    /// The seat's states from sign-in to sign-out, with a meal when there is room for one.
    fn times(&mut self, seat: &Seat) {
        let until = seat.shift.until.min(self.now);
        let mut spans: BTreeMap<Ts, (SeatState, Option<&str>)> = BTreeMap::new();
        spans.insert(seat.shift.from, (SeatState::Ready, None));
        for (offered, answered, parted, wrapped) in &seat.calls {
            spans.insert(*offered, (SeatState::Ringing, None));
            spans.insert(*answered, (SeatState::Talking, None));
            spans.insert(*parted, (SeatState::WrapUp, None));
            spans.insert(*wrapped, (SeatState::Ready, None));
        }
        let starts: Vec<Ts> = spans.keys().copied().collect();
        let pause = starts.windows(2).find(|w| {
            w[1].millis_since(w[0]) > 12 * 60 * SECOND && w[0].millis_since(seat.shift.from) > 2 * 3_600 * SECOND
        });
        if let Some(w) = pause {
            let reason = *self.dice.pick(&["4", "1"]);
            spans.insert(w[0].plus_millis(SECOND), (SeatState::Busy, Some(reason)));
            spans.insert(w[0].plus_minutes(11), (SeatState::Ready, None));
        }
        let starts: Vec<Ts> = spans.keys().copied().chain([until]).collect();
        for ((from, (state, reason)), to) in spans.iter().zip(starts.iter().skip(1)) {
            if from < to && *from < until {
                self.facts.push(Fact::Seat(SeatSpan {
                    session: seat.session,
                    user: seat.shift.user,
                    state: *state,
                    reason: reason.map(str::to_owned),
                    from: *from,
                    to: Some((*to).min(until)),
                }));
            }
        }
    }
}

fn blank(a: &Arrival, line: &str) -> CallRecord {
    CallRecord {
        id: a.call,
        direction: Direction::In,
        outcome: Outcome::Open,
        number: a.number.clone(),
        line: line.to_owned(),
        trunk: Some("demo".to_owned()),
        skill: Some(a.skill.clone()),
        priority: 0,
        started_at: a.at,
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
