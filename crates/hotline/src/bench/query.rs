//! 查询: the general query over years of orders, as three people with different sight would ask it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use app::view::OrderQuery;
use app::{App, Ctx};
use clap::Args;
use domain::authority::{Actor, Role, Scope};
use domain::env::By;
use kernel::{OrgId, Ts};

use super::Scratch;
use super::cases::{DAYS, Maker};
use super::load::percentile;
use super::reports;
use super::table::{Table, ms};
use super::words::{Dice, name, phone};
use crate::{cli, wire_up};

/// Orders written in one transaction.
const BATCH: usize = 5_000;

#[derive(Args)]
pub struct Query {
    /// 工单总数，不足则补齐
    #[arg(long, default_value_t = 1_000_000)]
    rows: usize,
    /// 每种组合查询多少次，条件各不相同
    #[arg(long, default_value_t = 50)]
    runs: usize,
    /// 数据目录，保留以备再测；缺省用完即删
    #[arg(long)]
    data: Option<PathBuf>,
    /// 数据库地址；缺省为数据目录下的 SQLite
    #[arg(long)]
    database: Option<String>,
    /// 同时打印查询计划
    #[arg(long)]
    plans: bool,
    /// 只测编号含此文字的组合
    #[arg(long)]
    only: Option<String>,
    /// 随机种子
    #[arg(long, default_value_t = 12345)]
    seed: u64,
}

/// Fills the database up and asks.
///
/// # Errors
/// When the database cannot be opened, filled or asked.
pub async fn query(options: Query) -> Result<()> {
    let scratch = Scratch::new()?;
    let data = options.data.clone().unwrap_or_else(|| scratch.0.clone());
    let app = wire_up::open(&cli::Data::at(data, options.database.clone())).await?;
    app::seed::first_start(&app).await?;
    app::demo::demo_load(&app, Some(0), &|_, _| {}).await?;
    app.refresh().await?;
    fill(&app, options.rows, options.seed).await?;

    let facts = Facts::load(&app).await?;
    let rows = store::bulk::last_no(&app.store.db).await?;
    println!("\n### 查询（{rows} 件工单，每种组合 {} 次，毫秒）\n", options.runs);
    let mut table = Table::new(&["组合", "范围", "p50", "p95", "p99", "最长", "平均命中", "计数 p50", "计数 p95"]);
    let mut plans = Vec::new();
    for combination in COMBINATIONS.iter().filter(|c| options.only.as_ref().is_none_or(|o| c.name.contains(o.as_str())))
    {
        for viewer in &facts.viewers {
            let mut dice = Dice::new(options.seed);
            let (mut took, mut counting, mut hits) = (Vec::new(), Vec::new(), 0_usize);
            for run in 0..options.runs {
                let query = (combination.make)(&mut dice, &facts);
                let ctx = viewer.ctx(&app);
                let begun = Instant::now();
                let page = app::order::order_list(&app, &ctx, &query).await?;
                took.push(begun.elapsed());
                let begun = Instant::now();
                app::order::order_count(&app, &ctx, &query).await?;
                counting.push(begun.elapsed());
                hits += page.items.len();
                if run == 0 && options.plans {
                    plans.push(plan(&app, &ctx, combination.name, viewer, &query).await?);
                }
            }
            table.row(&line(combination.name, viewer.label, &mut took, &mut counting, hits));
        }
    }
    println!("{table}");
    if options.only.as_ref().is_none_or(|o| "报表".contains(o.as_str())) {
        println!("{}", reports::received(&app, &facts, options.runs, options.seed).await?);
    }
    for plan in plans {
        println!("{plan}");
    }
    app.store.db.close().await;
    Ok(())
}

fn line(name: &str, viewer: &str, took: &mut [Duration], counting: &mut [Duration], hits: usize) -> [String; 9] {
    took.sort();
    counting.sort();
    let at = |share| ms(percentile(took, share));
    let mean = hits / took.len().max(1);
    let counted = |share| ms(percentile(counting, share));
    let mean = mean.to_string();
    [name.to_owned(), viewer.to_owned(), at(0.5), at(0.95), at(0.99), at(1.0), mean, counted(0.5), counted(0.95)]
}

async fn plan(app: &Arc<App>, ctx: &Ctx, name: &str, viewer: &Viewer, query: &OrderQuery) -> Result<String> {
    let world = app.world();
    let (filter, sort) = app::order::search_of(query, &viewer.actor, &world)?;
    let scope = domain::authority::scope_filter(&viewer.actor, &world.directory);
    let steps = match store::search::explainable(&app.store, &filter, &scope, sort, ctx.now).await? {
        Some(built) => store::bulk::plan(&app.store.db, &built).await?,
        None => vec!["nothing can be seen".to_owned()],
    };
    Ok(format!("#### {name}（{}）\n\n```\n{}\n```\n", viewer.label, steps.join("\n")))
}

