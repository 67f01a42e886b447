//! Every route of the staff API on one page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::State;
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;
use wire::Json;

use crate::admin::{api_key, audit, calendar, category, dict, exchange, grant, mailbox, org, param, user, webhook};
use crate::{
    Desk, appraisal, approval, attachment, call, catalogue, desk, events, intake, joint, monitor, open, order, paper,
    partner, phone, publish, reference, session, sign_in, supervision, task,
};

/// Longest body of a request, bytes: forms are small, files have their own door.
const BODY_LIMIT: usize = 1 << 20;
/// Of an attachment: the largest a parameter may allow, with some room.
const FILE_LIMIT: usize = 61 << 20;
/// Of a document's template.
const TEMPLATE_LIMIT: usize = 6 << 20;
/// Of a prompt's sound file.
const PROMPT_LIMIT: usize = 20 << 20;

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "12345 政务热线平台接口",
    description = "坐席与承办单位使用的接口。时间为毫秒时间戳，错误为 application/problem+json，修改工单须带 If-Match，可带 Idempotency-Key 安全重试。",
    license(name = "MIT", identifier = "MIT")
))]
struct Document;

fn routes() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(session::session_open, session::session_view, session::session_close))
        .routes(routes!(sign_in::sign_in_offer))
        .routes(routes!(session::password_change))
        .routes(routes!(session::appointment_switch))
        .routes(routes!(reference::reference_view))
        .routes(routes!(reference::region_list))
        .routes(routes!(reference::region_path))
        .routes(routes!(reference::category_search))
        .routes(routes!(reference::handler_list))
        .routes(routes!(intake::deadline_preview))
        .routes(routes!(intake::caller_history))
        .routes(routes!(intake::duplicate_check))
        .routes(routes!(intake::dispatch_suggest))
        .routes(routes!(intake::draft_load, intake::draft_save, intake::draft_delete))
        .routes(routes!(order::order_register, order::order_list))
        .routes(routes!(order::order_count))
        .routes(routes!(order::order_view))
        .routes(routes!(order::order_flow))
        .routes(routes!(order::order_command))
        .routes(routes!(order::order_preview))
        .routes(routes!(order::order_reveal))
        .routes(routes!(order::reply_check))
        .routes(routes!(partner::order_partners, partner::order_send))
        .routes(routes!(partner::order_send_cancel))
        .routes(routes!(partner::order_say))
        .routes(routes!(joint::event_list))
        .routes(routes!(joint::event_suggest))
        .routes(routes!(joint::event_view))
        .routes(routes!(joint::event_reply))
        .routes(routes!(task::task_list))
        .routes(routes!(task::task_counts))
        .routes(routes!(supervision::supervision_list))
        .routes(routes!(supervision::supervision_counts))
        .routes(routes!(appraisal::appraisal_view))
        .routes(routes!(appraisal::appraisal_export))
        .routes(routes!(appraisal::received_view))
        .routes(routes!(appraisal::received_export))
        .routes(routes!(appraisal::judged_list))
        .routes(routes!(appraisal::anomaly_list))
        .routes(routes!(appraisal::request_effect))
        .routes(routes!(approval::approval_list))
        .routes(routes!(approval::approval_counts))
        .routes(routes!(catalogue::catalogue_list, catalogue::catalogue_put))
        .routes(routes!(catalogue::catalogue_preview))
        .routes(routes!(catalogue::catalogue_history))
        .routes(routes!(catalogue::catalogue_end))
        .routes(routes!(monitor::monitor_board))
        .routes(routes!(monitor::card_list, monitor::card_issue))
        .routes(routes!(monitor::card_of_order))
        .routes(routes!(monitor::card_explain))
        .routes(routes!(monitor::card_appeal))
        .routes(routes!(monitor::card_decide))
        .routes(routes!(desk::home_view))
        .routes(routes!(desk::queue_list))
        .routes(routes!(desk::filter_list, desk::filter_save))
        .routes(routes!(desk::filter_delete))
        .routes(routes!(desk::export_open))
        .routes(routes!(desk::notification_list))
        .routes(routes!(desk::notification_read))
        .routes(routes!(publish::publications, publish::publish))
        .merge(papers())
        .merge(messages())
        .merge(inbox())
        .routes(routes!(events::event_stream))
        .merge(knowledge_base())
        .merge(surveys())
        .merge(call_centre())
        .routes(routes!(phone::phone_open))
        .merge(administration())
}

