//! 申请: everything that waits for somebody's approval (§5.4, §5.5, §6.4).

use kernel::{CallId, CallbackId, OrderId, OrgId, RequestId, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};

use crate::authority::Role;
use crate::callback::RatedItem;
use crate::correction::Correction;
use crate::evidence::EvidenceLine;

coded! {
    /// What is asked for.
    RequestKind {
        Return = "return", "退回";
        Extension = "extension", "延期";
        Exempt = "exempt", "剔除";
        Reopen = "reopen", "重开";
        Redo = "redo", "二次办理";
        Merge = "merge", "并单";
        Track = "track", "阶段性办结";
        Terminate = "terminate", "终止办理";
        Reject = "reject", "不予受理";
        Correction = "correction", "更正";
        /// 评价申诉: a unit contests what a callback says of its work.
        Contest = "contest", "评价申诉";
        /// Dissatisfied without reason, verified by the team leader (B3).
        Unreasonable = "unreasonable", "不合理认定";
        /// A round of supervision that needs the consent of a second supervisor (§6.4).
        Supervise = "supervise", "督办";
        /// 呈阅: laid before a leader, who reads it or gives an instruction (W40).
        ReportUp = "report_up", "呈阅";
    }
}
coded! {
    /// Where the request stands.
    RequestState {
        Pending = "pending", "待审批";
        Approved = "approved", "已同意";
        Rejected = "rejected", "已驳回";
        Cancelled = "cancelled", "已取消";
    }
}

coded! {
    /// 申诉理由.
    ContestGround {
        C1 = "C1", "评价对象不是本单位";
        C2 = "C2", "诉求人混淆事项误评";
        C3 = "C3", "已联系诉求人且有记录";
        C4 = "C4", "回访记录与录音不符";
        C5 = "C5", "诉求已解决且有佐证";
        C6 = "C6", "诉求超出政策规定且已解释";
    }
}

/// One approver's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepDecision {
    /// From 1.
    pub step: i32,
    pub by: UserId,
    pub at: Ts,
    pub approve: bool,
    pub opinion: Option<String>,
}

/// A request with the steps it has passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    pub id: RequestId,
    pub order_id: OrderId,
    pub task_id: Option<TaskId>,
    pub kind: RequestKind,
    pub state: RequestState,
    pub version: i64,
    /// Dictionary code: return_reason, extension_reason, exempt E-code…
    pub reason_code: String,
    pub reason: String,
    pub basis: Option<String>,
    /// Return: the line of the dispatch's evidence card that is wrong.
    pub disputed: Option<EvidenceLine>,
    /// Return: who should have it instead.
    pub suggested_org: Option<OrgId>,
    /// Extension: how many more units of the clock are asked for.
    pub days: Option<i64>,
    /// Contest: the answer contested (its first record), and which of its items. Correction: the record that is wrong.
    pub callback: Option<CallbackId>,
    pub items: Vec<RatedItem>,
    /// Correction: what is wrong, and the conversation that proves it.
    pub corrections: Vec<Correction>,
    pub call: Option<CallId>,
    /// Merge target; other details of the kind.
    pub target: Option<OrderId>,
    pub until: Option<Ts>,
    pub applied_by: UserId,
    pub applied_org: OrgId,
    pub applied_at: Ts,
    /// The step now waiting (1-based) and the role that decides it.
    pub step: i32,
    pub awaiting: Option<Role>,
    pub decisions: Vec<StepDecision>,
    pub decided_at: Option<Ts>,
    /// 审批期限 of the step now waiting.
    pub due_at: Option<Ts>,
    /// When the step goes to the next tier if still undecided; `None` at the top.
    pub escalate_at: Option<Ts>,
    /// 已升级次数.
    pub escalated_n: i32,
}
