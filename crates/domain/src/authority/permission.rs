//! 权限: what may be done, and by which roles (§6.2, §6.4). The table is data and is printed to a golden file.

use std::collections::BTreeSet;

use kernel::Refusal;

use super::Role;
use crate::env::By;

coded! {
    /// 权限 codes. `order.*`, `task.*` and `supervise.*` bear the action codes of [`crate::order::Command`].
    Permission {
        OrderRegister = "order.register", "登记工单";
        OrderSaveDraft = "order.save_draft", "暂存登记";
        OrderAmend = "order.amend", "补充修改登记";
        OrderDirectReply = "order.direct_reply", "直接答复";
        OrderReject = "order.reject", "不予受理";
        OrderTransferOut = "order.transfer_out", "转出";
        OrderSubmit = "order.submit", "提交派单";
        OrderClaim = "order.claim", "占用工单";
        OrderRelease = "order.release", "释放工单";
        OrderConsult = "order.consult", "发起会商";
        OrderConsultConclude = "order.consult_conclude", "会商结论";
        OrderDispatch = "order.dispatch", "派单";
        OrderRecall = "order.recall", "撤回派单";
        OrderReassign = "order.reassign", "改派";
        OrderAddCo = "order.add_co", "添加协办";
        OrderCenterAccept = "order.center_accept", "中心审核通过";
        OrderCenterSendBack = "order.center_send_back", "中心退回补正";
        OrderUnifiedReply = "order.unified_reply", "统一回复";
        OrderCallback = "order.callback", "回访";
        OrderRedo = "order.redo", "二次办理";
        OrderTrack = "order.track", "阶段性办结";
        OrderTrackDue = "order.track_due", "跟踪到期";
        OrderToPetition = "order.to_petition", "转信访";
        OrderWithdraw = "order.withdraw", "撤回诉求";
        OrderTerminate = "order.terminate", "终止办理";
        OrderMerge = "order.merge", "并单";
        OrderUnmerge = "order.unmerge", "取消并单";
        OrderSplit = "order.split", "拆单";
        OrderLink = "order.link", "关联";
        OrderJoin = "order.join", "并案";
        OrderLeave = "order.leave", "移出并案";
        OrderReopen = "order.reopen", "重开";
        OrderArchive = "order.archive", "归档";
        OrderExempt = "order.exempt", "申请剔除";
        OrderContest = "order.contest", "评价申诉";
        OrderCorrect = "order.correct", "更正记录";
        OrderInstruct = "order.instruct", "领导批示";
        OrderReportUp = "order.report_up", "呈报";
        OrderDecide = "order.decide", "审批申请";
        OrderPause = "order.pause", "暂停计时";
        OrderResume = "order.resume", "恢复计时";
        TaskSign = "task.sign", "签收";
        TaskAssign = "task.assign", "分派";
        TaskStart = "task.start", "开始办理";
        TaskContact = "task.contact", "联系诉求人";
        TaskCoReply = "task.co_reply", "协办反馈";
        TaskSubmitUnit = "task.submit_unit", "提交单位审核";
        TaskUnitApprove = "task.unit_approve", "单位审核通过";
        TaskUnitSendBack = "task.unit_send_back", "单位退回";
        TaskReturnApply = "task.return_apply", "申请退回";
        TaskExtensionApply = "task.extension_apply", "申请延期";
        Query = "query", "查询工单";
        Attach = "attach", "上传附件";
        Paper = "paper", "出具文书";
        Export = "export", "导出";
        Reveal = "reveal", "查看明文";
        Report = "report", "统计报表";
        ReportEdit = "report.edit", "编制报表";
        Recording = "recording", "调听录音";
        CallHandle = "call.handle", "接打电话";
        CallQuery = "call.query", "查询通话";
        CallMonitor = "call.monitor", "监听强插";
        CallReport = "call.report", "话务报表";
        CallExclude = "call.exclude", "剔除时段";
        CallMark = "call.mark", "申报来电名单";
        CallMarkDecide = "call.mark_decide", "审批来电名单";
        CallManage = "call.manage", "话务设置";
        CallScore = "call.score", "质检评分";
        CallAppeal = "call.appeal", "复核质检申诉";
        CallSheet = "call.sheet", "质检评分表";
        SuperviseIssue = "supervise.issue", "发起督办";
        SuperviseSign = "supervise.sign", "签收督办";
        SuperviseReply = "supervise.reply", "督办反馈";
        SuperviseEvaluate = "supervise.evaluate", "评价督办";
        SuperviseRevoke = "supervise.revoke", "撤销督办";
        MonitorRead = "monitor.read", "查看电子监察";
        MonitorNotice = "monitor.notice", "监察通知";
        MonitorExplain = "monitor.explain", "监察说明和申诉";
        MonitorDecide = "monitor.decide", "监察审核";
        KbRead = "kb.read", "查阅知识库";
        KbEdit = "kb.edit", "编辑知识";
        KbConfirm = "kb.confirm", "部门确认知识";
        KbAudit = "kb.audit", "审核知识";
        Publish = "publish", "网上公开";
        SurveyEdit = "survey.edit", "编制评议问卷";
        SurveyRead = "survey.read", "查看评议结果";
        SurveyExclude = "survey.exclude", "剔除异常答卷";
        DisputeEdit = "dispute.edit", "纠纷排查";
        PetitionQuery = "petition.query", "查询信访件";
        PetitionRegister = "petition.register", "登记信访件";
        PetitionRoute = "petition.route", "信访分流";
        PetitionApprove = "petition.approve", "信访审批";
        PetitionArchive = "petition.archive", "信访归档";
        ReviewHandle = "review.handle", "复查复核";
        ReviewApprove = "review.approve", "复查复核审批";
        CatalogueRead = "catalogue.read", "查阅派单目录";
        CatalogueEdit = "catalogue.edit", "维护派单目录";
        UnitUser = "unit.user", "维护本单位人员";
        Import = "import", "导入工单";
        AdminOrg = "admin.org", "机构管理";
        AdminUser = "admin.user", "用户管理";
        AdminParam = "admin.param", "参数配置";
        AdminDict = "admin.dict", "数据字典";
        AdminCategory = "admin.category", "分类管理";
        AdminCalendar = "admin.calendar", "工作日历";
        AdminTemplate = "admin.template", "模板管理";
        JobRead = "job.read", "查看后台任务";
        JobRun = "job.run", "运行后台任务";
        AdminRole = "admin.role", "角色授权";
        AdminPolicy = "admin.policy", "安全策略";
        SessionUnlock = "session.unlock", "解锁账号";
        SessionRevoke = "session.revoke", "强制下线";
        AuditRead = "audit.read", "查看审计日志";
        AuditVerify = "audit.verify", "校验审计日志";
        AuditExport = "audit.export", "导出审计日志";
    }
}

