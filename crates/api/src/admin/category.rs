//! 问题分类.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::admin::category;
use app::view::{CategoryForm, CategoryView};
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 分类列表.
#[utoipa::path(get, path = "/admin/categories", tag = "admin", responses((status = 200, body = Vec<CategoryView>)))]
pub async fn category_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<CategoryView>>> {
    Ok(Json(category::category_list(&desk.app, &ctx).await?))
}

/// 新增分类.
#[utoipa::path(post, path = "/admin/categories", tag = "admin", request_body = CategoryForm, responses((status = 201, body = CategoryView), (status = 422, body = Problem)))]
pub async fn category_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<CategoryForm>,
) -> Answer<(StatusCode, Json<CategoryView>)> {
    Ok((StatusCode::CREATED, Json(category::category_create(&desk.app, &ctx, form).await?)))
}

/// 修改分类.
#[utoipa::path(put, path = "/admin/categories/{code}", tag = "admin", params(("code" = String, Path)), request_body = CategoryForm, responses((status = 200, body = CategoryView)))]
pub async fn category_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(code): Path<String>,
    Json(form): Json<CategoryForm>,
) -> Answer<Json<CategoryView>> {
    Ok(Json(category::category_update(&desk.app, &ctx, &code, form).await?))
}
