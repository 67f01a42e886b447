//! 工作日历.

use axum::extract::{Path, State};
use serde::Deserialize;

use app::admin::calendar;
use app::view::{CalendarChanges, CalendarEffect, DayForm, DayView, ReasonForm};
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// A year.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Year {
    pub year: i16,
}

/// 全年日历.
#[utoipa::path(get, path = "/admin/calendar", tag = "admin", params(Year), responses((status = 200, body = Vec<DayView>)))]
pub async fn calendar_year(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Query(q): Query<Year>,
) -> Answer<Json<Vec<DayView>>> {
    Ok(Json(calendar::calendar_year(&desk.app, &ctx, q.year).await?))
}

/// 调整某日; existing due dates stay until an explicit recalculation.
#[utoipa::path(put, path = "/admin/calendar/{date}", tag = "admin", params(("date" = String, Path)), request_body = DayForm, responses((status = 200, body = DayView), (status = 422, body = Problem)))]
pub async fn calendar_set(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(date): Path<String>,
    Json(form): Json<DayForm>,
) -> Answer<Json<DayView>> {
    Ok(Json(calendar::calendar_set(&desk.app, &ctx, &date, form).await?))
}

/// 影响预览: which open orders would move.
#[utoipa::path(post, path = "/admin/calendar/preview", tag = "admin", request_body = CalendarChanges, responses((status = 200, body = CalendarEffect)))]
pub async fn calendar_preview(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<CalendarChanges>,
) -> Answer<Json<CalendarEffect>> {
    Ok(Json(calendar::calendar_preview(&desk.app, &ctx, &form).await?))
}

/// 重算时限 of open clocks by the present calendar; audited.
#[utoipa::path(post, path = "/admin/calendar/recalc", tag = "admin", request_body = ReasonForm, responses((status = 200, body = CalendarEffect)))]
pub async fn calendar_recalc(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Json(form): Json<ReasonForm>,
) -> Answer<Json<CalendarEffect>> {
    Ok(Json(calendar::calendar_recalc(&desk.app, &ctx, &form).await?))
}
