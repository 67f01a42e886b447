//! 启动: how long an operator waits, and what an idle platform costs.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;

use super::Scratch;
use super::server::Server;
use super::table::{Table, ms};

#[derive(Args)]
pub struct Start {
    /// 已有的数据目录；缺省先建立一个载入演示数据的临时库
    #[arg(long)]
    data: Option<PathBuf>,
    /// 数据库地址；缺省为数据目录下的 hotline.db
    #[arg(long, requires = "data")]
    database: Option<String>,
    /// 启动几次
    #[arg(long, default_value_t = 5)]
    runs: usize,
}

/// Starts the platform again and again on the same data.
///
/// # Errors
/// When it does not start.
pub async fn start(options: Start) -> Result<()> {
    let exe = std::env::current_exe()?;
    let scratch = Scratch::new()?;
    let folder = options.data.as_ref().unwrap_or(&scratch.0).display().to_string();
    let mut args = vec!["--data", folder.as_str()];
    if let Some(url) = &options.database {
        args.extend(["--database", url]);
    }
    if options.data.is_none() {
        let first = [args.clone(), vec!["--demo"]].concat();
        let server = Server::start(&exe, &first)?;
        println!("首次启动并载入演示数据：{:.1} 秒", server.took.as_secs_f64());
    }
    let mut table = Table::new(&["第几次", "到监听 毫秒", "到健康检查通过 毫秒", "空闲内存 MiB"]);
    for run in 1..=options.runs.max(1) {
        let begun = Instant::now();
        let server = Server::start(&exe, &args)?;
        healthy(&server.url).await?;
        let ready = begun.elapsed();
        // The reconcilers look once right after the start; idle is after that.
        tokio::time::sleep(Duration::from_secs(3)).await;
        let memory = server.memory_mib("VmRSS")?;
        let times = [ms(server.took.as_secs_f64() * 1000.0), ms(ready.as_secs_f64() * 1000.0)];
        table.row(&[run.to_string(), times[0].clone(), times[1].clone(), format!("{memory:.0}")]);
    }
    let size = std::fs::metadata(&exe).context("the program has a file")?.len();
    println!("\n### 启动（已有数据库）\n\n{table}");
    #[expect(clippy::cast_precision_loss, reason = "a size to read")]
    let mib = size as f64 / f64::from(1 << 20);
    println!("程序文件：{mib:.1} MiB");
    Ok(())
}

async fn healthy(url: &str) -> Result<()> {
    let answer = reqwest::get(format!("{url}/api/health")).await?;
    if !answer.status().is_success() {
        bail!("health check answered {}", answer.status());
    }
    Ok(())
}
