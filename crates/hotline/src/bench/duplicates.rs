//! 判重: quality on messages whose events people have marked, and speed among very many orders.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use app::App;
use app::view::DuplicateForm;
use clap::Args;
use domain::duplicate::{Facts, Lexicon, rank_all};
use domain::order::{Channel, Confidentiality, DemandType, RegisterForm};
use domain::param::Params;
use kernel::{OrderId, Ts};
use store::duplicate::{Probe, Word};

use super::load::percentile;
use super::table::{Table, ms};
use super::words::phone;
use super::{Scratch, query};
use crate::{cli, wire_up};

/// Messages registered in one transaction.
const BATCH: usize = 200;
/// Pairs of unmarked messages of two people that tell of one matter (same place, same trouble): read and judged by hand
/// among all that are at least 23 % alike. Numbers of messages only; the messages themselves are not ours to publish.
const REPEATED: &str = include_str!("repeated.csv");
/// Orders compared with each.
const CANDIDATES: u32 = 100;

#[derive(Args)]
pub struct Duplicates {
    /// 标注数据目录：teddy_hot.csv 与 teddy_hot_gold_events.csv
    #[arg(long)]
    data: Option<PathBuf>,
    /// 另测速度：在这么多件工单中判重
    #[arg(long)]
    rows: Option<usize>,
    /// 测速用的数据目录，保留以备再测；缺省用完即删
    #[arg(long, requires = "rows")]
    keep: Option<PathBuf>,
    /// 测速用的数据库地址；缺省为数据目录下的 SQLite
    #[arg(long, requires = "keep")]
    database: Option<String>,
    /// 测速次数
    #[arg(long, default_value_t = 300)]
    runs: usize,
    /// 测速用的随机种子
    #[arg(long, default_value_t = 12345)]
    seed: u64,
}

/// Measures quality, speed or both.
///
/// # Errors
/// When the data cannot be read or the database not be filled.
pub async fn duplicates(options: Duplicates) -> Result<()> {
    if options.data.is_none() && options.rows.is_none() {
        bail!("请用 --data 指定标注数据目录，或用 --rows 指定测速的工单数");
    }
    if let Some(data) = &options.data {
        quality(data).await?;
    }
    if let Some(rows) = options.rows {
        speed(rows, &options).await?;
    }
    Ok(())
}

/// A marked message.
struct Message {
    no: String,
    user: String,
    text: String,
    at: Ts,
    /// Events it belongs to.
    member: BTreeSet<String>,
    /// Events it merely looks like.
    looks: BTreeSet<String>,
    /// People could not agree on it: nobody is blamed for finding or missing it.
    borderline: bool,
}

fn read(folder: &Path) -> Result<Vec<Message>> {
    let open = |name: &str| {
        let path = folder.join(name);
        csv::Reader::from_path(&path).with_context(|| format!("无法读取 {}", path.display()))
    };
    type Line = HashMap<String, String>;
    let mut marks: HashMap<String, Vec<(String, String)>> = HashMap::new();
    for line in open("teddy_hot_gold_events.csv")?.deserialize::<Line>() {
        let mut line = line?;
        let mut take = |key: &str| line.remove(key).unwrap_or_default();
        marks.entry(take("msg_id")).or_default().push((take("event_id"), take("role")));
    }
    let mut messages = Vec::new();
    for line in open("teddy_hot.csv")?.deserialize::<Line>() {
        let mut line = line?;
        let mut take = |key: &str| line.remove(key).unwrap_or_default();
        let (no, time) = (take("msg_id"), take("time"));
        let iso = format!("{}+08:00", time.replace(' ', "T"));
        let marked = marks.remove(&no).unwrap_or_default();
        let of = |role: &str| marked.iter().filter(|(_, r)| r.starts_with(role)).map(|(e, _)| e.clone()).collect();
        messages.push(Message {
            at: Ts::parse_iso(&iso).with_context(|| format!("消息 {no} 的时间无法识别：{time}"))?,
            text: format!("{}\n{}", take("title"), take("detail")),
            user: take("user"),
            member: of("member"),
            looks: of("hard_negative"),
            borderline: marked.iter().any(|(_, r)| r == "ignore"),
            no,
        });
    }
    messages.sort_by_key(|m| m.at);
    Ok(messages)
}

/// What the check said of one message: others by likeness, and whether the best is taken for the same event.
struct Told {
    best: Vec<usize>,
    linked: bool,
    /// The best of another person's, when that is linked.
    linked_other: Option<usize>,
    took: Duration,
}

