//! 短信网关 and 短信模板.

use app::sms::desk::{self, GatewayForm, GatewayView, TestForm};
use app::sms::template::{self, TemplateForm, TemplateLine, TemplatePreview, TemplateTrial, TemplateVersion};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use kernel::Uuid;
use serde::Serialize;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 网关设置 without secrets, and how the line is.
#[utoipa::path(get, path = "/admin/sms/gateway", tag = "admin", responses((status = 200, body = GatewayView), (status = 403, body = Problem)))]
pub async fn gateway_view(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<GatewayView>> {
    Ok(Json(desk::gateway_view(&desk.app, &ctx).await?))
}

/// 保存网关设置; in force from the next message on.
#[utoipa::path(put, path = "/admin/sms/gateway", tag = "admin", request_body = GatewayForm, responses((status = 200, body = GatewayView), (status = 422, body = Problem)))]
pub async fn gateway_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<GatewayForm>,
) -> Answer<Json<GatewayView>> {
    Ok(Json(desk::gateway_set(&desk.app, &ctx, form).await?))
}

/// The message made for a test.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MessageMade {
    pub id: Uuid,
}

/// A secret in clear.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SecretShown {
    pub secret: String,
}

/// 测试短信.
#[utoipa::path(post, path = "/admin/sms/test", tag = "admin", request_body = TestForm, responses((status = 201, body = MessageMade), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn gateway_test(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<TestForm>,
) -> Answer<(StatusCode, Json<MessageMade>)> {
    let id = desk::test(&desk.app, &ctx, &form).await?;
    Ok((StatusCode::CREATED, Json(MessageMade { id })))
}

/// 回调密钥 in clear; looking is written down.
#[utoipa::path(post, path = "/admin/sms/secret", tag = "admin", responses((status = 200, body = SecretShown), (status = 403, body = Problem)))]
pub async fn gateway_secret(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<SecretShown>> {
    Ok(Json(SecretShown { secret: desk::callback_secret(&desk.app, &ctx).await? }))
}

/// 短信模板.
#[utoipa::path(get, path = "/admin/sms/templates", tag = "admin", responses((status = 200, body = Vec<TemplateLine>), (status = 403, body = Problem)))]
pub async fn template_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<TemplateLine>>> {
    Ok(Json(template::template_list(&desk.app, &ctx).await?))
}

/// 模板版本, newest first.
#[utoipa::path(get, path = "/admin/sms/templates/{id}/history", tag = "admin", params(("id" = String, Path)), responses((status = 200, body = Vec<TemplateVersion>), (status = 404, body = Problem)))]
pub async fn template_history(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<String>,
) -> Answer<Json<Vec<TemplateVersion>>> {
    Ok(Json(template::template_history(&desk.app, &ctx, &id).await?))
}

/// How a text would look; nothing is changed.
#[utoipa::path(post, path = "/admin/sms/templates/{id}/preview", tag = "admin", params(("id" = String, Path)), request_body = TemplateTrial, responses((status = 200, body = TemplatePreview), (status = 404, body = Problem)))]
pub async fn template_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<String>,
    Json(trial): Json<TemplateTrial>,
) -> Answer<Json<TemplatePreview>> {
    Ok(Json(template::template_preview(&desk.app, &ctx, &id, &trial).await?))
}

/// 修改模板.
#[utoipa::path(put, path = "/admin/sms/templates/{id}", tag = "admin", params(("id" = String, Path)), request_body = TemplateForm, responses((status = 200, body = TemplateLine), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn template_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<String>,
    Json(form): Json<TemplateForm>,
) -> Answer<Json<TemplateLine>> {
    Ok(Json(template::template_set(&desk.app, &ctx, &id, &form).await?))
}
