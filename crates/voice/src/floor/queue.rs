//! 排队: callers who wait for the same skill, in the order in which they are served.

use kernel::{CallId, Ts};

use crate::settings::QueueSettings;

/// Ageing of queues without one: priority alone decides, then time.
const NO_AGEING_MS: i64 = 10_000_000_000;

/// A caller's place. Priority grows steadily with time and equally for all in a queue, so the order never changes while
/// they wait: `rank` is the moment at which the caller would have come with priority zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    rank: i64,
    since: Ts,
    call: CallId,
}

impl Place {
    pub fn call(&self) -> CallId {
        self.call
    }
}

#[derive(Debug)]
pub(super) struct Queue {
    pub settings: QueueSettings,
    /// Best last, so that serving is cheap. Places are found by halving; moving the rest is one copy of 40 bytes a caller.
    places: Vec<Place>,
    /// Those that seats of the overflow skills may take, too.
    spread: Vec<Place>,
    /// Mean handling time, ms: the base of the expected wait.
    pub handling_ms: i64,
}

/// How urgent the first of a queue is now, comparable between queues: priority times 1 000.
pub(super) type Urgency = i64;

impl Queue {
    pub fn new(settings: QueueSettings) -> Self {
        Self { settings, places: Vec::new(), spread: Vec::new(), handling_ms: 180_000 }
    }

    fn ageing_ms(&self) -> i64 {
        match self.settings.ageing_s {
            0 => NO_AGEING_MS,
            s => i64::from(s) * 1000,
        }
    }

    pub fn place(&self, call: CallId, since: Ts, priority: i32) -> Place {
        let priority = i64::from(priority) + i64::from(self.settings.priority);
        Place { rank: since.0.saturating_sub(priority.saturating_mul(self.ageing_ms())), since, call }
    }

    pub fn insert(&mut self, place: Place) {
        insert(&mut self.places, place);
    }

    /// Seats of the overflow skills may take the caller from now on.
    pub fn spread(&mut self, place: Place) {
        insert(&mut self.spread, place);
    }

    pub fn remove(&mut self, place: &Place) {
        remove(&mut self.places, place);
        remove(&mut self.spread, place);
    }

    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// How many are served before this one.
    pub fn before(&self, place: &Place) -> Option<usize> {
        find(&self.places, place).ok().map(|at| self.places.len() - 1 - at)
    }

    /// The first, and how urgent it is. `own`: for a seat that serves this queue's skill itself.
    pub fn first(&self, own: bool, now: Ts) -> Option<(Urgency, Place)> {
        let place = if own { self.places.last() } else { self.spread.last() }?;
        let aged = i128::from(now.0) - i128::from(place.rank);
        let urgency = aged * 1000 / i128::from(self.ageing_ms());
        Some((i64::try_from(urgency).unwrap_or(i64::MAX), *place))
    }

    /// Since when the one who came first waits.
    pub fn oldest(&self) -> Option<Ts> {
        self.places.iter().map(|place| place.since).min()
    }

    /// Takes everybody out, in the order of service.
    pub fn drain(&mut self) -> Vec<CallId> {
        self.spread.clear();
        self.places.drain(..).rev().map(|place| place.call).collect()
    }

    /// One more call of this skill took so long.
    pub fn handled(&mut self, ms: i64) {
        self.handling_ms += (ms.clamp(1_000, 3_600_000) - self.handling_ms) / 8;
    }
}

/// Descending order.
fn find(places: &[Place], place: &Place) -> Result<usize, usize> {
    places.binary_search_by(|other| place.cmp(other))
}

fn insert(places: &mut Vec<Place>, place: Place) {
    if let Err(at) = find(places, &place) {
        places.insert(at, place);
    }
}

fn remove(places: &mut Vec<Place>, place: &Place) {
    if let Ok(at) = find(places, place) {
        places.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SeqMint;

    fn settings(ageing_s: u32) -> QueueSettings {
        QueueSettings { ageing_s, ..QueueSettings::default() }
    }

    fn order(queue: &mut Queue, callers: &[(Ts, i32)]) -> Vec<usize> {
        let mint = SeqMint::new();
        let ids: Vec<CallId> = callers.iter().map(|(at, _)| CallId::mint(&mint, *at)).collect();
        for (id, (since, priority)) in ids.iter().zip(callers) {
            queue.insert(queue.place(*id, *since, *priority));
        }
        queue.drain().iter().filter_map(|call| ids.iter().position(|id| id == call)).collect()
    }

    #[test]
    fn who_waits_long_overtakes_who_is_more_important() {
        let callers = [(Ts(0), 0), (Ts(50_000), 1), (Ts(70_000), 1)];
        assert_eq!(
            order(&mut Queue::new(settings(60)), &callers),
            [1, 0, 2],
            "one minute of waiting is one of priority"
        );
        assert_eq!(order(&mut Queue::new(settings(0)), &callers), [1, 2, 0], "without ageing priority decides");
    }

    #[test]
    fn the_first_of_two_queues_is_told_by_urgency_now() {
        let mint = SeqMint::new();
        let (mut slow, mut fast) = (Queue::new(settings(120)), Queue::new(settings(30)));
        let (a, b) = (CallId::mint(&mint, Ts(0)), CallId::mint(&mint, Ts(0)));
        slow.insert(slow.place(a, Ts(0), 1));
        fast.insert(fast.place(b, Ts(0), 0));
        let urgency = |queue: &Queue, now| queue.first(true, Ts(now)).map(|(urgency, _)| urgency);
        assert_eq!((urgency(&slow, 30_000), urgency(&fast, 30_000)), (Some(1250), Some(1000)));
        assert_eq!((urgency(&slow, 60_000), urgency(&fast, 60_000)), (Some(1500), Some(2000)));
    }

    #[test]
    fn ten_thousand_waiting_cost_a_glance_each() {
        let mint = SeqMint::new();
        let mut queue = Queue::new(settings(60));
        let places: Vec<Place> =
            (0..10_000).map(|i| queue.place(CallId::mint(&mint, Ts(i)), Ts(i * 7919 % 10_007), 0)).collect();
        places.iter().for_each(|place| queue.insert(*place));
        for place in places.iter().step_by(97) {
            let before = queue.before(place).unwrap();
            let smaller = places.iter().filter(|other| *other < place).count();
            assert_eq!(before, smaller);
        }
        places.iter().for_each(|place| queue.remove(place));
        assert_eq!(queue.len(), 0);
    }
}
