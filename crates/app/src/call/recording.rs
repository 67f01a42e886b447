//! 调听: a recording is heard for a stated reason, audited; the file goes after its time, the row stays.

use std::path::PathBuf;

use domain::authority::Permission;
use kernel::{RecordingId, Refusal, RefusalKind, Ts};
use sha2::{Digest, Sha256};
use store::audit::Outcome;
use voice::journal::{RecordingRecord, RecordingStatus};

use super::list::{may_listen, may_see};
use super::wave;
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::view::{ListenForm, ListenTicket, Peaks, RecordingCheck};
use crate::{Error, Result};

/// Domain of the tickets' keyed hash.
const TICKET: &str = "recording.ticket";
/// Slices of a waveform at most.
const SLICES: usize = 4000;
/// Files deleted in one round.
const BATCH: u32 = 200;

/// A part of a sound file.
#[derive(Debug)]
pub struct Audio {
    pub path: PathBuf,
    /// Bytes of the whole file.
    pub length: u64,
}

/// Leave to play a recording for some minutes; the reason is on record before anything is heard.
pub async fn recording_listen(app: &App, ctx: &Ctx, id: RecordingId, form: &ListenForm) -> Result<ListenTicket> {
    ctx.require_ready()?;
    // Whoever was in a call may hear it; which calls a person knows of is asked below.
    if [Permission::CallHandle, Permission::CallQuery].iter().all(|p| ctx.require(*p).is_err()) {
        ctx.require(Permission::Recording)?;
    }
    let reason = form.reason.trim();
    if !(4..=200).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("reason", "请写明调听原因，4至200字").into());
    }
    let (recording, may) = seen(app, ctx, id).await?;
    let outcome = if may { Outcome::Ok } else { Outcome::Refused };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let detail = serde_json::json!({ "call": recording.call, "message": recording.message });
        let entry = Entry::new("recording", "recording.listen", "recording", id).because(reason).with(detail);
        audit::record(tx, app, ctx, Entry { outcome, ..entry }).await
    });
    done?;
    if !may {
        let message = "您不能调听该录音：话务员只能听本人的通话，保密工单的录音仅限获准人员";
        return Err(Refusal::forbidden(message).into());
    }
    there(&recording)?;
    let minutes = app.world().params.int("call.listen_ticket_min");
    let expires_at = ctx.now.plus_minutes(minutes);
    let ticket = ticket(app, ctx, id, expires_at)?;
    let url = |what: &str| format!("/api/v1/recordings/{id}/{what}?ticket={ticket}");
    Ok(ListenTicket { url: url("audio"), peaks_url: url("peaks"), expires_at, ms: recording.ms, ticket })
}

fn there(recording: &RecordingRecord) -> Result<()> {
    match recording.status {
        RecordingStatus::Closed | RecordingStatus::Repaired => Ok(()),
        RecordingStatus::Open => Err(Refusal::state("recording", "通话仍在录音，结束后才能播放").into()),
        RecordingStatus::Failed => Err(Refusal::gone("该通话录音失败，没有可播放的文件").into()),
        RecordingStatus::Expired => Err(Refusal::gone("录音已超过保存期限，文件已删除").into()),
    }
}

/// The recording of a call the person may know of, and whether they may hear it. A message left is for everybody who
/// calls back.
async fn seen(app: &App, ctx: &Ctx, id: RecordingId) -> Result<(RecordingRecord, bool)> {
    let recording = store::recording::load_recording(&app.store.db, id).await?;
    let recording = recording.ok_or_else(|| Refusal::not_found("录音"))?;
    if recording.message && ctx.require(Permission::CallHandle).is_ok() {
        return Ok((recording, true));
    }
    let actor = ctx.actor()?;
    // A discipline officer has no reach of calls: the sealed order opens its own.
    let call = store::call::load_call(&app.store.db, &app.store.vault, recording.call).await?;
    let call = call.ok_or_else(|| Refusal::not_found("录音"))?;
    let orders: Vec<_> = call.order.into_iter().collect();
    let facts = store::grant::seen_orders(&app.store.db, &orders).await?.into_iter().next().map(|o| o.facts);
    let by_order = facts.as_ref().is_some_and(|f| domain::authority::visible(actor, f, &app.world().directory));
    if !by_order {
        may_see(app, ctx, call.id).await.map_err(|e| match e {
            Error::Refused(_) => Refusal::not_found("录音").into(),
            other => other,
        })?;
    }
    let may = may_listen(actor, &call, facts.as_ref());
    Ok((recording, may))
}

fn ticket(app: &App, ctx: &Ctx, id: RecordingId, until: Ts) -> Result<String> {
    let user = ctx.actor()?.user;
    let seal = app.store.vault.blind_hex(TICKET, &format!("{id}:{user}:{}", until.0));
    Ok(format!("{}.{}", until.0, &seal[..32]))
}

fn check_ticket(app: &App, ctx: &Ctx, id: RecordingId, given: &str) -> Result<()> {
    let until = given.split_once('.').and_then(|(at, _)| at.parse().ok()).map(Ts);
    let valid = match until {
        Some(until) if ctx.now <= until => {
            kernel::constant_time_eq(ticket(app, ctx, id, until)?.as_bytes(), given.as_bytes())
        }
        _ => false,
    };
    if valid {
        return Ok(());
    }
    let message = "播放许可已失效，请重新说明调听原因";
    Err(Refusal::new(RefusalKind::Forbidden, "ticket", message).into())
}

