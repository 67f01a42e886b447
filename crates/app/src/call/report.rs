//! 话务报表: R01 by day, hour, agent or skill, and R14 of each agent's work. Sums come from the tables, figures from
//! `domain::indicator`.

use std::collections::BTreeMap;

use domain::authority::Permission;
use domain::indicator::{CallSums, Rate, seats_per_100k};
use kernel::{Refusal, Ts, UserId};
use render::{Cell, Column};
use store::call::{Tally, TallyBy, TallyRow, Window, tally};
use store::seat_span::SpanSum;

use super::settings::thresholds;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::export::{self, Export, Table};
use crate::view::{AgentRow, BusyView, ExcludedView, FloorExportForm, FloorQuery, FloorReport, FloorRow, SeatsView};
use crate::world::World;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Days a report may span, by its rows.
const DAYS_MOST: i64 = 400;
const HOUR_DAYS_MOST: i64 = 31;

/// What the rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Day,
    Hour,
    Agent,
    Skill,
}

impl By {
    fn of(text: Option<&str>) -> Result<Self> {
        Ok(match text.filter(|t| !t.is_empty()).unwrap_or("day") {
            "day" => Self::Day,
            "hour" => Self::Hour,
            "agent" => Self::Agent,
            "skill" => Self::Skill,
            other => return Err(Refusal::invalid("by", format!("没有“{other}”这种统计方式")).into()),
        })
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Agent => "agent",
            Self::Skill => "skill",
        }
    }

    const fn tally(self) -> TallyBy {
        match self {
            Self::Day => TallyBy::Day,
            Self::Hour => TallyBy::Hour,
            Self::Agent => TallyBy::Agent,
            Self::Skill => TallyBy::Skill,
        }
    }
}

/// R01, with R14 when asked for by agent.
pub async fn floor_report(app: &App, ctx: &Ctx, query: &FloorQuery) -> Result<FloorReport> {
    ctx.require_ready()?;
    ctx.require(Permission::CallReport)?;
    let by = By::of(query.by.as_deref())?;
    let midnight = Ts::start_of(ctx.now.date());
    let from = query.from.unwrap_or(midnight);
    let until = query.to.unwrap_or_else(|| midnight.plus_days(1));
    let days = if by == By::Hour { HOUR_DAYS_MOST } else { DAYS_MOST };
    if until <= from || until.millis_since(from) > days * DAY_MS {
        return Err(Refusal::invalid("to", format!("结束时间须晚于开始时间，且不超过{days}天")).into());
    }
    let world = app.fresh_world().await?;
    let db = &app.store.db;
    let excluded = store::call_window::windows_within(db, from, until).await?;
    let [first, second] = thresholds(&world);
    let asked = Tally {
        over: Window { from, until },
        without: excluded.iter().map(|w| Window { from: w.from_at, until: w.to_at }).collect(),
        short_ms: world.params.int("call.short_abandon_s") * 1000,
        quick_ms: [first * 1000, second * 1000],
        callback_ms: world.params.int("call.missed_callback_min") * 60_000,
    };
    let counted = tally(db, &asked, by.tally()).await?;
    let whole = tally(db, &asked, TallyBy::Total).await?.into_iter().next().unwrap_or_default();
    let agents = if by == By::Agent { agents(app, &world, &counted, from, until).await? } else { Vec::new() };
    let skilled: std::collections::BTreeSet<UserId> =
        store::user_skill::list_skills(db).await?.into_iter().map(|(user, ..)| user).collect();
    let seats = i64::try_from(skilled.len()).unwrap_or(0);
    let population = world.params.int("call.population");
    Ok(FloorReport {
        from,
        to: until,
        by: by.code().to_owned(),
        thresholds: vec![first, second],
        rows: rows(by, &counted, &world, from, until),
        sum: row("sum".to_owned(), "合计".to_owned(), sums(&whole)),
        seats: SeatsView { agents: seats, population, per_100k: seats_per_100k(seats, population) },
        excluded: excluded
            .into_iter()
            .map(|w| ExcludedView { from: w.from_at, to: w.to_at, reason: w.reason })
            .collect(),
        agents,
    })
}

