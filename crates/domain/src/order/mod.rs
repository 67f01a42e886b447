//! 工单: the order a citizen's matter becomes, its facts and its states (domain rules §5.2).

use kernel::{EventId, OrderId, OrgId, Ts, UserId};
use serde::{Deserialize, Serialize};

pub mod command;
pub mod decide;
pub mod origin;
pub mod table;
pub use command::*;
pub use decide::{Allowed, Numbers, allowed, decide, register, validate_form};
pub use origin::{Origin, Representative};

coded! {
    /// 工单状态: where the order stands (§5.2).
    OrderState {
        Draft = "draft", "暂存";
        Registered = "registered", "已登记";
        PendingDispatch = "pending_dispatch", "待派单";
        Consulting = "consulting", "会商中";
        Dispatched = "dispatched", "待签收";
        Handling = "handling", "办理中";
        CenterAudit = "center_audit", "待中心审核";
        PendingReply = "pending_reply", "待统一回复";
        PendingCallback = "pending_callback", "待回访";
        Tracking = "tracking", "跟踪督办";
        Closed = "closed", "已办结";
        Archived = "archived", "已归档";
        DirectClosed = "direct_closed", "直接办结";
        Rejected = "rejected", "不予受理";
        Merged = "merged", "已并单";
        TransferredOut = "transferred_out", "已转出";
        Withdrawn = "withdrawn", "已撤回";
        Terminated = "terminated", "终止办理";
    }
}

coded! {
    /// 诉求类型 (§1.2).
    DemandType {
        Consult = "consult", "咨询";
        Help = "help", "求助";
        Complaint = "complaint", "投诉";
        Report = "report", "举报";
        Suggestion = "suggestion", "建议";
        Praise = "praise", "感谢";
        Other = "other", "其他";
    }
}

coded! {
    /// 诉求来源 (§9.1 channel).
    Channel {
        Phone = "01", "电话";
        Web = "02", "网站";
        App = "03", "APP";
        Wechat = "04", "微信";
        Weibo = "05", "微博";
        Sms = "06", "短信";
        Mail = "07", "邮箱";
        Police110 = "08", "110";
        Superior = "09", "上级";
        Media = "10", "媒体";
        Window = "11", "窗口";
        PeopleCn = "12", "人民网";
        Letter = "13", "来信";
        Visit = "14", "来访";
        Other = "99", "其他";
    }
}

coded! {
    /// 紧急程度 (§2): chooses the overlay clock.
    Urgency {
        U1 = "u1", "特急";
        U2 = "u2", "紧急";
        U3 = "u3", "一般";
        U4 = "u4", "复杂疑难";
    }
}

coded! {
    /// 保密级别 (§6.3).
    Confidentiality {
        None = "none", "不保密";
        KeepSecret = "keep_secret", "要求保密";
        Sealed = "sealed", "密封";
    }
}

coded! {
    /// 诉求人类型.
    RequesterKind {
        Person = "person", "个人";
        Company = "company", "企业";
        Other = "other", "其他";
    }
}

coded! {
    /// 性别.
    Sex {
        Unknown = "unknown", "未知";
        Male = "male", "男";
        Female = "female", "女";
    }
}

coded! {
    /// 办理结果 as the unit states it (W18).
    HandleResult {
        Solved = "solved", "已解决";
        Partial = "partial", "部分解决";
        UnsolvedExplained = "unsolved_explained", "未解决已解释";
        NotDuty = "not_duty", "非本单位职责";
    }
}

coded! {
    /// 12345 不受理 grounds (§1.3).
    RejectReason {
        N01 = "N01", "应由110/119/120/122处理";
        N02 = "N02", "应通过诉讼、仲裁、复议等法定途径";
        N03 = "N03", "已进入信访渠道";
        N04 = "N04", "涉及国家秘密、商业秘密、个人隐私";
        N05 = "N05", "违反法律法规或公序良俗";
        N06 = "N06", "正在办理或已办结且无新情况";
        N07 = "N07", "超出承办单位职责";
        N08 = "N08", "已依法处理且结论合法合理";
        N09 = "N09", "非本行政区域";
        N10 = "N10", "恶意扰乱热线秩序";
        N11 = "N11", "无实质诉求或要素不全";
    }
}

coded! {
    /// 转出去向 (W06).
    TransferTarget {
        Police = "110", "110报警";
        Fire = "119", "119消防";
        Ambulance = "120", "120急救";
        Traffic = "122", "122交警";
        Petition = "petition", "信访";
        OtherCity = "other_city", "异地12345";
        Superior = "superior", "上级平台";
        Lower = "lower", "下级平台";
        Water = "water", "供水热线";
        Power = "power", "供电热线";
        Gas = "gas", "燃气热线";
        Heat = "heat", "供热热线";
    }
}

coded! {
    /// 重办/中心退回的缺陷 (W22).
    Defect {
        D1 = "D1", "答非所问";
        D2 = "D2", "缺少依据";
        D3 = "D3", "未联系诉求人";
        D4 = "D4", "内容不完整";
        D5 = "D5", "态度问题";
        D6 = "D6", "弄虚作假";
    }
}

