//! 命运: the ways an order's life can take. Common ones by their weight; every one of them is dealt out some times at the
//! beginning, so that a small city sees what a big one sees.

/// Something that happens to an order besides the plain road.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twist {
    // intake
    Amend,
    Supplement,
    Reject(domain::order::RejectReason),
    Transfer,
    Split,
    /// The agent proposes to merge it into an earlier order of the same person.
    MergeAsk,
    /// A dispatcher merges it without asking.
    MergeNow,
    Unmerge,
    LinkEvent,
    Petition,
    InstructEarly,
    // dispatch
    DispatchLate,
    Consult,
    /// The ruling becomes a rule of the catalogue.
    Ruling,
    WrongFirst,
    Recall,
    RecallSigned,
    Reassign,
    Co,
    /// The unit calls in one below it.
    CoBelow,
    CoLate,
    Child,
    Return,
    /// The centre refuses every return of it.
    Firm,
    // the unit
    SignLate,
    SignLost,
    OverdueShort,
    /// Until the ladder is climbed to its top.
    OverdueLong,
    Extend,
    Pause,
    Terminate,
    UnitBack,
    Partial,
    Explained,
    // the centre
    AuditBack,
    /// Sent back for untruth (D6).
    Fraud,
    Track,
    TrackEarly,
    ReplyLate,
    CallbackLate,
    // the citizen
    NoAnswer,
    Unhappy,
    Unreasonable,
    Rates,
    WithdrawEarly,
    Withdraw,
    /// The citizen withdraws it over the web, with a code.
    WithdrawSelf,
    AskAgain,
    // afterwards
    RedoClosed,
    Reopen,
    ReopenRedo,
    Exempt,
    /// An application for exemption that nobody decides for a long time.
    ExemptForgotten,
    /// The unit contests what the citizen said.
    Contest,
    // the citizen contests what was recorded
    /// Words of the demand, while the unit is at work.
    CorrectDemand,
    /// An answer whose outcome stays as it is.
    CorrectAnswer,
    /// Recorded as content, said to be discontent: a further round is asked for.
    CorrectSour,
    /// Recorded as discontent, said to be content: the round asked for is not needed.
    CorrectGlad,
    // leaders, supervision, monitoring
    Instruct,
    Report,
    ReportInstruct,
    Urge,
    Normal,
    Listed,
    /// Rounds are left unanswered until they are late.
    Silent,
    /// Judged as not carried out.
    NotDone,
    Revoke,
    /// Evaluated only long after the order has ended.
    EvaluateLate,
}

/// What the matter is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Any,
    Consult,
    Help,
    Complaint,
    Suggestion,
    Praise,
    Nothing,
    Report,
    /// A report whose author asks for secrecy, against a unit.
    SecretReport,
    /// A consultation that may not be answered at once, for one reason each.
    SecretConsult,
    GroupConsult,
    ThreatConsult,
    RepeatConsult,
    /// A consultation sent out all the same.
    HardConsult,
    Anonymous,
    NoReply,
    Urgent,
    UltraUrgent,
    /// Against the centre itself.
    AgainstCenter,
    /// No sub-district's duty.
    DutyOnly,
}

/// One way of life.
#[derive(Debug)]
pub struct Fate {
    pub name: &'static str,
    pub kind: Kind,
    pub twists: &'static [Twist],
    /// How often, of the sum of all.
    pub weight: usize,
}

const fn fate(name: &'static str, kind: Kind, weight: usize, twists: &'static [Twist]) -> Fate {
    Fate { name, kind, twists, weight }
}

use Kind as K;
use Twist as T;
use domain::order::RejectReason::{N02, N05, N06, N09};

