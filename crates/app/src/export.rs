//! 导出: the lines of a query as a file, masked and stamped, page by page; its purpose is on record before the first row.

use std::sync::Arc;

use domain::authority::Permission;
use futures::stream::{self, BoxStream, StreamExt as _};
use kernel::{ExportId, FieldError, Refusal, RefusalKind};
use render::{Cell, Column, CsvTable, Format, Stamp, XlsxTable};
use store::export_log::{Export as Record, ExportState};

use crate::ctx::{App, Ctx};
use crate::order::{order_count, order_list};
use crate::view::{ExportForm, OrderCount, OrderLine, OrderQuery};
use crate::{Error, Result, audit};

/// Rows fetched at once.
const PAGE: u32 = 200;
/// Bytes of a finished file sent at once.
const CHUNK: usize = 64 * 1024;

/// A file on its way out.
pub struct Export {
    pub file_name: String,
    pub content_type: String,
    pub body: BoxStream<'static, Result<Vec<u8>>>,
}

type Value = fn(&OrderLine) -> Cell;

/// Column code, heading, width, value.
const COLUMNS: &[(&str, &str, f64, Value)] = &[
    ("case_no", "工单编号", 26.0, |o| Cell::from(o.case_no.as_str())),
    ("state", "状态", 10.0, |o| Cell::from(o.state_cn.as_str())),
    ("light", "灯色", 10.0, |o| Cell::from(o.light_cn.as_str())),
    ("remaining", "剩余时限", 14.0, |o| Cell::from(o.remaining_cn.as_str())),
    ("channel", "诉求来源", 10.0, |o| Cell::from(o.channel_cn.as_str())),
    ("demand_type", "诉求类型", 10.0, |o| Cell::from(o.demand_type_cn.as_str())),
    ("category", "问题分类", 30.0, |o| Cell::from(o.category_path.as_str())),
    ("title", "标题", 40.0, |o| Cell::from(o.title.as_str())),
    ("region", "地区", 24.0, |o| Cell::from(o.region_path.as_str())),
    ("urgency", "紧急程度", 10.0, |o| Cell::from(o.urgency_cn.as_str())),
    ("requester", "诉求人", 10.0, |o| Cell::text(o.requester_masked.as_deref())),
    ("phone", "电话", 16.0, |o| Cell::text(o.phone_masked.as_deref())),
    ("lead_org", "主办单位", 24.0, |o| Cell::text(o.lead_org.as_ref().map(|l| l.name.as_str()))),
    ("handler", "经办人", 10.0, |o| Cell::text(o.handler_name.as_deref())),
    ("registered_at", "登记时间", 18.0, |o| Cell::Time(o.registered_at)),
    ("dispatched_at", "派单时间", 18.0, |o| Cell::time(o.dispatched_at)),
    ("due_at", "办理时限", 18.0, |o| Cell::time(o.due_at)),
    ("round", "轮次", 6.0, |o| Cell::Int(o.round.into())),
    ("return_n", "退回次数", 8.0, |o| Cell::Int(o.return_n.into())),
    ("ext_n", "延期次数", 8.0, |o| Cell::Int(o.ext_n.into())),
    ("urge_n", "催办次数", 8.0, |o| Cell::Int(o.urge_n.into())),
];

/// Checks, records and opens an export. Rows are fetched as the file is read; what the person may not see is not in it.
pub async fn export_open(app: &Arc<App>, ctx: &Ctx, form: ExportForm) -> Result<Export> {
    ctx.require_ready()?;
    ctx.require(Permission::Export)?;
    let (format, columns) = checked(&form)?;
    let world = app.fresh_world().await?;
    let OrderCount { total, capped } = order_count(app, ctx, &form.filter).await?;
    let most = world.params.int("export.approval_rows");
    if total > most {
        let message = format!(
            "本次导出{}{total}件，超过{most}件须经审批，请缩小查询范围后分批导出",
            if capped { "超过" } else { "" }
        );
        return Err(Refusal::new(RefusalKind::Forbidden, "export_needs_approval", message).into());
    }
    let record = begin(app, ctx, "orders", &form.purpose, on_record(&form.filter)?, &form.format, total).await?;
    let stamp = stamp(app, ctx, &form.purpose, ("件数", total), "个人信息已脱敏；请妥善保管，不得用于登记用途之外")?;
    let pages = Pages { app: Arc::clone(app), ctx: ctx.clone(), query: form.filter, columns, next: Some(None) };
    let body = match format {
        Format::Csv => csv(pages, &stamp, record)?,
        Format::Xlsx => xlsx(pages, &stamp, record).await?,
    };
    Ok(Export { file_name: file_name("工单", ctx, format), content_type: format.content_type().to_owned(), body })
}