async fn quality(folder: &Path) -> Result<()> {
    let messages = read(folder)?;
    let scratch = Scratch::new()?;
    let app = wire_up::open(&cli::Data::at(scratch.0.clone(), None)).await?;
    app::seed::first_start(&app).await?;
    app.refresh().await?;
    let ids = register(&app, &messages).await?;
    let lexicon = app.lexicon().await?;
    let params = Params::defaults();
    let mut told = Vec::new();
    for (i, message) in messages.iter().enumerate() {
        told.push(ask(&app, &messages, &ids, i, message, &lexicon, &params).await?);
    }
    println!("\n### 判重质量（{} 条消息，{} 个事件）\n", messages.len(), events(&messages).len());
    println!("{}", table(&messages, &told));
    let mut took: Vec<Duration> = told.iter().map(|t| t.took).collect();
    took.sort();
    println!("每次判重 p50 {} ms，p95 {} ms", ms(percentile(&took, 0.5)), ms(percentile(&took, 0.95)));
    app.store.db.close().await;
    Ok(())
}

fn events(messages: &[Message]) -> BTreeSet<&String> {
    messages.iter().flat_map(|m| &m.member).collect()
}

async fn register(app: &Arc<App>, messages: &[Message]) -> Result<HashMap<OrderId, usize>> {
    let world = app.world();
    let ctx = app.system("bench");
    let mut ids = HashMap::new();
    for (chunk_no, chunk) in messages.chunks(BATCH).enumerate() {
        let mut tx = app.store.db.begin().await?;
        for (n, message) in chunk.iter().enumerate() {
            let (title, content) = message.text.split_once('\n').unwrap_or_default();
            let form = RegisterForm {
                channel: Some(Channel::Web),
                demand_type: Some(DemandType::Consult),
                category: "990300".to_owned(),
                title: title.chars().take(50).collect(),
                // Some say everything in the title.
                content: if content.trim().chars().count() < 5 { message.text.clone() } else { content.to_owned() },
                region: "990100000000".to_owned(),
                anonymous: true,
                confidentiality: Some(Confidentiality::None),
                duplicates_checked: true,
                src_sys: Some("bench".to_owned()),
                src_no: Some(message.no.clone()),
                received_at: Some(message.at),
                ..RegisterForm::default()
            };
            let made = app::order::register_in(&mut tx, app, &ctx, &world, &form, true).await?;
            ids.insert(made.id, chunk_no * BATCH + n);
        }
        tx.commit().await?;
    }
    Ok(ids)
}

async fn ask(
    app: &Arc<App>,
    messages: &[Message],
    ids: &HashMap<OrderId, usize>,
    own: usize,
    message: &Message,
    lexicon: &Lexicon,
    params: &Params,
) -> Result<Told> {
    let begun = Instant::now();
    let probe = Probe { words: Word::telling(lexicon, &message.text), ..Probe::default() };
    let found = store::duplicate::candidates(&app.store, &probe, Ts(0), CANDIDATES).await?;
    let facts = |title: &str, content: &str| Facts { text: format!("{title}\n{content}"), ..Facts::default() };
    let (title, content) = message.text.split_once('\n').unwrap_or_default();
    let others = found.iter().filter_map(|o| Some((*ids.get(&o.id)?, facts(&o.title, &o.content))));
    let others = others.filter(|(i, _)| *i != own);
    let mut ranked = rank_all(&facts(title, content), others, params, lexicon);
    let took = begun.elapsed();
    // By likeness alone: nothing else is known of these messages.
    ranked.sort_by_key(|(_, scored)| std::cmp::Reverse(scored.alike));
    // Who asks about a marked event must not be led astray by what people could not agree on.
    if !message.member.is_empty() {
        ranked.retain(|(i, _)| !messages[*i].borderline || !messages[*i].member.is_empty());
    }
    let other = ranked.iter().find(|(i, _)| messages[*i].user != message.user);
    Ok(Told {
        linked: ranked.first().is_some_and(|(_, s)| s.same_event),
        linked_other: other.filter(|(_, s)| s.same_event).map(|(i, _)| *i),
        best: ranked.into_iter().map(|(i, _)| i).collect(),
        took,
    })
}

/// Right and wrong links of some messages.
#[derive(Default)]
struct Tally {
    asked: usize,
    in_five: usize,
    right: usize,
    wrong: usize,
}

impl Tally {
    fn add(&mut self, messages: &[Message], i: usize, told: &Told) {
        let mates = |j: &usize| !messages[*j].member.is_disjoint(&messages[i].member);
        self.asked += 1;
        self.in_five += usize::from(told.best.iter().take(5).any(mates));
        if told.linked {
            let right = told.best.first().is_some_and(mates);
            self.right += usize::from(right);
            self.wrong += usize::from(!right);
        }
    }

