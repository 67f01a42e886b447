//! 评价与考核.

use axum::extract::State;

use app::appraisal;
use app::view::{AppraisalQuery, AppraisalView};
use wire::Json;
use wire::json::Query;

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// Rates of a period by unit with their numerators and denominators, within the caller's data scope.
#[utoipa::path(get, path = "/appraisal", tag = "appraisal", params(AppraisalQuery), responses((status = 200, body = app::view::AppraisalView)))]
pub async fn appraisal_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<AppraisalQuery>,
) -> Answer<Json<AppraisalView>> {
    Ok(Json(appraisal::appraisal(&desk.app, &ctx, &query).await?))
}