/// Writes the missing orders: one thread makes and seals them, one writes.
pub(super) async fn fill(app: &Arc<App>, all: usize, seed: u64) -> Result<()> {
    let db = &app.store.db;
    let have = usize::try_from(store::bulk::last_no(db).await?)?;
    if have >= all {
        return Ok(());
    }
    let (mut maker, vault, dialect) = (Maker::new(app, seed).await?, app.store.vault.clone(), db.dialect());
    let (send, mut ready) = tokio::sync::mpsc::channel(2);
    let making = tokio::task::spawn_blocking(move || {
        for from in (have..all).step_by(BATCH) {
            let batch = maker.batch(from, (from + BATCH).min(all), all);
            let first = i64::try_from(from + 1).unwrap_or(i64::MAX);
            if send.blocking_send((batch.len(), store::bulk::rows(&vault, dialect, first, &batch))).is_err() {
                return;
            }
        }
    });
    let begun = Instant::now();
    let (mut orders, mut rows) = (0, 0);
    while let Some((n, batch)) = ready.recv().await {
        let mut tx = db.begin().await?;
        rows += store::bulk::write(&mut tx, batch).await?;
        tx.commit().await?;
        orders += n;
        if orders % (BATCH * 10) == 0 {
            eprintln!("已生成 {}/{all} 件工单，{:.0} 秒", have + orders, begun.elapsed().as_secs_f64());
        }
    }
    making.await.context("the maker panicked")?;
    store::bulk::finish(db).await?;
    let seconds = begun.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let (per_order, per_row) = (orders as f64 / seconds, rows as f64 / seconds);
    println!("生成 {orders} 件工单（共 {rows} 行）用时 {seconds:.0} 秒：{per_order:.0} 件/秒，{per_row:.0} 行/秒");
    Ok(())
}

/// Whoever asks.
pub(super) struct Viewer {
    pub label: &'static str,
    actor: Actor,
}

impl Viewer {
    pub(super) fn ctx(&self, app: &App) -> Ctx {
        Ctx { by: By::Person(self.actor.clone()), ..app.system("bench") }
    }
}

/// Somebody at the registration desk.
pub(super) async fn agent(app: &Arc<App>) -> Result<Ctx> {
    let facts = Facts::load(app).await?;
    let agent = facts.viewers.iter().find(|v| v.actor.has(Role::Agent)).context("the demo city has no agent")?;
    Ok(agent.ctx(app))
}

/// What conditions can be made of.
pub(super) struct Facts {
    now: Ts,
    pub viewers: Vec<Viewer>,
    leads: Vec<OrgId>,
    /// Two digits of category, six of region.
    heads: Vec<String>,
    counties: Vec<String>,
}

impl Facts {
    async fn load(app: &Arc<App>) -> Result<Self> {
        let world = app.world();
        let appointments = store::appointment::list_all(&app.store.db).await?;
        let viewer = |label: &'static str, role: Role, scope: Scope, org: Option<OrgId>| {
            let fits = |a: &&store::appointment::Appointment| {
                a.roles.contains(&role) && a.scope == scope && org.is_none_or(|o| a.org == o)
            };
            let a = appointments.iter().find(fits).with_context(|| format!("the demo city has nobody for {label}"))?;
            let actor = Actor {
                user: a.user,
                appointment: a.id,
                name: label.to_owned(),
                org: a.org,
                roles: a.roles.clone(),
                scope: a.scope,
                on_behalf_of: None,
                recused_orgs: Vec::new(),
            };
            anyhow::Ok(Viewer { label, actor })
        };
        let leads = store::bulk::busiest_leads(&app.store.db).await?;
        let busiest = *leads.first().context("some order has been dispatched")?;
        let mut heads: Vec<String> =
            world.directory.categories().filter(|c| c.level == 1).map(|c| c.code.clone()).collect();
        heads.sort();
        let counties = world.directory.orgs().filter_map(|o| world.directory.county_of(o.id)).map(|c| c.region.clone());
        let mut counties: Vec<String> = counties.collect();
        counties.sort();
        counties.dedup();
        Ok(Self {
            now: app.now(),
            viewers: vec![
                viewer("全市", Role::Auditor, Scope::All, None)?,
                viewer("区县领导", Role::Leader, Scope::RegionSubtree, None)?,
                viewer("部门", Role::UnitAdmin, Scope::OrgSubtree, Some(busiest))?,
                viewer("话务员", Role::Agent, Scope::Own, None)?,
            ],
            leads,
            heads,
            counties,
        })
    }

    /// A span of `days`, somewhere in the years there are.
    pub(super) fn span(&self, dice: &mut Dice, days: i64) -> (Option<Ts>, Option<Ts>) {
        let back = i64::try_from(dice.below(usize::try_from(DAYS - days).unwrap_or(1))).unwrap_or(0);
        let to = self.now.plus_days(-back);
        (Some(to.plus_days(-days)), Some(to))
    }
}

