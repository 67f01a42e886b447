//! 机构.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::admin::org;
use app::view::{OrgForm, OrgView};
use kernel::OrgId;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 机构列表.
#[utoipa::path(get, path = "/admin/orgs", tag = "admin", responses((status = 200, body = Vec<OrgView>), (status = 403, body = Problem)))]
pub async fn org_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<OrgView>>> {
    Ok(Json(org::org_list(&desk.app, &ctx).await?))
}

/// 新增机构.
#[utoipa::path(post, path = "/admin/orgs", tag = "admin", request_body = OrgForm, responses((status = 201, body = OrgView), (status = 422, body = Problem)))]
pub async fn org_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<OrgForm>,
) -> Answer<(StatusCode, Json<OrgView>)> {
    Ok((StatusCode::CREATED, Json(org::org_create(&desk.app, &ctx, form).await?)))
}

/// 修改机构.
#[utoipa::path(put, path = "/admin/orgs/{id}", tag = "admin", params(("id" = OrgId, Path)), request_body = OrgForm, responses((status = 200, body = OrgView)))]
pub async fn org_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrgId>,
    Json(form): Json<OrgForm>,
) -> Answer<Json<OrgView>> {
    Ok(Json(org::org_update(&desk.app, &ctx, id, form).await?))
}
