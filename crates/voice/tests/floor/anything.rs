//! Whatever people and the switch do, in whatever order: what must always hold, holds. The checks are in
//! `support::World::handle` and `check_end`.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::support::{World, leg, settings, user};
use kernel::{CallId, CallTaskId, LegId, OrderId, UserId, Uuid};
use proptest::prelude::*;
use voice::floor::{Caller, Input, seat_leg};
use voice::protocol::{ForceTo, PartyKind, SeatCommand, Supervision, Target};
use voice::settings::{Dialling, Menu, QueueSettings, Settings};
use voice::switch::{Cause, Event, Source};

/// Something that happens. Numbers pick one of what there is.
#[derive(Clone, Debug)]
enum Happens {
    Incoming(u16),
    Known(u8, bool, i32),
    Answered(u8),
    Ended(u8, u8),
    Digit(u8, u8),
    Played(u8, bool),
    Early(u8),
    Media(u8, bool),
    /// Seat, and whether it has a desk phone.
    Arrive(u8, bool),
    Leave(u8),
    Tab(u8),
    /// A citizen calls and is connected when a seat is free.
    Talk,
    /// Seat, command, argument.
    Ask(u8, u8, u8),
    /// The same with one of the commands whose button is lit.
    AskLit(u8, u8, u8),
    Pass(u16),
    Recorded(bool),
    Phone(bool),
    Settings(bool),
    Drain,
}

fn happens() -> impl Strategy<Value = Happens> {
    use Happens::*;
    prop_oneof![
        4 => (0u16..40).prop_map(Incoming),
        4 => (any::<u8>(), prop::bool::weighted(0.05), -2i32..3).prop_map(|(at, blocked, p)| Known(at, blocked, p)),
        6 => any::<u8>().prop_map(Answered),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(at, why)| Ended(at, why)),
        2 => (any::<u8>(), any::<u8>()).prop_map(|(at, key)| Digit(at, key)),
        5 => (any::<u8>(), any::<bool>()).prop_map(|(at, whole)| Played(at, whole)),
        1 => any::<u8>().prop_map(Early),
        2 => (0u8..6, prop::bool::weighted(0.7)).prop_map(|(n, up)| Media(n, up)),
        2 => (0u8..6, prop::bool::weighted(0.6)).prop_map(|(n, desk)| Arrive(n, desk)),
        1 => (0u8..6).prop_map(Leave),
        1 => (0u8..6).prop_map(Tab),
        8 => Just(Talk),
        8 => (0u8..6, any::<u8>(), any::<u8>()).prop_map(|(n, what, arg)| Ask(n, what, arg)),
        40 => (0u8..6, any::<u8>(), any::<u8>()).prop_map(|(n, what, arg)| AskLit(n, what, arg)),
        3 => (0u16..40).prop_map(Pass),
        1 => any::<bool>().prop_map(Recorded),
        1 => any::<bool>().prop_map(Phone),
        1 => any::<bool>().prop_map(Settings),
        1 => prop::bool::weighted(0.02).prop_map(|drain| if drain { Drain } else { Pass(1) }),
    ]
}

fn open_settings() -> Settings {
    let menu = Menu {
        prompts: vec!["menu".to_owned()],
        keys: BTreeMap::from([('1', "general".to_owned()), ('2', "business".to_owned())]),
        wait_s: 3,
        tries: 2,
    };
    let dialling = Dialling { per_seat_hour: 0, per_number_day: 0, ..Dialling::default() };
    let mut settings =
        Settings { menu: Some(menu), emergency_key: Some('9'), dialling, wrap_up_s: 5, say_number: true, ..settings() };
    for queue in settings.queues.values_mut() {
        *queue = QueueSettings { overflow_after_s: 5, offer_after_s: 8, announce_s: 4, full_at: 6, ..queue.clone() };
    }
    settings
}

/// A world and what was seen in it.
struct Run {
    world: World,
    seats: Vec<UserId>,
    /// Lines and calls that ever were.
    legs: Vec<LegId>,
    calls: Vec<CallId>,
    lines: u16,
}

/// Seats 0–3 are agents, 2 and 3 sometimes at a desk phone, 4 and 5 supervisors; 4 takes calls, too.
fn number(n: u8) -> u8 {
    if n >= 4 { 90 + n } else { n + 1 }
}

