//! 不变量 and 平衡校验: what must hold over the whole database, by the month and at the end.

use anyhow::Result;
use app::view::{AppraisalQuery, CardQuery, OrderQuery};
use domain::authority::Role;
use domain::env::By;
use domain::indicator::OrderSums;
use domain::order::{Channel, DemandType, OrderState};
use kernel::Ts;
use store::census::{self, Subject};

use crate::run::Sim;

/// Steps after which an order may be due earlier than before: a leader's word and steps that begin another time, with
/// the entries written beside them. Each single clock is watched from turn to turn besides.
const MAY_SHORTEN: &[&str] = &["W39", "W26", "W36b", "W28", "K01", "SV1", "SV6", "SV7"];

/// Everything that must not be and is, with how often.
pub async fn broken(sim: &Sim) -> Result<Vec<(String, i64)>> {
    let db = &sim.app.store.db;
    let found = census::broken(db).await?.into_iter().map(|(what, n)| (what.to_owned(), n));
    let mut found: Vec<(String, i64)> = found.filter(|(_, n)| *n != 0).collect();
    for (code, action, n) in census::count(db, Subject::Earlier).await? {
        if !MAY_SHORTEN.contains(&code.as_str()) {
            found.push((format!("{code} {action}使到期时间提前"), n));
        }
    }
    Ok(found)
}

/// One line of a balance check.
pub struct Balance {
    pub what: &'static str,
    pub left: i64,
    pub right: i64,
}

impl Balance {
    #[must_use]
    pub fn holds(&self) -> bool {
        self.left == self.right
    }
}

/// The sums of lists and reports against one another and against the simulator's own books.
pub async fn balance(sim: &Sim, registered: usize, now: Ts) -> Result<Vec<Balance>> {
    let db = &sim.app.store.db;
    let orders = census::count(db, Subject::Orders).await?;
    let total: i64 = orders.iter().map(|(_, _, n)| n).sum();
    let sealed: i64 = orders.iter().filter(|(_, secrecy, _)| secrecy == "sealed").map(|(_, _, n)| n).sum();
    let mut lines =
        vec![Balance { what: "登记数（模拟器）＝ 工单数", left: i64::try_from(registered)?, right: total }];
    let states = OrderState::ALL.iter().map(|s| s.code());
    let by_state = parts(sim, now, states, |q, code| q.state = Some(code)).await?;
    lines.push(Balance {
        what: "查询：各状态之和 ＝ 工单数（不含密封）", left: by_state, right: total - sealed
    });
    let kinds = DemandType::ALL.iter().map(|d| d.code());
    let by_kind = parts(sim, now, kinds, |q, code| q.demand_type = Some(code)).await?;
    let channels = Channel::ALL.iter().map(|c| c.code());
    let by_channel = parts(sim, now, channels, |q, code| q.channel = Some(code)).await?;
    lines.push(Balance { what: "B3 各来源之和 ＝ 各类型之和", left: by_channel, right: by_kind });
    lines.push(Balance {
        what: "B3 各类型之和 ＝ 工单数（不含密封）", left: by_kind, right: total - sealed
    });
    appraisal(sim, now, &mut lines).await?;
    cards(sim, now, &mut lines).await?;
    Ok(lines)
}

/// Sum over the months and the values of one condition: a single count would be capped.
async fn parts<'c>(
    sim: &Sim,
    now: Ts,
    codes: impl Iterator<Item = &'c str>,
    set: impl Fn(&mut OrderQuery, String),
) -> Result<i64> {
    let ctx = sim.ctx(&By::Person(sim.city.any(Role::Supervisor, 0, &[])), now);
    let mut sum = 0;
    for code in codes {
        for (from, until) in months(sim, now) {
            // The list's periods hold both of their ends.
            let last = until.plus_millis(-1);
            let mut query =
                OrderQuery { registered_from: Some(from), registered_to: Some(last), ..OrderQuery::default() };
            set(&mut query, code.to_owned());
            let count = app::order::order_count(&sim.app, &ctx, &query).await?;
            if count.capped {
                sim.tally.wrong(format!("{code}的月度件数超出计数上限"));
            }
            sum += count.total;
        }
    }
    Ok(sum)
}

