//! 基础数据 the client keeps.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use app::reference;
use app::view::{CategoryProposal, HandlerLine, ReferenceView, RegionLine, RegionStep};
use kernel::OrgId;
use wire::Json;
use wire::json::Query;

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 机构、分类、字典与参数, with an entity tag: `304` when nothing changed.
#[utoipa::path(get, path = "/reference", tag = "reference", responses((status = 200, body = ReferenceView), (status = 304)))]
pub async fn reference_view(State(desk): State<Desk>, Signed(ctx): Signed, headers: HeaderMap) -> Answer<Response> {
    let tagged = reference::reference_view(&desk.app, &ctx).await?;
    let quoted = format!("\"{}\"", tagged.etag);
    if headers.get(header::IF_NONE_MATCH).and_then(|v| v.to_str().ok()) == Some(quoted.as_str()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, quoted)]).into_response());
    }
    Ok(([(header::ETAG, quoted), (header::CACHE_CONTROL, "private, no-cache".to_owned())], Json(tagged.view))
        .into_response())
}

/// The region whose children are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegionParent {
    /// 12-digit code; without it the city's own districts, then the provinces.
    pub parent: Option<String>,
}

/// 行政区划下一级.
#[utoipa::path(get, path = "/regions", tag = "reference", params(RegionParent), responses((status = 200, body = Vec<RegionLine>)))]
pub async fn region_list(
    State(desk): State<Desk>,
    Signed(_): Signed,
    Query(q): Query<RegionParent>,
) -> Answer<Json<Vec<RegionLine>>> {
    Ok(Json(reference::region_list(&desk.app, q.parent.as_deref()).await?))
}

/// A region.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RegionCode {
    pub code: String,
}

/// 行政区划全路径, from the top down.
#[utoipa::path(get, path = "/regions/path", tag = "reference", params(RegionCode), responses((status = 200, body = Vec<RegionStep>)))]
pub async fn region_path(
    State(desk): State<Desk>,
    Signed(_): Signed,
    Query(q): Query<RegionCode>,
) -> Answer<Json<Vec<RegionStep>>> {
    Ok(Json(reference::region_path(&desk.app, &q.code).await?))
}

/// What was typed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Phrase {
    pub q: String,
    /// At most 50, 12 when absent.
    pub limit: Option<usize>,
}

/// 分类联想: categories for an everyday phrase.
#[utoipa::path(get, path = "/categories/search", tag = "reference", params(Phrase), responses((status = 200, body = Vec<CategoryProposal>)))]
pub async fn category_search(
    State(desk): State<Desk>,
    Signed(_): Signed,
    Query(q): Query<Phrase>,
) -> Answer<Json<Vec<CategoryProposal>>> {
    Ok(Json(reference::category_search(&desk.app, &q.q, q.limit.unwrap_or(12).min(50)).await?))
}

/// The organisation whose people are asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrgChoice {
    /// The own organisation when absent.
    pub org: Option<OrgId>,
}

/// 可分派的经办人.
#[utoipa::path(get, path = "/users/handlers", tag = "reference", params(OrgChoice), responses((status = 200, body = Vec<HandlerLine>)))]
pub async fn handler_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(q): Query<OrgChoice>,
) -> Answer<Json<Vec<HandlerLine>>> {
    Ok(Json(reference::handler_list(&desk.app, &ctx, q.org).await?))
}
