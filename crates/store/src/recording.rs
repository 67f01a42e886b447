//! Recordings (录音): the row outlives the file.

use std::sync::LazyLock;

use db::{Json, Sql, Tx};
use kernel::{CallId, RecordingId, Ts};
use sqlx::FromRow;
use voice::journal::RecordingRecord;

use crate::{
    error::Result,
    row::{At, args, boxes, insert_rows, replacing, select, wire_code},
    via::Via,
};

const TABLE: &str = "recording";
#[rustfmt::skip]
const COLUMNS: &[&str] = &[
    "id", "call_id", "file", "status", "message", "started_at", "ended_at", "bytes", "ms", "sha256", "pauses", "reason",
];
static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE id = $1")));
static OPEN: LazyLock<Sql> =
    LazyLock::new(|| Sql::dynamic(select(COLUMNS, TABLE, "WHERE status = 'open' ORDER BY started_at, id")));
static PAST: LazyLock<Sql> = LazyLock::new(|| {
    let tail = "WHERE status IN ('closed', 'repaired') AND started_at < $1 ORDER BY started_at LIMIT $2";
    Sql::dynamic(select(COLUMNS, TABLE, tail))
});
const EXPIRE: Sql =
    Sql::same("UPDATE recording SET status = 'expired' WHERE id = $1 AND status IN ('closed', 'repaired')");

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    vec![
        ("recording.load", LOAD.clone()),
        ("recording.open", OPEN.clone()),
        ("recording.past", PAST.clone()),
        ("recording.expire", EXPIRE),
    ]
}

#[derive(FromRow)]
struct RecordingRow {
    id: RecordingId,
    call_id: CallId,
    file: String,
    status: String,
    message: bool,
    started_at: Ts,
    ended_at: Option<Ts>,
    bytes: Option<i64>,
    ms: Option<i64>,
    sha256: Option<String>,
    pauses: Json<Vec<(Ts, Option<Ts>)>>,
    reason: Option<String>,
}

impl TryFrom<RecordingRow> for RecordingRecord {
    type Error = crate::StoreError;
    fn try_from(r: RecordingRow) -> Result<Self> {
        let status = At { table: TABLE, row: &r.id }.wire("status", &r.status)?;
        Ok(RecordingRecord {
            id: r.id,
            call: r.call_id,
            file: r.file,
            status,
            message: r.message,
            started_at: r.started_at,
            ended_at: r.ended_at,
            bytes: r.bytes,
            ms: r.ms,
            sha256: r.sha256,
            pauses: r.pauses.0,
            reason: r.reason,
        })
    }
}

fn records(rows: Vec<RecordingRow>) -> Result<Vec<RecordingRecord>> {
    rows.into_iter().map(RecordingRecord::try_from).collect()
}

/// Writes recordings as they are now; each key once. One whose file was deleted stays so.
pub async fn put_recordings(tx: &mut Tx, recordings: &[RecordingRecord]) -> Result<()> {
    let rows = recordings.iter().map(|r| {
        boxes![
            r.id,
            r.call,
            r.file.clone(),
            wire_code(&r.status),
            r.message,
            r.started_at,
            r.ended_at,
            r.bytes,
            r.ms,
            r.sha256.clone(),
            Json(r.pauses.clone()),
            r.reason.clone()
        ]
    });
    let tail = format!("{} WHERE recording.status <> 'expired'", replacing("id", &COLUMNS[1..]));
    insert_rows(tx, TABLE, COLUMNS, rows.collect(), &tail).await?;
    Ok(())
}

/// One recording.
pub async fn load_recording<'a>(via: impl Into<Via<'a>>, id: RecordingId) -> Result<Option<RecordingRecord>> {
    via.into().one::<RecordingRow>(&LOAD, &[&id]).await?.map(RecordingRecord::try_from).transpose()
}

/// The recordings of calls, oldest first.
pub async fn recordings_of<'a>(via: impl Into<Via<'a>>, calls: &[CallId]) -> Result<Vec<RecordingRecord>> {
    if calls.is_empty() {
        return Ok(Vec::new());
    }
    let marks = db::placeholders(1, calls.len());
    let text = select(COLUMNS, TABLE, &format!("WHERE call_id IN ({marks}) ORDER BY started_at, id"));
    let binds: Vec<_> = calls.iter().map(|c| db::boxed(*c)).collect();
    records(via.into().all(&Sql::dynamic(text), &args(&binds)).await?)
}

/// Recordings nobody closed.
pub async fn open_recordings<'a>(via: impl Into<Via<'a>>) -> Result<Vec<RecordingRecord>> {
    records(via.into().all(&OPEN, &[]).await?)
}

/// Recordings begun before a moment whose files are still there.
pub async fn past_recordings<'a>(via: impl Into<Via<'a>>, before: Ts, limit: u32) -> Result<Vec<RecordingRecord>> {
    records(via.into().all(&PAST, &[&before, &i64::from(limit)]).await?)
}

/// The file is gone; the row stays.
pub async fn expire_recording(tx: &mut Tx, id: RecordingId) -> Result<bool> {
    Ok(tx.run(&EXPIRE, &[&id]).await? == 1)
}
