//! 话务: calls through the real platform process — embedded switch, floor, journal, seats over WebSocket with WebRTC voices — from a SIP
//! stack of our own in this process. Both sides share the machine, so the figures are lower bounds.

mod city;
mod lines;
mod run;
mod seat;
mod softphone;
mod trunk;

use std::net::UdpSocket;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::Scratch;
use super::load::percentile;
use super::server::Server;
use super::table::{Table, ms};
use lines::{HERE, Lines};
use run::{Center, Steady};
use seat::Told;
use trunk::Carrier;

/// Ports of RTP: two thousand calls.
const RTP_PORTS: &str = "20000-27999";
/// Sockets and files of a call on either side, and some for the rest.
const FILES_A_CALL: usize = 6;
const FILES_BESIDES: usize = 200;
/// Each call of the set-up measurement lasts so long after its answer.
const BRIEF: Duration = Duration::from_secs(3);
/// Each call of the soak.
const USUAL: Duration = Duration::from_secs(30);
/// Seats more than calls: a seat is still being freed when the next call comes.
const SPARE: usize = 12;
/// Passwords checked at once: each takes a core for a moment.
const SIGN_IN_AT_ONCE: usize = 4;

#[derive(Args)]
pub struct Calls {
    /// 同时保持的通话数（已接通、双向语音、录音）
    #[arg(long, default_value_t = 200)]
    calls: usize,
    /// 每秒新呼数
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// 每个阶段测多少秒
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// 改为稳定性测试：不断更替通话这么多分钟，每分钟打印一次内存
    #[arg(long)]
    soak: Option<u64>,
    /// 稳定性测试中同时保持的通话数
    #[arg(long, default_value_t = 50)]
    at: usize,
    /// 数据库地址；缺省在当前目录下建立临时 SQLite。PostgreSQL 须指向一个空库
    #[arg(long)]
    database: Option<String>,
}

/// Starts a platform of its own and calls it.
///
/// # Errors
/// When the platform does not start, or nobody can be reached in it.
pub async fn calls(options: Calls) -> Result<()> {
    let at_once = if options.soak.is_some() { options.at } else { options.calls.max(options.rate as usize * 4) };
    let seats = at_once + SPARE;
    enough_files(seats)?;
    let scratch = Scratch::new()?;
    eprintln!("建立 {seats} 个座席…");
    let password = city::prepare(&scratch.0, options.database.as_deref(), seats).await?;
    let (carrier_port, sip_port) = (free_port()?, free_port()?);
    let server = platform(&options, &scratch.0, carrier_port, sip_port)?;
    healthy(&server.url).await?;
    let lines = Lines::start()?;
    let told = open_seats(&server, &password, seats, &lines).await?;
    let carrier = Carrier::start(carrier_port, sip_port, lines.clone()).await?;
    let mut center = Center::new(carrier, lines, told);
    match options.soak {
        Some(minutes) => soak(&mut center, &server, options.at, minutes).await?,
        None => measure(&mut center, &server, &options, &scratch.0).await?,
    }
    center.close().await;
    Ok(())
}

fn free_port() -> Result<u16> {
    Ok(UdpSocket::bind((HERE, 0))?.local_addr()?.port())
}

/// This process and the platform, which inherits the limit, need some files for each call.
fn enough_files(calls: usize) -> Result<()> {
    let limits = std::fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).context("the limit of files")?;
    let needed = calls * FILES_A_CALL + FILES_BESIDES;
    match line.split_whitespace().next().map(str::parse::<usize>) {
        Some(Ok(limit)) if limit < needed => {
            bail!("打开文件数上限为 {limit}，本测试需要 {needed}：请先执行 ulimit -n {needed}")
        }
        _ => Ok(()),
    }
}

/// The process that is measured.
fn platform(options: &Calls, folder: &Path, carrier: u16, sip: u16) -> Result<Server> {
    let config = folder.join("hotline.toml");
    let trunk = format!(
        "[switch.limits]\ncalls_per_s = 200\n[[switch.trunks]]\nname = \"bench\"\nhost = \"{HERE}\"\nport = {carrier}\n\
         allow = [\"{HERE}\"]\nprobe_s = 0\n"
    );
    std::fs::write(&config, trunk)?;
    let (folder, config) = (folder.display().to_string(), config.display().to_string());
    let (sip, web) = (format!("{HERE}:{sip}"), format!("{HERE}:{}", free_port()?));
    let mut args = vec!["--data", &folder, "--config", &config, "--portal-listen", "off"];
    args.extend(["--sip", &sip, "--rtp-ports", RTP_PORTS, "--web-media", &web, "--drain-s", "1"]);
    if let Some(url) = &options.database {
        args.extend(["--database", url]);
    }
    Server::start(&std::env::current_exe()?, &args)
}

/// Until the floor is at this process.
async fn healthy(url: &str) -> Result<()> {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if reqwest::get(format!("{url}/api/health/phone")).await?.status().is_success() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("话务没有启动")
}

/// Everybody signs in; returns when all are free.
async fn open_seats(server: &Server, password: &str, seats: usize, lines: &Lines) -> Result<UnboundedReceiver<Told>> {
    let (sender, mut told) = unbounded_channel();
    let mut ready = 0;
    for seat in 0..seats {
        let (base, login, password) = (server.url.clone(), city::login(seat), password.to_owned());
        tokio::spawn(seat::work(base, login, password, seat, lines.clone(), sender.clone()));
        while seat + 1 >= ready + SIGN_IN_AT_ONCE {
            ready += is_ready(&mut told).await?;
        }
    }
    while ready < seats {
        ready += is_ready(&mut told).await?;
    }
    Ok(told)
}