fn knowledge_base() -> OpenApiRouter<Desk> {
    use crate::knowledge as kb;
    OpenApiRouter::new()
        .routes(routes!(kb::knowledge_search))
        .routes(routes!(kb::knowledge_propose))
        .routes(routes!(kb::knowledge_searched))
        .routes(routes!(kb::knowledge_health))
        .routes(routes!(kb::article_list, kb::article_create))
        .routes(routes!(kb::article_counts))
        .routes(routes!(kb::article_view))
        .routes(routes!(kb::article_act))
        .routes(routes!(kb::article_use))
        .routes(routes!(kb::order_citations))
        .routes(routes!(kb::fix_raise))
        .routes(routes!(kb::fix_list))
        .routes(routes!(kb::fix_answer))
}

fn surveys() -> OpenApiRouter<Desk> {
    use crate::survey as s;
    OpenApiRouter::new()
        .routes(routes!(s::survey_list, s::survey_create))
        .routes(routes!(s::survey_view, s::survey_discard))
        .routes(routes!(s::survey_act))
        .routes(routes!(s::survey_revise))
        .routes(routes!(s::point_save))
        .routes(routes!(s::survey_results))
        .routes(routes!(s::survey_export))
        .routes(routes!(s::answer_list))
        .routes(routes!(s::answer_exclude))
        .routes(routes!(s::survey_words))
}

/// Attachments and documents of orders.
fn papers() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(attachment::attachment_list))
        .routes(routes!(attachment::attachment_add).layer(DefaultBodyLimit::max(FILE_LIMIT)))
        .routes(routes!(attachment::attachment_fetch, attachment::attachment_withdraw))
        .routes(routes!(paper::paper_list, paper::paper_issue))
        .routes(routes!(paper::paper_preview))
        .routes(routes!(paper::paper_fetch))
        .routes(routes!(paper::paper_withdraw))
        .routes(routes!(paper::paper_register))
        .routes(routes!(paper::paper_batch))
        .routes(routes!(paper::order_dossier))
        .routes(routes!(paper::paper_template_list))
        .routes(routes!(paper::template_add).layer(DefaultBodyLimit::max(TEMPLATE_LIMIT)))
        .routes(routes!(paper::template_file))
        .routes(routes!(paper::template_choose))
}

fn messages() -> OpenApiRouter<Desk> {
    use crate::admin::{mail, sms as office, wechat, weibo};
    use crate::sms;
    OpenApiRouter::new()
        .routes(routes!(sms::sms_list))
        .routes(routes!(sms::inbound_list))
        .routes(routes!(sms::sms_steps))
        .routes(routes!(sms::sms_resend))
        .routes(routes!(sms::order_messages))
        .routes(routes!(office::gateway_view, office::gateway_set))
        .routes(routes!(office::gateway_test))
        .routes(routes!(office::gateway_secret))
        .routes(routes!(office::template_list))
        .routes(routes!(office::template_history))
        .routes(routes!(office::template_preview))
        .routes(routes!(office::template_set))
        .routes(routes!(mail::mail_view, mail::mail_set))
        .routes(routes!(mail::mail_test))
        .routes(routes!(wechat::wechat_view, wechat::wechat_set))
        .routes(routes!(weibo::weibo_view, weibo::weibo_set))
        .routes(routes!(weibo::weibo_test))
        .routes(routes!(mail::mail_fetch_test))
        .routes(routes!(mail::own_mail, mail::own_mail_set))
}

/// 渠道来信.
fn inbox() -> OpenApiRouter<Desk> {
    use crate::inbox as i;
    OpenApiRouter::new()
        .routes(routes!(i::item_list))
        .routes(routes!(i::item_counts))
        .routes(routes!(i::channel_health))
        .routes(routes!(i::item_view))
        .routes(routes!(i::item_claim))
        .routes(routes!(i::item_release))
        .routes(routes!(i::item_register))
        .routes(routes!(i::item_added))
        .routes(routes!(i::item_discard))
        .routes(routes!(i::item_reopen))
        .routes(routes!(i::item_file))
}

fn call_centre() -> OpenApiRouter<Desk> {
    use crate::call::{duty, quality, recording, report, setup};
    OpenApiRouter::new()
        .routes(routes!(call::call_list))
        .routes(routes!(call::caller_card))
        .routes(routes!(call::call_view))
        .routes(routes!(call::call_bind))
        .routes(routes!(call::call_remark))
        .routes(routes!(call::order_calls))
        .routes(routes!(duty::duty_list))
        .routes(routes!(duty::duty_counts))
        .routes(routes!(duty::duty_claim))
        .routes(routes!(duty::duty_release))
        .routes(routes!(duty::duty_finish))
        .routes(routes!(recording::recording_listen))
        .routes(routes!(recording::recording_audio))
        .routes(routes!(recording::recording_peaks))
        .routes(routes!(recording::recording_verify))
        .routes(routes!(report::floor_report))
        .routes(routes!(report::floor_export))
        .routes(routes!(report::window_list, report::window_create))
        .routes(routes!(report::window_revoke))
        .routes(routes!(setup::skill_list))
        .routes(routes!(setup::skill_set))
        .routes(routes!(setup::phone_set))
        .routes(routes!(setup::announcement_list, setup::announcement_create))
        .routes(routes!(setup::announcement_update))
        .routes(routes!(setup::announcement_stop))
        .routes(routes!(setup::prompt_list))
        .routes(routes!(setup::prompt_upload).layer(DefaultBodyLimit::max(PROMPT_LIMIT)))
        .routes(routes!(setup::mark_list, setup::mark_propose))
        .routes(routes!(setup::mark_decide))
        .routes(routes!(setup::mark_end))
        .routes(routes!(quality::sample_list, quality::sample_draw))
        .routes(routes!(quality::sheet_list, quality::sheet_create))
        .routes(routes!(quality::score_list, quality::score_create))
        .routes(routes!(quality::score_view))
        .routes(routes!(quality::score_appeal))
        .routes(routes!(quality::score_decide))
}

