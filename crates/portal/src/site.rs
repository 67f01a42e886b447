//! What every page shares: the desk behind it, who asks, cookies, and the answer's headers.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use askama::Template;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use citizen::{Caller, Catalogue, Desk, Fault, Lamp, LampState};
use kernel::{Clock, Mint, Provider, Refusal, RefusalKind};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::captcha::{self, Captcha};
use crate::limit::{Class, Limit};

/// How the portal is reached and how much it lets one address do.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Served over TLS by a proxy that sets `X-Forwarded-For`.
    pub behind_tls: bool,
    /// Pages of one address in a minute.
    pub reads_per_minute: u32,
    /// Forms of one address in a minute.
    pub writes_per_minute: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { behind_tls: false, reads_per_minute: 600, writes_per_minute: 60 }
    }
}

/// The portal. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    pub desk: Arc<dyn Desk>,
    pub clock: Arc<dyn Clock>,
    pub mint: Arc<dyn Mint>,
    /// Seals what browsers keep for us.
    pub seal: Arc<dyn Provider>,
    pub settings: Settings,
    pub(crate) limit: Arc<Limit>,
    pub(crate) used: Arc<captcha::Used>,
}

impl Site {
    #[must_use]
    pub fn new(
        desk: Arc<dyn Desk>,
        clock: Arc<dyn Clock>,
        mint: Arc<dyn Mint>,
        seal: Arc<dyn Provider>,
        settings: Settings,
    ) -> Self {
        let limit = Arc::new(Limit::new(settings.reads_per_minute, settings.writes_per_minute));
        Self { desk, clock, mint, seal, settings, limit, used: Arc::default() }
    }

    /// A value for a cookie that only we can read.
    pub(crate) fn seal_json(&self, place: &str, value: &impl Serialize) -> String {
        let text = serde_json::to_vec(value).expect("cookies hold plain values");
        kernel::hex_encode(&self.seal.seal(place.as_bytes(), &text))
    }

    pub(crate) fn open_json<T: DeserializeOwned>(&self, place: &str, text: &str) -> Option<T> {
        let sealed = kernel::hex_decode(text)?;
        serde_json::from_slice(&self.seal.open(place.as_bytes(), &sealed).ok()?).ok()
    }

    pub(crate) fn captcha(&self) -> Captcha {
        captcha::ask(&*self.seal, &*self.mint, self.clock.now())
    }

    pub(crate) fn captcha_passes(&self, token: &str, answer: &str) -> bool {
        captcha::passes(&*self.seal, &self.used, token, answer, self.clock.now())
    }

    /// 32 hexadecimal digits nobody can guess.
    pub(crate) fn secret(&self) -> String {
        let mut bytes = [0; 16];
        self.mint.bytes(&mut bytes);
        kernel::hex_encode(&bytes)
    }

    pub(crate) fn cookie(&self, name: &str, value: &str, max_age_s: i64) -> HeaderValue {
        let secure = if self.settings.behind_tls { "; Secure" } else { "" };
        let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
        HeaderValue::from_str(&text).expect("values are hexadecimal")
    }
}

/// Who asks: address, browser, and whether large type is wanted.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub caller: Caller,
    pub elder: bool,
    pub headers: HeaderMap,
}

impl Visitor {
    /// A cookie of ours.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        wire::cookie::get(&self.headers, name)
    }
}

impl FromRequestParts<Site> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Infallible> {
        let ip = address(&parts.headers, parts.extensions.get::<ConnectInfo<SocketAddr>>(), site.settings.behind_tls);
        let agent = parts.headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let agent = agent.chars().take(200).collect();
        let caller = Caller { ip, agent, trace: wire::trace::current(), person: None };
        let elder = wire::cookie::get(&parts.headers, ELDER) == Some("1");
        let mut visitor = Self { caller, elder, headers: parts.headers.clone() };
        visitor.caller.person = site.person(&visitor).map(|(person, _)| person);
        Ok(visitor)
    }
}

/// Cookie of 长辈模式.
pub const ELDER: &str = "hotline_elder";

/// The nearest proxy's word when there is one, else the peer's address.
fn address(headers: &HeaderMap, peer: Option<&ConnectInfo<SocketAddr>>, behind: bool) -> String {
    let forwarded = headers.get("x-forwarded-for").and_then(|v| v.to_str().ok()).filter(|_| behind);
    let last = forwarded.and_then(|v| v.rsplit(',').next()).map(|v| v.trim().to_owned()).filter(|v| !v.is_empty());
    last.or_else(|| peer.map(|ConnectInfo(a)| a.ip().to_string())).unwrap_or_default()
}

