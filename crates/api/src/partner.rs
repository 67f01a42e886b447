//! 平台对接: partners for the administrator, 协同记录 of an order, and the door partners post to.

use app::partner::admin::{self, PartnerChange, PartnerForm, PartnerList};
use app::partner::proposal::{self, ProposalWord};
use app::partner::say::{self, PartnerSend};
use app::partner::share::{self, PartnerShares};
use app::partner::show::{self, OrderPartners, PartnerLink};
use app::partner::word::{self, PartnerWord};
use app::partner::{Said, take};
use app::view::{ProposalQuery, ProposalView};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Request, State};
use axum::http::header::CONTENT_LENGTH;
use axum::routing::post;
use domain::partner::share::Topic;
use kernel::{OrderId, Uuid};
use tokio::sync::Semaphore;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::{Signed, client_ip};

/// Longest message, bytes: one with a file in it.
const LONGEST: usize = 20 << 20;
/// From so many bytes on a message holds a file.
const LARGE: usize = 256 << 10;
/// As many large messages are read at once: whoever sends has not shown who it is yet.
static LARGE_AT_ONCE: Semaphore = Semaphore::const_new(4);

/// 对接平台 with the latest messages of each.
#[utoipa::path(get, path = "/admin/partners", tag = "admin", responses((status = 200, body = PartnerList), (status = 403, body = Problem)))]
pub async fn partner_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<PartnerList>> {
    Ok(Json(admin::partner_list(&desk.app, &ctx).await?))
}

/// 新增对接平台.
#[utoipa::path(post, path = "/admin/partners", tag = "admin", request_body = PartnerForm, responses((status = 200, body = PartnerList), (status = 422, body = Problem)))]
pub async fn partner_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<PartnerForm>,
) -> Answer<Json<PartnerList>> {
    Ok(Json(admin::partner_create(&desk.app, &ctx, form).await?))
}

/// 修改对接平台.
#[utoipa::path(put, path = "/admin/partners/{id}", tag = "admin", params(("id" = Uuid, Path)), request_body = PartnerChange, responses((status = 200, body = PartnerList), (status = 404, body = Problem), (status = 412, body = Problem), (status = 422, body = Problem)))]
pub async fn partner_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(change): Json<PartnerChange>,
) -> Answer<Json<PartnerList>> {
    Ok(Json(admin::partner_update(&desk.app, &ctx, id, change).await?))
}

/// 停用对接平台, at once and for ever.
#[utoipa::path(post, path = "/admin/partners/{id}/stop", tag = "admin", params(("id" = Uuid, Path)), responses((status = 200, body = PartnerList), (status = 404, body = Problem)))]
pub async fn partner_stop(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
) -> Answer<Json<PartnerList>> {
    Ok(Json(admin::partner_stop(&desk.app, &ctx, id).await?))
}

/// 同步: chooses what is published to a partner.
#[utoipa::path(put, path = "/admin/partners/{id}/shares", tag = "admin", params(("id" = Uuid, Path)), request_body = PartnerShares, responses((status = 200, body = PartnerList), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn partner_share(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(form): Json<PartnerShares>,
) -> Answer<Json<PartnerList>> {
    Ok(Json(share::partner_share(&desk.app, &ctx, id, &form).await?))
}

/// 重新发送: what a partner did not take of a topic is told anew, as it is now.
#[utoipa::path(post, path = "/admin/partners/{id}/shares/{topic}/again", tag = "admin", params(("id" = Uuid, Path), ("topic" = Topic, Path)), responses((status = 200, body = PartnerList), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn partner_share_again(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, topic)): Path<(Uuid, Topic)>,
) -> Answer<Json<PartnerList>> {
    Ok(Json(share::partner_share_again(&desk.app, &ctx, id, topic).await?))
}

