//! The floor (话务现场): all calls, seats and queues of one switch as one value. `handle` takes what happened and gives back what
//! to write, to do and to show; nothing is done before what precedes it is written.

mod call;
mod choice;
mod command;
mod dial;
mod incoming;
mod queue;
mod rating;
mod restore;
mod seat;
mod settle;
mod spoken;
mod step;
mod talk;
mod timer;
mod transfer;
mod view;
mod waiting;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kernel::{CallId, Date, LegId, Mint, OrderId, RecordingId, Ts, UserId};
use serde_json::Value;

use self::call::Call;
use self::dial::Dialled;
use self::queue::Queue;
use self::seat::Seat;
use self::step::Step;
use self::timer::{CallTimer, SeatTimer, Timer, Timers};
use crate::journal::{CallRecord, Fact, LegRecord, RecordingRecord, SeatSpan};
use crate::protocol::{LineQuality, SeatCommand, SeatFrame, Today as Tally, TrunkView};
use crate::settings::Settings;
use crate::switch::{Cause, Command, Event, PlayNo};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// The switch told something.
    Switch(Event),
    /// What a process that is gone left open in the journal. Comes once, before everything else.
    Restore(Box<Restored>),
    /// A person opened the softphone. With an empty `tab`: what is known of the person changed.
    Arrived(Person),
    /// The page's connection was lost. The seat keeps its calls for `Settings::return_s`.
    Left { user: UserId, tab: String },
    /// A page asks.
    Page { user: UserId, tab: String, no: u32, command: SeatCommand },
    /// What is known of a caller; asked for by [`Output::WhoIs`].
    Known { call: CallId, caller: Caller },
    /// An order was registered or bound elsewhere while this call was at the seat.
    Bound { call: CallId, order: OrderId },
    /// Parameters, announcements, skills or prompts changed.
    Settings(Arc<Settings>),
    /// Time passed.
    Tick,
    /// How many duties to call back are open, as the database counts them.
    Duties { open: u32 },
    /// 平滑停机: no new calls; [`Output::Drained`] comes when the last call is over.
    Drain,
    /// Ends every call now, cause [`Cause::Restart`]; [`Output::Drained`] comes when the last recording is closed.
    Stop,
}

/// What is found open in the journal after a restart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    pub calls: Vec<OpenCall>,
    /// Spans without an end.
    pub seats: Vec<SeatSpan>,
    /// Recordings that were not closed.
    pub recordings: Vec<RecordingRecord>,
    /// Recordings whose headers the switch put right at start.
    pub repaired: Vec<Repaired>,
    /// Figures of the day so far.
    pub today: Tally,
    /// Outgoing calls of the day: who, the number in its normal form, when.
    pub dialled: Vec<(UserId, String, Ts)>,
    /// Until when the process that is gone was surely alive; what was open ended then.
    pub alive_until: Option<Ts>,
}

/// A call without an end.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenCall {
    pub record: CallRecord,
    pub legs: Vec<LegRecord>,
    /// One more than the last event's.
    pub next_seq: i32,
}

/// A recording whose header was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Relative to the recordings' folder.
    pub file: String,
    pub bytes: u64,
    pub ms: u64,
    /// Hex.
    pub sha256: String,
}

/// A person at a seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub user: UserId,
    pub name: String,
    /// 工号 as it is read out, digits; empty when there is nothing to read.
    pub number: String,
    pub tab: String,
    /// Skill code and level, 1 the best.
    pub skills: Vec<(String, u8)>,
    /// May listen, whisper, barge in and force.
    pub may_monitor: bool,
    /// Extension of the SIP desk phone used instead of the browser, if any. A change waits for the end of the shift: no
    /// conversation moves from one telephone to another.
    pub phone: Option<String>,
}

/// What is known of a caller.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caller {
    /// The screen-pop for the page.
    pub card: Value,
    /// 黑名单.
    pub blocked: bool,
    /// Added to the queue's priority: repeated callers, the emergency list.
    pub priority: i32,
}

