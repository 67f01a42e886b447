//! 并案.

use domain::callback::{Rating, Solved};
use kernel::{OrderId, Ts};
use serde::{Deserialize, Serialize};

use super::OrderLine;

/// Query string of `GET /joint-events`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct JointQuery {
    /// Only events whose work is not over.
    pub open: bool,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// One event in a list.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JointLine {
    /// 主单.
    pub lead: OrderLine,
    /// All orders of the event, the leading one among them.
    pub total: i64,
    /// 待回复.
    pub to_reply: i64,
    /// At an end.
    pub over: i64,
}

/// One order of an event.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JointMember {
    pub order: OrderLine,
    pub leading: bool,
    /// The answer to this citizen: a draft until `reply_at`.
    pub reply: Option<String>,
    pub reply_at: Option<Ts>,
    pub rating: Option<Rating>,
    pub solved: Option<Solved>,
    pub may_reply: bool,
    pub may_leave: bool,
}

/// An event with its orders.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JointView {
    pub lead: OrderId,
    /// The audited answer of the leading order.
    pub reply: Option<String>,
    pub may_join: bool,
    /// Orders of the event outside the viewer's data scope.
    pub hidden: i64,
    /// The leading order first.
    pub members: Vec<JointMember>,
}

/// One citizen's text of a bulk reply.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchReplyItem {
    pub order: OrderId,
    pub version: i64,
    pub reply: String,
}

/// 批量回复.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchReply {
    /// How the citizens are answered; as in `unified_reply`.
    pub channel: String,
    pub items: Vec<BatchReplyItem>,
}

/// What became of one reply.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchReplyResult {
    pub order: OrderId,
    /// Why it was not sent; `null` when it was.
    pub refused: Option<String>,
}

/// Orders that look like one event.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JointSuggestion {
    /// The one to lead first.
    pub orders: Vec<OrderLine>,
    pub reasons: Vec<String>,
}
