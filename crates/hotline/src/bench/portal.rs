//! 群众网站: citizens who file at the same moment. Every number is proved by a code as in earnest; the codes are read where
//! an operator without a message gateway reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use app::App;
use app::citizen::CoreDesk;
use citizen::{Caller, Desk as _, Query};
use clap::Args;
use futures::StreamExt as _;
use futures::stream;
use reqwest::Client;
use reqwest::redirect::Policy;

use super::load::percentile;
use super::server::Server;
use super::table::{Table, ms};
use super::visitor::{Visitor, area_of, solve};
use super::{Scratch, register};
use crate::cli::Data;

#[derive(Args)]
pub struct Portal {
    /// 每秒提交多少件
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// 提交多少秒；验证码五分钟内有效，准备与提交须在此之内
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// 准备时同时办理的人数
    #[arg(long, default_value_t = 16)]
    preparing: usize,
}

/// Times by page.
#[derive(Default)]
struct Pages(BTreeMap<&'static str, Vec<Duration>>);

impl Pages {
    fn add(&mut self, page: &'static str, took: Duration) {
        self.0.entry(page).or_default().push(took);
    }

    fn join(&mut self, other: Self) {
        for (page, took) in other.0 {
            self.0.entry(page).or_default().extend(took);
        }
    }

    fn table(mut self) -> Table {
        let mut table = Table::new(&["页面", "次数", "p50 毫秒", "p95 毫秒", "p99 毫秒", "最长 毫秒"]);
        for (page, took) in &mut self.0 {
            took.sort();
            let times = [0.50, 0.95, 0.99, 1.0].map(|share| ms(percentile(took, share)));
            table.row(&[&[(*page).to_owned(), took.len().to_string()][..], &times[..]].concat());
        }
        table
    }
}

/// Numbers nobody has: 199 with eight digits.
fn phone(n: u32) -> String {
    format!("199{n:08}")
}

fn content(n: u32) -> String {
    const PLACES: [&str; 8] = ["人民路", "滨河大道", "建设街", "学院路", "新华巷", "东风路", "解放路", "云溪大道"];
    const MATTERS: [&str; 5] = ["路灯不亮", "井盖破损", "夜间施工扰民", "暖气不热", "垃圾无人清运"];
    let (place, matter) = (PLACES[n as usize % PLACES.len()], MATTERS[(n / 8) as usize % MATTERS.len()]);
    format!("{place}{}号附近{matter}，已经持续{}天，影响出行和休息，请尽快处理。", n % 900 + 1, n % 20 + 2)
}

/// Starts a platform of its own and lets citizens file.
///
/// # Errors
/// When the platform does not start, a citizen is turned away, or an acknowledged matter cannot be found.
pub async fn portal(options: Portal) -> Result<()> {
    let before = register::load_average();
    let scratch = Scratch::new()?;
    let folder = scratch.0.display().to_string();
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let listen = format!("127.0.0.1:{port}");
    let exe = std::env::current_exe()?;
    let args = ["--data", &folder, "--demo", "--demo-orders", "0", "--portal-listen", &listen, "--behind-tls"];
    let server = Server::start(&exe, &args)?;
    let client = Client::builder().redirect(Policy::none()).tls_certs_only([]).build()?;
    let base = format!("http://{listen}");
    let count = options.rate * options.seconds;

    let begun = Instant::now();
    let (mut visitors, mut pages) = (Vec::new(), Pages::default());
    let mut prepared = stream::iter((0..count).map(|n| prepare(Visitor::new(&client, &base, n), n)))
        .buffered(options.preparing.max(1));
    while let Some(done) = prepared.next().await {
        let (visitor, seen) = done?;
        visitors.push(visitor);
        pages.join(seen);
    }
    drop(prepared);
    let preparing = begun.elapsed();

    let data = Data::at(scratch.0.clone(), None);
    let app = crate::wire_up::open(&data).await?;
    let codes = codes(&app).await?;
    let used = server.cpu_seconds()?;
    let run = file_all(visitors, &codes, options.rate).await?;
    let cpu = server.cpu_seconds()? - used;
    pages.join(run.pages);
    let lost = lost(&app, &run.receipts).await?;

    let (rate, took) = (options.rate, run.took.as_secs_f64());
    println!("\n### 群众网站（HTTP，SQLite，synchronous=FULL，每件均经短信验证码核实）\n");
    let mut table = Table::new(&["目标 件/秒", "实际 件/秒", "已给回执", "失败", "丢失", "CPU 毫秒/件"]);
    let each = cpu * 1000.0 / f64::from(count);
    let done = u32::try_from(run.receipts.len())?;
    table.row(&[
        rate.to_string(),
        format!("{:.0}", f64::from(done) / took),
        done.to_string(),
        run.failed.to_string(),
        lost.to_string(),
        ms(each),
    ]);
    println!("{table}\n{}", pages.table());
    println!(
        "填写、核对和取验证码在提交之前办完，用时 {:.0} 秒（{} 人同时）；“提交”和“回执”在目标速率下测得。",
        preparing.as_secs_f64(),
        options.preparing
    );
    println!("时间从客户端量，含网络与排队；负载（1 分钟）开始 {before}，结束 {}", register::load_average());
    if lost > 0 || run.failed > 0 {
        bail!("{lost} matters with a receipt cannot be found, {} were not filed", run.failed);
    }
    Ok(())
}

/// The form up to the code that was asked for.
async fn prepare(mut visitor: Visitor, n: u32) -> Result<(Visitor, Pages)> {
    let mut pages = Pages::default();
    pages.add("首页", visitor.get("/").await?.took);
    let form = visitor.get("/report").await?;
    pages.add("填写", form.took);
    let (area, phone, content) = (area_of(&form.html)?, phone(n), content(n));
    let fields = [
        ("kind", "help"),
        ("content", content.as_str()),
        ("area", area.as_str()),
        ("address", "学院路1号"),
        ("name", "测试人"),
        ("phone", phone.as_str()),
        ("consent", "1"),
    ];
    let saved = visitor.post_parts("/report", &fields).await?;
    if saved.location.as_deref() != Some("/report/confirm") {
        bail!("the form was not taken: {:?}", saved.location);
    }
    pages.add("保存", saved.took);
    let confirm = visitor.get("/report/confirm").await?;
    pages.add("核对", confirm.took);
    let (answer, token) = solve(&confirm.html).context("a sum is asked before a code is sent")?;
    let sent = visitor.post("/report/code", &[("captcha", &answer), ("token", &token)]).await?;
    if sent.location.as_deref() != Some("/report/confirm?sent=1#code") {
        bail!("no code was sent to {phone}");
    }
    pages.add("取验证码", sent.took);
    Ok((visitor, pages))
}

/// Code by number, from the messages that wait to be sent.
async fn codes(app: &App) -> Result<BTreeMap<String, String>> {
    let queued = store::sms::list_queued(&app.store.db, &app.store.vault, u32::MAX).await?;
    let code =
        |text: &str| text.split("验证码").nth(1).map(|t| t.chars().filter(char::is_ascii_digit).take(6).collect());
    Ok(queued.iter().filter_map(|m| Some((m.to.clone(), code(&m.text)?))).collect())
}

struct Run {
    receipts: Vec<String>,
    failed: usize,
    took: Duration,
    pages: Pages,
}

/// Everybody presses the button at their moment, whether or not the ones before have been answered.
async fn file_all(visitors: Vec<Visitor>, codes: &BTreeMap<String, String>, rate: u32) -> Result<Run> {
    let begun = tokio::time::Instant::now();
    let mut filing = Vec::new();
    for (n, visitor) in (0_u32..).zip(visitors) {
        let code = codes.get(&phone(n)).with_context(|| format!("a code was sent to {}", phone(n)))?.clone();
        let at = begun + Duration::from_secs_f64(f64::from(n) / f64::from(rate));
        filing.push(tokio::spawn(async move {
            tokio::time::sleep_until(at).await;
            file(visitor, &code).await
        }));
    }
    let mut run = Run { receipts: Vec::new(), failed: 0, took: Duration::ZERO, pages: Pages::default() };
    for one in filing {
        match one.await? {
            Ok((receipt, pages)) => {
                run.receipts.push(receipt);
                run.pages.join(pages);
            }
            Err(e) => {
                if run.failed == 0 {
                    eprintln!("first failure: {e:#}");
                }
                run.failed += 1;
            }
        }
    }
    run.took = begun.elapsed();
    Ok(run)
}

/// Presses the button; the query code of the receipt.
async fn file(mut visitor: Visitor, code: &str) -> Result<(String, Pages)> {
    let mut pages = Pages::default();
    let sent = visitor.post("/report/submit", &[("otp", code), ("own_seen", "1"), ("choice", "new")]).await?;
    if sent.location.as_deref() != Some("/report/done") {
        bail!("not filed: {:?}", sent.location);
    }
    pages.add("提交", sent.took);
    let done = visitor.get("/report/done").await?;
    pages.add("回执", done.took);
    let code = done.html.split("id=\"query-code\">").nth(1).and_then(|t| t.split('<').next());
    let code = code.context("the receipt shows a query code")?.chars().filter(char::is_ascii_digit).collect();
    Ok((code, pages))
}

/// Receipts whose matter is not there, or is another's too.
async fn lost(app: &std::sync::Arc<App>, receipts: &[String]) -> Result<usize> {
    let desk = CoreDesk { app: std::sync::Arc::clone(app) };
    let mut numbers = BTreeSet::new();
    for code in receipts {
        let found = desk.find(Query::Code { code: code.clone() }, &Caller::default()).await;
        if let Ok([one]) = found.as_deref() {
            numbers.insert(one.case_no.clone());
        }
    }
    Ok(receipts.len() - numbers.len())
}
