//! One row per command: its words, the states it needs and the guard that does not depend on its fields.

use std::{collections::BTreeMap, sync::LazyLock};

use kernel::Refusal;

use super::{gate::Scene, guard};
use crate::{
    authority::Permission,
    order::OrderState::{
        self, Archived, CenterAudit, Closed, Consulting, DirectClosed, Dispatched, Handling, Merged, PendingCallback,
        PendingDispatch, PendingReply, Registered, Rejected, Terminated, Tracking, TransferredOut, Withdrawn,
    },
    task::{
        TaskRole,
        TaskState::{self, Assigned, SentBack, Signed, Submitted, UnitAudit, Unsigned, Working},
    },
};

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Order,
    /// The lead task, found by the rule.
    Lead,
    /// A task named by the command.
    Task,
    /// A request named by the command.
    Request,
    /// A round of supervision named by the command.
    Supervision,
}

type Guard = fn(&Scene) -> Result<(), Refusal>;

pub(super) struct Rule {
    pub action: &'static str,
    /// 按钮文字.
    pub label: &'static str,
    pub on: On,
    pub order: &'static [OrderState],
    /// Needed states of the task; empty when the task's state plays no part.
    pub task: &'static [TaskState],
    pub roles: &'static [TaskRole],
    pub guard: Guard,
}

const ANY: &[TaskRole] = &[TaskRole::Lead, TaskRole::Co, TaskRole::Child];
const LEAD: &[TaskRole] = &[TaskRole::Lead];
const CO: &[TaskRole] = &[TaskRole::Co];
const OWN: &[TaskRole] = &[TaskRole::Lead, TaskRole::Child];

const ACTIVE: &[OrderState] = &[
    Registered,
    PendingDispatch,
    Consulting,
    Dispatched,
    Handling,
    CenterAudit,
    PendingReply,
    PendingCallback,
    Tracking,
];
const RECORDED: &[OrderState] = &[
    Registered,
    PendingDispatch,
    Consulting,
    Dispatched,
    Handling,
    CenterAudit,
    PendingReply,
    PendingCallback,
    Tracking,
    Closed,
    Archived,
    DirectClosed,
    Rejected,
    Merged,
    TransferredOut,
    Withdrawn,
    Terminated,
];
/// The record is put right as long as it is not filed; a merged order's words stand in the one it went into.
const RECORD_OPEN: &[OrderState] = &[
    Registered,
    PendingDispatch,
    Consulting,
    Dispatched,
    Handling,
    CenterAudit,
    PendingReply,
    PendingCallback,
    Tracking,
    Closed,
    DirectClosed,
    Rejected,
    TransferredOut,
    Withdrawn,
    Terminated,
];
/// What a citizen said of one round may be contested while the next is on.
const RATED: &[OrderState] = &[Dispatched, Handling, CenterAudit, PendingReply, PendingCallback, Tracking, Closed];
const AT_WORK: &[OrderState] = &[Dispatched, Handling, CenterAudit];

const fn order(action: &'static str, label: &'static str, order: &'static [OrderState], guard: Guard) -> Rule {
    Rule { action, label, on: On::Order, order, task: &[], roles: ANY, guard }
}

const fn lead(
    action: &'static str,
    label: &'static str,
    order: &'static [OrderState],
    task: &'static [TaskState],
    guard: Guard,
) -> Rule {
    Rule { action, label, on: On::Lead, order, task, roles: LEAD, guard }
}

const fn task(
    action: &'static str,
    label: &'static str,
    roles: &'static [TaskRole],
    order: &'static [OrderState],
    task: &'static [TaskState],
    guard: Guard,
) -> Rule {
    Rule { action, label, on: On::Task, order, task, roles, guard }
}

/// A step of a supervision round; its own table says from where.
const fn round(action: &'static str, label: &'static str) -> Rule {
    Rule { action, label, on: On::Supervision, order: RECORDED, task: &[], roles: ANY, guard: guard::free }
}

