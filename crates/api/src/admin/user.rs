//! 用户与任职.

use axum::extract::{Path, State};
use axum::http::StatusCode;

use app::admin::user;
use app::view::{
    AppointmentForm, Listing, OneTimePassword, UserAppointment, UserCreated, UserForm, UserQuery, UserView,
};
use kernel::UserId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 用户列表.
#[utoipa::path(get, path = "/admin/users", tag = "admin", params(UserQuery), responses((status = 200, body = Listing<UserView>), (status = 403, body = Problem)))]
pub async fn user_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<UserQuery>,
) -> Answer<Json<Listing<UserView>>> {
    Ok(Json(user::user_list(&desk.app, &ctx, &query).await?))
}

/// 新增用户; the one-time password is shown in this answer only.
#[utoipa::path(post, path = "/admin/users", tag = "admin", request_body = UserForm, responses((status = 201, body = UserCreated), (status = 422, body = Problem)))]
pub async fn user_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<UserForm>,
) -> Answer<(StatusCode, Json<UserCreated>)> {
    Ok((StatusCode::CREATED, Json(user::user_create(&desk.app, &ctx, form).await?)))
}

/// 修改用户.
#[utoipa::path(put, path = "/admin/users/{id}", tag = "admin", params(("id" = UserId, Path)), request_body = UserForm, responses((status = 200, body = UserView)))]
pub async fn user_update(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<UserId>,
    Json(form): Json<UserForm>,
) -> Answer<Json<UserView>> {
    Ok(Json(user::user_update(&desk.app, &ctx, id, form).await?))
}

/// 重置口令.
#[utoipa::path(post, path = "/admin/users/{id}/reset-password", tag = "admin", params(("id" = UserId, Path)), responses((status = 200, body = OneTimePassword)))]
pub async fn user_reset_password(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<UserId>,
) -> Answer<Json<OneTimePassword>> {
    Ok(Json(user::user_reset_password(&desk.app, &ctx, id).await?))
}

/// 解除锁定.
#[utoipa::path(post, path = "/admin/users/{id}/unlock", tag = "admin", params(("id" = UserId, Path)), responses((status = 204)))]
pub async fn user_unlock(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<UserId>) -> Answer<StatusCode> {
    user::user_unlock(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 停用.
#[utoipa::path(post, path = "/admin/users/{id}/disable", tag = "admin", params(("id" = UserId, Path)), responses((status = 204)))]
pub async fn user_disable(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<UserId>) -> Answer<StatusCode> {
    user::user_disable(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 启用.
#[utoipa::path(post, path = "/admin/users/{id}/enable", tag = "admin", params(("id" = UserId, Path)), responses((status = 204)))]
pub async fn user_enable(State(desk): State<Desk>, Signed(ctx): Signed, Path(id): Path<UserId>) -> Answer<StatusCode> {
    user::user_enable(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 新增任职, without roles: those are granted by the security administrators.
#[utoipa::path(post, path = "/admin/users/{id}/appointments", tag = "admin", params(("id" = UserId, Path)), request_body = AppointmentForm,
    responses((status = 201, body = UserAppointment)))]
pub async fn appointment_create(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<UserId>,
    Json(form): Json<AppointmentForm>,
) -> Answer<(StatusCode, Json<UserAppointment>)> {
    Ok((StatusCode::CREATED, Json(user::appointment_create(&desk.app, &ctx, id, form).await?)))
}
