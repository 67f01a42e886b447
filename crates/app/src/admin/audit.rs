//! 审计日志: read, checked and exported by the audit administrator alone. Background work and imports beside it.

use domain::authority::Permission;
use futures::stream::{self, BoxStream, StreamExt as _};
use kernel::{AuditId, Page, Ts};
use render::{Cell, Column, CsvTable, Stamp};
use store::audit::{AuditFilter, Outcome, audit_cursor};

use super::{require, require_any, seal};
use crate::audit::Entry;
use crate::ctx::{App, Ctx};
use crate::view::{AuditLine, AuditQuery, ImportLine, JobLine, Listing, VerifyReport};
use crate::world::World;
use crate::{Result, verify};

/// Rows fetched at once for an export.
const PAGE: u16 = 200;
/// Jobs and imports shown.
const SHOWN: u16 = 200;

/// A file on its way out.
pub struct AuditExport {
    pub file_name: String,
    pub content_type: String,
    pub body: BoxStream<'static, Result<Vec<u8>>>,
}

/// Records that fit, newest first.
pub async fn audit_list(app: &App, ctx: &Ctx, query: &AuditQuery) -> Result<Listing<AuditLine>> {
    require(ctx, Permission::AuditRead)?;
    let page = Page::try_new(query.limit, query.after.as_deref())?;
    let world = app.fresh_world().await?;
    let lines = store::audit::list_audit(&app.store.db, &filter(query), &page).await?;
    let full = lines.len() == usize::from(page.limit);
    let next = lines.last().filter(|_| full).map(|l| audit_cursor(l).encode());
    Ok(Listing::page(lines.iter().map(|l| view(l, &world)).collect(), next))
}

/// Checks every chain from its first record on.
pub async fn audit_verify(app: &App, ctx: &Ctx) -> Result<VerifyReport> {
    require(ctx, Permission::AuditVerify)?;
    let report = verify::verify_all(app).await?;
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let entry = Entry::new("admin", "audit.verify", "audit", "");
        let detail = serde_json::json!({ "ok": report.ok, "bad": report.first_bad.as_ref().map(|b| &b.chain) });
        seal(tx, app, ctx, entry.with(detail), &[]).await
    });
    done?;
    Ok(report)
}

/// The records that fit as CSV, fetched as the file is read. That it was taken is on record before the first row.
pub async fn audit_export(app: &App, ctx: &Ctx, query: AuditQuery) -> Result<AuditExport> {
    require(ctx, Permission::AuditExport)?;
    let world = app.fresh_world().await?;
    let filter = filter(&query);
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        let detail = serde_json::json!({
            "actor": query.actor, "action": query.action, "object": query.object, "from": query.from, "to": query.to,
        });
        let entry = Entry::new("export", "audit.export", "audit", "").with(detail);
        seal(tx, app, ctx, entry, &[]).await
    });
    done?;
    let stamp = Stamp {
        lines: vec![
            ("导出人".to_owned(), ctx.actor()?.name.clone()),
            ("导出时间".to_owned(), ctx.now.format_cn()),
            ("内容".to_owned(), "审计日志".to_owned()),
        ],
    };
    let (table, head) = CsvTable::start(&columns(), &stamp)?;
    let db = app.store.db.clone();
    let first = Some(Page::first(PAGE));
    let rows = stream::try_unfold((table, first, filter, db, world), |(table, page, filter, db, world)| async move {
        let Some(page) = page else { return Ok(None) };
        let lines = store::audit::list_audit(&db, &filter, &page).await?;
        let full = lines.len() == usize::from(PAGE);
        let next = lines.last().filter(|_| full).map(|l| Page::after(PAGE, audit_cursor(l)));
        let cells: Vec<Vec<Cell>> = lines.iter().map(|l| row(l, &world)).collect();
        let chunk = table.rows(&cells)?;
        Ok(Some((chunk, (table, next, filter, db, world))))
    });
    let body = stream::once(async move { Ok(head) }).chain(rows).boxed();
    Ok(AuditExport {
        file_name: format!("审计日志{}.csv", ctx.now.date()),
        content_type: "text/csv; charset=utf-8".to_owned(),
        body,
    })
}

