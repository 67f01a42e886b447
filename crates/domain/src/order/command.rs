//! Every way to change an order, as one typed list: the body of the API's command door.

use kernel::{CallId, CallbackId, ContactId, OrderId, OrgId, RequestId, SupervisionId, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};

use super::{Defect, DemandType, Flags, HandleResult, LinkKind, RejectReason, Requester, TransferTarget, Urgency};
use crate::{
    callback::{CallbackMode, Contacted, RatedItem, Rating, Solved},
    contact::{ContactResult, ContactWay},
    correction::{CorrectedItem, CorrectionGround},
    evidence::EvidenceLine,
    request::ContestGround,
    supervision::{SuperviseLevel, SuperviseTrigger, SuperviseVerdict, VerifyWay},
};

/// 登记表: what an agent, a citizen or an importer hands in (W02).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RegisterForm {
    /// Channel code `01`…`99`.
    pub channel: Option<super::Channel>,
    pub demand_type: Option<DemandType>,
    pub category: String,
    pub urgency: Option<Urgency>,
    /// At most 50 characters; drafted from the content when empty.
    pub title: String,
    /// 5 to 2000 characters.
    pub content: String,
    pub wish: Option<String>,
    pub tags: Vec<String>,
    /// 12-digit region code.
    pub region: String,
    pub address: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    pub occurred_at: Option<Ts>,
    pub requester: Requester,
    pub anonymous: bool,
    pub confidentiality: Option<super::Confidentiality>,
    pub publishable: Option<bool>,
    pub no_reply_wanted: bool,
    pub callback_wanted: Option<bool>,
    pub callback_preferred_at: Option<Ts>,
    pub respondent: Option<String>,
    pub accused_org: Option<OrgId>,
    pub affected_count: Option<i32>,
    /// 来源情况 of letters, visits and what other offices or the press brought.
    pub origin: super::Origin,
    pub flags: Flags,
    pub call_id: Option<String>,
    pub previous_order: Option<OrderId>,
    pub suggested_org: Option<OrgId>,
    /// The agent has looked at the duplicate hints (判重已执行).
    pub duplicates_checked: bool,
    pub src_sys: Option<String>,
    pub src_no: Option<String>,
    /// 领导信箱 a citizen wrote to; only the portal says so.
    #[serde(skip)]
    pub mailbox: Option<kernel::Uuid>,
    /// Importers only: when the matter was really received.
    pub received_at: Option<Ts>,
}

/// A co-handling organisation with its question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoHandler {
    pub org: OrgId,
    pub question: Option<String>,
}

/// What of a consultation's ruling holds for later orders of the same kind too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RulingRule {
    /// The area it holds for: the order's own or one that contains it; empty = the whole city.
    #[serde(default)]
    pub region: String,
    /// 法定依据.
    pub legal_basis: String,
}

/// One demand of a split order (W33).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SplitPart {
    pub title: String,
    pub content: String,
    pub demand_type: DemandType,
    pub category: String,
}

/// 办理情况 the unit hands in (W18).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandlingForm {
    pub claim_true: Option<bool>,
    #[serde(default)]
    pub beyond_duty: bool,
    pub result: HandleResult,
    pub unsolved_reason: Option<String>,
    pub handling_note: String,
    pub public_reply: String,
    pub legal_basis: Option<String>,
    /// Why the answer leaves the unit although the reply gate found something.
    #[serde(default)]
    pub override_reason: Option<String>,
}

/// 回访记录 as the callback desk fills it (W25).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CallbackForm {
    pub mode: CallbackMode,
    pub reached: bool,
    pub unreached_reason: Option<String>,
    pub contacted: Option<Contacted>,
    pub solved: Option<Solved>,
    pub process_rating: Option<Rating>,
    pub rating: Option<Rating>,
    #[serde(default)]
    pub dissatisfy_reasons: Vec<String>,
    pub opinion: Option<String>,
    /// Dissatisfied, but verified as unreasonable (B3, needs the team leader).
    #[serde(default)]
    pub unreasonable: bool,
    /// Unreachable: close without a rating once attempts are used up (B4).
    #[serde(default)]
    pub give_up: bool,
}

