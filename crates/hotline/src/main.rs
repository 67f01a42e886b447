//! 12345 政务服务便民热线平台: one program, several roles.

mod bench;
mod carrier;
mod cli;
mod files;
mod hooks;
mod import;
mod key;
mod mailbox;
mod messages;
mod outer;
mod partners;
mod phone;
mod portal_site;
mod serve;
mod simulate;
mod spa;
mod wechat;
mod weibo;
mod wire_up;

use anyhow::Result;
use clap::Parser as _;
use cli::{AdminAction, Cli, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let cli = Cli::parse();
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("HOTLINE_LOG").unwrap_or_else(|_| "warn,sqlx=error".into());
    tracing_subscriber::fmt()
        // At `info` it writes whole SIP messages, and with them the numbers of citizens.
        .with_env_filter(filter.add_directive("rsipstack=warn".parse()?))
        .with_writer(std::io::stderr)
        .init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(cli.command))
}

async fn run(command: Command) -> Result<()> {
    match command {
        Command::Serve(options) => serve::serve(*options).await,
        Command::Portal(options) => outer::portal(options).await,
        Command::ExchangeKey { file } => outer::make_key(&file),
        Command::Import(options) => import::import(options).await,
        Command::Verify(data) => verify(&data).await,
        Command::Admin(admin) => administer(admin).await,
        Command::Bench(options) => bench::bench(options).await,
        Command::Simulate(options) => simulate::simulate(options).await,
        Command::Openapi { out } => openapi(out.as_deref()),
    }
}

async fn verify(data: &cli::Data) -> Result<()> {
    let app = wire_up::open(data).await?;
    let report = app::verify::verify_all(&app).await?;
    for chain in &report.chains {
        println!("{}：{} 条链，{} 条记录，{} 处异常", chain.name, chain.chains, chain.entries, chain.bad);
    }
    if let Some(bad) = report.first_bad {
        anyhow::bail!("校验未通过：{} 第 {} 条：{}", bad.chain, bad.seq, bad.why);
    }
    println!("校验通过：全部记录未被改动");
    Ok(())
}

async fn administer(admin: cli::Admin) -> Result<()> {
    let app = wire_up::open(&admin.data).await?;
    match admin.action {
        AdminAction::ResetPassword { login } => {
            let password = app::login::password_reset_by_operator(&app, &login).await?;
            println!("账号 {login} 的一次性口令：{password}（首次登录须修改）");
        }
        AdminAction::Unlock { login } => {
            app::login::unlock_by_operator(&app, &login).await?;
            println!("账号 {login} 已解除锁定");
        }
        AdminAction::Refused => {
            for (line, body) in app::exchange::refused_contents(&app).await? {
                println!("{}\t{}\t{}\t{body}", line.at.format_cn(), line.kind_cn, line.reason);
            }
        }
        AdminAction::CopyFiles => {
            let n = files::copy_to_bucket(&admin.data.files, &admin.data.data).await?;
            println!("已复制 {n} 个文件到对象存储");
        }
        AdminAction::Outbox => {
            for sms in app::citizen::outbox(&app).await? {
                println!("{}\t{}\t{}", sms.created_at.format_cn(), sms.to, sms.text);
            }
        }
    }
    Ok(())
}

fn openapi(out: Option<&std::path::Path>) -> Result<()> {
    let mut text = serde_json::to_string_pretty(&api::document())?;
    text.push('\n');
    match out {
        Some(path) => std::fs::write(path, text)?,
        None => print!("{text}"),
    }
    Ok(())
}
