//! 任务: one organisation's share of one round of an order.

use kernel::{OrderId, OrgId, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};

use crate::{order::HandleResult, reply_gate::GateRecord};

coded! {
    /// 任务状态 (§5.2).
    TaskState {
        Unsigned = "unsigned", "待签收";
        Signed = "signed", "已签收";
        Assigned = "assigned", "已分派";
        Working = "working", "办理中";
        UnitAudit = "unit_audit", "单位审核";
        Submitted = "submitted", "已反馈";
        Accepted = "accepted", "已通过";
        SentBack = "sent_back", "退回补正";
        ReturnPending = "return_pending", "申请退回中";
        Returned = "returned", "已退回";
        Recalled = "recalled", "已撤回";
        Superseded = "superseded", "已改派";
        CoDone = "co_done", "协办完成";
        Voided = "voided", "随单终止";
    }
}

impl TaskState {
    /// No further step is possible.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(
            self,
            Self::Accepted | Self::Returned | Self::Recalled | Self::Superseded | Self::CoDone | Self::Voided
        )
    }
}

coded! {
    /// 主办 / 协办 / 下派 / 抄送.
    TaskRole {
        Lead = "lead", "主办";
        Co = "co", "协办";
        /// A lower unit working for the lead, which stays accountable (W14).
        Child = "child", "下派";
    }
}

/// One organisation's work on an order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    pub id: TaskId,
    pub order_id: OrderId,
    pub org: OrgId,
    pub role: TaskRole,
    pub round: i32,
    pub state: TaskState,
    pub version: i64,
    /// The task this one works for (`Child`, `Co`).
    pub parent: Option<TaskId>,
    pub handler: Option<UserId>,
    /// 派单意见 / 协办问题.
    pub advice: Option<String>,
    pub dispatched_by: Option<UserId>,
    pub dispatched_at: Ts,
    pub signed_at: Option<Ts>,
    pub submitted_at: Option<Ts>,
    pub ended_at: Option<Ts>,
    /// Due moment of this task's own handling clock, kept equal to it by the writer.
    pub due_at: Option<Ts>,
    pub warn_at: Option<Ts>,
    /// When the most pressing unanswered supervision of this lead is due; pins the task to the top of the list.
    pub supervise_due: Option<Ts>,

    /// 诉求是否属实.
    pub claim_true: Option<bool>,
    pub beyond_duty: Option<bool>,
    pub result: Option<HandleResult>,
    pub unsolved_reason: Option<String>,
    /// 办理情况 (internal).
    pub handling_note: Option<String>,
    /// 公开答复内容.
    pub public_reply: Option<String>,
    pub legal_basis: Option<String>,
    /// What the reply gate found in the answer handed in last, and the unit's reason.
    pub gate: Option<GateRecord>,
    pub unit_opinion: Option<String>,
    /// 派单依据卡, of leads.
    pub evidence: Option<crate::evidence::Evidence>,
    pub defect: Option<crate::order::Defect>,
    pub send_back_n: i32,
}