/// 督办单 as it is issued (§5.8).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SuperviseForm {
    pub level: SuperviseLevel,
    pub trigger: SuperviseTrigger,
    /// 督办意见.
    pub opinion: String,
    /// 反馈期限 when earlier than `sla.supervise_reply` gives.
    pub due_at: Option<Ts>,
    /// 抄送.
    #[serde(default)]
    pub cc: Vec<OrgId>,
}

/// 督办结果评价.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EvaluateForm {
    pub verdict: SuperviseVerdict,
    /// 0 to 100.
    pub score: i32,
    pub comment: String,
    pub way: VerifyWay,
}

/// Every command on an existing order. `action` is the code of domain rules §5.3–5.6.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Command {
    /// W03 修改登记: before dispatch the facts, afterwards only `supplement`.
    Amend {
        reason: String,
        form: Option<Box<RegisterForm>>,
        supplement: Option<String>,
        /// 上级同意延期至, of a superior's matter after dispatch; the words of `supplement` say by what paper.
        limit_at: Option<Ts>,
    },
    /// W04 直接答复.
    DirectReply {
        reply: String,
        kb_id: Option<String>,
    },
    /// W05 不予受理; grounds that need the team leader become a request.
    Reject {
        reason: RejectReason,
        explanation: String,
        redirect_target: Option<String>,
        linked_order: Option<OrderId>,
    },
    /// W06 转出.
    TransferOut {
        target: TransferTarget,
        receipt: String,
        reason: Option<String>,
    },
    /// W07 提交派单.
    Submit {
        urgency: Option<Urgency>,
        suggested_org: Option<OrgId>,
    },
    /// 占用/释放 from the public pool; no transition, but nobody else may dispatch meanwhile.
    Claim,
    Release,
    /// W08 会商.
    Consult {
        participants: Vec<OrgId>,
        question: String,
    },
    /// W09 会商结论.
    ConsultConclude {
        lead: OrgId,
        #[serde(default)]
        co: Vec<OrgId>,
        conclusion: String,
        /// The ruling becomes a rule of the dispatch catalogue.
        #[serde(default)]
        rule: Option<RulingRule>,
    },
    /// W10 派单.
    Dispatch {
        lead: OrgId,
        #[serde(default)]
        co: Vec<CoHandler>,
        advice: Option<String>,
        due_at: Option<Ts>,
        urgency: Option<Urgency>,
    },
    /// W11 撤回.
    Recall {
        reason: String,
    },
    /// W12 / K02 签收.
    Sign {
        task: TaskId,
    },
    /// W14 / K03 分派: to a user of the own organisation, or to a child organisation.
    Assign {
        task: TaskId,
        handler: Option<UserId>,
        org: Option<OrgId>,
        advice: Option<String>,
    },
    /// K04 开始办理.
    Start {
        task: TaskId,
    },
    /// W15 联系诉求人.
    Contact {
        task: TaskId,
        at: Ts,
        way: ContactWay,
        result: ContactResult,
        note: Option<String>,
    },
    /// W16 添加协办.
    AddCo {
        co: CoHandler,
        due_at: Option<Ts>,
    },
    /// W17 协办反馈.
    CoReply {
        task: TaskId,
        reply: String,
        unable_reason: Option<String>,
    },
    /// W18 提交单位审核.
    SubmitUnit {
        task: TaskId,
        form: HandlingForm,
    },
    /// W19 单位审核通过.
    UnitApprove {
        task: TaskId,
        opinion: Option<String>,
    },
    /// W20 单位退回.
    UnitSendBack {
        task: TaskId,
        opinion: String,
    },
    /// W21 中心审核通过.
    CenterAccept {
        opinion: Option<String>,
        reply: Option<String>,
    },
    /// W22 中心退回补正.
    CenterSendBack {
        defect: Defect,
        opinion: String,
    },
    /// W23 统一回复.
    UnifiedReply {
        channel: String,
        reply: String,
    },
    /// W25 回访.
    Callback(CallbackForm),
    /// W26 二次办理: proposed by the callback desk, decided by the team leader.
    Redo {
        reason: String,
        lead: Option<OrgId>,
    },
    /// W27 阶段性办结.
    Track {
        reason: String,
        measures: String,
        until: Ts,
    },
    /// W28 跟踪到期.
    TrackDue,
    /// W29 转信访.
    ToPetition {
        petition_no: String,
        reason: String,
    },
    /// W30 撤回诉求.
    Withdraw {
        reason: String,
    },
    /// W31 终止办理: applied for by the lead, approved by the centre.
    Terminate {
        ground: String,
        explanation: String,
    },
    /// W32 并单 into an earlier active order.
    Merge {
        into: OrderId,
        reason: String,
    },
    /// W35 取消并单.
    Unmerge {
        reason: String,
    },
    /// W33 拆单.
    Split {
        parts: Vec<SplitPart>,
        reason: String,
    },
    /// W34 关联.
    Link {
        other: OrderId,
        kind: LinkKind,
        reason: Option<String>,
    },
    /// 并案: the order follows another that leads the event.
    Join {
        lead: OrderId,
        reason: String,
    },
    /// 移出并案.
    Leave {
        reason: String,
    },
    /// W36 重开.
    Reopen {
        reason: String,
        redo: bool,
    },
    /// W37 归档.
    Archive,
    /// W38 剔除 application.
    Exempt {
        code: String,
        reason: String,
    },
    /// B7 评价申诉: once for each answer of the citizen.
    Contest {
        callback: CallbackId,
        items: Vec<RatedItem>,
        ground: ContestGround,
        reason: String,
    },
    /// B6 更正: the citizen contests what was recorded of the demand, of one answer, or of one contact.
    Correct {
        callback: Option<CallbackId>,
        #[serde(default)]
        contact: Option<ContactId>,
        items: Vec<CorrectedItem>,
        ground: CorrectionGround,
        reason: String,
        /// The conversation whose recording proves it; papers do as well.
        call: Option<CallId>,
    },
    /// W39 领导批示.
    Instruct {
        text: String,
        due_at: Option<Ts>,
        urgency: Option<Urgency>,
    },
    /// W40 呈报.
    ReportUp {
        text: String,
    },
    /// R1 申请退回.
    ReturnApply {
        task: TaskId,
        reason_code: String,
        reason: String,
        basis: Option<String>,
        suggested_org: Option<OrgId>,
        /// The line of the evidence card that is wrong; needed whenever the task has a card.
        #[serde(default)]
        disputed: Option<EvidenceLine>,
    },
    /// X1 申请延期.
    ExtensionApply {
        task: TaskId,
        reason_code: String,
        reason: String,
        basis: Option<String>,
        days: i64,
    },
    /// Approve or refuse a waiting request: R2/R3, X2/X3, W26, W31, W38, W05…
    Decide {
        request: RequestId,
        approve: bool,
        opinion: Option<String>,
        #[serde(default)]
        designate: bool,
    },
    /// 改派 within the round without a return (K14).
    Reassign {
        lead: OrgId,
        reason: String,
    },
    /// Pause or resume the handling clocks (§5.12).
    Pause {
        reason: crate::clock::PauseReason,
        note: String,
    },
    Resume {
        note: Option<String>,
    },
    /// SV1 下发督办.
    SuperviseIssue(SuperviseForm),
    /// SV2 签收督办.
    SuperviseSign {
        supervision: SupervisionId,
    },
    /// SV3 督办反馈.
    SuperviseReply {
        supervision: SupervisionId,
        reply: String,
    },
    /// SV4 评价督办.
    SuperviseEvaluate {
        supervision: SupervisionId,
        form: EvaluateForm,
    },
    /// SV5 撤销督办.
    SuperviseRevoke {
        supervision: SupervisionId,
        reason: String,
    },
}

