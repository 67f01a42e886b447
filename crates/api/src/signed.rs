//! Who asks: the session behind a request, checked before any handler runs.

use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use serde::de::DeserializeOwned;
use std::net::SocketAddr;

use app::{Ctx, Idempotency, login};
use wire::idempotency::IdempotencyKey;
use wire::{Problem, cookie, origin};

use crate::{Desk, Fault};

/// A signed-in person whose password is their own. Every route but the sign-in needs it.
pub struct Signed(pub Ctx);

/// A signed-in person who may still have to change the first password: only `/session` takes it.
pub struct Entering {
    pub ctx: Ctx,
    pub csrf: String,
}

impl FromRequestParts<Desk> for Entering {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Fault> {
        let token = cookie::get(&parts.headers, cookie::SESSION).ok_or_else(Problem::unauthorised)?;
        origin::check_origin(&parts.method, &parts.headers)?;
        let ip = client_ip(parts, desk.behind_tls);
        let signed = login::session_load(&desk.app, token, &ip, &wire::trace::current()).await?;
        origin::check_token(&parts.method, &parts.headers, &signed.csrf)?;
        Ok(Self { ctx: signed.ctx, csrf: signed.csrf })
    }
}

impl FromRequestParts<Desk> for Signed {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Fault> {
        let Entering { ctx, .. } = Entering::from_request_parts(parts, desk).await?;
        ctx.require_ready()?;
        Ok(Self(ctx))
    }
}

/// A body that may be sent twice with the same `Idempotency-Key`; carries the signed-in person.
pub struct Keyed<T> {
    pub ctx: Ctx,
    pub body: T,
}

impl<T: DeserializeOwned> FromRequest<Desk> for Keyed<T> {
    type Rejection = Fault;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Fault> {
        let (mut parts, body) = request.into_parts();
        let Signed(mut ctx) = Signed::from_request_parts(&mut parts, desk).await?;
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(&mut parts, desk).await?;
        let route = format!("{} {}", parts.method, parts.uri.path());
        let headers = parts.headers.clone();
        let bytes = Bytes::from_request(Request::from_parts(parts, body), desk)
            .await
            .map_err(|_| Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "提交的内容过大，请精简后重试"))?;
        if let Some(key) = key {
            ctx.idempotency = Some(Idempotency { key, fingerprint: desk.app.fingerprint(&route, &bytes) });
        }
        Ok(Self { ctx, body: parse(&headers, bytes).await? })
    }
}

/// Parses through the shared JSON extractor, so that errors read the same everywhere.
async fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: Bytes) -> Result<T, Fault> {
    let mut request = Request::new(axum::body::Body::from(bytes));
    *request.headers_mut() = headers.clone();
    let wire::Json(body) = wire::Json::<T>::from_request(request, &()).await?;
    Ok(body)
}

/// The address to lock out and to log: the peer's, or the one the TLS proxy saw.
pub fn client_ip(parts: &Parts, behind_tls: bool) -> String {
    let forwarded = || {
        let value = parts.headers.get("x-forwarded-for")?.to_str().ok()?;
        Some(value.rsplit(',').next()?.trim().to_owned())
    };
    let peer = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip().to_string());
    if behind_tls { forwarded().or_else(peer) } else { peer() }.unwrap_or_else(|| "-".to_owned())
}
