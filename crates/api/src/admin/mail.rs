//! 邮件服务器, and 邮件提醒 of each of the staff.

use app::inbox::MailboxFound;
use app::sms::mail::{self, MailForm, MailTestForm, MailView, OwnMail, OwnMailForm};
use axum::extract::State;
use axum::http::StatusCode;
use domain::message::MailSettings;
use wire::{Json, Problem};

use super::sms::MessageMade;
use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 邮件服务器 without password, and how the line is.
#[utoipa::path(get, path = "/admin/mail", tag = "admin", responses((status = 200, body = MailView), (status = 403, body = Problem)))]
pub async fn mail_view(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<MailView>> {
    Ok(Json(mail::mail_view(&desk.app, &ctx).await?))
}

/// 保存邮件服务器设置; in force from the next mail on.
#[utoipa::path(put, path = "/admin/mail", tag = "admin", request_body = MailForm, responses((status = 200, body = MailView), (status = 422, body = Problem)))]
pub async fn mail_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<MailForm>,
) -> Answer<Json<MailView>> {
    Ok(Json(mail::mail_set(&desk.app, &ctx, form).await?))
}

/// 测试邮件.
#[utoipa::path(post, path = "/admin/mail/test", tag = "admin", request_body = MailTestForm, responses((status = 201, body = MessageMade), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn mail_test(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<MailTestForm>,
) -> Answer<(StatusCode, Json<MessageMade>)> {
    let id = mail::mail_test(&desk.app, &ctx, &form).await?;
    Ok((StatusCode::CREATED, Json(MessageMade { id })))
}

/// 测试收信, with settings that need not be saved yet; nothing is changed in the mailbox.
#[utoipa::path(post, path = "/admin/mail/fetch-test", tag = "admin", request_body = MailSettings, responses((status = 200, body = MailboxFound), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn mail_fetch_test(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(settings): Json<MailSettings>,
) -> Answer<Json<MailboxFound>> {
    Ok(Json(mail::mail_fetch_test(&desk.app, &ctx, settings).await?))
}

/// What the person wants to be told by mail.
#[utoipa::path(get, path = "/session/mail", tag = "session", responses((status = 200, body = OwnMail)))]
pub async fn own_mail(State(desk): State<Desk>, Signed(ctx): Signed) -> Answer<Json<OwnMail>> {
    Ok(Json(mail::own_mail(&desk.app, &ctx).await?))
}

/// 邮件提醒: where, and of what.
#[utoipa::path(put, path = "/session/mail", tag = "session", request_body = OwnMailForm, responses((status = 200, body = OwnMail), (status = 422, body = Problem)))]
pub async fn own_mail_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<OwnMailForm>,
) -> Answer<Json<OwnMail>> {
    Ok(Json(mail::own_mail_set(&desk.app, &ctx, &form).await?))
}