/// What is to be done, in this order: all [`Output::Write`] of a batch first.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Write(Fact),
    Switch(Command),
    /// To one page of a person.
    Tell {
        user: UserId,
        tab: String,
        frame: SeatFrame,
    },
    /// Look the caller up and come back with [`Input::Known`].
    WhoIs {
        call: CallId,
        number: String,
        incoming: bool,
    },
    /// The last call ended after [`Input::Drain`].
    Drained,
}

/// Browser line of a seat: the same for the whole life of the process.
#[must_use]
pub fn seat_leg(user: UserId) -> LegId {
    LegId(user.uuid())
}

/// When the floor wants [`Input::Tick`] next at the latest; `None` when only events matter.
pub type Due = Option<Ts>;

/// The floor. See the module.
#[derive(Debug)]
pub struct Floor {
    settings: Arc<Settings>,
    calls: BTreeMap<CallId, Call>,
    /// Lines of the telephone network; browsers' lines belong to their seats.
    legs: BTreeMap<LegId, CallId>,
    seats: BTreeMap<UserId, Seat>,
    queues: BTreeMap<String, Queue>,
    /// Free seats by skill, the one to take first in front: level, idle since.
    free: BTreeMap<String, BTreeSet<(u8, Ts, UserId)>>,
    timers: Timers,
    /// Recordings the switch has not closed yet.
    recordings: BTreeMap<RecordingId, RecordingRecord>,
    /// Desk phones that are registered.
    phones: BTreeSet<String>,
    trunks: BTreeMap<String, TrunkView>,
    today: Tally,
    day: Option<Date>,
    dialled: Dialled,
    /// Calls admitted within the last second.
    starts: VecDeque<Ts>,
    draining: bool,
    drained: bool,
    play: PlayNo,
    touched_calls: BTreeSet<CallId>,
    touched_seats: BTreeSet<UserId>,
    /// Seats that became free and calls that came to wait in this step.
    ready_seats: Vec<UserId>,
    waiting_calls: VecDeque<CallId>,
    queues_changed: bool,
    /// The live view is not what watchers saw last.
    changed: bool,
    told_floor: Option<Ts>,
}

impl Floor {
    #[must_use]
    pub fn new(settings: Arc<Settings>) -> Self {
        Self {
            settings,
            calls: BTreeMap::new(),
            legs: BTreeMap::new(),
            seats: BTreeMap::new(),
            queues: BTreeMap::new(),
            free: BTreeMap::new(),
            timers: Timers::default(),
            recordings: BTreeMap::new(),
            phones: BTreeSet::new(),
            trunks: BTreeMap::new(),
            today: Tally::default(),
            day: None,
            dialled: Dialled::default(),
            starts: VecDeque::new(),
            draining: false,
            drained: false,
            play: 0,
            touched_calls: BTreeSet::new(),
            touched_seats: BTreeSet::new(),
            ready_seats: Vec::new(),
            waiting_calls: VecDeque::new(),
            queues_changed: false,
            changed: false,
            told_floor: None,
        }
    }

    /// Works off what happened at `now`, and every timer that is due.
    #[must_use]
    pub fn handle(&mut self, now: Ts, mint: &dyn Mint, input: Input) -> Vec<Output> {
        let mut step = Step::new(self, now, mint);
        step.new_day();
        step.take(input);
        step.run_timers();
        step.finish()
    }

    #[must_use]
    pub fn due(&self) -> Due {
        self.timers.next()
    }

    /// Calls that are not over.
    #[must_use]
    pub fn open_calls(&self) -> usize {
        self.calls.values().filter(|call| !call.over()).count()
    }
}

