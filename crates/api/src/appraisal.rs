//! 评价与考核.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Response;

use app::appraisal;
use app::view::{
    AnomalyList, AppraisalExportForm, AppraisalQuery, AppraisalView, EffectView, JudgedLine, JudgedQuery, Listing,
    ReceivedExportForm, ReceivedQuery, ReceivedView,
};
use kernel::{OrderId, RequestId};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::desk::download;
use crate::fault::Answer;
use crate::signed::{Keyed, Signed};

/// Rates of a period by unit with their numerators and denominators, within the caller's data scope.
#[utoipa::path(get, path = "/appraisal", tag = "appraisal", params(AppraisalQuery), responses((status = 200, body = app::view::AppraisalView)))]
pub async fn appraisal_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<AppraisalQuery>,
) -> Answer<Json<AppraisalView>> {
    Ok(Json(appraisal::appraisal(&desk.app, &ctx, &query).await?))
}

/// The figures as a file.
#[utoipa::path(post, path = "/appraisal/export", tag = "appraisal", request_body = AppraisalExportForm,
    responses((status = 200, description = "CSV or XLSX", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem)))]
pub async fn appraisal_export(
    State(desk): State<Desk>,
    Keyed { ctx, body }: Keyed<AppraisalExportForm>,
) -> Answer<Response<Body>> {
    Ok(download(appraisal::appraisal_export(&desk.app, &ctx, &body).await?))
}

/// 诉求受理总体情况 (R02): what was registered in a period by 来源 and 类型, within the caller's data scope.
#[utoipa::path(get, path = "/appraisal/received", tag = "appraisal", params(ReceivedQuery), responses((status = 200, body = ReceivedView)))]
pub async fn received_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<ReceivedQuery>,
) -> Answer<Json<ReceivedView>> {
    Ok(Json(appraisal::received(&desk.app, &ctx, &query).await?))
}

/// R02 as a file.
#[utoipa::path(post, path = "/appraisal/received/export", tag = "appraisal", request_body = ReceivedExportForm,
    responses((status = 200, description = "CSV or XLSX", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem)))]
pub async fn received_export(
    State(desk): State<Desk>,
    Keyed { ctx, body }: Keyed<ReceivedExportForm>,
) -> Answer<Response<Body>> {
    Ok(download(appraisal::received_export(&desk.app, &ctx, &body).await?))
}

/// 剔除与申诉: what units asked of the assessment, with evidence, decisions and what it takes out.
#[utoipa::path(get, path = "/appraisal/requests", tag = "appraisal", params(JudgedQuery), responses((status = 200, body = Listing<JudgedLine>)))]
pub async fn judged_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<JudgedQuery>,
) -> Answer<Json<Listing<JudgedLine>>> {
    Ok(Json(appraisal::judged_list(&desk.app, &ctx, &query).await?))
}

/// 异常评价: patterns among the citizens' answers that a person should look at.
#[utoipa::path(get, path = "/appraisal/anomalies", tag = "appraisal", params(AppraisalQuery), responses((status = 200, body = AnomalyList)))]
pub async fn anomaly_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<AppraisalQuery>,
) -> Answer<Json<AnomalyList>> {
    Ok(Json(appraisal::anomaly_list(&desk.app, &ctx, &query).await?))
}

/// What agreeing to 剔除 or 评价申诉 does to the unit's rates.
#[utoipa::path(get, path = "/orders/{id}/requests/{request}/effect", tag = "appraisal", params(("id" = OrderId, Path), ("request" = RequestId, Path)),
    responses((status = 200, body = EffectView), (status = 404, body = Problem)))]
pub async fn request_effect(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, request)): Path<(OrderId, RequestId)>,
) -> Answer<Json<EffectView>> {
    Ok(Json(appraisal::request_effect(&desk.app, &ctx, id, request).await?))
}
