//! The floor (话务现场): all calls, seats and queues of one switch as one value. `handle` takes what happened and gives back what
//! to write, to do and to show; nothing is done before what precedes it is written.

use std::sync::Arc;

use kernel::{CallId, LegId, OrderId, Ts, UserId};
use serde_json::Value;

use crate::journal::Fact;
use crate::protocol::{SeatCommand, SeatFrame};
use crate::settings::Settings;
use crate::switch::{Command, Event};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// The switch told something.
    Switch(Event),
    /// A person opened the softphone; `leg` is the browser line kept for this seat.
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
    /// 平滑停机: no new calls; ends when the last call does.
    Drain,
}

/// A person at a seat.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub user: UserId,
    pub name: String,
    pub tab: String,
    /// Skill code and level, 1 the best.
    pub skills: Vec<(String, u8)>,
    /// May listen, whisper, barge in and force.
    pub may_monitor: bool,
    /// Extension of the SIP desk phone used instead of the browser, if any.
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

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    Write(Fact),
    Switch(Command),
    /// To the page that owns the person's softphone.
    Tell {
        user: UserId,
        frame: SeatFrame,
    },
    /// To one tab, whether or not it owns the softphone ([`SeatFrame::Replaced`], refusals).
    TellTab {
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
