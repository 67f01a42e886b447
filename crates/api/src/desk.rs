//! The desk around the orders: home, queues, saved filters, exports, notices.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use futures::TryStreamExt as _;
use serde::Deserialize;

use app::view::{ExportForm, FilterForm, FilterView, HomeView, NotificationList, QueueView, ReadForm};
use app::{export, filter, home, notification, queue};
use kernel::FilterId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::{Keyed, Signed};

/// 首页.
#[utoipa::path(get, path = "/home", tag = "desk", responses((status = 200, body = HomeView)))]
pub async fn home_view(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<HomeView>> {
    Ok(Json(home::home_view(&desk.app, &ctx).await?))
}

/// 工作池 with counts and lights.
#[utoipa::path(get, path = "/queues", tag = "desk", responses((status = 200, body = Vec<QueueView>)))]
pub async fn queue_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<QueueView>>> {
    Ok(Json(queue::queue_list(&desk.app, &ctx).await?))
}

/// 常用筛选.
#[utoipa::path(get, path = "/filters", tag = "desk", responses((status = 200, body = Vec<FilterView>)))]
pub async fn filter_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<FilterView>>> {
    Ok(Json(filter::filter_list(&desk.app, &ctx).await?))
}

/// 保存筛选; the same name replaces.
#[utoipa::path(post, path = "/filters", tag = "desk", request_body = FilterForm, responses((status = 201, body = FilterView)))]
pub async fn filter_save(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<FilterForm>,
) -> Answer<(StatusCode, Json<FilterView>)> {
    Ok((StatusCode::CREATED, Json(filter::filter_save(&desk.app, &ctx, form).await?)))
}

/// 删除筛选.
#[utoipa::path(delete, path = "/filters/{id}", tag = "desk", params(("id" = FilterId, Path)), responses((status = 204)))]
pub async fn filter_delete(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<FilterId>,
) -> Answer<StatusCode> {
    filter::filter_delete(&desk.app, &ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// 导出 as a stream: masked, stamped with user and time, its purpose recorded.
#[utoipa::path(post, path = "/exports", tag = "desk", request_body = ExportForm,
    responses((status = 200, description = "CSV or XLSX", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem)))]
pub async fn export_open(State(desk): State<Desk>, Keyed { ctx, body }: Keyed<ExportForm>) -> Answer<Response<Body>> {
    Ok(download(export::export_open(&desk.app, &ctx, body).await?))
}

/// A file on its way out.
pub fn download(export: export::Export) -> Response<Body> {
    let stream =
        export.body.inspect_err(|e| tracing::error!(error = %e, "export broke off")).map_err(|e| e.to_string());
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_str(&export.content_type).unwrap_or(HeaderValue::from_static("application/octet-stream")),
    );
    let name = format!("attachment; filename*=UTF-8''{}", wire::file::percent(&export.file_name));
    if let Ok(value) = HeaderValue::from_str(&name) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Which notices.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct NoticeQuery {
    /// Only those not read yet.
    pub unread: bool,
    pub limit: Option<u32>,
    pub after: Option<String>,
}

/// 消息.
#[utoipa::path(get, path = "/notifications", tag = "desk", params(NoticeQuery), responses((status = 200, body = NotificationList)))]
pub async fn notification_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(q): Query<NoticeQuery>,
) -> Answer<Json<NotificationList>> {
    Ok(Json(notification::notification_list(&desk.app, &ctx, q.unread, q.limit, q.after.as_deref()).await?))
}

/// 标为已读.
#[utoipa::path(post, path = "/notifications/read", tag = "desk", request_body = ReadForm, responses((status = 204)))]
pub async fn notification_read(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<ReadForm>,
) -> Answer<StatusCode> {
    notification::notification_read(&desk.app, &ctx, &form).await?;
    Ok(StatusCode::NO_CONTENT)
}
