//! 待登记: what came in by a channel that is no telephone.

use app::inbox::{
    self, AddForm, Added, ChannelHealth, DiscardForm, InboxCounts, InboxQuery, ItemLine, ItemView, item_add,
};
use app::view::{AttachmentQuery, Listing, Registered};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};
use domain::order::RegisterForm;
use kernel::Uuid;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::attachment::handed;
use crate::fault::Answer;
use crate::signed::{Keyed, Signed};

/// 渠道来信: what waits oldest first, what is settled newest first. Senders are masked.
#[utoipa::path(get, path = "/inbox", tag = "inbox", params(InboxQuery), responses((status = 200, body = Listing<ItemLine>), (status = 403, body = Problem)))]
pub async fn item_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<InboxQuery>,
) -> Answer<Json<Listing<ItemLine>>> {
    Ok(Json(inbox::item_list(&desk.app, &ctx, &query).await?))
}

/// How many pieces wait, and how many of them the caller has taken.
#[utoipa::path(get, path = "/inbox/counts", tag = "inbox", responses((status = 200, body = InboxCounts), (status = 403, body = Problem)))]
pub async fn item_counts(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<InboxCounts>> {
    Ok(Json(inbox::item_counts(&desk.app, &ctx).await?))
}

/// 渠道健康: how each channel goes, and what waits.
#[utoipa::path(get, path = "/inbox/health", tag = "inbox", responses((status = 200, body = Vec<ChannelHealth>), (status = 403, body = Problem)))]
pub async fn channel_health(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<ChannelHealth>>> {
    Ok(Json(inbox::channel_health(&desk.app, &ctx).await?))
}

/// 来信全文, for who has taken it or settled it.
#[utoipa::path(get, path = "/inbox/{id}", tag = "inbox", params(("id" = Uuid, Path)), responses((status = 200, body = ItemView), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn item_view(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<Json<ItemView>> {
    Ok(Json(inbox::item_view(&desk.app, &ctx, id).await?))
}

/// 领取: nobody else works on it for a while; taken again, it is the caller's for longer.
#[utoipa::path(post, path = "/inbox/{id}/claim", tag = "inbox", params(("id" = Uuid, Path)), responses((status = 200, body = ItemView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn item_claim(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<Json<ItemView>> {
    Ok(Json(inbox::item_claim(&desk.app, &ctx, id).await?))
}

/// 退回待登记, for somebody else to take.
#[utoipa::path(post, path = "/inbox/{id}/release", tag = "inbox", params(("id" = Uuid, Path)), responses((status = 204), (status = 409, body = Problem)))]
pub async fn item_release(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    inbox::item_release(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 登记为工单, with the files that came along; the channel is that of the piece.
#[utoipa::path(post, path = "/inbox/{id}/register", tag = "inbox", request_body = RegisterForm,
    params(("id" = Uuid, Path), ("idempotency-key" = Option<String>, Header, description = "Repeat safely: the same key gives the same answer.")),
    responses((status = 201, body = Registered), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn item_register(
    State(desk): State<Desk>,
    Path(id): Path<Uuid>,
    Keyed { ctx, body }: Keyed<RegisterForm>,
) -> Answer<(StatusCode, Json<Registered>)> {
    Ok((StatusCode::CREATED, Json(inbox::item_register(&desk.app, &ctx, id, body).await?)))
}

/// 补充到原工单: the words go to the order that the piece answers, its files too.
#[utoipa::path(post, path = "/inbox/{id}/add", tag = "inbox", request_body = AddForm, params(("id" = Uuid, Path)), responses((status = 200, body = Added), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn item_added(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<AddForm>,
) -> Answer<Json<Added>> {
    Ok(Json(item_add(&desk.app, &ctx, id, &form).await?))
}

/// 不予登记, with the reason.
#[utoipa::path(post, path = "/inbox/{id}/discard", tag = "inbox", request_body = DiscardForm, params(("id" = Uuid, Path)), responses((status = 204), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn item_discard(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<DiscardForm>,
) -> Answer<StatusCode> {
    inbox::item_discard(&desk.app, &ctx, id, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 恢复待登记: what was set aside waits again.
#[utoipa::path(post, path = "/inbox/{id}/reopen", tag = "inbox", params(("id" = Uuid, Path)), responses((status = 204), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn item_reopen(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<Uuid>) -> Answer<StatusCode> {
    inbox::item_reopen(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A file that came along, for whoever may read the piece.
#[utoipa::path(get, path = "/inbox/{id}/files/{no}", tag = "inbox", params(("id" = Uuid, Path), ("no" = i64, Path), AttachmentQuery),
    responses((status = 200, description = "the file", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem), (status = 410, body = Problem)))]
pub async fn item_file(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, no)): Path<(Uuid, i64)>,
    Query(query): Query<AttachmentQuery>,
) -> Answer<Response<Body>> {
    let whole = query.form.as_deref().is_none_or(|f| f == "original");
    Ok(handed(inbox::item_file(&desk.app, &ctx, id, no, &query).await?, whole))
}
