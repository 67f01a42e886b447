//! 流转记录: one append-only entry for every step (§5), from which the state can be replayed.

use kernel::{OrderId, OrgId, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};

use crate::authority::Role;

/// What a rule wants written in the flow log; sequence number and hashes are added by the writer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FlowEntry {
    pub order_id: OrderId,
    pub task_id: Option<TaskId>,
    /// Transition id of App. E: `W10`, `K02`, `X3`… Besides App. E: `C1` pause, `C2` resume, `B3` unreasonable demand,
    /// `K14` without a task for the order's side of a reassignment. Steps that leave the state as it is (applications,
    /// refusals, notes) bear the code of the step they are about.
    pub code: String,
    /// Action name: `dispatch`, `sign`…
    pub action: String,
    /// State code before; `-` for creation. Of the task when `task_id` is set and the code starts with `K`, else of the order.
    pub from: String,
    pub to: String,
    pub actor: Option<UserId>,
    pub actor_name: String,
    pub actor_role: Option<Role>,
    pub actor_org: Option<OrgId>,
    pub on_behalf_of: Option<UserId>,
    pub at: Ts,
    pub opinion: Option<String>,
    pub reason_code: Option<String>,
    /// Further facts of the step, free of personal data.
    pub fields: serde_json::Value,
    pub due_before: Option<Ts>,
    pub due_after: Option<Ts>,
}