fn administration() -> OpenApiRouter<Desk> {
    OpenApiRouter::new()
        .routes(routes!(org::org_list, org::org_create))
        .routes(routes!(org::org_update))
        .routes(routes!(user::user_list, user::user_create))
        .routes(routes!(user::user_update))
        .routes(routes!(user::user_reset_password))
        .routes(routes!(user::user_unlock))
        .routes(routes!(user::user_disable))
        .routes(routes!(user::user_enable))
        .routes(routes!(user::appointment_create))
        .routes(routes!(grant::role_list))
        .routes(routes!(grant::grant_list, grant::grant_request))
        .routes(routes!(grant::grant_decide))
        .routes(routes!(dict::dict_list))
        .routes(routes!(dict::dict_view, dict::dict_item_create))
        .routes(routes!(dict::dict_item_update))
        .routes(routes!(mailbox::mailbox_list, mailbox::mailbox_create))
        .routes(routes!(mailbox::mailbox_update))
        .routes(routes!(category::category_list, category::category_create))
        .routes(routes!(category::category_update))
        .routes(routes!(calendar::calendar_year))
        .routes(routes!(calendar::calendar_set))
        .routes(routes!(calendar::calendar_preview))
        .routes(routes!(calendar::calendar_recalc))
        .routes(routes!(param::param_list))
        .routes(routes!(param::param_set))
        .routes(routes!(param::param_history))
        .routes(routes!(param::param_preview))
        .routes(routes!(param::param_rollback))
        .routes(routes!(audit::audit_list))
        .routes(routes!(audit::audit_verify))
        .routes(routes!(audit::audit_export))
        .routes(routes!(audit::job_list))
        .routes(routes!(api_key::key_list, api_key::key_create))
        .routes(routes!(api_key::key_revoke))
        .routes(routes!(webhook::hook_list, webhook::hook_create))
        .routes(routes!(webhook::hook_stop))
        .routes(routes!(sign_in::sign_in_view, sign_in::sign_in_set))
        .routes(routes!(sign_in::sign_in_probe))
        .routes(routes!(sign_in::binding_list))
        .routes(routes!(sign_in::binding_end))
        .routes(routes!(partner::partner_list, partner::partner_create))
        .routes(routes!(partner::partner_update))
        .routes(routes!(partner::partner_stop))
        .routes(routes!(partner::partner_share))
        .routes(routes!(partner::partner_share_again))
        .routes(routes!(partner::proposal_list))
        .routes(routes!(partner::proposal_decide))
        .routes(routes!(exchange::exchange_view))
        .routes(routes!(exchange::refused_retry))
        .routes(routes!(exchange::refused_settle))
        .routes(routes!(audit::import_list))
}

/// The OpenAPI 3.1 document, made from the handlers.
#[must_use]
pub fn document() -> OpenApi {
    let routes = OpenApiRouter::<Desk>::with_openapi(Document::openapi()).nest("/api/v1", routes());
    crate::document::complete(routes.into_openapi())
}

/// The staff API under `/api`.
pub fn router(desk: Desk) -> Router {
    let (api, _) = routes().split_for_parts();
    Router::new()
        .nest("/api/v1", api.fallback(session::no_such_route).layer(DefaultBodyLimit::max(BODY_LIMIT)))
        .route("/api/openapi.json", get(|| async { Json(document()) }))
        .route("/api/health", get(health))
        .route("/api/health/phone", get(phone::phone_health))
        .with_state(desk.clone())
        .merge(sign_in::router(desk.clone()))
        .merge(partner::router(desk.clone()))
        .merge(open::router(desk))
}

/// Answers only when the database does.
async fn health(State(desk): State<Desk>) -> Result<&'static str, crate::Fault> {
    desk.app.health().await?;
    Ok("ok")
}
