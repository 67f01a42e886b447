//! Who does what next: each room of the city looks at the order as its people see it and takes one step.

mod after;
mod callback;
mod centre;
mod correct;
mod dispatch;
mod intake;
mod requests;
mod supervise;
mod unit;

use domain::authority::Role;
use domain::clock::ClockKind;
use domain::order::{Command, OrderState};
use domain::request::RequestKind;
use domain::task::TaskState;

use crate::fate::Twist;
use crate::live::{Scene, Turn};

pub use after::contest as contest_of;
pub use callback::unhappy as unhappy_form;
pub use correct::of_demand as correction_of;
pub use dispatch::lead as lead_of;
pub use intake::again as form_again;
pub use requests::approver as approver_of;
pub use unit::{extension as extension_of, return_apply as return_of};

/// The next step.
pub fn next(s: &mut Scene) -> Turn {
    use OrderState as S;
    if let Some(turn) =
        correct::turn(s).or_else(|| requests::decide(s)).or_else(|| supervise::turn(s)).or_else(|| leaders(s))
    {
        return turn;
    }
    match s.case.order.state {
        S::Draft | S::Archived => Turn::End,
        S::Registered => intake::turn(s),
        S::PendingDispatch | S::Consulting => dispatch::turn(s),
        S::Dispatched | S::Handling => unit::turn(s),
        S::CenterAudit | S::PendingReply | S::Tracking => centre::turn(s),
        S::PendingCallback => callback::turn(s),
        S::Closed | S::DirectClosed | S::Rejected | S::Merged => after::turn(s),
        S::TransferredOut | S::Withdrawn | S::Terminated => after::turn(s),
    }
}

/// 批示 and 呈报.
fn leaders(s: &mut Scene) -> Option<Turn> {
    let order = &s.case.order;
    let registered = order.state == OrderState::Registered;
    let working = s.case.lead_task().is_some_and(|t| t.state == TaskState::Working);
    if (registered && s.live.take(Twist::InstructEarly)) || (working && s.live.take(Twist::Instruct)) {
        return Some(instruct(s));
    }
    let asked = s.case.requests.iter().any(|r| r.kind == RequestKind::ReportUp);
    let report = s.live.has(Twist::ReportInstruct) || s.live.has(Twist::Report);
    if report && !asked && (working || registered) {
        s.live.take(Twist::Report);
        let role = if s.live.dice.chance(500) { Role::TeamLeader } else { Role::Dispatcher };
        let text = "该诉求涉及面广，群众关注度高，现呈请阅示。".to_owned();
        return Some(s.does(role, Command::ReportUp { text }));
    }
    None
}

/// Faster, never slower: half of the time that is left.
pub(crate) fn instruct(s: &mut Scene) -> Turn {
    let due = s.case.open_clocks(ClockKind::Order).next().map(|c| c.due_at).filter(|t| *t > s.now.plus_hours(8));
    let due_at = due.map(|due| s.now.plus_millis(due.millis_since(s.now) / 2));
    let text = "请主办单位高度重视，查清原因，尽快解决并回复群众。".to_owned();
    s.does(Role::Leader, Command::Instruct { text, due_at, urgency: None })
}
