//! 领导信箱.

use app::admin::mailbox::{self, MailboxList};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::mailbox::MailboxForm;
use kernel::Uuid;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 信箱列表 with what came by each.
#[utoipa::path(get, path = "/admin/mailboxes", tag = "admin", responses((status = 200, body = MailboxList), (status = 403, body = Problem)))]
pub async fn mailbox_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<MailboxList>> {
    Ok(Json(mailbox::mailbox_list(&desk.app, &ctx).await?))
}

/// 新增信箱.
#[utoipa::path(post, path = "/admin/mailboxes", tag = "admin", request_body = MailboxForm, responses((status = 201, body = MailboxList), (status = 422, body = Problem)))]
pub async fn mailbox_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<MailboxForm>,
) -> Answer<(StatusCode, Json<MailboxList>)> {
    Ok((StatusCode::CREATED, Json(mailbox::mailbox_create(&desk.app, &ctx, form).await?)))
}

/// 修改信箱; one that is closed keeps its letters.
#[utoipa::path(put, path = "/admin/mailboxes/{id}", tag = "admin", params(("id" = Uuid, Path)), request_body = MailboxForm, responses((status = 200, body = MailboxList), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn mailbox_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<MailboxForm>,
) -> Answer<Json<MailboxList>> {
    Ok(Json(mailbox::mailbox_update(&desk.app, &ctx, id, form).await?))
}