impl Step<'_> {
    fn take(&mut self, input: Input) {
        match input {
            Input::Switch(event) => self.told(event),
            Input::Restore(left) => self.restore(*left),
            Input::Arrived(person) => self.arrived(person),
            Input::Left { user, tab } => self.page_left(user, &tab),
            Input::Page { user, tab, no, command } => self.page(user, tab, no, command),
            Input::Known { call, caller } => self.known(call, caller),
            Input::Bound { call, order } => self.bound(call, order),
            Input::Settings(settings) => {
                self.f.settings = settings;
                self.rebuild_queues();
                self.touch_all_seats();
            }
            Input::Duties { open } => {
                self.f.changed |= self.f.today.missed_open != open;
                self.f.today.missed_open = open;
            }
            Input::Tick => {}
            Input::Drain => {
                self.f.draining = true;
                self.touch_all_seats();
            }
            Input::Stop => self.stop(),
        }
    }

    fn touch_all_seats(&mut self) {
        let users: Vec<UserId> = self.f.seats.keys().copied().collect();
        self.f.touched_seats.extend(users);
    }

    fn told(&mut self, event: Event) {
        match event {
            Event::Incoming { leg, source, from, to } => self.incoming(leg, source, &from, &to),
            Event::Ringing { .. } => {}
            Event::EarlyMedia { leg } => self.early(leg),
            Event::Answered { leg } => self.answered(leg),
            Event::Ended { leg, cause, code } => self.ended(leg, cause, code),
            Event::Digit { leg, digit } => self.digit(leg, digit),
            Event::Played { leg, no, .. } => self.played(leg, no),
            Event::WebAnswer { leg, sdp } => self.tell(UserId(leg.uuid()), SeatFrame::WebAnswer { sdp }),
            Event::WebFailed { leg, reason } => self.web_failed(UserId(leg.uuid()), &reason),
            Event::WebUp { leg } => self.media_changed(UserId(leg.uuid()), true),
            Event::WebDown { leg } => self.media_changed(UserId(leg.uuid()), false),
            Event::Recorded { recording, bytes, ms, sha256 } => self.recorded(recording, bytes, ms, sha256),
            Event::NotRecorded { recording, reason } => self.not_recorded(recording, &reason),
            Event::Quality { leg, loss_permille, jitter_ms, rtt_ms } => {
                self.quality(leg, LineQuality { loss_permille, jitter_ms, rtt_ms });
            }
            Event::Phone { extension, registered } => self.phone_changed(&extension, registered),
            Event::Trunk { trunk, up, reason } => {
                self.f.changed = true;
                self.f.trunks.insert(trunk.clone(), TrunkView { name: trunk, up, reason });
            }
        }
    }

    /// Works off timers that are due. A step's own timers lie in the future unless their time is zero; the bound keeps a
    /// setting of zero from turning in circles.
    fn run_timers(&mut self) {
        for _ in 0..100_000 {
            let Some(timer) = self.f.timers.pop(self.now) else { return };
            match timer {
                Timer::Call(id, timer) => self.call_timer(id, timer),
                Timer::Seat(user, SeatTimer::WrapUp) => self.rest(user),
                Timer::Seat(user, SeatTimer::Return) => self.not_returned(user),
                Timer::Recording(recording) => self.not_recorded(recording, "交换机未报告录音结束"),
                Timer::Waiting => self.count_waiting(),
                Timer::Watch => {}
            }
        }
    }

    fn call_timer(&mut self, id: CallId, timer: CallTimer) {
        match timer {
            CallTimer::Lookup => self.pick_up(id),
            CallTimer::Prompt => self.prompt_ended(id),
            CallTimer::Key => self.no_key(id),
            CallTimer::Announce => self.announce(id),
            CallTimer::Overflow => self.overflow(id),
            CallTimer::Offer => self.offer_choices(id),
            CallTimer::Ring => self.rang_out(id),
            CallTimer::Message => self.message_done(id),
            CallTimer::Longest => self.end_call(id, Cause::TooLong, "system"),
        }
    }
}
