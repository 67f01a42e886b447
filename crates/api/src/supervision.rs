//! 督办台账.

use axum::extract::State;

use app::supervision;
use app::view::{Listing, SupervisionCounts, SupervisionLine, SupervisionQuery};
use wire::Json;
use wire::json::Query;

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// Rounds of supervision within the caller's data scope, by tab.
#[utoipa::path(get, path = "/supervisions", tag = "supervision", params(SupervisionQuery), responses((status = 200, body = Listing<SupervisionLine>)))]
pub async fn supervision_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<SupervisionQuery>,
) -> Answer<Json<Listing<SupervisionLine>>> {
    Ok(Json(supervision::supervision_list(&desk.app, &ctx, &query).await?))
}

/// Tab → number of rounds, under the other conditions.
#[utoipa::path(get, path = "/supervisions/counts", tag = "supervision", params(SupervisionQuery), responses((status = 200, body = std::collections::BTreeMap<String, i64>)))]
pub async fn supervision_counts(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<SupervisionQuery>,
) -> Answer<Json<SupervisionCounts>> {
    Ok(Json(supervision::supervision_counts(&desk.app, &ctx, &query).await?))
}
