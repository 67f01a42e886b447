//! 待回拨.

use axum::extract::{Path, State};

use app::call;
use app::view::{DutyCountsView, DutyFinishForm, DutyLine, DutyQuery, Listing};
use kernel::CallTaskId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 回拨任务列表; open ones in the order they are due.
#[utoipa::path(get, path = "/call-duties", tag = "call", params(DutyQuery), responses((status = 200, body = Listing<DutyLine>), (status = 403, body = Problem)))]
pub async fn duty_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<DutyQuery>,
) -> Answer<Json<Listing<DutyLine>>> {
    Ok(Json(call::duty_list(&desk.app, &ctx, &query).await?))
}

/// 回拨任务数量.
#[utoipa::path(get, path = "/call-duties/counts", tag = "call", responses((status = 200, body = DutyCountsView)))]
pub async fn duty_counts(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<DutyCountsView>> {
    Ok(Json(call::duty_counts(&desk.app, &ctx).await?))
}

/// 领取回拨任务.
#[utoipa::path(post, path = "/call-duties/{id}/claim", tag = "call", params(("id" = CallTaskId, Path)), responses((status = 200, body = DutyLine), (status = 409, body = Problem)))]
pub async fn duty_claim(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CallTaskId>,
) -> Answer<Json<DutyLine>> {
    Ok(Json(call::duty_claim(&desk.app, &ctx, id).await?))
}

/// 释放回拨任务.
#[utoipa::path(post, path = "/call-duties/{id}/release", tag = "call", params(("id" = CallTaskId, Path)), responses((status = 200, body = DutyLine), (status = 403, body = Problem)))]
pub async fn duty_release(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CallTaskId>,
) -> Answer<Json<DutyLine>> {
    Ok(Json(call::duty_release(&desk.app, &ctx, id).await?))
}

/// 完成或放弃回拨任务, with the reason.
#[utoipa::path(post, path = "/call-duties/{id}/finish", tag = "call", request_body = DutyFinishForm, params(("id" = CallTaskId, Path)),
    responses((status = 200, body = DutyLine), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn duty_finish(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<CallTaskId>,
    Json(form): Json<DutyFinishForm>,
) -> Answer<Json<DutyLine>> {
    Ok(Json(call::duty_finish(&desk.app, &ctx, id, &form).await?))
}