impl Run {
    fn new() -> Self {
        Self { world: World::new(open_settings()), seats: Vec::new(), legs: Vec::new(), calls: Vec::new(), lines: 0 }
    }

    fn arrive(&mut self, n: u8, desk: bool) {
        let skills: &[(&str, u8)] = match n {
            0 => &[("general", 1)],
            1 => &[("general", 2), ("business", 1)],
            2 | 4 => &[("business", 2)],
            _ => &[("general", 1)],
        };
        let mut person = self.world.person(number(n), skills);
        person.phone = (desk && matches!(n, 2 | 3)).then(|| format!("800{n}"));
        if !self.seats.contains(&person.user) {
            self.seats.push(person.user);
        }
        self.world.arrive(person);
    }

    fn note(&mut self) {
        use voice::floor::Output;
        use voice::switch::Command;
        for output in &self.world.out {
            match output {
                Output::Switch(Command::Originate { leg, .. }) => self.legs.push(*leg),
                Output::WhoIs { call, .. } => self.calls.push(*call),
                _ => {}
            }
        }
    }

    fn line(&self, at: u8) -> LegId {
        // Mostly lines that live, the youngest most often; sometimes one that is gone.
        let alive = |leg: &&LegId| at > 240 || self.world.alive.contains(leg);
        let lines: Vec<LegId> = self.legs.iter().rev().filter(alive).take(6).copied().collect();
        lines.get(usize::from(at) % lines.len().max(1)).copied().unwrap_or(leg(9999))
    }

    fn talk(&mut self) {
        self.lines += 1;
        let line = leg(1000 + self.lines);
        self.legs.push(line);
        let source = Source::Trunk("t".to_owned());
        let from = format!("1370000{:04}", self.lines);
        self.world.switch(Event::Incoming { leg: line, source, from, to: "12345".to_owned() });
        self.note();
        let call = self.calls.last().copied().unwrap_or(CallId(Uuid::nil()));
        self.world.handle(Input::Known { call, caller: Caller::default() });
        self.world.switch(Event::Answered { leg: line });
        self.world.switch(Event::Digit { leg: line, digit: '1' });
        self.note();
        let rings = |user: &&UserId| self.world.views.get(user).is_some_and(|v| v.calls.iter().any(|c| c.call == call));
        let seat = self.seats.iter().find(rings).copied();
        if let Some(seat) = seat {
            let _ = self.world.try_ask(seat, SeatCommand::Answer { call });
        }
        let phone = self.legs.last().copied().filter(|phone| *phone != line);
        if let Some(phone) = phone {
            self.world.switch(Event::Answered { leg: phone });
        }
    }

