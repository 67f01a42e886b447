//! 附件: the body of an upload is the file itself.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};

use app::attachment::{self, Handed};
use app::view::{AttachmentForm, AttachmentQuery, AttachmentView};
use kernel::{AttachmentId, OrderId};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 工单的附件, photos of the citizen among them.
#[utoipa::path(get, path = "/orders/{id}/attachments", tag = "attachment", params(("id" = OrderId, Path)), responses((status = 200, body = Vec<AttachmentView>)))]
pub async fn attachment_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<Vec<AttachmentView>>> {
    Ok(Json(attachment::attachment_list(&desk.app, &ctx, id).await?))
}

/// 上传附件; the same file again changes nothing.
#[utoipa::path(post, path = "/orders/{id}/attachments", tag = "attachment", request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(("id" = OrderId, Path), AttachmentForm), responses((status = 201, body = AttachmentView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn attachment_add(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Query(form): Query<AttachmentForm>,
    body: Bytes,
) -> Answer<(StatusCode, Json<AttachmentView>)> {
    let added = attachment::attachment_add(&desk.app, &ctx, id, &form, body.to_vec()).await?;
    Ok((StatusCode::CREATED, Json(added)))
}

/// 附件内容.
#[utoipa::path(get, path = "/orders/{id}/attachments/{item}", tag = "attachment", params(("id" = OrderId, Path), ("item" = AttachmentId, Path), AttachmentQuery),
    responses((status = 200, description = "the file", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem), (status = 410, body = Problem)))]
pub async fn attachment_fetch(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, item)): Path<(OrderId, AttachmentId)>,
    Query(query): Query<AttachmentQuery>,
) -> Answer<Response<Body>> {
    let whole = query.form.as_deref().is_none_or(|f| f == "original");
    Ok(handed(attachment::attachment_fetch(&desk.app, &ctx, id, item, &query).await?, whole))
}

/// 撤回附件.
#[utoipa::path(delete, path = "/orders/{id}/attachments/{item}", tag = "attachment", params(("id" = OrderId, Path), ("item" = AttachmentId, Path)),
    responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn attachment_withdraw(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, item)): Path<(OrderId, AttachmentId)>,
) -> Answer<StatusCode> {
    attachment::attachment_withdraw(&desk.app, &ctx, id, item).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file on its way out.
pub fn handed(file: Handed, save: bool) -> Response<Body> {
    wire::file::handed(&file.name, &file.mime, file.bytes, save)
}
