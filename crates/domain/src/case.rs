//! The aggregate a rule sees: an order with everything that hangs on it.

use kernel::{ClockId, OrderId, OrgId, RequestId, SupervisionId, TaskId};

use crate::{
    callback::Callback,
    clock::{Clock, ClockKind, ClockOutcome},
    contact::{Contact, ContactResult},
    link::Link,
    order::{LinkKind, Order},
    request::{Request, RequestState},
    supervision::Supervision,
    task::{Task, TaskRole},
};

/// An order with its tasks, clocks, requests, contacts, callbacks, links and supervision rounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    pub order: Order,
    pub tasks: Vec<Task>,
    pub clocks: Vec<Clock>,
    pub requests: Vec<Request>,
    pub contacts: Vec<Contact>,
    pub callbacks: Vec<Callback>,
    pub links: Vec<Link>,
    pub supervisions: Vec<Supervision>,
}

impl Case {
    #[must_use]
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.iter().find(|t| t.id == id)
    }
    #[must_use]
    pub fn request(&self, id: RequestId) -> Option<&Request> {
        self.requests.iter().find(|r| r.id == id)
    }
    #[must_use]
    pub fn supervision(&self, id: SupervisionId) -> Option<&Supervision> {
        self.supervisions.iter().find(|s| s.id == id)
    }
    #[must_use]
    pub fn clock(&self, id: ClockId) -> Option<&Clock> {
        self.clocks.iter().find(|c| c.id == id)
    }
    /// The lead task still at work in the present round.
    #[must_use]
    pub fn lead_task(&self) -> Option<&Task> {
        self.tasks
            .iter()
            .rev()
            .find(|t| t.role == TaskRole::Lead && t.round == self.order.round && !t.state.is_terminal())
    }
    /// Tasks not yet at an end.
    pub fn active_tasks(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|t| !t.state.is_terminal())
    }
    /// The orders merged into this one, as long as they are.
    pub fn merged_in(&self) -> impl Iterator<Item = OrderId> {
        let own = self.order.id;
        let into = move |l: &&Link| l.kind == LinkKind::Merge && l.order_id == own && l.ended_at.is_none();
        self.links.iter().filter(into).map(|l| l.other)
    }
    /// Clocks still open, of one kind.
    pub fn open_clocks(&self, kind: ClockKind) -> impl Iterator<Item = &Clock> {
        self.clocks.iter().filter(move |c| c.kind == kind && c.outcome == ClockOutcome::Open)
    }
    /// Requests waiting for a decision.
    pub fn pending_requests(&self) -> impl Iterator<Item = &Request> {
        self.requests.iter().filter(|r| r.state == RequestState::Pending)
    }
    /// The records of callbacks in force: of an answer put right, the latest record.
    pub fn answers(&self) -> impl Iterator<Item = &Callback> {
        let later = |at: usize, root| self.callbacks[at + 1..].iter().any(|c| c.corrects == Some(root));
        self.callbacks.iter().enumerate().filter(move |(at, c)| !later(*at, c.root())).map(|(_, c)| c)
    }
    /// The contacts that took place, as they are now recorded: one that was put right counts by its latest record.
    pub fn contacts_made(&self) -> impl Iterator<Item = &Contact> {
        self.contacts_in_force().filter(|c| c.result != ContactResult::None)
    }
    /// The records of contacts in force: of one put right, the latest record.
    pub fn contacts_in_force(&self) -> impl Iterator<Item = &Contact> {
        let later = |at: usize, root| self.contacts[at + 1..].iter().any(|c| c.corrects == Some(root));
        self.contacts.iter().enumerate().filter(move |(at, c)| !later(*at, c.root())).map(|(_, c)| c)
    }
    /// The organisation holds or held a task of this order.
    #[must_use]
    pub fn has_task_of(&self, org: OrgId) -> bool {
        self.tasks.iter().any(|t| t.org == org)
    }
}
