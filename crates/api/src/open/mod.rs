//! Open311 GeoReport v2 (<http://wiki.open311.org/GeoReport_v2>) and the change feed: for other systems, not for people, and so
//! without sessions. Reading what is public needs no key, everything else does.

mod xml;

use std::sync::Arc;

use app::open::key::{ApiKey, Scope, caller};
use app::open::{self, NewRequest, RequestQuery};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Path, Query, RawForm, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use kernel::{Refusal, RefusalKind};
use serde::Deserialize;
use serde_json::{Value, json};
use wire::rate::Rate;

use crate::Desk;
use crate::signed::client_ip;

/// Requests in a minute of an address that shows no key.
const WITHOUT_KEY: u32 = 60;
/// A form without files, bytes.
const BODY: usize = 64 << 10;

/// The desk, and who asked how often.
#[derive(Clone)]
struct Door {
    desk: Desk,
    rate: Arc<Rate>,
}

/// Everything below `/open311` and `/open`.
pub fn router(desk: Desk) -> Router {
    let door = Door { desk, rate: Arc::default() };
    Router::new()
        .route("/open311/{file}", get(discovery))
        .route("/open311/v2/{file}", get(lists).post(create))
        .route("/open311/v2/{folder}/{file}", get(one))
        .route("/open/v1/changes", get(changes))
        .route("/open/v1/sms", get(sms).post(sms))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(door)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Xml,
    Json,
}

/// Name and format of the last part of a path.
fn split(file: &str) -> Option<(&str, Format)> {
    let (name, ending) = file.rsplit_once('.')?;
    match ending {
        "xml" => Some((name, Format::Xml)),
        "json" => Some((name, Format::Json)),
        _ => None,
    }
}

fn shown(format: Format, status: StatusCode, root: &str, value: &Value) -> Response {
    match format {
        Format::Xml => {
            (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], xml::document(root, value)).into_response()
        }
        Format::Json => {
            let kind = [(header::CONTENT_TYPE, "application/json; charset=utf-8")];
            (status, kind, value.to_string()).into_response()
        }
    }
}

/// Errors as the specification has them: a list of code and description.
fn refused(format: Format, error: &app::Error) -> Response {
    let (status, text) = match error.refusal() {
        Some(r) => {
            let status = match r.status_hint {
                RefusalKind::NotFound => StatusCode::NOT_FOUND,
                RefusalKind::Forbidden => StatusCode::FORBIDDEN,
                RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, r.message.clone())
        }
        None => {
            tracing::error!(%error, "an open interface failed");
            (StatusCode::INTERNAL_SERVER_ERROR, "系统暂时出错，请稍后重试".to_owned())
        }
    };
    let errors = json!([{ "code": status.as_u16().to_string(), "description": text }]);
    shown(format, status, "errors", &errors)
}

fn nowhere(format: Format) -> Response {
    refused(format, &Refusal::new(RefusalKind::NotFound, "path", "没有这个地址".to_owned()).into())
}

/// Who asks: address and key. A key may stand in the query, as the specification has it, or better in a header.
struct Asker {
    ip: String,
    header: Option<String>,
    trace: String,
    host: Option<String>,
    idempotency: String,
}

fn text_of(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned)
}

impl FromRequestParts<Door> for Asker {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, door: &Door) -> Result<Self, Self::Rejection> {
        Ok(Self {
            ip: client_ip(parts, door.desk.behind_tls),
            header: text_of(&parts.headers, "x-api-key"),
            trace: wire::trace::current(),
            host: text_of(&parts.headers, "host"),
            idempotency: text_of(&parts.headers, "idempotency-key").unwrap_or_default(),
        })
    }
}

impl Door {
    fn too_many() -> app::Error {
        Refusal::too_many("请求过于频繁，请一分钟后再试").into()
    }