/// Where a recording's file is; its name never leaves the folder.
fn path_of(app: &App, recording: &RecordingRecord) -> Result<PathBuf> {
    let file = std::path::Path::new(&recording.file);
    let plain = file.components().all(|c| matches!(c, std::path::Component::Normal(_)));
    if !plain {
        return Err(Error::broken(format_args!("recording {} has a path outside the folder", recording.id)));
    }
    Ok(app.settings.recordings.join(file))
}

async fn ticketed(app: &App, ctx: &Ctx, id: RecordingId, ticket: &str) -> Result<PathBuf> {
    ctx.require_ready()?;
    check_ticket(app, ctx, id, ticket)?;
    let recording = store::recording::load_recording(&app.store.db, id).await?;
    let recording = recording.ok_or_else(|| Refusal::not_found("录音"))?;
    there(&recording)?;
    path_of(app, &recording)
}

fn missing() -> Error {
    Refusal::gone("录音文件不在存储中，请联系运维人员").into()
}

/// The file to play, with a ticket.
pub async fn recording_audio(app: &App, ctx: &Ctx, id: RecordingId, ticket: &str) -> Result<Audio> {
    let path = ticketed(app, ctx, id, ticket).await?;
    let length = tokio::fs::metadata(&path).await.map_err(|_| missing())?.len();
    Ok(Audio { path, length })
}

/// The waveform of both sides, with a ticket.
pub async fn recording_peaks(
    app: &App,
    ctx: &Ctx,
    id: RecordingId,
    ticket: &str,
    buckets: Option<usize>,
) -> Result<Peaks> {
    let path = ticketed(app, ctx, id, ticket).await?;
    let slices = buckets.unwrap_or(800).clamp(1, SLICES);
    let read = tokio::task::spawn_blocking(move || wave::peaks(&path, slices)).await.map_err(Error::broken)?;
    match read {
        Ok(Some((ms, left, right))) => Ok(Peaks { ms, left, right }),
        Ok(None) => Err(Refusal::gone("录音文件已损坏，无法显示波形").into()),
        Err(_) => Err(missing()),
    }
}

/// Compares a file with the fingerprint taken when it was closed.
pub async fn recording_verify(app: &App, ctx: &Ctx, id: RecordingId) -> Result<RecordingCheck> {
    ctx.require_ready()?;
    if ctx.require(Permission::CallMonitor).is_err() {
        ctx.require(Permission::CallScore)?;
    }
    let (recording, _) = seen(app, ctx, id).await?;
    there(&recording)?;
    let path = path_of(app, &recording)?;
    let found = tokio::task::spawn_blocking(move || fingerprint(&path)).await.map_err(Error::broken)?;
    let check = match (found, recording.sha256.as_deref()) {
        (Err(_), _) => wrong("录音文件不在存储中"),
        (Ok(_), None) => wrong("录音结束时没有留下指纹，无法核对"),
        (Ok(is), Some(was)) if is.eq_ignore_ascii_case(was) => {
            RecordingCheck { intact: true, sha256: Some(is), reason: None }
        }
        (Ok(is), Some(_)) => RecordingCheck { sha256: Some(is), ..wrong("文件内容与录音结束时不一致") },
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let detail = serde_json::json!({ "intact": check.intact, "reason": check.reason });
        let entry = Entry::new("recording", "recording.verify", "recording", id).with(detail);
        audit::record(tx, app, ctx, entry).await
    });
    done?;
    Ok(check)
}

fn wrong(reason: &str) -> RecordingCheck {
    RecordingCheck { intact: false, sha256: None, reason: Some(reason.to_owned()) }
}

/// SHA-256 of a file in hexadecimal.
fn fingerprint(path: &std::path::Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let mut hash = Sha256::new();
    let mut block = vec![0; 64 * 1024];
    loop {
        let n = std::io::Read::read(&mut file, &mut block)?;
        if n == 0 {
            break;
        }
        hash.update(&block[..n]);
    }
    Ok(kernel::hex_encode(&hash.finalize()))
}

/// Deletes the files of recordings older than `retention.recording_d` days; returns how many. A file that is gone
/// already, or deleted just before a crash, is no failure.
pub async fn expire(app: &App) -> Result<usize> {
    let now = app.now();
    let world = app.fresh_world().await?;
    let before = now.plus_days(-world.params.int("retention.recording_d"));
    let due = store::recording::past_recordings(&app.store.db, before, BATCH).await?;
    let mut done = 0;
    for recording in due {
        match tokio::fs::remove_file(path_of(app, &recording)?).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                tracing::error!(recording = %recording.id, error = %e, "a recording past its time could not be deleted");
                continue;
            }
            _ => {}
        }
        let ctx = app.system("recording.expire");
        let expired: Result<bool> = db::with_retry!(app.store.db, async |tx| {
            if !store::recording::expire_recording(tx, recording.id).await? {
                return Ok(false);
            }
            let detail = serde_json::json!({ "call": recording.call, "started_at": recording.started_at });
            let entry = Entry::new("recording", "recording.expire", "recording", recording.id).with(detail);
            audit::record(tx, app, &ctx, entry).await?;
            Ok(true)
        });
        done += usize::from(expired?);
    }
    Ok(done)
}
