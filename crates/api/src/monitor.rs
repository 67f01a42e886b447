//! 电子监察.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::monitor;
use app::view::{BoardView, CardLine, CardQuery, CardView, Listing, PleaForm, RulingForm};
use domain::monitor::MonitorNotice;
use kernel::{CardId, OrderId};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 监察看板: counters, rules and units under the conditions of the list.
#[utoipa::path(get, path = "/monitor/board", tag = "monitor", params(CardQuery), responses((status = 200, body = BoardView)))]
pub async fn monitor_board(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<CardQuery>,
) -> Answer<Json<BoardView>> {
    Ok(Json(monitor::board_view(&desk.app, &ctx, &query).await?))
}

/// 监察牌, newest first.
#[utoipa::path(get, path = "/monitor/cards", tag = "monitor", params(CardQuery), responses((status = 200, body = Listing<CardLine>)))]
pub async fn card_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<CardQuery>,
) -> Answer<Json<Listing<CardLine>>> {
    Ok(Json(monitor::card_list(&desk.app, &ctx, &query).await?))
}

/// 监察牌 of one order.
#[utoipa::path(get, path = "/orders/{id}/cards", tag = "monitor", params(("id" = OrderId, Path)), responses((status = 200, body = Vec<CardView>)))]
pub async fn card_of_order(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<Vec<CardView>>> {
    Ok(Json(monitor::card_of_order(&desk.app, &ctx, id).await?))
}

/// 监察通知 by a monitor.
#[utoipa::path(post, path = "/monitor/cards", tag = "monitor", request_body = MonitorNotice,
    responses((status = 201, body = CardView), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn card_issue(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<MonitorNotice>,
) -> Answer<(StatusCode, Json<CardView>)> {
    Ok((StatusCode::CREATED, Json(monitor::card_issue(&desk.app, &ctx, &form).await?)))
}

/// 说明 by the unit.
#[utoipa::path(post, path = "/monitor/cards/{id}/explain", tag = "monitor", request_body = PleaForm, params(("id" = CardId, Path)),
    responses((status = 200, body = CardView), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn card_explain(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CardId>,
    Json(form): Json<PleaForm>,
) -> Answer<Json<CardView>> {
    Ok(Json(monitor::card_explain(&desk.app, &ctx, id, &form).await?))
}

/// 申诉 by the unit, once.
#[utoipa::path(post, path = "/monitor/cards/{id}/appeal", tag = "monitor", request_body = PleaForm, params(("id" = CardId, Path)),
    responses((status = 200, body = CardView), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn card_appeal(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CardId>,
    Json(form): Json<PleaForm>,
) -> Answer<Json<CardView>> {
    Ok(Json(monitor::card_appeal(&desk.app, &ctx, id, &form).await?))
}

/// 审核 by a monitor.
#[utoipa::path(post, path = "/monitor/cards/{id}/decide", tag = "monitor", request_body = RulingForm, params(("id" = CardId, Path)),
    responses((status = 200, body = CardView), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn card_decide(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CardId>,
    Json(form): Json<RulingForm>,
) -> Answer<Json<CardView>> {
    Ok(Json(monitor::card_decide(&desk.app, &ctx, id, &form).await?))
}