impl Permission {
    /// The permission a command needs, from its snake_case action code; `None` for a code that is no action.
    #[must_use]
    pub fn for_action(action: &str) -> Option<Self> {
        let own = action.split_once('_').filter(|(noun, _)| *noun == "supervise");
        let own = own.and_then(|(noun, step)| format!("{noun}.{step}").parse().ok());
        own.or_else(|| ["order", "task"].iter().find_map(|noun| format!("{noun}.{action}").parse().ok()))
    }

    /// The roles that hold this permission, in order of [`Role::ALL`].
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        super::matrix::roles(self)
    }
}

/// One of the roles holds the permission.
#[must_use]
pub fn permits(roles: &BTreeSet<Role>, permission: Permission) -> bool {
    permission.roles().iter().any(|r| roles.contains(r))
}

/// As [`permits`], by action code; an unknown action is permitted to nobody.
#[must_use]
pub fn permits_action(roles: &BTreeSet<Role>, action: &str) -> bool {
    Permission::for_action(action).is_some_and(|p| permits(roles, p))
}

/// Everything the roles may do.
#[must_use]
pub fn permissions(roles: &BTreeSet<Role>) -> BTreeSet<Permission> {
    Permission::ALL.iter().copied().filter(|p| permits(roles, *p)).collect()
}

/// Refuses who lacks the permission, naming the roles that have it. The system itself passes: it runs only what the
/// code starts (timers, imports, citizens proved by code).
pub fn require(by: &By, permission: Permission) -> Result<(), Refusal> {
    match by {
        By::System => Ok(()),
        By::Person(actor) if permits(&actor.roles, permission) => Ok(()),
        By::Person(_) => Err(missing(permission)),
    }
}

/// As [`require`], by action code of a command.
pub fn require_action(by: &By, action: &str) -> Result<(), Refusal> {
    match Permission::for_action(action) {
        Some(permission) => require(by, permission),
        None => Err(Refusal::invalid("action", format!("没有“{action}”这种操作，请刷新页面后重试"))),
    }
}

fn missing(permission: Permission) -> Refusal {
    let names: Vec<&str> = permission.roles().iter().map(|r| r.cn()).collect();
    let what = permission.cn();
    if names.is_empty() {
        return Refusal::forbidden(format!("“{what}”由系统自动进行，不能人工操作"));
    }
    let names = names.join("、");
    Refusal::forbidden(format!("您没有“{what}”的权限，需要以下角色之一：{names}。如确需办理，请向安全管理员申请授权"))
}
