//! After the end: taken up again, unmerged, left out of assessment — or left in peace.

use citizen::Act;
use domain::authority::Role;
use domain::callback::RatedItem;
use domain::order::{Command, OrderState};
use domain::request::ContestGround;
use domain::task::TaskRole;

use crate::fate::Twist;
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Turn {
    let state = s.case.order.state;
    if state == OrderState::Merged && s.live.take(Twist::Unmerge) {
        return s.does(Role::TeamLeader, Command::Unmerge { reason: "经核实两件诉求并非同一事项".to_owned() });
    }
    let answered = matches!(state, OrderState::Closed | OrderState::DirectClosed);
    if answered && s.live.take(Twist::AskAgain) {
        return Turn::Citizen(Act::Redo { reason: "问题又出现了，请重新办理".to_owned() });
    }
    if state == OrderState::Closed
        && let Some(turn) = closed(s)
    {
        return turn;
    }
    Turn::End
}

fn closed(s: &mut Scene) -> Option<Turn> {
    let reason = || "诉求人反映问题复发，经核实属实。".to_owned();
    let org = s.case.tasks.iter().rev().find(|t| t.role == TaskRole::Lead).map(|t| t.org);
    if s.live.take(Twist::RedoClosed) {
        return Some(s.does(Role::Callback, Command::Redo { reason: reason(), lead: None }));
    }
    if s.live.take(Twist::Reopen) {
        return Some(s.does(Role::TeamLeader, Command::Reopen { reason: reason(), redo: false }));
    }
    if s.live.take(Twist::ReopenRedo) {
        return Some(s.does(Role::TeamLeader, Command::Reopen { reason: reason(), redo: true }));
    }
    let forgotten = s.live.has(Twist::ExemptForgotten) && s.case.requests.is_empty();
    if s.live.take(Twist::Exempt) || forgotten {
        let cmd = Command::Exempt {
            code: "E1".to_owned(),
            reason: "法律政策明确不支持，已当面解释并留痕。".to_owned(),
        };
        return Some(s.unit(Role::UnitAdmin, org?, cmd));
    }
    if s.live.take(Twist::Contest) {
        let cmd = contest(s)?;
        return Some(s.unit(Role::UnitAdmin, org?, cmd));
    }
    None
}

/// The unit contests the last answer, of which the citizen judged the result.
pub fn contest(s: &Scene) -> Option<Command> {
    let about = s.case.callbacks.iter().rev().find(|c| c.reached && c.tells(RatedItem::Result))?;
    Some(Command::Contest {
        callback: about.id,
        items: vec![RatedItem::Result],
        ground: ContestGround::C5,
        reason: "诉求已当场解决，有现场照片和签字确认单为证。".to_owned(),
    })
}
