//! 回访 (§5.7): what the citizen says of the handling.

use kernel::{CallbackId, OrderId, Ts, UserId, Uuid};
use serde::{Deserialize, Serialize};

/// Who "made" what no member of staff made: a rating by message or on the portal, a citizen's own application.
pub const CITIZEN: UserId = UserId(Uuid::nil());

coded! {
    /// 满意度, five levels (§1.6); never edited, only corrected by a later record.
    Rating {
        VerySat = "very_sat", "非常满意";
        Sat = "sat", "满意";
        Basic = "basic", "基本满意";
        Dissat = "dissat", "不满意";
        VeryDissat = "very_dissat", "非常不满意";
        None = "none", "未评价";
    }
}

impl Rating {
    /// 满意, 基本满意 included: what every satisfaction rate and the outcome of a callback count as such.
    #[must_use]
    pub const fn is_satisfied(self) -> bool {
        matches!(self, Self::VerySat | Self::Sat | Self::Basic)
    }
}

coded! {
    /// q1 是否联系.
    Contacted { Yes = "yes", "已联系"; No = "no", "未联系"; Unsure = "unsure", "记不清"; }
}
coded! {
    /// q2 是否解决.
    Solved { Solved = "solved", "已解决"; Partial = "partial", "部分解决"; Unsolved = "unsolved", "未解决"; }
}
coded! {
    /// 评价项: what of one answer is judged apart from the rest, and contested apart.
    RatedItem {
        Contacted = "contacted", "是否联系";
        Process = "process", "过程满意";
        Result = "result", "结果满意";
        Solved = "solved", "是否解决";
    }
}
coded! {
    /// 回访方式.
    CallbackMode { Phone = "phone", "电话"; Sms = "sms", "短信"; Robot = "robot", "智能外呼"; App = "app", "网络"; }
}
coded! {
    /// 回访结果 B1–B5.
    CallbackOutcome {
        Satisfied = "satisfied", "满意结案";
        RedoProposed = "redo_proposed", "建议重办";
        Unreasonable = "unreasonable", "诉求不合理结案";
        Unreachable = "unreachable", "无法联系结案";
        Attempted = "attempted", "未接通";
    }
}

/// One attempt to ask the citizen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Callback {
    pub id: CallbackId,
    pub order_id: OrderId,
    pub round: i32,
    pub mode: CallbackMode,
    pub reached: bool,
    pub unreached_reason: Option<String>,
    pub contacted: Option<Contacted>,
    pub solved: Option<Solved>,
    /// 过程满意.
    pub process_rating: Option<Rating>,
    /// 办理(结果)满意.
    pub rating: Option<Rating>,
    pub dissatisfy_reasons: Vec<String>,
    pub opinion: Option<String>,
    pub outcome: CallbackOutcome,
    pub by: UserId,
    pub at: Ts,
    /// 更正: the first record of the answer that this one puts right; it keeps the time of the conversation.
    pub corrects: Option<CallbackId>,
    pub corrected_at: Option<Ts>,
}

impl Callback {
    /// The first record of the same answer.
    #[must_use]
    pub fn root(&self) -> CallbackId {
        self.corrects.unwrap_or(self.id)
    }

    /// The answer says something about the item.
    #[must_use]
    pub fn tells(&self, item: RatedItem) -> bool {
        let rated = |r: Option<Rating>| r.is_some_and(|r| r != Rating::None);
        match item {
            RatedItem::Contacted => matches!(self.contacted, Some(Contacted::Yes | Contacted::No)),
            RatedItem::Process => rated(self.process_rating),
            RatedItem::Result => rated(self.rating),
            RatedItem::Solved => self.solved.is_some(),
        }
    }
}
