//! R02 诉求受理总体情况表: one statement for each of the three periods, everything else is sums.

use domain::authority::{Permission, scope_filter};
use domain::indicator::Rate;
use domain::order::{Channel, DemandType};
use domain::received::{Period, Received, change, shares};
use render::{Cell, Column};

use super::period;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::export::{self, Export, Table};
use crate::view::{ReceivedExportForm, ReceivedLine, ReceivedQuery, ReceivedView};

/// What was registered in a period, within the caller's data scope.
pub async fn received(app: &App, ctx: &Ctx, query: &ReceivedQuery) -> Result<ReceivedView> {
    ctx.require_ready()?;
    ctx.require(Permission::Report)?;
    let (from, until) = period(query.from, query.until, ctx.now)?;
    let now = Period { from, until };
    let (last, year) = (now.before(), now.year_before());
    let world = app.fresh_world().await?;
    let scope = scope_filter(ctx.actor()?, &world.directory);
    let db = &app.store.db;
    let mut counted = Vec::new();
    for p in [now, last, year] {
        counted.push(store::stats::received(db, &scope, p.from, p.until).await?);
    }
    let each = |of: &dyn Fn(&Received) -> i64| [0, 1, 2].map(|i| counted.get(i).map_or(0, of));
    let channels = Channel::ALL.iter().map(|c| (c.code(), c.cn(), each(&|r| r.by_channel(*c))));
    let kinds = DemandType::ALL.iter().map(|k| (k.code(), k.cn(), each(&|r| r.by_kind(*k))));
    let present = counted.first().cloned().unwrap_or_default();
    Ok(ReceivedView {
        from,
        until,
        last_from: last.from,
        last_until: last.until,
        year_from: year.from,
        year_until: year.until,
        channels: block(channels.collect()),
        kinds: block(kinds.collect()),
        total: block(vec![("", "受理总量", each(&Received::total))]).remove(0),
        cells: Channel::ALL.iter().map(|c| DemandType::ALL.iter().map(|k| present.at(*c, *k)).collect()).collect(),
        balanced: counted.iter().all(Received::is_balanced),
    })
}

/// Lines with their counts of this period, the one before and a year ago.
fn block(lines: Vec<(&str, &str, [i64; 3])>) -> Vec<ReceivedLine> {
    let counts: Vec<i64> = lines.iter().map(|(.., [n, ..])| *n).collect();
    let line = |((code, name, [n, last, year]), share): ((&str, &str, [i64; 3]), i64)| ReceivedLine {
        code: code.to_owned(),
        name: name.to_owned(),
        n,
        share,
        last,
        on_last: change(n, last),
        year,
        on_year: change(n, year),
    };
    lines.into_iter().zip(shares(&counts)).map(line).collect()
}

/// R02 as CSV or XLSX.
pub async fn received_export(app: &App, ctx: &Ctx, form: &ReceivedExportForm) -> Result<Export> {
    let query = ReceivedQuery { from: Some(form.from), until: Some(form.until) };
    let view = received(app, ctx, &query).await?;
    let filter = serde_json::json!({ "from": form.from, "until": form.until });
    export::table_open(app, ctx, table(&view, ctx), filter, &form.format, &form.purpose).await
}

fn table(view: &ReceivedView, ctx: &Ctx) -> Table {
    let mut columns = vec![Column::new("来源", 14.0)];
    columns.extend(view.kinds.iter().map(|k| Column::new(k.name.as_str(), 8.0)));
    columns.extend(["合计", "占比(%)", "上期", "环比(%)", "去年同期", "同比(%)"].iter().map(|t| Column::new(*t, 10.0)));
    let totals: Vec<i64> = view.kinds.iter().map(|k| k.n).collect();
    let lines = view.channels.iter().zip(view.cells.iter()).chain(std::iter::once((&view.total, &totals)));
    let mut rows: Vec<Vec<Cell>> = lines.map(|(line, cells)| row(line, cells)).collect();
    let of_kinds = |name: &str, cell: &dyn Fn(&ReceivedLine) -> Cell| {
        let mut row = vec![Cell::from(name)];
        row.extend(view.kinds.iter().map(cell));
        row.resize(columns.len(), Cell::from(""));
        row
    };
    rows.push(of_kinds("占比(%)", &|k| percent(k.share)));
    rows.push(of_kinds("上期", &|k| Cell::Int(k.last)));
    rows.push(of_kinds("环比(%)", &|k| rate(k.on_last)));
    rows.push(of_kinds("去年同期", &|k| Cell::Int(k.year)));
    rows.push(of_kinds("同比(%)", &|k| rate(k.on_year)));
    let remark = format!(
        "按登记时间统计，统计期{}至{}；上期{}至{}；去年同期{}至{}；平衡校验（Σ来源=Σ类型=受理总量）{}；数据截至{}",
        view.from.format_cn(),
        view.until.format_cn(),
        view.last_from.format_cn(),
        view.last_until.format_cn(),
        view.year_from.format_cn(),
        view.year_until.format_cn(),
        if view.balanced { "通过" } else { "未通过" },
        ctx.now.format_cn()
    );
    Table { kind: "r02", name: "诉求受理总体情况表", columns, rows, remark }
}

fn row(line: &ReceivedLine, cells: &[i64]) -> Vec<Cell> {
    let mut row = vec![Cell::from(line.name.as_str())];
    row.extend(cells.iter().map(|n| Cell::Int(*n)));
    row.extend([
        Cell::Int(line.n),
        percent(line.share),
        Cell::Int(line.last),
        rate(line.on_last),
        Cell::Int(line.year),
        rate(line.on_year),
    ]);
    row
}

fn percent(hundredths: i64) -> Cell {
    Cell::Number(hundredths as f64 / 100.0)
}

/// “—” where there is nothing to compare with.
fn rate(rate: Rate) -> Cell {
    rate.value.map_or_else(|| Cell::from("—"), Cell::Number)
}
