//! 微信公众号.

use app::social::wechat::{self, WechatForm, WechatView};
use axum::extract::State;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 微信公众号 without secrets, and how it goes.
#[utoipa::path(get, path = "/admin/wechat", tag = "admin", responses((status = 200, body = WechatView), (status = 403, body = Problem)))]
pub async fn wechat_view(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<WechatView>> {
    Ok(Json(wechat::wechat_view(&desk.app, &ctx).await?))
}

/// 保存公众号设置; in force from the next message on.
#[utoipa::path(put, path = "/admin/wechat", tag = "admin", request_body = WechatForm, responses((status = 200, body = WechatView), (status = 422, body = Problem)))]
pub async fn wechat_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<WechatForm>,
) -> Answer<Json<WechatView>> {
    Ok(Json(wechat::wechat_set(&desk.app, &ctx, form).await?))
}