struct Combination {
    name: &'static str,
    make: fn(&mut Dice, &Facts) -> OrderQuery,
}

/// The ten a desk asks all day, and below them the ones that hurt.
const COMBINATIONS: &[Combination] = &[
    Combination { name: "1 最新工单", make: |_, _| OrderQuery::default() },
    Combination {
        name: "2 状态",
        make: |dice, _| OrderQuery {
            state: Some(
                (*dice.pick(&["dispatched,handling", "center_audit", "closed", "pending_callback", "archived"]))
                    .to_owned(),
            ),
            ..OrderQuery::default()
        },
    },
    Combination {
        name: "3 一个月",
        make: |dice, facts| {
            let (registered_from, registered_to) = facts.span(dice, 30);
            OrderQuery { registered_from, registered_to, ..OrderQuery::default() }
        },
    },
    Combination {
        name: "4 季度＋一级分类",
        make: |dice, facts| {
            let (registered_from, registered_to) = facts.span(dice, 91);
            OrderQuery {
                registered_from,
                registered_to,
                category: Some(dice.pick(&facts.heads).clone()),
                ..OrderQuery::default()
            }
        },
    },
    Combination {
        name: "5 季度＋区县＋已办结",
        make: |dice, facts| {
            let (registered_from, registered_to) = facts.span(dice, 91);
            let region = Some(dice.pick(&facts.counties).clone());
            OrderQuery {
                registered_from,
                registered_to,
                region,
                state: Some("closed,archived".to_owned()),
                ..OrderQuery::default()
            }
        },
    },
    Combination {
        name: "6 主办机构＋季度",
        make: |dice, facts| {
            let (registered_from, registered_to) = facts.span(dice, 91);
            let lead_org = Some(facts.leads[dice.skewed(facts.leads.len())].to_string());
            OrderQuery { registered_from, registered_to, lead_org, ..OrderQuery::default() }
        },
    },
    Combination {
        name: "7 电话",
        make: |dice, _| OrderQuery { phone: Some(phone(dice.skewed(200_000) as u64)), ..OrderQuery::default() },
    },
    Combination {
        name: "8 全文＋半年",
        make: |dice, facts| {
            let (registered_from, registered_to) = facts.span(dice, 182);
            let q =
                (*dice.pick(&["路灯", "噪音 施工", "拖欠工资", "停水", "锦绣花园", "人民路", "医保报销", "垃圾清运"]))
                    .to_owned();
            OrderQuery { registered_from, registered_to, q: Some(q), ..OrderQuery::default() }
        },
    },
    Combination {
        name: "9 红灯按到期排序",
        make: |dice, _| OrderQuery {
            light: Some((*dice.pick(&["red", "yellow", "red,yellow"])).to_owned()),
            sort: Some("due_at".to_owned()),
            dir: Some("asc".to_owned()),
            ..OrderQuery::default()
        },
    },
    Combination {
        name: "10 半年＋类型＋来源＋不满意",
        make: |dice, facts| {
            let (registered_from, registered_to) = facts.span(dice, 182);
            let demand_type = Some((*dice.pick(&["complaint", "help", "consult"])).to_owned());
            let channel = Some((*dice.pick(&["01", "02", "04"])).to_owned());
            let rating = Some("dissat,very_dissat".to_owned());
            OrderQuery { registered_from, registered_to, demand_type, channel, rating, ..OrderQuery::default() }
        },
    },
    Combination {
        name: "难1 全文无时间",
        make: |dice, _| OrderQuery {
            q: Some((*dice.pick(&["市民", "路灯不亮", "希望", "幸福里 停水", "锦绣花园", "查无此词语"])).to_owned()),
            ..OrderQuery::default()
        },
    },
    Combination {
        name: "难2 姓名",
        make: |dice, _| OrderQuery { name: Some(name(dice.skewed(200_000) as u64)), ..OrderQuery::default() },
    },
    Combination {
        name: "难3 分类＋区县无时间",
        make: |dice, facts| OrderQuery {
            category: Some(dice.pick(&facts.heads).clone()),
            region: Some(dice.pick(&facts.counties).clone()),
            ..OrderQuery::default()
        },
    },
    Combination {
        name: "难4 协办机构＋特急",
        make: |dice, facts| OrderQuery {
            co_org: Some(dice.pick(&facts.leads).to_string()),
            urgency: Some("u1".to_owned()),
            ..OrderQuery::default()
        },
    },
];
