//! 考核指标 as a file: each rate beside its numerator and denominator, and what was left out.

use domain::indicator::{OrderRates, OrderSums, Rate};
use render::{Cell, Column};

use super::appraisal;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::export::{self, Export, Table};
use crate::view::{AppraisalExportForm, AppraisalQuery, AppraisalView};

/// The figures of a period as CSV or XLSX.
pub async fn appraisal_export(app: &App, ctx: &Ctx, form: &AppraisalExportForm) -> Result<Export> {
    let query = AppraisalQuery { from: Some(form.from), until: Some(form.until), group: form.group.clone() };
    let view = appraisal(app, ctx, &query).await?;
    let filter = serde_json::json!({ "from": form.from, "until": form.until, "group": form.group });
    export::table_open(app, ctx, table(&view, ctx), filter, &form.format, &form.purpose).await
}

fn table(view: &AppraisalView, ctx: &Ctx) -> Table {
    let mut columns = vec![Column::new("单位", 26.0), Column::new("考核分组", 14.0), Column::new("样本", 10.0)];
    let counts = ["派单", "不计", "其中剔除", "申诉成立"];
    columns.extend(counts.iter().map(|t| Column::new(*t, 8.0)));
    for (name, _) in OrderRates::default().named() {
        columns.push(Column::new(format!("{name}(%)"), 14.0));
        columns.push(Column::new(format!("{name}分子"), 10.0));
        columns.push(Column::new(format!("{name}分母"), 10.0));
    }
    let mut rows: Vec<Vec<Cell>> = view
        .rows
        .iter()
        .map(|r| line(&r.org.name, &r.group, if r.few { "样本不足" } else { "" }, &r.sums, &r.rates))
        .collect();
    rows.push(line("合计（每件只计一次）", "", "", &view.total, &view.total_rates));
    let remark = format!(
        "统计期{}至{}；办结、签收按到期日，响应按响应期限，派单按派出日，评价按回访日，知识按复审期限；单位含下级；部分解决折算、最小样本量（{}件）按参数；数据截至{}",
        view.from.format_cn(),
        view.until.format_cn(),
        view.min_n,
        ctx.now.format_cn()
    );
    Table { kind: "appraisal", name: "评价与考核指标", columns, rows, remark }
}

fn line(name: &str, group: &str, few: &str, sums: &OrderSums, rates: &OrderRates) -> Vec<Cell> {
    let mut cells = vec![Cell::from(name), Cell::from(group), Cell::from(few)];
    cells.extend([sums.dispatched, sums.left_out, sums.exempt, sums.contested].map(Cell::Int));
    for (_, rate) in rates.named() {
        cells.push(value(rate));
        cells.push(Cell::Int(rate.num));
        cells.push(Cell::Int(rate.den));
    }
    cells
}

/// “—” for a rate without a denominator.
fn value(rate: Rate) -> Cell {
    rate.value.map_or_else(|| Cell::from("—"), Cell::Number)
}