    /// The key when one is shown; without, the address has its own share.
    async fn admit(&self, asker: &Asker, given: &str, scope: Scope) -> app::Result<Option<ApiKey>> {
        let now = self.desk.app.now();
        let plain = asker.header.as_deref().unwrap_or(given);
        if plain.is_empty() {
            let passes = self.rate.admits(&asker.ip, WITHOUT_KEY, now);
            return if passes { Ok(None) } else { Err(Self::too_many()) };
        }
        let key = match caller(&self.desk.app, plain, scope).await {
            Ok(key) => key,
            // Guessing keys costs the address its share.
            Err(_) if !self.rate.admits(&asker.ip, WITHOUT_KEY, now) => return Err(Self::too_many()),
            Err(e) => return Err(e),
        };
        let most = u32::try_from(key.per_minute).unwrap_or(u32::MAX);
        if self.rate.admits(&key.id.to_string(), most, now) { Ok(Some(key)) } else { Err(Self::too_many()) }
    }

    async fn needed(&self, asker: &Asker, given: &str, scope: Scope) -> app::Result<ApiKey> {
        let none = || Refusal::new(RefusalKind::Forbidden, "api_key", "此操作须提供接口密钥 api_key".to_owned());
        self.admit(asker, given, scope).await?.ok_or_else(|| none().into())
    }
}

/// Which interfaces there are and where.
async fn discovery(State(door): State<Door>, asker: Asker, Path(file): Path<String>) -> Response {
    let Some(("discovery", format)) = split(&file) else { return nowhere(Format::Json) };
    let scheme = if door.desk.behind_tls { "https" } else { "http" };
    let url = format!("{scheme}://{}/open311/v2", asker.host.unwrap_or_default());
    let value = json!({
        "changeset": env!("CARGO_PKG_VERSION"),
        "contact": "12345政务服务便民热线",
        "key_service": "接口密钥由热线中心的安全管理员在“系统管理 → 接口密钥”中发放",
        "endpoints": [{
            "specification": "http://wiki.open311.org/GeoReport_v2",
            "url": url,
            "changeset": env!("CARGO_PKG_VERSION"),
            "type": "production",
            "formats": ["text/xml", "application/json"],
        }],
    });
    shown(format, StatusCode::OK, "discovery", &value)
}

/// GET services and GET requests.
async fn lists(
    State(door): State<Door>,
    asker: Asker,
    Path(file): Path<String>,
    Query(query): Query<RequestQuery>,
) -> Response {
    let Some((name, format)) = split(&file) else { return nowhere(Format::Json) };
    let answer = async {
        let key = door.admit(&asker, &query.api_key, Scope::Open311).await?;
        open::jurisdiction(&door.desk.app, &query.jurisdiction_id)?;
        match name {
            "services" => Ok(Some(("services", open::services(&*door.desk.app.fresh_world().await?)))),
            "requests" => {
                Ok(Some(("service_requests", open::request_list(&door.desk.app, key.as_ref(), &query).await?)))
            }
            _ => Ok::<_, app::Error>(None),
        }
    };
    match answer.await {
        Ok(Some((root, value))) => shown(format, StatusCode::OK, root, &value),
        Ok(None) => nowhere(format),
        Err(e) => refused(format, &e),
    }
}

/// GET a service definition, a request, the number of a token.
async fn one(
    State(door): State<Door>,
    asker: Asker,
    Path((folder, file)): Path<(String, String)>,
    Query(query): Query<RequestQuery>,
) -> Response {
    let Some((name, format)) = split(&file) else { return nowhere(Format::Json) };
    let app = &door.desk.app;
    let answer = async {
        let key = door.admit(&asker, &query.api_key, Scope::Open311).await?;
        open::jurisdiction(app, &query.jurisdiction_id)?;
        Ok::<_, app::Error>(match folder.as_str() {
            "services" => Some(("service_definition", open::definition(&*app.fresh_world().await?, name)?)),
            "requests" => {
                let extensions = query.extensions == "true";
                Some(("service_requests", open::request_view(app, key.as_ref(), name, extensions).await?))
            }
            "tokens" => Some(("service_requests", open::request_of_token(app, key.as_ref(), name).await?)),
            _ => None,
        })
    };
    match answer.await {
        Ok(Some((root, value))) => shown(format, StatusCode::OK, root, &value),
        Ok(None) => nowhere(format),
        Err(e) => refused(format, &e),
    }
}

