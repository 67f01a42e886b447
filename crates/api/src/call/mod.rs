//! 呼叫中心: calls, duties, recordings, reports, settings, quality.

pub mod duty;
pub mod quality;
pub mod recording;
pub mod report;
pub mod setup;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use app::call;
use app::view::{BindForm, CallLine, CallQuery, CallView, CallerCard, Listing, RemarkForm};
use kernel::{CallId, OrderId};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 通话记录: agents their own, leaders, supervisors and quality inspectors within their scope.
#[utoipa::path(get, path = "/calls", tag = "call", params(CallQuery), responses((status = 200, body = Listing<CallLine>), (status = 403, body = Problem)))]
pub async fn call_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<CallQuery>,
) -> Answer<Json<Listing<CallLine>>> {
    Ok(Json(call::call_list(&desk.app, &ctx, &query).await?))
}

/// 通话详情: parties, events, recordings, duty and score.
#[utoipa::path(get, path = "/calls/{id}", tag = "call", params(("id" = CallId, Path)), responses((status = 200, body = CallView), (status = 404, body = Problem)))]
pub async fn call_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CallId>,
) -> Answer<Json<CallView>> {
    Ok(Json(call::call_view(&desk.app, &ctx, id).await?))
}

/// 关联工单, with a trace in the order's record.
#[utoipa::path(post, path = "/calls/{id}/bind", tag = "call", request_body = BindForm, params(("id" = CallId, Path)), responses((status = 204), (status = 403, body = Problem)))]
pub async fn call_bind(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CallId>,
    Json(form): Json<BindForm>,
) -> Answer<StatusCode> {
    call::bind(&desk.app, &ctx, id, form.order).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 登记表扬或投诉 of the agent at a call.
#[utoipa::path(post, path = "/calls/{id}/remark", tag = "call", request_body = RemarkForm, params(("id" = CallId, Path)), responses((status = 204), (status = 403, body = Problem)))]
pub async fn call_remark(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CallId>,
    Json(form): Json<RemarkForm>,
) -> Answer<StatusCode> {
    call::call_remark(&desk.app, &ctx, id, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A calling number.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CallerNumber {
    pub number: String,
}

/// 来电弹屏 of a number.
#[utoipa::path(get, path = "/calls/caller", tag = "call", params(CallerNumber), responses((status = 200, body = CallerCard), (status = 422, body = Problem)))]
pub async fn caller_card(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(q): Query<CallerNumber>,
) -> Answer<Json<CallerCard>> {
    Ok(Json(call::caller_view(&desk.app, &ctx, &q.number).await?))
}

/// 工单的通话, with their recordings.
#[utoipa::path(get, path = "/orders/{id}/calls", tag = "call", params(("id" = OrderId, Path)), responses((status = 200, body = Vec<CallLine>), (status = 404, body = Problem)))]
pub async fn order_calls(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<Vec<CallLine>>> {
    Ok(Json(call::order_calls(&desk.app, &ctx, id).await?))
}