    fn cells(&self, name: &str) -> [String; 6] {
        let precision = share(self.right, self.right + self.wrong);
        let recall = share(self.right, self.asked);
        let f1 = 2.0 * precision * recall / (precision + recall).max(f64::EPSILON);
        let shown = |x: f64| format!("{x:.3}");
        [
            name.to_owned(),
            self.asked.to_string(),
            shown(share(self.in_five, self.asked)),
            shown(precision),
            shown(recall),
            shown(f1),
        ]
    }
}

#[expect(clippy::cast_precision_loss, reason = "thousands at most")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The marked events in two halves: a figure that only one of them reaches would be chance.
fn half(event: &str) -> &'static str {
    let n: usize = event.trim_start_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0);
    if n.is_multiple_of(2) { "双号事件" } else { "单号事件" }
}

fn table(messages: &[Message], told: &[Told]) -> String {
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for (i, message) in messages.iter().enumerate() {
        let Some(event) = message.member.first() else { continue };
        for part in ["全部", half(event)] {
            tallies.entry(part).or_default().add(messages, i, &told[i]);
        }
    }
    let mut quality = Table::new(&["部分", "消息", "前5召回", "准确率", "召回率", "F1"]);
    for (part, tally) in &tallies {
        quality.row(&tally.cells(part));
    }
    let alone = |m: &Message| m.member.is_empty() && m.looks.is_empty() && !m.borderline;
    let unrelated: Vec<usize> = (0..messages.len()).filter(|i| alone(&messages[*i])).collect();
    let to_event =
        |i: &&usize| told[**i].linked && told[**i].best.first().is_some_and(|j| !messages[*j].member.is_empty());
    let looks: Vec<usize> = (0..messages.len()).filter(|i| !messages[*i].looks.is_empty()).collect();
    let misled = |i: &&usize| {
        let Told { linked, best, .. } = &told[**i];
        *linked && best.first().is_some_and(|j| !messages[*j].member.is_disjoint(&messages[**i].looks))
    };
    let mut wrong = Table::new(&["误连", "消息", "比例"]);
    let mut line = |name: &str, n: usize, of: usize| {
        wrong.row(&[name.to_owned(), of.to_string(), format!("{:.3}", share(n, of))]);
    };
    line("无关消息连到标注事件", unrelated.iter().filter(to_event).count(), unrelated.len());
    line("相似但不同的消息连到所似事件", looks.iter().filter(misled).count(), looks.len());
    let repeated: BTreeSet<(&str, &str)> = REPEATED.lines().filter_map(|pair| pair.split_once(',')).collect();
    let one_matter = |i: usize, j: usize| {
        let (a, b) = (messages[i].no.as_str(), messages[j].no.as_str());
        repeated.contains(&(a.min(b), a.max(b)))
    };
    let others = unrelated.iter().filter_map(|&i| Some((i, told[i].linked_other?)));
    let (right, wrong_other): (Vec<_>, Vec<_>) = others.partition(|&(i, j)| one_matter(i, j));
    line("无关消息连到他人的另一件事", wrong_other.len(), unrelated.len());
    line("未标注而人工认定为同一件事的", right.len(), unrelated.len());
    format!("{quality}\n{wrong}")
}

/// The whole check as the registration desk asks for it, among very many orders.
async fn speed(rows: usize, options: &Duplicates) -> Result<()> {
    let scratch = Scratch::new()?;
    let data = options.keep.clone().unwrap_or_else(|| scratch.0.clone());
    let app = wire_up::open(&cli::Data::at(data, options.database.clone())).await?;
    app::seed::first_start(&app).await?;
    app::demo::demo_load(&app, Some(0), &|_, _| {}).await?;
    app.refresh().await?;
    query::fill(&app, rows, options.seed).await?;
    let begun = Instant::now();
    app.lexicon().await?;
    let learnt = begun.elapsed();
    let agent = query::agent(&app).await?;
    let texts = store::duplicate::recent_texts(&app.store.db, u32::try_from(options.runs)?).await?;
    let mut took = Vec::new();
    let mut hits = 0;
    for (n, (title, content)) in texts.into_iter().enumerate() {
        let form = DuplicateForm {
            phone: Some(phone(u64::try_from(n)?)),
            title: Some(title),
            content: Some(content),
            ..DuplicateForm::default()
        };
        let begun = Instant::now();
        hits += app::intake::duplicate_check(&app, &agent, &form).await?.len();
        took.push(begun.elapsed());
    }
    took.sort();
    println!("\n### 判重速度（{rows} 件工单，{} 次，毫秒）\n", took.len());
    let mut table = Table::new(&["p50", "p95", "p99", "最长", "平均提示", "统计词频"]);
    let at = |share| ms(percentile(&took, share));
    let mean = format!("{:.1}", share(hits, took.len()));
    table.row(&[at(0.5), at(0.95), at(0.99), at(1.0), mean, ms(learnt.as_secs_f64() * 1000.0)]);
    println!("{table}");
    app.store.db.close().await;
    Ok(())
}