fn sums(r: &TallyRow) -> CallSums {
    CallSums {
        offered: r.offered,
        answered: r.answered,
        abandoned: r.offered - r.answered,
        short_abandoned: r.short_abandoned,
        messages: r.messages,
        booked: r.booked,
        in15: r.quick,
        in20: r.quick2,
        wait_ms: r.wait_ms,
        talk_ms: r.talk_ms,
        max_talk_ms: r.max_talk_ms,
        outbound: r.outbound,
        outbound_reached: r.outbound_reached,
        outbound_talk_ms: r.outbound_talk_ms,
        missed: r.missed,
        called_back: r.called_back,
        blocked: r.blocked,
        rating_asked: r.rating_asked,
        rated: r.rated,
        satisfied: r.satisfied,
        dissatisfied: r.dissatisfied,
    }
}

fn row(key: String, label: String, sums: CallSums) -> FloorRow {
    FloorRow { key, label, total: sums.total(), rates: sums.rates(), sums }
}

/// One row for each day or hour of the window, quiet ones too; for agents and skills those that had calls.
fn rows(by: By, counted: &[TallyRow], world: &World, from: Ts, until: Ts) -> Vec<FloorRow> {
    let unit = match by {
        By::Day => DAY_MS,
        By::Hour => HOUR_MS,
        By::Agent => {
            let of = |r: &TallyRow| Some(row(r.agent?.to_string(), world.user_name(r.agent?), sums(r)));
            return counted.iter().filter_map(of).collect();
        }
        By::Skill => {
            let of = |r: &TallyRow| {
                let skill = r.skill.clone()?;
                Some(row(skill.clone(), world.word("skill", &skill), sums(r)))
            };
            return counted.iter().filter_map(of).collect();
        }
    };
    let by_bucket: BTreeMap<i64, &TallyRow> = counted.iter().filter_map(|r| Some((r.bucket?, r))).collect();
    let beijing = 8 * HOUR_MS;
    let (first, last) = ((from.0 + beijing).div_euclid(unit), (until.0 - 1 + beijing).div_euclid(unit));
    (first..=last)
        .map(|bucket| {
            let start = Ts(bucket * unit - beijing);
            let label = match by {
                By::Day => start.date().to_string(),
                _ => start.format_cn(),
            };
            row(start.0.to_string(), label, by_bucket.get(&bucket).map(|r| sums(r)).unwrap_or_default())
        })
        .collect()
}

/// R14: everybody who was signed in, had calls, or was scored.
async fn agents(app: &App, world: &World, counted: &[TallyRow], from: Ts, until: Ts) -> Result<Vec<AgentRow>> {
    let (db, now) = (&app.store.db, app.now());
    let mut rows: BTreeMap<UserId, AgentRow> = BTreeMap::new();
    for span in store::seat_span::span_sums(db, from, until, now).await? {
        let row = rows.entry(span.user_id).or_insert_with(|| empty(span.user_id, world));
        add_span(row, &span, world);
    }
    for r in counted {
        let Some(user) = r.agent else { continue };
        let row = rows.entry(user).or_insert_with(|| empty(user, world));
        (row.answered, row.outbound) = (r.answered, r.outbound);
        row.aht = Rate::seconds(r.talk_ms, r.answered);
    }
    let pass = world.params.int("quality.pass");
    for s in store::quality::score_sums(db, from, until, pass).await? {
        let row = rows.entry(s.agent).or_insert_with(|| empty(s.agent, world));
        row.score_avg = Rate::per(s.points, s.n, 1);
        row.errors = s.errors;
    }
    for (user, praises, complaints) in store::call_remark::remark_sums(db, from, until).await? {
        let row = rows.entry(user).or_insert_with(|| empty(user, world));
        (row.praises, row.complaints) = (praises, complaints);
    }
    for (user, n) in store::stats::registered_by(db, from, until).await? {
        rows.entry(user).and_modify(|row| row.registered = n);
    }
    for (user, n) in store::stats::done_by(db, "W04", from, until).await? {
        rows.entry(user).and_modify(|row| row.direct = n);
    }
    let logins: BTreeMap<UserId, String> = store::staff::list_logins(db).await?.into_iter().collect();
    let mut rows: Vec<AgentRow> = rows.into_values().collect();
    for row in &mut rows {
        row.login = logins.get(&row.user).cloned().unwrap_or_default();
        row.occupancy = Rate::share(row.talking_ms + row.wrap_ms, row.signed_ms);
    }
    rows.sort_by(|a, b| a.login.cmp(&b.login));
    Ok(rows)
}

