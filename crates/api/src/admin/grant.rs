//! 角色与授权: asked for by one, approved by another.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use app::admin::grant;
use app::view::{GrantForm, GrantView, RoleView};
use kernel::Uuid;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 角色 with permissions and mutual exclusions.
#[utoipa::path(get, path = "/admin/roles", tag = "admin", responses((status = 200, body = Vec<RoleView>), (status = 403, body = Problem)))]
pub async fn role_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<RoleView>>> {
    Ok(Json(grant::role_list(&desk.app, &ctx).await?))
}

/// 授权申请列表.
#[utoipa::path(get, path = "/admin/grants", tag = "admin", responses((status = 200, body = Vec<GrantView>)))]
pub async fn grant_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<GrantView>>> {
    Ok(Json(grant::grant_list(&desk.app, &ctx).await?))
}

/// 申请授权.
#[utoipa::path(post, path = "/admin/grants", tag = "admin", request_body = GrantForm, responses((status = 201, body = GrantView), (status = 409, body = Problem)))]
pub async fn grant_request(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<GrantForm>,
) -> Answer<(StatusCode, Json<GrantView>)> {
    Ok((StatusCode::CREATED, Json(grant::grant_request(&desk.app, &ctx, form).await?)))
}

/// The second person's word.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct GrantDecision {
    pub approve: bool,
}

/// 审批授权, by somebody else than who asked.
#[utoipa::path(post, path = "/admin/grants/{id}/decide", tag = "admin", params(("id" = Uuid, Path)), request_body = GrantDecision,
    responses((status = 200, body = GrantView), (status = 403, body = Problem)))]
pub async fn grant_decide(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(word): Json<GrantDecision>,
) -> Answer<Json<GrantView>> {
    Ok(Json(grant::grant_decide(&desk.app, &ctx, id, word.approve).await?))
}
