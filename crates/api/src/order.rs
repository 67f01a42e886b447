//! 工单: register, read, command.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

use app::order;
use app::view::{
    FlowLine, HitView, Listing, OrderCount, OrderLine, OrderQuery, OrderView, PreviewView, Registered, ReplyCheckForm,
    RevealForm, RevealedView,
};
use domain::order::{Command, RegisterForm};
use kernel::OrderId;
use wire::etag::{self, IfMatch};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::{Keyed, Signed};

/// 登记 (W02). The query code is in this answer and nowhere else.
#[utoipa::path(post, path = "/orders", tag = "order", request_body = RegisterForm,
    params(("idempotency-key" = Option<String>, Header, description = "Repeat safely: the same key gives the same answer.")),
    responses((status = 201, body = Registered), (status = 422, body = Problem)))]
pub async fn order_register(
    State(desk): State<Desk>,
    Keyed { ctx, body }: Keyed<RegisterForm>,
) -> Answer<impl IntoResponse> {
    Ok((StatusCode::CREATED, Json(order::order_register(&desk.app, &ctx, body).await?)))
}

/// 综合查询: any combination of conditions within the caller's data scope.
#[utoipa::path(get, path = "/orders", tag = "order", params(OrderQuery), responses((status = 200, body = Listing<OrderLine>)))]
pub async fn order_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<OrderQuery>,
) -> Answer<Json<Listing<OrderLine>>> {
    Ok(Json(order::order_list(&desk.app, &ctx, &query).await?))
}

/// How many orders the conditions of `GET /orders` fit: asked beside the list, which does not wait for it.
#[utoipa::path(get, path = "/orders/count", tag = "order", params(OrderQuery), responses((status = 200, body = OrderCount)))]
pub async fn order_count(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<OrderQuery>,
) -> Answer<Json<OrderCount>> {
    Ok(Json(order::order_count(&desk.app, &ctx, &query).await?))
}

/// 工单全貌, masked for the caller, with the actions open to them.
#[utoipa::path(get, path = "/orders/{id}", tag = "order", params(("id" = OrderId, Path)), responses((status = 200, body = OrderView), (status = 404, body = Problem)))]
pub async fn order_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<impl IntoResponse> {
    let view = order::order_view(&desk.app, &ctx, id).await?;
    Ok(([(header::ETAG, etag::value(view.line.version))], Json(view)))
}

/// 流转记录, every step in order.
#[utoipa::path(get, path = "/orders/{id}/flow", tag = "order", params(("id" = OrderId, Path)), responses((status = 200, body = Vec<FlowLine>)))]
pub async fn order_flow(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<Vec<FlowLine>>> {
    Ok(Json(order::order_flow(&desk.app, &ctx, id).await?))
}

/// The one door through which an order changes. `If-Match` carries the version the caller saw.
#[utoipa::path(post, path = "/orders/{id}/commands", tag = "order", request_body = Command,
    params(("id" = OrderId, Path), ("if-match" = String, Header), ("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = OrderView), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn order_command(
    State(desk): State<Desk>,
    Path(id): Path<OrderId>,
    IfMatch(version): IfMatch,
    Keyed { ctx, body }: Keyed<Command>,
) -> Answer<impl IntoResponse> {
    let view = order::order_command(&desk.app, &ctx, id, version, body).await?;
    Ok(([(header::ETAG, etag::value(view.line.version))], Json(view)))
}

/// What a command would do to the clocks, before anybody confirms it.
#[utoipa::path(post, path = "/orders/{id}/preview", tag = "order", request_body = Command, params(("id" = OrderId, Path)),
    responses((status = 200, body = PreviewView), (status = 409, body = Problem)))]
pub async fn order_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Json(command): Json<Command>,
) -> Answer<Json<PreviewView>> {
    Ok(Json(order::order_preview(&desk.app, &ctx, id, command).await?))
}

/// 查看原文: personal data for a stated reason; audited and limited.
#[utoipa::path(post, path = "/orders/{id}/reveal", tag = "order", request_body = RevealForm, params(("id" = OrderId, Path)),
    responses((status = 200, body = RevealedView), (status = 403, body = Problem), (status = 429, body = Problem)))]
pub async fn order_reveal(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Json(form): Json<RevealForm>,
) -> Answer<Json<RevealedView>> {
    Ok(Json(order::order_reveal(&desk.app, &ctx, id, &form).await?))
}

/// 答复质量检查: what the reply gate finds in an answer, before it is handed in.
#[utoipa::path(post, path = "/orders/{id}/reply-check", tag = "order", request_body = ReplyCheckForm, params(("id" = OrderId, Path)),
    responses((status = 200, body = Vec<HitView>), (status = 404, body = Problem)))]
pub async fn reply_check(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Json(form): Json<ReplyCheckForm>,
) -> Answer<Json<Vec<HitView>>> {
    Ok(Json(order::reply_check(&desk.app, &ctx, id, &form).await?))
}
