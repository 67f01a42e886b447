//! 电子监察: every rule looks at what it may concern, raises each card once, and tells of the day once a day.

use domain::authority::Role;
use domain::monitor::{Metric, Rule, judge, raise, rules};
use kernel::{OrderId, OrgId, Ts, UserId};
use store::monitor::{DigestLine, Wanted};

use super::BATCH;
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::monitor::{record, tell};
use crate::world::World;
use crate::write::{Letter, Mail, recipients};

/// Raises what the rules find; returns how many cards.
pub(super) async fn watch(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.monitor"));
    let mut raised = 0;
    for rule in rules(&world.env(ctx.now, &*app.mint)) {
        for wanted in wanted(&rule, &world, ctx.now) {
            for id in store::monitor::candidates(&app.store.db, &rule.code, wanted, BATCH).await? {
                raised += one(app, &ctx, &world, &rule, id).await?;
            }
        }
    }
    Ok(raised)
}

/// Where a rule has to look. Moments are taken generously: the rule counts exactly.
fn wanted(rule: &Rule, world: &World, now: Ts) -> Vec<Wanted> {
    let before = world.calendar.subtract_warn(now, rule.after.qty, rule.after.unit);
    let late = |kinds: &[&'static str]| kinds.iter().map(|k| Wanted::Late(k, before)).collect();
    match rule.metric {
        Metric::Sign => late(&["accept"]),
        Metric::DueSoon => ["task", "redo"].iter().map(|k| Wanted::Soon(k, now, before)).collect(),
        Metric::Handle => late(&["task", "redo"]),
        Metric::Co => late(&["co"]),
        Metric::Dispatch => late(&["dispatch"]),
        Metric::Reply => late(&["unified_reply"]),
        Metric::Callback => late(&["callback"]),
        Metric::ReturnDecide => late(&["return_decide"]),
        Metric::Supervise => late(&["supervise"]),
        Metric::SentBack => vec![Wanted::SentBack(rule.count)],
        Metric::BadReturn => vec![Wanted::BadReturn(rule.count)],
        Metric::Rounds => vec![Wanted::Rounds(rule.count)],
        Metric::Listed => vec![Wanted::Listed],
        Metric::Fraud => vec![Wanted::Fraud],
    }
}

/// One order under one rule, in one transaction. The order is read, never written.
async fn one(app: &App, ctx: &Ctx, world: &World, rule: &Rule, id: OrderId) -> Result<usize> {
    db::with_retry!(app.store.db, async |tx| {
        let Some(case) = store::case::load_case(&mut *tx, &app.store.vault, id).await? else { return Ok(0) };
        let env = world.env(ctx.now, &*app.mint);
        let mut raised = 0;
        for finding in judge(rule, &case, &env) {
            let card = raise(rule, &case, finding, &env);
            if store::monitor::insert_card(tx, &card).await? {
                tell(tx, app, ctx, world, &card, &case.order.case_no).await?;
                record(tx, app, ctx, "monitor.raise", &card).await?;
                raised += 1;
            }
        }
        Ok::<usize, crate::Error>(raised)
    })
}

/// 每日监察通报: yesterday's cards and what is undone, to the monitors and to the leaders of the units concerned; from
/// `monitor.digest_hour` on, once a day.
pub(super) async fn digest(app: &App) -> Result<usize> {
    let (world, ctx) = (app.fresh_world().await?, app.system("reconcile.digest"));
    let today = Ts::start_of(ctx.now.date());
    if i64::from(ctx.now.civil().hour()) < world.params.int("monitor.digest_hour") {
        return Ok(0);
    }
    let mark = format!("monitor.digest.{}", ctx.now.date());
    if store::counter::peek(&app.store.db, &mark).await? > 0 {
        return Ok(0);
    }
    let lines = store::monitor::digest(&app.store.db, today.plus_days(-1), today).await?;
    db::with_retry!(app.store.db, async |tx| {
        if store::counter::next_in(tx, &mark).await? != 1 {
            return Ok(0);
        }
        let mut told = 0;
        if !lines.is_empty() {
            let monitors = store::appointment::users_of_role(&mut *tx, Role::ESupervisor, None, ctx.now).await?;
            told += send(tx, app, &ctx, &monitors, &total(&lines)).await?;
        }
        for line in lines.iter().filter(|l| l.open > 0) {
            let to = domain::decision::Recipient::OrgRole { org: line.org, role: Role::UnitLeader };
            let leaders = recipients(tx, &ctx, &world, &to).await?;
            told += send(tx, app, &ctx, &leaders, line).await?;
        }
        Ok::<usize, crate::Error>(told)
    })
}

fn total(lines: &[DigestLine]) -> DigestLine {
    let nobody =
        DigestLine { org: OrgId(uuid::Uuid::nil()), warning: 0, yellow: 0, red: 0, open: 0, explained: 0, appealed: 0 };
    lines.iter().fold(nobody, |t, l| DigestLine {
        warning: t.warning + l.warning,
        yellow: t.yellow + l.yellow,
        red: t.red + l.red,
        open: t.open + l.open,
        explained: t.explained + l.explained,
        appealed: t.appealed + l.appealed,
        ..t
    })
}

async fn send(tx: &mut db::Tx, app: &App, ctx: &Ctx, users: &[UserId], l: &DigestLine) -> Result<usize> {
    let body = format!(
        "昨日新增红牌{}张、黄牌{}张、预警{}张；待说明{}张，待审核{}张，申诉中{}张。",
        l.red, l.yellow, l.warning, l.open, l.explained, l.appealed
    );
    let mut mail = Mail::default();
    mail.notify(app, ctx.now, users, Letter { kind: "monitor", title: "每日监察通报", body: &body, order: None });
    mail.send(tx, app).await?;
    Ok(users.len())
}
