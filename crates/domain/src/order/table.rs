//! The order's transitions as data (App. E): nothing changes an order's state but a row of this table.

use kernel::Refusal;

use super::OrderState::{
    self, Archived, CenterAudit, Closed, Consulting, DirectClosed, Dispatched, Draft, Handling, Merged,
    PendingCallback, PendingDispatch, PendingReply, Registered, Rejected, Terminated, Tracking, TransferredOut,
    Withdrawn,
};

/// One row: the step `id` called `action` leads from any of `from` to `to`.
#[derive(Clone, Copy, Debug)]
pub struct Transition<S: 'static> {
    /// Code of App. E, unique in its table; written to the flow log.
    pub id: &'static str,
    pub action: &'static str,
    /// 动作名称.
    pub label: &'static str,
    pub from: &'static [S],
    /// The step may also bring the thing into being.
    pub creation: bool,
    pub to: S,
}

/// Shorthand for the tables.
pub(crate) const fn row<S>(
    id: &'static str,
    action: &'static str,
    label: &'static str,
    from: &'static [S],
    to: S,
) -> Transition<S> {
    Transition { id, action, label, creation: from.is_empty(), from, to }
}

/// Every step that changes an order's state.
pub const ORDER_TRANSITIONS: &[Transition<OrderState>] = &[
    row("W01", "save_draft", "暂存", &[], Draft),
    Transition { creation: true, ..row("W02", "register", "登记", &[Draft], Registered) },
    row("W04", "direct_reply", "直接答复", &[Registered], DirectClosed),
    row("W05", "reject", "不予受理", &[Registered, PendingDispatch], Rejected),
    row("W06", "transfer_out", "转出", &[Registered, PendingDispatch], TransferredOut),
    row("W07", "submit", "提交派单", &[Registered], PendingDispatch),
    row("W08", "consult", "会商", &[PendingDispatch], Consulting),
    row("W09", "consult_conclude", "会商结论", &[Consulting], PendingDispatch),
    row("W10", "dispatch", "派单", &[PendingDispatch], Dispatched),
    row("W11", "recall", "撤回派单", &[Dispatched, Handling], PendingDispatch),
    row("W12", "sign", "签收", &[Dispatched], Handling),
    row("R2", "return_approved", "同意退回", &[Dispatched, Handling], PendingDispatch),
    row("W19", "unit_approve", "单位审核通过", &[Handling], CenterAudit),
    row("W21a", "center_accept", "中心审核通过", &[CenterAudit], PendingReply),
    row("W21b", "center_accept_direct", "中心审核通过", &[CenterAudit], PendingCallback),
    row("W22", "center_send_back", "中心退回补正", &[CenterAudit], Handling),
    row("W23a", "unified_reply", "统一回复", &[PendingReply], PendingCallback),
    row("W23b", "unified_reply_nocb", "统一回复并办结", &[PendingReply], Closed),
    row("W24", "no_reply_wanted", "无需回复办结", &[PendingReply], Closed),
    row("W25", "callback_close", "回访办结", &[PendingCallback], Closed),
    row("W26", "redo", "二次办理", &[PendingCallback, Closed], Handling),
    row("W27", "track", "阶段性办结", &[CenterAudit], Tracking),
    row("W28", "track_due", "跟踪到期", &[Tracking], Handling),
    row("W29", "to_petition", "转信访", &[Registered, PendingDispatch, Dispatched, Handling], TransferredOut),
    row(
        "W30",
        "withdraw",
        "撤回诉求",
        &[Registered, PendingDispatch, Consulting, Dispatched, Handling, CenterAudit, Tracking],
        Withdrawn,
    ),
    row("W31", "terminate", "终止办理", &[Handling], Terminated),
    row("W32", "merge", "并单", &[Registered, PendingDispatch, Dispatched, Handling], Merged),
    row("W35", "unmerge", "取消并单", &[Merged], PendingDispatch),
    row("W36a", "reopen", "重开", &[Closed, DirectClosed, Rejected], PendingDispatch),
    row("W36b", "reopen_redo", "重开并重办", &[Closed], Handling),
    row(
        "W37",
        "archive",
        "归档",
        &[Closed, DirectClosed, Rejected, Merged, TransferredOut, Withdrawn, Terminated],
        Archived,
    ),
];

/// The row of a code.
#[must_use]
pub fn order_transition(id: &str) -> Option<&'static Transition<OrderState>> {
    ORDER_TRANSITIONS.iter().find(|t| t.id == id)
}

/// Where the step `id` leads from `from`. Refuses, naming both states, when the table has no such step.
pub fn order_step(id: &str, from: OrderState) -> Result<OrderState, Refusal> {
    let row = order_transition(id).ok_or_else(|| Refusal::state("state", format!("没有编号为“{id}”的流转步骤")))?;
    if row.from.contains(&from) {
        return Ok(row.to);
    }
    Err(order_state_refusal(row.label, row.from, from))
}

/// "Not in this state", with the states in which it would be possible.
pub(crate) fn order_state_refusal(label: &str, wanted: &[OrderState], is: OrderState) -> Refusal {
    let names: Vec<_> = wanted.iter().map(|s| s.cn()).collect();
    Refusal::state("state", format!("工单当前为“{}”，不能{label}；只有“{}”的工单可以", is.cn(), names.join("、")))
}

impl OrderState {
    /// The work has come to an end; only reopening, unmerging, a redo or archiving can follow.
    #[must_use]
    pub const fn is_ended(self) -> bool {
        matches!(self, Closed | Archived | DirectClosed | Rejected | Merged | TransferredOut | Withdrawn | Terminated)
    }

    /// Registered and not at an end.
    #[must_use]
    pub const fn is_active(self) -> bool {
        !self.is_ended() && !matches!(self, Draft)
    }
}