type Columns = Vec<(Column, Value)>;

fn checked(form: &ExportForm) -> Result<(Format, Columns)> {
    let mut errors = Vec::new();
    let format = form.format.parse::<Format>().map_err(|e| errors.push(e)).ok();
    errors.extend(purpose_given(&form.purpose));
    let wanted = |code: &str| form.columns.is_empty() || form.columns.iter().any(|c| c == code);
    for code in form.columns.iter().filter(|c| COLUMNS.iter().all(|(known, ..)| known != c)) {
        errors.push(FieldError::new("columns", format!("没有名为“{code}”的列")).with_remedy("请从列清单中选择"));
    }
    match format {
        Some(format) if errors.is_empty() => {
            let columns = COLUMNS.iter().filter(|(code, ..)| wanted(code));
            Ok((format, columns.map(|(_, title, width, value)| (Column::new(*title, *width), *value)).collect()))
        }
        _ => Err(Refusal::fields(errors).into()),
    }
}

/// The record and its audit row, before anything leaves.
async fn begin(
    app: &App,
    ctx: &Ctx,
    kind: &str,
    purpose: &str,
    filter: serde_json::Value,
    format: &str,
    total: i64,
) -> Result<Record> {
    let actor = ctx.actor()?;
    let record = Record {
        id: ExportId::mint(&*app.mint, ctx.now),
        user: actor.user,
        org: actor.org,
        kind: kind.to_owned(),
        purpose: purpose.trim().to_owned(),
        masked: true,
        filter,
        rows: total,
        state: ExportState::Running,
        approved_by: None,
        created_at: ctx.now,
        done_at: None,
    };
    db::with_retry!(app.store.db, async |tx| {
        store::export_log::insert_export(tx, &record).await?;
        let entry = audit::Entry::new("export", "export.open", "export", record.id);
        let detail = serde_json::json!({ "kind": kind, "rows": total, "format": format });
        audit::record(tx, app, ctx, entry.because(record.purpose.clone()).with(detail)).await?;
        Ok::<(), Error>(())
    })?;
    Ok(record)
}

/// As [`begin`], of files that are there already.
pub(crate) async fn begin_files(app: &App, ctx: &Ctx, kind: &str, purpose: &str, files: usize) -> Result<Record> {
    purpose_given(purpose).map_or(Ok(()), |e| Err(Error::from(e)))?;
    begin(app, ctx, kind, purpose, serde_json::Value::Null, "zip", i64::try_from(files).unwrap_or(i64::MAX)).await
}

pub(crate) async fn done(app: &App, record: &Record, rows: i64) -> Result<()> {
    let record = Record { rows, state: ExportState::Done, done_at: Some(app.now()), ..record.clone() };
    db::with_retry!(app.store.db, async |tx| {
        store::export_log::save_export(tx, ExportState::Running, &record).await?;
        Ok::<(), Error>(())
    })
}

/// A table that fits into memory: reports.
pub(crate) struct Table {
    /// Kind on record: `r01`…
    pub kind: &'static str,
    /// Name of file and sheet.
    pub name: &'static str,
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<Cell>>,
    /// What the reader must know: cohort, periods left out.
    pub remark: String,
}

/// Checks, records and writes a whole table.
pub(crate) async fn table_open(
    app: &App,
    ctx: &Ctx,
    table: Table,
    filter: serde_json::Value,
    format: &str,
    purpose: &str,
) -> Result<Export> {
    ctx.require(Permission::Export)?;
    let kind = format.parse::<Format>()?;
    purpose_given(purpose).map_or(Ok(()), |e| Err(Error::from(e)))?;
    let total = count(&table.rows);
    let record = begin(app, ctx, table.kind, purpose, filter, format, total).await?;
    let stamp = stamp(app, ctx, purpose, ("行数", total), &table.remark)?;
    let bytes = match kind {
        Format::Csv => {
            let (writer, mut bytes) = CsvTable::start(&table.columns, &stamp)?;
            bytes.extend(writer.rows(&table.rows)?);
            bytes
        }
        Format::Xlsx => {
            let mut sheet = XlsxTable::start(table.name, &table.columns, &stamp)?;
            sheet.rows(&table.rows)?;
            let mut bytes = std::io::Cursor::new(Vec::new());
            sheet.finish(&mut bytes)?;
            bytes.into_inner()
        }
    };
    done(app, &record, total).await?;
    Ok(Export {
        file_name: file_name(table.name, ctx, kind),
        content_type: kind.content_type().to_owned(),
        body: stream::iter([Ok(bytes)]).boxed(),
    })
}

