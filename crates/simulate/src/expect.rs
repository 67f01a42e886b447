//! What a year must have seen at least once, and how often it did.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::callback::CallbackOutcome;
use domain::monitor::rules;
use domain::order::table::ORDER_TRANSITIONS;
use domain::reply_gate::GateRule;
use domain::request::RequestKind;
use domain::supervision::{SUPERVISE_STEPS, SuperviseLevel};
use domain::task_table::TASK_TRANSITIONS;
use store::census::{self, Line, Subject};

use crate::run::{Sim, Year};
use crate::{arrive, blunder};

/// One thing that was to happen.
pub struct Fired {
    pub group: &'static str,
    pub code: String,
    pub name: String,
    pub n: i64,
}

/// Steps of the flow log beside the tables.
const NOTES: &[(&str, &str)] = &[
    ("W03", "补充修改登记"),
    ("W13", "自动催签"),
    ("W14", "办理中分派"),
    ("W15", "联系诉求人"),
    ("W16", "添加协办"),
    ("W33", "拆单"),
    ("W34", "关联"),
    ("W38", "剔除"),
    ("W39", "领导批示"),
    ("W40", "呈报"),
    ("R1", "申请退回"),
    ("R3", "驳回退回"),
    ("R5", "退单超时升级"),
    ("X1", "申请延期"),
    ("X2", "单位同意延期"),
    ("X3", "延期审定"),
    ("B3", "不合理认定"),
    ("B6", "更正记录"),
    ("C1", "暂停计时"),
    ("C2", "恢复计时"),
];

/// Rows of the tables that no command leads to: drafts are kept apart and have no flow log.
const NOT_TAKEN: &[&str] = &["W01"];

/// Lights that must have turned, by clock.
const LIGHTS: &[(&str, &str)] = &[
    ("dispatch", "red"),
    ("accept", "yellow"),
    ("accept", "red"),
    ("order", "yellow"),
    ("order", "red"),
    ("task", "yellow"),
    ("task", "red"),
    ("co", "yellow"),
    ("co", "red"),
    ("redo", "yellow"),
    ("unified_reply", "red"),
    ("callback", "red"),
    ("tracking", "yellow"),
    ("return_decide", "red"),
    ("ext_decide", "red"),
    ("supervise", "yellow"),
    ("supervise", "red"),
];

/// Refusals met outside the lists of mistakes.
const OTHER_REFUSALS: &[&str] = &[
    "stale",
    "card_state",
    "explain_due",
    "forbidden:appeal",
    "field:form.public_reply",
    "field:form.override_reason",
];

/// Everything that was to happen, in the order of the report.
pub async fn fired(sim: &Sim, year: &Year) -> Result<Vec<Fired>> {
    let db = &sim.app.store.db;
    let mut all = Vec::new();
    steps(&census::count(db, Subject::Flow).await?, &mut all);
    requests(&census::count(db, Subject::Requests).await?, &census::count(db, Subject::Escalated).await?, &mut all);
    supervision(sim, &mut all).await?;
    cards(sim, &mut all).await?;
    let lights = sums(&census::count(db, Subject::Lights).await?, |a, b| format!("{a} {b}"));
    for (kind, to) in LIGHTS {
        let code = format!("{kind} {to}");
        all.push(Fired { group: "灯色", n: of(&lights, &code), name: String::new(), code });
    }
    let callbacks = sums(&census::count(db, Subject::Callbacks).await?, |a, _| a.to_owned());
    for outcome in CallbackOutcome::ALL {
        all.push(fired_as("回访", outcome.code(), outcome.cn(), of(&callbacks, outcome.code())));
    }
    for rule in GateRule::ALL {
        let n = i64::try_from(sim.tally.of("gate", rule.code()))?;
        all.push(fired_as("答复质量关", rule.code(), rule.cn(), n));
    }
    refusals(sim, &mut all)?;
    jobs(year, &mut all)?;
    Ok(all)
}

fn fired_as(group: &'static str, code: &str, name: &str, n: i64) -> Fired {
    Fired { group, code: code.to_owned(), name: name.to_owned(), n }
}

fn sums(lines: &[Line], key: impl Fn(&str, &str) -> String) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for (a, b, n) in lines {
        *sums.entry(key(a, b)).or_default() += n;
    }
    sums
}

fn of(sums: &BTreeMap<String, i64>, code: &str) -> i64 {
    sums.get(code).copied().unwrap_or(0)
}

