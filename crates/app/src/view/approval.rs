//! 待我审批.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{OrderLine, RequestView};

/// A row: the request and its order.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApprovalLine {
    pub request: RequestView,
    pub order: OrderLine,
}

/// Query string of `GET /approvals`.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams), into_params(parameter_in = Query))]
#[serde(default)]
pub struct ApprovalQuery {
    /// Kind of request.
    pub kind: Option<String>,
    /// What the caller asked for, instead of what waits for the caller's word.
    pub applied: bool,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// Kind of request → how many wait.
pub type ApprovalCounts = BTreeMap<String, i64>;
