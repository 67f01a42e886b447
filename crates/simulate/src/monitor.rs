//! 电子监察's day: units explain their cards, monitors rule, units appeal, the other monitor rules again.

use anyhow::Result;
use app::view::{CardLine, CardQuery, PleaForm, RulingForm};
use domain::authority::{Actor, Role};
use domain::env::By;
use domain::monitor::{CardLevel, MonitorNotice};
use kernel::{CardId, OrderId, Refusal, Ts};

use crate::blunder;
use crate::run::Sim;
use crate::words::Dice;

/// Cards of each state looked at a day.
const PAGE: u32 = 100;

/// One working day of monitors and units.
pub async fn day(sim: &Sim, now: Ts) -> Result<()> {
    if !sim.app.world().calendar.is_working(now.date()) {
        return Ok(());
    }
    let mut dice = Dice::new(sim.plan.seed ^ now.0.unsigned_abs());
    let monitors = sim.city.all(Role::ESupervisor).to_vec();
    let [first, second, ..] = monitors.as_slice() else { return Ok(()) };
    for line in list(sim, first, "open", now).await? {
        open(sim, author(&line, first, second), &line, now, &mut dice).await?;
    }
    for line in list(sim, first, "explained", now).await? {
        let uphold = sim.tally.rare("card", "upheld") || dice.chance(700);
        rule(sim, author(&line, first, second), line.card.id, uphold, now).await?;
    }
    for line in list(sim, first, "upheld", now).await? {
        if line.card.raised_at > now.plus_days(-20) && (sim.tally.rare("card", "appealed") || dice.chance(60)) {
            plead(sim, &line, "appealed", now).await?;
        }
    }
    for line in list(sim, first, "appealed", now).await? {
        if sim.tally.rare("refusal", "forbidden:appeal") {
            // Who upheld a card does not rule on the appeal.
            let own = said_by(&line) == first.name;
            let met = decide(sim, if own { first } else { second }, line.card.id, true, now).await?;
            expect(sim, met, "forbidden", "forbidden:appeal");
        }
        let other = if said_by(&line) == first.name { second } else { first };
        let uphold = if sim.tally.rare("card", "confirmed") { true } else { dice.chance(500) };
        rule(sim, other, line.card.id, uphold, now).await?;
    }
    if now.date().weekday().to_monday_zero_offset() == 2 {
        notice(sim, second, now, &mut dice).await?;
    }
    Ok(())
}

/// A notice is ruled on by its author first, so that the other monitor is left for the appeal.
fn author<'m>(line: &CardLine, first: &'m Actor, second: &'m Actor) -> &'m Actor {
    if line.card.raised_by_name == second.name { second } else { first }
}

/// Who upheld the card, or wrote the notice.
fn said_by(line: &CardLine) -> String {
    line.card.ruling.as_ref().map_or_else(|| line.card.raised_by_name.clone(), |r| r.by_name.clone())
}

async fn list(sim: &Sim, monitor: &Actor, state: &str, now: Ts) -> Result<Vec<CardLine>> {
    let query = CardQuery { state: Some(state.to_owned()), limit: Some(PAGE), ..CardQuery::default() };
    let ctx = sim.ctx(&By::Person(monitor.clone()), now);
    Ok(app::monitor::card_list(&sim.app, &ctx, &query).await?.items)
}

/// An open card: explained by most, left lying by some until a monitor rules without a word of theirs.
async fn open(sim: &Sim, monitor: &Actor, line: &CardLine, now: Ts, dice: &mut Dice) -> Result<()> {
    if now > line.card.explain_due {
        return rule(sim, monitor, line.card.id, true, now).await;
    }
    if sim.tally.rare("refusal", "explain_due") {
        let met = decide(sim, monitor, line.card.id, true, now).await?;
        expect(sim, met, "explain_due", "explain_due");
    }
    if sim.tally.rare("refusal", "card_state") {
        let met = say(sim, line, true, now).await?;
        expect(sim, met, "card_state", "card_state");
    }
    if dice.chance(750) {
        plead(sim, line, "explained", now).await?;
    }
    Ok(())
}

fn expect(sim: &Sim, met: Option<Refusal>, meant: &str, name: &str) {
    let met = met.map_or_else(|| "通过".to_owned(), |r| blunder::key(&r));
    if met == meant {
        sim.tally.count("refusal", name);
    } else {
        sim.tally.wrong(format!("监察牌应以{meant}拒绝，实际为{met}"));
    }
}

async fn plead(sim: &Sim, line: &CardLine, to: &'static str, now: Ts) -> Result<()> {
    match say(sim, line, to == "appealed", now).await? {
        None => sim.tally.count("card", to),
        Some(r) => sim.tally.count("turned_down", &format!("card {}", blunder::key(&r))),
    }
    Ok(())
}

/// The unit's word; a refusal when it may not speak.
async fn say(sim: &Sim, line: &CardLine, appeals: bool, now: Ts) -> Result<Option<Refusal>> {
    let world = sim.app.world();
    let Some(person) = sim.city.of_org(Role::UnitLeader, line.card.org.id, &world.directory, &[]) else {
        return Ok(None);
    };
    let ctx = sim.ctx(&By::Person(person), now);
    let form =
        PleaForm { text: "因现场需多部门配合，已安排专人跟进，情况说明如上。".to_owned() };
    let done = match appeals {
        true => app::monitor::card_appeal(&sim.app, &ctx, line.card.id, &form).await,
        false => app::monitor::card_explain(&sim.app, &ctx, line.card.id, &form).await,
    };
    refusal(done)
}

async fn rule(sim: &Sim, monitor: &Actor, id: CardId, uphold: bool, now: Ts) -> Result<()> {
    match decide(sim, monitor, id, uphold, now).await? {
        None => sim.tally.count("card", if uphold { "upheld" } else { "revoked" }),
        Some(r) => sim.tally.count("turned_down", &format!("card {}", blunder::key(&r))),
    }
    Ok(())
}

async fn decide(sim: &Sim, monitor: &Actor, id: CardId, uphold: bool, now: Ts) -> Result<Option<Refusal>> {
    let ctx = sim.ctx(&By::Person(monitor.clone()), now);
    let opinion = if uphold { "事实清楚，予以认定。" } else { "说明成立，予以撤销。" }.to_owned();
    refusal(app::monitor::card_decide(&sim.app, &ctx, id, &RulingForm { uphold, opinion }).await)
}

fn refusal<T>(done: app::Result<T>) -> Result<Option<Refusal>> {
    match done {
        Ok(_) => Ok(None),
        Err(app::Error::Refused(refusal)) => Ok(Some(refusal)),
        Err(e) => Err(e.into()),
    }
}

/// 监察通知 of a monitor's own, about an order that a card has led to.
async fn notice(sim: &Sim, monitor: &Actor, now: Ts, dice: &mut Dice) -> Result<()> {
    let lines = list(sim, monitor, "upheld", now).await?;
    if lines.is_empty() {
        return Ok(());
    }
    let order: OrderId = dice.pick(&lines).order.id;
    let text = "抽查发现办理进展缓慢，请说明原因。".to_owned();
    let ctx = sim.ctx(&By::Person(monitor.clone()), now);
    let done =
        app::monitor::card_issue(&sim.app, &ctx, &MonitorNotice { order, level: CardLevel::Warning, text }).await;
    if refusal(done)?.is_none() {
        sim.tally.count("card", "notice");
    }
    Ok(())
}