/// 平台同步: what other platforms published, with how it differs.
#[utoipa::path(get, path = "/proposals", tag = "admin", params(ProposalQuery), responses((status = 200, body = Vec<ProposalView>), (status = 403, body = Problem)))]
pub async fn proposal_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<ProposalQuery>,
) -> Answer<Json<Vec<ProposalView>>> {
    Ok(Json(proposal::proposal_list(&desk.app, &ctx, query.topic, query.open).await?))
}

/// 采纳、不采纳.
#[utoipa::path(post, path = "/proposals/{id}", tag = "admin", params(("id" = Uuid, Path)), request_body = ProposalWord, responses((status = 200, body = Vec<ProposalView>), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn proposal_decide(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<Uuid>,
    Json(word): Json<ProposalWord>,
) -> Answer<Json<Vec<ProposalView>>> {
    Ok(Json(proposal::proposal_decide(&desk.app, &ctx, id, &word).await?))
}

/// 协同记录 of an order, and to whom it may be offered.
#[utoipa::path(get, path = "/orders/{id}/partners", tag = "orders", params(("id" = OrderId, Path)), responses((status = 200, body = OrderPartners), (status = 404, body = Problem)))]
pub async fn order_partners(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<OrderPartners>> {
    Ok(Json(show::order_partners(&desk.app, &ctx, id).await?))
}

/// 转其他平台: offers the order; it stays ours until it is taken.
#[utoipa::path(post, path = "/orders/{id}/partners", tag = "orders", params(("id" = OrderId, Path)), request_body = PartnerSend, responses((status = 200, body = Vec<PartnerLink>), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn order_send(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Json(form): Json<PartnerSend>,
) -> Answer<Json<Vec<PartnerLink>>> {
    Ok(Json(say::order_send(&desk.app, &ctx, id, &form).await?))
}

/// 撤回转出, while nobody has taken it.
#[utoipa::path(delete, path = "/orders/{id}/partners/{link}", tag = "orders", params(("id" = OrderId, Path), ("link" = Uuid, Path)), responses((status = 200, body = Vec<PartnerLink>), (status = 409, body = Problem)))]
pub async fn order_send_cancel(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, link)): Path<(OrderId, Uuid)>,
) -> Answer<Json<Vec<PartnerLink>>> {
    Ok(Json(say::order_send_cancel(&desk.app, &ctx, id, link).await?))
}

/// 催办、督办、补充、延期: a word about a matter two platforms have in hand.
#[utoipa::path(post, path = "/orders/{id}/partners/{link}/words", tag = "orders", params(("id" = OrderId, Path), ("link" = Uuid, Path)), request_body = PartnerWord, responses((status = 200, body = Vec<PartnerLink>), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn order_say(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, link)): Path<(OrderId, Uuid)>,
    Json(form): Json<PartnerWord>,
) -> Answer<Json<Vec<PartnerLink>>> {
    Ok(Json(word::order_say(&desk.app, &ctx, id, link, &form).await?))
}

/// The door: no session, but a signature in every message.
pub fn router(desk: Desk) -> Router {
    Router::new().route("/open/v1/exchange", post(heard)).layer(DefaultBodyLimit::max(LONGEST)).with_state(desk)
}

async fn heard(State(desk): State<Desk>, request: Request) -> Json<Said> {
    let (parts, body) = request.into_parts();
    let ip = client_ip(&parts, desk.behind_tls);
    let length = parts.headers.get(CONTENT_LENGTH).and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
    let _place = match length {
        Some(n) if n <= LARGE => None,
        _ => match LARGE_AT_ONCE.try_acquire() {
            Ok(place) => Some(place),
            Err(_) => return Json(busy()),
        },
    };
    let text = match axum::body::to_bytes(body, LONGEST).await {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => {
            return Json(Said { code: 4001, msg: "消息过大，最多20MB".to_owned(), msg_id: String::new() });
        }
    };
    Json(take::take(&desk.app, &ip, &wire::trace::current(), &text).await)
}

fn busy() -> Said {
    Said { code: 5000, msg: "正在接收其他附件，请稍后重发".to_owned(), msg_id: String::new() }
}