/// In the order the buttons stand.
pub(super) const RULES: &[Rule] = &[
    order("direct_reply", "直接答复", &[Registered], guard::shortcut),
    order("submit", "提交派单", &[Registered], guard::free),
    order("claim", "占用", &[PendingDispatch, Consulting], guard::claimable),
    order("release", "释放", &[PendingDispatch, Consulting], guard::releasable),
    order("dispatch", "派单", &[PendingDispatch], guard::dispatch),
    order("consult", "会商", &[PendingDispatch], guard::unclaimed),
    order("consult_conclude", "会商结论", &[Consulting], guard::free),
    order("reject", "不予受理", &[Registered, PendingDispatch], guard::reject),
    order("transfer_out", "转出", &[Registered, PendingDispatch], guard::unclaimed),
    order("split", "拆单", &[Registered, PendingDispatch], guard::unclaimed),
    order("merge", "并单", &[Registered, PendingDispatch, Dispatched, Handling], guard::merge),
    order("join", "并案", &[Registered, PendingDispatch, Dispatched, Handling], guard::free),
    order("leave", "移出并案", RECORDED, guard::free),
    task("sign", "签收", ANY, AT_WORK, &[Unsigned], guard::free),
    task("assign", "分派", ANY, AT_WORK, &[Signed, Assigned, Working, SentBack], guard::free),
    task("start", "开始办理", ANY, AT_WORK, &[Signed, Assigned, SentBack], guard::free),
    task("contact", "联系诉求人", ANY, AT_WORK, &[Working], guard::contact),
    task("co_reply", "协办反馈", CO, AT_WORK, &[Working], guard::free),
    task("submit_unit", "提交单位审核", OWN, &[Handling], &[Working], guard::submit_unit),
    task("unit_approve", "审核通过", OWN, &[Handling], &[UnitAudit], guard::free),
    task("unit_send_back", "退回修改", OWN, &[Handling], &[UnitAudit], guard::free),
    task("return_apply", "申请退回", LEAD, &[Dispatched, Handling], &[Unsigned, Signed, Assigned], guard::return_apply),
    task("extension_apply", "申请延期", LEAD, &[Handling], &[Working, SentBack], guard::extension_apply),
    lead("add_co", "添加协办", &[Handling], &[Signed, Assigned, Working, SentBack, UnitAudit], guard::free),
    lead("recall", "撤回派单", &[Dispatched, Handling], &[Unsigned, Signed, Assigned, Working], guard::recall),
    lead("reassign", "改派", &[Dispatched, Handling], &[Unsigned, Signed, Assigned, Working, SentBack], guard::free),
    lead("center_accept", "审核通过", &[CenterAudit], &[Submitted], guard::free),
    lead("center_send_back", "退回补正", &[CenterAudit], &[Submitted], guard::free),
    lead("track", "阶段性办结", &[CenterAudit], &[Submitted], guard::track),
    lead("track_due", "恢复办理", &[Tracking], &[], guard::track_due),
    order("unified_reply", "统一回复", &[PendingReply], guard::neutral),
    order("callback", "回访", &[PendingCallback], guard::callback),
    order("redo", "二次办理", &[PendingCallback, Closed], guard::redo),
    order("pause", "暂停计时", &[Handling], guard::pause),
    order("resume", "恢复计时", ACTIVE, guard::resume),
    order("instruct", "领导批示", ACTIVE, guard::free),
    order("report_up", "呈报", RECORDED, guard::report_up),
    order("amend", "补充修改", ACTIVE, guard::amend),
    order("correct", "更正记录", RECORD_OPEN, guard::correct),
    order("link", "关联", RECORDED, guard::free),
    order("to_petition", "转信访", &[Registered, PendingDispatch, Dispatched, Handling], guard::free),
    order(
        "withdraw",
        "撤回诉求",
        &[Registered, PendingDispatch, Consulting, Dispatched, Handling, CenterAudit, Tracking],
        guard::withdraw,
    ),
    lead("terminate", "申请终止", &[Handling], &[Signed, Assigned, Working, SentBack, UnitAudit], guard::terminate),
    order("unmerge", "取消并单", &[Merged], guard::free),
    order("reopen", "重开", &[Closed, DirectClosed, Rejected], guard::reopen),
    lead("exempt", "申请剔除", &[PendingReply, PendingCallback, Closed, Terminated], &[], guard::exempt),
    lead("contest", "评价申诉", RATED, &[], guard::contest),
    order(
        "archive",
        "归档",
        &[Closed, DirectClosed, Rejected, Merged, TransferredOut, Withdrawn, Terminated],
        guard::archive,
    ),
    order("supervise_issue", "发起督办", &[Dispatched, Handling, CenterAudit, Tracking], guard::supervise),
    round("supervise_sign", "签收督办"),
    round("supervise_reply", "督办反馈"),
    round("supervise_evaluate", "评价督办"),
    round("supervise_revoke", "撤销督办"),
    Rule {
        action: "decide",
        label: "审批",
        on: On::Request,
        order: RECORDED,
        task: &[],
        roles: ANY,
        guard: guard::decide,
    },
];

impl Rule {
    /// The permission the action needs; looked up by text once per process.
    pub fn permission(&self) -> Option<Permission> {
        static TABLE: LazyLock<BTreeMap<&str, Permission>> = LazyLock::new(|| {
            RULES.iter().filter_map(|r| Some((r.action, Permission::for_action(r.action)?))).collect()
        });
        TABLE.get(self.action).copied()
    }
}

pub(super) fn rule(action: &str) -> Result<&'static Rule, Refusal> {
    RULES
        .iter()
        .find(|r| r.action == action)
        .ok_or_else(|| Refusal::invalid("action", format!("没有“{action}”这种操作，请刷新页面后重试")))
}