coded! {
    /// 关联类型 (W34).
    LinkKind {
        SamePerson = "same_person", "同一诉求人";
        SameEvent = "same_event", "同一事件";
        ParentChild = "parent_child", "拆分子单";
        Repeat = "repeat", "重复诉求";
        Petition = "petition", "信访事项";
        Supervise = "supervise", "督办";
        /// 并案, on both orders: one of them leads the event, the other follows it.
        Joint = "joint", "并案";
        /// On the surviving order: `other` was merged into it.
        Merge = "merge", "并单";
    }
}

/// 诉求人: who speaks. Name, phones, ID number and address are encrypted at rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Requester {
    pub name: Option<String>,
    /// 称谓, e.g. 女士.
    pub sex: Option<Sex>,
    /// 来电号码: the number that called or wrote.
    pub phone: Option<String>,
    /// 联系电话: where to be reached, when another.
    pub contact_phone: Option<String>,
    /// 邮箱, where answers go when the matter came by mail or there is no mobile number.
    pub email: Option<String>,
    pub id_type: Option<String>,
    pub id_no: Option<String>,
    pub address: Option<String>,
    pub kind: Option<RequesterKind>,
    pub company_name: Option<String>,
}

/// Marks that change who may act or how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Flags {
    /// 扬言.
    pub threat: bool,
    /// 重大紧急.
    pub major: bool,
    /// 涉法涉诉.
    pub litigation: bool,
    /// 涉外.
    pub foreign: bool,
    /// 领导批示.
    pub leader_directed: bool,
    /// 指定承办 (不得再退回).
    pub designated: bool,
    /// 不合理诉求.
    pub unreasonable: bool,
    /// 简单事项.
    pub simple: bool,
    /// 重复诉求.
    pub repeat: bool,
}

/// The order's row. The truth of the present state; the flow log tells how it came about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    pub id: OrderId,
    /// 工单编号: `{region6}{yyyymmdd}{channel2}{seq6}{check1}`.
    pub case_no: String,
    /// Blind index of the 查询码; the code itself is never stored.
    pub query_code_hash: String,
    pub state: OrderState,
    /// 办理轮次, from 1; redo and reopen add one.
    pub round: i32,
    pub version: i64,

    pub channel: Channel,
    pub demand_type: DemandType,
    /// Category code `AABBCC`.
    pub category: String,
    pub urgency: Urgency,
    pub title: String,
    pub content: String,
    pub wish: Option<String>,
    pub tags: Vec<String>,
    /// GB/T 2260 code extended to 12 digits.
    pub region: String,
    pub address: Option<String>,
    pub lng: Option<f64>,
    pub lat: Option<f64>,
    pub occurred_at: Option<Ts>,

    pub requester: Requester,
    pub anonymous: bool,
    pub confidentiality: Confidentiality,
    /// 是否同意公开; `None` = not asked.
    pub publishable: Option<bool>,
    pub no_reply_wanted: bool,
    pub callback_wanted: bool,
    pub callback_preferred_at: Option<Ts>,
    pub respondent: Option<String>,
    /// 被反映单位 in our directory: never handles its own report.
    pub accused_org: Option<OrgId>,
    pub affected_count: i32,
    #[serde(default)]
    pub origin: Origin,
    pub flags: Flags,
    pub call_id: Option<String>,
    pub previous_order: Option<OrderId>,
    /// Import and exchange idempotency key.
    pub src_sys: Option<String>,
    pub src_no: Option<String>,
    /// 领导信箱 it was written to.
    pub mailbox: Option<kernel::Uuid>,

    pub suggested_org: Option<OrgId>,
    pub lead_org: Option<OrgId>,
    pub registered_by: Option<UserId>,
    pub registered_org: OrgId,
    /// 占用人: who has claimed it from the public pool, and until when.
    pub claimed_by: Option<UserId>,
    pub claimed_until: Option<Ts>,

    pub registered_at: Ts,
    pub dispatched_at: Option<Ts>,
    /// The promise: due moment of the running handling clock, kept equal to it by the writer.
    pub due_at: Option<Ts>,
    pub warn_at: Option<Ts>,
    pub tracking_until: Option<Ts>,
    pub closed_at: Option<Ts>,
    pub archived_at: Option<Ts>,
    pub updated_at: Ts,

    /// 公开答复, the accepted text for the citizen.
    pub reply: Option<String>,
    pub reply_at: Option<Ts>,
    pub reply_channel: Option<String>,
    pub result: Option<HandleResult>,
    pub reject_reason: Option<RejectReason>,
    pub redirect_target: Option<String>,
    pub contacted: Option<crate::callback::Contacted>,
    pub solved: Option<crate::callback::Solved>,
    pub rating: Option<crate::callback::Rating>,
    /// 剔除 code E1–E8 once approved.
    pub exempt: Option<String>,

    pub merged_into: Option<OrderId>,
    /// The nearest 上级限办日期 among the orders merged into this one: it binds the work that answers them too.
    pub merged_limit_at: Option<Ts>,
    pub parent: Option<OrderId>,
    pub event: Option<EventId>,
    /// 并案主单: the order whose work answers this one too, while that is so.
    pub joint_lead: Option<OrderId>,
    pub return_n: i32,
    pub ext_n: i32,
    pub urge_n: i32,
    pub send_back_n: i32,
    pub supervise_n: i32,

    /// Number and hash of the newest flow entry: the head of this order's chain.
    pub flow_seq: i64,
    pub flow_hash: String,
}
