//! A floor with a watcher beside it: every output is checked against what must always hold.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kernel::{CallId, LegId, RecordingId, SeqMint, Ts, UserId, Uuid};
use serde_json::json;
use voice::floor::{Caller, Floor, Input, Output, Person, Restored, seat_leg};
use voice::journal::{CallDuty, CallRecord, Fact, LegRecord, Outcome, RecordingRecord, RecordingStatus, SeatSpan};
use voice::protocol::{FloorView, SeatCall, SeatCommand, SeatFrame, SeatState, SeatView};
use voice::settings::{QueueSettings, Settings};
use voice::switch::{Cause, Command, Edge, Event, PlayNo, Sound, Source};

/// 2026-11-24 10:00 Beijing time.
pub const START: Ts = Ts(1_795_485_600_000);
pub const CITIZEN: &str = "13800000001";

pub fn user(n: u8) -> UserId {
    UserId(Uuid::from_bytes([n; 16]))
}

pub fn leg(n: u16) -> LegId {
    let mut bytes = [0xEE; 16];
    bytes[14..].copy_from_slice(&n.to_be_bytes());
    LegId(Uuid::from_bytes(bytes))
}

pub fn settings() -> Settings {
    let general = QueueSettings { name: "综合".to_owned(), announce_s: 20, ..QueueSettings::default() };
    let business = QueueSettings { name: "企业".to_owned(), overflow: vec!["general".to_owned()], ..general.clone() };
    Settings {
        queues: BTreeMap::from([("general".to_owned(), general), ("business".to_owned(), business)]),
        greeting: vec!["greeting".to_owned()],
        ..Settings::default()
    }
}

/// Answers a command, so that the page's request ends.
fn answers(frame: &SeatFrame) -> bool {
    matches!(frame, SeatFrame::Done { .. } | SeatFrame::Refused { .. } | SeatFrame::Pong)
}

/// The journal as the database would hold it.
#[derive(Default)]
pub struct Journal {
    pub calls: BTreeMap<CallId, CallRecord>,
    pub legs: BTreeMap<LegId, LegRecord>,
    pub events: BTreeMap<CallId, Vec<String>>,
    pub recordings: BTreeMap<RecordingId, RecordingRecord>,
    pub duties: Vec<CallDuty>,
    pub tried: Vec<bool>,
    pub spans: BTreeMap<(kernel::SessionId, Ts), SeatSpan>,
}

pub struct World {
    pub floor: Floor,
    pub now: Ts,
    pub mint: SeqMint,
    pub journal: Journal,
    /// Outputs of the last step.
    pub out: Vec<Output>,
    /// Lines the switch knows.
    pub alive: BTreeSet<LegId>,
    pub edges: BTreeMap<CallId, Vec<Edge>>,
    pub playing: BTreeMap<LegId, (PlayNo, Vec<Sound>, bool)>,
    /// Running recordings with the right side.
    pub recording: BTreeMap<RecordingId, Vec<LegId>>,
    /// Stopped, the switch has not told yet.
    pub stopped: Vec<RecordingId>,
    pub views: BTreeMap<UserId, SeatView>,
    pub floor_view: Option<FloorView>,
    pub floor_views: u32,
    pub said: Vec<(UserId, SeatFrame)>,
    pub drained: u32,
    no: u32,
}

impl World {
    pub fn new(settings: Settings) -> Self {
        Self {
            floor: Floor::new(Arc::new(settings)),
            now: START,
            mint: SeqMint::new(),
            journal: Journal::default(),
            out: Vec::new(),
            alive: BTreeSet::new(),
            edges: BTreeMap::new(),
            playing: BTreeMap::new(),
            recording: BTreeMap::new(),
            stopped: Vec::new(),
            views: BTreeMap::new(),
            floor_view: None,
            floor_views: 0,
            said: Vec::new(),
            drained: 0,
            no: 0,
        }
    }

    pub fn handle(&mut self, input: Input) {
        match &input {
            Input::Switch(Event::Incoming { leg, .. }) => drop(self.alive.insert(*leg)),
            Input::Switch(Event::Ended { leg, .. }) => drop(self.alive.remove(leg)),
            Input::Arrived(person) => drop(self.alive.insert(seat_leg(person.user))),
            _ => {}
        }
        self.out = self.floor.handle(self.now, &self.mint, input);
        let out = self.out.clone();
        let mut wrote = true;
        for output in out {
            match output {
                Output::Write(fact) => {
                    assert!(wrote, "facts come before what depends on them");
                    self.wrote(fact);
                }
                Output::Switch(command) => {
                    wrote = false;
                    self.did(command);
                }
                Output::Tell { user, frame, .. } => {
                    wrote = false;
                    self.told(user, frame);
                }
                Output::Drained => self.drained += 1,
                Output::WhoIs { .. } => wrote = false,
            }
        }
        self.check();
    }

