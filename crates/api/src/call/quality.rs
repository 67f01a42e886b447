//! 话务质检.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::call::quality;
use app::view::{
    AppealDecision, AppealForm, Listing, SampleForm, SampleLine, SampleQuery, SampleResult, ScoreForm, ScoreLine,
    ScoreQuery, ScoreView, SheetForm, SheetView,
};
use kernel::ScoreId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 待检通话, each with the reasons why it was drawn.
#[utoipa::path(get, path = "/quality/samples", tag = "quality", params(SampleQuery), responses((status = 200, body = Listing<SampleLine>), (status = 403, body = Problem)))]
pub async fn sample_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<SampleQuery>,
) -> Answer<Json<Listing<SampleLine>>> {
    Ok(Json(quality::sample_list(&desk.app, &ctx, &query).await?))
}

/// 抽样 among the calls of a period.
#[utoipa::path(post, path = "/quality/samples", tag = "quality", request_body = SampleForm, responses((status = 200, body = SampleResult), (status = 422, body = Problem)))]
pub async fn sample_draw(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<SampleForm>,
) -> Answer<Json<SampleResult>> {
    Ok(Json(quality::sample_draw(&desk.app, &ctx, &form).await?))
}

/// 评分表列表.
#[utoipa::path(get, path = "/quality/sheets", tag = "quality", responses((status = 200, body = Vec<SheetView>)))]
pub async fn sheet_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<SheetView>>> {
    Ok(Json(quality::sheet_list(&desk.app, &ctx).await?))
}

/// 新增评分表; the one of the same name is retired.
#[utoipa::path(post, path = "/quality/sheets", tag = "quality", request_body = SheetForm, responses((status = 201, body = SheetView), (status = 422, body = Problem)))]
pub async fn sheet_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<SheetForm>,
) -> Answer<(StatusCode, Json<SheetView>)> {
    Ok((StatusCode::CREATED, Json(quality::sheet_create(&desk.app, &ctx, &form).await?)))
}

/// 评分 of one call.
#[utoipa::path(post, path = "/quality/scores", tag = "quality", request_body = ScoreForm, responses((status = 201, body = ScoreView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn score_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<ScoreForm>,
) -> Answer<(StatusCode, Json<ScoreView>)> {
    Ok((StatusCode::CREATED, Json(quality::score_create(&desk.app, &ctx, &form).await?)))
}

/// 评分列表; agents see their own.
#[utoipa::path(get, path = "/quality/scores", tag = "quality", params(ScoreQuery), responses((status = 200, body = Listing<ScoreLine>)))]
pub async fn score_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<ScoreQuery>,
) -> Answer<Json<Listing<ScoreLine>>> {
    Ok(Json(quality::score_list(&desk.app, &ctx, &query).await?))
}

/// 评分详情; the agent's first look is noted.
#[utoipa::path(get, path = "/quality/scores/{id}", tag = "quality", params(("id" = ScoreId, Path)), responses((status = 200, body = ScoreView), (status = 404, body = Problem)))]
pub async fn score_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ScoreId>,
) -> Answer<Json<ScoreView>> {
    Ok(Json(quality::score_view(&desk.app, &ctx, id).await?))
}

/// 申诉 against a score.
#[utoipa::path(post, path = "/quality/scores/{id}/appeal", tag = "quality", request_body = AppealForm, params(("id" = ScoreId, Path)), responses((status = 200, body = ScoreView), (status = 409, body = Problem)))]
pub async fn score_appeal(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ScoreId>,
    Json(form): Json<AppealForm>,
) -> Answer<Json<ScoreView>> {
    Ok(Json(quality::score_appeal(&desk.app, &ctx, id, &form).await?))
}

/// 复核申诉 by a third person.
#[utoipa::path(post, path = "/quality/scores/{id}/decide", tag = "quality", request_body = AppealDecision, params(("id" = ScoreId, Path)), responses((status = 200, body = ScoreView), (status = 403, body = Problem)))]
pub async fn score_decide(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ScoreId>,
    Json(form): Json<AppealDecision>,
) -> Answer<Json<ScoreView>> {
    Ok(Json(quality::score_decide(&desk.app, &ctx, id, &form).await?))
}
