//! The desk around the orders: queues, home, notices, drafts, saved filters, exports, events.

use std::collections::BTreeMap;

use kernel::{FilterId, NoticeId, OrderId, Ts};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{OrderLine, SupervisionLine};

/// 工作池 of the signed-in role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueView {
    pub code: String,
    pub name: String,
    pub count: i64,
    pub red: i64,
    pub yellow: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HomeView {
    pub queues: Vec<QueueView>,
    pub lights: LightCounts,
    /// `registered`, `dispatched`, `closed`, `overdue` of today.
    pub today: BTreeMap<String, i64>,
    pub my: Vec<OrderLine>,
    /// 督办 waiting for an answer from this desk, the most pressing first.
    pub pinned: Vec<SupervisionLine>,
}

/// Lamps of the open orders in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LightCounts {
    pub green: i64,
    pub yellow: i64,
    pub red: i64,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationView {
    pub id: NoticeId,
    pub kind: String,
    pub title: String,
    pub body: String,
    pub order_id: Option<OrderId>,
    pub at: Ts,
    pub read_at: Option<Ts>,
}

#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NotificationList {
    pub items: Vec<NotificationView>,
    pub next: Option<String>,
    pub unread: i64,
}

/// Which notices were read: some, or all.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct ReadForm {
    pub ids: Vec<NoticeId>,
    pub all: bool,
}

/// 暂存 of a form, by key of the form.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftView {
    pub body: Value,
    pub updated_at: Ts,
}

/// 常用筛选.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilterView {
    pub id: FilterId,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub query: Value,
}

#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FilterForm {
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Value>))]
    pub query: Value,
}

/// 导出 request.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExportForm {
    /// As the query string of `GET /orders`.
    #[serde(default)]
    pub filter: super::OrderQuery,
    /// Column codes; the usual ones when empty.
    #[serde(default)]
    pub columns: Vec<String>,
    /// `csv` or `xlsx`.
    pub format: String,
    pub purpose: String,
}

/// One server-sent event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventView {
    /// `id:` of the event, to resume from.
    pub seq: i64,
    /// `notification`, `order`, `queue` or `session`.
    pub event: String,
    pub data: Value,
}
