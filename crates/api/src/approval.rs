//! 待我审批.

use axum::extract::State;

use app::approval;
use app::view::{ApprovalCounts, ApprovalLine, ApprovalQuery, Listing};
use wire::Json;
use wire::json::Query;

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// Requests that wait for the caller's word, or that the caller made; the most pressing first.
#[utoipa::path(get, path = "/approvals", tag = "approval", params(ApprovalQuery), responses((status = 200, body = Listing<ApprovalLine>)))]
pub async fn approval_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<ApprovalQuery>,
) -> Answer<Json<Listing<ApprovalLine>>> {
    Ok(Json(approval::approval_list(&desk.app, &ctx, &query).await?))
}

/// Kind of request → how many wait.
#[utoipa::path(get, path = "/approvals/counts", tag = "approval", params(ApprovalQuery), responses((status = 200, body = std::collections::BTreeMap<String, i64>)))]
pub async fn approval_counts(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<ApprovalQuery>,
) -> Answer<Json<ApprovalCounts>> {
    Ok(Json(approval::approval_counts(&desk.app, &ctx, &query).await?))
}
