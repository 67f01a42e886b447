//! 联系诉求人 (W15): the contact log that must exist before a reply leaves the unit.

use kernel::{ContactId, OrderId, TaskId, Ts, UserId};
use serde::{Deserialize, Serialize};

coded! {
    /// 联系方式.
    ContactWay { Phone = "phone", "电话"; Visit = "visit", "上门"; Onsite = "onsite", "现场"; Online = "online", "网络"; }
}
coded! {
    /// 联系结果.
    ContactResult {
        Reached = "reached", "已联系上"; NoAnswer = "no_answer", "无人接听"; Refused = "refused", "拒绝沟通"; WrongNumber = "wrong_number", "号码有误";
        /// Nobody tried at all: what a correction says of a contact that was recorded and did not take place.
        None = "none", "未联系";
    }
}

/// One contact with the citizen by a handler.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Contact {
    pub id: ContactId,
    pub order_id: OrderId,
    pub task_id: TaskId,
    pub at: Ts,
    pub way: ContactWay,
    pub result: ContactResult,
    pub note: Option<String>,
    pub by: UserId,
    pub recorded_at: Ts,
    /// 更正: the first record of the contact that this one puts right; it keeps the time it tells of.
    pub corrects: Option<ContactId>,
    pub corrected_at: Option<Ts>,
}

impl Contact {
    /// The first record of the same contact.
    #[must_use]
    pub fn root(&self) -> ContactId {
        self.corrects.unwrap_or(self.id)
    }
}