/// Frame of a page: what header and footer need.
#[derive(Clone, Debug)]
pub struct Frame {
    pub title: String,
    pub elder: bool,
    pub catalogue: Arc<Catalogue>,
    pub lamp: Lamp,
    /// Where the page is, for coming back from a switch.
    pub here: &'static str,
    pub now: kernel::Ts,
}

impl Frame {
    /// A sentence about the connection to the core, where there is something to say.
    #[must_use]
    pub fn lamp_text(&self) -> Option<String> {
        let last = self.lamp.last.map_or_else(|| "尚无".to_owned(), kernel::Ts::format_cn);
        match self.lamp.state {
            LampState::Direct => None,
            LampState::Fresh => Some(format!("数据更新于 {last}")),
            LampState::Stale | LampState::Gap => {
                Some(format!("与业务系统的数据交换暂时中断，最近一次 {last}。仍可提交诉求，恢复后自动送达。"))
            }
        }
    }

    #[must_use]
    pub fn lamp_bad(&self) -> bool {
        matches!(self.lamp.state, LampState::Stale | LampState::Gap)
    }
}

impl Site {
    /// The frame of a page with this title.
    pub(crate) async fn frame(&self, visitor: &Visitor, title: &str, here: &'static str) -> Result<Frame, Fault> {
        let catalogue = self.desk.catalogue().await?;
        let lamp = self.desk.lamp().await?;
        Ok(Frame { title: title.to_owned(), elder: visitor.elder, catalogue, lamp, here, now: self.clock.now() })
    }
}

/// A page, or why there is none.
pub type Page = Result<Response, Trouble>;

/// A fault with who asked, so that the page that tells of it looks like the others.
#[derive(Debug)]
pub struct Trouble(pub Fault);

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self(fault)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Self(Fault::Refused(refusal))
    }
}

/// Renders a template.
pub fn show(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response(),
        Err(e) => Trouble(Fault::Broken(e.to_string())).into_response(),
    }
}

/// 303 to another page.
pub fn go(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// Adds a cookie to an answer.
pub fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

/// The HTTP status of a refusal.
pub fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal.status_hint {
        RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        RefusalKind::Forbidden => StatusCode::FORBIDDEN,
        RefusalKind::NotFound => StatusCode::NOT_FOUND,
        RefusalKind::Conflict | RefusalKind::Stale => StatusCode::CONFLICT,
        RefusalKind::Gone => StatusCode::GONE,
        RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage<'a> {
    title: &'a str,
    message: &'a str,
    trace: String,
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let (status, title, message) = match &self.0 {
            Fault::Refused(refusal) => (status_of(refusal), "暂时不能办理", refusal.message.clone()),
            Fault::Broken(cause) => {
                tracing::error!(%cause, "a page failed");
                let message = "系统暂时出错，您填写的内容没有丢失，请稍后再试，或直接拨打热线电话。";
                (StatusCode::INTERNAL_SERVER_ERROR, "系统出错", message.to_owned())
            }
        };
        let page = TroublePage { title, message: &message, trace: wire::trace::current() };
        let html = page.render().unwrap_or_else(|_| message.clone());
        (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
    }
}

/// Nothing may run, be framed or be loaded but our own style sheet, script and pictures.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// Bounds the address, refuses other sites' forms, and hardens every answer.
pub async fn guard(State(site): State<Site>, visitor: Visitor, request: Request, next: Next) -> Response {
    let safe = request.method().is_safe();
    let foreign = request.headers().get("sec-fetch-site").is_some_and(|v| v == "cross-site");
    let class = if safe { Class::Read } else { Class::Write };
    let mut response = if !site.limit.admits(&visitor.caller.ip, class, site.clock.now()) {
        Trouble(Refusal::too_many("操作过于频繁，请一分钟后再试。").into()).into_response()
    } else if !safe && (foreign || wire::origin::check_origin(request.method(), request.headers()).is_err()) {
        Trouble(Refusal::forbidden("请求来自其他网站，已拒绝；请从本网站页面操作。").into()).into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("permissions-policy"), "geolocation=(), camera=(), microphone=()");
    // Pages may show a citizen's own matter: nothing may keep them.
    set(header::CACHE_CONTROL, "no-store");
    response
}
