//! The table itself: which roles hold which permission (§6.2, §6.4). One row per permission, in order of declaration;
//! a missing or misplaced row does not compile.

use super::Permission::{self as P};
use super::Role::{
    self, Agent, Auditadmin, Auditor, Callback, Discipline, Dispatcher, ESupervisor, ExpertSeat, Handler, KbAuditor,
    KbEditor, Leader, Mediator, PetArchivist, PetChief, PetReg, PetRouter, Qc, ReplyAgent, ReviewChief, ReviewOfficer,
    Secadmin, Stat, Supervisor, Sysadmin, TeamLeader, UnitAdmin, UnitLeader,
};

type Row = (P, &'static [Role]);

/// The whole table. "Propose" and "approve" of one command share its permission: what waits for approval becomes a
/// request, and `order.decide` with the request's awaited role settles it.
const TABLE: &[Row] = &[
    (P::OrderRegister, &[Agent, TeamLeader]),
    (P::OrderSaveDraft, &[Agent, TeamLeader]),
    (P::OrderAmend, &[Agent, TeamLeader]),
    (P::OrderDirectReply, &[Agent, ExpertSeat, TeamLeader]),
    (P::OrderReject, &[Agent, TeamLeader]),
    (P::OrderTransferOut, &[Agent, TeamLeader, Dispatcher]),
    (P::OrderSubmit, &[Agent, TeamLeader]),
    (P::OrderClaim, &[TeamLeader, Dispatcher]),
    (P::OrderRelease, &[TeamLeader, Dispatcher]),
    (P::OrderConsult, &[Dispatcher]),
    (P::OrderConsultConclude, &[TeamLeader]),
    (P::OrderDispatch, &[Dispatcher]),
    (P::OrderRecall, &[TeamLeader, Dispatcher]),
    (P::OrderReassign, &[TeamLeader, Dispatcher]),
    (P::OrderAddCo, &[Dispatcher, UnitAdmin]),
    (P::OrderCenterAccept, &[Auditor]),
    (P::OrderCenterSendBack, &[Auditor]),
    (P::OrderUnifiedReply, &[ReplyAgent]),
    (P::OrderCallback, &[Callback]),
    (P::OrderRedo, &[TeamLeader, Callback]),
    (P::OrderTrack, &[TeamLeader, Auditor]),
    (P::OrderTrackDue, &[UnitAdmin, Handler]),
    (P::OrderToPetition, &[Dispatcher, PetReg, PetRouter]),
    (P::OrderWithdraw, &[Agent, TeamLeader]),
    (P::OrderTerminate, &[UnitAdmin, Handler]),
    (P::OrderMerge, &[Agent, TeamLeader, Dispatcher]),
    (P::OrderUnmerge, &[TeamLeader]),
    (P::OrderSplit, &[Dispatcher]),
    (P::OrderLink, &[Agent, TeamLeader, Dispatcher, Auditor, Supervisor]),
    (P::OrderJoin, &[TeamLeader, Dispatcher]),
    (P::OrderLeave, &[TeamLeader, Dispatcher]),
    (P::OrderReopen, &[TeamLeader]),
    (P::OrderArchive, &[PetArchivist]),
    (P::OrderExempt, &[UnitAdmin]),
    (P::OrderContest, &[UnitAdmin]),
    (P::OrderCorrect, &[Agent, TeamLeader, ReplyAgent, Callback]),
    (P::OrderInstruct, &[Leader]),
    (P::OrderReportUp, &[TeamLeader, Dispatcher, Auditor, Supervisor]),
    (P::OrderDecide, &[TeamLeader, Dispatcher, Auditor, Supervisor, UnitLeader, Leader]),
    (P::OrderPause, &[TeamLeader, Supervisor]),
    (P::OrderResume, &[TeamLeader, Supervisor]),
    (P::TaskSign, &[UnitAdmin, Handler]),
    (P::TaskAssign, &[UnitAdmin]),
    (P::TaskStart, &[Handler]),
    (P::TaskContact, &[Handler]),
    (P::TaskCoReply, &[Handler]),
    (P::TaskSubmitUnit, &[Handler]),
    (P::TaskUnitApprove, &[UnitLeader]),
    (P::TaskUnitSendBack, &[UnitLeader]),
    (P::TaskReturnApply, &[UnitAdmin]),
    (P::TaskExtensionApply, &[Handler]),
    // Who may query sees orders at all; how far is the scope's business, and the three administrators see none.
    (
        P::Query,
        &[
            Agent,
            ExpertSeat,
            TeamLeader,
            Dispatcher,
            Auditor,
            ReplyAgent,
            Callback,
            Supervisor,
            Qc,
            Stat,
            UnitAdmin,
            Handler,
            UnitLeader,
            Leader,
            PetReg,
            PetRouter,
            PetChief,
            PetArchivist,
            ReviewOfficer,
            ReviewChief,
            Mediator,
            ESupervisor,
            Discipline,
        ],
    ),
    // Which kind of file each may add is the purpose's business.
    (
        P::Attach,
        &[
            Agent, ExpertSeat, TeamLeader, Dispatcher, Auditor, ReplyAgent, Callback, Supervisor, UnitAdmin, Handler,
            UnitLeader,
        ],
    ),
    // Which kind each may issue is the kind's business.
    (P::Paper, &[TeamLeader, Dispatcher, Auditor, ReplyAgent, Supervisor, UnitAdmin, Handler, UnitLeader]),
    (P::Export, &[TeamLeader, Supervisor, Stat, UnitAdmin, PetChief]),
    (
        P::Reveal,
        &[
            TeamLeader,
            Dispatcher,
            Auditor,
            ReplyAgent,
            Callback,
            Supervisor,
            UnitAdmin,
            Handler,
            UnitLeader,
            PetReg,
            PetRouter,
            PetChief,
            ReviewOfficer,
            ReviewChief,
            Discipline,
        ],
    ),
    (
        P::Report,
        &[
            TeamLeader,
            Dispatcher,
            Auditor,
            Supervisor,
            Stat,
            UnitAdmin,
            UnitLeader,
            Leader,
            PetChief,
            ReviewChief,
            ESupervisor,
        ],
    ),
    (P::ReportEdit, &[Stat]),
    (P::Recording, &[Agent, TeamLeader, Supervisor, Qc, Discipline]),
    (P::CallHandle, &[Agent, ExpertSeat, TeamLeader, ReplyAgent, Callback]),
    // Agents their own calls, the others within their scope.
    (P::CallQuery, &[Agent, ExpertSeat, TeamLeader, ReplyAgent, Callback, Supervisor, Qc]),
    (P::CallMonitor, &[TeamLeader]),
    (P::CallReport, &[TeamLeader, Supervisor, Qc, Stat, Leader, ESupervisor]),
    (P::CallExclude, &[Supervisor, Stat]),
    (P::CallMark, &[Agent, TeamLeader, Supervisor]),
    (P::CallMarkDecide, &[TeamLeader, Supervisor]),
    // Skills may also be set with `admin.user`, prompts with `admin.template`.
    (P::CallManage, &[TeamLeader]),
    (P::CallScore, &[Qc]),
    (P::CallAppeal, &[TeamLeader, Supervisor, Qc]),
    (P::CallSheet, &[TeamLeader, Supervisor]),
    // 业务科室自行发起: the mild levels are not the supervisors' alone.
    (P::SuperviseIssue, &[TeamLeader, Dispatcher, Auditor, Callback, Supervisor, Leader]),
    (P::SuperviseSign, &[UnitAdmin, Handler, UnitLeader]),
    (P::SuperviseReply, &[UnitAdmin, Handler, UnitLeader]),
    (P::SuperviseEvaluate, &[TeamLeader, Dispatcher, Auditor, Callback, Supervisor, Leader]),
    (P::SuperviseRevoke, &[TeamLeader, Dispatcher, Auditor, Callback, Supervisor, Leader]),
    // Read-only for everybody but the monitors, whose word is on cards alone.
    (P::MonitorRead, &[TeamLeader, Supervisor, UnitAdmin, UnitLeader, Leader, ESupervisor]),
    (P::MonitorNotice, &[ESupervisor]),
    (P::MonitorExplain, &[UnitAdmin, UnitLeader]),
    (P::MonitorDecide, &[ESupervisor]),
    (
        P::KbRead,
        &[
            Agent, ExpertSeat, TeamLeader, Dispatcher, Auditor, ReplyAgent, Callback, Supervisor, Qc, KbEditor,
            KbAuditor, Stat, UnitAdmin, Handler, UnitLeader, Leader,
        ],
    ),
    (P::KbEdit, &[KbEditor, UnitAdmin]),
    // The department stands by what it tells: an administrator or leader of the owner, never the author.
    (P::KbConfirm, &[UnitAdmin, UnitLeader]),
    (P::KbAudit, &[KbAuditor]),
    (P::Publish, &[TeamLeader, ReplyAgent, Supervisor]),
    (P::SurveyEdit, &[TeamLeader, Supervisor, Stat]),
    // Units see what was said of them and of nobody else.
    (P::SurveyRead, &[TeamLeader, Supervisor, Stat, UnitAdmin, UnitLeader, Leader, ESupervisor]),
    // Never the rated: whoever is rated does not choose the ratings.
    (P::SurveyExclude, &[Supervisor, Stat]),
    (P::DisputeEdit, &[Supervisor, PetReg, PetRouter, PetChief, Mediator]),
    (P::PetitionQuery, &[PetReg, PetRouter, PetChief, PetArchivist, ReviewOfficer, ReviewChief, Mediator, Discipline]),
    (P::PetitionRegister, &[PetReg]),
    (P::PetitionRoute, &[PetRouter]),
    (P::PetitionApprove, &[PetChief]),
    (P::PetitionArchive, &[PetArchivist]),
    (P::ReviewHandle, &[ReviewOfficer]),
    (P::ReviewApprove, &[ReviewChief]),
    (
        P::CatalogueRead,
        &[Agent, ExpertSeat, TeamLeader, Dispatcher, Auditor, Supervisor, UnitAdmin, UnitLeader, PetRouter, Sysadmin],
    ),
    (P::CatalogueEdit, &[TeamLeader, Dispatcher]),
    (P::UnitUser, &[UnitAdmin]),
    // Imported orders are business data: not for the system administrator.
    (P::Import, &[TeamLeader]),
    (P::AdminOrg, &[Sysadmin]),
    (P::AdminUser, &[Sysadmin]),
    (P::AdminParam, &[Sysadmin]),
    (P::AdminDict, &[Sysadmin]),
    (P::AdminCategory, &[Sysadmin]),
    (P::AdminCalendar, &[Sysadmin]),
    (P::AdminTemplate, &[Sysadmin]),
    (P::JobRead, &[Sysadmin]),
    (P::JobRun, &[Sysadmin]),
    (P::AdminRole, &[Secadmin]),
    (P::AdminPolicy, &[Secadmin]),
    (P::SessionUnlock, &[Secadmin]),
    (P::SessionRevoke, &[Secadmin]),
    (P::AuditRead, &[Auditadmin]),
    (P::AuditVerify, &[Auditadmin]),
    (P::AuditExport, &[Auditadmin]),
];

const _: () = {
    assert!(TABLE.len() == P::ALL.len(), "every permission has one row");
    let mut at = 0;
    while at < TABLE.len() {
        assert!(TABLE[at].0 as usize == at, "rows stand in order of declaration");
        at += 1;
    }
};

/// The roles that hold a permission.
pub(super) const fn roles(permission: P) -> &'static [Role] {
    TABLE[permission as usize].1
}
