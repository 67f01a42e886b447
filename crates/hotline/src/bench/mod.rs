//! 性能测试: what the platform does per second on this machine, measured from outside where an outside exists.

mod calls;
mod cases;
mod client;
mod duplicates;
mod floor;
mod import;
mod load;
mod portal;
mod query;
mod register;
mod reports;
mod server;
mod start;
mod table;
mod visitor;

use anyhow::Result;
use clap::{Args, Subcommand};
use simulate::words;

/// 性能测试
#[derive(Args)]
pub struct Bench {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// 登记：另起一个平台进程，以 1、4、16 个并发客户端登记工单
    Register(register::Register),
    /// 查询：生成大量工单，以十种常用条件组合查询
    Query(query::Query),
    /// 判重：在标注数据上量质量，在大量工单中量速度
    Duplicates(duplicates::Duplicates),
    /// 群众网站：每秒若干人经短信验证码提交诉求，核对无一丢失，量各页用时
    Portal(portal::Portal),
    /// 导入：导入一个文件所需的时间
    Import(import::ImportBench),
    /// 话务：另起一个平台进程，真实呼入、座席、语音与录音；接续时延、丢包、CPU、内存，或长时间稳定性
    Calls(calls::Calls),
    /// 启动：已有数据库时的启动时间、空闲内存、程序大小
    Start(start::Start),
}

/// Runs one measurement and prints it as a Markdown table.
///
/// # Errors
/// When the measured thing itself fails.
pub async fn bench(bench: Bench) -> Result<()> {
    match bench.what {
        What::Register(options) => register::register(options).await,
        What::Query(options) => query::query(options).await,
        What::Duplicates(options) => duplicates::duplicates(options).await,
        What::Portal(options) => portal::portal(options).await,
        What::Import(options) => import::import(options).await,
        What::Calls(options) => calls::calls(options).await,
        What::Start(options) => start::start(options).await,
    }
}

/// A directory that disappears after the measurement.
pub struct Scratch(pub std::path::PathBuf);

impl Scratch {
    /// Under the present directory, so that the disk measured is the one the operator stands on.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new() -> Result<Self> {
        let path = std::env::current_dir()?.join(format!(".hotline-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What cannot be removed is named by its directory; nothing else depends on it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