fn add_span(row: &mut AgentRow, span: &SpanSum, world: &World) {
    row.signed_ms += span.ms;
    match span.state.as_str() {
        "ready" => row.ready_ms += span.ms,
        "ringing" => row.ringing_ms += span.ms,
        "dialling" => row.dialling_ms += span.ms,
        "talking" => row.talking_ms += span.ms,
        "wrap_up" => {
            row.wrap_ms += span.ms;
            row.avg_wrap = Rate::seconds(row.wrap_ms, row.avg_wrap.den + span.n);
        }
        "busy" => row.busy.push(BusyView {
            reason_cn: span.reason.as_deref().map_or_else(|| "示忙".to_owned(), |r| busy_cn(r, world)),
            reason: span.reason.clone(),
            ms: span.ms,
        }),
        _ => {}
    }
}

fn busy_cn(reason: &str, world: &World) -> String {
    match reason {
        "no_answer" => "无应答".to_owned(),
        "media_lost" => "断线".to_owned(),
        "forced" => "被班长示忙".to_owned(),
        code => world.word("busy_reason", code),
    }
}

fn empty(user: UserId, world: &World) -> AgentRow {
    AgentRow {
        user,
        login: String::new(),
        name: world.user_name(user),
        signed_ms: 0,
        ready_ms: 0,
        busy: Vec::new(),
        ringing_ms: 0,
        dialling_ms: 0,
        talking_ms: 0,
        wrap_ms: 0,
        answered: 0,
        outbound: 0,
        aht: Rate::default(),
        avg_wrap: Rate::default(),
        occupancy: Rate::default(),
        registered: 0,
        direct: 0,
        score_avg: Rate::default(),
        errors: 0,
        praises: 0,
        complaints: 0,
    }
}

/// R01, or R14 for rows by agent, as a file.
pub async fn floor_export(app: &App, ctx: &Ctx, form: &FloorExportForm) -> Result<Export> {
    let query = FloorQuery { from: Some(form.from), to: Some(form.to), by: Some(form.by.clone()) };
    let report = floor_report(app, ctx, &query).await?;
    let filter = serde_json::to_value(&query)?;
    let excluded: Vec<String> = report
        .excluded
        .iter()
        .map(|w| format!("{}至{}（{}）", w.from.format_cn(), w.to.format_cn(), w.reason))
        .collect();
    let left_out = if excluded.is_empty() { "无".to_owned() } else { excluded.join("、") };
    let remark = format!(
        "统计期{}至{}，按来电时间；剔除时段：{left_out}；数据截至{}",
        form.from.format_cn(),
        form.to.format_cn(),
        ctx.now.format_cn()
    );
    let table = if report.by == "agent" { r14(&report, remark) } else { r01(&report, remark) };
    export::table_open(app, ctx, table, filter, &form.format, &form.purpose).await
}

/// “—” for a rate without a denominator.
fn rate(r: Rate) -> Cell {
    r.value.map_or_else(|| Cell::from("—"), Cell::Number)
}

fn minutes(ms: i64) -> Cell {
    Cell::Number((ms as f64 / 600.0).round() / 100.0)
}

