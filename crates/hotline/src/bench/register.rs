//! 登记: orders per second through HTTP, session, rules, audit and commit.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use super::client::Client;
use super::server::Server;
use super::table::{Table, ms};
use super::{Scratch, floor, load};

/// Clients at once; the last is what a busy city's call centre makes of group commit.
const CONCURRENCY: &[usize] = &[1, 4, 16];

#[derive(Args)]
pub struct Register {
    /// 每种并发测多少秒
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// 数据库地址；缺省在当前目录下建立临时 SQLite。PostgreSQL 须指向一个空库
    #[arg(long)]
    database: Option<String>,
    /// 并发客户端数，以逗号分隔；缺省 1,4,16
    #[arg(long, value_delimiter = ',')]
    concurrency: Vec<usize>,
}

/// Starts a platform of its own and loads it.
///
/// # Errors
/// When the platform does not start, or no registration succeeds.
pub async fn register(options: Register) -> Result<()> {
    let before = load_average();
    let scratch = Scratch::new()?;
    let folder = scratch.0.display().to_string();
    let span = Duration::from_secs(options.seconds);
    let concurrencies = if options.concurrency.is_empty() { CONCURRENCY } else { &options.concurrency };

    let floor_url = options.database.clone().unwrap_or_else(|| format!("sqlite://{folder}/floor.db"));
    let bare = floor::measure(&floor_url, concurrencies, span / 2).await?;

    let exe = std::env::current_exe()?;
    let mut args = vec!["--data", folder.as_str(), "--demo", "--demo-orders", "0"];
    if let Some(url) = &options.database {
        args.extend(["--database", url]);
    }
    let server = Server::start(&exe, &args)?;
    let password = server.password.clone().context("演示数据未载入：数据库须为空")?;
    let mut clients = Vec::new();
    for at in 1..=8 {
        clients.push(Client::sign_in(&server.url, &format!("agent{at:02}"), &password).await?);
    }
    let idle = server.memory_mib("VmRSS")?;
    let serial = Arc::new(AtomicU64::new(0));
    // Caches and the statement cache fill in a second; nobody is measured while they do.
    load::register(&clients, &serial, 4, Duration::from_secs(1)).await?;
    let mut table = Table::new(&[
        "并发",
        "登记/秒",
        "成功",
        "失败",
        "p50 毫秒",
        "p95 毫秒",
        "p99 毫秒",
        "最长 毫秒",
        "CPU 毫秒/件",
    ]);
    for concurrency in concurrencies {
        let used = server.cpu_seconds()?;
        let run = load::register(&clients, &serial, *concurrency, span).await?;
        let counts = [
            run.concurrency.to_string(),
            format!("{:.0}", run.per_second),
            run.done.to_string(),
            run.errors.to_string(),
        ];
        #[expect(clippy::cast_precision_loss, reason = "a share")]
        let each = (server.cpu_seconds()? - used) * 1000.0 / run.done as f64;
        let times = [ms(run.p50_ms), ms(run.p95_ms), ms(run.p99_ms), ms(run.max_ms), ms(each)];
        table.row(&[&counts[..], &times[..]].concat());
    }
    println!("\n### 登记（HTTP，{}，每档 {} 秒）\n\n{table}", engine(options.database.as_deref()), options.seconds);
    println!("“CPU 毫秒/件”只计服务进程；负载（1 分钟）开始 {before}，结束 {}\n", load_average());
    println!("### 数据库下限（同一磁盘，五条插入一次提交，无 HTTP、无规则）\n\n{bare}");
    print_memory(&server, idle, &scratch.0)
}

/// What else the machine was doing; figures of a busy machine mean little.
pub(super) fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("?").to_owned()
}

fn engine(database: Option<&str>) -> &'static str {
    if database.is_some_and(|url| url.starts_with("postgres")) { "PostgreSQL" } else { "SQLite，synchronous=FULL" }
}

fn print_memory(server: &Server, idle: f64, folder: &Path) -> Result<()> {
    let (now, peak) = (server.memory_mib("VmRSS")?, server.memory_mib("VmHWM")?);
    println!("服务进程常驻内存：登录后 {idle:.0} MiB，测试后 {now:.0} MiB，峰值 {peak:.0} MiB");
    if let Ok(file) = std::fs::metadata(folder.join("hotline.db")) {
        println!("数据库文件：{} MiB", file.len() >> 20);
    }
    Ok(())
}