    fn wrote(&mut self, fact: Fact) {
        match fact {
            Fact::Call(record) => {
                let before = self.journal.calls.insert(record.id, (*record).clone());
                if let Some(before) = before {
                    let fixed = before.outcome == Outcome::Open || before.outcome == record.outcome;
                    assert!(fixed, "an outcome is decided once: {:?} became {:?}", before.outcome, record.outcome);
                    assert!(before.ended_at.is_none() || before.ended_at == record.ended_at, "a call ends once");
                }
            }
            Fact::Leg(record) => {
                assert!(self.journal.calls.contains_key(&record.call), "a line belongs to a written call");
                if let Some(before) = self.journal.legs.insert(record.id, record) {
                    assert!(before.ended_at.is_none(), "a line ends exactly once");
                }
            }
            Fact::Event(event) => {
                assert!(self.journal.calls.contains_key(&event.call), "an event belongs to a written call");
                let kinds = self.journal.events.entry(event.call).or_default();
                kinds.push(event.kind);
                assert_eq!(i32::try_from(kinds.len()).expect("few events"), event.seq, "numbers without gaps");
            }
            Fact::Seat(span) => {
                assert!(span.to.is_none_or(|to| to >= span.from));
                self.journal.spans.insert((span.session, span.from), span);
            }
            Fact::Recording(record) => drop(self.journal.recordings.insert(record.id, record)),
            Fact::Duty(duty) => {
                assert!(self.journal.duties.iter().all(|other| other.call != duty.call), "one duty a call");
                self.journal.duties.push(duty);
            }
            Fact::DutyTried { reached, .. } => self.journal.tried.push(reached),
        }
    }

    fn did(&mut self, command: Command) {
        match command {
            Command::Originate { leg, .. } => assert!(self.alive.insert(leg), "a new line has a new key"),
            Command::Hangup { leg } | Command::Reject { leg, .. } => {
                if !self.is_seat(leg) {
                    self.alive.remove(&leg);
                }
                self.playing.remove(&leg);
            }
            Command::Play { leg, no, sounds, repeat } => {
                assert!(self.alive.contains(&leg), "a dead line hears nothing");
                assert!(!sounds.is_empty());
                self.playing.insert(leg, (no, sounds, repeat));
            }
            Command::Quiet { leg } => drop(self.playing.remove(&leg)),
            Command::Hear { call, edges } => {
                for edge in &edges {
                    assert!(
                        self.alive.contains(&edge.from) && self.alive.contains(&edge.to),
                        "edges name living lines"
                    );
                }
                self.edges.insert(call, edges);
            }
            Command::Record { recording, right, .. } => {
                assert!(self.recording.insert(recording, right).is_none());
            }
            Command::RecordSides { recording, right } => {
                assert!(self.recording.insert(recording, right).is_some(), "only what runs has sides");
            }
            Command::RecordStop { recording } if self.recording.remove(&recording).is_some() => {
                self.stopped.push(recording);
            }
            _ => {}
        }
    }

    fn told(&mut self, user: UserId, frame: SeatFrame) {
        match frame {
            SeatFrame::Seat { seat } => {
                let live = |call: &&SeatCall| {
                    use voice::protocol::SeatCallState::{Ringing, WrapUp};
                    !matches!(call.state, Ringing | WrapUp)
                };
                assert!(seat.calls.iter().filter(live).count() <= 1, "one conversation at a seat: {seat:?}");
                let idle_while_waiting = seat.state == SeatState::Ready && seat.waiting > 0;
                assert!(!idle_while_waiting, "nobody waits while a seat of the skill is free");
                self.views.insert(user, *seat);
            }
            SeatFrame::Floor { floor } => {
                self.floor_views += 1;
                self.floor_view = Some(*floor);
            }
            frame => self.said.push((user, frame)),
        }
    }

    fn is_seat(&self, leg: LegId) -> bool {
        self.views.contains_key(&UserId(leg.uuid()))
    }

    fn check(&self) {
        let mut talking: BTreeMap<LegId, CallId> = BTreeMap::new();
        for (call, edges) in &self.edges {
            for edge in edges {
                assert_ne!(edge.from, edge.to, "nobody hears himself");
                for leg in [edge.from, edge.to] {
                    let other = talking.insert(leg, *call);
                    assert!(other.is_none_or(|other| other == *call), "a line speaks in one call only");
                }
            }
        }
    }