fn columns(titles: &[&str]) -> Vec<Column> {
    titles.iter().map(|t| Column::new(*t, 14.0)).collect()
}

fn r01(report: &FloorReport, remark: String) -> Table {
    let [first, second] = [report.thresholds.first(), report.thresholds.get(1)].map(|t| t.copied().unwrap_or(15));
    let titles = [
        "时段".to_owned(),
        "来电总量".to_owned(),
        "接听量".to_owned(),
        "放弃量".to_owned(),
        "接通率(%)".to_owned(),
        format!("{first}秒内接听量"),
        format!("{first}秒接通率(%)"),
        format!("{first}秒服务水平(%)"),
        format!("{second}秒接通率(%)"),
        "平均等待时长(秒)".to_owned(),
        "平均通话时长(秒)".to_owned(),
        "最大通话时长(秒)".to_owned(),
        "放弃率(%)".to_owned(),
        "呼出量".to_owned(),
        "呼出平均时长(秒)".to_owned(),
        "合计话务量".to_owned(),
        "漏接量".to_owned(),
        "漏接回拨量".to_owned(),
        "漏接回拨率(%)".to_owned(),
        "黑名单拦截量".to_owned(),
        "参评率(%)".to_owned(),
        "满意率(%)".to_owned(),
    ];
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    let cells = |r: &FloorRow| {
        vec![
            Cell::from(r.label.as_str()),
            Cell::Int(r.sums.offered),
            Cell::Int(r.sums.answered),
            Cell::Int(r.sums.abandoned),
            rate(r.rates.conn_rate),
            Cell::Int(r.sums.in15),
            rate(r.rates.sl15),
            rate(r.rates.sl15_offered),
            rate(r.rates.sl20),
            rate(r.rates.asa),
            rate(r.rates.aht),
            Cell::Int(r.sums.max_talk_ms / 1000),
            rate(r.rates.abandon_rate),
            Cell::Int(r.sums.outbound),
            rate(r.rates.outbound_aht),
            Cell::Int(r.total),
            Cell::Int(r.sums.missed),
            Cell::Int(r.sums.called_back),
            rate(r.rates.missed_cb_rate),
            Cell::Int(r.sums.blocked),
            rate(r.rates.rated_rate),
            rate(r.rates.satisfy_rate),
        ]
    };
    let rows = report.rows.iter().chain(std::iter::once(&report.sum)).map(cells).collect();
    Table { kind: "r01", name: "话务情况统计表", columns: columns(&titles), rows, remark }
}

fn r14(report: &FloorReport, remark: String) -> Table {
    let titles = [
        "工号",
        "姓名",
        "签入时长(分)",
        "空闲(分)",
        "示忙(分)",
        "通话(分)",
        "整理(分)",
        "接听",
        "呼出",
        "平均通话(秒)",
        "平均整理时长(秒)",
        "工时利用率(%)",
        "建单",
        "直办",
        "质检均分",
        "差错",
        "表扬",
        "投诉",
    ];
    let cells = |a: &AgentRow| {
        vec![
            Cell::from(a.login.as_str()),
            Cell::from(a.name.as_str()),
            minutes(a.signed_ms),
            minutes(a.ready_ms),
            minutes(a.busy.iter().map(|b| b.ms).sum()),
            minutes(a.talking_ms),
            minutes(a.wrap_ms),
            Cell::Int(a.answered),
            Cell::Int(a.outbound),
            rate(a.aht),
            rate(a.avg_wrap),
            rate(a.occupancy),
            Cell::Int(a.registered),
            Cell::Int(a.direct),
            rate(a.score_avg),
            Cell::Int(a.errors),
            Cell::Int(a.praises),
            Cell::Int(a.complaints),
        ]
    };
    let rows = report.agents.iter().map(cells).collect();
    Table { kind: "r14", name: "坐席工作量表", columns: columns(&titles), rows, remark }
}
