//! 时钟: every deadline is a row with its arithmetic (§5.12).

use kernel::{Arithmetic, ClockId, OrderId, TaskId, Ts, Unit};
use serde::{Deserialize, Serialize};


coded! {
    /// What the clock measures.
    ClockKind {
        Dispatch = "dispatch", "派单";
        Accept = "accept", "签收";
        /// The promise to the citizen, over returns and recalls.
        Order = "order", "工单办理";
        /// One organisation's own time.
        Task = "task", "任务办理";
        Co = "co", "协办";
        UnifiedReply = "unified_reply", "统一回复";
        Callback = "callback", "回访";
        Redo = "redo", "二次办理";
        Tracking = "tracking", "跟踪督办";
        Respond = "respond", "响应";
        ReturnDecide = "return_decide", "退回审批";
        ExtDecide = "ext_decide", "延期审批";
    }
}

coded! {
    /// How the clock ended.
    ClockOutcome {
        Open = "open", "计时中";
        OnTime = "ontime", "按时";
        Late = "late", "超时";
        Void = "void", "作废";
    }
}

coded! {
    /// 暂停原因.
    PauseReason {
        Hearing = "hearing", "听证";
        Appraisal = "appraisal", "检测鉴定";
        AwaitMaterial = "await_material", "等待补充材料";
        ForceMajeure = "force_majeure", "不可抗力";
    }
}

/// A length of time as rules state it, e.g. 5 working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    pub qty: i64,
    pub unit: Unit,
}

/// One running or finished deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    pub id: ClockId,
    pub order_id: OrderId,
    pub task_id: Option<TaskId>,
    pub kind: ClockKind,
    pub round: i32,
    pub unit: Unit,
    pub qty: i64,
    pub start_at: Ts,
    pub due_at: Ts,
    pub warn_at: Ts,
    pub paused_at: Option<Ts>,
    pub pause_reason: Option<PauseReason>,
    /// Milliseconds spent paused so far.
    pub paused_total: i64,
    pub stop_at: Option<Ts>,
    pub outcome: ClockOutcome,
    /// The rule that set it: parameter key and, where one exists, the legal basis.
    pub basis: String,
    /// The sum, day by day: 为什么是这个日期.
    pub arithmetic: Vec<Arithmetic>,
    /// The light last recorded; lights themselves are computed (see [`crate::light`]).
    pub light: crate::light::Light,
    pub version: i64,
}
