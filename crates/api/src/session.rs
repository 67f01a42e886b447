//! 登录: sessions, passwords, appointments.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use serde::Deserialize;

use app::login::{self, LoginForm, PasswordForm};
use app::signin::leave::{self, SessionClosed};
use app::view::SessionView;
use kernel::AppointmentId;
use wire::{Json, Problem, cookie, origin};

use crate::fault::Answer;
use crate::signed::{Entering, client_ip};
use crate::{Desk, Fault};

/// The peer of a request that has no session yet.
pub struct Peer(String);

impl FromRequestParts<Desk> for Peer {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut axum::http::request::Parts, desk: &Desk) -> Result<Self, Fault> {
        origin::check_origin(&parts.method, &parts.headers)?;
        Ok(Self(client_ip(parts, desk.behind_tls)))
    }
}

/// 登录. Sets the session cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = LoginForm,
    responses((status = 200, body = SessionView), (status = 401, body = Problem), (status = 423, body = Problem)))]
pub async fn session_open(
    State(desk): State<Desk>,
    Peer(ip): Peer,
    Json(form): Json<LoginForm>,
) -> Answer<impl IntoResponse> {
    let opened = login::session_open(&desk.app, &form, &ip, &wire::trace::current()).await?;
    let cookie = cookie::set(cookie::SESSION, opened.token.expose(), desk.behind_tls);
    Ok(([(header::SET_COOKIE, cookie)], Json(opened.view)))
}

/// 当前会话.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = SessionView), (status = 401, body = Problem)))]
pub async fn session_view(State(desk): State<Desk>, entering: Entering) -> Answer<Json<SessionView>> {
    Ok(Json(login::session_view(&desk.app, &entering.ctx, &entering.csrf).await?))
}

/// 退出, with what is left to do at the identity provider.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 200, body = SessionClosed)))]
pub async fn session_close(State(desk): State<Desk>, entering: Entering) -> Answer<impl IntoResponse> {
    let closed = leave::staff_leave(&desk.app, &entering.ctx).await?;
    let left = cookie::set(cookie::LEFT, "1", desk.behind_tls);
    let cookies = [(header::SET_COOKIE, cookie::clear(cookie::SESSION)), (header::SET_COOKIE, left)];
    Ok((AppendHeaders(cookies), Json(closed)))
}

/// 修改口令.
#[utoipa::path(post, path = "/session/password", tag = "session", request_body = PasswordForm,
    responses((status = 204), (status = 422, body = Problem)))]
pub async fn password_change(
    State(desk): State<Desk>,
    entering: Entering,
    Json(form): Json<PasswordForm>,
) -> Answer<StatusCode> {
    login::password_change(&desk.app, &entering.ctx, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The appointment to act in.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub struct AppointmentChoice {
    pub appointment: AppointmentId,
}

/// 切换任职.
#[utoipa::path(post, path = "/session/appointment", tag = "session", request_body = AppointmentChoice,
    responses((status = 200, body = SessionView), (status = 403, body = Problem)))]
pub async fn appointment_switch(
    State(desk): State<Desk>,
    entering: Entering,
    Json(choice): Json<AppointmentChoice>,
) -> Answer<Json<SessionView>> {
    Ok(Json(login::appointment_switch(&desk.app, &entering.ctx, choice.appointment).await?))
}

/// A path of the API that does not exist: a problem, not the desk's page.
pub async fn no_such_route(request: Request) -> Fault {
    let detail = format!("接口 {} {} 不存在，请对照接口文档", request.method(), request.uri().path());
    Fault(Problem::new(StatusCode::NOT_FOUND, "no_such_route", detail))
}
