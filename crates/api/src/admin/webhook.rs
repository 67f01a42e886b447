//! 变更推送.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::open::hook::{self, HookForm, HookLine, HookMade};
use kernel::Uuid;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 推送列表 with the latest deliveries of each.
#[utoipa::path(get, path = "/admin/webhooks", tag = "admin", responses((status = 200, body = Vec<HookLine>), (status = 403, body = Problem)))]
pub async fn hook_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<HookLine>>> {
    Ok(Json(hook::hook_list(&desk.app, &ctx).await?))
}

/// 新增推送; the secret is shown in this answer only.
#[utoipa::path(post, path = "/admin/webhooks", tag = "admin", request_body = HookForm, responses((status = 201, body = HookMade), (status = 422, body = Problem)))]
pub async fn hook_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<HookForm>,
) -> Answer<(StatusCode, Json<HookMade>)> {
    Ok((StatusCode::CREATED, Json(hook::hook_create(&desk.app, &ctx, form).await?)))
}

/// 停止推送.
#[utoipa::path(post, path = "/admin/webhooks/{id}/stop", tag = "admin", params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub async fn hook_stop(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    hook::hook_stop(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
