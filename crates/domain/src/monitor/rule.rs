//! 监察规则 as data: parameter `monitor.rules`, effective at once like any other.

use serde::{Deserialize, Serialize};

use crate::{clock::Span, env::Env};

coded! {
    /// 预警 / 黄牌 / 红牌.
    CardLevel {
        Warning = "warning", "预警";
        Yellow = "yellow", "黄牌";
        Red = "red", "红牌";
    }
}
coded! {
    /// What a rule measures.
    Metric {
        /// Not signed for in time.
        Sign = "sign", "签收超时";
        /// Still in time, but past the warning.
        DueSoon = "due_soon", "即将超期";
        /// The unit's own time has run out.
        Handle = "handle", "办理超期";
        Co = "co", "协办超期";
        Dispatch = "dispatch", "派单超时";
        Reply = "reply", "统一回复超时";
        Callback = "callback", "回访超时";
        ReturnDecide = "return_decide", "退单审核超时";
        /// A round of supervision was not answered in time.
        Supervise = "supervise", "督办逾期未反馈";
        /// Sent back by the centre this often.
        SentBack = "sent_back", "多次退回补正";
        /// Return requests refused this often.
        BadReturn = "bad_return", "不当退单";
        /// Handled for the n-th time.
        Rounds = "rounds", "反复办理";
        /// Supervision of the level 挂牌 or sharper.
        Listed = "listed", "挂牌督办";
        /// Sent back for 弄虚作假 (D6).
        Fraud = "fraud", "弄虚作假";
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Stable name: a card is raised once for a rule and its subject.
    pub code: String,
    pub name: String,
    pub metric: Metric,
    #[serde(rename = "card")]
    pub level: CardLevel,
    /// Clocks: how long after the due moment (of `due_soon`: after the warning).
    pub after: Span,
    /// Counts: from how many on.
    pub count: i64,
    /// 依据.
    pub basis: String,
    pub active: bool,
}

/// The rules in force; one that cannot be read is left out, as any wrong parameter is.
#[must_use]
pub fn rules(env: &Env) -> Vec<Rule> {
    let all = env.params.get("monitor.rules").and_then(|v| v.as_array()).cloned().unwrap_or_default();
    all.into_iter().filter_map(|v| serde_json::from_value::<Rule>(v).ok()).filter(|r| r.active).collect()
}