async fn is_ready(told: &mut UnboundedReceiver<Told>) -> Result<usize> {
    match told.recv().await.context("no seat is left")? {
        Told::Gone { why, .. } => bail!("座席未能签入：{why}"),
        Told::Ready => Ok(1),
        _ => Ok(0),
    }
}

async fn measure(center: &mut Center, server: &Server, options: &Calls, folder: &Path) -> Result<()> {
    let span = Duration::from_secs(options.seconds);
    eprintln!("每秒 {} 个新呼，{} 秒…", options.rate, options.seconds);
    let used = server.cpu_seconds()?;
    center.pace(options.rate, span, BRIEF).await?;
    let cpu = server.cpu_seconds()? - used;
    print_setup(center, options, cpu);
    eprintln!("{} 路通话，{} 秒…", options.calls, options.seconds);
    // After the sign-ins' password hashing and the first calls: what is added now is the calls' own.
    let idle = server.memory_mib("VmRSS")?;
    let steady = center.steady(server, options.calls, options.rate, span).await?;
    let recordings = whole_recordings(&folder.join("recordings"), span)?;
    print_steady(&steady, options, idle, recordings);
    Ok(())
}

fn print_setup(center: &Center, options: &Calls, cpu: f64) {
    let outcome = &center.carrier.outcome;
    let mut table = Table::new(&["接续", "次数", "p50 毫秒", "p95 毫秒", "p99 毫秒", "最长 毫秒"]);
    let mut row = |name: &str, times: &[Duration]| {
        let mut sorted = times.to_vec();
        sorted.sort();
        let at = |share| ms(percentile(&sorted, share));
        table.row(&[name.to_owned(), sorted.len().to_string(), at(0.5), at(0.95), at(0.99), at(1.0)]);
    };
    row("INVITE → 200", &outcome.setup);
    row("分配 → 座席收到振铃", &center.rings);
    println!("\n### 接续（每秒 {} 个新呼，{} 秒，座席与通话全部真实）\n\n{table}", options.rate, options.seconds);
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let each = cpu * 1000.0 / outcome.begun.max(1) as f64;
    println!(
        "呼入 {}，接通 {}，坐席应答 {}，失败 {:?}；服务进程每通 CPU {each:.1} 毫秒（含 {} 秒通话）\n",
        outcome.begun,
        outcome.answered,
        center.rings.len(),
        outcome.failed,
        BRIEF.as_secs()
    );
}

fn print_steady(steady: &Steady, options: &Calls, idle: f64, recordings: (usize, usize)) {
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let calls = options.calls.max(1) as f64;
    let mut table = Table::new(&["通话（双向语音、录音）", "结果"]);
    let mut row = |name: &str, value: String| table.row(&[name.to_owned(), value]);
    row("同时通话", format!("{}", options.calls));
    row("服务进程 CPU，一个核的 %", format!("{:.1}", steady.cpu_share));
    row("每路通话，一个核的 %", format!("{:.3}", steady.cpu_share / calls));
    row("全部空闲时内存 MiB", format!("{idle:.0}"));
    row("通话中内存 MiB", format!("{:.0}", steady.memory_mib));
    row("每路通话内存 kB", format!("{:.0}", (steady.memory_mib - idle).max(0.0) * 1024.0 / calls));
    row("两端发出的包", steady.packets.sent.to_string());
    row("两端收到的包", steady.packets.received.to_string());
    row("丢失（序号缺口）", steady.packets.lost.to_string());
    row("服务进程接收队列丢弃（内核）", steady.dropped.to_string());
    row("完整录音", format!("{} / {}", recordings.0, options.calls));
    row("未关闭的录音", recordings.1.to_string());
    println!("### {} 路通话，{} 秒\n\n{table}", options.calls, options.seconds);
    println!(
        "座席不在通话时也照浏览器的样子发送静音，所以发出多于收到。本进程的话机最多迟 {} 毫秒：超过 20 毫秒时，缺口也可能出自它。\n",
        steady.late_ms
    );
}

/// Recordings at least as long as the measurement, and those that were not closed.
fn whole_recordings(folder: &Path, span: Duration) -> Result<(usize, usize)> {
    let (mut whole, mut open) = (0, 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            let (path, about) = (entry.path(), entry.metadata()?);
            let is_note = path.components().any(|part| part.as_os_str() == ".open");
            if about.is_dir() {
                folders.push(path);
            } else if is_note {
                open += 1;
            } else {
                whole += usize::from(about.len() >= span.as_secs() * media::wav::BYTES_PER_S);
            }
        }
    }
    Ok((whole, open))
}

async fn soak(center: &mut Center, server: &Server, at: usize, minutes: u64) -> Result<()> {
    println!(
        "| 分钟 | 通话数 | 已完成 | 失败 | 缺口 | 内存 MiB | CPU，一个核的 % |\n| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    let mut used = server.cpu_seconds()?;
    for minute in 1..=minutes {
        center.turn_over(at, USUAL, Duration::from_secs(60)).await?;
        let (cpu, memory) = (server.cpu_seconds()?, server.memory_mib("VmRSS")?);
        let outcome = &center.carrier.outcome;
        let failed: usize = outcome.failed.values().sum();
        let done = outcome.begun - center.carrier.open();
        let lost = center.lines.packets().lost;
        println!(
            "| {minute} | {} | {done} | {failed} | {lost} | {memory:.1} | {:.1} |",
            center.talking(),
            (cpu - used) / 60.0 * 100.0
        );
        used = cpu;
    }
    if !center.carrier.outcome.failed.is_empty() {
        println!("\n失败：{:?}", center.carrier.outcome.failed);
    }
    Ok(())
}
