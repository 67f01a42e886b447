//! 更正 (B6): a citizen calls because the record does not say what was said; whoever hears it asks for the correction.

use domain::authority::Role;
use domain::callback::{Callback, CallbackOutcome};
use domain::correction::{CorrectedField, CorrectedItem, CorrectionGround};
use domain::env::By;
use domain::order::{Command, OrderState};
use domain::request::RequestKind;
use domain::task::TaskState;
use kernel::CallbackId;

use crate::fate::Twist;
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Option<Turn> {
    if s.case.pending_requests().any(|r| r.kind == RequestKind::Correction) {
        return None;
    }
    match s.case.order.state {
        OrderState::Dispatched | OrderState::Handling => demand(s),
        // What the citizen is said to have said is contested before the further round is granted.
        OrderState::PendingCallback => {
            s.case.pending_requests().find(|r| r.kind == RequestKind::Redo)?;
            answer(s, Twist::CorrectGlad, CallbackOutcome::RedoProposed, &[(F::Result, "sat"), (F::Solved, "solved")])
        }
        OrderState::Closed => closed(s),
        _ => None,
    }
}

use CorrectedField as F;

fn closed(s: &mut Scene) -> Option<Turn> {
    let sour = [(F::Result, "dissat"), (F::Solved, "unsolved"), (F::Opinion, "诉求人称当时说的是没有解决")];
    let mild = [(F::Process, "basic"), (F::Opinion, "诉求人称办理人员来过两次，最后一次才说明情况")];
    answer(s, Twist::CorrectSour, CallbackOutcome::Satisfied, &sour)
        .or_else(|| answer(s, Twist::CorrectAnswer, CallbackOutcome::Satisfied, &mild))
}

fn demand(s: &mut Scene) -> Option<Turn> {
    let working = s.case.lead_task().is_some_and(|t| t.state == TaskState::Working);
    if !working || !s.live.take(Twist::CorrectDemand) {
        return None;
    }
    let by = By::Person(s.desk());
    of_demand(s).map(|cmd| Turn::Do(by, cmd))
}

/// The place was misheard, and what is wished for left out in part.
pub fn of_demand(s: &Scene) -> Option<Command> {
    let order = &s.case.order;
    let (address, wish) = (order.address.as_ref()?, order.wish.clone().unwrap_or_default());
    let items =
        vec![item(F::Address, &format!("{address}北侧")), item(F::Wish, &format!("{wish}，并在处理前电话告知"))];
    Some(ask(None, items, CorrectionGround::Misheard))
}

/// The last answer, if it came out as the story has it.
fn answer(s: &mut Scene, twist: Twist, outcome: CallbackOutcome, said: &[(F, &str)]) -> Option<Turn> {
    if !s.live.take(twist) {
        return None;
    }
    let about: Callback = s.case.answers().filter(|c| c.reached).last().filter(|c| c.outcome == outcome)?.clone();
    let differs = |(field, should): &&(F, &str)| field.of_answer(&about).as_deref() != Some(*should);
    let items = said.iter().filter(differs).map(|(field, should)| item(*field, should)).collect();
    Some(s.does(Role::Callback, ask(Some(about.id), items, CorrectionGround::Mistyped)))
}

fn item(field: F, should: &str) -> CorrectedItem {
    CorrectedItem { field, should: should.to_owned() }
}

fn ask(callback: Option<CallbackId>, items: Vec<CorrectedItem>, ground: CorrectionGround) -> Command {
    let reason = "诉求人来电称记录与所述不符，已核对其书面说明。".to_owned();
    Command::Correct { callback, items, ground, reason, call: None }
}
