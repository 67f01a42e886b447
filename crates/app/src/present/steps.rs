//! 八步图: where an order stands between 登记 and 办结.

use domain::order::OrderState::{self, *};
use kernel::Ts;

use crate::view::{StepState, StepView};

/// What the chart is drawn from.
pub struct Passed<'a> {
    pub state: OrderState,
    /// Flow codes in order of time, with who and when; the newest of a code wins.
    pub flow: &'a [(String, Ts, String)],
    pub callback_wanted: bool,
}

const NAMES: [&str; 8] = ["登记", "派单", "签收", "办理", "审核", "答复", "回访", "办结"];

/// Flow codes that mean a step was done.
const MARKS: [&[&str]; 8] = [
    &["W02"],
    &["W10"],
    &["W12", "K02"],
    &["W18", "K05"],
    &["W21a", "W21b", "W27"],
    &["W23a", "W23b", "W04"],
    &["W25"],
    &["W25", "W23b", "W24", "W04", "W05", "W06", "W29", "W30", "W31", "W32"],
];

/// The step a state is in: an index into [`NAMES`]; past the last for an order at its end.
const fn current(state: OrderState) -> usize {
    match state {
        Draft => 0,
        Registered | PendingDispatch | Consulting => 1,
        Dispatched => 2,
        Handling | Tracking => 3,
        CenterAudit => 4,
        PendingReply => 5,
        PendingCallback => 6,
        Closed | Archived | DirectClosed | Rejected | Merged | TransferredOut | Withdrawn | Terminated => 8,
    }
}

/// The eight steps.
pub fn steps(passed: &Passed) -> Vec<StepView> {
    let now = current(passed.state);
    let mark = |at: usize| passed.flow.iter().rev().find(|(code, ..)| MARKS[at].contains(&code.as_str()));
    NAMES
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let hit = mark(at).filter(|_| at < now);
            let state = match at {
                _ if at == now => StepState::Current,
                _ if at == 6 && at > now && !passed.callback_wanted => StepState::Skipped,
                _ if at > now => StepState::Todo,
                _ if hit.is_some() || at == 7 => StepState::Done,
                _ => StepState::Skipped,
            };
            let ended = hit.or_else(|| passed.flow.last().filter(|_| at == 7 && now == 8));
            StepView {
                name: (*name).to_owned(),
                at: ended.map(|(_, at, _)| *at),
                by: ended.map(|(_, _, by)| by.clone()),
                state,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::StepState::{Current, Done, Skipped, Todo};
    use super::*;

    fn states(state: OrderState, codes: &[&str]) -> Vec<StepState> {
        let flow: Vec<_> = codes.iter().map(|c| ((*c).to_owned(), Ts(1), "张三".to_owned())).collect();
        steps(&Passed { state, flow: &flow, callback_wanted: true }).into_iter().map(|s| s.state).collect()
    }

    #[test]
    fn a_direct_answer_skips_what_it_did_not_need() {
        let now = states(DirectClosed, &["W02", "W04"]);
        assert_eq!(now, [Done, Skipped, Skipped, Skipped, Skipped, Done, Skipped, Done]);
    }

    #[test]
    fn an_order_at_work_shows_what_is_done_and_what_is_to_come() {
        let now = states(Handling, &["W02", "W07", "W10", "W12"]);
        assert_eq!(now, [Done, Done, Done, Current, Todo, Todo, Todo, Todo]);
    }
}
