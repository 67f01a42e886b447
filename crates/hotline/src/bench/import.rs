//! 导入: rows per second from a file into an empty platform.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use app::import::{ImportPlan, Mapping};
use clap::Args;

use super::Scratch;
use super::table::Table;
use crate::{cli, wire_up};

#[derive(Args)]
pub struct ImportBench {
    /// 来源文件：.csv .xlsx .jsonl
    file: PathBuf,
    /// 列映射文件（TOML）
    #[arg(long)]
    map: PathBuf,
    /// 数据库地址；缺省在当前目录下建立临时 SQLite
    #[arg(long)]
    database: Option<String>,
}

/// Imports a file twice: the second time every row is known.
///
/// # Errors
/// When the file cannot be imported.
pub async fn import(options: ImportBench) -> Result<()> {
    let scratch = Scratch::new()?;
    let data = cli::Data::at(scratch.0.clone(), options.database.clone());
    let app = wire_up::open(&data).await?;
    app::seed::first_start(&app).await?;
    app::demo::demo_load(&app, Some(0), &|_, _| {}).await?;
    app.refresh().await?;
    let text = std::fs::read_to_string(&options.map).with_context(|| format!("无法读取 {}", options.map.display()))?;
    let mapping = Mapping::from_toml(&text).map_err(|r| anyhow::anyhow!("{}", r.message))?;
    let mut table = Table::new(&["第几次", "行", "导入", "已存在", "未导入", "秒", "行/秒"]);
    for (at, name) in ["首次", "再次"].iter().enumerate() {
        let result = scratch.0.join(format!("{at}.csv"));
        let plan = ImportPlan { file: options.file.clone(), mapping: mapping.clone(), result, resume: false };
        let r = crate::import::run(&app, plan, &AtomicBool::new(false)).await?;
        #[expect(clippy::cast_precision_loss, reason = "seconds to read")]
        let seconds = r.millis as f64 / 1000.0;
        let counts = [r.rows(), r.imported, r.known, r.refused].map(|n| n.to_string());
        table.row(
            &[vec![(*name).to_owned()], counts.to_vec(), vec![format!("{seconds:.1}"), r.rate().to_string()]].concat(),
        );
    }
    println!("\n### 导入 {}\n\n{table}", options.file.display());
    app.store.db.close().await;
    Ok(())
}
