//! 网闸交换.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::exchange::{self, ExchangeView};
use kernel::Uuid;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 网闸交换状态: when the outer side was last heard, what waits, what is missing, what could not be done.
#[utoipa::path(get, path = "/admin/exchange", tag = "admin", responses((status = 200, body = ExchangeView), (status = 403, body = Problem)))]
pub async fn exchange_view(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<ExchangeView>> {
    Ok(Json(exchange::exchange_view(&desk.app, &ctx).await?))
}

/// 重新办理 with the next round of the exchange.
#[utoipa::path(post, path = "/admin/exchange/refused/{id}/retry", tag = "admin", params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn refused_retry(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    exchange::refused_retry(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 已另行处理.
#[utoipa::path(post, path = "/admin/exchange/refused/{id}/settle", tag = "admin", params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn refused_settle(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    exchange::refused_settle(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