    fn step(&mut self, happens: &Happens) {
        match *happens {
            Happens::Incoming(n) => {
                self.lines += 1;
                let line = leg(1000 + self.lines);
                self.legs.push(line);
                let source = if n == 39 { Source::Phone("8003".to_owned()) } else { Source::Trunk("t".to_owned()) };
                let from = if n % 7 == 0 { String::new() } else { format!("1380000{n:04}") };
                let to = if n == 39 { "13900000009" } else { "12345" };
                let event = Event::Incoming { leg: line, source, from, to: to.to_owned() };
                self.world.switch(event.clone());
                if n == 3 && self.world.alive.contains(&line) {
                    self.note();
                    self.world.switch(event);
                }
            }
            Happens::Known(at, blocked, priority) => {
                let back = usize::from(at) % self.calls.len().clamp(1, 4);
                let call = self.calls.iter().rev().nth(back).copied().unwrap_or(CallId(Uuid::nil()));
                self.world.handle(Input::Known { call, caller: Caller { blocked, priority, ..Caller::default() } });
            }
            Happens::Answered(at) => self.world.switch(Event::Answered { leg: self.line(at) }),
            Happens::Ended(at, why) => {
                let causes =
                    [Cause::Remote, Cause::Busy, Cause::NoAnswer, Cause::Silent, Cause::Declined, Cause::Network];
                let cause = causes[usize::from(why) % causes.len()];
                self.world.switch(Event::Ended { leg: self.line(at), cause, code: None });
            }
            Happens::Digit(at, key) => {
                let digit = ['0', '1', '2', '5', '9', '#'][usize::from(key) % 6];
                self.world.switch(Event::Digit { leg: self.line(at), digit });
            }
            Happens::Played(at, whole) => {
                let leg = self.line(at);
                let no = self.world.playing.get(&leg).map_or(1, |(no, _, _)| *no);
                self.world.switch(Event::Played { leg, no, whole });
            }
            Happens::Early(at) => self.world.switch(Event::EarlyMedia { leg: self.line(at) }),
            Happens::Media(n, up) => {
                let leg = seat_leg(user(number(n)));
                self.world.switch(if up { Event::WebUp { leg } } else { Event::WebDown { leg } });
            }
            Happens::Arrive(n, desk) => self.arrive(n, desk),
            Happens::Leave(n) => {
                let user = user(number(n));
                self.world.handle(Input::Left { user, tab: self.world.tab(user) });
            }
            Happens::Tab(n) => {
                let user = user(number(n));
                self.world.page_at(user, "other", SeatCommand::Hello { tab: "other".to_owned() });
                self.world.switch(Event::WebUp { leg: seat_leg(user) });
            }
            Happens::Talk => self.talk(),
            Happens::AskLit(n, what, arg) => {
                let user = user(number(n));
                let lit = self.world.views.get(&user).map(|view| view.allowed.clone()).unwrap_or_default();
                let all = (0..64).map(|i| what.wrapping_add(i));
                let commands =
                    all.filter(|what| self.command(user, *what, arg).is_some_and(|c| lit.iter().any(|l| l == c.0)));
                let keeps = ["sign_out", "force", "say", "ready", "busy"];
                let commands: Vec<u8> = commands
                    .filter(|what| self.command(user, *what, arg).is_some_and(|c| *what < 32 || !keeps.contains(&c.0)))
                    .collect();
                if let Some(what) = commands.get(usize::from(what) % commands.len().max(1)) {
                    self.ask(user, *what, arg);
                }
            }
            Happens::Ask(n, what, arg) => self.ask(user(number(n)), what, arg),
            Happens::Pass(seconds) => self.world.pass(i64::from(seconds)),
            Happens::Recorded(fine) => self.recorded(fine),
            Happens::Phone(registered) => {
                self.world.switch(Event::Phone { extension: "8003".to_owned(), registered });
            }
            Happens::Settings(record) => {
                let settings = Settings { record, ..open_settings() };
                self.world.handle(Input::Settings(Arc::new(settings)));
            }
            Happens::Drain => self.world.handle(Input::Drain),
        }
        self.note();
    }

    fn recorded(&mut self, fine: bool) {
        if fine {
            return self.world.close_recordings();
        }
        if let Some(recording) = self.world.recording.keys().next().copied() {
            self.world.switch(Event::NotRecorded { recording, reason: "磁盘已满".to_owned() });
        }
    }

    /// A seat asks for something; the buttons it saw lit tell whether it must succeed.
    fn ask(&mut self, user: UserId, what: u8, arg: u8) {
        let Some(view) = self.world.views.get(&user).cloned() else { return };
        let Some((name, command, sure)) = self.command(user, what, arg) else { return };
        let lit = view.allowed.iter().any(|allowed| allowed == name);
        assert_eq!(command.name(), name);
        let owned = self.world.page_at(user, "nobody", SeatCommand::Ready);
        assert!(matches!(owned, Some(voice::protocol::SeatFrame::Refused { .. })), "a stranger's tab is refused");
        match self.world.try_ask(user, command.clone()) {
            Ok(()) => assert!(lit, "{command:?} was obeyed though not lit in {view:?}"),
            Err(code) if code == "not_owner" => {}
            Err(code) => assert!(!(lit && sure), "{command:?} was lit but refused: {code} {view:?}"),
        }
    }

