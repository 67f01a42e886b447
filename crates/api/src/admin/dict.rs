//! 数据字典.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::admin::dict;
use app::view::{DictItemForm, DictItemView, DictLine};
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 字典列表.
#[utoipa::path(get, path = "/admin/dictionaries", tag = "admin", responses((status = 200, body = Vec<DictLine>)))]
pub async fn dict_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<DictLine>>> {
    Ok(Json(dict::dict_list(&desk.app, &ctx).await?))
}

/// 字典项, valid or not.
#[utoipa::path(get, path = "/admin/dictionaries/{code}", tag = "admin", params(("code" = String, Path)), responses((status = 200, body = Vec<DictItemView>)))]
pub async fn dict_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(code): Path<String>,
) -> Answer<Json<Vec<DictItemView>>> {
    Ok(Json(dict::dict_view(&desk.app, &ctx, &code).await?))
}

/// 新增字典项.
#[utoipa::path(post, path = "/admin/dictionaries/{code}", tag = "admin", params(("code" = String, Path)), request_body = DictItemForm,
    responses((status = 201, body = DictItemView), (status = 422, body = Problem)))]
pub async fn dict_item_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(code): Path<String>,
    Json(form): Json<DictItemForm>,
) -> Answer<(StatusCode, Json<DictItemView>)> {
    Ok((StatusCode::CREATED, Json(dict::dict_item_create(&desk.app, &ctx, &code, form).await?)))
}

/// 修改字典项; codes never change.
#[utoipa::path(put, path = "/admin/dictionaries/{code}/{item}", tag = "admin", params(("code" = String, Path), ("item" = String, Path)),
    request_body = DictItemForm, responses((status = 200, body = DictItemView)))]
pub async fn dict_item_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((code, item)): Path<(String, String)>,
    Json(form): Json<DictItemForm>,
) -> Answer<Json<DictItemView>> {
    Ok(Json(dict::dict_item_update(&desk.app, &ctx, &code, &item, form).await?))
}
