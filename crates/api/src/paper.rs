//! 公文 of orders, and their templates.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};

use app::attachment::Handed;
use app::paper::{self, template};
use app::view::{
    BatchForm, Listing, PaperAsk, PaperForm, PaperList, PaperQuery, PaperRegisterLine, PaperRegisterQuery, PaperView,
    TemplateChecked, TemplateChoice, TemplateForm, TemplateKind, TemplateQuery, WithdrawForm,
};
use kernel::{OrderId, PaperId};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::attachment::handed;
use crate::fault::Answer;
use crate::signed::Signed;

/// A document of our own making may be shown by the browser's viewer, which a sandbox would keep from working.
fn shown(file: Handed, save: bool) -> Response<Body> {
    let mut response = handed(file, save);
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'",
    );
    response.headers_mut().insert(HeaderName::from_static("content-security-policy"), policy);
    response
}

/// 工单的文书, and those that can be issued.
#[utoipa::path(get, path = "/orders/{id}/papers", tag = "paper", params(("id" = OrderId, Path)), responses((status = 200, body = PaperList)))]
pub async fn paper_list(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Json<PaperList>> {
    Ok(Json(paper::paper_list(&desk.app, &ctx, id).await?))
}

/// 出具文书.
#[utoipa::path(post, path = "/orders/{id}/papers", tag = "paper", params(("id" = OrderId, Path)), request_body = PaperForm,
    responses((status = 201, body = PaperView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn paper_issue(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Json(form): Json<PaperForm>,
) -> Answer<(StatusCode, Json<PaperView>)> {
    Ok((StatusCode::CREATED, Json(paper::paper_issue(&desk.app, &ctx, id, &form).await?)))
}

/// 预览文书: a PDF without a number.
#[utoipa::path(get, path = "/orders/{id}/papers/preview", tag = "paper", params(("id" = OrderId, Path), PaperAsk),
    responses((status = 200, description = "PDF", body = Vec<u8>, content_type = "application/pdf"), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub async fn paper_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
    Query(ask): Query<PaperAsk>,
) -> Answer<Response<Body>> {
    Ok(shown(paper::paper_preview(&desk.app, &ctx, id, &ask).await?, false))
}

/// 文书文件.
#[utoipa::path(get, path = "/orders/{id}/papers/{item}", tag = "paper", params(("id" = OrderId, Path), ("item" = PaperId, Path), PaperQuery),
    responses((status = 200, description = "PDF or DOCX", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem), (status = 410, body = Problem)))]
pub async fn paper_fetch(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, item)): Path<(OrderId, PaperId)>,
    Query(query): Query<PaperQuery>,
) -> Answer<Response<Body>> {
    let save = !query.view;
    Ok(shown(paper::paper_fetch(&desk.app, &ctx, id, item, &query).await?, save))
}

/// 作废文书.
#[utoipa::path(post, path = "/orders/{id}/papers/{item}/withdraw", tag = "paper", params(("id" = OrderId, Path), ("item" = PaperId, Path)), request_body = WithdrawForm,
    responses((status = 200, body = PaperView), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn paper_withdraw(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path((id, item)): Path<(OrderId, PaperId)>,
    Json(form): Json<WithdrawForm>,
) -> Answer<Json<PaperView>> {
    Ok(Json(paper::paper_withdraw(&desk.app, &ctx, id, item, &form).await?))
}

/// 文书台账.
#[utoipa::path(get, path = "/papers", tag = "paper", params(PaperRegisterQuery), responses((status = 200, body = Listing<PaperRegisterLine>), (status = 403, body = Problem)))]
pub async fn paper_register(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<PaperRegisterQuery>,
) -> Answer<Json<Listing<PaperRegisterLine>>> {
    Ok(Json(paper::paper_register(&desk.app, &ctx, &query).await?))
}

/// 批量下载文书.
#[utoipa::path(post, path = "/papers/batch", tag = "paper", request_body = BatchForm,
    responses((status = 200, description = "ZIP", body = Vec<u8>, content_type = "application/zip"), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn paper_batch(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<BatchForm>,
) -> Answer<Response<Body>> {
    Ok(handed(paper::paper_batch(&desk.app, &ctx, &form).await?, true))
}

/// 一案一档: the order's whole file as a ZIP.
#[utoipa::path(get, path = "/orders/{id}/dossier", tag = "paper", params(("id" = OrderId, Path)),
    responses((status = 200, description = "ZIP", body = Vec<u8>, content_type = "application/zip"), (status = 403, body = Problem)))]
pub async fn order_dossier(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<OrderId>,
) -> Answer<Response<Body>> {
    Ok(handed(paper::dossier(&desk.app, &ctx, id).await?, true))
}

/// 文书模板.
#[utoipa::path(get, path = "/admin/paper-templates", tag = "admin", responses((status = 200, body = Vec<TemplateKind>)))]
pub async fn paper_template_list(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<Vec<TemplateKind>>> {
    Ok(Json(template::template_list(&desk.app, &ctx).await?))
}

/// 上传或检查模板.
#[utoipa::path(post, path = "/admin/paper-templates", tag = "admin", request_body(content = Vec<u8>, content_type = "application/octet-stream"), params(TemplateForm),
    responses((status = 200, body = TemplateChecked), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub async fn template_add(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(form): Query<TemplateForm>,
    body: Bytes,
) -> Answer<Json<TemplateChecked>> {
    Ok(Json(template::template_add(&desk.app, &ctx, &form, body.to_vec()).await?))
}

/// 模板文件, or the PDF it makes of a made-up order.
#[utoipa::path(get, path = "/admin/paper-templates/file", tag = "admin", params(TemplateQuery),
    responses((status = 200, description = "DOCX or PDF", body = Vec<u8>, content_type = "application/octet-stream"), (status = 403, body = Problem)))]
pub async fn template_file(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(query): Query<TemplateQuery>,
) -> Answer<Response<Body>> {
    let save = query.format != "pdf";
    Ok(shown(template::template_fetch(&desk.app, &ctx, &query).await?, save))
}

/// 启用模板版本.
#[utoipa::path(post, path = "/admin/paper-templates/choice", tag = "admin", request_body = TemplateChoice, responses((status = 200, body = Vec<TemplateKind>), (status = 404, body = Problem)))]
pub async fn template_choose(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<TemplateChoice>,
) -> Answer<Json<Vec<TemplateKind>>> {
    Ok(Json(template::template_choose(&desk.app, &ctx, &form).await?))
}
