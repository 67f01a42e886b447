//! 统一身份认证: the pages a browser passes through, what the sign-in page offers, and the settings.

use std::sync::Arc;

use app::signin::binding::{self, BindingView, UnbindForm};
use app::signin::leave;
use app::signin::staff::{self, SignInOffer};
use app::signin::{self, SignInForm, SignInProbe, SignInView};
use axum::Router;
use axum::extract::{Form, FromRequest as _, FromRequestParts as _, Path, Query, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use domain::signin::{Audience, SignInSettings};
use kernel::{UserId, Uuid};
use oidc::Returned;
use serde::Deserialize;
use wire::rate::Rate;
use wire::{Json, Problem, cookie};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::{Signed, client_ip};

/// Sealed: what the browser keeps while somebody is at the identity provider.
const TICKET: &str = "hotline_sign_in";
/// Sign-ins of one address in a minute: each asks the provider.
const PER_MINUTE: u32 = 60;
/// Goodbyes a provider tells of in a minute: a whole shift may sign out at once.
const TOLD_PER_MINUTE: u32 = 1200;

#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct Refused {
    /// Code the browser was sent back with.
    refused: String,
}

/// 登录方式 the sign-in page offers besides passwords; open, for nobody is signed in yet.
#[utoipa::path(get, path = "/session/sign-in", tag = "session", params(Refused), responses((status = 200, body = SignInOffer)))]
pub async fn sign_in_offer(State(desk): State<Desk>, Query(asked): Query<Refused>) -> Answer<Json<SignInOffer>> {
    Ok(Json(staff::sign_in_offer(&desk.app, &asked.refused).await?))
}

/// 统一身份认证设置 without the secret.
#[utoipa::path(get, path = "/admin/sign-in/{audience}", tag = "admin", params(("audience" = Audience, Path)), responses((status = 200, body = SignInView), (status = 403, body = Problem)))]
pub async fn sign_in_view(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(audience): Path<Audience>,
) -> Answer<Json<SignInView>> {
    Ok(Json(signin::sign_in_view(&desk.app, &ctx, audience).await?))
}

/// 保存设置; in force from the next sign-in on.
#[utoipa::path(put, path = "/admin/sign-in/{audience}", tag = "admin", params(("audience" = Audience, Path)), request_body = SignInForm, responses((status = 200, body = SignInView), (status = 422, body = Problem)))]
pub async fn sign_in_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(audience): Path<Audience>,
    Json(form): Json<SignInForm>,
) -> Answer<Json<SignInView>> {
    Ok(Json(signin::sign_in_set(&desk.app, &ctx, audience, form).await?))
}

/// 测试设置 as they stand in the form; nothing is saved.
#[utoipa::path(post, path = "/admin/sign-in/{audience}/probe", tag = "admin", params(("audience" = Audience, Path)), request_body = SignInSettings, responses((status = 200, body = SignInProbe), (status = 422, body = Problem)))]
pub async fn sign_in_probe(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(audience): Path<Audience>,
    Json(settings): Json<SignInSettings>,
) -> Answer<Json<SignInProbe>> {
    Ok(Json(signin::sign_in_probe(&desk.app, &ctx, audience, settings).await?))
}

/// 已绑定的认证身份 of an account, the latest first.
#[utoipa::path(get, path = "/admin/users/{id}/bindings", tag = "admin", params(("id" = UserId, Path)), responses((status = 200, body = Vec<BindingView>), (status = 403, body = Problem)))]
pub async fn binding_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<UserId>,
) -> Answer<Json<Vec<BindingView>>> {
    Ok(Json(binding::binding_list(&desk.app, &ctx, id).await?))
}

/// 解除绑定; every session of the account ends.
#[utoipa::path(post, path = "/admin/users/{id}/bindings/{link}/end", tag = "admin", params(("id" = UserId, Path), ("link" = Uuid, Path)), request_body = UnbindForm, responses((status = 200, body = Vec<BindingView>), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn binding_end(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, link)): Path<(UserId, Uuid)>,
    Json(form): Json<UnbindForm>,
) -> Answer<Json<Vec<BindingView>>> {
    Ok(Json(binding::binding_end(&desk.app, &ctx, id, link, &form).await?))
}

