//! 重放: from the flow log alone to the states it must have led to.

use std::collections::BTreeMap;

use kernel::TaskId;

use crate::{
    flow::FlowEntry,
    order::{OrderState, table::order_transition},
    task::TaskState,
    task_table::task_transition,
};

/// The states a log leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub order: OrderState,
    pub tasks: BTreeMap<TaskId, TaskState>,
}

/// Why a log cannot be true. `at` is the position of the entry, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayError {
    #[error("the log is empty or does not begin with a creation")]
    NoCreation,
    #[error("entry {at} ({code}): a state code is unknown")]
    UnknownState { at: usize, code: String },
    #[error("entry {at} ({code}) starts from {from}, but the state was {was}")]
    Broken { at: usize, code: String, from: String, was: String },
    #[error("entry {at}: {code} does not lead from {from} to {to}")]
    NotInTable { at: usize, code: String, from: String, to: String },
}

/// Replays the entries of one order, oldest first.
///
/// # Errors
/// When the entries do not follow from each other, or take a step that the tables of App. E do not have. Entries that
/// leave the state as it is may have any code.
pub fn replay(entries: &[FlowEntry]) -> Result<Replayed, ReplayError> {
    let mut order: Option<OrderState> = None;
    let mut tasks = BTreeMap::new();
    for (at, entry) in entries.iter().enumerate() {
        match entry.task_id.filter(|_| entry.code.starts_with('K')) {
            Some(id) => {
                let next = task_after(at, entry, tasks.get(&id).copied())?;
                tasks.insert(id, next);
            }
            None => order = Some(order_after(at, entry, order)?),
        }
    }
    order.map(|order| Replayed { order, tasks }).ok_or(ReplayError::NoCreation)
}

fn unknown(at: usize, entry: &FlowEntry) -> ReplayError {
    ReplayError::UnknownState { at, code: entry.code.clone() }
}

fn broken(at: usize, entry: &FlowEntry, was: &str) -> ReplayError {
    ReplayError::Broken { at, code: entry.code.clone(), from: entry.from.clone(), was: was.to_owned() }
}

fn not_in_table(at: usize, entry: &FlowEntry) -> ReplayError {
    ReplayError::NotInTable { at, code: entry.code.clone(), from: entry.from.clone(), to: entry.to.clone() }
}

fn order_after(at: usize, entry: &FlowEntry, was: Option<OrderState>) -> Result<OrderState, ReplayError> {
    let to: OrderState = entry.to.parse().map_err(|_| unknown(at, entry))?;
    let row = order_transition(&entry.code).filter(|t| t.to == to);
    let Some(was) = was else {
        if entry.from != "-" {
            return Err(ReplayError::NoCreation);
        }
        return row.filter(|t| t.creation).map(|_| to).ok_or_else(|| not_in_table(at, entry));
    };
    if entry.from != was.code() {
        return Err(broken(at, entry, was.code()));
    }
    let legal = was == to || row.is_some_and(|t| t.from.contains(&was));
    if legal { Ok(to) } else { Err(not_in_table(at, entry)) }
}

fn task_after(at: usize, entry: &FlowEntry, was: Option<TaskState>) -> Result<TaskState, ReplayError> {
    let to: TaskState = entry.to.parse().map_err(|_| unknown(at, entry))?;
    let row = task_transition(&entry.code).filter(|t| t.to == to);
    let Some(was) = was else {
        let made = entry.from == "-" && row.is_some_and(|t| t.creation);
        return if made { Ok(to) } else { Err(not_in_table(at, entry)) };
    };
    if entry.from != was.code() {
        return Err(broken(at, entry, was.code()));
    }
    let legal = was == to || row.is_some_and(|t| t.from.contains(&was));
    if legal { Ok(to) } else { Err(not_in_table(at, entry)) }
}