/// All of them.
pub const FATES: &[Fate] = &[
    fate("平常", K::Any, 6000, &[]),
    fate("咨询直接答复", K::Consult, 2400, &[]),
    fate("建议", K::Suggestion, 120, &[]),
    fate("感谢", K::Praise, 120, &[]),
    fate("无效来电", K::Nothing, 60, &[]),
    fate("疑难咨询转办", K::HardConsult, 200, &[]),
    fate("举报", K::Report, 120, &[]),
    fate("保密举报", K::SecretReport, 60, &[]),
    fate("保密咨询", K::SecretConsult, 20, &[]),
    fate("多人咨询", K::GroupConsult, 20, &[]),
    fate("扬言", K::ThreatConsult, 20, &[T::Report]),
    fate("重复咨询", K::RepeatConsult, 40, &[]),
    fate("匿名", K::Anonymous, 120, &[]),
    fate("不要求回复", K::NoReply, 80, &[]),
    fate("紧急", K::Urgent, 250, &[]),
    fate("特急", K::UltraUrgent, 50, &[]),
    fate("反映热线中心", K::AgainstCenter, 15, &[]),
    fate("部门专属职责", K::DutyOnly, 60, &[]),
    fate("登记修改", K::Complaint, 60, &[T::Amend]),
    fate("补充情况", K::Help, 120, &[T::Supplement]),
    fate("非本区域", K::Complaint, 60, &[T::Reject(N09)]),
    fate("法定途径", K::Complaint, 60, &[T::Reject(N02)]),
    fate("违背公序良俗", K::Complaint, 20, &[T::Reject(N05)]),
    fate("已在办理", K::Complaint, 40, &[T::Reject(N06)]),
    fate("转110", K::Help, 100, &[T::Transfer]),
    fate("拆单", K::Complaint, 20, &[T::Split]),
    fate("并单", K::Complaint, 150, &[T::MergeAsk]),
    fate("派单员并单", K::Complaint, 40, &[T::MergeNow]),
    fate("取消并单", K::Complaint, 15, &[T::MergeNow, T::Unmerge]),
    fate("并案", K::Help, 120, &[T::LinkEvent]),
    fate("转信访", K::Complaint, 20, &[T::Petition]),
    fate("登记后批示", K::Consult, 15, &[T::InstructEarly]),
    fate("派单迟缓", K::Complaint, 80, &[T::DispatchLate]),
    fate("会商", K::Complaint, 30, &[T::Consult]),
    fate("会商立规则", K::Complaint, 10, &[T::Consult, T::Ruling]),
    fate("派错退回", K::Complaint, 150, &[T::WrongFirst, T::Return]),
    fate("再次退回", K::Help, 30, &[T::WrongFirst, T::Return, T::Return, T::Return]),
    fate("反复申请退回", K::Complaint, 30, &[T::Firm, T::Return, T::Return, T::Return]),
    fate("撤回派单", K::Complaint, 30, &[T::Recall]),
    fate("签收后撤回", K::Complaint, 20, &[T::RecallSigned]),
    fate("改派", K::Complaint, 30, &[T::Reassign]),
    fate("协办", K::Complaint, 150, &[T::Co]),
    fate("协办改派", K::Complaint, 15, &[T::Co, T::Reassign]),
    fate("下级协办", K::Complaint, 20, &[T::CoBelow]),
    fate("协办超期", K::Complaint, 30, &[T::Co, T::CoLate]),
    fate("下派", K::Complaint, 120, &[T::Child]),
    fate("签收迟缓", K::Help, 150, &[T::SignLate]),
    fate("逾期不签收", K::Complaint, 40, &[T::SignLost]),
    fate("短期超期", K::Help, 150, &[T::OverdueShort]),
    fate("长期超期", K::Complaint, 40, &[T::OverdueLong]),
    fate("超期不理督办", K::Complaint, 20, &[T::OverdueLong, T::Silent]),
    fate("延期", K::Complaint, 150, &[T::Extend]),
    fate("暂停计时", K::Complaint, 30, &[T::Pause]),
    fate("终止办理", K::Help, 30, &[T::Terminate]),
    fate("终止时有督办", K::Complaint, 10, &[T::Urge, T::Silent, T::Terminate]),
    fate("单位退回修改", K::Complaint, 80, &[T::UnitBack]),
    fate("部分解决", K::Complaint, 200, &[T::Partial]),
    fate("未解决已解释", K::Complaint, 150, &[T::Explained]),
    fate("退回补正", K::Help, 120, &[T::AuditBack]),
    fate("多次退回补正", K::Complaint, 30, &[T::AuditBack, T::AuditBack]),
    fate("弄虚作假", K::Complaint, 10, &[T::Fraud]),
    fate("阶段性办结", K::Complaint, 30, &[T::Track]),
    fate("提前恢复办理", K::Complaint, 15, &[T::Track, T::TrackEarly]),
    fate("回复迟缓", K::Help, 40, &[T::ReplyLate]),
    fate("回访迟缓", K::Help, 60, &[T::CallbackLate]),
    fate("回访未接", K::Help, 150, &[T::NoAnswer]),
    fate("不满意重办", K::Complaint, 200, &[T::Unhappy]),
    fate("两次不满意", K::Help, 40, &[T::Unhappy, T::Unhappy]),
    fate("三次不满意", K::Complaint, 20, &[T::Unhappy, T::Unhappy, T::Unhappy, T::ReopenRedo]),
    fate("诉求不合理", K::Complaint, 40, &[T::Explained, T::Unreasonable]),
    fate("网上评价", K::Help, 200, &[T::Rates]),
    fate("网上差评", K::Help, 30, &[T::Rates, T::Unhappy]),
    fate("登记后撤回", K::Help, 20, &[T::WithdrawEarly]),
    fate("办理中撤回", K::Help, 40, &[T::Withdraw]),
    fate("网上撤回", K::Help, 20, &[T::WithdrawSelf]),
    fate("督办中撤回", K::Complaint, 10, &[T::Urge, T::Silent, T::Withdraw]),
    fate("网上申请重办", K::Help, 20, &[T::AskAgain]),
    fate("网上申请重开", K::Consult, 20, &[T::AskAgain]),
    fate("办结后重办", K::Help, 20, &[T::RedoClosed]),
    fate("重开", K::Complaint, 20, &[T::Reopen]),
    fate("重开并重办", K::Complaint, 20, &[T::ReopenRedo]),
    fate("剔除", K::Complaint, 40, &[T::Explained, T::Exempt]),
    fate("剔除久拖未审", K::Complaint, 6, &[T::ExemptForgotten]),
    fate("评价申诉", K::Complaint, 60, &[T::Contest]),
    fate("重办后评价申诉", K::Complaint, 20, &[T::Unhappy, T::Contest]),
    fate("登记内容更正", K::Help, 60, &[T::CorrectDemand]),
    fate("回访记录更正", K::Complaint, 40, &[T::CorrectAnswer]),
    fate("更正后重办", K::Complaint, 15, &[T::CorrectSour]),
    fate("更正后结案", K::Help, 15, &[T::Unhappy, T::CorrectGlad]),
    fate("领导批示", K::Complaint, 40, &[T::Instruct]),
    fate("呈报", K::Complaint, 30, &[T::Report]),
    fate("呈报后批示", K::Complaint, 15, &[T::ReportInstruct]),
    fate("催办", K::Complaint, 60, &[T::Urge]),
    fate("一般督办", K::Complaint, 40, &[T::Normal]),
    fate("督办未落实再督办", K::Complaint, 20, &[T::Normal, T::NotDone, T::Listed]),
    fate("挂牌督办", K::Complaint, 15, &[T::Listed]),
    fate("督办逾期", K::Complaint, 20, &[T::Urge, T::Silent]),
    fate("督办后改派", K::Complaint, 10, &[T::Urge, T::Silent, T::Reassign]),
    fate("撤销督办", K::Complaint, 15, &[T::Urge, T::Revoke]),
    fate("会商后督办久未评价", K::Complaint, 6, &[T::Consult, T::Normal, T::EvaluateLate]),
];
