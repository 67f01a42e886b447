//! 派单目录.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::catalogue;
use app::view::{CatalogueEffect, CatalogueQuery, Listing, RuleChange, RuleEnd, RulePreview, RuleView};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 规则列表, by category, area and beginning.
#[utoipa::path(get, path = "/catalogue", tag = "catalogue", params(CatalogueQuery), responses((status = 200, body = Listing<RuleView>)))]
pub async fn catalogue_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<CatalogueQuery>,
) -> Answer<Json<Listing<RuleView>>> {
    Ok(Json(catalogue::catalogue_list(&desk.app, &ctx, &query).await?))
}

/// 新建规则, or the next version of one.
#[utoipa::path(post, path = "/catalogue", tag = "catalogue", request_body = RuleChange, responses((status = 201, body = RuleView), (status = 422, body = Problem)))]
pub async fn catalogue_put(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<RuleChange>,
) -> Answer<(StatusCode, Json<RuleView>)> {
    Ok((StatusCode::CREATED, Json(catalogue::catalogue_put(&desk.app, &ctx, &form).await?)))
}

/// 变更预览: which of the orders sent out lately would have gone elsewhere.
#[utoipa::path(post, path = "/catalogue/preview", tag = "catalogue", request_body = RulePreview, responses((status = 200, body = CatalogueEffect), (status = 422, body = Problem)))]
pub async fn catalogue_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<RulePreview>,
) -> Answer<Json<CatalogueEffect>> {
    Ok(Json(catalogue::catalogue_preview(&desk.app, &ctx, &form).await?))
}

/// 历次版本, the newest first.
#[utoipa::path(get, path = "/catalogue/{id}/history", tag = "catalogue", params(("id" = i64, Path)), responses((status = 200, body = Vec<RuleView>)))]
pub async fn catalogue_history(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<i64>,
) -> Answer<Json<Vec<RuleView>>> {
    Ok(Json(catalogue::catalogue_history(&desk.app, &ctx, id).await?))
}

/// 终止规则.
#[utoipa::path(post, path = "/catalogue/{id}/end", tag = "catalogue", params(("id" = i64, Path)), request_body = RuleEnd, responses((status = 200, body = RuleView), (status = 422, body = Problem)))]
pub async fn catalogue_end(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<i64>,
    Json(form): Json<RuleEnd>,
) -> Answer<Json<RuleView>> {
    Ok(Json(catalogue::catalogue_end(&desk.app, &ctx, id, &form).await?))
}