impl Command {
    /// The action code, as on the wire and in the permission table.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Amend { .. } => "amend",
            Self::DirectReply { .. } => "direct_reply",
            Self::Reject { .. } => "reject",
            Self::TransferOut { .. } => "transfer_out",
            Self::Submit { .. } => "submit",
            Self::Claim => "claim",
            Self::Release => "release",
            Self::Consult { .. } => "consult",
            Self::ConsultConclude { .. } => "consult_conclude",
            Self::Dispatch { .. } => "dispatch",
            Self::Recall { .. } => "recall",
            Self::Sign { .. } => "sign",
            Self::Assign { .. } => "assign",
            Self::Start { .. } => "start",
            Self::Contact { .. } => "contact",
            Self::AddCo { .. } => "add_co",
            Self::CoReply { .. } => "co_reply",
            Self::SubmitUnit { .. } => "submit_unit",
            Self::UnitApprove { .. } => "unit_approve",
            Self::UnitSendBack { .. } => "unit_send_back",
            Self::CenterAccept { .. } => "center_accept",
            Self::CenterSendBack { .. } => "center_send_back",
            Self::UnifiedReply { .. } => "unified_reply",
            Self::Callback(_) => "callback",
            Self::Redo { .. } => "redo",
            Self::Track { .. } => "track",
            Self::TrackDue => "track_due",
            Self::ToPetition { .. } => "to_petition",
            Self::Withdraw { .. } => "withdraw",
            Self::Terminate { .. } => "terminate",
            Self::Merge { .. } => "merge",
            Self::Unmerge { .. } => "unmerge",
            Self::Split { .. } => "split",
            Self::Link { .. } => "link",
            Self::Join { .. } => "join",
            Self::Leave { .. } => "leave",
            Self::Reopen { .. } => "reopen",
            Self::Archive => "archive",
            Self::Exempt { .. } => "exempt",
            Self::Contest { .. } => "contest",
            Self::Correct { .. } => "correct",
            Self::Instruct { .. } => "instruct",
            Self::ReportUp { .. } => "report_up",
            Self::ReturnApply { .. } => "return_apply",
            Self::ExtensionApply { .. } => "extension_apply",
            Self::Decide { .. } => "decide",
            Self::Reassign { .. } => "reassign",
            Self::Pause { .. } => "pause",
            Self::Resume { .. } => "resume",
            Self::SuperviseIssue(_) => "supervise_issue",
            Self::SuperviseSign { .. } => "supervise_sign",
            Self::SuperviseReply { .. } => "supervise_reply",
            Self::SuperviseEvaluate { .. } => "supervise_evaluate",
            Self::SuperviseRevoke { .. } => "supervise_revoke",
        }
    }

    /// The task the command names.
    #[must_use]
    pub const fn task(&self) -> Option<TaskId> {
        match self {
            Self::Sign { task }
            | Self::Assign { task, .. }
            | Self::Start { task }
            | Self::Contact { task, .. }
            | Self::CoReply { task, .. }
            | Self::SubmitUnit { task, .. }
            | Self::UnitApprove { task, .. }
            | Self::UnitSendBack { task, .. }
            | Self::ReturnApply { task, .. }
            | Self::ExtensionApply { task, .. } => Some(*task),
            _ => None,
        }
    }

    /// The request the command names.
    #[must_use]
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::Decide { request, .. } => Some(*request),
            _ => None,
        }
    }

    /// The supervision round the command names.
    #[must_use]
    pub const fn supervision(&self) -> Option<SupervisionId> {
        match self {
            Self::SuperviseSign { supervision }
            | Self::SuperviseReply { supervision, .. }
            | Self::SuperviseEvaluate { supervision, .. }
            | Self::SuperviseRevoke { supervision, .. } => Some(*supervision),
            _ => None,
        }
    }
}
