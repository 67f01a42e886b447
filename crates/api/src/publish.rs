//! 群众端 seen from the desk: what is published, and the photos citizens sent.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Response, header};

use app::citizen::{
    PhotoView, PublicationForm, PublicationLine, PublicationList, order_photo, order_photos, publication_list,
    publication_save,
};
use kernel::{AttachmentId, OrderId};
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

/// 诉求照片.
#[utoipa::path(get, path = "/orders/{id}/photos", tag = "citizen", params(("id" = OrderId, Path)), responses((status = 200, body = Vec<PhotoView>)))]
pub async fn photos(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<Vec<PhotoView>>> {
    Ok(Json(order_photos(&desk.app, &ctx, id).await?))
}

/// 一张照片.
#[utoipa::path(get, path = "/orders/{id}/photos/{item}", tag = "citizen", params(("id" = OrderId, Path), ("item" = AttachmentId, Path)),
    responses((status = 200, description = "JPEG, PNG or WebP", body = Vec<u8>, content_type = "image/*")))]
pub async fn photo(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, item)): Path<(OrderId, AttachmentId)>,
) -> Answer<Response<Body>> {
    let photo = order_photo(&desk.app, &ctx, id, item).await?;
    let mut response = Response::new(Body::from(photo.bytes));
    let headers = response.headers_mut();
    let mime = HeaderValue::from_str(&photo.mime).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, mime);
    // Whatever a citizen sent must stay a picture.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let alone = HeaderValue::from_static("default-src 'none'; sandbox");
    headers.insert(HeaderName::from_static("content-security-policy"), alone);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    Ok(response)
}
