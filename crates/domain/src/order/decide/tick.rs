//! What the passage of time brings about; the watcher asks, `By::System` acts.

use kernel::Refusal;

use super::{
    decide,
    work::{Say, Work},
};
use crate::{
    authority::Role,
    case::Case,
    clock::ClockKind,
    decision::{Decision, Recipient},
    env::{By, Env},
    order::Command,
    task::{TaskRole, TaskState},
};

/// W28: takes tracked work up again on the promised day. Refuses before it.
pub fn track_due(case: &Case, env: &Env) -> Result<Decision, Refusal> {
    decide(case, None, &Command::TrackDue, &By::System, env)
}

/// W37: archives an order at rest. Refuses within the quiet period and while a request waits. Supervisions are not part
/// of the case: the caller asks for orders without an open one.
pub fn archive_due(case: &Case, env: &Env) -> Result<Decision, Refusal> {
    decide(case, None, &Command::Archive, &By::System, env)
}

/// W13: reminds a unit that has not signed when the shares of `remind.sign_percent` of its time are used up, the last
/// time its leader too. `reminded` tells how often that was done for this task already. `None` when nobody needs it.
#[must_use]
pub fn remind_sign(case: &Case, reminded: u32, env: &Env) -> Option<Decision> {
    let task = case.active_tasks().find(|t| t.role == TaskRole::Lead && t.state == TaskState::Unsigned)?;
    let clock = case.open_clocks(ClockKind::Accept).find(|c| c.task_id == Some(task.id))?;
    let shares: Vec<i64> =
        env.params.get("remind.sign_percent")?.as_array()?.iter().filter_map(|v| v.as_i64()).collect();
    let whole = clock.due_at.millis_since(clock.start_at);
    let passed = shares.iter().filter(|s| env.now >= clock.start_at.plus_millis(whole / 100 * **s)).count();
    if passed <= reminded as usize {
        return None;
    }
    let left = clock.due_at.millis_since(env.now).max(0) / 60_000;
    let (id, org) = (task.id, task.org);
    let mut w = Work::new(case.clone(), &By::System, env, None);
    w.note("W13", "remind_sign", Some(id), Say::nothing().with(serde_json::json!({ "n": passed })));
    let left = format!("{}小时{}分钟", left / 60, left % 60);
    w.tell("T08", Recipient::OrgDuty { org }, &[("left", left.clone())]);
    if passed == shares.len() {
        w.tell("T08", Recipient::OrgRole { org, role: Role::UnitLeader }, &[("left", left)]);
    }
    Some(w.finish())
}
