//! 报表: what the reports take over years of orders.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use app::App;
use app::view::ReceivedQuery;
use domain::authority::Permission;

use super::load::percentile;
use super::query::Facts;
use super::table::{Table, ms};
use super::words::Dice;

/// Periods a report is asked for, days.
const PERIODS: &[(&str, i64)] = &[("一月", 30), ("一季度", 91), ("一年", 365)];

/// R02 with its two comparisons, for everybody who may have it.
pub(super) async fn received(app: &Arc<App>, facts: &Facts, runs: usize, seed: u64) -> Result<Table> {
    let mut table = Table::new(&["受理情况（R02）", "范围", "p50", "p95", "最长", "平均受理量"]);
    for (period, days) in PERIODS {
        for viewer in &facts.viewers {
            let ctx = viewer.ctx(app);
            if ctx.require(Permission::Report).is_err() {
                continue;
            }
            let (mut dice, mut took, mut counted) = (Dice::new(seed), Vec::new(), 0);
            for _ in 0..runs {
                let (from, until) = facts.span(&mut dice, *days);
                let query = ReceivedQuery { from: from.map(|t| t.0), until: until.map(|t| t.0) };
                let begun = Instant::now();
                let view = app::appraisal::received(app, &ctx, &query).await?;
                took.push(begun.elapsed());
                counted += view.total.n;
            }
            took.sort();
            let at = |share| ms(percentile(&took, share));
            let mean = counted / i64::try_from(runs.max(1))?;
            table.row(&[(*period).to_owned(), viewer.label.to_owned(), at(0.5), at(0.95), at(1.0), mean.to_string()]);
        }
    }
    Ok(table)
}
