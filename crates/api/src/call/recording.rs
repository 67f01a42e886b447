//! 调听: a ticket for a stated reason, then the sound, streamed in parts.

use std::ops::RangeInclusive;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use app::call;
use app::view::{ListenForm, ListenTicket, Peaks, RecordingCheck};
use kernel::RecordingId;
use wire::json::Query;
use wire::{Json, Problem};

use crate::Desk;
use crate::fault::Answer;
use crate::signed::Signed;

/// 申请调听: the reason is recorded before anything is heard.
#[utoipa::path(post, path = "/recordings/{id}/listen", tag = "call", request_body = ListenForm, params(("id" = RecordingId, Path)),
    responses((status = 200, body = ListenTicket), (status = 403, body = Problem), (status = 410, body = Problem)))]
pub async fn recording_listen(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<RecordingId>,
    Json(form): Json<ListenForm>,
) -> Answer<Json<ListenTicket>> {
    Ok(Json(call::recording_listen(&desk.app, &ctx, id, &form).await?))
}

/// Leave to play.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Ticket {
    pub ticket: String,
    /// Slices of a waveform; 800 when left out.
    pub buckets: Option<usize>,
}

/// 录音文件: stereo, left the citizen, right the agents; understands `Range`.
#[utoipa::path(get, path = "/recordings/{id}/audio", tag = "call", params(("id" = RecordingId, Path), Ticket, ("range" = Option<String>, Header)),
    responses((status = 200, description = "the whole file", body = Vec<u8>, content_type = "audio/wav"),
        (status = 206, description = "a part of it", body = Vec<u8>, content_type = "audio/wav"), (status = 403, body = Problem), (status = 416, body = Problem)))]
pub async fn recording_audio(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<RecordingId>,
    Query(q): Query<Ticket>,
    headers: HeaderMap,
) -> Answer<Response<Body>> {
    let audio = call::recording_audio(&desk.app, &ctx, id, &q.ticket).await?;
    let asked = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let part = match asked {
        None => None,
        Some(text) => Some(range(text, audio.length).ok_or_else(unsatisfiable)?),
    };
    let whole = 0..=audio.length.saturating_sub(1);
    let bytes = part.clone().unwrap_or(whole);
    let length = if audio.length == 0 { 0 } else { bytes.end() - bytes.start() + 1 };
    let mut file = tokio::fs::File::open(&audio.path).await.map_err(|e| Problem::fault(&e))?;
    file.seek(std::io::SeekFrom::Start(*bytes.start())).await.map_err(|e| Problem::fault(&e))?;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file.take(length))));
    let of = |text: String| HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("audio/wav"));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(header::CONTENT_LENGTH, of(length.to_string()));
    if part.is_some() {
        headers.insert(header::CONTENT_RANGE, of(format!("bytes {}-{}/{}", bytes.start(), bytes.end(), audio.length)));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

fn unsatisfiable() -> Problem {
    Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "range", "请求的录音片段超出文件范围")
}

/// `bytes=0-99`, `bytes=100-`, `bytes=-100`; a list of several is answered by its first.
fn range(text: &str, length: u64) -> Option<RangeInclusive<u64>> {
    let first = text.strip_prefix("bytes=")?.split(',').next()?.trim();
    let (from, to) = first.split_once('-')?;
    let last = length.checked_sub(1)?;
    let bytes = match (from, to) {
        ("", tail) => length.saturating_sub(tail.parse().ok().filter(|n| *n > 0)?)..=last,
        (from, "") => from.parse().ok()?..=last,
        (from, to) => from.parse().ok()?..=to.parse::<u64>().ok()?.min(last),
    };
    (bytes.start() <= bytes.end() && *bytes.start() <= last).then_some(bytes)
}

/// 波形 of both sides.
#[utoipa::path(get, path = "/recordings/{id}/peaks", tag = "call", params(("id" = RecordingId, Path), Ticket), responses((status = 200, body = Peaks), (status = 403, body = Problem)))]
pub async fn recording_peaks(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<RecordingId>,
    Query(q): Query<Ticket>,
) -> Answer<Json<Peaks>> {
    Ok(Json(call::recording_peaks(&desk.app, &ctx, id, &q.ticket, q.buckets).await?))
}

/// 核对录音 against the fingerprint taken when it was closed.
#[utoipa::path(post, path = "/recordings/{id}/verify", tag = "call", params(("id" = RecordingId, Path)), responses((status = 200, body = RecordingCheck), (status = 403, body = Problem)))]
pub async fn recording_verify(
    State(desk): State<Desk>,
    Signed(ctx): Signed,
    Path(id): Path<RecordingId>,
) -> Answer<Json<RecordingCheck>> {
    Ok(Json(call::recording_verify(&desk.app, &ctx, id).await?))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn parts_of_a_file_are_read_as_browsers_ask_for_them() {
        assert_eq!(range("bytes=0-", 100), Some(0..=99));
        assert_eq!(range("bytes=10-19", 100), Some(10..=19));
        assert_eq!(range("bytes=90-500", 100), Some(90..=99));
        assert_eq!(range("bytes=-30", 100), Some(70..=99));
        assert_eq!(range("bytes=-500", 100), Some(0..=99));
        assert_eq!(range("bytes=5-9, 20-29", 100), Some(5..=9));
        for wrong in ["bytes=100-", "bytes=9-5", "bytes=-0", "bytes=x-", "items=0-1", "bytes=0-9"] {
            let length = if wrong == "bytes=0-9" { 0 } else { 100 };
            assert_eq!(range(wrong, length), None, "{wrong}");
        }
    }
}