/// POST requests.
async fn create(State(door): State<Door>, asker: Asker, Path(file): Path<String>, RawForm(body): RawForm) -> Response {
    let Some(("requests", format)) = split(&file) else { return nowhere(Format::Json) };
    let fields = fields(&String::from_utf8_lossy(&body));
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()).unwrap_or_default();
    let answer = async {
        let key = door.needed(&asker, &field("api_key"), Scope::Open311).await?;
        open::jurisdiction(&door.desk.app, &field("jurisdiction_id"))?;
        let new = NewRequest {
            service_code: field("service_code"),
            description: field("description"),
            address_string: field("address_string"),
            address_id: field("address_id"),
            lat: field("lat"),
            long: field("long"),
            first_name: field("first_name"),
            last_name: field("last_name"),
            phone: field("phone"),
            email: field("email"),
            demand_type: field("attribute[demand_type]"),
            occurred_on: field("attribute[occurred_on]"),
            wish: field("attribute[wish]"),
            idempotency_key: asker.idempotency.clone(),
        };
        open::request_create(&door.desk.app, &key, &asker.trace, &new).await
    };
    match answer.await {
        Ok(made) => {
            let mut one = json!({
                "service_request_id": made.service_request_id,
                "service_notice": "诉求已登记，将在1个工作日内受理",
                "account_id": field("account_id"),
            });
            if !made.query_code.is_empty() {
                one["query_code"] = Value::String(made.query_code);
            }
            shown(format, StatusCode::CREATED, "service_requests", &json!([one]))
        }
        Err(e) => refused(format, &e),
    }
}

/// Names and values of a plain form.
fn fields(form: &str) -> Vec<(String, String)> {
    let uri = format!("/?{form}");
    let parsed = uri.parse().ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    parsed.map(|Query(pairs)| pairs).unwrap_or_default()
}

/// 短信网关回调: delivery reports and replies, as form or JSON, one or a list. The secret is in a header or in the query.
async fn sms(State(door): State<Door>, asker: Asker, headers: HeaderMap, uri: Uri, body: Bytes) -> Response {
    let query = fields(uri.query().unwrap_or_default());
    let given = query.iter().find(|(n, _)| n == "secret").map(|(_, v)| v.clone());
    let secret = text_of(&headers, "x-hotline-secret").or(given).unwrap_or_default();
    let calls = told(&query, &body);
    let done = async {
        match app::sms::hear::callback(&door.desk.app, &secret, &calls).await {
            // Guessing costs the address its share.
            Err(_) if !door.rate.admits(&asker.ip, WITHOUT_KEY, door.desk.app.now()) => Err(Door::too_many()),
            other => other,
        }
    };
    match done.await {
        Ok(()) => (StatusCode::OK, "ok").into_response(),
        Err(e) => refused(Format::Json, &e),
    }
}

/// The fields of each thing told: those of the query, and those of the body.
fn told(query: &[(String, String)], body: &Bytes) -> Vec<Vec<(String, String)>> {
    let of = |value: &Value| {
        let pairs = value.as_object().into_iter().flatten();
        let text = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
        pairs.map(|(name, v)| (name.clone(), text(v))).chain(query.iter().cloned()).collect::<Vec<_>>()
    };
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Array(list)) => list.iter().map(of).collect(),
        Ok(one) if one.is_object() => vec![of(&one)],
        _ => vec![fields(&String::from_utf8_lossy(body)).into_iter().chain(query.iter().cloned()).collect()],
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ChangesQuery {
    after: String,
    api_key: String,
}

/// 变更查询: public matters that changed since a place of the feed.
async fn changes(State(door): State<Door>, asker: Asker, Query(query): Query<ChangesQuery>) -> Response {
    let answer = async {
        let key = door.needed(&asker, &query.api_key, Scope::Changes).await?;
        open::change_page(&door.desk.app, &key, &query.after).await
    };
    match answer.await {
        Ok(page) => shown(Format::Json, StatusCode::OK, "changes", &json!(page)),
        Err(e) => refused(Format::Json, &e),
    }
}
