//! RFC 9457 problem documents in Chinese.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{FieldError, Refusal, RefusalKind};
use serde::Serialize;

/// What every handler returns.
pub type Answer<T> = Result<T, Problem>;

/// `application/problem+json`: a stable code for programs, a Chinese sentence for people.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/problems/{code}`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A few Chinese words, the same for every problem of the code's status.
    pub title: String,
    pub status: u16,
    /// What happened and what to do about it.
    pub detail: String,
    pub code: String,
    pub fields: Vec<FieldError>,
    /// Quote it when asking for help; the log line carries the same one.
    pub trace_id: String,
}

impl Problem {
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("/problems/{code}"),
            title: title(status).to_owned(),
            status: status.as_u16(),
            detail: detail.into(),
            code: code.to_owned(),
            fields: Vec::new(),
            trace_id: String::new(),
        }
    }

    #[must_use]
    pub fn unauthorised() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorised", "登录已失效，请重新登录")
    }

    #[must_use]
    pub fn precondition_required() -> Self {
        Self::new(StatusCode::PRECONDITION_REQUIRED, "version_required", "缺少版本号（If-Match），请刷新后再操作")
    }

    /// The database is out of reach: the same request may succeed soon.
    #[must_use]
    pub fn away(cause: &dyn std::fmt::Display) -> Self {
        tracing::warn!(%cause, "the database is out of reach");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "away",
            "系统暂时连接不上数据库，正在恢复，您的内容未丢失，请稍后重试",
        )
    }

    /// A fault of ours: the cause goes to the log, the user gets the trace id.
    #[track_caller]
    #[must_use]
    pub fn fault(cause: &dyn std::fmt::Display) -> Self {
        let at = std::panic::Location::caller();
        tracing::error!(%cause, at = %at, "request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "系统处理出错，您的内容未丢失，请稍后重试；如持续出现请联系管理员",
        )
    }
}

const fn title(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "请求格式有误",
        401 => "未登录",
        403 => "没有权限",
        404 => "未找到",
        409 => "当前状态不允许",
        410 => "已失效",
        412 => "内容已被他人修改",
        413 => "内容过大",
        422 => "填写内容有误",
        423 => "账号已锁定",
        428 => "缺少版本号",
        429 => "操作过于频繁",
        503 => "服务繁忙",
        _ => "系统错误",
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.status_hint {
            RefusalKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
            RefusalKind::Conflict => StatusCode::CONFLICT,
            RefusalKind::Stale => StatusCode::PRECONDITION_FAILED,
            RefusalKind::Gone => StatusCode::GONE,
            RefusalKind::TooMany => StatusCode::TOO_MANY_REQUESTS,
        };
        let status = match refusal.code.as_ref() {
            "bad_credentials" | "unauthorised" => StatusCode::UNAUTHORIZED,
            "locked" => StatusCode::LOCKED,
            _ => status,
        };
        Self { fields: refusal.fields, ..Self::new(status, &refusal.code, refusal.message) }
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        if self.trace_id.is_empty() {
            self.trace_id = crate::trace::current();
        }
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        response
    }
}
