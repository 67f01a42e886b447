//! 考核: what one order adds to the figures of units (§1.5), and answers that look wrong. The store adds the same up in
//! SQL over all orders; a test holds the two together.

mod anomaly;

use kernel::{OrgId, Ts};

use crate::{
    callback::{Callback, Contacted, RatedItem, Rating, Solved},
    case::Case,
    clock::{ClockKind, ClockOutcome},
    contact::ContactResult,
    indicator::OrderSums,
    order::Confidentiality,
    request::{RequestKind, RequestState},
    task::{Task, TaskRole, TaskState},
};

pub use anomaly::{Anomaly, AnomalyRule, Limits, Rated, anomalies};

/// What the figures are taken over.
#[derive(Clone, Copy, Debug)]
pub struct Basis {
    /// First moment of the period, and the first after it.
    pub from: Ts,
    pub until: Ts,
    pub now: Ts,
    /// 响应时限 (`eval.respond_h`), milliseconds from the dispatch.
    pub respond_ms: i64,
}

impl Basis {
    const fn holds(&self, at: Ts) -> bool {
        self.from.0 <= at.0 && at.0 < self.until.0
    }
}

/// The share of one order in the sums of the units for which `ours` holds.
#[must_use]
pub fn share(case: &Case, ours: impl Fn(OrgId) -> bool, b: &Basis) -> OrderSums {
    let mut s = OrderSums::default();
    for task in case.tasks.iter().filter(|t| t.role == TaskRole::Lead && ours(t.org)) {
        work(&mut s, case, task, b);
        signing(&mut s, case, task, b);
        response(&mut s, case, task, b);
    }
    if case.order.exempt.is_none() && case.order.lead_org.is_some_and(&ours) {
        voice(&mut s, case, b);
    }
    for r in case.requests.iter().filter(|r| r.kind == RequestKind::Return && ours(r.applied_org)) {
        if b.holds(r.applied_at) {
            s.return_asked += 1;
            s.return_refused += i64::from(r.state == RequestState::Rejected);
        }
    }
    s
}

/// Never judged: the unit had to give the work away, or the order is taken out.
fn is_out(case: &Case, task: &Task) -> bool {
    use TaskState::{Recalled, Returned, Superseded, Voided};
    matches!(task.state, Returned | Recalled | Superseded | Voided) || case.order.exempt.is_some()
}

fn work(s: &mut OrderSums, case: &Case, task: &Task, b: &Basis) {
    if b.holds(task.dispatched_at) {
        s.dispatched += 1;
        s.returned += i64::from(task.state == TaskState::Returned);
    }
    let Some(due) = task.due_at.filter(|due| b.holds(*due)) else { return };
    if is_out(case, task) {
        s.left_out += 1;
        s.exempt += i64::from(case.order.exempt.is_some());
        return;
    }
    s.due += 1;
    let in_time = task.submitted_at.is_some_and(|at| at <= due);
    s.close_ontime += i64::from(task.state == TaskState::Accepted && in_time);
    s.overdue += i64::from(task.submitted_at.unwrap_or(b.now) > due);
}

fn signing(s: &mut OrderSums, case: &Case, task: &Task, b: &Basis) {
    if case.order.exempt.is_some() {
        return;
    }
    let own = |c: &&crate::clock::Clock| c.kind == ClockKind::Accept && c.task_id == Some(task.id);
    for clock in case.clocks.iter().filter(own) {
        if b.holds(clock.due_at) && clock.outcome != ClockOutcome::Void {
            s.sign_due += 1;
            s.sign_ontime += i64::from(clock.outcome == ClockOutcome::OnTime);
        }
    }
}

/// 响应率: the citizen was reached in time, by the unit itself or by one it gave the work to.
fn response(s: &mut OrderSums, case: &Case, task: &Task, b: &Basis) {
    let o = &case.order;
    let nobody = o.anonymous || o.no_reply_wanted || o.confidentiality != Confidentiality::None;
    let due = Ts(task.dispatched_at.0 + b.respond_ms);
    if nobody || is_out(case, task) || !b.holds(due) {
        return;
    }
    let by = |id| id == task.id || case.task(id).is_some_and(|t| t.parent == Some(task.id));
    let reached = case.contacts.iter().any(|c| c.result == ContactResult::Reached && c.at <= due && by(c.task_id));
    s.respond_due += 1;
    s.respond_ontime += i64::from(reached);
}

/// The items of an answer that do not count because a contest was agreed to.
#[must_use]
pub fn taken_out(case: &Case, callback: &Callback) -> Vec<RatedItem> {
    let agreed = case.requests.iter().filter(|r| r.kind == RequestKind::Contest && r.state == RequestState::Approved);
    agreed.filter(|r| r.callback == Some(callback.root())).flat_map(|r| r.items.iter().copied()).collect()
}

fn voice(s: &mut OrderSums, case: &Case, b: &Basis) {
    let told: Vec<&Callback> = case.answers().filter(|c| b.holds(c.at)).collect();
    s.attempted += i64::from(!told.is_empty());
    s.reached += i64::from(told.iter().any(|c| c.reached));
    let glad = |r: Option<Rating>| i64::from(r.is_some_and(Rating::is_satisfied));
    for c in told {
        let out = taken_out(case, c);
        s.contested += i64::from(!out.is_empty());
        let counts = |item| !out.contains(&item) && c.tells(item);
        if counts(RatedItem::Contacted) {
            s.contact_told += 1;
            s.contact_yes += i64::from(c.contacted == Some(Contacted::Yes));
        }
        if counts(RatedItem::Solved) {
            s.solved += i64::from(c.solved == Some(Solved::Solved));
            s.partial += i64::from(c.solved == Some(Solved::Partial));
            s.unsolved += i64::from(c.solved == Some(Solved::Unsolved));
        }
        if counts(RatedItem::Process) {
            s.process_rated += 1;
            s.process_sat += glad(c.process_rating);
        }
        if counts(RatedItem::Result) {
            s.result_rated += 1;
            s.result_sat += glad(c.rating);
        }
    }
}

/// The moments at which an order enters the figures: due times of its lead tasks and the citizen's answers.
#[must_use]
pub fn moments(case: &Case) -> Vec<Ts> {
    let due = case.tasks.iter().filter(|t| t.role == TaskRole::Lead).filter_map(|t| t.due_at);
    due.chain(case.callbacks.iter().map(|c| c.at)).collect()
}
