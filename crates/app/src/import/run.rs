//! The run: rows are read on a thread of their own, checked by the same rules as the desk's form, and written in batches
//! of one transaction each. A run that was killed goes on where its result file ends; what was committed beyond is found
//! again by its source number.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::authority::Permission;
use domain::order::RegisterForm;
use kernel::{FieldError, ImportId, Refusal};
use store::import::{ImportRow, ImportRun, RowState, RunState};
use tokio::sync::mpsc;

use super::mapping::{Mapping, word};
use super::reader::{self, Record};
use super::result::{Line, ResultFile, Status};
use super::row;
use crate::ctx::{App, Ctx};
use crate::order::register_in;
use crate::{Error, Result, audit};

/// Rows per transaction.
const BATCH: usize = 200;
/// Batches read ahead.
const AHEAD: usize = 2;

/// What to import and how.
#[derive(Clone, Debug)]
pub struct ImportPlan {
    pub file: PathBuf,
    pub mapping: Mapping,
    /// One line per row; goes on when it exists and `resume` is set.
    pub result: PathBuf,
    pub resume: bool,
}

/// What became of the rows of this run; rows of an earlier attempt are not counted again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    pub imported: u64,
    /// Already there under their source number.
    pub known: u64,
    pub refused: u64,
    /// The last row read.
    pub line: i64,
    /// Milliseconds from the first batch to the last.
    pub millis: u64,
}

impl ImportReport {
    pub fn rows(&self) -> u64 {
        self.imported + self.known + self.refused
    }

    /// Rows a second.
    pub fn rate(&self) -> u64 {
        self.rows() * 1_000 / self.millis.max(1)
    }
}

type Item = Result<Record, (i64, String)>;

/// Imports a file. `progress` hears after every batch; when it answers `false` the run stops there and can be resumed.
///
/// # Errors
/// Refuses an unreadable file and missing columns before anything is written; bad rows go to the result file.
pub async fn import_run(
    app: &Arc<App>,
    ctx: &Ctx,
    plan: ImportPlan,
    progress: &(dyn Fn(&ImportReport) -> bool + Sync),
) -> Result<ImportReport> {
    ctx.require_ready()?;
    ctx.require(Permission::Import)?;
    let (mut result, from) = ResultFile::open(&plan.result, plan.resume)?;
    let run = open_run(app, ctx, &plan).await?;
    let (batches, reading) = start_reading(&plan, from);
    let done = write_batches(app, ctx, &plan, run, batches, &mut result, progress).await;
    let read = reading.await.map_err(|e| Error::broken(format_args!("import reader: {e}")))?;
    let state = if done.is_ok() && read.is_ok() { RunState::Done } else { RunState::Failed };
    let report = done.as_ref().ok().copied().unwrap_or_default();
    close_run(app, ctx, &plan, run, state, &report).await?;
    read?;
    done
}

/// Reads on a thread of its own, a few batches ahead.
fn start_reading(
    plan: &ImportPlan,
    from: i64,
) -> (mpsc::Receiver<Vec<Item>>, tokio::task::JoinHandle<Result<(), Refusal>>) {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let (file, mapping) = (plan.file.clone(), plan.mapping.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::with_capacity(BATCH);
        let mut line = 0;
        let missing = |header: &[String]| mapping.missing(header);
        reader::read(&file, &missing, &mut |read| {
            line = read.as_ref().map_or(line + 1, |r| r.line);
            if line <= from {
                return true;
            }
            batch.push(read.map_err(|why| (line, why)));
            batch.len() < BATCH || sender.blocking_send(std::mem::take(&mut batch)).is_ok()
        })?;
        if !batch.is_empty() {
            // The writer may have stopped; then nobody wants the rest.
            let _ = sender.blocking_send(batch);
        }
        Ok(())
    });
    (receiver, reading)
}

async fn write_batches(
    app: &App,
    ctx: &Ctx,
    plan: &ImportPlan,
    run: ImportId,
    mut batches: mpsc::Receiver<Vec<Item>>,
    result: &mut ResultFile,
    progress: &(dyn Fn(&ImportReport) -> bool + Sync),
) -> Result<ImportReport> {
    let began = std::time::Instant::now();
    let mut report = ImportReport::default();
    while let Some(batch) = batches.recv().await {
        let lines = write_batch(app, ctx, plan, run, &batch).await?;
        result.append(&lines)?;
        for l in &lines {
            match l.status {
                Status::Imported => report.imported += 1,
                Status::Known => report.known += 1,
                Status::Refused => report.refused += 1,
            }
            report.line = report.line.max(l.line);
        }
        report.millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if !progress(&report) {
            break;
        }
    }
    Ok(report)
}

/// A row on its way: its line, its form, or why there is none.
struct Prepared {
    line: i64,
    src_no: String,
    form: Result<RegisterForm, String>,
}

/// Each fault with the field it is about, unless it says so itself.
fn told(faults: &[FieldError]) -> String {
    let one = |f: &FieldError| {
        let name = word(&f.field);
        let known = name != f.field && !f.message.contains(name);
        let named = if known { format!("{name}：{}", f.message) } else { f.message.clone() };
        match &f.remedy {
            Some(remedy) => format!("{named}（{remedy}）"),
            None => named,
        }
    };
    faults.iter().map(one).collect::<Vec<_>>().join("；")
}