/// The year in pieces of at most 30 days.
fn months(sim: &Sim, now: Ts) -> Vec<(Ts, Ts)> {
    let mut pieces = Vec::new();
    let mut from = sim.plan.from;
    while from < now {
        let until = from.plus_days(30).min(now.plus_millis(1));
        pieces.push((from, until));
        from = until;
    }
    pieces
}

async fn sums(sim: &Sim, from: Ts, until: Ts, now: Ts) -> Result<OrderSums> {
    let ctx = sim.ctx(&By::Person(sim.city.any(Role::Supervisor, 0, &[])), now);
    let query = AppraisalQuery { from: Some(from.0), until: Some(until.0), group: None };
    Ok(app::appraisal::appraisal(&sim.app, &ctx, &query).await?.total)
}

/// 考核: pieces add up to the year, parts to their whole.
async fn appraisal(sim: &Sim, now: Ts, lines: &mut Vec<Balance>) -> Result<()> {
    let whole = sums(sim, sim.plan.from, now.plus_millis(1), now).await?;
    let mut added = OrderSums::default();
    for (from, until) in months(sim, now) {
        added = added.plus(&sums(sim, from, until, now).await?);
    }
    let line = |what, left, right| Balance { what, left, right };
    lines.extend([
        line("B10 各月派单之和 ＝ 全年", added.dispatched, whole.dispatched),
        line("B10 各月退单之和 ＝ 全年", added.returned, whole.returned),
        line("B10 各月应办结之和 ＝ 全年", added.due, whole.due),
        line("B10 各月按时办结之和 ＝ 全年", added.close_ontime, whole.close_ontime),
        line("B10 各月应签收之和 ＝ 全年", added.sign_due, whole.sign_due),
        line("B10 各月申请退回之和 ＝ 全年", added.return_asked, whole.return_asked),
        line(
            "B6 按时＋超期 ≤ 应办结",
            (whole.close_ontime + whole.overdue).min(whole.due),
            whole.close_ontime + whole.overdue,
        ),
        line("按时签收 ≤ 应签收", whole.sign_ontime.min(whole.sign_due), whole.sign_ontime),
        line("B7 接通 ≤ 已回访", whole.reached.min(whole.attempted), whole.reached),
        line("B11 满意 ≤ 有效评价", whole.result_sat.min(whole.result_rated), whole.result_sat),
        line("不当退单 ≤ 申请退回", whole.return_refused.min(whole.return_asked), whole.return_refused),
    ]);
    let leads = census::count(&sim.app.store.db, Subject::Flow).await?;
    let returned = leads.iter().find(|(code, ..)| code == "K11").map_or(0, |(_, _, n)| *n);
    lines.push(line("同意退回（流转记录）＝ 退单数（考核）", returned, whole.returned));
    Ok(())
}

/// The board of the monitors against the cards there are.
async fn cards(sim: &Sim, now: Ts, lines: &mut Vec<Balance>) -> Result<()> {
    let ctx = sim.ctx(&By::Person(sim.city.any(Role::ESupervisor, 0, &[])), now);
    let board = app::monitor::board_view(&sim.app, &ctx, &CardQuery::default()).await?;
    let rules: i64 = board.rules.iter().map(|r| r.n).sum();
    let levels = board.counts.red + board.counts.yellow + board.counts.warning + board.revoked;
    let all: i64 = census::count(&sim.app.store.db, Subject::Cards).await?.iter().map(|(_, _, n)| n).sum();
    lines.push(Balance { what: "监察：各规则之和 ＝ 各级别＋撤销", left: rules, right: levels });
    lines.push(Balance { what: "监察看板 ＝ 监察牌数", left: rules, right: all });
    Ok(())
}