fn file_name(name: &str, ctx: &Ctx, format: Format) -> String {
    format!("{name}_{}.{}", ctx.now.format_cn().replace([' ', ':', '-'], ""), format.extension())
}

fn purpose_given(purpose: &str) -> Option<FieldError> {
    (purpose.trim().chars().count() < 4)
        .then(|| FieldError::new("purpose", "请填写导出用途").with_remedy("至少4个字，例如“月度通报统计”"))
}

/// The conditions as they may be kept: that a person was searched for, not whom.
fn on_record(query: &OrderQuery) -> Result<serde_json::Value> {
    let hidden = |value: &Option<String>| value.as_ref().map(|_| "***".to_owned());
    let kept = OrderQuery {
        name: hidden(&query.name),
        phone: hidden(&query.phone),
        id_no: hidden(&query.id_no),
        ..query.clone()
    };
    Ok(serde_json::to_value(kept)?)
}

fn stamp(app: &App, ctx: &Ctx, purpose: &str, total: (&str, i64), remark: &str) -> Result<Stamp> {
    let actor = ctx.actor()?;
    let world = app.world();
    let line = |label: &str, value: String| (label.to_owned(), value);
    Ok(Stamp {
        lines: vec![
            line("导出人", format!("{}（{}）", actor.name, world.directory.org_name(actor.org))),
            line("导出时间", ctx.now.format_cn()),
            line("用途", purpose.trim().to_owned()),
            line(total.0, total.1.to_string()),
            line("说明", remark.to_owned()),
        ],
    })
}

/// The pages of the query, one after another.
struct Pages {
    app: Arc<App>,
    ctx: Ctx,
    query: OrderQuery,
    columns: Columns,
    /// Cursor of the page to come; `None` at the end.
    next: Option<Option<String>>,
}

impl Pages {
    fn headings(&self) -> Vec<Column> {
        self.columns.iter().map(|(c, _)| c.clone()).collect()
    }

    async fn turn(&mut self) -> Result<Option<Vec<Vec<Cell>>>> {
        let Some(after) = self.next.take() else { return Ok(None) };
        let query = OrderQuery { limit: Some(PAGE), after, ..self.query.clone() };
        let page = order_list(&self.app, &self.ctx, &query).await?;
        self.next = page.next.map(Some);
        let row = |line: &OrderLine| self.columns.iter().map(|(_, value)| value(line)).collect();
        Ok(Some(page.items.iter().map(row).collect()))
    }
}

fn csv(pages: Pages, stamp: &Stamp, record: Record) -> Result<BoxStream<'static, Result<Vec<u8>>>> {
    let (table, head) = CsvTable::start(&pages.headings(), stamp)?;
    let rest = stream::try_unfold((pages, table, record, 0_i64), |(mut pages, table, record, rows)| async move {
        match pages.turn().await? {
            Some(page) => {
                let rows = rows + count(&page);
                Ok(Some((table.rows(&page)?, (pages, table, record, rows))))
            }
            None => {
                done(&pages.app, &record, rows).await?;
                Ok(None)
            }
        }
    });
    Ok(stream::once(async { Ok(head) }).chain(rest).boxed())
}

/// The archive can only be written when all rows are there; rows wait in a temporary file, not in memory.
async fn xlsx(mut pages: Pages, stamp: &Stamp, record: Record) -> Result<BoxStream<'static, Result<Vec<u8>>>> {
    let mut table = XlsxTable::start("工单", &pages.headings(), stamp)?;
    let mut rows = 0;
    while let Some(page) = pages.turn().await? {
        rows += count(&page);
        table.rows(&page)?;
    }
    let bytes = tokio::task::spawn_blocking(move || {
        let mut bytes = std::io::Cursor::new(Vec::new());
        table.finish(&mut bytes).map(|()| bytes.into_inner())
    });
    let bytes = bytes.await.map_err(Error::broken)??;
    done(&pages.app, &record, rows).await?;
    let chunks: Vec<Result<Vec<u8>>> = bytes.chunks(CHUNK).map(|c| Ok(c.to_vec())).collect();
    Ok(stream::iter(chunks).boxed())
}

fn count(page: &[Vec<Cell>]) -> i64 {
    i64::try_from(page.len()).unwrap_or(i64::MAX)
}