    /// A command, and whether its arguments are good so that only the button decides.
    fn command(&self, user: UserId, what: u8, arg: u8) -> Option<(&'static str, SeatCommand, bool)> {
        let view = self.world.views.get(&user)?;
        let nowhere = CallId(Uuid::nil());
        let at = |index: usize| view.calls.get(index).map_or(nowhere, |call| call.call);
        let call = at(0);
        let other = self.seats[usize::from(arg) % self.seats.len().max(1)];
        let on = arg.is_multiple_of(2);
        let phone = Target::Number(format!("1390000{:04}", u16::from(arg)));
        let mode = [Supervision::Listen, Supervision::Whisper, Supervision::Barge][usize::from(arg) % 3];
        let to = [ForceTo::SignedOut, ForceTo::Ready, ForceTo::Busy][usize::from(arg) % 3];
        let third = view.calls.first().and_then(|call| {
            let third = |kind| matches!(kind, PartyKind::Department | PartyKind::Service);
            call.parties.iter().find(|party| third(party.kind)).map(|party| party.leg)
        });
        let command = match what % 32 {
            0 => (SeatCommand::SignIn { skills: None }, true),
            1 => (SeatCommand::SignOut, true),
            2 | 3 => (SeatCommand::Ready, true),
            4 => (SeatCommand::Busy { reason: "rest".to_owned() }, true),
            5 => (SeatCommand::WrapUp { call, code: Some("x".to_owned()), note: None, finish: on }, true),
            6..=9 => (SeatCommand::Answer { call }, true),
            10 => (SeatCommand::Reject { call }, true),
            11 => (SeatCommand::Mute { on }, true),
            12 => (SeatCommand::Hold { call }, true),
            13 => (SeatCommand::Resume { call }, true),
            14 => (SeatCommand::Consult { call, to: phone }, true),
            15 => (SeatCommand::Consult { call, to: Target::Agent(other) }, false),
            16 => (SeatCommand::ConsultEnd { call }, true),
            17 => (SeatCommand::Transfer { call, to: Some(phone) }, true),
            18 => (SeatCommand::Transfer { call, to: Some(Target::Agent(other)) }, false),
            19 => (SeatCommand::Transfer { call, to: Some(Target::Skill("business".to_owned())) }, true),
            20 => (SeatCommand::Transfer { call, to: None }, false),
            21 => (SeatCommand::Conference { call }, true),
            22 => (SeatCommand::Drop { call, leg: third.unwrap_or(leg(9999)) }, third.is_some()),
            23 => {
                let task = on.then(|| CallTaskId(Uuid::from_bytes([arg; 16])));
                (SeatCommand::Dial { number: format!("1390000{:04}", u16::from(arg)), order: None, task }, true)
            }
            24 => (SeatCommand::Joint { call, service: "110".to_owned() }, true),
            25 => (SeatCommand::Hangup { call }, true),
            26 => (SeatCommand::Rate { call }, true),
            27 => (SeatCommand::Digits { call, digits: "1".to_owned() }, true),
            28 => (SeatCommand::RecordPause { call, on }, true),
            29 => (SeatCommand::Bind { call, order: OrderId(Uuid::from_bytes([arg; 16])) }, true),
            30 if on => (SeatCommand::Supervise { user: other, mode }, false),
            30 => (SeatCommand::SuperviseEnd, true),
            _ if on => (SeatCommand::Force { user: other, to }, false),
            _ => (SeatCommand::Say { user: None, text: "好".to_owned() }, true),
        };
        Some((command.0.name(), command.0, command.1))
    }

    fn finish(mut self) {
        self.world.close_recordings();
        self.world.stop();
        self.world.close_recordings();
        self.world.check_end();
        assert_eq!(self.world.drained, 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_floor_keeps_its_promises(steps in prop::collection::vec(happens(), 1..160)) {
        let mut run = Run::new();
        for n in 0..6 {
            run.arrive(n, n == 3);
            let agent = user(number(n));
            if n != 5 {
                run.world.ask(agent, SeatCommand::SignIn { skills: None });
            }
        }
        for step in &steps {
            run.step(step);
        }
        run.finish();
    }

    /// Without anybody stopping it, every call comes to its end by itself.
    #[test]
    fn time_alone_ends_everything(steps in prop::collection::vec(happens(), 1..60)) {
        let mut run = Run::new();
        (0..6).for_each(|n| run.arrive(n, n == 3));
        for step in &steps {
            run.step(step);
        }
        run.world.pass(3 * 3600);
        prop_assert_eq!(run.world.floor.open_calls(), 0);
        run.finish();
    }
}
