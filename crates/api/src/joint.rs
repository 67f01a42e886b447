//! 并案: events, and answering all of their citizens.

use axum::extract::{Path, State};

use app::joint;
use app::view::{BatchReply, BatchReplyResult, JointLine, JointQuery, JointSuggestion, JointView, Listing};
use kernel::OrderId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 并案事件, the newest first.
#[utoipa::path(get, path = "/joint-events", tag = "joint", params(JointQuery), responses((status = 200, body = Listing<JointLine>)))]
pub async fn event_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<JointQuery>,
) -> Answer<Json<Listing<JointLine>>> {
    Ok(Json(joint::event_list(&desk.app, &ctx, &query).await?))
}

/// 建议并案: orders waiting for dispatch that look like one event.
#[utoipa::path(get, path = "/joint-events/suggestions", tag = "joint", responses((status = 200, body = Vec<JointSuggestion>)))]
pub async fn event_suggest(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<JointSuggestion>>> {
    Ok(Json(joint::event_suggest(&desk.app, &ctx).await?))
}

/// One event, by its leading order or by any that follows it.
#[utoipa::path(get, path = "/joint-events/{id}", tag = "joint", params(("id" = OrderId, Path)), responses((status = 200, body = JointView), (status = 404, body = Problem)))]
pub async fn event_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<JointView>> {
    Ok(Json(joint::event_view(&desk.app, &ctx, id).await?))
}

/// 批量回复, each citizen their own text.
#[utoipa::path(post, path = "/joint-events/{id}/replies", tag = "joint", request_body = BatchReply, params(("id" = OrderId, Path)),
    responses((status = 200, body = Vec<BatchReplyResult>), (status = 422, body = Problem)))]
pub async fn event_reply(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Json(form): Json<BatchReply>,
) -> Answer<Json<Vec<BatchReplyResult>>> {
    Ok(Json(joint::event_reply(&desk.app, &ctx, id, &form).await?))
}
