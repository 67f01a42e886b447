//! 受理: what the agent sees while typing, and drafts.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;

use app::view::{
    CallerView, DeadlineForm, DeadlinePreview, DraftView, DuplicateForm, DuplicateView, SuggestForm, SuggestionView,
};
use app::{draft, intake};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 时限预览, with its arithmetic.
#[utoipa::path(post, path = "/deadline/preview", tag = "intake", request_body = DeadlineForm, responses((status = 200, body = DeadlinePreview)))]
pub async fn deadline_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<DeadlineForm>,
) -> Answer<Json<DeadlinePreview>> {
    Ok(Json(intake::deadline_preview(&desk.app, &ctx, &form).await?))
}

/// A calling number.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Caller {
    pub phone: String,
}

/// 来电历史.
#[utoipa::path(get, path = "/callers", tag = "intake", params(Caller), responses((status = 200, body = CallerView), (status = 403, body = Problem)))]
pub async fn caller_history(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(q): Query<Caller>,
) -> Answer<Json<CallerView>> {
    Ok(Json(intake::caller_history(&desk.app, &ctx, &q.phone).await?))
}

/// 判重: scored candidates with reasons.
#[utoipa::path(post, path = "/duplicates", tag = "intake", request_body = DuplicateForm, responses((status = 200, body = Vec<DuplicateView>)))]
pub async fn duplicate_check(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<DuplicateForm>,
) -> Answer<Json<Vec<DuplicateView>>> {
    Ok(Json(intake::duplicate_check(&desk.app, &ctx, &form).await?))
}

/// 派单建议 from the dispatch catalogue.
#[utoipa::path(post, path = "/dispatch/suggest", tag = "intake", request_body = SuggestForm, responses((status = 200, body = Vec<SuggestionView>)))]
pub async fn dispatch_suggest(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<SuggestForm>,
) -> Answer<Json<Vec<SuggestionView>>> {
    Ok(Json(intake::dispatch_suggest(&desk.app, &ctx, &form).await?))
}

/// The form as typed so far.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct DraftForm {
    pub body: serde_json::Value,
}

/// 读取暂存.
#[utoipa::path(get, path = "/drafts/{key}", tag = "intake", params(("key" = String, Path)), responses((status = 200, body = DraftView), (status = 404, body = Problem)))]
pub async fn draft_load(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
) -> Answer<Json<DraftView>> {
    Ok(Json(draft::draft_load(&desk.app, &ctx, &key).await?))
}

/// 暂存.
#[utoipa::path(put, path = "/drafts/{key}", tag = "intake", params(("key" = String, Path)), request_body = DraftForm, responses((status = 200, body = DraftView)))]
pub async fn draft_save(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
    Json(form): Json<DraftForm>,
) -> Answer<Json<DraftView>> {
    Ok(Json(draft::draft_save(&desk.app, &ctx, &key, form.body).await?))
}

/// 清除暂存.
#[utoipa::path(delete, path = "/drafts/{key}", tag = "intake", params(("key" = String, Path)), responses((status = 204)))]
pub async fn draft_delete(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(key): Path<String>,
) -> Answer<StatusCode> {
    draft::draft_delete(&desk.app, &ctx, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
