//! 接口密钥.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::open::key::{self, KeyForm, KeyLine, KeyMade};
use kernel::Uuid;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 接口密钥列表, without the keys.
#[utoipa::path(get, path = "/admin/api-keys", tag = "admin", responses((status = 200, body = Vec<KeyLine>), (status = 403, body = Problem)))]
pub async fn key_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<KeyLine>>> {
    Ok(Json(key::key_list(&desk.app, &ctx).await?))
}

/// 发放接口密钥; the key is shown in this answer only.
#[utoipa::path(post, path = "/admin/api-keys", tag = "admin", request_body = KeyForm, responses((status = 201, body = KeyMade), (status = 422, body = Problem)))]
pub async fn key_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<KeyForm>,
) -> Answer<(StatusCode, Json<KeyMade>)> {
    Ok((StatusCode::CREATED, Json(key::key_create(&desk.app, &ctx, form).await?)))
}

/// 停用接口密钥, at once and for ever.
#[utoipa::path(post, path = "/admin/api-keys/{id}/revoke", tag = "admin", params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn key_revoke(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    key::key_revoke(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