#[derive(Clone)]
struct Door {
    desk: Desk,
    rate: Arc<Rate>,
}

/// Two pages a browser passes through on its way, which answer with where to go next, and the provider's own door.
pub fn router(desk: Desk) -> Router {
    let door = Door { desk, rate: Arc::default() };
    Router::new()
        .route("/api/sign-in/begin", get(begin))
        .route("/api/sign-in/back", get(back))
        .route("/api/sign-in/ended", post(ended))
        .with_state(door)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    next: String,
}

fn go(to: &str, cookies: &[HeaderValue]) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // The address holds the code: it must not be told to the next page.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for cookie in cookies {
        headers.append(header::SET_COOKIE, cookie.clone());
    }
    response
}

/// Back to the sign-in page, which shows why.
fn refused(error: app::Error) -> Response {
    match error {
        app::Error::Unauthenticated(r) => go(&format!("/login?refused={}", r.code), &[cookie::clear(TICKET)]),
        other => crate::Fault::from(other).into_response(),
    }
}

impl Door {
    fn admits(&self, parts: &Parts) -> bool {
        let ip = client_ip(parts, self.desk.behind_tls);
        self.rate.admits(&ip, PER_MINUTE, self.desk.app.now())
    }
}

async fn begin(State(door): State<Door>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !door.admits(&parts) {
        return go("/login?refused=too_many", &[]);
    }
    let Query(wanted) = Query::<Wanted>::from_request_parts(&mut parts, &()).await.unwrap_or_default();
    let left = cookie::get(&parts.headers, cookie::LEFT).is_some();
    match staff::staff_begin(&door.desk.app, &wanted.next, left).await {
        Ok(sent) => go(&sent.url, &[cookie::set(TICKET, sent.cookie.expose(), door.desk.behind_tls)]),
        Err(e) => refused(e),
    }
}

async fn back(State(door): State<Door>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !door.admits(&parts) {
        return go("/login?refused=too_many", &[]);
    }
    let Query(returned) = Query::<Returned>::from_request_parts(&mut parts, &()).await.unwrap_or_default();
    let app = &door.desk.app;
    let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let ip = client_ip(&parts, door.desk.behind_tls);
    let ctx = app::Ctx { ip, agent, ..app.system(&wire::trace::current()) };
    match staff::staff_finish(app, &ctx, cookie::get(&parts.headers, TICKET), &returned).await {
        Ok(came) => {
            let session = cookie::set(cookie::SESSION, came.opened.token.expose(), door.desk.behind_tls);
            go(&came.next, &[session, cookie::clear(TICKET), cookie::clear(cookie::LEFT)])
        }
        Err(e) => refused(e),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Told {
    logout_token: String,
}

/// The provider tells that somebody signed out (Back-Channel Logout 1.0, 2.5 and 2.8).
async fn ended(State(door): State<Door>, request: Request) -> Response {
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    let (parts, body) = request.into_parts();
    let app = &door.desk.app;
    let ip = client_ip(&parts, door.desk.behind_tls);
    // Counted apart from people's sign-ins, which may come from the same address.
    if !door.rate.admits(&format!("told {ip}"), TOLD_PER_MINUTE, app.now()) {
        return (StatusCode::TOO_MANY_REQUESTS, no_store).into_response();
    }
    let request = Request::from_parts(parts, body);
    let Ok(Form(told)) = Form::<Told>::from_request(request, &()).await else {
        return (StatusCode::BAD_REQUEST, no_store).into_response();
    };
    let ctx = app::Ctx { ip, ..app.system(&wire::trace::current()) };
    match leave::provider_ended(app, &ctx, &told.logout_token).await {
        Ok(_) => (StatusCode::OK, no_store).into_response(),
        Err(app::Error::Refused(refusal)) => {
            let said = serde_json::json!({ "error": "invalid_request", "error_description": refusal.code });
            (StatusCode::BAD_REQUEST, no_store, axum::Json(said)).into_response()
        }
        Err(other) => crate::Fault::from(other).into_response(),
    }
}
