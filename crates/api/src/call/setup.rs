//! 话务设置: skills, announcements, prompts, marked callers.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::call::{admin, mark};
use app::view::{
    AnnouncementForm, AnnouncementView, EndForm, Listing, MarkDecision, MarkForm, MarkLine, MarkQuery, PromptView,
    SeatPhoneForm, SkillsForm, SkillsView,
};
use kernel::{PromptId, UserId, Uuid};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 座席技能 of everybody at a telephone.
#[utoipa::path(get, path = "/admin/skills", tag = "call", responses((status = 200, body = Vec<SkillsView>), (status = 403, body = Problem)))]
pub async fn skill_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<SkillsView>>> {
    Ok(Json(admin::skill_list(&desk.app, &ctx).await?))
}

/// 设置座席技能, effective at once.
#[utoipa::path(put, path = "/admin/skills/{id}", tag = "call", request_body = SkillsForm, params(("id" = UserId, Path)), responses((status = 200, body = SkillsView), (status = 422, body = Problem)))]
pub async fn skill_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<UserId>,
    Json(form): Json<SkillsForm>,
) -> Answer<Json<SkillsView>> {
    Ok(Json(admin::skill_set(&desk.app, &ctx, id, &form).await?))
}

/// 设置话机分机: the desk phone a person answers at instead of the browser; in force at the next sign-in.
#[utoipa::path(put, path = "/admin/phones/{id}", tag = "call", request_body = SeatPhoneForm, params(("id" = UserId, Path)),
    responses((status = 200, body = SkillsView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn phone_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<UserId>,
    Json(form): Json<SeatPhoneForm>,
) -> Answer<Json<SkillsView>> {
    Ok(Json(admin::phone_set(&desk.app, &ctx, id, &form).await?))
}

/// 业务公告列表.
#[utoipa::path(get, path = "/admin/announcements", tag = "call", responses((status = 200, body = Vec<AnnouncementView>)))]
pub async fn announcement_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<AnnouncementView>>> {
    Ok(Json(admin::announcement_list(&desk.app, &ctx).await?))
}

/// 新增业务公告.
#[utoipa::path(post, path = "/admin/announcements", tag = "call", request_body = AnnouncementForm, responses((status = 201, body = AnnouncementView), (status = 422, body = Problem)))]
pub async fn announcement_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<AnnouncementForm>,
) -> Answer<(StatusCode, Json<AnnouncementView>)> {
    Ok((StatusCode::CREATED, Json(admin::announcement_create(&desk.app, &ctx, &form).await?)))
}

/// 修改业务公告.
#[utoipa::path(put, path = "/admin/announcements/{id}", tag = "call", request_body = AnnouncementForm, params(("id" = PromptId, Path)), responses((status = 200, body = AnnouncementView), (status = 409, body = Problem)))]
pub async fn announcement_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<PromptId>,
    Json(form): Json<AnnouncementForm>,
) -> Answer<Json<AnnouncementView>> {
    Ok(Json(admin::announcement_update(&desk.app, &ctx, id, &form).await?))
}

/// 停播业务公告.
#[utoipa::path(post, path = "/admin/announcements/{id}/stop", tag = "call", request_body = EndForm, params(("id" = PromptId, Path)), responses((status = 200, body = AnnouncementView)))]
pub async fn announcement_stop(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<PromptId>,
    Json(form): Json<EndForm>,
) -> Answer<Json<AnnouncementView>> {
    Ok(Json(admin::announcement_stop(&desk.app, &ctx, id, &form).await?))
}

/// 已上传的语音.
#[utoipa::path(get, path = "/admin/prompts", tag = "call", responses((status = 200, body = Vec<PromptView>)))]
pub async fn prompt_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<PromptView>>> {
    Ok(Json(admin::prompt_list(&desk.app, &ctx).await?))
}

/// 上传语音: the body is the sound file itself.
#[utoipa::path(put, path = "/admin/prompts/{name}", tag = "call", request_body(content = Vec<u8>, content_type = "audio/wav"), params(("name" = String, Path)),
    responses((status = 200, body = PromptView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn prompt_upload(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(name): Path<String>,
    body: Bytes,
) -> Answer<Json<PromptView>> {
    Ok(Json(admin::prompt_upload(&desk.app, &ctx, &name, &body).await?))
}

/// 来电名单.
#[utoipa::path(get, path = "/caller-marks", tag = "call", params(MarkQuery), responses((status = 200, body = Listing<MarkLine>)))]
pub async fn mark_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<MarkQuery>,
) -> Answer<Json<Listing<MarkLine>>> {
    Ok(Json(mark::mark_list(&desk.app, &ctx, &query).await?))
}

/// 申报来电名单; in force when another person has agreed.
#[utoipa::path(post, path = "/caller-marks", tag = "call", request_body = MarkForm, responses((status = 201, body = MarkLine), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn mark_propose(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<MarkForm>,
) -> Answer<(StatusCode, Json<MarkLine>)> {
    Ok((StatusCode::CREATED, Json(mark::mark_propose(&desk.app, &ctx, &form).await?)))
}

/// 审批来电名单.
#[utoipa::path(post, path = "/caller-marks/{id}/decide", tag = "call", request_body = MarkDecision, params(("id" = Uuid, Path)), responses((status = 200, body = MarkLine), (status = 403, body = Problem)))]
pub async fn mark_decide(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<MarkDecision>,
) -> Answer<Json<MarkLine>> {
    Ok(Json(mark::mark_decide(&desk.app, &ctx, id, &form).await?))
}

/// 解除来电名单.
#[utoipa::path(post, path = "/caller-marks/{id}/end", tag = "call", request_body = EndForm, params(("id" = Uuid, Path)), responses((status = 200, body = MarkLine), (status = 409, body = Problem)))]
pub async fn mark_end(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<EndForm>,
) -> Answer<Json<MarkLine>> {
    Ok(Json(mark::mark_end(&desk.app, &ctx, id, &form).await?))
}
