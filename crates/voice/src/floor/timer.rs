//! What the floor waits for. Each timer exists at most once; arming it again moves it.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{CallId, RecordingId, Ts, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Timer {
    Call(CallId, CallTimer),
    Seat(UserId, SeatTimer),
    /// The switch still owes the end of a recording.
    Recording(RecordingId),
    /// The live view is sent again.
    Watch,
    /// Seats are told how many wait.
    Waiting,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CallTimer {
    /// The look-up of the caller takes too long.
    Lookup,
    /// The end of a prompt was never told.
    Prompt,
    /// No key came: menu, choice, rating.
    Key,
    Announce,
    /// Seats of other skills may take the call.
    Overflow,
    /// Message or callback are offered to who waits.
    Offer,
    /// The seat or the called party rings.
    Ring,
    /// The message is as long as allowed.
    Message,
    /// The call is as long as allowed.
    Longest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SeatTimer {
    /// 话后整理 ends.
    WrapUp,
    /// Page or media do not come back.
    Return,
}

#[derive(Debug, Default)]
pub(super) struct Timers {
    order: BTreeSet<(Ts, Timer)>,
    at: BTreeMap<Timer, Ts>,
}

impl Timers {
    pub fn arm(&mut self, timer: Timer, at: Ts) {
        if let Some(before) = self.at.insert(timer, at) {
            self.order.remove(&(before, timer));
        }
        self.order.insert((at, timer));
    }

    pub fn armed(&self, timer: Timer) -> bool {
        self.at.contains_key(&timer)
    }

    pub fn cancel(&mut self, timer: Timer) {
        if let Some(at) = self.at.remove(&timer) {
            self.order.remove(&(at, timer));
        }
    }

    pub fn cancel_call(&mut self, call: CallId) {
        use CallTimer::{Announce, Key, Longest, Lookup, Message, Offer, Overflow, Prompt, Ring};
        for timer in [Lookup, Prompt, Key, Announce, Overflow, Offer, Ring, Message, Longest] {
            self.cancel(Timer::Call(call, timer));
        }
    }

    /// Takes the first timer that is due.
    pub fn pop(&mut self, now: Ts) -> Option<Timer> {
        let (at, timer) = *self.order.first()?;
        if at > now {
            return None;
        }
        self.order.pop_first();
        self.at.remove(&timer);
        Some(timer)
    }

    pub fn next(&self) -> Option<Ts> {
        self.order.first().map(|(at, _)| *at)
    }
}