/// 后台任务: what waits, runs or gave up.
pub async fn job_list(app: &App, ctx: &Ctx) -> Result<Vec<JobLine>> {
    require(ctx, Permission::JobRead)?;
    let jobs = store::job::list_jobs(&app.store.db, u32::from(SHOWN)).await?;
    let line = |j: store::job::ListedJob| {
        let state = match () {
            () if j.dead => "dead",
            () if j.locked_until > ctx.now => "running",
            () if j.job.run_at > ctx.now => "planned",
            () => "ready",
        };
        JobLine {
            id: j.job.id,
            kind: j.job.kind,
            state: state.to_owned(),
            attempt: i32::try_from(j.job.attempt).unwrap_or(i32::MAX),
            run_at: j.job.run_at,
            last_error: j.job.last_error,
        }
    };
    Ok(jobs.into_iter().map(line).collect())
}

/// 导入记录, newest first.
pub async fn import_list(app: &App, ctx: &Ctx) -> Result<Vec<ImportLine>> {
    require_any(ctx, &[Permission::JobRead, Permission::Import])?;
    let db = &app.store.db;
    let mut lines = Vec::new();
    for run in store::import::list_runs(db, &Page::first(SHOWN)).await? {
        let counts = store::import::count_rows(db, run.id).await?;
        lines.push(ImportLine {
            id: run.id,
            source: format!("{}：{}", run.src_sys, run.file_name),
            state: run.state.code().to_owned(),
            rows_ok: counts.ok,
            rows_bad: counts.rejected,
            started_at: run.started_at,
            finished_at: run.finished_at,
        });
    }
    Ok(lines)
}

fn filter(query: &AuditQuery) -> AuditFilter {
    let text = |t: &Option<String>| t.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    AuditFilter {
        from: query.from.map(Ts),
        until: query.to.map(Ts),
        actor: query.actor,
        action: text(&query.action),
        object_id: text(&query.object),
        ..AuditFilter::default()
    }
}

fn org_name(line: &store::audit::AuditLine, world: &World) -> Option<String> {
    line.entry.actor_org.map(|id| world.directory.org_name(id).to_owned())
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn view(line: &store::audit::AuditLine, world: &World) -> AuditLine {
    let e = &line.entry;
    let mut detail = e.detail.clone();
    if let (Some(why), Some(map)) = (&e.reason, detail.as_object_mut()) {
        map.insert("reason".to_owned(), why.as_str().into());
    }
    AuditLine {
        id: AuditId(audit_cursor(line).id),
        at: e.at,
        actor_name: e.actor_name.clone(),
        org_name: org_name(line, world),
        action: e.action.clone(),
        object_kind: e.object_kind.clone(),
        object_id: filled(&e.object_id),
        ok: e.outcome == Outcome::Ok,
        ip: filled(&e.ip),
        trace_id: filled(&e.trace_id),
        detail,
        hash: line.hash.clone(),
    }
}

fn columns() -> Vec<Column> {
    [
        ("时间", 18.0),
        ("操作人", 12.0),
        ("机构", 24.0),
        ("操作", 20.0),
        ("结果", 8.0),
        ("对象类别", 12.0),
        ("对象", 36.0),
        ("原因", 30.0),
        ("地址", 16.0),
        ("追踪号", 36.0),
        ("明细", 60.0),
        ("校验链", 8.0),
        ("序号", 8.0),
        ("校验值", 64.0),
    ]
    .map(|(title, width)| Column::new(title, width))
    .to_vec()
}

fn row(line: &store::audit::AuditLine, world: &World) -> Vec<Cell> {
    let e = &line.entry;
    let outcome = match e.outcome {
        Outcome::Ok => "成功",
        Outcome::Refused => "拒绝",
        Outcome::Failed => "失败",
    };
    vec![
        Cell::Time(e.at),
        Cell::from(e.actor_name.as_str()),
        Cell::text(org_name(line, world)),
        Cell::from(e.action.as_str()),
        Cell::from(outcome),
        Cell::from(e.object_kind.as_str()),
        Cell::from(e.object_id.as_str()),
        Cell::text(e.reason.as_deref()),
        Cell::from(e.ip.as_str()),
        Cell::from(e.trace_id.as_str()),
        Cell::from(e.detail.to_string().as_str()),
        Cell::Int(line.chain.into()),
        Cell::Int(line.seq),
        Cell::from(line.hash.as_str()),
    ]
}
