//! 审计日志, background work, imports.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Response, header};
use futures::TryStreamExt as _;

use app::admin::audit;
use app::view::{AuditLine, AuditQuery, ImportLine, JobLine, Listing, VerifyReport};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 审计日志.
#[utoipa::path(get, path = "/admin/audit", tag = "admin", params(AuditQuery), responses((status = 200, body = Listing<AuditLine>), (status = 403, body = Problem)))]
pub async fn audit_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<AuditQuery>,
) -> Answer<Json<Listing<AuditLine>>> {
    Ok(Json(audit::audit_list(&desk.app, &ctx, &query).await?))
}

/// 校验哈希链.
#[utoipa::path(get, path = "/admin/audit/verify", tag = "admin", responses((status = 200, body = VerifyReport)))]
pub async fn audit_verify(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<VerifyReport>> {
    Ok(Json(audit::audit_verify(&desk.app, &ctx).await?))
}

/// 导出审计日志 as CSV.
#[utoipa::path(get, path = "/admin/audit/export", tag = "admin", params(AuditQuery),
    responses((status = 200, description = "CSV", body = Vec<u8>, content_type = "text/csv")))]
pub async fn audit_export(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<AuditQuery>,
) -> Answer<Response<Body>> {
    let export = audit::audit_export(&desk.app, &ctx, query).await?;
    let mut response = Response::new(Body::from_stream(export.body.map_err(|e| e.to_string())));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"audit.csv\""));
    Ok(response)
}

/// 后台任务.
#[utoipa::path(get, path = "/admin/jobs", tag = "admin", responses((status = 200, body = Vec<JobLine>)))]
pub async fn job_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<JobLine>>> {
    Ok(Json(audit::job_list(&desk.app, &ctx).await?))
}

/// 导入记录.
#[utoipa::path(get, path = "/admin/imports", tag = "admin", responses((status = 200, body = Vec<ImportLine>)))]
pub async fn import_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<ImportLine>>> {
    Ok(Json(audit::import_list(&desk.app, &ctx).await?))
}
