//! 关联: how orders belong together (W32–W35, §5.6).

use kernel::{LinkId, OrderId, Ts, UserId};
use serde::{Deserialize, Serialize};

use crate::order::LinkKind;

/// An edge from `order_id` to `other`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub id: LinkId,
    pub order_id: OrderId,
    pub other: OrderId,
    pub kind: LinkKind,
    pub reason: Option<String>,
    pub by: Option<UserId>,
    pub at: Ts,
    pub ended_at: Option<Ts>,
}