fn steps(flow: &[Line], all: &mut Vec<Fired>) {
    let flow = sums(flow, |code, _| code.to_owned());
    let orders = ORDER_TRANSITIONS.iter().map(|t| ("工单流转", t.id, t.label));
    let tasks = TASK_TRANSITIONS.iter().map(|t| ("任务流转", t.id, t.label));
    let rounds = SUPERVISE_STEPS.iter().map(|t| ("督办流转", t.id, t.label));
    let notes = NOTES.iter().map(|(id, label)| ("其他步骤", *id, *label));
    for (group, id, label) in orders.chain(tasks).chain(rounds).chain(notes) {
        if !NOT_TAKEN.contains(&id) {
            all.push(fired_as(group, id, label, of(&flow, id)));
        }
    }
}

fn requests(decided: &[Line], climbed: &[Line], all: &mut Vec<Fired>) {
    let decided = sums(decided, |kind, state| format!("{kind} {state}"));
    let climbed = sums(climbed, |kind, _| kind.to_owned());
    // What lies before a leader is read, not refused, and has no date.
    for kind in RequestKind::ALL {
        let (code, name) = (kind.code(), kind.cn());
        let mut push = |suffix: &str, word: &str, n| {
            all.push(fired_as("申请审批", &format!("{code} {suffix}"), &format!("{name}{word}"), n));
        };
        push("approved", "同意", of(&decided, &format!("{code} approved")));
        if *kind != RequestKind::ReportUp {
            push("rejected", "不同意", of(&decided, &format!("{code} rejected")));
            push("escalated", "超时升级", of(&climbed, code));
        }
    }
}

async fn supervision(sim: &Sim, all: &mut Vec<Fired>) -> Result<()> {
    let db = &sim.app.store.db;
    let levels = sums(&census::count(db, Subject::Supervisions).await?, |level, _| level.to_owned());
    for level in SuperviseLevel::ALL {
        all.push(fired_as("督办", level.code(), level.cn(), of(&levels, level.code())));
    }
    let rungs = sums(&census::count(db, Subject::Rungs).await?, |step, _| step.to_owned());
    for (step, name) in [("0", "逾期即催办"), ("1", "逾期再升一般督办"), ("2", "逾期再升挂牌督办")]
    {
        all.push(fired_as("自动督办阶梯", step, name, of(&rungs, step)));
    }
    Ok(())
}

async fn cards(sim: &Sim, all: &mut Vec<Fired>) -> Result<()> {
    let lines = census::count(&sim.app.store.db, Subject::Cards).await?;
    let by_rule = sums(&lines, |rule, _| rule.to_owned());
    let world = sim.app.world();
    for rule in rules(&world.env(sim.app.now(), &*sim.app.mint)) {
        all.push(fired_as("监察规则", &rule.code, &rule.name, of(&by_rule, &rule.code)));
    }
    all.push(fired_as("监察规则", "notice", "监察通知", of(&by_rule, "notice")));
    let by_state = sums(&lines, |_, state| state.to_owned());
    let stands = [("upheld", "成立"), ("confirmed", "申诉后维持"), ("revoked", "撤销")];
    for (state, name) in stands {
        all.push(fired_as("监察牌", state, name, of(&by_state, state)));
    }
    for (what, name) in [("explained", "说明"), ("appealed", "申诉")] {
        all.push(fired_as("监察牌", what, name, i64::try_from(sim.tally.of("card", what))?));
    }
    Ok(())
}

fn refusals(sim: &Sim, all: &mut Vec<Fired>) -> Result<()> {
    let mut meant: BTreeMap<String, String> = BTreeMap::new();
    for blunder in blunder::all() {
        let name = meant.entry(blunder.key.to_owned()).or_default();
        *name = if name.is_empty() { blunder.what.to_owned() } else { format!("{name}；{}", blunder.what) };
    }
    for key in arrive::slips().chain(OTHER_REFUSALS.iter().copied()) {
        meant.entry(key.to_owned()).or_default();
    }
    for (key, name) in meant {
        let n = i64::try_from(sim.tally.of("refusal", &key))?;
        all.push(Fired { group: "拒绝", code: key, name, n });
    }
    Ok(())
}

fn jobs(year: &Year, all: &mut Vec<Fired>) -> Result<()> {
    let d = &year.done;
    let counts = [
        ("lights", "灯色记录", d.lights),
        ("reminded", "催签", d.reminded),
        ("escalated", "超时升级", d.escalated),
        ("resumed", "跟踪到期恢复", d.resumed),
        ("archived", "归档", d.archived),
        ("supervised", "自动督办", d.supervised),
        ("cards", "监察牌", d.cards),
        ("digested", "每日通报", d.digested),
        ("released", "夜间短信放行", d.released),
    ];
    for (code, name, n) in counts {
        all.push(fired_as("定时作业", code, name, i64::try_from(n)?));
    }
    Ok(())
}
