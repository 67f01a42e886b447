//! 短信记录: what went out, what came back, and the messages of an order.

use app::sms::log::{self, InboundLine, InboundListQuery, OrderMessages, SmsLine, SmsListQuery, SmsStep};
use app::view::Listing;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use kernel::{NoticeId, OrderId, Uuid};
use wire::{Json, Problem};

use crate::Desk;
use crate::admin::sms::MessageMade;
use crate::fault::Answer;
use crate::signed::Signed;

/// 短信发送记录, newest first.
#[utoipa::path(get, path = "/messages", tag = "message", params(SmsListQuery), responses((status = 200, body = Listing<SmsLine>), (status = 403, body = Problem)))]
pub async fn sms_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<SmsListQuery>,
) -> Answer<Json<Listing<SmsLine>>> {
    Ok(Json(log::sms_list(&desk.app, &ctx, &query).await?))
}

/// 群众回复, newest first.
#[utoipa::path(get, path = "/messages/received", tag = "message", params(InboundListQuery), responses((status = 200, body = Listing<InboundLine>), (status = 403, body = Problem)))]
pub async fn inbound_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<InboundListQuery>,
) -> Answer<Json<Listing<InboundLine>>> {
    Ok(Json(log::inbound_list(&desk.app, &ctx, &query).await?))
}

/// What happened to a message.
#[utoipa::path(get, path = "/messages/{id}/steps", tag = "message", params(("id" = Uuid, Path)), responses((status = 200, body = Vec<SmsStep>), (status = 404, body = Problem)))]
pub async fn sms_steps(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
) -> Answer<Json<Vec<SmsStep>>> {
    Ok(Json(log::sms_steps(&desk.app, &ctx, NoticeId(id)).await?))
}

/// 重发.
#[utoipa::path(post, path = "/messages/{id}/resend", tag = "message", params(("id" = Uuid, Path)), responses((status = 201, body = MessageMade), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn sms_resend(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
) -> Answer<(StatusCode, Json<MessageMade>)> {
    let id = log::sms_resend(&desk.app, &ctx, NoticeId(id)).await?;
    Ok((StatusCode::CREATED, Json(MessageMade { id })))
}

/// 工单的短信.
#[utoipa::path(get, path = "/orders/{id}/messages", tag = "order", params(("id" = Uuid, Path)), responses((status = 200, body = OrderMessages), (status = 404, body = Problem)))]
pub async fn order_messages(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
) -> Answer<Json<OrderMessages>> {
    Ok(Json(log::order_messages(&desk.app, &ctx, OrderId(id)).await?))
}
