//! 话务报表 and 剔除时段.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

use app::call::{report, window};
use app::view::{EndForm, FloorExportForm, FloorQuery, FloorReport, WindowForm, WindowView};
use kernel::Uuid;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::desk::download;
use crate::fault::Answer;
use crate::signed::{Keyed, Signed};

/// R01 话务情况, and R14 坐席工作量 with `by=agent`.
#[utoipa::path(get, path = "/floor/report", tag = "call", params(FloorQuery), responses((status = 200, body = FloorReport), (status = 403, body = Problem)))]
pub async fn floor_report(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<FloorQuery>,
) -> Answer<Json<FloorReport>> {
    Ok(Json(report::floor_report(&desk.app, &ctx, &query).await?))
}

/// 导出话务报表.
#[utoipa::path(post, path = "/floor/report/export", tag = "call", request_body = FloorExportForm,
    responses((status = 200, description = "CSV or XLSX", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem)))]
pub async fn floor_export(
    State(desk): State<Desk>,
    Keyed { ctx, body }: Keyed<FloorExportForm>,
) -> Answer<Response<Body>> {
    Ok(download(report::floor_export(&desk.app, &ctx, &body).await?))
}

/// 剔除时段列表.
#[utoipa::path(get, path = "/call-windows", tag = "call", responses((status = 200, body = Vec<WindowView>)))]
pub async fn window_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<WindowView>>> {
    Ok(Json(window::window_list(&desk.app, &ctx).await?))
}

/// 新增剔除时段.
#[utoipa::path(post, path = "/call-windows", tag = "call", request_body = WindowForm, responses((status = 201, body = WindowView), (status = 422, body = Problem)))]
pub async fn window_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<WindowForm>,
) -> Answer<(StatusCode, Json<WindowView>)> {
    Ok((StatusCode::CREATED, Json(window::window_create(&desk.app, &ctx, &form).await?)))
}

/// 撤销剔除时段.
#[utoipa::path(post, path = "/call-windows/{id}/revoke", tag = "call", request_body = EndForm, params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn window_revoke(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<EndForm>,
) -> Answer<StatusCode> {
    window::window_revoke(&desk.app, &ctx, id, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