    /// What must hold when all is over.
    pub fn check_end(&self) {
        assert_eq!(self.floor.open_calls(), 0);
        assert!(self.recording.is_empty(), "recordings are always stopped");
        assert!(self.edges.values().all(Vec::is_empty), "nobody hears anybody any more");
        for record in self.journal.recordings.values() {
            assert!(record.status != RecordingStatus::Open && record.ended_at.is_some(), "{record:?}");
            assert!(record.pauses.iter().all(|(_, to)| to.is_some()));
        }
        for leg in self.journal.legs.values() {
            assert!(leg.ended_at.is_some() && leg.cause.is_some(), "every line ends: {leg:?}");
        }
        for call in self.journal.calls.values() {
            assert!(call.ended_at.is_some() && call.cause.is_some() && call.ended_by.is_some(), "{call:?}");
            assert_ne!(call.outcome, Outcome::Open);
            assert_eq!(self.journal.events[&call.id].iter().filter(|kind| *kind == "ended").count(), 1);
            self.check_queued(call);
        }
        for span in self.journal.spans.values() {
            assert!(span.to.is_some(), "every span ends: {span:?}");
        }
        self.check_spans();
    }

    fn check_queued(&self, call: &CallRecord) {
        let Some(queued) = call.queued_at else { return };
        let duty = call.number.is_empty() || self.journal.duties.iter().any(|duty| duty.call == call.id);
        let short = call.ended_at.is_some_and(|end| end.millis_since(queued) < 5_000);
        match call.outcome {
            Outcome::Answered => assert!(call.answered_at.is_some()),
            Outcome::Abandoned => assert!(duty || short, "who gave up is called back: {call:?}"),
            Outcome::Message | Outcome::CallbackBooked | Outcome::Overflowed | Outcome::Failed => {
                assert!(duty, "somebody takes care: {call:?}");
            }
            Outcome::Blocked => {}
            other => panic!("a queued call does not end as {other:?}"),
        }
    }

    /// A seat is in one state at a time.
    fn check_spans(&self) {
        let mut last: BTreeMap<kernel::SessionId, Ts> = BTreeMap::new();
        for ((session, from), span) in &self.journal.spans {
            if let Some(end) = last.insert(*session, span.to.expect("checked above")) {
                assert!(end <= *from, "spans do not overlap");
            }
        }
    }

    // ---- what people and the switch do ----