/// The form of a row. A row without a source number gets one from its content, so that importing it again finds it.
fn prepare(app: &App, plan: &ImportPlan, world: &crate::World, item: &Item) -> Prepared {
    let record = match item {
        Ok(record) => record,
        Err((line, why)) => return Prepared { line: *line, src_no: String::new(), form: Err(why.clone()) },
    };
    let built = row::form(&plan.mapping, &record.values, &world.directory);
    let mut form = match built {
        Ok(form) => form,
        Err(faults) => return Prepared { line: record.line, src_no: String::new(), form: Err(told(&faults)) },
    };
    let src_no =
        form.src_no.clone().filter(|t| !t.trim().is_empty()).unwrap_or_else(|| fingerprint(app, &record.values));
    form.src_no = Some(src_no.clone());
    Prepared { line: record.line, src_no, form: Ok(form) }
}

fn fingerprint(app: &App, values: &BTreeMap<String, String>) -> String {
    let text: Vec<String> = values.iter().map(|(k, v)| format!("{k}={v}")).collect();
    format!("sm3:{}", &app.store.vault.digest_hex(text.join("\n").as_bytes())[..32])
}

/// One transaction for the whole batch. The context carries the run's `now`.
async fn write_batch(app: &App, ctx: &Ctx, plan: &ImportPlan, run: ImportId, batch: &[Item]) -> Result<Vec<Line>> {
    let world = app.fresh_world().await?;
    let ctx = Ctx { now: app.now(), ..ctx.clone() };
    let system = Ctx { by: domain::env::By::System, ..ctx.clone() };
    let prepared: Vec<Prepared> = batch.iter().map(|item| prepare(app, plan, &world, item)).collect();
    let done: Result<Vec<Line>> = db::with_retry!(app.store.db, async |tx| {
        let mut lines = Vec::with_capacity(prepared.len());
        let mut rows = Vec::with_capacity(prepared.len());
        for p in &prepared {
            let (line, row) = write_row(tx, app, &system, &world, p).await?;
            lines.push(line);
            rows.push(row);
        }
        store::import::insert_rows_of(tx, run, &rows).await?;
        Ok(lines)
    });
    done
}

async fn write_row(
    tx: &mut db::Tx,
    app: &App,
    ctx: &Ctx,
    world: &crate::World,
    p: &Prepared,
) -> Result<(Line, ImportRow)> {
    let made = match &p.form {
        Err(why) => Err(why.clone()),
        Ok(form) => match register_in(tx, app, ctx, world, form, true).await {
            Ok(made) => Ok(made),
            Err(Error::Refused(r)) => Err(if r.fields.is_empty() { r.message } else { told(&r.fields) }),
            Err(e) => return Err(e),
        },
    };
    let (status, state, case_no, reason, order) = match made {
        Err(why) => (Status::Refused, RowState::Rejected, String::new(), why, None),
        Ok(r) if r.query_code.is_empty() => (Status::Known, RowState::Duplicate, r.case_no, String::new(), Some(r.id)),
        Ok(r) => (Status::Imported, RowState::Ok, r.case_no, String::new(), Some(r.id)),
    };
    let row = ImportRow {
        line: p.line,
        src_no: p.src_no.clone(),
        state,
        reason: (!reason.is_empty()).then(|| reason.clone()),
        order,
    };
    Ok((Line { line: p.line, status, case_no, reason }, row))
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

async fn open_run(app: &App, ctx: &Ctx, plan: &ImportPlan) -> Result<ImportId> {
    let path = plan.file.clone();
    let size = tokio::fs::metadata(&path).await.map(|m| m.len()).map_err(|e| {
        Refusal::from(
            FieldError::new("file", format!("无法读取文件{}：{e}", path.display())).with_remedy("请检查文件路径"),
        )
    })?;
    let run = ImportRun {
        id: ImportId::mint(&*app.mint, ctx.now),
        src_sys: plan.mapping.src_sys.clone(),
        file_name: file_name(&plan.file),
        // Name and size recognise a file well enough for the list of runs; rows are recognised by their source numbers.
        file_hash: app.store.vault.digest_hex(format!("{}:{size}", path.display()).as_bytes()),
        user: ctx.by.user(),
        state: RunState::Running,
        started_at: ctx.now,
        finished_at: None,
    };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::import::insert_run(tx, &run).await?;
        let detail = serde_json::json!({ "file": run.file_name, "source": run.src_sys });
        audit::record(tx, app, ctx, audit::Entry::new("import", "import.start", "import", run.id).with(detail)).await
    });
    done?;
    Ok(run.id)
}

async fn close_run(
    app: &App,
    ctx: &Ctx,
    plan: &ImportPlan,
    run: ImportId,
    state: RunState,
    report: &ImportReport,
) -> Result<()> {
    let counts: HashMap<&str, u64> =
        HashMap::from([("imported", report.imported), ("known", report.known), ("refused", report.refused)]);
    let detail = serde_json::json!({ "file": file_name(&plan.file), "state": state.code(), "rows": counts });
    let ctx = Ctx { now: app.now(), ..ctx.clone() };
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::import::finish_run(tx, run, state, ctx.now).await?;
        audit::record(tx, app, &ctx, audit::Entry::new("import", "import.end", "import", run).with(detail.clone()))
            .await
    });
    done
}
