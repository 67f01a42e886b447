//! 任务: a unit's lists.

use axum::extract::State;

use app::task;
use app::view::{Listing, TaskCounts, TaskLine, TaskQuery};
use wire::Json;
use wire::json::Query;

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 承办台列表, by tab.
#[utoipa::path(get, path = "/tasks", tag = "task", params(TaskQuery), responses((status = 200, body = Listing<TaskLine>)))]
pub async fn task_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<TaskQuery>,
) -> Answer<Json<Listing<TaskLine>>> {
    Ok(Json(task::task_list(&desk.app, &ctx, &query).await?))
}

/// Tab → number of tasks.
#[utoipa::path(get, path = "/tasks/counts", tag = "task", responses((status = 200, body = std::collections::BTreeMap<String, i64>)))]
pub async fn task_counts(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<TaskCounts>> {
    Ok(Json(task::task_counts(&desk.app, &ctx).await?))
}
