//! 群众评议.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

use app::survey;
use app::view::{
    AnswerList, AnswerQuery, ExcludeForm, Excluded, Listing, PointForm, SurveyActForm, SurveyExportForm, SurveyNew,
    SurveyResult, SurveyRow, SurveyView, WordLine, WordQuery,
};
use kernel::SurveyId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::desk::download;
use crate::fault::Answer;
use crate::signed::{Keyed, Signed};

/// 评议列表, every version a line.
#[utoipa::path(get, path = "/surveys", tag = "survey", responses((status = 200, body = Vec<SurveyRow>)))]
pub async fn survey_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<SurveyRow>>> {
    Ok(Json(survey::survey_list(&desk.app, &ctx).await?))
}

/// 新建.
#[utoipa::path(post, path = "/surveys", tag = "survey", request_body = SurveyNew,
    responses((status = 201, body = SurveyView), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn survey_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<SurveyNew>,
) -> Answer<(StatusCode, Json<SurveyView>)> {
    Ok((StatusCode::CREATED, Json(survey::survey_create(&desk.app, &ctx, &form).await?)))
}

/// One version.
#[utoipa::path(get, path = "/surveys/{id}", tag = "survey", params(("id" = SurveyId, Path)),
    responses((status = 200, body = SurveyView), (status = 404, body = Problem)))]
pub async fn survey_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
) -> Answer<Json<SurveyView>> {
    Ok(Json(survey::survey_view(&desk.app, &ctx, id).await?))
}

/// 删除草稿.
#[utoipa::path(delete, path = "/surveys/{id}", tag = "survey", params(("id" = SurveyId, Path)),
    responses((status = 204), (status = 409, body = Problem)))]
pub async fn survey_discard(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
) -> Answer<StatusCode> {
    survey::survey_discard(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 保存、发布、结束.
#[utoipa::path(post, path = "/surveys/{id}/acts", tag = "survey", request_body = SurveyActForm, params(("id" = SurveyId, Path)),
    responses((status = 200, body = SurveyView), (status = 409, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn survey_act(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
    Json(form): Json<SurveyActForm>,
) -> Answer<Json<SurveyView>> {
    Ok(Json(survey::survey_act(&desk.app, &ctx, id, &form).await?))
}

/// 修订: the draft of the next version.
#[utoipa::path(post, path = "/surveys/{id}/revisions", tag = "survey", params(("id" = SurveyId, Path)),
    responses((status = 201, body = SurveyView), (status = 409, body = Problem)))]
pub async fn survey_revise(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
) -> Answer<(StatusCode, Json<SurveyView>)> {
    Ok((StatusCode::CREATED, Json(survey::survey_revise(&desk.app, &ctx, id).await?)))
}

/// 评价对象: a window or department added, renamed or closed.
#[utoipa::path(post, path = "/surveys/{id}/points", tag = "survey", request_body = PointForm, params(("id" = SurveyId, Path)),
    responses((status = 200, body = SurveyView), (status = 422, body = Problem)))]
pub async fn point_save(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
    Json(form): Json<PointForm>,
) -> Answer<Json<SurveyView>> {
    Ok(Json(survey::point_save(&desk.app, &ctx, id, &form).await?))
}

/// 评议结果, with and without what was excluded.
#[utoipa::path(get, path = "/surveys/{id}/results", tag = "survey", params(("id" = SurveyId, Path)),
    responses((status = 200, body = SurveyResult), (status = 404, body = Problem)))]
pub async fn survey_results(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
) -> Answer<Json<SurveyResult>> {
    Ok(Json(survey::survey_results(&desk.app, &ctx, id).await?))
}

/// 导出结果或答卷.
#[utoipa::path(post, path = "/surveys/{id}/export", tag = "survey", request_body = SurveyExportForm, params(("id" = SurveyId, Path)),
    responses((status = 200, description = "CSV or XLSX", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem)))]
pub async fn survey_export(
    State(desk): State<Desk>,
    Path(id): Path<SurveyId>,
    Keyed { ctx, body }: Keyed<SurveyExportForm>,
) -> Answer<Response<Body>> {
    Ok(download(survey::survey_export(&desk.app, &ctx, id, &body).await?))
}

/// 异常核查: answers with their flags.
#[utoipa::path(get, path = "/surveys/{id}/answers", tag = "survey", params(("id" = SurveyId, Path), AnswerQuery),
    responses((status = 200, body = AnswerList), (status = 403, body = Problem)))]
pub async fn answer_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
    Query(query): Query<AnswerQuery>,
) -> Answer<Json<AnswerList>> {
    Ok(Json(survey::answer_list(&desk.app, &ctx, id, &query).await?))
}

/// 剔除或恢复答卷.
#[utoipa::path(post, path = "/surveys/{id}/exclusions", tag = "survey", request_body = ExcludeForm, params(("id" = SurveyId, Path)),
    responses((status = 200, body = Excluded), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn answer_exclude(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
    Json(form): Json<ExcludeForm>,
) -> Answer<Json<Excluded>> {
    Ok(Json(survey::exclude(&desk.app, &ctx, id, &form).await?))
}

/// 文字意见.
#[utoipa::path(get, path = "/surveys/{id}/words", tag = "survey", params(("id" = SurveyId, Path), WordQuery),
    responses((status = 200, body = Listing<WordLine>)))]
pub async fn survey_words(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<SurveyId>,
    Query(query): Query<WordQuery>,
) -> Answer<Json<Listing<WordLine>>> {
    Ok(Json(survey::words(&desk.app, &ctx, id, &query).await?))
}
