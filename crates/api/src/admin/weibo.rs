//! 微博.

use app::social::weibo::{self, WeiboForm, WeiboFound, WeiboView};
use axum::extract::State;
use domain::social::WeiboSettings;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 微博账号 without the token, and how it goes.
#[utoipa::path(get, path = "/admin/weibo", tag = "admin", responses((status = 200, body = WeiboView), (status = 403, body = Problem)))]
pub async fn weibo_view(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<WeiboView>> {
    Ok(Json(weibo::weibo_view(&desk.app, &ctx).await?))
}

/// 保存微博设置; in force from the next look on.
#[utoipa::path(put, path = "/admin/weibo", tag = "admin", request_body = WeiboForm, responses((status = 200, body = WeiboView), (status = 422, body = Problem)))]
pub async fn weibo_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<WeiboForm>,
) -> Answer<Json<WeiboView>> {
    Ok(Json(weibo::weibo_set(&desk.app, &ctx, form).await?))
}

/// 测试连接, with settings that need not be saved yet; nothing is said in public.
#[utoipa::path(post, path = "/admin/weibo/test", tag = "admin", request_body = WeiboSettings, responses((status = 200, body = WeiboFound), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn weibo_test(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(settings): Json<WeiboSettings>,
) -> Answer<Json<WeiboFound>> {
    Ok(Json(weibo::weibo_test(&desk.app, &ctx, settings).await?))
}
