//! 退回流转耗时: time an order lost on the way to the right unit. It is booked to the dispatch, never to the unit that has
//! the order in the end: that unit's own clock starts with its own dispatch.

use kernel::{OrgId, Ts};

use crate::{
    case::Case,
    task::{TaskRole, TaskState},
};

/// One wrong way: sent out, given back, sent out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    pub org: OrgId,
    pub sent_at: Ts,
    pub returned_at: Ts,
    /// The next dispatch; `None` while the order waits for one.
    pub again_at: Option<Ts>,
    /// From the dispatch to the next one, milliseconds; to now, or to the order's end, when there is none.
    pub lost_ms: i64,
}

/// Every wrong way of an order, in order of time.
#[must_use]
pub fn legs(case: &Case, now: Ts) -> Vec<Leg> {
    let leads = || case.tasks.iter().filter(|t| t.role == TaskRole::Lead);
    leads()
        .filter(|t| t.state == TaskState::Returned)
        .map(|t| {
            let returned_at = t.ended_at.unwrap_or(t.dispatched_at);
            let again_at = leads().map(|n| n.dispatched_at).filter(|at| *at >= returned_at).min();
            let until = again_at.or(case.order.closed_at.filter(|at| *at >= returned_at)).unwrap_or(now);
            let lost_ms = until.millis_since(t.dispatched_at).max(0);
            Leg { org: t.org, sent_at: t.dispatched_at, returned_at, again_at, lost_ms }
        })
        .collect()
}