    pub fn pass(&mut self, seconds: i64) {
        let until = self.now.plus_millis(seconds * 1000);
        let mut all = Vec::new();
        while let Some(due) = self.floor.due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.handle(Input::Tick);
            all.append(&mut self.out);
        }
        self.now = until;
        self.handle(Input::Tick);
        all.append(&mut self.out);
        self.out = all;
    }

    pub fn switch(&mut self, event: Event) {
        self.handle(Input::Switch(event));
    }

    pub fn person(&self, n: u8, skills: &[(&str, u8)]) -> Person {
        Person {
            user: user(n),
            name: format!("座席{n}"),
            number: format!("80{n}"),
            tab: format!("tab{n}"),
            skills: skills.iter().map(|(skill, level)| ((*skill).to_owned(), *level)).collect(),
            may_monitor: n >= 90,
            phone: None,
        }
    }

    /// Opens the page, with media.
    pub fn arrive(&mut self, person: Person) {
        let (user, tab, phone) = (person.user, person.tab.clone(), person.phone.clone());
        self.handle(Input::Arrived(person));
        self.page_at(user, &tab, SeatCommand::Hello { tab: tab.clone() });
        match phone {
            Some(extension) => self.switch(Event::Phone { extension, registered: true }),
            None => self.switch(Event::WebUp { leg: seat_leg(user) }),
        }
    }

    /// A seat at work for `general`.
    pub fn agent(&mut self, n: u8) -> UserId {
        self.arrive(self.person(n, &[("general", 1)]));
        self.ask(user(n), SeatCommand::SignIn { skills: None });
        user(n)
    }

    /// A supervisor who is not signed in.
    pub fn supervisor(&mut self) -> UserId {
        self.arrive(self.person(90, &[]));
        user(90)
    }

    pub fn page_at(&mut self, user: UserId, tab: &str, command: SeatCommand) -> Option<SeatFrame> {
        self.no += 1;
        let no = self.no;
        self.handle(Input::Page { user, tab: tab.to_owned(), no, command });
        self.out.iter().find_map(|output| match output {
            Output::Tell { user: to, tab: at, frame } if *to == user && at == tab && answers(frame) => {
                Some(frame.clone())
            }
            _ => None,
        })
    }

    pub fn tab(&self, user: UserId) -> String {
        format!("tab{}", user.uuid().as_bytes()[0])
    }

    /// `Ok`, or the code of the refusal.
    pub fn try_ask(&mut self, user: UserId, command: SeatCommand) -> Result<(), String> {
        let tab = self.tab(user);
        match self.page_at(user, &tab, command) {
            Some(SeatFrame::Done { .. } | SeatFrame::Pong) => Ok(()),
            Some(SeatFrame::Refused { code, message, .. }) => {
                assert!(message.chars().any(|c| c > '\u{4e00}'), "refusals are Chinese: {message}");
                Err(code)
            }
            other => panic!("no answer: {other:?}"),
        }
    }

    pub fn ask(&mut self, user: UserId, command: SeatCommand) {
        let shown = format!("{command:?}");
        if let Err(code) = self.try_ask(user, command) {
            panic!("{shown} was refused: {code}");
        }
    }

    /// A call comes in, is looked up and greeted; the citizen is then in menu or queue.
    pub fn call_in(&mut self, n: u16) -> CallId {
        let id = self.ring_in(n, CITIZEN);
        self.handle(Input::Known { call: id, caller: Caller { card: json!({}), ..Caller::default() } });
        self.switch(Event::Answered { leg: leg(n) });
        self.played(leg(n));
        id
    }

    pub fn ring_in(&mut self, n: u16, from: &str) -> CallId {
        let source = Source::Trunk("carrier".to_owned());
        self.switch(Event::Incoming { leg: leg(n), source, from: from.to_owned(), to: "12345".to_owned() });
        *self.journal.calls.keys().next_back().expect("a call was written")
    }

    /// The prompt on a line comes to its end.
    pub fn played(&mut self, leg: LegId) {
        let (no, _, repeat) = self.playing.get(&leg).cloned().expect("something is played");
        assert!(!repeat, "music has no end");
        self.playing.remove(&leg);
        self.switch(Event::Played { leg, no, whole: true });
    }

    pub fn digit(&mut self, n: u16, digit: char) {
        self.switch(Event::Digit { leg: leg(n), digit });
    }

    pub fn gone(&mut self, n: u16) {
        self.switch(Event::Ended { leg: leg(n), cause: Cause::Remote, code: None });
    }

    /// Call in, wait through the greeting, answered by the seat.
    pub fn conversation(&mut self, n: u16, agent: UserId) -> CallId {
        let id = self.call_in(n);
        self.ask(agent, SeatCommand::Answer { call: id });
        id
    }

    /// The line the floor called last.
    pub fn called(&self) -> (LegId, String) {
        let last = self.out.iter().rev().find_map(|output| match output {
            Output::Switch(Command::Originate { leg, to, .. }) => Some((*leg, format!("{to:?}"))),
            _ => None,
        });
        last.expect("somebody is called")
    }

    /// The switch closes what it was asked to stop.
    pub fn close_recordings(&mut self) {
        for recording in std::mem::take(&mut self.stopped) {
            self.switch(Event::Recorded { recording, bytes: 100, ms: 10, sha256: "00".to_owned() });
        }
    }

    pub fn stop(&mut self) {
        self.handle(Input::Stop);
        self.close_recordings();
        self.pass(120);
    }

    // ---- what is to be seen ----

    pub fn record(&self, id: CallId) -> &CallRecord {
        &self.journal.calls[&id]
    }

    pub fn view(&self, user: UserId) -> &SeatView {
        &self.views[&user]
    }

    pub fn state(&self, user: UserId) -> SeatState {
        self.view(user).state
    }

    /// Names of the prompts a line hears now.
    pub fn hears_prompts(&self, n: u16) -> Vec<String> {
        let playing = self.playing.get(&leg(n));
        let sounds = playing.map(|(_, sounds, _)| sounds.clone()).unwrap_or_default();
        let names = sounds.into_iter().map(|sound| match sound {
            Sound::Prompt(name) => name,
            other => format!("{other:?}"),
        });
        names.collect()
    }

    pub fn hears_music(&self, leg: LegId) -> bool {
        self.playing.get(&leg).is_some_and(|(_, sounds, repeat)| *repeat && sounds == &[Sound::Music])
    }

    pub fn hears(&self, call: CallId, to: LegId, from: LegId) -> bool {
        self.edges.get(&call).is_some_and(|edges| edges.contains(&Edge { from, to }))
    }

    pub fn both_hear(&self, call: CallId, a: LegId, b: LegId) -> bool {
        self.hears(call, a, b) && self.hears(call, b, a)
    }

    pub fn right_side(&self) -> Vec<LegId> {
        self.recording.values().next().cloned().unwrap_or_default()
    }

    pub fn restore(&mut self, left: Restored) {
        self.handle(Input::Restore(Box::new(left)));
    }

    pub fn events(&self, id: CallId) -> Vec<&str> {
        self.journal.events[&id].iter().map(String::as_str).collect()
    }
}
