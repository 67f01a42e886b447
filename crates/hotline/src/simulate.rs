//! 模拟城市: a year of the demo city on an empty database, and the report of it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use clap::Args;
use kernel::{Clock, ManualClock, SystemMint};
use simulate::Plan;

use crate::bench::Scratch;
use crate::{cli, wire_up};

#[derive(Args)]
pub struct Simulate {
    /// 登记多少件工单
    #[arg(long, default_value_t = 100_000)]
    orders: usize,
    /// 模拟多少个月
    #[arg(long, default_value_t = 12)]
    months: u32,
    /// 随机种子：同一种子得到同一座城市
    #[arg(long, default_value_t = 12345)]
    seed: u64,
    /// 定时作业每隔多少模拟分钟运行一轮
    #[arg(long, default_value_t = 30)]
    tick: i64,
    /// 同时进行多少项操作
    #[arg(long, default_value_t = 8)]
    abreast: usize,
    /// 数据目录，保留以备查看；缺省用完即删
    #[arg(long)]
    data: Option<PathBuf>,
    /// 数据库地址，须为空库；缺省为数据目录下的 SQLite
    #[arg(long)]
    database: Option<String>,
}

/// Lives the year through and prints its report.
///
/// # Errors
/// When a rule that was to fire did not, an invariant is broken, or the database is not empty.
pub async fn simulate(options: Simulate) -> Result<()> {
    ensure!(options.orders > 0 && (1..=24).contains(&options.months), "工单数须大于0，月数须在1至24之间");
    ensure!((1..=1440).contains(&options.tick) && options.abreast > 0, "作业间隔须在1至1440分钟之间，并发须大于0");
    let scratch = Scratch::new()?;
    let data = options.data.unwrap_or_else(|| scratch.0.clone());
    let plan = Plan {
        tick_minutes: options.tick,
        abreast: options.abreast,
        ..Plan::new(options.orders, options.months, options.seed)
    };
    let clock = Arc::new(ManualClock::new(plan.from));
    let recordings = data.join("recordings");
    let place = cli::Data::at(data, options.database);
    // Keys and codes are real ones, should anybody go on with the database; what people do hangs on the seed alone.
    let time = Arc::clone(&clock) as Arc<dyn Clock>;
    let app = wire_up::open_at(&place, recordings, time, Arc::new(SystemMint)).await?;
    let report = simulate::run(&app, &clock, plan, &|line| eprintln!("{line}")).await?;
    println!("{report}");
    app.store.db.close().await;
    let (missing, faults) = (report.missing(), report.faults().len());
    if !missing.is_empty() || faults > 0 {
        bail!("{faults} 处异常；{} 项规则未发生：{}", missing.len(), missing.join("、"));
    }
    Ok(())
}
