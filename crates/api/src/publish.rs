//! 群众端 seen from the desk: what is published.

use axum::extract::State;

use app::citizen::{PublicationForm, PublicationLine, PublicationList, publication_list, publication_save};
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 网上公开: texts published, and answers waiting to be.
#[utoipa::path(get, path = "/publications", tag = "citizen", responses((status = 200, body = PublicationList)))]
pub async fn publications(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<PublicationList>> {
    Ok(Json(publication_list(&desk.app, &ctx).await?))
}

/// 保存、公开或撤下.
#[utoipa::path(post, path = "/publications", tag = "citizen", request_body = PublicationForm, responses((status = 200, body = PublicationLine), (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn publish(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<PublicationForm>,
) -> Answer<Json<PublicationLine>> {
    Ok(Json(publication_save(&desk.app, &ctx, form).await?))
}
