//! 参数配置: effective at once, with history.

use axum::extract::{Path, State};

use app::admin::param;
use app::view::{ParamEffect, ParamForm, ParamTrial, ParamVersion, ParamView, RollbackForm};
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 参数列表.
#[utoipa::path(get, path = "/admin/params", tag = "admin", responses((status = 200, body = Vec<ParamView>)))]
pub async fn param_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<ParamView>>> {
    Ok(Json(param::param_list(&desk.app, &ctx).await?))
}

/// 修改参数.
#[utoipa::path(put, path = "/admin/params/{key}", tag = "admin", params(("key" = String, Path)), request_body = ParamForm, responses((status = 200, body = ParamView), (status = 422, body = Problem)))]
pub async fn param_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
    Json(form): Json<ParamForm>,
) -> Answer<Json<ParamView>> {
    Ok(Json(param::param_set(&desk.app, &ctx, &key, form).await?))
}

/// 参数历史.
#[utoipa::path(get, path = "/admin/params/{key}/history", tag = "admin", params(("key" = String, Path)), responses((status = 200, body = Vec<ParamVersion>)))]
pub async fn param_history(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
) -> Answer<Json<Vec<ParamVersion>>> {
    Ok(Json(param::param_history(&desk.app, &ctx, &key).await?))
}

/// 效果预览.
#[utoipa::path(post, path = "/admin/params/{key}/preview", tag = "admin", params(("key" = String, Path)), request_body = ParamTrial, responses((status = 200, body = ParamEffect)))]
pub async fn param_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
    Json(form): Json<ParamTrial>,
) -> Answer<Json<ParamEffect>> {
    Ok(Json(param::param_preview(&desk.app, &ctx, &key, &form).await?))
}

/// 回退到某一版本.
#[utoipa::path(post, path = "/admin/params/{key}/rollback", tag = "admin", params(("key" = String, Path)), request_body = RollbackForm, responses((status = 200, body = ParamView)))]
pub async fn param_rollback(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
    Json(form): Json<RollbackForm>,
) -> Answer<Json<ParamView>> {
    Ok(Json(param::param_rollback(&desk.app, &ctx, &key, form).await?))
}
