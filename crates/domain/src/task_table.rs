//! The task's transitions as data (App. E, K01–K16).

use kernel::Refusal;

use crate::{
    order::table::{Transition, row},
    task::TaskState::{
        self, Accepted, Assigned, CoDone, Recalled, ReturnPending, Returned, SentBack, Signed, Submitted, Superseded,
        UnitAudit, Unsigned, Voided, Working,
    },
};

/// Every step that changes a task's state.
pub const TASK_TRANSITIONS: &[Transition<TaskState>] = &[
    row("K01", "create", "建立任务", &[], Unsigned),
    row("K02", "sign", "签收", &[Unsigned], Signed),
    row("K03", "assign", "分派", &[Signed], Assigned),
    row("K04", "start", "开始办理", &[Signed, Assigned, SentBack], Working),
    row("K05", "submit_unit", "提交单位审核", &[Working], UnitAudit),
    row("K06", "unit_send_back", "单位退回", &[UnitAudit], Working),
    row("K07", "unit_approve", "单位审核通过", &[UnitAudit], Submitted),
    row("K08", "center_accept", "中心审核通过", &[Submitted], Accepted),
    row("K09", "center_send_back", "中心退回补正", &[Submitted], SentBack),
    row("K10", "return_apply", "申请退回", &[Unsigned, Signed, Assigned], ReturnPending),
    row("K11", "return_approve", "同意退回", &[ReturnPending], Returned),
    row("K12", "return_reject", "驳回退回", &[ReturnPending], Signed),
    row("K13", "recall", "撤回", &[Unsigned, Signed, Assigned, Working], Recalled),
    row("K14", "supersede", "改派", &[Unsigned, Signed, Assigned, Working, SentBack], Superseded),
    row("K15", "co_reply", "协办反馈", &[Working], CoDone),
    row(
        "K16",
        "void_by_order",
        "随单终止",
        &[Unsigned, Signed, Assigned, Working, UnitAudit, Submitted, SentBack, ReturnPending],
        Voided,
    ),
];

/// The row of a code.
#[must_use]
pub fn task_transition(id: &str) -> Option<&'static Transition<TaskState>> {
    TASK_TRANSITIONS.iter().find(|t| t.id == id)
}

/// Where the step `id` leads from `from`. Refuses, naming both states, when the table has no such step.
pub fn task_step(id: &str, from: TaskState) -> Result<TaskState, Refusal> {
    let row = task_transition(id).ok_or_else(|| Refusal::state("state", format!("没有编号为“{id}”的流转步骤")))?;
    if row.from.contains(&from) {
        return Ok(row.to);
    }
    Err(task_state_refusal(row.label, row.from, from))
}

/// "Not in this state", with the states in which it would be possible.
pub(crate) fn task_state_refusal(label: &str, wanted: &[TaskState], is: TaskState) -> Refusal {
    let names: Vec<_> = wanted.iter().map(|s| s.cn()).collect();
    Refusal::state("state", format!("任务当前为“{}”，不能{label}；只有“{}”的任务可以", is.cn(), names.join("、")))
}
