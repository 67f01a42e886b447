//! 知识库.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::knowledge;
use app::view::{
    ActForm, ArticleCounts, ArticleHit, ArticleLine, ArticleNew, ArticleQuery, ArticleView, CitationView, FixAnswer,
    FixNew, FixQuery, FixView, HealthView, KnowledgeQuery, Listing, ProposeForm, SearchNote, UseForm,
};
use kernel::{ArticleId, FixId, OrderId};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 检索: articles in force, the best first, with the words marked.
#[utoipa::path(get, path = "/knowledge", tag = "knowledge", params(KnowledgeQuery), responses((status = 200, body = Vec<ArticleHit>)))]
pub async fn knowledge_search(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<KnowledgeQuery>,
) -> Answer<Json<Vec<ArticleHit>>> {
    Ok(Json(knowledge::search(&desk.app, &ctx, &query).await?))
}

/// Articles that may answer what is being typed.
#[utoipa::path(post, path = "/knowledge/proposals", tag = "knowledge", request_body = ProposeForm, responses((status = 200, body = Vec<ArticleHit>)))]
pub async fn knowledge_propose(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<ProposeForm>,
) -> Answer<Json<Vec<ArticleHit>>> {
    Ok(Json(knowledge::propose(&desk.app, &ctx, &form).await?))
}

/// What was looked for and opened, for the list of gaps.
#[utoipa::path(post, path = "/knowledge/searches", tag = "knowledge", request_body = SearchNote, responses((status = 204)))]
pub async fn knowledge_searched(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(note): Json<SearchNote>,
) -> Answer<StatusCode> {
    knowledge::search_note(&desk.app, &ctx, &note).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 知识健康: old, unused, complained about, reopened after use; and what is missing.
#[utoipa::path(get, path = "/knowledge/health", tag = "knowledge", responses((status = 200, body = HealthView)))]
pub async fn knowledge_health(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<HealthView>> {
    Ok(Json(knowledge::health_view(&desk.app, &ctx).await?))
}

/// The keepers' lists, by tab.
#[utoipa::path(get, path = "/articles", tag = "knowledge", params(ArticleQuery), responses((status = 200, body = Listing<ArticleLine>)))]
pub async fn article_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<ArticleQuery>,
) -> Answer<Json<Listing<ArticleLine>>> {
    Ok(Json(knowledge::article_list(&desk.app, &ctx, &query).await?))
}

/// Tab → number of articles.
#[utoipa::path(get, path = "/articles/counts", tag = "knowledge", responses((status = 200, body = std::collections::BTreeMap<String, i64>)))]
pub async fn article_counts(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<ArticleCounts>> {
    Ok(Json(knowledge::article_counts(&desk.app, &ctx).await?))
}

/// 新建.
#[utoipa::path(post, path = "/articles", tag = "knowledge", request_body = ArticleNew,
    responses((status = 201, body = ArticleView), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn article_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<ArticleNew>,
) -> Answer<(StatusCode, Json<ArticleView>)> {
    Ok((StatusCode::CREATED, Json(knowledge::article_create(&desk.app, &ctx, &form).await?)))
}

/// An article with its versions, their differences and its correction tickets.
#[utoipa::path(get, path = "/articles/{id}", tag = "knowledge", params(("id" = ArticleId, Path)),
    responses((status = 200, body = ArticleView), (status = 404, body = Problem)))]
pub async fn article_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ArticleId>,
) -> Answer<Json<ArticleView>> {
    Ok(Json(knowledge::article_view(&desk.app, &ctx, id).await?))
}

/// 修订、确认、审核、复审、下架.
#[utoipa::path(post, path = "/articles/{id}/acts", tag = "knowledge", request_body = ActForm, params(("id" = ArticleId, Path)),
    responses((status = 200, body = ArticleView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 412, body = Problem)))]
pub async fn article_act(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ArticleId>,
    Json(form): Json<ActForm>,
) -> Answer<Json<ArticleView>> {
    Ok(Json(knowledge::article_act(&desk.app, &ctx, id, &form).await?))
}

/// 引用到答复.
#[utoipa::path(post, path = "/articles/{id}/uses", tag = "knowledge", request_body = UseForm, params(("id" = ArticleId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn article_use(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ArticleId>,
    Json(form): Json<UseForm>,
) -> Answer<StatusCode> {
    knowledge::article_use(&desk.app, &ctx, id, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 提出纠错.
#[utoipa::path(post, path = "/articles/{id}/fixes", tag = "knowledge", request_body = FixNew, params(("id" = ArticleId, Path)),
    responses((status = 201, body = FixView), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn fix_raise(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<ArticleId>,
    Json(form): Json<FixNew>,
) -> Answer<(StatusCode, Json<FixView>)> {
    Ok((StatusCode::CREATED, Json(knowledge::fix_raise(&desk.app, &ctx, id, &form).await?)))
}

/// 纠错工单 of the caller's unit, or raised by the caller.
#[utoipa::path(get, path = "/fixes", tag = "knowledge", params(FixQuery), responses((status = 200, body = Listing<FixView>)))]
pub async fn fix_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<FixQuery>,
) -> Answer<Json<Listing<FixView>>> {
    Ok(Json(knowledge::fix_list(&desk.app, &ctx, &query).await?))
}

/// The owner accepts or declines.
#[utoipa::path(post, path = "/fixes/{id}/answer", tag = "knowledge", request_body = FixAnswer, params(("id" = FixId, Path)),
    responses((status = 200, body = FixView), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn fix_answer(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<FixId>,
    Json(form): Json<FixAnswer>,
) -> Answer<Json<FixView>> {
    Ok(Json(knowledge::fix_answer(&desk.app, &ctx, id, &form).await?))
}

/// 引用的知识: what the answers of an order were taken from.
#[utoipa::path(get, path = "/orders/{id}/citations", tag = "knowledge", params(("id" = OrderId, Path)),
    responses((status = 200, body = Vec<CitationView>), (status = 404, body = Problem)))]
pub async fn order_citations(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<Vec<CitationView>>> {
    Ok(Json(knowledge::citations(&desk.app, &ctx, id).await?))
}
