//! 答复质量关: careless answers, tried before the good one is handed in. The check while writing must name the fault, and
//! a grave or serious one must not leave the unit.

use anyhow::Result;
use app::view::ReplyCheckForm;
use domain::contact::ContactResult;
use domain::order::HandlingForm;
use domain::reply_gate::{GateRule, Severity};
use domain::task::{Task, TaskRole, TaskState};

use crate::blunder;
use crate::fate::Twist;
use crate::live::Scene;
use crate::matter;
use crate::run::Sim;

/// Chances of a careless answer once each fault has been seen, of a thousand.
const CARELESS: usize = 6;
/// How far back the check looks for copied answers, days, and at how many of a unit.
const LOOKS_BACK: (i64, u32) = (90, 200);

/// The faults to be tried in the answer of a task.
fn faults(s: &mut Scene, lead: &Task) -> Vec<GateRule> {
    let due = |s: &mut Scene, rule: GateRule| s.tally.rare("gate", rule.code()) || s.live.dice.chance(CARELESS);
    let reached = s.case.contacts.iter().any(|c| c.task_id == lead.id && c.result == ContactResult::Reached);
    let plain = !s.live.has(Twist::Explained);
    GateRule::ALL
        .iter()
        .copied()
        .filter(|rule| *rule != GateRule::NoContact && reached && plain && due(s, *rule))
        .collect()
}

/// Writes a careless answer for each fault, looks what the check says, and tries to hand it in.
pub async fn careless(sim: &Sim, s: &mut Scene<'_>, lead: &Task, good: &HandlingForm) -> Result<()> {
    for rule in faults(s, lead) {
        let earlier = sim.earlier(lead.org, s.case.order.id, s.now);
        if rule == GateRule::Reused && earlier.is_none() {
            continue;
        }
        let order = &s.case.order;
        let asked = format!("{}{}", order.content, order.wish.as_deref().unwrap_or_default());
        let bad = matter::spoil(good, rule, &asked, earlier.as_deref(), s.now);
        let bad = HandlingForm { override_reason: None, ..bad };
        let hits = check(sim, s, lead, &bad).await?;
        let Some(severity) = hits.iter().find(|(r, _)| *r == rule).map(|(_, severity)| *severity) else {
            if rule != GateRule::Reused || stands(sim, s, lead, earlier.as_deref()).await? {
                sim.tally.wrong(format!("质量关未发现“{}”：{}", rule.cn(), bad.public_reply));
            }
            continue;
        };
        sim.tally.count("gate", rule.code());
        let meant = match severity {
            Severity::Grave => "field:form.public_reply",
            Severity::Serious => "field:form.override_reason",
            Severity::Hint => continue,
        };
        let cmd = domain::order::Command::SubmitUnit { task: lead.id, form: bad };
        let Some(handler) = s.handler(lead) else { continue };
        let met = sim.command(s.case, &domain::env::By::Person(handler), cmd, s.now).await?;
        let met = met.err().map(|r| blunder::key(&r)).unwrap_or_else(|| "通过".to_owned());
        if met == blunder::OVERTAKEN {
            return Ok(());
        }
        // A grave fault may stand beside the serious one that was meant.
        if met != meant && met != "field:form.public_reply" {
            if rule != GateRule::Reused || stands(sim, s, lead, earlier.as_deref()).await? {
                sim.tally.wrong(format!("质量关“{}”应以{meant}拦下，实际为{met}", rule.cn()));
            }
            return Ok(());
        }
        sim.tally.count("refusal", &met);
    }
    Ok(())
}

/// The copied answer is still the other order's: somebody beside us may have written it anew.
async fn stands(sim: &Sim, s: &Scene<'_>, lead: &Task, copied: Option<&str>) -> Result<bool> {
    let (days, many) = LOOKS_BACK;
    let since = s.now.plus_days(-days);
    let answers = store::task::earlier_answers(&sim.app.store.db, lead.org, s.case.order.id, since, many).await?;
    Ok(answers.iter().any(|a| Some(a.text.as_str()) == copied))
}

/// An answer written before anybody was called: the check says so while the guard keeps it in.
pub async fn uncalled(sim: &Sim, s: &mut Scene<'_>) -> Result<()> {
    let Some(lead) = s.case.lead_task().filter(|t| t.state == TaskState::Working && t.role == TaskRole::Lead) else {
        return Ok(());
    };
    let lead = lead.clone();
    let silent = !s.case.contacts.iter().any(|c| c.task_id == lead.id);
    if !silent || !sim.tally.rare("gate", GateRule::NoContact.code()) {
        return Ok(());
    }
    let org = s.world.directory.org_name(lead.org).to_owned();
    let form = matter::answer(s.case, &org, domain::order::HandleResult::Solved, s.now, &mut s.live.dice);
    let hits = check(sim, s, &lead, &form).await?;
    if hits.iter().any(|(rule, _)| *rule == GateRule::NoContact) {
        sim.tally.count("gate", GateRule::NoContact.code());
    }
    Ok(())
}

async fn check(sim: &Sim, s: &Scene<'_>, lead: &Task, form: &HandlingForm) -> Result<Vec<(GateRule, Severity)>> {
    let Some(handler) = s.handler(lead) else { return Ok(Vec::new()) };
    let ctx = sim.ctx(&domain::env::By::Person(handler), s.now);
    let asked = ReplyCheckForm { task: Some(lead.id), form: Some(form.clone()), text: None };
    let hits = app::order::reply_check(&sim.app, &ctx, s.case.order.id, &asked).await?;
    Ok(hits.into_iter().map(|h| (h.rule, h.severity)).collect())
}
